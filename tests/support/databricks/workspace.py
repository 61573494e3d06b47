"""A stand-in of a Databricks workspace: stateful, with the vendor's errors, paging and quirks.

Requests and answers have the forms recorded with the vendor's SDK for Python; the SDK itself and the
old CLI are run against it in tests/peers. server.py serves it.
"""
import base64
import re
import threading
import time
import urllib.parse

from people import (ACCOUNT, CLIENT_ID, CLIENT_SECRET, PAT, PRINCIPAL, WORDS, WORKSPACE_ID, People, Refused,
                    invalid, missing, need)
from volumes import Volumes

class State:
    """What the workspace holds. Plain data, so that it can be kept between two servers."""
    def __init__(self):
        self.files = {}  # path → bytes; None: a directory
        self.scopes = {}  # name → {"secrets": {}, "acls": {}}
        self.pools, self.jobs, self.runs = {}, {}, {}
        self.permissions = {}  # "jobs/7" → {principal: level}
        self.tokens = {}  # idempotency token → run id
        self.principal_secrets = {"fakesec-1000": CLIENT_SECRET}
        self.bearers = {}  # token → when it ends
        self.token_lifetime = 3600
        self.next_id = 9007199254740993 * 3  # beyond what a double holds
        self.looks_until_over, self.discovery, self.next_pool = 2, True, 1002
        self.log = []  # (method, path with query, body)

    def new_id(self):
        self.next_id += 2
        return self.next_id


def page(items, query, key, size):
    start = int(query.get("page_token") or 0)
    answer = {key: items[start:start + size]} if items[start:start + size] else {}
    if start + size < len(items):
        answer["next_page_token"] = str(start + size)
    answer["has_more"] = "next_page_token" in answer
    return answer


