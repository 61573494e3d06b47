#!/usr/bin/env python3
"""The rows of scripts/bench; see there."""
import argparse
import os
import re
import shutil
import subprocess
import tempfile

import bundle
import downloads
import entrypoint
import growth
import photos
import providers
import registry
from jobs import Job
from measure import Machine, Table, peer, ratio

CORES = os.cpu_count()


def start(machine, table_of, _):
    """Instructions and CPU of a command that needs nothing."""
    table = table_of("start-up", ["command", "instructions", "CPU ms", "wall ms", "peak MiB"])
    commands = {"orch --version": [machine.orch, "--version"],
                "orch --help": [machine.orch, "--help"],
                "orch completion bash": [machine.orch, "completion", "bash"],
                "curl --version": ["curl", "--version"]}
    samples = machine.paired(commands, rounds=40)
    for name, sample in samples.items():
        said = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                               *commands[name]], capture_output=True, text=True, check=True).stderr
        count = int(re.search(r"Collected : (\d+)", said).group(1))
        table.add(name, f"{count / 1e6:.2f} M", f"{sample.cpu() * 1e3:.2f}",
                  f"{sample.wall() * 1e3:.2f}", f"{sample.peak_mib():.1f}")
    version, curl = samples["orch --version"], samples["curl --version"]
    table.add("orch / curl", "goal <= 1.0 M", ratio(version.cpu(), curl.cpu()) + " (<= 0.33x)",
              ratio(version.wall(), curl.wall()), "")


def worker(machine, table_of, _):
    """Persistent workers that do nothing, the ledger included."""
    count = 300_000
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as directory:
        job = Job(directory, "echo", (f"item-{i}-abcdefgh" for i in range(count)),
                  {"inference": {"run": [machine.program("echo_worker")]}},
                  num_task_managers=CORES)
        samples = machine.paired(
            {"floor": [machine.program("worker_floor"), str(count), str(CORES), "64",
                       machine.program("echo_worker")],
             "orch": job.command(machine.orch)},
            before=lambda name: job.clean())
    floor, orch = samples["floor"], samples["orch"]
    table = table_of(f"persistent worker, {count} items, {CORES} workers",
                     ["program", "items/s", "of floor", "CPU us/item", "peak MiB", "spread"])
    for sample in (floor, orch):
        table.add(sample.name, f"{count / sample.wall():.0f}", ratio(floor.wall(), sample.wall()),
                  f"{sample.cpu() / count * 1e6:.2f}", f"{sample.peak_mib():.1f}",
                  f"{sample.spread():.2f}")
    table.add("goal", ">= 100000 or", "0.40x", "<= 10 + worker", "", "")


def execs(machine, table_of, peers):
    """One process an input: /bin/true."""
    count = 4000
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as directory:
        job = Job(directory, "true", map(str, range(count)),
                  {"inference": {"exec": ["/bin/true"]}}, num_task_managers=CORES)
        listed = os.path.join(job.directory, "inputs.txt")
        parallel = shutil.which("parallel")
        samples = machine.paired(
            {"floor (posix_spawn)": [machine.program("spawn_floor"), str(count), str(CORES),
                                     "/bin/true"],
             "orch exec": job.command(machine.orch),
             "xargs": ["sh", "-c", f"xargs -P {CORES} -n 1 /bin/true <{listed}"]},
            before=lambda name: job.clean())
        few = max(1, count // 4)
        slow = machine.paired(
            {"GNU parallel": [parallel, "--will-cite", f"-j{CORES}", "--max-args=1", "/bin/true",
                              "::::", listed] if parallel else None}, rounds=1)
        peer_sizes = {"lithops": 50, "joblib": few, "dask": few, "ray": few}
        peer_samples = machine.paired(
            {name: peer(peers, "scripts/bench.d/fan_peers.py", name, str(tasks), str(CORES))
             for name, tasks in peer_sizes.items()}, rounds=1)
    ours = count / samples["orch exec"].wall()
    table = table_of(f"one process an input: /bin/true, {count} inputs, {CORES} at once",
                     ["program", "tasks/s", "orch is", "goal"])
    goals = {"floor (posix_spawn)": ">= 0.90x", "xargs": ">= 1.10x", "GNU parallel": ">= 4.0x"}
    for name, sample in {**samples, **slow}.items():
        table.add(name, f"{count / sample.wall():.0f}", ratio(ours, count / sample.wall()),
                  goals.get(name, ""))
    for name, tasks in peer_sizes.items():
        if name in peer_samples:
            rate = tasks / peer_samples[name].wall()
            table.add(f"{name} ({tasks} tasks, start included)", f"{rate:.1f}", ratio(ours, rate),
                      ">= 100x" if name == "lithops" else "")
        else:
            table.add(name, "absent", "", "--peers")
    if not slow:
        table.add("GNU parallel", "absent", "", ">= 4.0x")


def durability(machine, table_of, _):
    """The same job with state and results on the disk and in memory, where a sync costs nothing."""
    count = 20_000
    sleeper = ("import json,sys,time\nprint('{\"ready\":true}',flush=True)\n"
               "for l in sys.stdin:\n time.sleep(0.0005)\n"
               " print(json.dumps({'id':json.loads(l)['id'],'result':1}),flush=True)\n")
    with tempfile.TemporaryDirectory(prefix="orch-bench-", dir=".") as disk, \
            tempfile.TemporaryDirectory(prefix="orch-bench-", dir="/dev/shm") as memory:
        jobs = {}
        for name, directory in (("disk", disk), ("memory", memory)):
            jobs[name] = Job(os.path.abspath(directory), "sync", map(str, range(count)),
                             {"inference": {"run": ["python3", "-S", "-c", sleeper]}},
                             split_size=2, num_task_managers=CORES)
        samples = machine.paired({name: job.command(machine.orch) for name, job in jobs.items()},
                                 before=lambda name: jobs[name].clean())
    table = table_of(f"durability: {count} items in splits of about 1 ms",
                     ["state and results on", "wall s", "of memory", "goal"])
    for name in ("memory", "disk"):
        table.add(name, f"{samples[name].wall():.2f}",
                  ratio(samples[name].wall(), samples["memory"].wall()), "<= 1.05x")


ROWS = {"start": start, "worker": worker, "exec": execs, "durability": durability,
        "download": downloads.objects, "latency": downloads.latency, "photos": photos.photos,
        "growth": growth.growth, "entrypoint": entrypoint.entrypoint,
        "registry": registry.registry, "providers": providers.providers,
        "bundle": bundle.bundle}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--peers", help="the bin directory of the peers' environment")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=" ".join(ROWS))
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no row is called {sorted(unknown)[0]}; there are {' '.join(ROWS)}")
    machine = Machine(options.build, options.rounds)
    print(f"{CORES} cores, load {os.getloadavg()[0]:.1f}, {options.rounds} rounds, medians")
    for name in options.rows or ROWS:
        tables = []

        def table_of(title, columns):
            tables.append(Table(title, columns))
            return tables[-1]
        ROWS[name](machine, table_of, options.peers)
        for table in tables:
            table.show()


if __name__ == "__main__":
    main()
