#!/usr/bin/env python3
"""databricks.py ORCH: the vendor's SDK for Python and its old CLI against our stand-in of a
workspace, and beside orch.

1. The SDK performs the whole guide against the stand-in, reads everything orch has made there, pages
   through lists, and gets the errors it knows.
2. Differential: orch and the SDK do the same things against one recorder; the requests are the same:
   method, path, query, JSON, fields of a form, kind of credentials.
3. Every job body that orch sends survives the SDK's typed model unchanged.
4. An independent token server (oauth2-mock-server): orch finds it by its discovery document, gets a
   token there and signs its requests with it.
5. The old CLI (it drops the port of its host, so in a network namespace of its own, where the
   stand-in listens on port 80).

Run with the Python of tests/peers/requirements.txt; `databricks.py ORCH` makes it and starts itself.
"""
import contextlib
import fcntl
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# In place of this folder, whose databricks.py would stand for the vendor's package.
sys.path[0] = str(HERE.parent / "support" / "databricks")
import server as http_server
import workspace as fake
sys.path.append(str(HERE))  # behind the vendor's package
import node_env

FILE = """
kind: Orchestrator
name: gpu
environment: databricks
registry: local
secrets: {host: {env: H}, accountId: {env: H}, clientId: {env: CID}, clientSecret: {env: H}}
provision:
  folder: /Workspace/Shared/orch/gpu
  requirements: {packages: [fiftyone==2.13.1, torch==2.3]}
  scope: {name: your-scope, secrets: {FIFTYONE_DATABASE_URI: {env: URI}}}
  entrypoint: script
  pools:
    execution: {instance_pool_name: gpu-pool, node_type_id: c3-standard-4-lssd, preloaded_spark_versions: [16.4.x-scala2.13]}
    registration: {instance_pool_name: cpu-pool, node_type_id: c3-standard-4}
  init: INIT
  env: {API_URL: "https://fiftyone.test"}
  job: {name: demonstration-task-processor, max_concurrent_runs: 3}
""".replace("  init: INIT\n", "")


def check(ok, what):
    if not ok:
        raise AssertionError(what)


@contextlib.contextmanager
def workspace():
    world = fake.Workspace()
    world.state.looks_until_over = 0
    server = http_server.serve(world)
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()


def client(world, **credentials):
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.core import Config
    credentials = credentials or {"token": fake.PAT}
    return WorkspaceClient(config=Config(host=world.address, retry_timeout_seconds=20, **credentials))



# ---- 1: the SDK against the stand-in

def the_guide(world):
    """What the guide's scripts do, in their order; the scope, which they forget, is made first."""
    from databricks.sdk.service.jobs import JobSettings
    from databricks.sdk.service.workspace import ImportFormat
    w = client(world)
    w.workspace.mkdirs("/Workspace/Shared/my_project")
    for name in ("requirements.txt", "entrypoint.py"):
        w.workspace.upload(path=f"/Workspace/Shared/my_project/{name}", content=b"# x\n", overwrite=True, format=ImportFormat.RAW)
    w.secrets.create_scope(scope="your-scope")
    for key in ("FIFTYONE_DATABASE_URI", "FIFTYONE_ENCRYPTION_KEY", "FIFTYONE_PYPI_URL"):
        w.secrets.put_secret(scope="your-scope", key=key, string_value="fake-value")
    pool = w.instance_pools.create(instance_pool_name="your-actual-pool-name", node_type_id="c3-standard-4-lssd", min_idle_instances=0,
                                   max_capacity=20, enable_elastic_disk=True, idle_instance_autotermination_minutes=15,
                                   preloaded_spark_versions=["16.4.x-scala2.13"])
    with open(HERE.parent / "data" / "databricks" / "jobs.json", encoding="utf-8") as file:
        settings = json.load(file)[0]["request"]["json"]
    for cluster in settings["job_clusters"]:
        cluster["new_cluster"]["instance_pool_id"] = pool.instance_pool_id
    job = w.jobs.create(**JobSettings.from_dict(settings).as_shallow_dict())
    check(w.jobs.get(job.job_id).settings.as_dict() == settings, "the job is not as it was made")
    run = w.jobs.run_now(job.job_id, job_parameters={"command": "fiftyone --version"}, only=["execute_task"], idempotency_token="t").result()
    check(run.state.result_state.value == "SUCCESS", run)
    check("fiftyone --version" in w.jobs.get_run_output(run.tasks[0].run_id).logs, "the run's output")
    again = w.jobs.run_now(job.job_id, idempotency_token="t")
    check(again.run_id == run.run_id, "the token started another run")
    return w, job.job_id


