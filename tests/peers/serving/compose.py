"""A generated directory and deployments of it, loaded by the compose library of docker compose 2.22
(compose-go 1.18.4) and of a recent one (2.1.3)."""
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import yaml

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "bundle"
TF, GPU, TRITON = (f"s64a1f0c2e4b0d1a2b3c4d5e{number}s" for number in (1, 2, 3))


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def load(program, directory, env=()):
    """(project, message)"""
    done = subprocess.run([program, "docker-compose.yaml"], cwd=directory, capture_output=True, text=True, check=False,
                          env={"PATH": os.environ["PATH"], **dict(env)})
    return (json.loads(done.stdout), "") if done.returncode == 0 else (None, done.stderr)


def loaded(program, directory, env=()):
    project, message = load(program, directory, env)
    check(project, f"{program.name}: {message}")
    return project["services"]


def deploy(out, name):
    """As the bundle's README says, steps 2 and 3."""
    shutil.copytree(out / "example", out / name)
    (out / name / ".env").write_text(f"REL_DIR='{out / name}'\n")
    return out / name


def includes(program, out):
    """REL_DIR, precedence of variables, a model that came after the copy, own changes."""
    project, message = load(program, out / "example")
    check(project is None and "required variable REL_DIR is missing a value: set REL_DIR in .env" in message, message)
    place = deploy(out, "my dep $x")
    services = loaded(program, place)
    check(sorted(services) == sorted(["model_download", TF, GPU, TRITON, "visual-anomaly-nginx", "model_proxy"]), services)
    sources = [volume["source"] for one in services.values() for volume in one["volumes"]]
    check(f"{place}/conf/bundle/nginx.conf" in sources, sources)
    check(f"{out}/base/bundle/routes.map" in sources, sources)
    check(all(os.path.exists(source) for source in sources), [one for one in sources if not os.path.exists(one)])
    check(services["model_download"]["environment"]["RCLONE_S3_ENDPOINT"] == "", services["model_download"])

    def port():
        return loaded(program, place, env)["model_proxy"]["ports"][0]["published"]

    env = {}
    conf, own = place / "conf" / "bundle" / ".env", place / ".env"
    check(port() == "8000", "the port of conf")
    text = conf.read_text()
    conf.write_text(text.replace("MODEL_PROXY_HTTP_PORT=8000\n", ""))
    check(port() == "8000", "the default")
    conf.write_text(text.replace("PORT=8000", "PORT=8001"))
    check(port() == "8001", "conf over default")
    own.write_text(own.read_text() + "MODEL_PROXY_HTTP_PORT=8002\n")
    check(port() == "8002", ".env over conf")
    env = {"MODEL_PROXY_HTTP_PORT": "8003"}
    check(port() == "8003", "shell over .env")
    # A copy made before a model was added has no variables of it: the defaults of base stand.
    conf.write_text("")
    limits = loaded(program, place)[TF]["deploy"]["resources"]["limits"]
    check(float(limits["cpus"]) == 2 and int(limits["memory"]) == 2 << 30, limits)
    # The example in override.yaml's comment, made real.
    override = place / "conf" / "bundle" / "override.yaml"
    example = re.findall(r"^# ((?:services:| ).*)$", override.read_text(), re.MULTILINE)
    override.write_text("\n".join(example) + "\n")
    reservations = loaded(program, place)[TF]["deploy"]["resources"]["reservations"]
    check(reservations["devices"][0]["count"] in (1, "1"), reservations)
    check(int(reservations["memory"]) == 1 << 30, reservations)


def toggles_of(text):
    """The comments that are switches: runs of lines, each a list of line numbers."""
    lines = text.splitlines()
    comments = [number for number, line in enumerate(lines) if re.match(r"\s+#", line)]
    runs = []
    for number in comments:
        follows = runs and runs[-1][-1] == number - 1
        if follows and ".txt:/etc/" not in lines[number]:  # each mount is a switch of its own
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def uncommented(text, runs):
    lines = text.splitlines()
    for number in itertools.chain.from_iterable(runs):
        lines[number] = lines[number].replace("#", "", 1)
    return "\n".join(lines) + "\n"


