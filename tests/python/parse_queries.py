"""Parses queries by a parser that knows the engine's SQL.

    parse_queries.py < {"athena": ["SELECT …", …], …}

Prints {engine: [fault, …]} as one JSON object.
"""

import json
import sys

import sqlglot

DIALECTS = {"fabric": "fabric", "synapse": "tsql"}


def faults(engine, query):
    try:
        sqlglot.parse_one(query, dialect=DIALECTS.get(engine, engine), error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.ParseError as error:
        return [str(error)[:300]]
    return []


def main():
    queries = json.load(sys.stdin)
    print(json.dumps({engine: [fault for text in texts for fault in faults(engine, text)] for engine, texts in queries.items()}))


if __name__ == "__main__":
    main()
