"""The Go programs of tests/peers/compose, built once into the user's cache: {"v1": path, "v2": path}."""
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "orch" / "go"
# For compose-go 2, where the machine's own Go (Debian 12: 1.19) is too old.
TOOLCHAIN = "golang.org/toolchain@v0.0.1-go1.22.12.linux-amd64"
ENV = {**os.environ, "GOFLAGS": "-mod=readonly -trimpath", "GOTOOLCHAIN": "local"}


def go_release():
    said = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.search(r"go(\d+)\.(\d+)", said).groups())


def go_for(release):
    """A go command of this release or a newer one."""
    if go_release() >= release:
        return "go"
    said = subprocess.run(["go", "mod", "download", "-json", TOOLCHAIN], capture_output=True, text=True,
                          env={**ENV, "GOFLAGS": ""}, cwd="/", check=True)
    directory = pathlib.Path(json.loads(said.stdout)["Dir"])
    for program in [*directory.glob("bin/*"), *directory.glob("pkg/tool/*/*")]:
        program.chmod(program.stat().st_mode | 0o111)
    return directory / "bin" / "go"


def build(version, release):
    source = HERE / "compose"
    files = [source / "main.go", *(source / version / name for name in ("load.go", "go.mod", "go.sum"))]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    program = CACHE / f"compose-read-{version}-{digest.hexdigest()[:12]}"
    if not program.exists():
        with tempfile.TemporaryDirectory() as module:
            for file in files:
                shutil.copy(file, module)
            subprocess.run([go_for(release), "build", "-o", f"{program}.new", "."], cwd=module, env=ENV, check=True)
        os.rename(f"{program}.new", program)
    return program


def compose_readers():
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return {"v1": build("v1", (1, 19)), "v2": build("v2", (1, 21))}