def pages_and_errors(w, world, job_id):
    from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists, ResourceDoesNotExist
    world.state.looks_until_over = 0
    for _ in range(60):
        w.jobs.run_now(job_id)
    check(len(list(w.jobs.list_runs(job_id=job_id))) == 61, "paging of runs")
    check([job.job_id for job in w.jobs.list(name="DEMONSTRATION-task-processor")] == [job_id], "jobs by name")
    expected = [(NotFound, lambda: w.jobs.get_run(1)), (NotFound, lambda: w.jobs.get(1)),
                (ResourceAlreadyExists, lambda: w.secrets.create_scope(scope="your-scope")),
                (ResourceDoesNotExist, lambda: w.secrets.put_secret(scope="no-scope", key="k", string_value="v")),
                (NotFound, lambda: w.workspace.get_status("/Workspace/none")), (BadRequest, lambda: w.jobs.run_now(job_id, only=["none"])),
                (PermissionDenied, lambda: client(world, token="dapi-fake-wrong").jobs.get(job_id))]
    for error, call in expected:
        try:
            call()
        except error:
            continue
        raise AssertionError(f"no {error.__name__}")
    # A rule of each kind is understood: tried again, or told.
    world.rules = [http_server.Rule("GET /api/2.2/jobs/get", do=429, times=1, headers={"Retry-After": "1"})]
    check(w.jobs.get(job_id).job_id == job_id, "429 is tried again")


def by_service_principal(world):
    w = client(world, client_id=fake.CLIENT_ID, client_secret=fake.CLIENT_SECRET)
    check(w.current_user.me().user_name == "op@example.com", "signing in as a service principal")
    principals = list(w.service_principals.list(filter=f'applicationId eq "{fake.CLIENT_ID}"'))
    check([one.id for one in principals] == [fake.PRINCIPAL], principals)
    made = w.service_principal_secrets_proxy.create(fake.PRINCIPAL)
    check(made.secret and made.id in [one.id for one in w.service_principal_secrets_proxy.list(fake.PRINCIPAL)], made)
    w.service_principal_secrets_proxy.delete(fake.PRINCIPAL, made.id)
    try:
        client(world, client_id=fake.CLIENT_ID, client_secret="dose-fake-wrong").current_user.me()
    except ValueError as error:
        check("invalid_client" in str(error), error)
    else:
        raise AssertionError("a wrong secret signs in")


# ---- 2 and 3: orch beside the SDK

def run_orch(orch, directory, world, *words, **more):
    env = {"PATH": os.environ["PATH"], "HOME": directory, "ORCH_STATE_DIR": os.path.join(directory, "state"), "LC_ALL": "C.UTF-8",
           "DATABRICKS_HOST": world.address, "DATABRICKS_TOKEN": fake.PAT, "DATABRICKS_WORKSPACE_ID": fake.WORKSPACE_ID,
           "H": "fake-value", "CID": fake.CLIENT_ID, "URI": "mongodb://fake", **more}
    done = subprocess.run([orch, *words], cwd=directory, env=env, capture_output=True, text=True, check=False, timeout=120)
    check(done.returncode == 0, f"{words}: {done.returncode} {done.stderr}")
    return done.stdout


def the_same_by_sdk(world, job, command):
    """What orch did, said in the SDK's words."""
    from databricks.sdk.service import iam, jobs, workspace as files
    w = client(world)
    folder = "/Workspace/Shared/orch/gpu"
    w.workspace.mkdirs(folder)
    for name in ("requirements.txt", "entrypoint.py"):
        w.workspace.upload(path=f"{folder}/{name}", content=world.state.files[f"{folder}/{name}"], overwrite=True, format=files.ImportFormat.RAW)
    w.secrets.create_scope(scope="your-scope")
    w.secrets.put_secret(scope="your-scope", key="FIFTYONE_DATABASE_URI", string_value="mongodb://fake")
    w.secrets.put_acl(scope="your-scope", principal=fake.CLIENT_ID, permission=files.AclPermission.READ)
    usual = {"min_idle_instances": 0, "max_capacity": 20, "enable_elastic_disk": True, "idle_instance_autotermination_minutes": 15}
    pools = [w.instance_pools.create(instance_pool_name="gpu-pool", node_type_id="c3-standard-4-lssd", preloaded_spark_versions=["16.4.x-scala2.13"], **usual),
             w.instance_pools.create(instance_pool_name="cpu-pool", node_type_id="c3-standard-4", **usual)]
    made = w.jobs.create(**jobs.JobSettings.from_dict(job).as_shallow_dict())
    who = {"service_principal_name": fake.CLIENT_ID}
    for kind, one, level in [("jobs", str(made.job_id), "CAN_MANAGE_RUN"), *[("instance-pools", pool.instance_pool_id, "CAN_ATTACH_TO") for pool in pools]]:
        w.permissions.update(kind, one, access_control_list=[iam.AccessControlRequest(permission_level=iam.PermissionLevel(level), **who)])
    run = w.jobs.run_now(made.job_id, job_parameters={"command": command}, only=["execute_task"], idempotency_token="t", queue=jobs.QueueSettings(enabled=True))
    w.jobs.get_run(run.run_id)
    w.jobs.get_run_output(w.jobs.get_run(run.run_id).tasks[0].run_id)
    w.jobs.update(made.job_id, new_settings=jobs.JobSettings(max_concurrent_runs=5))
    w.jobs.cancel_run(run.run_id)


