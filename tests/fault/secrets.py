#!/usr/bin/env python3
"""secrets.py ORCH: every command is run with marked secret values, which may show up only where
design says: in the environment of FiftyOne's SDK (its API key), of the entrypoint's command, and of
workers whose job lists them.

strace sees the arguments and the environment of every program that is started. Besides: both
outputs, --debug and JSON, the state directory, --record, and no core file when orch crashes.
"""
import base64
import json
import os
import re
import signal
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
# In place of this folder, whose queue.py and secrets.py would stand for the library's.
sys.path[0] = os.path.join(HERE, "..", "support", "databricks")
import server as http_server
import workspace as databricks
SDK = os.path.join(HERE, "..", "support", "fiftyone_sdk")
WITH_FIFTYONE = os.path.join(HERE, "..", "cli", "bin", "with-fiftyone")
DOCKER = os.path.join(HERE, "..", "support", "docker")
SPECIAL = "/+ &\"\\é"  # differs in every spelling
# Variables as operators have them, each with a value of its own.
VARIABLES = {name: f"mark-{name.lower()}{SPECIAL}" for name in (
    "DATABRICKS_CLIENT_SECRET", "ANYSCALE_CLI_TOKEN", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "PREFECT_API_KEY", "FIFTYONE_ENCRYPTION_KEY", "MY_PASSWORD", "NEW_SECRET",
    "WORKER_TOKEN")}
API_KEY = "fake-admin-key"
JOB = """
name: birds
input: {list: [a, b, c]}
on: local
num_task_managers: 1
env: {WORKER_TOKEN: {env: WORKER_TOKEN}}
pipeline: {inference: {run: [python3, worker.py]}}
output: {storage: local, location: out/}
"""
WORKER = """
import json, os, sys
print('{"ready":true}', flush=True)
print("token is", os.environ["WORKER_TOKEN"], file=sys.stderr, flush=True)
for line in sys.stdin:
    item = json.loads(line)
    print(json.dumps({"id": item["id"], "result": len(os.environ["WORKER_TOKEN"])}), flush=True)
"""
GPU = """
kind: Orchestrator
name: gpu
environment: databricks
config: {jobId: "1", executionTaskId: run}
secrets:
  host: {file: host.txt}
  accountId: {env: MY_PASSWORD}
  clientId: {env: PREFECT_API_KEY}
  clientSecret: {env: DATABRICKS_CLIENT_SECRET}
"""
MADE = """
kind: Orchestrator
name: made
environment: databricks
registry: local
secrets:
  host: {env: DATABRICKS_HOST}
  accountId: {env: MY_PASSWORD}
  clientId: {env: CLIENT_ID}
  clientSecret: {env: DATABRICKS_CLIENT_SECRET}
provision:
  folder: /Workspace/Shared/orch/made
  requirements: {packages: [fiftyone==2.13.1]}
  scope: {name: made, secrets: {FIFTYONE_ENCRYPTION_KEY: {env: FIFTYONE_ENCRYPTION_KEY}, A: {env: ANYSCALE_CLI_TOKEN}}}
  entrypoint: script
  pools: {execution: {instance_pool_name: made, node_type_id: t}}
  image: {url: registry.test/image, basic_auth: {username: u, password: {env: WORKER_TOKEN}}}
  job: {name: made}
"""
GPU_ARGUMENTS = ["--registry", "fiftyone"]
# What is run, in this order, with what standard input holds. Statuses matter to other tests.
COMMANDS = [
    ("submit job.yaml --debug", None), ("submit job.yaml --dry-run -o json", None),
    ("submit -- sh -c pwd", None), ("submit job.yaml --enqueue", None), ("status birds --wait", None), ("submit broken.yaml -o json", None),
    ("status", None), ("status birds -o json", None), ("list jobs", None), ("describe birds", None),
    ("logs birds", None), ("results birds", None), ("cancel birds", None),
    ("register gpu.yaml --dry-run", None), ("register gpu.yaml --debug", None),
    ("register gpu.yaml -o json", None), ("register gpu.yaml --emit-python", None),
    ("register tools --environment local --config pluginsDir=plugins --registry local", None),
    ("register wrong.yaml -o json", None),
    ("rotate-secret gpu --from env:NEW_SECRET --debug", None),
    ("rotate-secret gpu --key host --from stdin -o json", "mark-new_secret" + SPECIAL),
    ("refresh tools --debug", None), ("refresh gpu -o json", None),
    ("secret set HERE --registry local", "mark-my_password" + SPECIAL),
    ("secret set THERE --registry fiftyone", "mark-my_password" + SPECIAL),
    ("secret info HERE --registry local -o json", None),
    ("list secrets --registry fiftyone", None), ("list secrets --registry local", None),
    ("list orchestrators -o json", None), ("list runs", None), ("list runs --on gpu -o json --debug", None),
    ("submit --on gpu --poll-interval 10ms -o json --debug --record record -- sh -c pwd", None),
    ("submit --on gpu --poll-interval 10ms -- fail", None), ("register made.yaml --dry-run --debug", None),
    ("register made.yaml --debug", None), ("register made.yaml -o json", None), ("refresh made --debug --poll-interval 10ms", None),
    ("status made -o json", None), ("doctor made --debug --record record", None),
    ("rotate-secret made --from generate --debug --record record", None),
    ("rotate-secret --from env:NEW_SECRET --target databricks_scope:made/X --debug", None),
    ("delete made --resources --delete-secrets --yes --debug", None), ("describe gpu", None), ("status gpu -o json", None),
    ("doctor gpu --debug --record record", None), ("doctor -o json", None),
    ("secret delete HERE --registry local --yes", None),
    ("delete gpu --delete-secrets --yes --debug", None), ("delete birds --yes", None),
    ("serve-entrypoint operators --plugins-dir plugins", None),
    ("serve-entrypoint command --debug -- true", None), ("serve-entrypoint queue --idle 100ms", None),
    ("config view --sources", None), ("config schema Job", None), ("completion bash", None),
    ("help credentials", None),
    ("bundle-gen bundle.yaml --deploy prod", None), ("bundle-gen bundle.yaml --deploy prod --diff --debug", None),
    ("bundle-gen bundle.yaml --deploy prod -o json", None), ("status ./docker-compose-gen/prod --debug", None),
    ("doctor ./docker-compose-gen/prod --debug", None),
]
# A person's file: filled in after the first of them.
BUCKET_CREDENTIALS = "docker-compose-gen/prod/creds/bundle/.env"


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def spellings(value):
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1],
            urllib.parse.quote(value, safe=""), base64.b64encode(value.encode()).decode()}


