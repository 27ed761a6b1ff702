"""How fast records become Parquet: this program beside engines that read the same file, on the same cores.

    python compare_speed.py <auditlake> <directory> <records> <rounds> <sizes of growing files> <sizes of backfills>

Makes the simulator's week as NDJSON, lets everybody bring it to Parquet in turn, and prints what was measured as JSON.
The engines copy the members as they infer them, each its own way; this program makes events of them as well. Sizes are
numbers of records, with commas between them, or nothing.
"""

import json
import multiprocessing
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

import backfill_speed

CORES = 2
# A larger week is several: the simulator holds all records of one in memory.
MOST_OF_A_WEEK = 1_000_000
# How a line is a value of one column, for an engine that reads CSV: what delimits and quotes is in no JSON.
LINES = "delim = '\x01', quote = '', escape = ''"
# So many that a backfill within the quota takes two minutes.
QUOTA_RECORDS = 150_000

DUCKDB = """
import duckdb, sys
duckdb.execute("set threads = 2")
duckdb.execute(f"copy (from read_json_auto('{sys.argv[1]}', format = 'newline_delimited')) to '{sys.argv[2]}/out.parquet' (format parquet, compression zstd, compression_level 1)")
"""
POLARS = """
import polars, sys
polars.scan_ndjson(sys.argv[1], infer_schema_length=None).sink_parquet(sys.argv[2] + "/out.parquet", compression="zstd", compression_level=1)
"""
PYARROW = """
import sys, pyarrow.json, pyarrow.parquet
table = pyarrow.json.read_json(sys.argv[1], read_options=pyarrow.json.ReadOptions(block_size=64 << 20))
pyarrow.parquet.write_table(table, sys.argv[2] + "/out.parquet", compression="zstd", compression_level=1)
"""
CHDB = """
import chdb, sys
chdb.query(f"insert into function file('{sys.argv[2]}/out.parquet', Parquet) select * from file('{sys.argv[1]}', JSONEachRow) settings max_threads = 2, output_format_parquet_compression_method = 'zstd', schema_inference_make_columns_nullable = 1, input_format_max_rows_to_read_for_schema_inference = 1000000")
"""


def contenders(auditlake):
    """By name: what is run, up to the file and the directory that it writes to."""

    def ours(*flags):
        return lambda file, out: [auditlake, "normalize", file, "--to", "parquet", "--lake", out, "--progress", "none", *flags]

    def theirs(script):
        return lambda file, out: [sys.executable, "-c", script, file, out]

    return {
        "auditlake": ours(),
        "auditlake, no raw_data": ours("--no-raw-data"),
        f"DuckDB {version('duckdb')}": theirs(DUCKDB),
        f"Polars {version('polars')}": theirs(POLARS),
        f"PyArrow {version('pyarrow')}": theirs(PYARROW),
        f"chDB {version('chdb')}": theirs(CHDB),
    }


def shown(command):
    """A command as a reader may repeat it."""
    if command[1] == "-c":
        return command[2].strip()
    return " ".join(["auditlake", *command[1:]])


