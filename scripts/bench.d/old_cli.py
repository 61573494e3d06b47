#!/usr/bin/env python3
"""old_cli.py CLI ROUNDS: the vendor's old CLI lists the runs of a job at the stand-in of a workspace.

It drops the port of its host, so this runs in a network namespace of its own (`unshare -rn`), where
the stand-in listens on port 80. Prints the median CPU ms, wall ms and the peak MiB.
"""
import fcntl
import os
import pathlib
import resource
import socket
import statistics
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support" / "databricks"))
import server
import workspace


def main():
    cli, rounds = sys.argv[1], int(sys.argv[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sh", b"lo", 0x41))  # loopback up
    world = workspace.Workspace()
    server.serve(world, 80)
    job = world.post_jobs_create({"name": "j", "tasks": [{"task_key": "execute_task"}]})["job_id"]
    world.post_jobs_run_now({"job_id": job})
    env = {**os.environ, "DATABRICKS_HOST": "http://127.0.0.1", "DATABRICKS_TOKEN": workspace.PAT, "LC_ALL": "C.UTF-8"}
    cpu, wall = [], []
    for _ in range(rounds):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([cli, "runs", "list", "--version=2.1", "--job-id", str(job), "--output", "JSON"], env=env, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3)
        wall.append((time.monotonic() - begun) * 1e3)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{statistics.median(cpu):.1f} {statistics.median(wall):.1f} {peak:.1f}")


if __name__ == "__main__":
    main()
