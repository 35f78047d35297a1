#!/bin/sh
# Print the clocks and the statement that scores everybody at an instant, by default now.
set -eu
cd "$(dirname "$0")"
as_of=${1:-$(date -u +%Y-%m-%dT%H:%M:%SZ)} # one instant, for both
mkdir -p macros

mainstay sql --csv --as-of "$as_of" > seeds/clocks.csv
{
    echo '{% macro score_statement() %}'
    mainstay sql --scores --dialect duckdb --as-of "$as_of" \
        --table activity --columns timezone=timezone --clocks clocks
    echo '{% endmacro %}'
} > macros/score_statement.sql
