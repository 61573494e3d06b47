#!/usr/bin/env python3
"""chaos.py ORCH [ROUNDS [SEED]]: kill -9 of runner, task manager or worker at random moments.

Each round submits a job, kills one or more victims, resumes until the job is done, and compares the
results with those of an undisturbed run: every input once, the same result, nothing lost that was
shown, no worker left behind.
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

INPUTS = 1500
WORKER = """
import json, sys, time
print('{"ready":true}', flush=True)
for line in sys.stdin:
    item = json.loads(line)
    time.sleep(0.0002)
    text = item["input"]
    if text.endswith("13"):
        answer = {"id": item["id"], "error": {"message": "unlucky " + text}}
    else:
        answer = {"id": item["id"], "result": {"twice": text + text}}
    print(json.dumps(answer), flush=True)
"""


def descendants(pid):
    """[(depth, pid)] below pid, from /proc."""
    found = []
    level = [pid]
    depth = 0
    while level:
        depth += 1
        below = []
        for parent in level:
            try:
                for task in os.listdir(f"/proc/{parent}/task"):
                    with open(f"/proc/{parent}/task/{task}/children") as children:
                        below += [int(child) for child in children.read().split()]
            except OSError:
                pass
        found += [(depth, child) for child in below]
        level = below
    return found


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def workers_of(marker):
    """Processes whose command line names this round's worker file."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as cmdline:
                    if marker.encode() in cmdline.read():
                        found.append(int(entry))
            except OSError:
                pass
    return found


def read_results(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcome(line):
    if line["status"] == "ok":
        return line["index"], line["input"], "ok", json.dumps(line["result"])
    return line["index"], line["input"], "failed", line["error"]["message"]


class Round:
    def __init__(self, orch, directory):
        self.orch = orch
        self.directory = directory
        self.state = os.path.join(directory, "state")
        self.worker = os.path.join(directory, "worker.py")
        with open(self.worker, "w", encoding="utf-8") as file:
            file.write(WORKER)
        with open(os.path.join(directory, "inputs.txt"), "w", encoding="utf-8") as file:
            file.writelines(f"input-{i}\n" for i in range(INPUTS))
        with open(os.path.join(directory, "job.yaml"), "w", encoding="utf-8") as file:
            json.dump({
                "name": "chaos",
                "input": {"file": "inputs.txt"},
                "output": {"storage": "local", "location": "out"},
                "num_task_managers": 2,
                "split_size": 16,
                "retry": {"split": 10},
                "pipeline": {"inference": {"run": [sys.executable, "-S", "-E", self.worker],
                                           "processes": 2}},
            }, file)

    def start(self, *words):
        return subprocess.Popen(
            [self.orch, "submit", "--state-dir", self.state, "-q", "-o", "ndjson", *words],
            cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def run(self, kills):
        """Submits, kills at the given (delay, kind) moments, resumes until done."""
        shown = b""
        process = self.start("job.yaml")
        for _ in range(50):
            began = time.monotonic()
            for delay, kind, choice in kills:
                time.sleep(max(0, began + delay - time.monotonic()))
                self.strike(process.pid, kind, choice)
            kills = []
            out, err = process.communicate(timeout=120)
            shown += out[: out.rfind(b"\n") + 1]  # a killed one may end in the middle of a line
            if process.returncode in (0, 8):
                return shown
            if process.returncode not in (-signal.SIGKILL, 3, 130, 143):
                raise AssertionError(f"exit {process.returncode}: {err.decode()}")
            self.no_worker_left()
            # Killed before the job was made, there is nothing to resume: it is submitted anew.
            process = self.start(*(["--resume", "chaos"] if self.jobs() else ["job.yaml"]))
        raise AssertionError("the job never ended")

    def jobs(self):
        listed = subprocess.run(
            [self.orch, "list", "jobs", "--state-dir", self.state, "-o", "name"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
        return listed.stdout.split()

    def strike(self, runner, kind, choice):
        if kind == "runner":
            kill(runner)
            return
        depth = 1 if kind == "task manager" else 2
        victims = [pid for level, pid in descendants(runner) if level == depth]
        if victims:
            kill(victims[choice % len(victims)])

    def no_worker_left(self):
        deadline = time.monotonic() + 10
        while workers_of(self.worker):
            if time.monotonic() > deadline:
                raise AssertionError(f"workers left behind: {workers_of(self.worker)}")
            time.sleep(0.02)

    def results(self):
        jobs = os.listdir(os.path.join(self.directory, "out"))
        if len(jobs) != 1:
            raise AssertionError(f"one job expected: {jobs}")
        return read_results(os.path.join(self.directory, "out", jobs[0], "results.ndjson"))


def check(results, shown, expected):
    indexes = [line["index"] for line in results]
    if sorted(indexes) != list(range(INPUTS)):
        raise AssertionError(f"{len(indexes)} lines, {len(set(indexes))} inputs of {INPUTS}")
    found = {outcome(line) for line in results}
    if found != expected:
        raise AssertionError(f"differ: {sorted(found ^ expected)[:4]}")
    for line in shown.splitlines():
        if outcome(json.loads(line)) not in found:
            raise AssertionError(f"shown and lost: {line[:200]}")


def main():
    orch = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="orch-chaos-") as directory:
        undisturbed = Round(orch, directory)
        began = time.monotonic()
        undisturbed.run([])
        usual = time.monotonic() - began
        expected = {outcome(line) for line in undisturbed.results()}
    if len(expected) != INPUTS:
        raise AssertionError("the undisturbed run is not whole")
    for number in range(rounds):
        kinds = ["runner", "task manager", "worker"]
        kills = sorted((chance.uniform(0, usual), chance.choice(kinds), chance.randrange(100))
                       for _ in range(1 + number % 3))
        with tempfile.TemporaryDirectory(prefix="orch-chaos-") as directory:
            this = Round(orch, directory)
            try:
                shown = this.run(kills)
                check(this.results(), shown, expected)
                this.no_worker_left()
            except AssertionError as error:
                print(f"round {number} seed {seed} kills {kills}: {error}", file=sys.stderr)
                return 1
    print(f"{rounds} rounds: {INPUTS} results each, as undisturbed ({usual:.2f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
