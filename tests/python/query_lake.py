"""Runs the DDL for DuckDB and asks the table that it makes.

    query_lake.py < ddl.sql

Prints {"by_class", "by_day", "columns", "comments", "people", "groups", "cloud"} as one JSON object.
"""

import json
import sys

import duckdb

NESTED = """
SELECT count(*) FILTER (WHERE "actor"."user"."name" IS NOT NULL AND len("observables") > 0) AS people,
       count(*) FILTER (WHERE "group"."name" IS NOT NULL) AS "groups",
       count(*) FILTER (WHERE list_contains("metadata"."profiles", 'cloud')) AS cloud
FROM audit.events
"""


def counts(connection, expression):
    rows = connection.sql(f"SELECT {expression}, count(*) FROM audit.events GROUP BY 1").fetchall()
    return {str(key): count for key, count in rows}


def main():
    connection = duckdb.connect()
    connection.sql("CREATE SCHEMA audit")
    connection.execute(sys.stdin.read())
    people, groups, cloud = connection.sql(NESTED).fetchall()[0]
    columns = connection.sql("DESCRIBE audit.events").fetchall()
    comments = connection.sql("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'events' AND comment <> ''")
    print(json.dumps({
        "by_class": counts(connection, "class_name"),
        "by_day": counts(connection, "event_day"),
        "columns": {name: kind for name, kind, *_ in columns},
        "comments": comments.fetchall()[0][0],
        "people": people,
        "groups": groups,
        "cloud": cloud,
    }))


if __name__ == "__main__":
    main()
