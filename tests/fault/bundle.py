#!/usr/bin/env python3
"""bundle.py ORCH: bundle-gen killed at each of its system calls that change a file, and what the next
run makes of it: with the same spec, and with a third one. Also two at once."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "bundle"
CALLS = "mkdir,openat,write,fchmod,chmod,rename,unlink,syncfs,fsync"
# Three specs: each differs from the others in files that come, go and change.
SPECS = [["bucket.prefix=a"], ["bucket.prefix=b", "models[0].id=other"], ["bucket.prefix=c", "models[1].id=third"]]


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def command(orch, out, spec, *more):
    return [orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", out, *more,
            *[word for setting in SPECS[spec] for word in ("--set", setting)]]


def run(orch, out, spec, *more):
    return subprocess.run(command(orch, out, spec, *more), capture_output=True, text=True, check=False)


def content(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*")
            if path.is_file() and not str(path).endswith(("/lock", ".gitkeep"))}


def writing_calls(orch, before, out):
    """How many system calls of each kind the change from the first spec to the second makes."""
    shutil.copytree(before, out)
    trace = out.with_suffix(".trace")
    subprocess.run(["strace", "-f", "-qq", "-e", f"trace={CALLS}", "-o", trace, *command(orch, out, 1)],
                   check=True, capture_output=True)
    counts = {}
    for call in re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE):
        counts[call] = counts.get(call, 0) + 1
    return counts


def killed_everywhere(orch, place):
    before, wanted = place / "before", [place / f"wanted{number}" for number in range(3)]
    check(run(orch, before, 0).returncode == 0, "the first run")
    for number, directory in enumerate(wanted):
        check(run(orch, directory, number).returncode == 0, "a whole run")
    rounds = 0
    for call, count in writing_calls(orch, before, place / "counted").items():
        for number in range(1, count + 1):
            out = place / f"{call}{number}"
            shutil.copytree(before, out)
            killed = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                     f"inject={call}:signal=KILL:when={number}", *command(orch, out, 1)],
                                    check=False, capture_output=True)
            check(killed.returncode in (-9, 137), f"{call} {number} was not killed: {killed.returncode}")
            other = place / "other"
            shutil.copytree(out, other)
            for directory, spec in ((out, 1), (other, 2)):
                what = f"killed at {call} {number}, then spec {spec}"
                done = run(orch, directory, spec)
                check(done.returncode == 0, f"{what}: {done.stderr}")
                check(run(orch, directory, spec, "--check").returncode == 0, f"{what}: --check")
                check(content(directory) == content(wanted[spec]), what)
            shutil.rmtree(out)
            shutil.rmtree(other)
            rounds += 1
    return rounds


def two_at_once(orch, place):
    """Each ends well or says that the other is at it; what is left is one of the two, whole."""
    out = place / "both"
    for _ in range(20):
        pair = [subprocess.Popen(command(orch, out, spec), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                for spec in (0, 1)]
        ends = [(one.communicate()[1], one.returncode) for one in pair]
        check(all(status in (0, 6) for _, status in ends) and any(status == 0 for _, status in ends), ends)
        check(0 in [run(orch, out, spec, "--check").returncode for spec in (0, 1)], "neither of the two")


def main():
    orch = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        rounds = killed_everywhere(orch, pathlib.Path(directory))
        two_at_once(orch, pathlib.Path(directory))
    print(f"bundle-gen killed at {rounds} places and run again: as if nothing had happened")


if __name__ == "__main__":
    main()
