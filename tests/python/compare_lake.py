"""Compares the records of a lake with those that the service offered.

    compare_lake.py LAKE [DIRECTORY] < offered.ndjson

Events are under DIRECTORY, `events` unless told otherwise. Reads with DuckDB, so that an engine of users says what is there. Records are compared as JSON values, members in any
order, without what Microsoft Graph adds to them. Prints {"offered", "missing", "repeated", "strange", "by_class", "quarantined"} as one JSON object.
"""

import collections
import glob
import json
import sys

import duckdb


def own(value):
    """What is the record's own: Microsoft Graph's audit search adds members that are about its answer."""
    if isinstance(value, list):
        return [own(element) for element in value]
    if isinstance(value, dict):
        return {name: own(member) for name, member in value.items() if "@odata." not in name}
    return value


def canonical(text):
    record = own(json.loads(text))
    if isinstance(record, dict) and isinstance(record.get("CreationTime"), str):
        record["CreationTime"] = record["CreationTime"].removesuffix("Z")
    return json.dumps(record, sort_keys=True)


def column(lake, table, name):
    files = glob.glob(f"{lake}/{table}/**/*.parquet", recursive=True)
    # The checkpoints of a Delta table's log are Parquet files, too.
    files = [file for file in files if "/_delta_log/" not in file]
    if not files:
        return []
    query = f"SELECT {name} FROM read_parquet(?, union_by_name = true, hive_partitioning = false)"
    return [value for (value,) in duckdb.execute(query, [files]).fetchall()]


def main():
    lake = sys.argv[1]
    events = sys.argv[2] if len(sys.argv) > 2 else "events"
    offered = {canonical(line) for line in sys.stdin if line.strip()}
    stored = collections.Counter(canonical(text) for text in column(lake, events, "raw_data"))
    print(json.dumps({
        "offered": len(offered),
        "missing": len(offered - set(stored)),
        "repeated": sum(stored.values()) - len(stored),
        "strange": len(set(stored) - offered),
        "by_class": collections.Counter(column(lake, events, "class_name")),
        "quarantined": len(column(lake, "quarantine", "uid")),
    }))


if __name__ == "__main__":
    main()
