#!/usr/bin/env python3
"""databricks.py ORCH: making, changing and taking down what an orchestrator needs in a workspace, and
rotating its credential, disturbed at every request.

Each request fails before it did anything, fails after it worked, loses its answer, or has orch
killed before or after. Whatever happened, the same command run once more ends whole: one job, one
pool of each name, every file, the registration beside them; or nothing of what orch made.
"""
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

# In place of this folder, whose queue.py and secrets.py would stand for the library's.
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1] / "support" / "databricks")
import server as http_server
import workspace as databricks

FILE = """
kind: Orchestrator
name: gpu
environment: databricks
registry: local
secrets: {{host: {{env: H}}, accountId: {{env: A}}, clientId: {{env: C}}, clientSecret: {{env: S}}}}
provision:
  folder: /Workspace/Shared/orch/gpu
  requirements: {{packages: [fiftyone==2.13.1]}}
  scope: {{name: orch-gpu, secrets: {{FIFTYONE_DATABASE_URI: {{env: URI}}}}}}
  entrypoint: script
  pools:
    execution: {{instance_pool_name: gpu-pool, node_type_id: c3-standard-4-lssd, max_capacity: {capacity}}}
    registration: {{instance_pool_name: cpu-pool, node_type_id: c3-standard-4}}
  plugins: {{upload: plugins}}
  env: {{API_URL: "https://fiftyone.test"}}
  job: {{name: gpu-job, max_concurrent_runs: {runs}}}
"""
KINDS = [("before", 500), ("after", 500), ("after", "cut"), ("before", "kill"), ("after", "kill")]


def check(ok, what):
    if not ok:
        raise AssertionError(what)


