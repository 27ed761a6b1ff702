"""Parses statements for each engine by a parser that knows the engine's SQL.

    parse_ddl.py < {"athena": ["CREATE …", …], …}

sqlglot reads Athena and Trino, sqlfluff the others: each has dialects that the other reads only in part. Prints
{engine: [fault, …]} as one JSON object.
"""

import json
import logging
import sys

import sqlfluff
import sqlglot
from sqlglot import exp

SQLGLOT = {"athena": "athena", "trino": "trino"}
SQLFLUFF = {
    "spark": "databricks",
    "duckdb": "duckdb",
    "clickhouse": "clickhouse",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "fabric": "tsql",
    "synapse": "tsql",
}
# The parser keeps procedure calls as they are.
OPAQUE = ("CALL",)


def by_sqlglot(sql, dialect):
    try:
        statements = sqlglot.parse(sql, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.ParseError as error:
        return [str(error)[:300]]
    commands = [command for statement in statements if statement for command in statement.find_all(exp.Command)]
    return [f"not understood: {command.sql()[:100]}" for command in commands if command.name.upper() not in OPAQUE]


def by_sqlfluff(sql, dialect):
    try:
        sqlfluff.parse(sql, dialect=dialect)
    except sqlfluff.api.simple.APIParsingError as error:
        return [str(error)[:300]]
    return []


def faults(engine, sql):
    if engine in SQLGLOT:
        return by_sqlglot(sql, SQLGLOT[engine])
    return by_sqlfluff(sql, SQLFLUFF[engine])


def main():
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    statements = json.load(sys.stdin)
    print(json.dumps({engine: [fault for text in texts for fault in faults(engine, text)] for engine, texts in statements.items()}))


if __name__ == "__main__":
    main()
