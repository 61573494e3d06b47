#!/usr/bin/env python3
"""models.py ORCH: an `http` stage whose server goes away, comes back, hangs up and is killed with the
job: every input ends with its one right line."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SERVER = pathlib.Path(__file__).resolve().parents[1] / "support" / "model_server.py"
COUNT = 1500
JOB = """
name: ask
input: {{file: inputs.txt}}
split_size: 20
num_task_managers: 2
pipeline:
  inference:
    http: {{url: "http://127.0.0.1:{port}", protocol: {protocol}, model: size, inputs: [{tensor}]}}
    threads: 4
    start_timeout: 30s
output: {{storage: local, location: out}}
"""
TENSORS = {"tfserving": "{from: input}", "kserve": "{name: t, datatype: BYTES, shape: [1], from: input}"}


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def start_server(port):
    server = subprocess.Popen([sys.executable, SERVER, "--port", str(port), "--delay", "0.01"], stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    return server


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def check_results(place, protocol):
    lines = [json.loads(line) for path in place.glob("out/*/results.ndjson") for line in path.read_text().splitlines()]
    check(sorted(line["index"] for line in lines) == list(range(COUNT)), f"{len(lines)} lines")
    for line in lines:
        size = len(f"input {line['index']}")
        result = line["result"]["bytes"]
        check(line["status"] == "ok" and result == (size if protocol == "tfserving" else [size]), line)


def one_round(orch, place, protocol, disturb):
    place.mkdir()
    port = free_port()
    (place / "job.yaml").write_text(JOB.format(port=port, protocol=protocol, tensor=TENSORS[protocol]))
    (place / "inputs.txt").write_text("".join(f"input {number}\n" for number in range(COUNT)))
    env = {"PATH": os.environ["PATH"], "HOME": str(place), "XDG_STATE_HOME": str(place / "state")}
    servers = [start_server(port)]
    try:
        job = subprocess.Popen([orch, "-q", "submit", "job.yaml"], cwd=place, env=env, stderr=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL)
        disturb(servers, port, job)
        said = job.communicate(timeout=100)[1]
        if job.returncode == -signal.SIGKILL:
            done = subprocess.run([orch, "-q", "submit", "--resume", "ask"], cwd=place, env=env, capture_output=True,
                                  text=True, check=False, timeout=100)
            check(done.returncode == 0, f"resume: {done.stderr}")
        else:
            check(job.returncode == 0, f"{disturb.__name__}: {job.returncode} {said}")
    finally:
        for server in servers:
            server.kill()
            server.wait()
    check_results(place, protocol)


def restarted(servers, port, job):
    """Three times in the middle, once for longer than a look at it takes."""
    for pause in (0.0, 0.2, 1.5):
        time.sleep(0.15)
        servers[-1].kill()
        servers[-1].wait()
        time.sleep(pause)
        servers.append(start_server(port))


def killed(_servers, _port, job):
    """Once it has results."""
    place = pathlib.Path(os.readlink(f"/proc/{job.pid}/cwd"))
    while not any(path.stat().st_size for path in place.glob("out/*/results.ndjson")):
        check(job.poll() is None, "it ended before it was killed")
        time.sleep(0.01)
    job.kill()


def late(servers, port, job):
    """It is not there when the job begins."""
    servers[-1].kill()
    servers[-1].wait()
    threading.Timer(1.0, lambda: servers.append(start_server(port))).start()
    job.wait(timeout=100)


def main():
    orch = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        for number, (protocol, disturb) in enumerate(((p, d) for p in TENSORS for d in (restarted, killed, late))):
            one_round(orch, pathlib.Path(directory) / str(number), protocol, disturb)
    print(f"a model server restarted, late, and its job killed: {COUNT} right lines each time")


if __name__ == "__main__":
    main()