class World:
    """A workspace, a state directory, and orch between them."""

    def __init__(self, orch, directory):
        self.orch, self.directory = orch, directory
        self.workspace = databricks.Workspace()
        # What somebody else has made, and nobody may touch.
        self.workspace.state.files.update({"/Workspace": None, "/Workspace/Shared": None, "/Workspace/Shared/other": b"x"})
        self.workspace.post_secrets_scopes_create({"scope": "other"})
        self.server = http_server.serve(self.workspace)
        os.makedirs(os.path.join(directory, "plugins", "a"))
        pathlib.Path(directory, "plugins", "a", "fiftyone.yml").write_text("name: a\n")
        self.child = None

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def write(self, runs, capacity):
        pathlib.Path(self.directory, "gpu.yaml").write_text(FILE.format(runs=runs, capacity=capacity))

    def run(self, *words, **more):
        env = {"PATH": os.environ["PATH"], "HOME": self.directory, "ORCH_STATE_DIR": os.path.join(self.directory, "state"),
               "DATABRICKS_HOST": self.workspace.address, "DATABRICKS_TOKEN": databricks.PAT, "LC_ALL": "C.UTF-8",
               "H": "https://fake.test", "A": "fake-account", "C": databricks.CLIENT_ID, "S": "fake-secret", "URI": "mongodb://fake", **more}
        self.child = subprocess.Popen([self.orch, *words], cwd=self.directory, env=env, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = self.child.communicate(timeout=60)
        return self.child.returncode, out + err

    def disturb(self, number, when, do):
        """The request with this number (from 0) of the next command."""
        state = self.workspace.state
        state.log.clear()

        def act():
            self.child.send_signal(signal.SIGKILL)
            self.child.wait()

        class Nth(http_server.Rule):
            @property
            def request(self):
                method, path, _ = state.log[-1]
                return f"{method} {path}" if len(state.log) == number + 1 else "NONE /"

            @request.setter
            def request(self, _):
                pass

        self.workspace.rules = [Nth("", when, act if do == "kill" else do)]

    def check_whole(self, runs, capacity, where):
        state = self.workspace.state
        check(len(state.jobs) == 1 and len(state.pools) == 2, f"{where}: {len(state.jobs)} jobs, {len(state.pools)} pools")
        (job_id, job), = state.jobs.items()
        check(job["settings"]["max_concurrent_runs"] == runs, f"{where}: {job['settings']['max_concurrent_runs']} runs")
        pools = {pool["instance_pool_name"]: (pool_id, pool) for pool_id, pool in state.pools.items()}
        check(pools["gpu-pool"][1]["max_capacity"] == capacity, f"{where}: the pool's capacity")
        clusters = [each["new_cluster"]["instance_pool_id"] for each in job["settings"]["job_clusters"]]
        check(clusters == [pools["gpu-pool"][0], pools["cpu-pool"][0]], f"{where}: {clusters}")
        for name in ("requirements.txt", "entrypoint.py", "plugins/a/fiftyone.yml"):
            check(state.files.get("/Workspace/Shared/orch/gpu/" + name), f"{where}: {name} is missing")
        check(state.scopes["orch-gpu"]["secrets"] == {"FIFTYONE_DATABASE_URI": "mongodb://fake"}, f"{where}: the scope")
        check(state.scopes["orch-gpu"]["acls"] == {databricks.CLIENT_ID: "READ"}, f"{where}: the scope's readers")
        check(state.permissions[f"jobs/{job_id}"][databricks.CLIENT_ID] == "CAN_MANAGE_RUN", f"{where}: the job's permission")
        status, said = self.run("describe", "gpu")
        check(status == 0 and str(job_id) in said, f"{where}: the registration: {said}")

    def check_gone(self, where):
        state = self.workspace.state
        check(not state.jobs and not state.pools and list(state.scopes) == ["other"], f"{where}: {state.jobs} {state.pools} {state.scopes}")
        check("/Workspace/Shared/other" in state.files, f"{where}: somebody else's file is gone")
        check(not [path for path in state.files if path.startswith("/Workspace/Shared/orch/gpu")], f"{where}: files are left")


def disturbed(orch, what, prepare, words, whole):
    """Undisturbed once to count the requests, then once for each of them and each kind of fault."""
    def fresh(directory):
        world = World(orch, directory)
        prepare(world)
        world.workspace.state.log.clear()
        return world

    with tempfile.TemporaryDirectory() as directory:
        world = fresh(directory)
        status, said = world.run(*words)
        check(status == 0, f"{what}: undisturbed: {said}")
        requests = [(method, path) for method, path, _ in world.workspace.state.log]
        whole(world, what)
        world.close()

    def one(number, when, do):
        where = f"{what}: {' '.join(requests[number])}: {do} {when}"
        with tempfile.TemporaryDirectory() as directory:
            world = fresh(directory)
            world.disturb(number, when, do)
            status, said = world.run(*words)
            check((status == -9) == (do == "kill"), f"{where}: {status} {said}")
            world.workspace.rules = []
            status, said = world.run(*words)
            gone = words[0] == "delete" and status == 5  # the first one had worked
            check(status == 0 or gone, f"{where}: again: {status} {said}")
            whole(world, where)
            world.close()

    with concurrent.futures.ThreadPoolExecutor(12) as pool:  # most of the time they wait to try again
        runs = [pool.submit(one, number, when, do) for number in range(len(requests)) for when, do in KINDS]
        for run in runs:
            run.result()
    return len(runs)


def registered(world, runs=3, capacity=20):
    world.write(runs, capacity)
    status, said = world.run("register", "gpu.yaml")
    check(status == 0, said)


def changed(world):
    registered(world)
    world.write(5, 10)


def may_rotate(world):
    registered(world)
    world.workspace.state.principal_secrets = {"fakesec-1000": "fake-secret"}
    status, said = world.run("rotate-secret", "gpu", "--key", "host", "--from", "env:DATABRICKS_HOST")
    check(status == 0, said)


def rotated(world, where):
    """One secret is left, a new one, and it is what the registry holds."""
    left = world.workspace.state.principal_secrets
    check(len(left) == 1, f"{where}: {sorted(left)} are left")
    (name, value), = left.items()
    check(name != "fakesec-1000", f"{where}: the old one is left")
    status, said = world.run("rotate-secret", "gpu", "--from", "env:LEFT", LEFT=value)
    check(status == 0 and "unchanged" in said, f"{where}: the registry holds another one: {said}")


def main():
    orch = os.path.abspath(sys.argv[1])
    register = ["register", "gpu.yaml"]
    count = disturbed(orch, "make", lambda world: world.write(3, 20), register,
                      lambda world, where: world.check_whole(3, 20, where))
    count += disturbed(orch, "change", changed, register, lambda world, where: world.check_whole(5, 10, where))
    count += disturbed(orch, "take down", registered, ["delete", "gpu", "--resources", "--delete-secrets", "--yes"],
                       lambda world, where: world.check_gone(where))
    count += disturbed(orch, "rotate", may_rotate, ["rotate-secret", "gpu", "--from", "generate"], rotated)
    print(f"{count} disturbed runs ended whole")


if __name__ == "__main__":
    main()
