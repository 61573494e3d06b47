#!/usr/bin/env python3
"""entrypoint.py ORCH: `serve-entrypoint command` under signals, floods and leftovers.

Every case runs as an ordinary process and, where the machine allows namespaces, as a real PID 1.
"""
import hashlib
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time

SHOW_SIGNALS = """
import os, signal, sys
def show(number, frame):
    print("got", number, flush=True)
    os._exit(40)
for number in range(1, 16):
    if number != signal.SIGKILL:
        signal.signal(number, show)
print("ready", flush=True)
while True:
    signal.pause()
"""
ORPHANS = """
import os, sys, time
for _ in range(1000):
    middle = os.fork()
    if middle == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.waitpid(middle, 0)
print("ready", flush=True)
sys.stdin.readline()
"""
FLOOD = """
import os
block = bytes(range(256)) * 256
for _ in range({count}):
    os.write(1, block)
"""
LEAVE_BEHIND = """
import os, signal, subprocess, sys, time
def forget():
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "{mark}"])
subprocess.Popen(["sleep", "{mark}"], preexec_fn=forget)
print("left", flush=True)
"""


def wait_until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.01)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def zombies_of(pid):
    count = 0
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat", encoding="latin-1") as file:
                state, parent = file.read().rsplit(")", 1)[1].split()[:2]
        except (OSError, IndexError):
            continue
        count += state == "Z" and int(parent) == pid
    return count


def running(*words):
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if file.read().split(b"\0")[:-1] == [word.encode() for word in words]:
                    found.append(int(entry))
        except OSError:
            continue
    return found