class Workspace(People, Volumes):
    """The handlers: one method a path, named by it."""
    def __init__(self, state=None, rules=()):
        self.state = state or State()
        self.rules = list(rules)
        self.lock = threading.RLock()
        self.address, self.schemes = "", set()

    # ---- signing in

    def discovered(self):
        if not self.state.discovery:
            raise missing("no such page")

    def get_well_known_databricks_config(self, _):
        self.discovered()
        return {"oidc_endpoint": self.address + "/oidc", "account_id": ACCOUNT, "workspace_id": WORKSPACE_ID, "cloud": "GCP"}

    def get_oidc_well_known_oauth_authorization_server(self, _):
        self.discovered()
        return {"issuer": self.address + "/oidc", "token_endpoint": self.address + "/oidc/v1/token"}

    def token(self, authorization, form):
        kind, _, value = authorization.partition(" ")
        known = kind == "Basic" and base64.b64decode(value).decode().partition(":")
        if not known or known[0] != CLIENT_ID or known[2] not in self.state.principal_secrets.values():
            return 401, {"error": "invalid_client", "error_description": "Client authentication failed"}
        if form != {"grant_type": "client_credentials", "scope": "all-apis"}:
            return 400, {"error": "invalid_request", "error_description": "unexpected form"}
        bearer = f"fake-oauth-token-{len(self.state.bearers) + 1}"
        self.state.bearers[bearer] = time.time() + self.state.token_lifetime
        return 200, {"access_token": bearer, "scope": "all-apis", "token_type": "Bearer", "expires_in": self.state.token_lifetime}

    def check_signed_in(self, authorization):
        bearer = authorization.removeprefix("Bearer ")
        if bearer == PAT or self.state.bearers.get(bearer, 0) > time.time():
            return
        if not bearer:
            raise Refused(401, "UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API.")
        raise Refused(403, "403", "Invalid access token.")
    # ---- files

    def get_workspace_get_status(self, query):
        path = query.get("path", "")
        if path not in self.state.files:
            raise missing(f"Path ({path}) doesn't exist.")
        data = self.state.files[path]
        if data is None:
            return {"object_type": "DIRECTORY", "path": path, "object_id": 70}
        return {"object_type": "FILE", "path": path, "object_id": 77, "size": len(data), "modified_at": 1765000000000}

    def post_workspace_mkdirs(self, body):
        need(body, "path")
        path = ""
        for part in body["path"].strip("/").split("/"):
            path += "/" + part
            if self.state.files.get(path) is not None:
                raise Refused(400, "RESOURCE_ALREADY_EXISTS", f"{path} is a file")
            self.state.files[path] = None
        return {}

    def post_workspace_import(self, body):
        need(body, "path", "format")
        content = body["content"] if isinstance(body.get("content"), bytes) else base64.b64decode(body.get("content", ""))
        path = body["path"]
        if path.rpartition("/")[0] not in self.state.files:
            raise missing(f"The parent folder ({path.rpartition('/')[0]}) does not exist.")
        if path in self.state.files and body.get("overwrite") not in (True, "true"):
            raise Refused(400, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists.")
        self.state.files[path] = content
        return {}

    def get_workspace_export(self, query):
        if self.state.files.get(query.get("path")) is None:
            raise missing(f"Path ({query.get('path')}) doesn't exist.")
        return self.state.files[query["path"]]

    def post_workspace_delete(self, body):
        path = body.get("path", "")
        if path not in self.state.files:
            raise missing(f"Path ({path}) doesn't exist.")
        inside = [each for each in self.state.files if each.startswith(path + "/")]
        if inside and not body.get("recursive"):
            raise Refused(400, "DIRECTORY_NOT_EMPTY", f"Folder ({path}) is not empty")
        for each in [path, *inside]:
            del self.state.files[each]
        return {}

    # ---- secrets

    def scope(self, name):
        if name not in self.state.scopes:
            raise missing(f"Scope {name} does not exist!")
        return self.state.scopes[name]

    def post_secrets_scopes_create(self, body):
        need(body, "scope")
        if body["scope"] in self.state.scopes:
            raise Refused(400, "RESOURCE_ALREADY_EXISTS", f"Scope {body['scope']} already exists!")
        self.state.scopes[body["scope"]] = {"secrets": {}, "acls": {}}
        return {}

    def get_secrets_scopes_list(self, _):
        return {"scopes": [{"name": name, "backend_type": "DATABRICKS"} for name in self.state.scopes]} if self.state.scopes else {}

    def post_secrets_scopes_delete(self, body):
        self.scope(body.get("scope"))
        del self.state.scopes[body["scope"]]
        return {}

    def post_secrets_put(self, body):
        need(body, "scope", "key")
        if ("string_value" in body) == ("bytes_value" in body):
            raise invalid("exactly one of string_value and bytes_value is needed")
        value = body.get("string_value") or base64.b64decode(body.get("bytes_value", "")).decode()
        self.scope(body["scope"])["secrets"][body["key"]] = value
        return {}

    def get_secrets_list(self, query):
        keys = self.scope(query.get("scope"))["secrets"]
        return {"secrets": [{"key": key, "last_updated_timestamp": 1765000000000} for key in keys]} if keys else {}

    def post_secrets_delete(self, body):
        secrets = self.scope(body.get("scope"))["secrets"]
        if body.get("key") not in secrets:
            raise missing(f"Secret {body.get('key')} does not exist")
        del secrets[body["key"]]
        return {}

    def post_secrets_acls_put(self, body):
        need(body, "scope", "principal", "permission")
        self.scope(body["scope"])["acls"][body["principal"]] = body["permission"]
        return {}

    def get_secrets_acls_list(self, query):
        acls = self.scope(query.get("scope"))["acls"]
        return {"items": [{"principal": who, "permission": level} for who, level in acls.items()]} if acls else {}
    # ---- pools

    def pool(self, pool_id):
        if pool_id not in self.state.pools:
            raise missing(f"Can't find an instance pool with id: {pool_id}")
        return self.state.pools[pool_id]

    def post_instance_pools_create(self, body):
        need(body, "instance_pool_name", "node_type_id")
        if any(pool["instance_pool_name"] == body["instance_pool_name"] for pool in self.state.pools.values()):
            raise invalid(f"Instance pool with name {body['instance_pool_name']} already exists")
        self.state.next_pool += 1
        pool_id = f"0101-120000-fake{self.state.next_pool}-pool-abcdefgh"
        self.state.pools[pool_id] = body
        return {"instance_pool_id": pool_id}

    def shown_pool(self, pool_id):
        return {**self.pool(pool_id), "instance_pool_id": pool_id, "state": "ACTIVE", "stats": {"idle_count": 0},
                "default_tags": {"Vendor": "Databricks"}}

    def get_instance_pools_list(self, _):
        return {"instance_pools": [self.shown_pool(pool_id) for pool_id in self.state.pools]}

    def get_instance_pools_get(self, query):
        return self.shown_pool(query.get("instance_pool_id"))

    def post_instance_pools_edit(self, body):
        need(body, "instance_pool_id", "instance_pool_name", "node_type_id")
        pool = self.pool(body["instance_pool_id"])
        if body["node_type_id"] != pool["node_type_id"]:
            raise invalid("The node type cannot be changed")
        pool.clear()
        pool.update({key: value for key, value in body.items() if key != "instance_pool_id"})
        return {}

    def post_instance_pools_delete(self, body):
        self.pool(body.get("instance_pool_id"))
        del self.state.pools[body["instance_pool_id"]]
        return {}
    # ---- jobs

    def job(self, job_id):
        job_id = int(job_id or 0)  # the old CLI sends text
        if job_id not in self.state.jobs:
            raise invalid(f"Job {job_id} does not exist.")
        return self.state.jobs[job_id]

    def post_jobs_create(self, body):
        for task in body.get("tasks", []):
            need(task, "task_key")
        job_id = self.state.new_id()
        self.state.jobs[job_id] = {"settings": body, "created_time": 1765000000000}
        return {"job_id": job_id}

    def get_jobs_get(self, query):
        return {"job_id": int(query["job_id"]), "creator_user_name": "op@example.com", **self.job(query.get("job_id"))}

    def get_jobs_list(self, query):
        name = query.get("name", "").lower()
        jobs = [{"job_id": job_id, **job} for job_id, job in sorted(self.state.jobs.items(), reverse=True)
                if not name or job["settings"].get("name", "").lower() == name]
        return page(jobs, query, "jobs", int(query.get("limit") or 20))

    def post_jobs_reset(self, body):
        self.job(body.get("job_id"))["settings"] = body["new_settings"]
        return {}

    def post_jobs_update(self, body):
        settings = self.job(body.get("job_id"))["settings"]
        for key, value in body.get("new_settings", {}).items():
            if key not in ("tasks", "job_clusters"):
                settings[key] = value
                continue
            name = "task_key" if key == "tasks" else "job_cluster_key"
            merged = {each[name]: each for each in settings.get(key, [])}
            merged.update({each[name]: each for each in value})
            settings[key] = list(merged.values())
        for key in body.get("fields_to_remove", []):
            settings.pop(key, None)
        return {}

    def post_jobs_delete(self, body):
        self.job(body.get("job_id"))
        del self.state.jobs[int(body["job_id"])]
        return {}

    # ---- runs

    def post_jobs_run_now(self, body):
        job = self.job(body.get("job_id"))
        token = body.get("idempotency_token")
        if token and len(token) > 64:
            raise invalid("idempotency_token is too long")
        if token in self.state.tokens:
            return {"run_id": self.state.tokens[token], "number_in_job": self.state.tokens[token]}
        only = body.get("only")
        tasks = [task["task_key"] for task in job["settings"].get("tasks", [])]
        if only and not set(only) <= set(tasks):
            raise invalid(f"Task keys {sorted(set(only) - set(tasks))} are not in the job")
        run_id = self.state.new_id()
        self.state.runs[run_id] = {
            "job_id": int(body["job_id"]), "looks": 0, "cancelled": False, "start_time": 1765000000000 + len(self.state.runs),
            "command": body.get("job_parameters", {}).get("command", ""),
            "tasks": [{"task_key": key, "run_id": self.state.new_id()} for key in tasks if not only or key in only]}
        if token:
            self.state.tokens[token] = run_id
        return {"run_id": run_id, "number_in_job": run_id}

    def run(self, run_id):
        run_id = int(run_id or 0)
        if run_id not in self.state.runs:
            raise invalid(f"Run {run_id} does not exist.")
        return self.state.runs[run_id]

    def ending(self, run):
        """(code, type, message, old result) by words in the command: fail, code=…, conflict."""
        command = run["command"]
        named = re.search(r"code=(\w+)", command)
        if named and named[1].startswith("SUCCESS"):
            return named[1], "SUCCESS", f"ended with {named[1]}", "SUCCESS"
        if named:
            return named[1], "CLIENT_ERROR", f"ended with {named[1]}", "FAILED"
        if command.startswith("fail"):
            return "RUN_EXECUTION_ERROR", "CLIENT_ERROR", "Task failed", "FAILED"
        return "SUCCESS", "SUCCESS", "", "SUCCESS"

    def status_of(self, run):
        life, old, new = "TERMINATED", {}, {}
        if run["cancelled"]:
            old = {"result_state": "CANCELED", "user_cancelled_or_timedout": True, "state_message": "Run cancelled."}
            new = {"code": "USER_CANCELED", "type": "SUCCESS", "message": "Run cancelled."}
        elif run["looks"] <= self.state.looks_until_over:
            life = "PENDING" if run["looks"] < 2 else "RUNNING"
        else:
            code, kind, message, result = self.ending(run)
            old, new = {"result_state": result, "state_message": message}, {"code": code, "type": kind, "message": message}
        status = {"state": life, **({"termination_details": new} if new else {})}
        return {"state": {"life_cycle_state": life, **old}, "status": status}

    def shown_run(self, run_id):
        run = self.run(run_id)
        state = self.status_of(run)
        over = state["status"]["state"] == "TERMINATED"
        return {"run_id": run_id, "job_id": run["job_id"], "run_name": "demonstration", "start_time": run["start_time"],
                "end_time": run["start_time"] + 5000 if over else 0, "creator_user_name": "op@example.com",
                "run_page_url": f"https://fake.cloud.databricks.com/?o={WORKSPACE_ID}#job/{run['job_id']}/run/{run_id}",
                "job_parameters": [{"name": "command", "default": "fiftyone --version", "value": run["command"]}],
                "tasks": [{**task, **state, "attempt_number": 0} for task in run["tasks"]], **state}

    def get_jobs_runs_get(self, query):
        self.run(query.get("run_id"))["looks"] += 1
        return self.shown_run(int(query["run_id"]))

    def get_jobs_runs_list(self, query):
        ids = [run_id for run_id in sorted(self.state.runs, reverse=True)
               if not query.get("job_id") or self.state.runs[run_id]["job_id"] == int(query["job_id"])]
        if query.get("active_only") == "true":
            ids = [run_id for run_id in ids if self.status_of(self.run(run_id))["status"]["state"] != "TERMINATED"]
        answer = page(ids, query, "runs", min(int(query.get("limit") or 20), 25))
        hidden = [] if query.get("expand_tasks") == "true" else ["tasks"]
        shown = [{key: value for key, value in self.shown_run(run_id).items() if key not in hidden} for run_id in answer.get("runs", [])]
        return {**answer, "runs": shown} if shown else answer

    def get_jobs_runs_get_output(self, query):
        for run_id, run in self.state.runs.items():
            for task in run["tasks"]:
                if task["run_id"] == int(query.get("run_id") or 0):
                    answer = {"metadata": self.shown_run(run_id), "logs": f"Executing command: {run['command']}\n", "logs_truncated": False}
                    if run["command"].startswith("fail"):
                        answer["error"] = "RuntimeError: orch: the command exited with 3"
                    if "operators --line" in run["command"]:
                        answer["logs"] += 'ORCH_OPERATORS {"operators":["@fake/a/one","@fake/a/two"],"problems":[]}\n'
                    if "conflict" in run["command"]:
                        answer["logs"] += 'The requested operation requires that "torch==2.1" is installed on your machine, but found "torch==1.0"\n'
                    return answer
            if run_id == int(query.get("run_id") or 0):
                raise invalid("Retrieving the output of runs with multiple tasks is not supported.")
        raise invalid(f"Run {query.get('run_id')} does not exist.")

    def post_jobs_runs_cancel(self, body):
        run = self.run(body.get("run_id"))
        run["cancelled"] = run["cancelled"] or run["looks"] <= self.state.looks_until_over
        return {}

    # ---- which handler

    def handle(self, method, path, query, body, headers):
        if path == "/oidc/v1/token":
            return self.token(headers.get("Authorization", ""), body)
        if path == "/.well-known/databricks-config":
            return 200, self.get_well_known_databricks_config(query)
        if path == "/oidc/.well-known/oauth-authorization-server":
            return 200, self.get_oidc_well_known_oauth_authorization_server(query)
        self.check_signed_in(headers.get("Authorization", ""))
        if path.startswith("/api/2.0/fs/"):
            return self.volume(method, path, query, body)
        if path.startswith("/api/2.0/permissions/"):
            return 200, self.permissions_of(method, path.removeprefix("/api/2.0/permissions/"), body)
        principal = re.fullmatch(rf"/api/2.0/accounts/(?:{ACCOUNT}/)?servicePrincipals/(\d+)/credentials/secrets(?:/(.+))?", path)
        if principal:
            return 200, self.secrets_of_principal(method, [part for part in principal.groups() if part], body)
        known = re.fullmatch(r"/api/2\.[0-2]/([a-z0-9/-]+)", path.lower())
        name = known and f"{method.lower()}_{re.sub('[/-]', '_', known[1])}"
        if not name or not hasattr(self, name):
            raise Refused(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")
        return 200, getattr(self, name)(query if method == "GET" else body)
