"""Runs commands in turn and tells medians: A B C A B C …, so that all share the machine's mood."""
import os
import statistics
import subprocess
import tempfile


class Sample:
    """One command over all rounds."""

    def __init__(self, name):
        self.name = name
        self.walls, self.cpus, self.rss = [], [], []
        self.status = 0

    def wall(self):
        return statistics.median(self.walls)

    def cpu(self):
        return statistics.median(self.cpus)

    def peak_mib(self):
        return max(self.rss) / 1024

    def spread(self):
        return max(self.walls) / min(self.walls)


class Machine:
    def __init__(self, build, rounds):
        self.build = os.path.abspath(build)
        self.rounds = rounds

    def program(self, name):
        return os.path.join(self.build, "scripts/bench.d", "bench_" + name)

    @property
    def orch(self):
        return os.path.join(self.build, "orch")

    def once(self, sample, command, cwd=None, env=None):
        with tempfile.NamedTemporaryFile("r") as figures:
            subprocess.run([self.program("meas"), figures.name, *command], cwd=cwd, check=True,
                           env={**os.environ, **(env or {})})
            wall, cpu, rss, status = figures.read().split()
        sample.walls.append(float(wall))
        sample.cpus.append(float(cpu))
        sample.rss.append(int(rss))
        sample.status = int(status)

    def paired(self, commands, rounds=None, cwd=None, before=None):
        """{name: argv} to {name: Sample}; a name whose command is None is left out."""
        samples = {name: Sample(name) for name, argv in commands.items() if argv}
        for _ in range(rounds or self.rounds):
            for name, sample in samples.items():
                if before:
                    before(name)
                self.once(sample, commands[name], cwd=cwd)
        for name, sample in list(samples.items()):
            if sample.status in (0, 8):
                continue
            if name.startswith(("orch", "floor")):
                raise SystemExit(f"bench: {name} ended with {sample.status}")
            print(f"bench: {name} ended with {sample.status}; it counts as absent", flush=True)
            del samples[name]
        return samples


def peer(directory, *command):
    """A Python peer's command: some start their workers by the interpreter's name alone."""
    return directory and ["env", f"PATH={directory}:{os.environ['PATH']}", "python3", *command]


class Table:
    def __init__(self, title, columns):
        self.title, self.columns, self.rows = title, columns, []

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def show(self):
        widths = [max(len(row[i]) for row in [self.columns, *self.rows])
                  for i in range(len(self.columns))]
        print(f"\n{self.title}")
        for row in [self.columns, *self.rows]:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            print("  " + "  ".join(cells).rstrip(), flush=True)


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}x"
