"""Runs statements that make tables, and asks the tables.

    run_sql.py ENGINE < {"directory": DIRECTORY, "statements": [SQL, …], "queries": [SQL, …]}

Paths in the statements are relative to the directory. Prints {"version", "answers"} as one JSON object: the engine's
version, and the rows that each query answers with.
"""

import json
import os
import re
import sys

from engines import ENGINES


def statements(text):
    """The statements of a text. What one says of its columns ends no line with a semicolon."""
    for statement in re.split(r";\s*\n", text + "\n"):
        if re.sub(r"(?m)^\s*--.*$", "", statement).strip():
            yield statement


def main():
    asked = json.load(sys.stdin)
    os.chdir(asked["directory"])
    engine = ENGINES[sys.argv[1]]()
    for text in asked["statements"]:
        for statement in statements(text):
            engine.run(statement)
    answers = [engine.run(query.strip().removesuffix(";")) for query in asked["queries"]]
    print(json.dumps({"version": engine.version(), "answers": answers}, default=str))


if __name__ == "__main__":
    main()