def find(text, where, values):
    for value in values:
        for spelling in spellings(value):
            check(spelling not in text, f"{where}: the value {value}")


def unescape(text):
    return bytes(int(pair, 16) for pair in re.findall(r"\\x(..)", text)).decode("utf-8", "replace")


def started(trace):
    """[(arguments, environment)] of every execve in strace's output."""
    calls = []
    for line in trace.splitlines():
        # execve("\x2f…", ["\x..", …], ["\x..", …]) = 0
        match = re.search(r'execve\("[^"]*", \[(.*?)\], \[(.*?)\]\)?', line)
        if match:
            calls.append(tuple([unescape(text) for text in re.findall(r'"([^"]*)"', part)] for part in match.groups()))
    return calls


def may_see(arguments, name):
    """Whether the program started with these arguments may have the variable."""
    program = os.path.basename(arguments[0])
    if name == "WORKER_TOKEN" and arguments[-1] == "worker.py":
        return True
    if name == "FIFTYONE_API_KEY" and program.startswith("python") and arguments[1] == "-c":
        return True
    # The queue's runner is orch as the operator started it, so that the jobs it starts find what
    # their `env:` names; what it starts for them is looked at like everything else.
    if program == "orch" and ("queue" in arguments or "--resume" in arguments):
        return True
    return arguments == ["true"]  # the entrypoint's command has all