def changes_of(world):
    """Requests that change something, without what differs by nature: ids, tokens, and the order."""
    def plain(value):
        text = json.dumps(value, sort_keys=True, default=lambda one: one.decode()) if not isinstance(value, str) else value
        for one, name in [*((str(job), "JOB") for job in world.state.jobs), *((str(run), "RUN") for run in world.state.runs),
                          *((pool, "POOL-" + world.state.pools[pool]["instance_pool_name"]) for pool in world.state.pools)]:
            text = text.replace(one, name)
        return text

    out = []
    for method, path, body in world.state.log:
        if method == "GET" or path.startswith("/oidc"):
            continue
        if isinstance(body, dict) and "idempotency_token" in body:
            body = {**body, "idempotency_token": "TOKEN"}
        out.append(f"{method} {plain(path)} {plain(body)}")
    return sorted(out)


def differential(orch):
    from databricks.sdk.service.jobs import JobSettings
    with tempfile.TemporaryDirectory() as directory, workspace() as ours, workspace() as theirs:
        pathlib.Path(directory, "gpu.yaml").write_text(FILE)
        run_orch(orch, directory, ours, "register", "gpu.yaml")
        (job,) = (job["settings"] for job in ours.state.jobs.values())
        job = json.loads(json.dumps(job))
        check(JobSettings.from_dict(job).as_dict() == job, "the typed model changes orch's job")
        run_orch(orch, directory, ours, "submit", "--on", "gpu", "--poll-interval", "10ms", "--", "fiftyone", "--version")
        pathlib.Path(directory, "gpu.yaml").write_text(FILE.replace("max_concurrent_runs: 3", "max_concurrent_runs: 5"))
        run_orch(orch, directory, ours, "register", "gpu.yaml")
        ours.state.looks_until_over = 99
        run = run_orch(orch, directory, ours, "list", "runs", "-o", "name").strip()
        ours.state.runs[int(run)]["looks"] = 0
        run_orch(orch, directory, ours, "cancel", "run/" + run)
        theirs.state.files.update({path: data for path, data in ours.state.files.items() if data is not None})
        the_same_by_sdk(theirs, job, "fiftyone --version")
        mine, other = changes_of(ours), changes_of(theirs)
        check(mine == other, "\n".join(["requests differ:"] + [f"- {line}" for line in other if line not in mine] + [f"+ {line}" for line in mine if line not in other]))
        check(ours.schemes == {"Bearer"} == theirs.schemes - {"none"}, f"credentials: {ours.schemes} {theirs.schemes}")
        # What orch has made, read by the SDK.
        w = client(ours)
        check(w.jobs.get(next(iter(ours.state.jobs))).settings.max_concurrent_runs == 5, "the job by the SDK")
        check([pool.instance_pool_name for pool in w.instance_pools.list()] == ["gpu-pool", "cpu-pool"], "the pools by the SDK")
        with w.workspace.download("/Workspace/Shared/orch/gpu/requirements.txt") as file:
            check(file.read() == b"fiftyone==2.13.1\ntorch==2.3\n", "requirements.txt by the SDK")
        return len(mine)


# ---- 4: an independent token server

