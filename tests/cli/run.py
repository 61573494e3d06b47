#!/usr/bin/env python3
"""run.py ORCH [--update] [CASE…]: runs the transcripts of tests/cli against one orch binary.

A case is a text file. Lines:
  # comment            shown to nobody; "# mask: durations numbers" names what varies (see MASKS)
  $ command            run by bash in the case's own empty directory; "> more" continues it
  | line               expected on standard output
  ! line               expected on standard error
  = 2                  expected exit status, when it is not 0
Control bytes are spelled \\x1b; a last line without a newline is followed by "(no newline)".
HOME, the state directory and TMPDIR are empty and the case's own, at paths of one length. Job ids
become NAME-ID, paths $DIR, $HOME, $STATE and $TMP, times TIME.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMAND_SECONDS = 120

ALWAYS = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\bpid \d+", "pid PID"),
]
# What a case may ask for with "# mask:".
MASKS = {
    "durations": (r"\b\d+(\.\d+)?(µs|us|ms|s|m|h)(\d+(ms|s|m))*\b", "DURATION"),
    "numbers": (r"\b\d+(\.\d+)?\b", "N"),
    "ms": (r'("ms":|_ms":) ?(\{[^}]*\}|[\d.]+)', r"\1MS"),
    "ports": (r"127\.0\.0\.1:\d{4,5}\b", "127.0.0.1:PORT"),
    "rates": (r"\b\d+(\.\d+)?/s", "RATE"),
}


class Case:
    def __init__(self, path):
        self.path = path
        self.masks = []
        self.lines = path.read_text().splitlines()
        for line in self.lines:
            if line.startswith("# mask:"):
                self.masks += [MASKS[name] for name in line[7:].split()]

    def steps(self):
        """Comments and blank lines as ("text", line), commands as ("command", its lines)."""
        steps, command = [], None
        for line in self.lines:
            if line.startswith("> ") and command is not None:
                command.append(line)
            elif line.startswith("$ "):
                command = [line]
                steps.append(("command", command))
            elif line[:1] in ("#", "") or line.isspace():
                command = None
                steps.append(("text", line))
            elif line[0] not in "|!=(":
                raise ValueError(f"{self.path}: what is this? {line}")
        return steps


class Sandbox:
    def __init__(self, orch):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="orch-cli-", dir="/tmp"))
        self.ids = {}
        for name in ("dir", "home", "state", "tmp"):
            (self.root / name).mkdir()
        self.env = {
            "PATH": f"{orch.parent}:{HERE / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.root / "home"),
            "XDG_STATE_HOME": str(self.root / "state"),
            "TMPDIR": str(self.root / "tmp"),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "ORCH_TESTS": str(HERE.parent),
        }

    def run(self, command):
        child = subprocess.Popen(
            ["bash", "-c", command], cwd=self.root / "dir", env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)
        try:
            out, err = child.communicate(timeout=COMMAND_SECONDS)
            status = child.returncode
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            status = f"timed out after {COMMAND_SECONDS} s"
        return out, err, status

    def learn_ids(self):
        for entry in sorted((self.root / "state").glob("orch/jobs/*"),
                            key=lambda path: path.stat().st_mtime_ns):
            name = entry.name.rpartition("-")[0]
            if entry.name not in self.ids:
                number = sum(1 for known in self.ids.values() if known.startswith(name + "-ID"))
                self.ids[entry.name] = f"{name}-ID" + (str(number + 1) if number else "")

    def normalise(self, data, masks):
        self.learn_ids()
        text = data.decode("utf-8", "backslashreplace")
        for name, shown in self.ids.items():
            text = text.replace(name, shown)
        text = text.replace(str(self.root / "state" / "orch"), "$STATE")
        for name in ("dir", "home", "tmp"):
            text = text.replace(str(self.root / name), "$" + name.upper())
        for pattern, shown in ALWAYS + masks:
            text = re.sub(pattern, shown, text)
        return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", lambda match: f"\\x{ord(match[0]):02x}", text)

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)


def marked(text, mark):
    lines = [f"{mark} {line}" if line else mark for line in text.split("\n")]
    if lines[-1] == mark:
        lines.pop()
    else:
        lines.append("(no newline)")
    return lines


def actual(case, orch):
    """The case's text as this orch would have it."""
    sandbox = Sandbox(orch)
    out = []
    try:
        for kind, value in case.steps():
            if kind == "text":
                out.append(value)
                continue
            out += value
            command = "\n".join(line[2:] for line in value)
            stdout, stderr, status = sandbox.run(command)
            out += marked(sandbox.normalise(stdout, case.masks), "|")
            out += marked(sandbox.normalise(stderr, case.masks), "!")
            if status != 0:
                out.append(f"= {status}")
    finally:
        sandbox.remove()
    return out


def check(path, orch, update):
    """"" when the case passes, else the difference."""
    case = Case(path)
    got = actual(case, orch)
    if got == case.lines:
        return ""
    if update:
        path.write_text("\n".join(got) + "\n")
    return "\n".join(difflib.unified_diff(case.lines, got, f"{path} (expected)", "(actual)",
                                          lineterm=""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orch", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", type=pathlib.Path, help="files or directories")
    parser.add_argument("--update", action="store_true", help="write what orch does now")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_intermixed_args()
    orch = options.orch.resolve()
    if not os.access(orch, os.X_OK):
        sys.exit(f"run.py: {orch} cannot be run")
    paths = []
    for given in options.cases or [HERE]:
        paths += sorted(given.rglob("*.txt")) if given.is_dir() else [given]
    if not paths:
        sys.exit("run.py: there is no case here")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda path: check(path, orch, options.update), paths))
    failed = [result for result in results if result]
    for result in failed:
        print(result, end="\n\n")
    verb = "rewritten" if options.update else "failed"
    print(f"{len(paths)} cases, {len(failed)} {verb}")
    return 1 if failed and not options.update else 0


if __name__ == "__main__":
    sys.exit(main())
