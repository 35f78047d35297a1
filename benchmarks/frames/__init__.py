"""The consistency score as one would write it in pandas, Polars and DuckDB, each as well as we can.

Each module has ``score``, which returns an Arrow table of everybody's points, total and parts (see
section 2 of the README for the rules), and where the library needs a frame of its own ``read``,
which makes it of an Arrow table. The local day of an event is that of the zone it was recorded in,
and today that of the user's latest event's zone, or their latest day if that is later.

All but one are spared a rule: of two events of one user at the same instant in different zones,
mainstay takes the later date, the others whichever comes first. No table here has such events.
"""
