"""Judges printed events by our own JSON Schema.

    validate_schema.py SCHEMA_FILE < events.ndjson

Prints {"events", "invalid", "faults"} as one JSON object. An event that the schema has to refuse (a member it does not
know, a text where a number belongs, a class without what it demands) is made of each, and those it accepts are counted.
"""

import copy
import json
import sys

from jsonschema import Draft202012Validator


def faults(validator, event):
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(event)]


def spoiled(event):
    for member, value in [("no_such_attribute", 1), ("time", "yesterday"), ("class_uid", 1), ("activity_id", 77)]:
        yield {**event, member: value}
    without = copy.deepcopy(event)
    del without["metadata"]["product"]
    yield without


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    events = [json.loads(line) for line in sys.stdin]
    found = [fault for event in events for fault in faults(validator, event)]
    accepted = sum(validator.is_valid(bad) for event in events for bad in spoiled(event))
    invalid = sum(not validator.is_valid(event) for event in events)
    print(json.dumps({"events": len(events), "invalid": invalid, "accepted": accepted, "faults": found[:20]}))


if __name__ == "__main__":
    main()