def independent_tokens(orch):
    node, modules = node_env.node_env()
    program = modules / "node_modules" / ".bin" / "oauth2-mock-server"
    server = subprocess.Popen([node, program, "-a", "127.0.0.1", "-p", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    try:
        address = ""
        for line in server.stdout:
            found = re.search(r"http://[^:/ ]+:(\d+)", line)
            if found:
                address = f"http://127.0.0.1:{found[1]}"
                break
        check(address, "oauth2-mock-server did not start")
        with tempfile.TemporaryDirectory() as directory, workspace() as world:
            job = world.post_jobs_create({"name": "j", "tasks": [{"task_key": "execute_task"}]})["job_id"]
            world.check_signed_in = lambda authorization: seen.append(authorization)
            seen = []
            signed = {"DATABRICKS_TOKEN": "", "DATABRICKS_CLIENT_ID": "anybody", "DATABRICKS_CLIENT_SECRET": "fake-secret",
                      "DATABRICKS_DISCOVERY_URL": address + "/.well-known/openid-configuration"}
            run_orch(orch, directory, world, "register", "gpu", "--environment", "databricks", "--registry", "local", f"--config=jobId={job}",
                     "--config=executionTaskId=execute_task", *[f"--secret={field}=env:H" for field in ("host", "accountId", "clientId", "clientSecret")])
            run_orch(orch, directory, world, "list", "runs", "--on", "gpu", **signed)
            run_orch(orch, directory, world, "list", "runs", "--on", "gpu", **signed)
        check(len(seen) == 2 and seen[0] == seen[1], "the token was not kept")
        token = seen[0].removeprefix("Bearer ")
        check(token.count(".") == 2, f"no token of that server: {token[:40]}")
        check(not [path for _, path, _ in world.state.log if path.startswith("/oidc")], "the workspace was asked for a token, too")
    finally:
        server.terminate()
        server.wait()


# ---- 5: the old CLI

def old_cli():
    """Started in a network namespace of its own, whose loopback is down at first."""
    set_flags, up_and_running = 0x8914, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, set_flags, struct.pack("16sh", b"lo", up_and_running))
    world = fake.Workspace()
    server = http_server.serve(world, 80)
    env = {**os.environ, "DATABRICKS_HOST": "http://127.0.0.1", "DATABRICKS_TOKEN": fake.PAT, "LC_ALL": "C.UTF-8"}
    cli = str(pathlib.Path(sys.executable).parent / "databricks")

    def call(*words):
        done = subprocess.run([cli, *words], env=env, capture_output=True, text=True, check=False, timeout=60)
        check(done.returncode == 0, f"databricks {words}: {done.stdout} {done.stderr}")
        return done.stdout

    settings = {"name": "demonstration", "tasks": [{"task_key": "execute_task"}]}
    job_id = json.loads(call("jobs", "create", "--version=2.1", "--json", json.dumps(settings)))["job_id"]
    check(str(job_id) in call("jobs", "list", "--version=2.1", "--output", "JSON"), "jobs list")
    run_id = json.loads(call("jobs", "run-now", "--version=2.1", "--job-id", str(job_id)))["run_id"]
    check(json.loads(call("runs", "get", "--version=2.1", "--run-id", str(run_id)))["run_id"] == run_id, "runs get")
    call("secrets", "create-scope", "--scope", "old")
    call("secrets", "put", "--scope", "old", "--key", "k", "--string-value", "fake-value")
    check("k" in call("secrets", "list", "--scope", "old"), "secrets list")
    call("workspace", "mkdirs", "/Workspace/old")
    check(world.state.files.get("/Workspace/old", 1) is None, "workspace mkdirs")
    call("instance-pools", "create", "--json", json.dumps({"instance_pool_name": "old", "node_type_id": "n"}))
    check("old" in call("instance-pools", "list", "--output", "JSON"), "instance-pools list")
    server.shutdown()


def in_own_network():
    """True when it was run; namespaces may be refused."""
    allowed = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        return False
    done = subprocess.run(["unshare", "-rn", sys.executable, __file__, "--old-cli"], capture_output=True,
                          text=True, check=False, timeout=180)
    check(done.returncode == 0, f"the old CLI: {done.stdout} {done.stderr}")
    return True


def main():
    if sys.argv[1] == "--old-cli":
        return old_cli()
    if "--peers" not in sys.argv:
        made = subprocess.run([ROOT / "scripts" / "python-env", HERE / "requirements.txt"], capture_output=True, text=True, check=True)
        python = made.stdout.strip().splitlines()[-1] + "/bin/python"
        os.execv(python, [python, __file__, os.path.abspath(sys.argv[1]), "--peers"])
    for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as home, workspace() as world:
        os.environ["HOME"] = home
        w, job_id = the_guide(world)
        pages_and_errors(w, world, job_id)
        by_service_principal(world)
    requests = differential(sys.argv[1])
    independent_tokens(sys.argv[1])
    ran = in_own_network()
    print(f"the guide by the SDK; {requests} requests of orch like the SDK's; a token of an independent server; "
          + ("the old CLI" if ran else "SKIPPED: the old CLI (no network namespaces here)"))
    return None


if __name__ == "__main__":
    main()
