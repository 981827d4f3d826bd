"""Ways to come from people on records to ties, components and PageRank, each a program of its own.

`python CONTESTANT.py FOLDER` reads FOLDER/incidences (Parquet: record, idx, weight_micro; one row per person on a
record, weight_micro that of each pair of it) or FOLDER/edges (Parquet: src, dst, weight_micro), writes Parquet below
FOLDER/<contestant>, and prints the seconds of each part as JSON. Reading and writing count, starting a session
does not.
"""
