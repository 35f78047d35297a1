"""The consistency score as one would write it in pandas, Polars and DuckDB, each as well as we can.

Each module has ``score``, which returns an Arrow table of everybody's points, total and parts by
the rules in ``docs/score.md``, and where the library needs a frame of its own ``read``, which makes
it of an Arrow table. An event's day is the date in the zone that it was recorded in; today is the
date in the zone of the user's latest event, or their latest day if that is later. Users without an
active day in the window are there too.

One rule is left out: of a user's two latest events, at the same instant in different zones, any
decides what today is. No table of these benchmarks has such events.
"""
