#!/usr/bin/env python3
"""launcher.py ORCH: the Python files that `orch register` puts into a workspace, run as a cluster runs
them: executed inside an interpreter that is already there and must stay alive.

The files are taken from the stand-in of a workspace after a real `orch register`, the binary among
them. Words with spaces and quotes arrive whole, output comes as it is made, a failure raises with the
status, SIGTERM ends the command with what it started, and nothing is left behind.
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

# In place of this folder, whose queue.py and secrets.py would stand for the library's.
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1] / "support" / "databricks")
import server as http_server
import workspace as databricks

FILE = """
kind: Orchestrator
name: gpu
environment: databricks
registry: local
secrets: {{host: {{env: S}}, accountId: {{env: S}}, clientId: {{env: S}}, clientSecret: {{env: S}}}}
provision:
  folder: /Workspace/Shared/orch/gpu
  requirements: {{packages: [fiftyone==2.13.1]}}
  entrypoint: {kind}
  pools: {{execution: {{instance_pool_name: p, node_type_id: t}}}}
  env: {{API_URL: "https://fiftyone.test"}}
  job: {{name: j}}
"""
# A driver: executes a file twice in one interpreter, as a notebook-like runner does.
DRIVER = """
import sys
path, *arguments = sys.argv[1:]
code = compile(open(path).read(), path, "exec")
for _ in range(2):
    sys.argv = [path, *arguments]
    try:
        exec(code, {"__name__": "__main__", "__file__": path})
        print("ended well", flush=True)
    except RuntimeError as error:
        print("raised:", error, flush=True)
print("alive", flush=True)
"""


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def take(orch, directory, kind):
    """The task's arguments after `orch register`, its files in the directory."""
    world = databricks.Workspace()
    server = http_server.serve(world)
    pathlib.Path(directory, "gpu.yaml").write_text(FILE.format(kind=kind))
    env = {"PATH": os.environ["PATH"], "HOME": directory, "ORCH_STATE_DIR": directory + "/state", "S": "fake-secret",
           "DATABRICKS_HOST": world.address, "DATABRICKS_TOKEN": databricks.PAT}
    done = subprocess.run([orch, "register", "gpu.yaml"], cwd=directory, env=env, capture_output=True, text=True, check=False)
    check(done.returncode == 0, done.stderr)
    server.shutdown()
    (job,) = world.state.jobs.values()
    task = job["settings"]["tasks"][0]["spark_python_task"]
    for path, data in world.state.files.items():
        if data is not None:  # as on a mount: not executable
            pathlib.Path(directory, pathlib.PurePath(path).name).write_bytes(data)

    def here(text):
        return os.path.join(directory, os.path.basename(text)) if text.startswith("/Workspace/") else text
    return [here(task["python_file"]), *map(here, task["parameters"])]


def start(directory, words, command):
    words = [command if word == "{{job.parameters.command}}" else word for word in words]
    env = {"PATH": "/usr/bin:/bin", "HOME": directory, "TMPDIR": directory + "/tmp"}
    os.makedirs(directory + "/tmp", exist_ok=True)
    return subprocess.Popen([sys.executable, "-c", DRIVER, *words], env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def said(directory, words, command):
    driver = start(directory, words, command)
    out, _ = driver.communicate(timeout=60)
    check(out.endswith("alive\n"), f"{command}: {out}")
    check(not os.listdir(directory + "/tmp"), f"{command}: left {os.listdir(directory + '/tmp')}")
    return out


def words_arrive(directory, words):
    out = said(directory, words, "printf '<%s>\\n' 'a  b' \"c'd\" e\\ f \"\"")
    check(out.count("<a  b>\n<c'd>\n<e f>\n<>\n") == 2 and out.count("ended well") == 2, out)


def statuses_raise(directory, words):
    out = said(directory, words, "sh -c 'exit 3'")
    check(out.count("raised: orch: the command exited with 3") == 2, out)
    out = said(directory, words, "sh -c 'kill -9 $$'")
    check(out.count("exited with 137") == 2, out)


def output_comes_at_once(directory, words):
    driver = start(directory, words, "sh -c 'echo first; sleep 30'")
    begun = time.monotonic()
    for line in driver.stdout:
        if line == "first\n":
            break
    check(time.monotonic() - begun < 15, "the output was held back")
    return driver


def is_running(marker):
    done = subprocess.run(["pgrep", "-f", marker], capture_output=True, text=True, check=False)
    return bool(done.stdout.split())


def terminated(directory, words):
    marker = f"sleep 31.{os.getpid()}"
    driver = start(directory, words, f"sh -c 'echo first; {marker} & wait'")
    for line in driver.stdout:
        if line == "first\n":
            break
    driver.send_signal(signal.SIGTERM)
    out, _ = driver.communicate(timeout=30)
    check(driver.returncode != 0, out)
    check(not os.listdir(directory + "/tmp"), f"left {os.listdir(directory + '/tmp')}")
    return marker


def main():
    orch = os.path.abspath(sys.argv[1])
    for kind in ("launcher", "script"):
        with tempfile.TemporaryDirectory() as directory:
            words = take(orch, directory, kind)
            words_arrive(directory, words)
            statuses_raise(directory, words)
            driver = output_comes_at_once(directory, words)
            driver.terminate()
            driver.communicate(timeout=30)
            marker = terminated(directory, words)
            if kind == "launcher":  # which ends everything that the command has started
                check(not is_running(marker), "what the command started goes on")
                out = said(directory, words, "orch --version")
                check(out.count("orch ") >= 2, out)
    print("the launcher and the script, as a cluster runs them")


if __name__ == "__main__":
    main()
