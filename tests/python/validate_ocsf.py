"""Judges OCSF events by the published class schemas, and by the rules that no JSON Schema states.

    validate_ocsf.py [VERSION] < events.ndjson

Prints {"events", "invalid", "faults": [[fault, count], …]} as one JSON object.
"""

import collections
import functools
import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = sys.argv[1] if len(sys.argv) > 1 else "1.8.0"
EXPORT = get_ocsf_schema(version=VERSION)
SCHEMAS = OcsfJsonSchemaEmbedded(EXPORT)
CLASSES = {known["uid"]: known for known in EXPORT["classes"].values() if "uid" in known}
VALIDATORS = {}


def validator(class_uid, profiles):
    key = (class_uid, tuple(profiles))
    if key not in VALIDATORS:
        name = SCHEMAS.lookup_class_name_from_uid(class_uid)
        VALIDATORS[key] = Draft202012Validator(SCHEMAS.get_class_schema(class_name=name, profiles=list(profiles)))
    return VALIDATORS[key]


def at(event, path):
    for part in path.split("."):
        event = event.get(part) if isinstance(event, dict) else None
    return event


def id_faults(event):
    uid, activity = event["class_uid"], event["activity_id"]
    known = CLASSES[uid]
    if event["type_uid"] != uid * 100 + activity:
        yield "type_uid does not follow from class and activity"
    if event["category_uid"] != uid // 1000:
        yield "category_uid does not follow from the class"
    if event["class_name"] != known["caption"]:
        yield "class_name is not the class's caption"
    for name, spec in known["attributes"].items():
        caption = spec.get("enum", {}).get(str(event.get(name)), {}).get("caption")
        said = event.get(spec.get("sibling"))
        if caption and said and event[name] not in (0, 99) and said != caption:
            yield f"{spec['sibling']} is {said!r}, but {name} says {caption!r}"


def profiles_of(spec):
    """The export of 1.3.0 has one profile an attribute, that of 1.8.0 a list."""
    return spec.get("profiles") or [spec.get("profile")]


@functools.cache
def attributes_of(profile):
    """Names of the attributes that need a profile, in classes and objects."""
    owners = list(EXPORT["classes"].values()) + list(EXPORT["objects"].values())
    return {name for owner in owners for name, spec in owner["attributes"].items() if profile in profiles_of(spec)}


def names_in(value):
    """Names of all members, but not of what the record itself says."""
    if isinstance(value, list):
        for item in value:
            yield from names_in(item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("unmapped", "data"):
                yield name
                yield from names_in(inner)


def form_faults(event):
    if event["metadata"].get("version") != VERSION:
        yield f"metadata.version is not {VERSION}"
    for profile in event["metadata"].get("profiles", []):
        if profile not in CLASSES[event["class_uid"]]["profiles"]:
            yield f"{profile} is no profile of the class"
        elif not attributes_of(profile) & set(names_in(event)):
            yield f"nothing needs the profile {profile}"


def observable_faults(event):
    for found in event.get("observables", []):
        if at(event, found["name"]) != found["value"]:
            yield f"observable {found['name']} is not the value there"


def faults(event):
    if event.get("class_uid") not in CLASSES:
        return [f"class {event.get('class_uid')} does not exist"]
    schema = validator(event["class_uid"], event["metadata"].get("profiles", []))
    found = [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:120]}" for e in schema.iter_errors(event)]
    return found + list(id_faults(event)) + list(form_faults(event)) + list(observable_faults(event))


def main():
    events = invalid = 0
    counts = collections.Counter()
    for line in sys.stdin:
        event = json.loads(line)
        found = faults(event)
        events += 1
        invalid += bool(found)
        counts.update(f"class {event.get('class_uid')}: {fault}" for fault in found)
    print(json.dumps({"events": events, "invalid": invalid, "faults": counts.most_common(20)}))


if __name__ == "__main__":
    main()