class Entrypoint:
    """One run."""

    def __init__(self, prefix, orch, argv, options=(), **more):
        self.process = subprocess.Popen([*prefix, orch, "serve-entrypoint", *options, "--", *argv],
                                        stdin=subprocess.PIPE, **{"stdout": subprocess.PIPE,
                                                                  "stderr": subprocess.PIPE, **more})
        self.behind_unshare = bool(prefix)

    @property
    def pid(self):
        """orch itself, while it runs."""
        if not self.behind_unshare:
            return self.process.pid
        wait_until(lambda: children_of(self.process.pid), "unshare's child")
        return children_of(self.process.pid)[0]

    def line(self):
        return self.process.stdout.readline()

    def until(self, wanted):
        while (line := self.line()) != wanted:
            if not line:
                raise AssertionError(f"no {wanted}: {self.process.stderr.read()}")

    def end(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err.decode() if err else ""


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def peak_memory(pid):
    """In kB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def signals(prefix, orch):
    for number in range(1, 16):
        if number == signal.SIGKILL:
            continue
        run = Entrypoint(prefix, orch, [sys.executable, "-c", SHOW_SIGNALS])
        run.until(b"ready\n")
        os.kill(run.pid, number)
        status, out, err = run.end()
        check((status, out) == (40, b"got %d\n" % number), f"signal {number}: {status} {out} {err}")


def orphans(prefix, orch):
    run = Entrypoint(prefix, orch, [sys.executable, "-c", ORPHANS])
    run.until(b"ready\n")
    orch_pid = run.pid
    wait_until(lambda: zombies_of(orch_pid) == 0, "1,000 orphans to be reaped")
    run.process.stdin.write(b"\n")
    check(run.end()[0] == 0, "orphans: status")


def statuses(prefix, orch):
    for wanted in (0, 1, 2, 125, 126, 127, 128, 255):
        status = Entrypoint(prefix, orch, ["sh", "-c", f"exit {wanted}"]).end()[0]
        check(status == wanted, f"status {wanted}: {status}")
    for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM):
        status, _, err = Entrypoint(prefix, orch, ["sh", "-c", f"kill -{number:d} $$"]).end()
        check(status == 128 + number, f"signal {number}: {status}")
        check(f"ended with signal {number:d}" in err, err)
    check(Entrypoint(prefix, orch, ["no-such-program"]).end()[0] == 127, "127")
    check(Entrypoint(prefix, orch, ["/etc/passwd"]).end()[0] == 126, "126")


def grace(prefix, orch):
    run = Entrypoint(prefix, orch, ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
                     ["--grace", "200ms"])
    run.until(b"ready\n")
    os.kill(run.pid, signal.SIGTERM)
    status, _, err = run.end()
    check(status == 137 and "was killed" in err, f"grace: {status} {err}")


def flood(prefix, orch, count=16_384):
    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(bytes(range(256)) * 256)
    # It stays until its input ends: the peak is read from a process that is certain to be there.
    run = Entrypoint(prefix, orch, [sys.executable, "-c", FLOOD.format(count=count) + "os.read(0, 1)\n"])
    run.until(b"\n")  # the end of the command line that was printed
    got = hashlib.sha256()
    size = count << 16
    while size > 0 and (block := run.process.stdout.read(min(size, 1 << 20))):
        got.update(block)
        size -= len(block)
    check(got.digest() == digest.digest(), "flood: other bytes")
    peak = peak_memory(run.pid)
    run.process.stdin.close()
    check(run.process.wait(timeout=20) == 0, "flood: status")
    check(peak < 8 << 10, f"flood: {peak} kB of memory")
    return peak


def targets(prefix, orch):
    """Files, files opened for appending, and two streams on one file: nothing lost, order kept."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "log")
        for mode in ("wb", "ab"):
            with open(path, mode) as file:
                run = Entrypoint(prefix, orch, [sys.executable, "-c", FLOOD.format(count=200)], stdout=file)
                check(run.end()[0] == 0, f"{mode}: status")
            with open(path, "rb") as file:
                check(bytes(range(256)) * 256 * 200 in file.read(), f"{mode}: content")
        with open(path, "wb") as file:
            loop = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"
            Entrypoint(prefix, orch, ["sh", "-c", loop], stdout=file, stderr=file).end()
        with open(path, encoding="ascii") as file:
            got = [line.strip() for line in file if line.startswith(("out", "err"))]
        check(got == [f"{word} {i}" for i in range(1, 10) for word in ("out", "err")], f"order: {got}")


def flushed(prefix, orch):
    """A line arrives while the child still runs."""
    run = Entrypoint(prefix, orch, ["sh", "-c", "echo one; read x; echo two; read x"])
    run.until(b"one\n")
    run.process.stdin.write(b"\n")
    run.process.stdin.flush()
    check(run.line() == b"two\n", "flushed")
    check(run.end()[0] == 1, "flushed: status")


def leftovers(prefix, orch):
    mark = f"{100_000 + os.getpid()}.{len(prefix)}"
    status, out, _ = Entrypoint(prefix, orch, [sys.executable, "-c", LEAVE_BEHIND.format(mark=mark)],
                                ["--grace", "300ms"]).end()
    check(status == 0 and b"left\n" in out, f"leftovers: {status}")
    wait_until(lambda: not running("sleep", mark), "leftovers to be gone", 2)


def reader_gone(prefix, orch):
    run = Entrypoint(prefix, orch, ["sh", "-c", "trap 'exit 9' PIPE; while :; do echo y; done"],
                     stderr=subprocess.DEVNULL)
    run.until(b"y\n")
    run.process.stdout.close()
    check(run.process.wait(timeout=20) in (1, 2, 9, 141), f"reader gone: {run.process.returncode}")


def stuck_reader(prefix, orch):
    """Nobody reads; TERM still reaches the child and ends it all."""
    run = Entrypoint(prefix, orch, [sys.executable, "-c", FLOOD.format(count=1_000)], stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    os.kill(run.pid, signal.SIGTERM)
    time.sleep(0.1)
    os.kill(run.pid, signal.SIGTERM)
    check(run.process.wait(timeout=10) == 143, f"stuck reader: {run.process.returncode}")
    run.process.stdout.close()


def timeout(prefix, orch):
    status, _, err = Entrypoint(prefix, orch, ["sleep", "60"], ["--timeout", "200ms"]).end()
    check(status == 7 and "was not done after 200ms" in err, f"timeout: {status} {err}")


def terminal(_, orch):
    """At a terminal the child is in the foreground: it reads, and Ctrl-C is its own."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(orch, [orch, "serve-entrypoint", "--", "sh", "-c",
                        "test -t 0 && test -t 1 && read line && echo got $line; sleep 60"])
    seen = b""
    os.write(fd, b"hello\n")
    while b"got hello" not in seen:
        seen += os.read(fd, 1024)
    os.write(fd, b"\x03")
    try:
        while os.read(fd, 1024):
            pass
    except OSError:
        pass
    check(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130, "terminal: Ctrl-C")


def main():
    orch = os.path.abspath(sys.argv[1])
    prefixes = {"as a process": []}
    pid1 = ["unshare", "--fork", "--pid"]
    if subprocess.run([*pid1, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        prefixes["as PID 1"] = pid1
    else:
        print("skipped: as PID 1 (this machine refuses namespaces)")
    for name, prefix in prefixes.items():
        for case in (signals, orphans, statuses, grace, targets, flushed, leftovers, reader_gone,
                     stuck_reader, timeout):
            case(prefix, orch)
        print(f"{name}: passed; 1 GiB of output took {flood(prefix, orch)} kB at most")
    terminal(None, orch)
    print("at a terminal: passed")


if __name__ == "__main__":
    main()
