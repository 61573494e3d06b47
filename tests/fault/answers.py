#!/usr/bin/env python3
"""answers.py ORCH: what a provider's API may answer when something is wrong, and long lists.

Each strange answer to a request ends in one clear error with its exit status, soon, without a crash;
what passes by itself is tried again, and a run is started once whatever happens. 10,000 runs are
listed page by page in little memory. Ids beyond 2^53 stay what they are.
"""
import concurrent.futures
import email.utils
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

# In place of this folder, whose queue.py and secrets.py would stand for the library's.
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1] / "support" / "databricks")
import server as http_server
import workspace as databricks

BIG = 9007199254740993
RUN = "GET /api/2.2/jobs/runs/get"
NOW = "POST /api/2.2/jobs/run-now"
BAD, FAILED, DENIED, MISSING, DONE, LATE = 11, 11, 4, 5, 0, 7


def check(ok, what):
    if not ok:
        raise AssertionError(what)


class World:
    def __init__(self, orch, directory):
        self.orch, self.directory = orch, directory
        self.workspace = databricks.Workspace()
        self.workspace.state.next_id = BIG
        self.workspace.state.looks_until_over = 0
        tasks = [{"task_key": "execute_task"}]
        self.job = self.workspace.post_jobs_create({"name": "j", "tasks": tasks})["job_id"]
        self.server = http_server.serve(self.workspace)
        status, out, err, _ = self.run("register", "gpu", "--environment", "databricks", "--registry", "local", "--config", f"jobId={self.job}",
                                       "--config", "executionTaskId=execute_task", *[f"--secret={field}=env:S" for field in ("host", "accountId", "clientId", "clientSecret")])
        check(status == 0, err)

    def run(self, *words, **more):
        env = {"PATH": os.environ["PATH"], "HOME": self.directory, "ORCH_STATE_DIR": self.directory + "/state", "S": "fake-secret",
               "DATABRICKS_HOST": self.workspace.address, "DATABRICKS_TOKEN": databricks.PAT, "LC_ALL": "C.UTF-8", **more}
        child = subprocess.Popen([self.orch, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = child.communicate(timeout=120)
        return child.returncode, out, err, child.pid


def one(orch, name, rule, words, expected):
    with tempfile.TemporaryDirectory() as directory:
        world = World(orch, directory)
        world.workspace.rules = [rule] if rule else []
        run = str(world.workspace.post_jobs_run_now({"job_id": world.job, "only": ["execute_task"]})["run_id"])
        before = len(world.workspace.state.runs)
        words = [word.replace("RUN", run) for word in words]
        begun = time.monotonic()
        status, out, err, _ = world.run(*words)
        took = time.monotonic() - begun
        started = len(world.workspace.state.runs) - before
        world.server.shutdown()
        world.server.server_close()
        where = f"{name}: {words}: {status} {out} {err}"
        check(status == expected, where)
        check(took < 20, f"{where}: {took:.0f} s")
        if status != 0:
            error = json.loads(err.strip().splitlines()[-1])["error"]
            check(error["message"] and error["hint"] and "\n" not in error["message"], where)
        if words[0] == "submit":
            check(started == (1 if status == 0 else 0), f"{where}: {started} runs were started")


def cases():
    status = ["status", "run/RUN", "--on", "gpu", "-o", "json"]
    submit = ["submit", "--on", "gpu", "--poll-interval", "10ms", "-o", "json", "--", "true"]
    Rule = http_server.Rule
    forever = {"times": -1}
    yield "all well", None, status, DONE
    for name, data in {"truncated JSON": b'{"run_id": 9007199254740', "HTML": b"<html><title>Sign in</title></html>", "text": b"OK",
                       "a list": b"[]", "invalid UTF-8": b'{"run_id": "\xff"}', "NUL": b"\0\0\0", "a deep one": b"[" * 100_000,
                       "a large one": b'{"x": "' + b"y" * (70 << 20) + b'"}'}.items():
        yield name, Rule(RUN, do=(200, data), **forever), status, DONE if name == "a list" else BAD
    yield "cut short", Rule(RUN, do=(200, b"{}"), headers={"Content-Length": "100", "Connection": "close"}, **forever), status, BAD
    yield "400 without a code", Rule(RUN, do=(400, b'{"message": "no"}'), **forever), status, 2
    yield "403 in plain text", Rule(RUN, do=(403, b"PERMISSION_DENIED: you may not"), **forever), status, DENIED
    yield "404 without a body", Rule(RUN, do=(404, b""), **forever), status, MISSING
    yield "500", Rule(RUN, do=500, **forever), status, FAILED
    yield "500 that passes", Rule(RUN, do=(500, b'{"message": "Unexpected error while processing"}'), times=1), status, DONE
    yield "503 once", Rule(RUN, do=503, times=1), status, DONE
    yield "504 once", Rule(RUN, do=504, times=1), status, DONE
    yield "HTML 502 once", Rule(RUN, do="html", times=1), status, DONE
    yield "429 with seconds", Rule(RUN, do=429, times=1, headers={"Retry-After": "1"}), status, DONE
    soon = email.utils.formatdate(time.time() + 2, usegmt=True)
    yield "429 with a date", Rule(RUN, do=429, times=1, headers={"Retry-After": soon}), status, DONE
    yield "cut once", Rule(RUN, do="cut", times=1), status, DONE
    yield "private link", Rule(RUN, do="private-link", **forever), status, 10
    yield "503 on run-now", Rule(NOW, do=503, times=1), submit, DONE
    yield "503 after run-now", Rule(NOW, "after", do=503, times=1), submit, DONE
    yield "429 on run-now", Rule(NOW, do=429, times=1), submit, DONE
    yield "cut after run-now", Rule(NOW, "after", do="cut", times=1), submit, DONE
    yield "403 on run-now", Rule(NOW, do=403, **forever), submit, DENIED
    yield "run-now without an id", Rule(NOW, do=(200, b"{}"), **forever), submit, 13


def many_runs(orch):
    with tempfile.TemporaryDirectory() as directory:
        world = World(orch, directory)
        for _ in range(10_000):
            world.workspace.post_jobs_run_now({"job_id": world.job})
        status, out, err, _ = world.run("list", "runs", "--on", "gpu", "--limit", "20000", "-o", "name")
        ids = out.split()
        check(status == 0 and len(set(ids)) == 10_000, f"{status} {len(ids)} {err}")
        check(ids == [str(run) for run in sorted(world.workspace.state.runs, reverse=True)], "ids, newest first, whole")
        world.server.shutdown()
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def main():
    orch = os.path.abspath(sys.argv[1])
    peak = many_runs(orch)  # first: the largest child so far is what is measured
    check(peak < 32 << 10, f"{peak} KiB for 10,000 runs")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = [pool.submit(one, orch, *case) for case in cases()]
        for each in done:
            each.result()
    print(f"{len(done)} answers; 10,000 runs listed, no orch above {peak // 1024} MiB")


if __name__ == "__main__":
    main()
