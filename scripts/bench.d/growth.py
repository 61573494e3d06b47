"""From 100 to 1,000,000 inputs: time, memory, state, status, resume after a kill."""
import math
import os
import signal
import subprocess
import tempfile
import time

from jobs import Job


def size_of(directory):
    return sum(os.path.getsize(os.path.join(path, name))
               for path, _, names in os.walk(directory) for name in names)


def resume_after_kill(machine, job, count):
    """Seconds of the whole job, of the run before kill -9 at about half, and of the resume."""
    job.clean()
    began = time.monotonic()
    subprocess.run(job.command(machine.orch), check=True)
    whole = time.monotonic() - began
    job.clean()
    process = subprocess.Popen(job.command(machine.orch))
    time.sleep(whole / 2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    began = time.monotonic()
    subprocess.run([machine.orch, "submit", "--resume", "echo", "--state-dir", job.state, "-q"],
                   check=True, stdout=subprocess.DEVNULL)
    resumed = time.monotonic() - began
    if len(job.results()) != count:
        raise SystemExit("bench: a resume lost or doubled lines")
    return whole, resumed


def growth(machine, table_of, _):
    table = table_of("growth: a worker that does nothing",
                     ["inputs", "wall s", "items/s", "peak MiB", "state B/input", "status ms"])
    walls, peaks = {}, {}
    with tempfile.TemporaryDirectory(prefix="orch-bench-", dir=".") as directory:
        for power in range(2, 7):
            count = 10 ** power
            job = Job(os.path.abspath(directory), "echo", (f"item-{i:07d}" for i in range(count)),
                      {"inference": {"run": [machine.program("echo_worker")]}},
                      num_task_managers=2)
            sample = machine.paired({"orch": job.command(machine.orch)},
                                    rounds=min(3, machine.rounds),
                                    before=lambda name, job=job: job.clean())["orch"]
            walls[count], peaks[count] = sample.wall(), sample.peak_mib()
            own = os.path.getsize(os.path.join(job.directory, "inputs.txt"))
            state = (size_of(job.state) - own) / count
            status = machine.paired(
                {"status": [machine.orch, "status", "echo", "--state-dir", job.state]},
                rounds=5)["status"]
            table.add(count, f"{sample.wall():.3f}", f"{count / sample.wall():.0f}",
                      f"{sample.peak_mib():.1f}", f"{state:.0f}", f"{status.wall() * 1e3:.1f}")
        whole, resumed = resume_after_kill(machine, job, count)
    # What starting costs is the same for all: taken off, it does not hide the growth.
    slope = math.log((walls[10**6] - walls[100]) / (walls[10**4] - walls[100])) / math.log(100)
    table.add("slope 10^4..10^6", f"{slope:.3f}", "0.95-1.05", "", "<= 150", "<= 50")
    table.add("memory 10^6 - 10^3", "", "", f"{peaks[10**6] - peaks[10**3]:.1f}", "<= 16 MiB", "")
    table.add("resume at half", f"{resumed:.2f}", f"whole {whole:.2f}", "", "<= 1 s + the rest", "")