def week(auditlake, directory, records):
    """The simulator's week as NDJSON, in the order of time: the records of a demo's lake, byte for byte."""
    import duckdb

    lake, file = directory / "demo", directory / f"week-{records}.ndjson"
    if not file.exists():
        made = [auditlake, "demo", "--lake", lake, "--records", str(records), "--progress", "none"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = duckdb.execute(
            "select raw_data from read_parquet(?) order by time, metadata.uid", [f"{lake}/events/**/*.parquet"]
        )
        with open(file, "w", encoding="utf-8") as out:
            while rows := lines.fetchmany(10_000):
                out.writelines(line + "\n" for (line,) in rows)
        shutil.rmtree(lake)
    with open(file, "rb") as lines:
        count = sum(1 for _ in lines)
    return {"file": file, "records": count, "bytes": file.stat().st_size}


def weeks(auditlake, directory, records):
    """So many records as NDJSON that is compressed: the simulator's week, and where more are asked for than one has, weeks
    after it, which are the same but for their dates."""
    import duckdb

    number = max(1, records // MOST_OF_A_WEEK)
    base = week(auditlake, directory, records // number)
    file, part = directory / f"weeks-{records}.ndjson.zst", directory / "part.zst"
    with open(file, "wb") as out:
        for after in range(number):
            source = f"read_csv('{base['file']}', header = false, columns = {{'line': 'varchar'}}, {LINES}, max_line_size = 8000000)"
            later = "strftime(strptime(t, '%Y-%m-%dT%H:%M:%S') + to_days(7 * {}), '%Y-%m-%dT%H:%M:%S')".format(after)
            lines = f"select replace(line, t, {later}) from (select line, line->>'CreationTime' as creation, left(creation, 19) as t from {source})"
            duckdb.execute("set preserve_insertion_order = true; set memory_limit = '4GB'")
            duckdb.execute(f"copy ({lines}) to '{part}' (format csv, header false, {LINES.replace(' =', '')}, compression zstd)")
            with open(part, "rb") as made:
                shutil.copyfileobj(made, out)
            part.unlink()
    return {"file": file, "records": base["records"] * number, "bytes": base["bytes"] * number}


def apart(work, *arguments):
    """Works in a process of its own: the memory that this one has held at its most would count as that of its children."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def measured(command, out):
    """Seconds and peak MiB of one run on the cores that all get, and what it wrote; or the last error that it named."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=open(out / "stderr", "wb"),
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    if status != 0:
        lines = (out / "stderr").read_text(errors="replace").splitlines()
        complaints = [line for line in lines if "rror" in line or "Exception" in line]
        return {"error": complaints[-1] if complaints else f"ended with {status}"}
    written = sum(file.stat().st_size for file in out.rglob("*.parquet"))
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "written": written}


def compare(auditlake, directory, made, rounds):
    """All in turn, so many rounds; who fails once is not asked again."""
    runs = {name: [] for name in contenders(auditlake)}
    failed, commands = {}, {}
    for _ in range(rounds):
        for name, command in contenders(auditlake).items():
            if name in failed:
                continue
            full = command(str(made["file"]), str(directory / "out"))
            commands[name] = shown(command("week.ndjson", "out"))
            run = measured(full, directory / "out")
            print(name, run, file=sys.stderr, flush=True)
            if "error" in run:
                failed[name] = run["error"]
            else:
                runs[name].append(run)
    return [
        {"name": name, "command": commands[name], "error": failed.get(name), **medians(runs[name], made)} for name in runs
    ]


def medians(runs, made):
    if not runs:
        return {}
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    seconds = [run["seconds"] for run in runs]
    return {**middle, "fastest": min(seconds), "slowest": max(seconds), "records_per_second": made["records"] / middle["seconds"]}


def grow(auditlake, directory, sizes):
    """Files that grow tenfold: time and memory of each, once."""
    rows = []
    for size in sizes:
        made = apart(weeks, auditlake, directory, size)
        command = contenders(auditlake)["auditlake"](str(made["file"]), str(directory / "out"))
        rows.append({"records": made["records"], "bytes": made["bytes"], **measured(command, directory / "out")})
        print(rows[-1], file=sys.stderr, flush=True)
        made["file"].unlink()
    return rows


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    auditlake, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    records, rounds = int(sys.argv[3]), int(sys.argv[4])
    sizes, backfills = (sorted(int(size) for size in some.split(",") if size) for some in sys.argv[5:7])
    directory.mkdir(parents=True, exist_ok=True)
    made = apart(week, auditlake, directory, records)
    json.dump(
        {
            "processor": processor(),
            "cores": CORES,
            "load": os.getloadavg()[0],
            "rounds": rounds,
            "records": made["records"],
            "bytes": made["bytes"],
            "contenders": compare(auditlake, directory, made, rounds),
            "growth": grow(auditlake, directory, sizes),
            "backfill": backfill_speed.fast(measured, auditlake, directory, backfills),
            "quota": backfill_speed.within_quota(measured, auditlake, directory, QUOTA_RECORDS) if backfills else None,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
