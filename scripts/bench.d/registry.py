"""`list orchestrators` of 10,000."""
import os
import sqlite3
import subprocess
import tempfile

COUNT = 10_000


def fill(state, orch):
    """One registered by orch itself, the rest copies of its row."""
    subprocess.run([orch, "register", "first", "--environment", "local", "--state-dir", state, "-q"],
                   check=True, stdout=subprocess.DEVNULL)
    with sqlite3.connect(os.path.join(state, "orch.db")) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(orchestrator)")]
        others = ", ".join(column for column in columns if column != "name")
        for i in range(COUNT - 1):
            database.execute(f"INSERT INTO orchestrator (name, {others}) SELECT ?, {others} "
                             "FROM orchestrator WHERE name = 'first'", (f"orchestrator-{i}",))


def registry(machine, table_of, _):
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as state:
        fill(state, machine.orch)
        base = [machine.orch, "list", "orchestrators", "--state-dir", state]
        samples = machine.paired({"as a table": base, "the names alone": [*base, "-o", "name"],
                                  "as JSON": [*base, "-o", "json"]})
    table = table_of(f"registry: list {COUNT} orchestrators", ["form", "CPU ms", "wall ms", "peak MiB", "goal"])
    for name, sample in samples.items():
        table.add(name, f"{sample.cpu() * 1e3:.1f}", f"{sample.wall() * 1e3:.1f}", f"{sample.peak_mib():.1f}",
                  "<= 50 ms CPU")
