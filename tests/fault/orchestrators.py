#!/usr/bin/env python3
"""orchestrators.py ORCH: many at once, and names in every awkward spelling, on this machine's registry."""
import json
import os
import subprocess
import sys
import tempfile

AT_ONCE = 8
# Taken, and found again under the very same name.
TAKEN = ["gpu", "GPU", "gpu-a", "gpu_a", "a--b", "x.y", "Team A", "über", "中文", "123", "a" * 128,
         "it's", 'qu"ote', "semi;colon", "$HOME", "a\\b", "#x", "{x}", "🚀"]
REFUSED = ["a/b", ".hidden", "-flag", "", "a" * 129, "tab\there", "new\nline", "esc\x1b[31m"]


class Machine:
    def __init__(self, orch, directory):
        self.orch = orch
        self.directory = directory
        self.env = {"PATH": os.environ["PATH"], "HOME": directory, "TOKEN_SOURCE": "fake-token",
                    "LC_ALL": "C.UTF-8"}

    def start(self, *words):
        return subprocess.Popen([self.orch, *words], cwd=self.directory, env=self.env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words):
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def file(self, name):
        path = os.path.join(self.directory, "one.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"kind": "Orchestrator", "name": name, "environment": "anyscale",
                       "config": {"jobQueueName": "q"},
                       "secret_names": {"authToken": "SHARED_TOKEN"},
                       "secrets": {"authToken": {"env": "TOKEN_SOURCE"}}}, file)
        return path


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def at_once(machine):
    """All of one name: each ends well or says that another is at work; the result is whole."""
    path = machine.file("gpu")
    processes = [machine.start("register", path) for _ in range(AT_ONCE)]
    ended = [(process.communicate(timeout=60), process.returncode) for process in processes]
    statuses = [status for _, status in ended]
    check(set(statuses) <= {0, 6} and 0 in statuses, f"at once: {ended}")
    check(machine.run("register", path)[0] == 0, "at once: once more")
    check(machine.run("list", "orchestrators", "-o", "name")[1] == "gpu\n", "at once: one registration")
    check(machine.run("list", "secrets", "-o", "name")[1] == "SHARED_TOKEN\n", "at once: one secret")
    check(machine.run("delete", "gpu", "--delete-secrets", "--yes")[0] == 0, "at once: delete")
    return statuses.count(0)


def names(machine):
    for name in TAKEN:
        status, _, err = machine.run("register", machine.file(name))
        check(status == 0, f"{name!r}: {status} {err}")
        status, out, err = machine.run("describe", f"orchestrator/{name}", "-o", "json")
        check(status == 0 and json.loads(out)["name"] == name, f"{name!r}: described as {out} {err}")
        check(machine.run("list", "orchestrators", "-o", "json")[1].count(json.dumps(name, ensure_ascii=False)) == 1,
              f"{name!r}: listed")
        check(machine.run("delete", f"orchestrator/{name}", "--delete-secrets", "--yes")[0] == 0, f"{name!r}: deleted")
    for name in REFUSED:
        status, out, err = machine.run("register", machine.file(name))
        check(status == 2 and "name" in err and "\x1b" not in err, f"{name!r}: {status} {out} {err}")


def main():
    orch = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="orch-names-") as directory:
        machine = Machine(orch, directory)
        well = at_once(machine)
        names(machine)
    print(f"{well} of {AT_ONCE} at once ended well; {len(TAKEN)} names taken, {len(REFUSED)} refused")


if __name__ == "__main__":
    main()
