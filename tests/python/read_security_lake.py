"""Reads the files of a lake for Amazon Security Lake with DuckDB, and checks what its user guide asks of each.

    read_security_lake.py LAKE

Prints {"files", "sources", "columns", "faults": […], "events": [one JSON text each]} as one JSON object.
"""

import collections
import datetime
import glob
import json
import os
import re
import sys

import duckdb

# "Collecting data from custom sources", Amazon Security Lake user guide: MB are taken as the smaller, decimal ones.
LARGEST_OBJECT = 256_000_000
LARGEST_ROW_GROUP = 256_000_000
LONGEST_SOURCE = 20
PATH = re.compile(
    r"ext/(?P<source>[A-Za-z0-9_.:-]+)/(?:(?P<version>[A-Za-z0-9._-]+)/)?"
    r"region=(?P<region>[a-z0-9-]+)/accountId=(?P<account>\d{12}|external(?:_[^/]+)?)/eventDay=(?P<day>\d{8})/[^/]+\.parquet"
)


def query(sql):
    return duckdb.sql(sql).fetchall()


def quoted(path):
    return "'" + path.replace("'", "''") + "'"


def file_faults(path):
    if os.path.getsize(path) > LARGEST_OBJECT:
        yield "the object is too large"
    chunks = query(f"""SELECT row_group_id, sum(total_compressed_size), min(compression), max(compression)
                       FROM parquet_metadata({quoted(path)}) GROUP BY ALL""")
    for _, size, least, most in chunks:
        if size > LARGEST_ROW_GROUP:
            yield "a row group is too large"
        if (least, most) != ("ZSTD", "ZSTD"):
            yield f"compressed by {least} and {most}"
    if query(f"SELECT format_version FROM parquet_file_metadata({quoted(path)})")[0][0] not in (1, 2):
        yield "the format is neither 1 nor 2"


def row_faults(path, place):
    times, classes, tenants = zip(*query(
        f"""SELECT time, class_uid, metadata.tenant_uid
            FROM read_parquet({quoted(path)}, hive_partitioning = false, file_row_number = true) ORDER BY file_row_number"""))
    if list(times) != sorted(times):
        yield "rows are not sorted by time"
    days = {datetime.datetime.fromtimestamp(time / 1000, datetime.timezone.utc).strftime("%Y%m%d") for time in times}
    if days != {place["day"]}:
        yield f"the day is not that of the events: {days}"
    if len(set(classes)) != 1:
        yield "there are several classes"
    if not place["source"].endswith(f"-{classes[0]}"):
        yield f"the source is not that of the class {classes[0]}"
    if place["account"].startswith("external") and {place["account"]} != {
            f"external_{tenant}" if tenant else "external" for tenant in tenants}:
        yield f"the account is not that of the tenants {set(tenants)}"


def type_faults(path):
    """Times as in Amazon's own files: `time` as a number that is never null, `*_dt` in milliseconds, UTC."""
    for name, kind, logical, repetition in query(
            f"SELECT name, type, logical_type, repetition_type FROM parquet_schema({quoted(path)})"):
        if name == "time" and (kind, repetition) != ("INT64", "REQUIRED"):
            yield f"time is {kind} {repetition}"
        if name.endswith("_dt") and not re.search(r"isAdjustedToUTC=1.*MILLIS=MilliSeconds", logical or ""):
            yield f"{name} is {logical}"
        if kind == "INT96" or re.search("NANOS=Nano", logical or "") or name == "auditlake":
            yield f"{name} is {kind} {logical}"


def tidy(value, name=""):
    """As OCSF has it in JSON: no nulls, JSON as what it is, times as RFC 3339."""
    if isinstance(value, dict):
        return {key: tidy(inner, key) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [tidy(inner) for inner in value]
    if name in ("unmapped", "data"):
        return json.loads(value)
    if name.endswith("_dt"):
        return re.sub(r"\+00(:00)?$", "Z", value.replace(" ", "T"))
    return value


def main():
    lake = sys.argv[1]
    duckdb.sql("SET TimeZone = 'UTC'")
    faults, events, columns = collections.Counter(), [], collections.defaultdict(set)
    files = sorted(glob.glob(f"{lake}/ext/**/*.parquet", recursive=True))
    for path in files:
        place = PATH.fullmatch(os.path.relpath(path, lake))
        if not place:
            faults["the path is another: " + os.path.relpath(path, lake)] += 1
            continue
        if len(place["source"]) > LONGEST_SOURCE:
            faults["the source's name is too long"] += 1
        found = [*file_faults(path), *type_faults(path), *row_faults(path, place)]
        faults.update(found)
        columns[place["source"]].add(tuple(query(f"DESCRIBE SELECT * FROM read_parquet({quoted(path)}, hive_partitioning = false)")))
        rows = query(f"SELECT to_json(t) FROM read_parquet({quoted(path)}, hive_partitioning = false) t")
        events += [json.dumps(tidy(json.loads(row))) for (row,) in rows]
    for source, forms in columns.items():
        if len(forms) != 1:
            faults[f"{source} has files of different columns"] += 1
    print(json.dumps({
        "files": len(files),
        "sources": sorted(columns),
        "columns": {source: [name for name, *_ in next(iter(forms))] for source, forms in columns.items()},
        "faults": sorted(faults.items()),
        "events": events,
    }))


if __name__ == "__main__":
    main()
