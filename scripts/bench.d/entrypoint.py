"""`serve-entrypoint command` beside running the command itself, `cat`, and a Python entrypoint."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

# The entrypoint as people write it today: split, run, wait.
SCRIPT = """
import argparse, shlex, subprocess
parser = argparse.ArgumentParser()
parser.add_argument("--command", type=str)
command = shlex.split(parser.parse_args().command)
print("Executing command:", " ".join(command), flush=True)
subprocess.run(command, check=True, text=True)
"""
# Prints when it began to run. One process and no interpreter: date, not Python.
BEGAN = ["date", "+began %s%N"]
RATE = 100_000_000
SECONDS = 5
# Writes at RATE, then says what its parent has used: CPU seconds and peak memory.
FLOOD = f"""
import os, sys, time
block = (b"2026-01-31 12:00:00 INFO step 123 loss 0.0123 images/s 456" + b"." * 21 + b"\\n") * 819
start = time.monotonic()
for i in range({RATE * SECONDS} // len(block)):
    os.write(1, block)
    ahead = (i + 1) * len(block) / {RATE} - (time.monotonic() - start)
    if ahead > 0.001:
        time.sleep(ahead)
parent = f"/proc/{{os.getppid()}}"
used = int(open(parent + "/schedstat").read().split()[0]) / 1e9
peak = [line for line in open(parent + "/status") if line.startswith("VmHWM")][0].split()[1]
print("used", used, peak, file=sys.stderr)
"""


def began_after(command):
    """Milliseconds until the command's child ran."""
    before = time.time_ns()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    began = [line for line in said.splitlines() if line.startswith("began ")][0]
    return (int(began.split()[1]) - before) / 1e6


def flood(command, target):
    """(share of a CPU, peak MiB) of what stands between the flood and the target."""
    with open(target, "wb") if target else subprocess.Popen(
            ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL).stdin as out:
        said = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=True).stderr
    used, peak = [line for line in said.splitlines() if line.startswith("used ")][0].split()[1:]
    return float(used) / SECONDS, int(peak) / 1024


def cat_flood():
    """The same bytes through `cat`, which reads and writes them."""
    writer = subprocess.Popen([sys.executable, "-c", FLOOD], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    sink = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    middle = subprocess.Popen(["cat"], stdin=writer.stdout, stdout=sink.stdin)
    writer.stdout.close()
    sink.stdin.close()
    used = os.wait4(middle.pid, 0)[2]
    for process in (writer, sink):
        process.wait()
    return (used.ru_utime + used.ru_stime) / SECONDS, used.ru_maxrss / 1024


def entrypoint(machine, table_of, _):
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as directory:
        script = os.path.join(directory, "entrypoint.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        line = "date '+began %s%N'"
        commands = {"the command itself": BEGAN,
                    "orch serve-entrypoint": [machine.orch, "serve-entrypoint", "--command", line],
                    "Python entrypoint": [sys.executable, script, "--command", line]}
        times = {name: [] for name in commands}
        for _ in range(20):
            for name, command in commands.items():
                times[name].append(began_after(command))
        floor = statistics.median(times["the command itself"])
        table = table_of("entrypoint: until the child runs", ["program", "ms", "over the command itself", "goal"])
        for name, samples in times.items():
            median = statistics.median(samples)
            table.add(name, f"{median:.2f}", f"{median - floor:+.2f} ms",
                      "<= +5 ms" if name.startswith("orch") else "")

        command = [machine.orch, "serve-entrypoint", "--", sys.executable, "-c", FLOOD]
        table = table_of(f"entrypoint: {RATE // 1_000_000} MB/s of output for {SECONDS} s",
                         ["program", "to", "CPU", "peak MiB", "goal"])
        for name, target in (("a pipe", None), ("a file", os.path.join("/dev/shm", f"orch-bench-{os.getpid()}"))):
            share, peak = flood(command, target)
            table.add("orch serve-entrypoint", name, f"{share * 100:.2f} %", f"{peak:.1f}",
                      "<= 1 %, 8 MiB" if target is None else "")
            if target:
                os.unlink(target)
        share, peak = cat_flood()
        table.add("cat", "a pipe", f"{share * 100:.2f} %", f"{peak:.1f}", "")
