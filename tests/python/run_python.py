"""Runs programs that read a lake, each of which leaves what it found in `hits`.

    run_python.py < {"directory": DIRECTORY, "programs": [PYTHON, …]}

Paths in the programs are relative to the directory. Prints {"versions", "hits": [rows, …]} as one JSON object.
"""

import contextlib
import json
import os
import sys

import polars
import pyarrow


def hits(program):
    names = {}
    with contextlib.redirect_stdout(sys.stderr):
        exec(compile(program, "guide", "exec"), names)
    hits = names["hits"]
    return hits.to_dicts() if isinstance(hits, polars.DataFrame) else hits.to_pylist()


def main():
    asked = json.load(sys.stdin)
    os.chdir(asked["directory"])
    found = [hits(program) for program in asked["programs"]]
    print(json.dumps({"versions": [polars.__version__, pyarrow.__version__], "hits": found}, default=str))


if __name__ == "__main__":
    main()
