"""Random bundles, rendered in memory by one process, and read back by others: compose files by PyYAML
(YAML 1.1) and by compose-go (YAML 1.2), text protos by protobuf, .env files by compose's rules."""
import json
import random
import re
import subprocess

import jsonschema
import yaml

import protos
import specs

VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::[-?]([^}]*))?\}")


class Lines:
    """A process that answers each line with a line."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        status = self.process.wait()
        if status != 0:
            raise AssertionError(f"{self.process.args[0]}: status {status}")


def check(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def interpolated(value, env):
    """As compose does, on a loaded document."""
    if isinstance(value, dict):
        return {key: interpolated(one, env) for key, one in value.items()}
    if isinstance(value, list):
        return [interpolated(one, env) for one in value]
    if not isinstance(value, str):
        return value
    return VARIABLE.sub(lambda found: "$" if found[0] == "$$" else env.get(found[1]) or found[2] or "", value)


def environment_of(text):
    """A .env file that needs no quotes."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def check_yaml(files, written):
    """YAML 1.1, by itself."""
    name = written["name"]
    for path, text in files.items():
        if path.endswith(".yaml"):
            yaml.load(text, yaml.CSafeLoader)
    document = yaml.load(files[f"base/{name}/docker-compose.yaml"], yaml.CSafeLoader)
    env = environment_of(files[f"example/conf/{name}/.env"]) | {"REL_DIR": "/here"}
    wanted = specs.expected_services(written)
    check(sorted(document["services"]), sorted(wanted), "services")
    check(list(document["networks"]), [written.get("network", "visual-anomaly-network")], "networks")
    for service, expected in wanted.items():
        for source in (env, {"REL_DIR": "/here"}):
            check_service(interpolated(document["services"][service], source), expected, service)


def check_service(found, wanted, name):
    check(found["image"], wanted["image"], f"{name}: image")
    check(found["networks"], wanted["networks"], f"{name}: networks")
    check(found.get("command"), wanted.get("command"), f"{name}: command")
    check(len(found["volumes"]), wanted["mounts"], f"{name}: volumes")
    check(found.get("ports"), wanted.get("ports"), f"{name}: ports")
    check(sorted(found.get("depends_on", [])), wanted["waits_for"], f"{name}: depends_on")
    if "model_id" in wanted:
        check(found["labels"]["orch.model-id"], wanted["model_id"], f"{name}: label")
        parts = found["deploy"]["resources"]
        for part in ("limits", "reservations"):
            check((parts[part]["cpus"], parts[part]["memory"]), wanted[part], f"{name}: {part}")
        check(parts["reservations"].get("devices"), wanted["devices"], f"{name}: devices")


def bytes_of(memory):
    amount, unit = re.fullmatch(r"([\d.]+)(\w+)", memory).groups()
    return int(float(amount) * {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}[unit[0].lower()])


def check_project(project, written):
    """What compose makes of it."""
    wanted = specs.expected_services(written)
    check(sorted(project["services"]), sorted(wanted), "compose: services")
    for name, expected in wanted.items():
        found = project["services"][name]
        check(found["image"], expected["image"], f"compose: {name}: image")
        check(list(found["networks"]), expected["networks"], f"compose: {name}: networks")
        check(found.get("command"), expected.get("command"), f"compose: {name}: command")
        check(len(found["volumes"]), expected["mounts"], f"compose: {name}: volumes")
        check(sorted(found.get("depends_on") or {}), expected["waits_for"], f"compose: {name}: depends_on")
        ports = [f"{port['published']}:{port['target']}" for port in found.get("ports", [])]
        check(ports, expected.get("ports", []), f"compose: {name}: ports")
        if "model_id" in expected:
            for part in ("limits", "reservations"):
                limit = found["deploy"]["resources"][part]
                check((float(limit["cpus"]), int(limit["memory"])),
                      (float(expected[part][0]), bytes_of(expected[part][1])), f"compose: {name}: {part}")


def check_protos(files, written):
    name = written["name"]
    monitoring = protos.monitoring(files[f"base/{name}/monitoring.txt"])
    check(monitoring.prometheus_config.path,
          written.get("monitoring", {}).get("path", "/monitoring/prometheus/metrics"), "monitoring path")
    for one in written["models"]:
        path = f"example/conf/{name}/batching_{one['id']}.txt"
        check(path in files, one["engine"] == "tfserving", f"{path} is there")
        if path not in files:
            continue
        parameters, wanted = protos.batching(files[path]), one.get("batching", {})
        for field, fallback in (("max_batch_size", 32), ("batch_timeout_micros", 2000), ("max_enqueued_batches", 100)):
            check(getattr(parameters, field).value, wanted.get(field, fallback), f"{path}: {field}")
        if "num_batch_threads" in wanted:
            check(parameters.num_batch_threads.value, wanted["num_batch_threads"], f"{path}: threads")
        check(list(parameters.allowed_batch_sizes), wanted.get("allowed_batch_sizes", []), f"{path}: sizes")
        check(parameters.pad_variable_length_inputs, wanted.get("pad_variable_length_inputs", False), f"{path}: pad")


