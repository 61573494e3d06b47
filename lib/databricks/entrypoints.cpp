#include "databricks/entrypoints.h"

namespace orch::databricks {

std::string_view launcher_text() {
  return R"py("""Made by `orch register`: runs the orch binary as this task. Changes here are overwritten."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading


def stop(*_):
    raise KeyboardInterrupt


def run(arguments):
    at = arguments.index("--orch-bin")
    binary = arguments[at + 1]
    arguments = arguments[:at] + arguments[at + 2:]
    # Mounts of a workspace may refuse to execute: from a local disk it always works.
    directory = tempfile.mkdtemp(prefix="orch-")
    child = None
    before = None
    try:
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGTERM, stop)
        local = os.path.join(directory, "orch")
        shutil.copyfile(binary, local)
        os.chmod(local, 0o700)
        # The command may be orch itself.
        path = directory + os.pathsep + os.environ.get("PATH", os.defpath)
        child = subprocess.Popen([local, "serve-entrypoint", *arguments], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env={**os.environ, "PATH": path})
        # A line at a time: what a child writes to descriptor 1 may miss the run's output.
        for line in child.stdout:
            sys.stdout.write(line.decode("utf-8", "replace"))
            sys.stdout.flush()
        status = child.wait()
    finally:
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.wait()
        if before is not None:
            signal.signal(signal.SIGTERM, before)
        shutil.rmtree(directory, ignore_errors=True)
    if status != 0:
        raise RuntimeError("orch: the command exited with %d" % status)


run(sys.argv[1:])
)py";
}

std::string_view script_text() {
  return R"py("""Made by `orch register`: runs one command as this task. Changes here are overwritten."""
import argparse
import shlex
import signal
import subprocess
import sys
import threading


def stop(*_):
    raise KeyboardInterrupt


def run(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--command", required=True)
    command = shlex.split(parser.parse_args(arguments).command)
    if not command:
        raise RuntimeError("orch: the command is empty")
    print("Executing command: " + " ".join(command), flush=True)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    before = None
    try:
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGTERM, stop)
        for line in child.stdout:
            sys.stdout.write(line.decode("utf-8", "replace"))
            sys.stdout.flush()
        status = child.wait()
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.wait()
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    if status != 0:
        raise RuntimeError("orch: the command exited with %d" % (status if status > 0 else 128 - status))


run(sys.argv[1:])
)py";
}

}  // namespace orch::databricks
