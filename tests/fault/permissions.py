#!/usr/bin/env python3
"""permissions.py ORCH: what may not be read, written or entered is said in one line, with its cure.

Root may everything, so orch runs as nobody when this is run by root.
"""
import os
import shutil
import subprocess
import sys
import tempfile

NOBODY = 65534
JOB = """
name: job
input: {file: inputs.txt}
pipeline: {inference: {exec: [echo, "{input}"]}}
output: {storage: local, location: out}
"""
# What is taken away, the flags of submit, the exit status and what the error says.
CASES = [
    ("inputs.txt", [], 2, "cannot open {dir}/inputs.txt: Permission denied"),
    ("job.yaml", [], 2, "cannot open {dir}/job.yaml: Permission denied"),
    ("out", [], 74, "cannot create directory {dir}/out/job-"),
    ("state", [], 2, "cannot write to the state directory {dir}/state: Permission denied"),
    ("closed", ["--state-dir", "{dir}/closed/state"], 2,
     "cannot create directory {dir}/closed/state: Permission denied"),
    ("closed", ["--set", "working_dir=closed"], 3, "cannot enter {dir}/closed: Permission denied"),
    ("closed", ["--set", "input.file=closed/x"], 2, "cannot open {dir}/closed/x: Permission denied"),
]


def drop():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


class Place:
    def __init__(self, directory):
        self.directory = directory
        os.chmod(directory, 0o755)
        for name in ("out", "state", "closed"):
            os.mkdir(os.path.join(directory, name))
        self.write("inputs.txt", "a\nb\n")
        self.write("job.yaml", JOB)
        if os.geteuid() == 0:
            for path in [directory, *(os.path.join(directory, name) for name in os.listdir(directory))]:
                os.chown(path, NOBODY, NOBODY)

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, orch, *words):
        return subprocess.run([orch, *words], cwd=self.directory, preexec_fn=drop, text=True,
                              capture_output=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "HOME": self.directory,
                                   "ORCH_STATE_DIR": os.path.join(self.directory, "state")})


def check(orch, place, taken, flags, status, said):
    path = os.path.join(place.directory, taken)
    before = os.stat(path).st_mode
    os.chmod(path, 0)
    flags = [flag.format(dir=place.directory) for flag in flags]
    done = place.run(orch, "submit", "job.yaml", *flags)
    os.chmod(path, before)
    said = said.format(dir=place.directory)
    lines = [line for line in done.stderr.splitlines() if said in line]
    assert done.returncode == status, (taken, flags, done.returncode, done.stderr)
    assert len(lines) == 1, (taken, flags, done.stderr)
    cure = done.stderr.splitlines()[-1]
    assert cure.startswith("  "), (taken, flags, done.stderr)
    print(f"{taken} {' '.join(flags)}: {lines[0]} | {cure.strip()}".replace(place.directory, "DIR"))


def main():
    orch = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="orch-permissions-") as directory:
        copy = os.path.join(directory, "orch")
        shutil.copy(orch, copy)  # the build tree may not be open to nobody
        os.chmod(directory, 0o755)
        os.mkdir(os.path.join(directory, "place"))
        place = Place(os.path.join(directory, "place"))
        for case in CASES:
            check(copy, place, *case)
        # A state that may not be seen is not an empty one.
        os.chmod(os.path.join(place.directory, "state"), 0)
        done = place.run(copy, "status")
        os.chmod(os.path.join(place.directory, "state"), 0o755)
        assert done.returncode == 2 and "Permission denied" in done.stderr, done.stderr
        # And with everything back, nothing was lost.
        done = place.run(copy, "submit", "job.yaml", "-q")
        assert done.returncode == 0, done.stderr
    print("permissions: all cases as expected")


main()