def toggles(program, schema, orch, place):
    """Every switch alone and all together: YAML, schema, compose."""
    place.mkdir()
    shutil.copy(DATA / "signature.yaml", place)
    (place / "bundle.yaml").write_text(
        "kind: Bundle\nname: bundle\nbucket: {type: s3, bucket: abc}\nimages: {model_proxy: 'p:1'}\n"
        "proxy: {signature: signature.yaml}\nmodels:\n- {id: tf, engine: tfserving, image: 'i:1'}\n"
        "- {id: tr, engine: triton, image: 'i:1'}\n")
    subprocess.run([orch, "-q", "bundle-gen", place / "bundle.yaml", "--out", place / "out"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    directory = deploy(place / "out", "dep")
    base = place / "out" / "base" / "bundle" / "docker-compose.yaml"
    text = base.read_text()
    runs = toggles_of(text)
    # Batching and monitoring: a mount and flags each. Parallelism, threads, devices of two, two of the proxy.
    check(len(runs) == 10, [text.splitlines()[run[0]] for run in runs])
    validator = jsonschema.validators.validator_for(schema)(schema)
    for chosen in [*[[run] for run in runs], *itertools.combinations(runs, 2), runs]:
        changed = uncommented(text, chosen)
        shown = [text.splitlines()[run[0]].strip() for run in chosen]
        mistakes = list(validator.iter_errors(yaml.load(changed, yaml.CSafeLoader)))
        check(not mistakes, f"{shown}: {mistakes}")
        if len(chosen) != 2:
            base.write_text(changed)
            loaded(program, directory)
    services = loaded(program, directory)
    command = services["stfs"]["command"]
    for flag in ("--enable_batching", "--batching_parameters_file=/etc/batching.txt", "--grpc_max_threads=8",
                 "--monitoring_config_file=/etc/monitoring.txt", "--tensorflow_inter_op_parallelism=2"):
        check(flag in command, command)
    targets = [volume["target"] for volume in services["stfs"]["volumes"]]
    check(targets == ["/models/tf", "/etc/batching.txt", "/etc/monitoring.txt"], targets)
    check(all(os.path.exists(volume["source"]) for volume in services["stfs"]["volumes"]), services["stfs"])
    check(services["strs"]["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"], services["strs"])
    check("--target-bundle" in services["model_proxy"]["command"], services["model_proxy"])


def two_deployments(program, out):
    """Nothing of one is the other's but the models and the base."""
    first, second = deploy(out, "prod"), deploy(out, "stage")
    a, b = loaded(program, first), loaded(program, second)
    check(all("container_name" not in one for one in a.values()), "a fixed container name")
    shared = {volume["source"] for one in a.values() for volume in one["volumes"]} \
        & {volume["source"] for one in b.values() for volume in one["volumes"]}
    check(shared and all(f"{out}/base/" in source for source in shared), shared)


def deployed_by_orch(program, orch, out):
    """--deploy writes REL_DIR so that compose reads the path back, whatever it is called."""
    for name in ("plain", "it's $HOME", 'a "quoted" \\ one', "a #b"):
        subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", out, "--deploy", name], check=True,
                       stdout=subprocess.DEVNULL)
        services = loaded(program, out / name)
        sources = [volume["source"] for one in services.values() for volume in one["volumes"]]
        check(f"{out / name}/conf/bundle/nginx.conf" in sources, sources)
        check((out / name / "creds" / "bundle" / ".env").stat().st_mode & 0o777 == 0o600, "credentials are private")


def run(orch, programs, place):
    place.mkdir()
    for version in ("v1", "v2"):
        program = programs[version]
        schema = json.loads(subprocess.run([program, "--schema"], capture_output=True, check=True).stdout)
        out = place / version / "a b"
        out.parent.mkdir()
        subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", out], check=True, stdout=subprocess.DEVNULL)
        validator = jsonschema.validators.validator_for(schema)(schema)
        for file in (out / "base" / "bundle" / "docker-compose.yaml", out / "example" / "docker-compose.yaml"):
            mistakes = list(validator.iter_errors(yaml.load(file.read_text(), yaml.CSafeLoader)))
            check(not mistakes, f"{file}: {mistakes}")
        includes(program, out)
        two_deployments(program, out)
        deployed_by_orch(program, orch, out)
        toggles(program, schema, orch, place / version / "toggles")
        print(f"compose-go {version}: includes, variables, overrides, two deployments, every toggle")