class World:
    def __init__(self, orch, directory):
        self.orch = orch
        self.directory = directory
        self.texts = {}
        self.programs = 0
        self.workspace = databricks.Workspace()
        self.workspace.state.looks_until_over = 0
        self.server = http_server.serve(self.workspace)
        for name, text in {"job.yaml": JOB, "worker.py": WORKER, "gpu.yaml": GPU,
                           "host.txt": "mark-host" + SPECIAL, "made.yaml": MADE,
                           # A value where the name of a field should be, and one in the wrong place.
                           "broken.yaml": JOB.replace("on: local", "onn: local"),
                           "wrong.yaml": GPU.replace("clientId:", "clientIdd:")}.items():
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        for name in ("bundle.yaml", "signature.yaml"):
            shutil.copy(os.path.join(HERE, "..", "data", "bundle", name), directory)
        os.makedirs(self.path("docker"))
        os.makedirs(self.path("plugins/a"))
        with open(self.path("plugins/a/fiftyone.yml"), "w", encoding="ascii") as file:
            file.write("name: a\noperators: [one]\n")
        self.env = {"PATH": f"{DOCKER}:{os.environ['PATH']}", "HOME": directory, "PYTHONPATH": SDK, "DOCKER_STATE": self.path("docker"),
                    "PYTHONDONTWRITEBYTECODE": "1", "STUB_FILE": self.path("stub.json"),
                    "FIFTYONE_API_KEY": API_KEY, "CLIENT_ID": databricks.CLIENT_ID, "DATABRICKS_AUTH_TYPE": "pat",
                    "DATABRICKS_HOST": self.workspace.address, "DATABRICKS_TOKEN": databricks.PAT, "LC_ALL": "C.UTF-8",
                    "ORCH_STATE_DIR": self.path("state"), **VARIABLES}

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, command, stdin):
        trace = self.path("trace")
        words = [self.orch, *command.split()]
        done = subprocess.run(
            [WITH_FIFTYONE, "--", "strace", "-f", "-qq", "-v", "-xx", "-s", "100000", "-e",
             "trace=execve", "-e", "signal=none", "-o", trace, *words],
            cwd=self.directory, env=self.env, capture_output=True, text=True, check=False,
            timeout=120, input=stdin or "")
        check(done.returncode not in (70, 134, 139), f"{command}: {done.returncode} {done.stderr}")
        check(("made" not in words) or done.returncode in (0, 12), f"{command}: {done.returncode} {done.stderr}")
        check("orch" in done.stdout + done.stderr or done.returncode == 0, f"{command}: {done}")
        self.texts[f"{command}: output"] = done.stdout + done.stderr
        with open(trace, encoding="ascii") as file:
            calls = started(file.read())
        os.unlink(trace)
        check(calls and calls[0][0] == words, f"{command}: strace saw {calls[:1]}")
        for arguments, environment in calls[1:]:
            self.programs += 1
            self.texts[f"{command}: arguments of {arguments[0]}"] = "\0".join(arguments)
            hidden = {**VARIABLES, "FIFTYONE_API_KEY": API_KEY, "DATABRICKS_TOKEN": databricks.PAT}
            values = [value for name, value in hidden.items() if not may_see(arguments, name)]
            find("\0".join(environment), f"{command}: environment of {arguments}", values)
        return done

    def fill_in_credentials(self):
        with open(self.path(BUCKET_CREDENTIALS), "w", encoding="utf-8") as file:
            file.write(f"RCLONE_S3_SECRET_ACCESS_KEY='{VARIABLES['AWS_SECRET_ACCESS_KEY']}'\n")

    def sweep(self):
        for directory, _, names in os.walk(self.directory):
            for name in names:
                path = os.path.join(directory, name)
                if directory != self.directory and path != self.path(BUCKET_CREDENTIALS):  # not what this test has put there
                    with open(path, "rb") as file:
                        self.texts[path] = file.read().decode("utf-8", "replace")
        values = [*VARIABLES.values(), API_KEY, databricks.PAT, "dose-fake", "mark-host" + SPECIAL]
        for where, text in self.texts.items():
            find(text, where, values)


def all_commands(orch):
    done = subprocess.run([orch, "help", "-o", "json"], capture_output=True, check=True)
    return {command["name"] for command in json.loads(done.stdout)["commands"]}


def commands_below(pid):
    done = subprocess.run(["ps", "-o", "comm=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.split()


def no_core_file(orch, directory):
    """Killed by SIGSEGV while it holds a secret; a plain sleep proves that this machine makes cores."""
    control = subprocess.Popen(["sh", "-c", "ulimit -c unlimited; exec sleep 60"], cwd=directory)
    env = {"PATH": os.environ["PATH"], "HOME": directory, "MY_PASSWORD": "mark-my_password"}
    one = subprocess.Popen(["sh", "-c", "ulimit -c unlimited; exec \"$0\" submit -- sleep 60", orch],
                           cwd=directory, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    while "sleep" not in commands_below(one.pid):
        time.sleep(0.05)
    dumped = []
    for child in (control, one):
        check(child.poll() is None, "it ended by itself")
        os.kill(child.pid, signal.SIGSEGV)
        _, status, _ = os.wait4(child.pid, 0)
        child.returncode = -1  # it has been waited for
        dumped.append(os.WCOREDUMP(status))
    check(not dumped[1], "orch left a core file")
    return "no core file" if dumped[0] else "cores are off on this machine, so that proved nothing"


def main():
    orch = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        world = World(orch, directory)
        for command, stdin in COMMANDS:
            words = command.split()
            if words[0] == "register" and words[1] in ("gpu.yaml", "wrong.yaml"):
                command += " " + " ".join(GPU_ARGUMENTS)
            world.run(command, stdin)
            if words[0] == "bundle-gen":
                world.fill_in_credentials()
        run = {name for name in all_commands(orch) for command, _ in COMMANDS
               if (command + " ").startswith(name + " ")}
        check(run == all_commands(orch), f"not run: {all_commands(orch) - run}")
        with open(world.path("stub.json"), encoding="utf-8") as file:
            stub = json.load(file)
        check("mark-new_secret" + SPECIAL in stub["used"] or stub["calls"].count("update_secret") == 2, "no rotation")
        world.server.shutdown()
        world.sweep()
        cores = no_core_file(orch, tempfile.mkdtemp(dir=directory))
        print(f"{len(COMMANDS)} commands, {world.programs} programs started, {len(world.texts)} texts looked through; {cores}")


if __name__ == "__main__":
    main()
