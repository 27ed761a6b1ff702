"""A backfill from the simulator, measured: as fast as it goes, and within a quota.

Of `compare_speed.py`. The simulator is a process of its own on the same cores.
"""

import contextlib
import json
import os
import subprocess

# What Microsoft grants the smallest tenant a minute.
QUOTA = 2000


@contextlib.contextmanager
def simulated(auditlake, records):
    """A service with so many records, and what a command needs to reach it."""
    command = [auditlake, "simulate", "--records", str(records), "--output", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        told = json.loads(process.stdout.readline())
        tenant, address = told["tenants"][0], told["address"]
        arguments = ["--api-address", address, "--authority", address]
        arguments += ["--tenant-id", tenant["tenant_id"], "--client-id", tenant["client_id"]]
        os.environ["AUDITLAKE_CLIENT_SECRET"] = tenant["client_secret"]
        yield arguments
    finally:
        process.kill()
        process.wait()


def shown(per_minute):
    return f"auditlake backfill measured --lake out --progress none --window 24h --requests-per-minute {per_minute}"


def bring(measured, auditlake, directory, records, per_minute):
    """One backfill of so many records: seconds, CPU seconds, peak memory, and its report."""
    with simulated(auditlake, records) as service:
        report, lake = directory / "report.json", directory / "out"
        command = [auditlake, *shown(per_minute).split()[1:], *service, "--report", str(report)]
        command[command.index("out")] = str(lake)
        run = measured(command, lake)
    if "error" in run:
        raise SystemExit(f"{' '.join(command)}: {run['error']}")
    told = json.loads(report.read_text())
    return {"records": told["records"], "requests": told["requests"]["total"], "stages": told["stages"], **run}


def fast(measured, auditlake, directory, sizes):
    """Without a quota to speak of."""
    return [bring(measured, auditlake, directory, size, 1_000_000_000) for size in sizes]


def within_quota(measured, auditlake, directory, records):
    """Within the quota: how much of it is used, and how much of one core is taken, from start to end of the process."""
    run = bring(measured, auditlake, directory, records, QUOTA)
    minutes = run["seconds"] / 60
    return {"quota": QUOTA, "used": run["requests"] / (QUOTA * minutes), "cpu_share": run["cpu"] / run["seconds"], **run}
