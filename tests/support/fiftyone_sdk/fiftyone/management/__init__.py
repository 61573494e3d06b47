"""The documented calls of fiftyone.management over a JSON file, with the failures of the real thing.

STUB_FILE names the file. STUB_FAULTS holds switches, separated by blanks:
  CALL:before   the call raises and has done nothing      CALL:after  it has worked and raises
  CALL:slow     it sleeps for an hour                     CALL:dies   it has worked and the process dies
  CALL:leaks    its exception shows the value             objects     list_secrets returns objects
  CALL:kills-before, CALL:kills-after  the process that started this one is killed
  takes-secrets delete_orchestrator deletes its secrets
A switch with ":once" behind it works for one call over all processes.
Keys: fake-admin-key may do all, fake-guest-key is forbidden, any other one is unknown.
"""
import dataclasses
import datetime
import enum
import fcntl
import json
import os
import signal
import time

print("the SDK talks on standard output while it is imported")
os.write(1, b"also straight to descriptor 1\n")


class APIAuthenticationError(Exception):
    pass


class APIForbiddenError(Exception):
    pass


class FiftyOneTeamsAPIError(Exception):
    pass


class OrchestratorEnvironment(enum.Enum):
    DATABRICKS = "databricks"
    ANYSCALE = "anyscale"
    KUBERNETES = "kubernetes"
    SELF_REGISTERED = "self_registered"


@dataclasses.dataclass
class OrchestratorDocument:
    instance_identifier: str
    description: str
    environment: OrchestratorEnvironment
    available_operators: list
    config: dict
    secrets: dict
    created_at: datetime.datetime
    updated_at: datetime.datetime = None


def _path():
    return os.environ["STUB_FILE"]


class _State:
    """The file, locked while it is open; written back when something changed."""

    def __enter__(self):
        self.lock = open(_path() + ".lock", "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            with open(_path(), encoding="utf-8") as file:
                self.data = json.load(file)
        except FileNotFoundError:
            self.data = {"orchestrators": {}, "secrets": {}, "used": [], "calls": [], "seen": []}
        return self.data

    def __exit__(self, *_):
        with open(_path() + ".new", "w", encoding="utf-8") as file:
            json.dump(self.data, file)
        os.rename(_path() + ".new", _path())
        self.lock.close()


def _fault(call, kind):
    for switch in os.environ.get("STUB_FAULTS", "").split():
        if switch == f"{call}:{kind}":
            return True
        if switch == f"{call}:{kind}:once":
            with _State() as state:
                if switch not in state["used"]:
                    state["used"].append(switch)
                    return True
    return False


def _call(name, work, value=""):
    key = os.environ.get("FIFTYONE_API_KEY", "")
    if not os.environ.get("FIFTYONE_API_URI"):
        raise ConnectionError("Cannot connect to API without a URI specified.")
    if not key:
        raise ConnectionError("Cannot connect to API without an API key.")
    if key == "fake-guest-key":
        raise APIForbiddenError("Forbidden")
    if key != "fake-admin-key":
        raise APIAuthenticationError("Unauthorized")
    with _State() as state:
        state["calls"].append(name)
        state["seen"].append([_own("cmdline"), _own("environ")])
    if _fault(name, "kills-before"):
        _kill_parent()
    if _fault(name, "slow"):
        time.sleep(3600)
    if _fault(name, "leaks"):
        raise FiftyOneTeamsAPIError(f"request failed; variables were {{'value': '{value}'}}")
    if _fault(name, "before"):
        raise FiftyOneTeamsAPIError("the API did not answer")
    with _State() as state:
        result = work(state)
    if _fault(name, "kills-after"):
        _kill_parent()
    if _fault(name, "dies"):
        os._exit(9)
    if _fault(name, "after"):
        raise FiftyOneTeamsAPIError("the answer was lost")
    return result


def _own(name):
    """What others could see of this process and of the one that started it."""
    seen = ""
    for pid in (os.getpid(), os.getppid()):
        with open(f"/proc/{pid}/{name}", "rb") as file:
            seen += file.read().decode("utf-8", "replace")
        if name == "environ":
            break  # the parent's is the test's own
    return seen


def _kill_parent():
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(3600)


def _now():
    return datetime.datetime(2026, 1, 2, 3, 4, 5).isoformat()


def _snake(name):
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def test_api_connection():
    _call("test_api_connection", lambda state: None)
    print("API connection succeeded")


def list_orchestrators(include_deactivated=False):
    return _call("list_orchestrators", lambda state: list(state["orchestrators"]))


def get_orchestrator(instance_id, user=None):
    def work(state):
        if instance_id not in state["orchestrators"]:
            raise ValueError(f"Orchestrator {instance_id} not found")
        found = dict(state["orchestrators"][instance_id])
        found["environment"] = OrchestratorEnvironment(found["environment"])
        found["created_at"] = datetime.datetime.fromisoformat(found["created_at"])
        return OrchestratorDocument(**found)
    return _call("get_orchestrator", work)


def register_orchestrator(instance_id, description, environment, config, secrets):
    def work(state):
        where = OrchestratorEnvironment(getattr(environment, "value", environment)).value
        if instance_id in state["orchestrators"]:
            raise ValueError(f"Orchestrator {instance_id} already exists")
        if where not in (config or {}):
            raise ValueError(f"config needs the key {where}")
        names = {}
        for field, name in (secrets or {}).get(where, {}).items():
            if name not in state["secrets"]:
                raise ValueError("a secret that is no reference")
            names[_snake(field)] = name
        state["orchestrators"][instance_id] = {
            "instance_identifier": instance_id, "description": description, "environment": where,
            "available_operators": [], "config": config, "secrets": names, "created_at": _now()}
        return None
    return _call("register_orchestrator", work)


def delete_orchestrator(instance_id):
    def work(state):
        if instance_id not in state["orchestrators"]:
            raise ValueError(f"Orchestrator {instance_id} not found")
        gone = state["orchestrators"].pop(instance_id)
        if "takes-secrets" in os.environ.get("STUB_FAULTS", "").split():
            for name in gone["secrets"].values():
                state["secrets"].pop(name, None)
    return _call("delete_orchestrator", work)


def list_secrets():
    def work(state):
        names = list(state["secrets"])
        if "objects" in os.environ.get("STUB_FAULTS", "").split():
            return [{"key": name, "description": None, "created_at": None} for name in names]
        return names
    return _call("list_secrets", work)


def get_secret_info(key):
    def work(state):
        found = state["secrets"].get(key)
        return None if found is None else {"key": key, "description": found["description"],
                                           "created_at": found["created_at"]}
    return _call("get_secret_info", work)


def add_secret(key, value, description=None):
    def work(state):
        if key in state["secrets"]:
            raise ValueError(f"Secret {key} already exists")
        state["secrets"][key] = {"value": value, "description": description, "created_at": _now()}
    return _call("add_secret", work, value)


def update_secret(key, value=None, description=None):
    def work(state):
        if key not in state["secrets"]:
            raise ValueError(f"Secret {key} not found")
        if value is not None:
            state["secrets"][key]["value"] = value
        if description is not None:
            state["secrets"][key]["description"] = description
    return _call("update_secret", work, value)


def delete_secret(key):
    def work(state):
        if state["secrets"].pop(key, None) is None:
            raise ValueError(f"Secret {key} not found")
    return _call("delete_secret", work)
