"""`status NAME` of an orchestrator at Databricks, beside the vendor's SDK and old CLI, against the
stand-in of a workspace that the tests use."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

SDK = """
from databricks.sdk import WorkspaceClient
import os
w = WorkspaceClient(host=os.environ["DATABRICKS_HOST"], token=os.environ.get("DATABRICKS_TOKEN"))
print(next(iter(w.jobs.list_runs(job_id=int(os.environ["JOB"]), limit=1)), None))
"""


def start_workspace():
    sys.path.insert(0, str(ROOT / "tests" / "support" / "databricks"))
    import server
    import workspace
    world = workspace.Workspace()
    world.state.looks_until_over = 0
    return workspace, world, server.serve(world)


def old_cli(python, rounds):
    """[CPU ms, wall ms, peak MiB], or absent where namespaces are refused."""
    here = pathlib.Path(__file__).with_name("old_cli.py")
    done = subprocess.run(["unshare", "-rn", "/usr/bin/python3", here, python + "databricks", str(rounds)], capture_output=True, text=True, check=False)
    return done.stdout.split() if done.returncode == 0 else ["absent", "", ""]


def providers(machine, table_of, _):
    databricks, world, server = start_workspace()
    job = world.post_jobs_create({"name": "j", "tasks": [{"task_key": "execute_task"}]})["job_id"]
    world.post_jobs_run_now({"job_id": job})
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as home:
        base = {"PATH": os.environ["PATH"], "HOME": home, "ORCH_STATE_DIR": home + "/state", "S": "fake-secret", "JOB": str(job),
                "DATABRICKS_HOST": world.address}
        token = {**base, "DATABRICKS_TOKEN": databricks.PAT}
        oauth = {**base, "DATABRICKS_CLIENT_ID": databricks.CLIENT_ID, "DATABRICKS_CLIENT_SECRET": databricks.CLIENT_SECRET}
        subprocess.run([machine.orch, "register", "gpu", "--environment", "databricks", "--registry", "local", "--config", f"jobId={job}",
                        "--config", "executionTaskId=execute_task", *[f"--secret={field}=env:S" for field in ("host", "accountId", "clientId", "clientSecret")]],
                       env=token, check=True, capture_output=True)

        def requests(env, *command):
            world.state.log.clear()
            subprocess.run(command, env=env, check=True, capture_output=True)
            return len(world.state.log)

        def with_env(env, *command):
            return ["env", "-i", *[f"{name}={value}" for name, value in env.items()], *command]

        status = [machine.orch, "status", "gpu"]
        counts = {"orch, token": requests(token, *status), "orch, service principal, first": requests(oauth, *status),
                  "orch, service principal": requests(oauth, *status)}
        rows = {"orch, token": with_env(token, *status), "orch, service principal": with_env(oauth, *status),
                "curl": with_env(token, "curl", "-s", "-H", f"Authorization: Bearer {databricks.PAT}",
                                 f"{world.address}/api/2.2/jobs/runs/list?job_id={job}&limit=1")}
        counts["curl"] = 1
        environment = subprocess.run([ROOT / "scripts" / "python-env", ROOT / "tests" / "peers" / "requirements.txt"], capture_output=True, text=True, check=False)
        if environment.returncode == 0:
            python = environment.stdout.strip().splitlines()[-1] + "/bin/"
            rows["SDK for Python"] = with_env(token, python + "python", "-c", SDK)
            counts["SDK for Python"] = requests(token, python + "python", "-c", SDK)
        samples = machine.paired(rows)
    server.shutdown()
    table = table_of("providers: status of an orchestrator at Databricks", ["command", "CPU ms", "wall ms", "peak MiB", "requests", "goal"])
    for name, sample in samples.items():
        goal = "<= 20 ms CPU, <= 16 MiB" if name.startswith("orch") else ""
        table.add(name, f"{sample.cpu() * 1e3:.1f}", f"{sample.wall() * 1e3:.1f}", f"{sample.peak_mib():.1f}", str(counts[name]), goal)
    if environment.returncode == 0:
        table.add("old CLI (a list of runs)", *old_cli(python, machine.rounds), "", "")
    table.add("orch, service principal, first", "", "", "", str(counts["orch, service principal, first"]), "3 requests")
