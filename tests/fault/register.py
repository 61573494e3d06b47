#!/usr/bin/env python3
"""register.py ORCH: registering, replacing, rotating and deleting at FiftyOne, disturbed at every call.

Each call of the SDK fails before it did anything, fails after it worked, dies, or has orch killed
before or after. Whatever happened, the same command run once more ends whole, and no secret is left
that nobody needs. The marked secret values show up nowhere but where they belong.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

SDK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "fiftyone_sdk")
KINDS = ["before", "after", "dies", "kills-before", "kills-after"]
MARKS = {"HOST": "mark-host\"\\-é", "ACCOUNT": "mark-account/+ x", "CLIENT": "mark-client-id-1",
         "SECRET": "mark-top-secret&=", "NEW": "mark-rotated-value"}
FILE = """
kind: Orchestrator
name: gpu
environment: databricks
registry: fiftyone
config: {{jobId: "{job}", executionTaskId: run}}
secrets:
  host: {{env: HOST}}
  accountId: {{env: ACCOUNT}}
  clientId: {{env: CLIENT}}
  clientSecret: {{env: SECRET}}
"""
NAMES = {"HOST_GPU": "HOST", "ACCOUNT_ID_GPU": "ACCOUNT", "CLIENT_ID_GPU": "CLIENT", "CLIENT_SECRET_GPU": "SECRET"}


def spellings(value):
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1],
            urllib.parse.quote(value, safe=""), base64.b64encode(value.encode()).decode()}


def check(ok, what):
    if not ok:
        raise AssertionError(what)


class World:
    def __init__(self, orch, directory):
        self.orch = orch
        self.directory = directory
        self.stub = os.path.join(directory, "stub.json")
        self.said = ""

    def write(self, job):
        with open(os.path.join(self.directory, "gpu.yaml"), "w", encoding="utf-8") as file:
            file.write(FILE.format(job=job))

    def run(self, *words, faults=""):
        env = {"PATH": os.environ["PATH"], "HOME": self.directory, "PYTHONPATH": SDK,
               "PYTHONDONTWRITEBYTECODE": "1", "STUB_FILE": self.stub, "STUB_FAULTS": faults,
               "FIFTYONE_API_URI": "http://127.0.0.1:9", "FIFTYONE_API_KEY": "fake-admin-key",
               "LC_ALL": "C.UTF-8", "ORCH_STATE_DIR": os.path.join(self.directory, "state"), **MARKS}
        done = subprocess.run([self.orch, *words], cwd=self.directory, env=env, capture_output=True,
                              text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
        self.said += done.stdout + done.stderr
        return done

    def state(self):
        with open(self.stub, encoding="utf-8") as file:
            return json.load(file)

    def calls(self):
        return self.state()["calls"] if os.path.exists(self.stub) else []

    def check_whole(self, job, what):
        state = self.state()
        check(set(state["secrets"]) == set(NAMES), f"{what}: secrets {sorted(state['secrets'])}")
        for name, variable in NAMES.items():
            check(state["secrets"][name]["value"] == MARKS[variable], f"{what}: value of {name}")
        check(state["orchestrators"]["gpu"]["config"]["databricks"]["jobId"] == job, f"{what}: config")

    def check_no_traces(self):
        """Not in what was said, kept, or visible of the SDK's process; the API key only in its environment."""
        texts = {"output": self.said}
        for directory, _, names in os.walk(os.path.join(self.directory, "state")):
            for name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    texts[name] = file.read().decode("utf-8", "replace")
        for number, (command, environment) in enumerate(self.state()["seen"]):
            texts[f"command line {number}"] = command
            # Variables without a credential's name pass on: HOST and the like are the test's own.
            texts[f"environment {number}"] = "\0".join(
                line for line in environment.split("\0") if line.split("=")[0] not in MARKS)
        for where, text in texts.items():
            for value in MARKS.values():
                for spelling in spellings(value):
                    check(spelling not in text, f"a secret's value in {where}")
            check("fake-admin-key" not in text or where.startswith("environment"), f"the key in {where}")


def disturbed(orch, what, prepare, words, whole):
    """Runs `words` undisturbed once to learn its calls, then once for each call and kind of fault."""
    with tempfile.TemporaryDirectory() as directory:
        world = World(orch, directory)
        prepare(world)
        before = len(world.calls())
        check(world.run(*words).returncode == 0, f"{what}: undisturbed: {world.said}")
        calls = sorted(set(world.calls()[before:]))
        whole(world, what)
    count = 0
    for call in calls:
        for kind in KINDS:
            where = f"{what}: {call}:{kind}"
            with tempfile.TemporaryDirectory() as directory:
                world = World(orch, directory)
                prepare(world)
                first = world.run(*words, faults=f"{call}:{kind}:once")
                killed = kind.startswith("kills")
                check((first.returncode == -9) == killed, f"{where}: {first.returncode} {first.stderr}")
                second = world.run(*words)
                gone = words[0] == "delete" and second.returncode == 5  # the first one had worked
                check(second.returncode == 0 or gone, f"{where}: again: {second.returncode} {second.stderr}")
                whole(world, where)
                world.check_no_traces()
                count += 1
    return count


def deleted(world, where):
    state = world.state()
    check(not state["orchestrators"] and not state["secrets"], f"{where}: {sorted(state['orchestrators'])} {sorted(state['secrets'])}")


def rotated(world, where):
    check(world.state()["secrets"]["CLIENT_SECRET_GPU"]["value"] == MARKS["NEW"], f"{where}: the new value")


def registered(world):
    world.write("1")
    check(world.run("register", "gpu.yaml").returncode == 0, world.said)


def changed(world):
    registered(world)
    world.write("2")


def main():
    orch = os.path.abspath(sys.argv[1])
    count = disturbed(orch, "register", lambda world: world.write("1"), ["register", "gpu.yaml"],
                      lambda world, where: world.check_whole("1", where))
    count += disturbed(orch, "replace", changed, ["register", "gpu.yaml", "--replace"],
                       lambda world, where: world.check_whole("2", where))
    count += disturbed(orch, "delete", registered, ["delete", "orchestrator/gpu", "--delete-secrets", "--yes",
                                                    "--registry", "fiftyone"], deleted)
    count += disturbed(orch, "rotate", registered, ["rotate-secret", "gpu", "--from", "env:NEW"], rotated)
    print(f"{count} disturbed runs ended whole after a second one")


if __name__ == "__main__":
    main()