def check_rest(files, written):
    name = written["name"]
    routes = re.findall(r'^"(\w+)" "s(\w+)s:(\d+)";  # (\w+)$', files[f"base/{name}/routes.map"], re.MULTILINE)
    ports = {"tfserving": "8500", "triton": "8001"}
    check(sorted(routes), sorted((one["id"], one["id"], ports[one["engine"]], one["engine"])
                                 for one in written["models"]), "routes")
    script = files[f"base/{name}/model-serving/model-download/model-download.sh"]
    check(sorted(re.findall(r"^fetch (\w+) (\w+)$", script, re.MULTILINE)),
          sorted((one["id"], one["engine"]) for one in written["models"]), "the script's models")
    check(subprocess.run(["sh", "-n"], input=script.encode(), check=False).returncode, 0, "the script's syntax")


def random_bundles(orch, driver, readers, count, seed):
    printed = subprocess.run([orch, "config", "schema", "Bundle"], capture_output=True, check=True).stdout
    schema = json.loads(printed)
    validator = jsonschema.validators.validator_for(schema)(schema)
    with Lines(driver) as orch, Lines(readers["v1"], "--stream") as old, Lines(readers["v2"], "--stream") as new:
        for number in range(count):
            written = specs.spec(random.Random(f"{seed}/{number}"))
            answer = orch.ask({"spec": written, "signature": "models: {}\n"})
            if "error" in answer:
                raise AssertionError(f"seed {seed}/{number}: {answer}: {json.dumps(written)}")
            files = answer["files"]
            if mistakes := list(validator.iter_errors(written)):
                raise AssertionError(f"seed {seed}/{number}: the schema refuses it: {mistakes[0].message}")
            check(orch.ask({"spec": written | {"models": written["models"][::-1]}, "signature": "models: {}\n"})["files"],
                  files, "another order of models, another result")
            try:
                check_yaml(files, written)
                check_protos(files, written)
                check_rest(files, written)
                question = {"content": files[f"base/{written['name']}/docker-compose.yaml"],
                            "env": {"REL_DIR": readers["empty"](written["name"])}}
                for reader in (old, new):
                    read = reader.ask(question)
                    if "error" in read:
                        raise AssertionError(f"compose: {read['error']}")
                    check_project(read["project"], written)
            except Exception as error:
                raise AssertionError(f"seed {seed}/{number}: {error}: {json.dumps(written)}") from error
    print(f"{count} random bundles: PyYAML, compose-go 1 and 2 and protobuf read them as they were meant")


def hostile(driver):
    """Values that would break out of a file, a path or a variable's name: all refused, with a place."""
    refused = 0

    def refuse(orch, written, what):
        nonlocal refused
        answer = orch.ask({"spec": written, "signature": ""})
        if "error" not in answer:
            raise AssertionError(f"accepted: {what}")
        if not any(re.match(r"bundle\.yaml:\d+:\d+: ", line) for line in answer.get("details", [answer["error"]])):
            raise AssertionError(f"{what}: no line and column in {answer}")
        refused += 1

    def base():
        return {"kind": "Bundle", "name": "b", "bucket": {"type": "s3", "bucket": "abc"},
                "images": {"model_proxy": "p:1"}, "proxy": {"signature": "s"},
                "models": [{"id": "a", "engine": "tfserving", "image": "i:1"}]}

    with Lines(driver) as orch:
        for identity in specs.HOSTILE_IDS:
            written = base()
            written["models"][0]["id"] = identity
            refuse(orch, written, f"id {identity!r}")
        for path, values in specs.HOSTILE:
            for value in values:
                written = base()
                inner = written
                for step in path[:-1]:
                    inner = inner[step]
                inner[path[-1]] = value
                refuse(orch, written, f"{path} {value!r}")
        for field, values in specs.HOSTILE_MODEL:
            for value in values:
                written = base()
                written["models"][0][field] = value
                refuse(orch, written, f"{field} {value!r}")
        check("error" in orch.ask({"spec": base(), "signature": ""}), False, "the base of them is fine")
    print(f"{refused} hostile values refused")
