"""Reads a lake of Delta tables as delta-rs does, and compares it with what the service offered.

    read_delta.py LAKE [TABLE] < offered.ndjson

What is no file of the table by its log does not count, whatever lies in its directory. Prints one JSON object:

    offered, missing, repeated, strange   records, compared as JSON values, members in any order
    by_class                              rows of each class
    version, files                        of the table
    statistics                            whether the log's rows, least and greatest times are those of the files
    misplaced                             rows whose day is not that of their time
    days, pruned                          days; files that a query for the first of them has to open
    unregistered                          generations of the ledger with files whose transaction the log lacks
    quarantined                           rows of the table `quarantine`
"""

import collections
import glob
import json
import os
import sys

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable


def canonical(text):
    return json.dumps(json.loads(text), sort_keys=True)


def unregistered(lake, name, table):
    """Compactions replace files of other generations, so only what is in the ledger of a connection has to be there."""
    lacking = []
    for path in glob.glob(f"{lake}/_auditlake/ledger/*/*/*/*.commit.json"):
        with open(path) as file:
            commit = json.load(file)
        if any(file["path"].startswith(f"{name}/") for file in commit["files"]):
            connection, content_type, window, generation = path.split("/")[-4:]
            number = generation.split(".")[0]
            app_id = f"auditlake/{connection}/{content_type}/{window}/{number}"
            if table.transaction_version(app_id) != int(number):
                lacking.append(app_id)
    return lacking


def statistics_hold(table, rows):
    adds = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    least = min(add["min.time_dt"] for add in adds)
    greatest = max(add["max.time_dt"] for add in adds)
    times = pc.min_max(rows["time_dt"]).as_py()
    milliseconds = lambda time: int(time.timestamp() * 1000)
    return (
        sum(add["num_records"] for add in adds) == rows.num_rows
        and milliseconds(least) == milliseconds(times["min"])
        and milliseconds(greatest) == milliseconds(times["max"])
    )


def main():
    lake = sys.argv[1]
    name = sys.argv[2] if len(sys.argv) > 2 else "events"
    offered = {canonical(line) for line in sys.stdin if line.strip()}
    table = DeltaTable(f"{lake}/{name}")
    rows = table.to_pyarrow_table()
    stored = collections.Counter(canonical(text) for text in rows["raw_data"].to_pylist())
    partitioned = "event_day" in rows.column_names
    days, misplaced, pruned = [], 0, None
    if partitioned:
        days = sorted({str(day) for day in rows["event_day"].to_pylist()})
        of_time = pc.cast(rows["time_dt"], "date32")
        misplaced = pc.sum(pc.not_equal(rows["event_day"], of_time)).as_py()
        pruned = len(table.file_uris(file_pruning_predicate=f"event_day = '{days[0]}'"))
    quarantine = f"{lake}/quarantine"
    there = os.path.exists(f"{quarantine}/_delta_log")
    print(json.dumps({
        "offered": len(offered),
        "missing": len(offered - set(stored)),
        "repeated": sum(stored.values()) - len(stored),
        "strange": len(set(stored) - offered),
        "by_class": collections.Counter(rows["class_name"].to_pylist()),
        "version": table.version(),
        "files": len(table.file_uris()),
        "statistics": statistics_hold(table, rows),
        "misplaced": misplaced,
        "days": days,
        "pruned": pruned,
        "unregistered": unregistered(lake, name, table),
        "quarantined": DeltaTable(quarantine).to_pyarrow_table().num_rows if there else 0,
    }), flush=True)
    # Threads of two runtimes are there, and now and then one aborts the interpreter while it shuts down.
    os._exit(0)


if __name__ == "__main__":
    main()
