#!/usr/bin/env python3
"""queue.py ORCH [SEED]: the queue outlives its own death.

Enqueues jobs, kills the queue runner and the jobs' runners at random moments while they run, and
waits for every job with `status --wait`, which starts a queue runner again when none is there. Every
job ends whole, in its own directory, and no more jobs run at a time than `limits` allows.
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

JOBS = 6
INPUTS = 300
MAX_JOBS = 2
KILLS = 6
WORKER = """
import json, sys, time
print('{"ready":true}', flush=True)
for line in sys.stdin:
    item = json.loads(line)
    time.sleep(0.002)
    print(json.dumps({"id": item["id"], "result": item["input"]}), flush=True)
"""


class Queue:
    def __init__(self, orch, directory):
        self.orch = orch
        self.directory = directory
        self.state = os.path.join(directory, "state")
        self.write("worker.py", WORKER)
        self.write("config.yaml", json.dumps({"limits": {"max_job_managers": MAX_JOBS,
                                                         "max_task_managers": 3}}))
        self.write("job.yaml", json.dumps({
            "name": "job",
            "input": {"list": [f"input-{i}" for i in range(INPUTS)]},
            "output": {"storage": "local", "location": "out"},
            "split_size": 10,
            "pipeline": {"inference": {"run": [sys.executable, "-S", "-E", "worker.py"]}},
        }))

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def call(self, *words, check=True):
        done = subprocess.run(
            [self.orch, *words, "--state-dir", self.state, "--config", "config.yaml", "-q"],
            cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=120,
            env={**os.environ, "ORCH_CONFIG": os.path.join(self.directory, "config.yaml")})
        if check and done.returncode != 0:
            raise AssertionError(f"{words}: exit {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def states(self):
        return [job["state"] for job in json.loads(self.call("list", "jobs", "-o", "json"))["jobs"]]

    def processes(self, *marks):
        """Processes of this state directory whose command line has all the marks."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().decode().split("\0")
            except (OSError, UnicodeDecodeError):
                continue
            if self.state in words and all(mark in words for mark in marks):
                found.append(int(entry))
        return found


def main():
    orch = os.path.abspath(sys.argv[1])
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with tempfile.TemporaryDirectory(prefix="orch-queue-") as directory:
        queue = Queue(orch, directory)
        ids = [queue.call("submit", "job.yaml", "--detach", "-o", "name").strip()
               for _ in range(JOBS)]
        killed = 0
        while killed < KILLS:
            time.sleep(chance.uniform(0.05, 0.2))
            states = queue.states()
            running = states.count("running")
            if running + states.count("queued") == 0:
                break
            if running > MAX_JOBS:
                raise AssertionError(f"{running} jobs run at a time")
            queues = queue.processes("serve-entrypoint", "queue")
            if len(queues) > 1:  # a second one may be started, and ends at the lock
                time.sleep(2)
                if set(queues) <= set(queue.processes("serve-entrypoint", "queue")):
                    raise AssertionError(f"two queue runners: {queues}")
                continue
            victims = queues if chance.random() < 0.5 else queue.processes("submit", "--resume")
            if victims:
                os.kill(chance.choice(victims), signal.SIGKILL)
                killed += 1
            if not queue.processes("serve-entrypoint", "queue"):
                # What a user would do next; it starts a queue runner again.
                queue.call("status", ids[-1], "--wait", "--timeout", "300ms", check=False)
        for job in ids:
            queue.call("status", job, "--wait", "--timeout", "100s")
            with open(os.path.join(directory, "out", job, "results.ndjson"), encoding="utf-8") as file:
                indexes = sorted(json.loads(line)["index"] for line in file)
            if indexes != list(range(INPUTS)):
                raise AssertionError(f"{job}: {len(indexes)} lines of {INPUTS}")
        for pid in queue.processes("serve-entrypoint", "queue"):
            os.kill(pid, signal.SIGTERM)
        while queue.processes():
            time.sleep(0.02)
    print(f"{JOBS} jobs of {INPUTS} whole after {killed} kills")
    return 0 if killed >= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
