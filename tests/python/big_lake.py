"""A large lake: made in rounds, compacted within a memory limit, and asked for one user's day.

    python big_lake.py <auditlake> <directory> <records> <memory limit>

Every round brings records of thirty days, in their order, as a month of ingestion does, and of eight operations, each of
another class. Prints what each step took, and fails when a promise is broken: the memory limit, each record once, and
how much of the lake a query reads.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import time
import uuid

import duckdb

DAYS = 30
ROUNDS = 5
USERS = 2000
# With the record type and the workload that they come with.
OPERATIONS = [
    ("FileAccessed", 6, "SharePoint"),
    ("UserLoggedIn", 15, "AzureActiveDirectory"),
    ("Send", 2, "Exchange"),
    ("New-InboxRule", 1, "Exchange"),
    ("Add member to role.", 8, "AzureActiveDirectory"),
    ("Add user.", 8, "AzureActiveDirectory"),
    ("ViewReport", 20, "PowerBI"),
    ("DlpRuleMatch", 11, "SecurityComplianceCenter"),
]
# The most of the lake's bytes that one user's day may read.
MOST_READ = 0.05


def record(number, day, chance):
    """A record in the likeness of the service's; users come as often as they do in a tenant: few of them much."""
    operation, record_type, workload = OPERATIONS[number % len(OPERATIONS)]
    second = chance.randrange(86400)
    user = min(int(chance.paretovariate(0.6)) - 1, USERS - 1)
    return {
        "CreationTime": f"2026-04-{day:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}",
        "Id": str(uuid.UUID(int=chance.getrandbits(128))),
        "Operation": operation,
        "OrganizationId": "0f1e2d3c-4b5a-4697-8899-aabbccddeeff",
        "RecordType": record_type,
        "ResultStatus": "Succeeded",
        "UserKey": f"1003{user:012x}",
        "UserType": 0,
        "Version": 1,
        "Workload": workload,
        "ClientIP": f"198.51.{user % 100}.{user // 100}",
        "ObjectId": f"https://contoso.sharepoint.example/sites/s{user % 40}/Documents/plan-{chance.randrange(5000)}.docx",
        "UserId": f"user{user:04}@contoso.example",
        "CorrelationId": str(uuid.UUID(int=number // 4)),
    }


def run(what, command, feed=None):
    """Runs a command to its end; the answer is what it printed. Tells its time and peak memory."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE if feed else None, stdout=subprocess.PIPE)
    if feed:
        for line in feed:
            process.stdin.write(line)
        process.stdin.close()
    printed = process.stdout.read()
    # The peak is of this process alone, which the sum over all children would not tell.
    _, status, usage = os.wait4(process.pid, 0)
    seconds, peak = time.monotonic() - begun, usage.ru_maxrss / 1024
    print(f"{what}: {seconds:.0f} s, peak {peak:.0f} MiB", flush=True)
    if status != 0:
        sys.exit(f"{what}: {' '.join(command)} ended with {status}")
    return printed, peak


def fill(auditlake, lake, records):
    per_round = records // ROUNDS
    for number in range(ROUNDS):
        chance = random.Random(number)
        lines = (
            json.dumps(record(number * per_round + at, at * DAYS // per_round + 1, chance)).encode() + b"\n"
            for at in range(per_round)
        )
        run(f"round {number + 1} of {ROUNDS}", [auditlake, "normalize", "-", "--to", "parquet", "--lake", lake], lines)


def bytes_read():
    """What this process has read by now, by the kernel's own count."""
    counts = dict(line.split(": ") for line in pathlib.Path("/proc/self/io").read_text().splitlines())
    return int(counts["rchar"])


def ask(lake):
    """One user's day, over all classes; the answer is how many events and what part of the lake was read."""
    files = list(pathlib.Path(lake, "events").rglob("*.parquet"))
    size = sum(file.stat().st_size for file in files)
    database = duckdb.connect(config={"enable_external_file_cache": "false"})
    before = bytes_read()
    rows = database.execute(
        """
        select time_dt, class_name, activity_name, actor.user.name, src_endpoint.ip, message
        from read_parquet(?, hive_partitioning = true)
        where event_day = '2026-04-17' and actor.user.name = 'user0042@contoso.example'
        order by time_dt
        """,
        [f"{lake}/events/**/*.parquet"],
    ).fetchall()
    read = bytes_read() - before
    print(f"one user's day: {len(rows)} events, {read:,} of {size:,} bytes read: {100 * read / size:.2f} %", flush=True)
    return len(rows), read / size


def main():
    auditlake, directory, records, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    lake = str(pathlib.Path(directory, "lake"))
    fill(auditlake, lake, records)
    found_before, _ = ask(lake)
    command = [auditlake, "compact", "--lake", lake, "--memory-limit", f"{limit}MiB", "--output", "json"]
    printed, peak = run(f"compact within {limit} MiB", command)
    totals = json.loads(printed)["totals"]
    print(totals)
    found, part = ask(lake)
    counts = "select count(*), count(distinct class_name) from read_parquet(?, hive_partitioning = true)"
    in_lake, classes = duckdb.execute(counts, [f"{lake}/events/**/*.parquet"]).fetchone()
    print(f"{in_lake:,} events, {totals['bytes_after'] / max(totals['rows'], 1):.0f} bytes each")
    if peak > limit:
        sys.exit(f"compact took {peak:.0f} MiB of {limit}")
    if in_lake != records // ROUNDS * ROUNDS or found != found_before or found == 0:
        sys.exit(f"{in_lake} events are in the lake, {found} of the user's {found_before}")
    if classes != len(OPERATIONS):
        sys.exit(f"{classes} classes are in the lake")
    if part > MOST_READ:
        sys.exit(f"the query read {100 * part:.1f} % of the lake")


if __name__ == "__main__":
    main()
