-- What the statement calls "activity" and "clocks" are these tables.
with
    activity as (select user_id, started_at, timezone from {{ ref('activity') }}),
    clocks as (select * from {{ ref('clocks') }})

select * from (
{{ score_statement() }}
) as scored
