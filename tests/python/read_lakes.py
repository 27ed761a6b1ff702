"""Reads lakes by one engine, as one table each.

    read_lakes.py ENGINE < {"whole": [DIRECTORY, …], "broken": DIRECTORY, "class": …, "day": …, "statements": {ENGINE: SQL}}

Of each whole directory it says how many events there are, by class and by day, and of each event values of all kinds. Of
the broken one, which has a file of garbage in each other class and each other day, it reads one class and day; and all of
it, which must fail. Engines with statements read the same class and day of the broken lake by the table that these make.
Prints {"lakes": [{"events", "by_class", "by_day"}, …], "pruned", "unpruned_fails", "pruned_by_table"} as one JSON object.
"""

import collections
import json
import sys

from engines import ENGINES, condition
from run_sql import statements


def objects(values):
    """A list that is not there is an empty one in some engines."""
    return values or []


def member(value, *names):
    for name in names:
        value = value[name] if value is not None else None
    return value


def values(row):
    return {
        "class": row["class_name"],
        "day": str(row["event_day"]),
        "time": row["time"],
        "time_dt": row["time_us"],
        "logged_time": member(row, "metadata", "logged_time"),
        "profiles": objects(member(row, "metadata", "profiles")),
        "feature": member(row, "metadata", "product", "feature", "name"),
        "user": member(row, "actor", "user", "name"),
        "user_type": member(row, "actor", "user", "type_id"),
        "ip": member(row, "src_endpoint", "ip"),
        "observables": [[found["name"], found["type_id"], found["value"]] for found in objects(row["observables"])],
        "owners": [[thing["name"], member(thing, "owner", "name")] for thing in objects(row["resources"])],
        "unmapped": row["unmapped"],
        "raw_data": row["raw_data"],
    }


def lake(engine, directory):
    rows = engine.rows(directory, None)
    events = {member(row, "metadata", "uid"): values(row) for row in rows}
    return {
        "count": len(rows),
        "by_class": collections.Counter(event["class"] for event in events.values()),
        "by_day": collections.Counter(event["day"] for event in events.values()),
        "events": events,
    }


def fails(engine, directory):
    try:
        engine.rows(directory, None)
    except Exception:
        return True
    return False


def pruned_by_table(engine, sql, where):
    for statement in statements(sql):
        engine.run(statement)
    return engine.run(f"SELECT count(*) FROM events WHERE {condition(where)}")[0][0]


def main():
    asked = json.load(sys.stdin)
    engine = ENGINES[sys.argv[1]]()
    lakes = [lake(engine, directory) for directory in asked["whole"]]
    where = {"class": asked["class"], "day": asked["day"]}
    part = engine.rows(asked["broken"], where)
    sql = asked["statements"].get(sys.argv[1])
    print(json.dumps({
        "lakes": lakes,
        "pruned": len(part),
        "unpruned_fails": fails(engine, asked["broken"]),
        "pruned_by_table": pruned_by_table(engine, sql, where) if sql else None,
    }))


if __name__ == "__main__":
    main()
