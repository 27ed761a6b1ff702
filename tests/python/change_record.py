"""Changes a record in a Parquet file: its message says something else, all the rest is as it was."""

import json
import os
import sys

import duckdb

path = sys.argv[1]
other = path + ".changed"
rows = "read_parquet(?, hive_partitioning = false)"
changed = duckdb.execute(
    f"COPY (SELECT * REPLACE ('nothing happened' AS message) FROM {rows}) TO '{other}' (FORMAT parquet)", [path]
)
print(json.dumps({"rows": changed.fetchone()[0]}))
os.replace(other, path)
