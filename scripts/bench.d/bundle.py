"""`bundle-gen` of 1,000 models: into a new directory, again, and as a check; beside `cp -r` of the tree."""
import os
import tempfile

MODELS = 1000
HEAD = """kind: Bundle
name: bundle
bucket: {type: s3, bucket: models}
images: {model_proxy: "example/proxy:1"}
proxy: {signature: signature.yaml}
models:
"""
MODEL = """  - id: {identity:024x}
    engine: {engine}
    image: example/server:1
    resources:
      limits: {{cpus: 2, memory: 2g}}
      reservations: {{cpus: 1, memory: 1g}}
"""


def write_spec(directory):
    identities = [number * 7919 + (1 << 90) for number in range(MODELS)]
    with open(os.path.join(directory, "bundle.yaml"), "w", encoding="ascii") as file:
        file.write(HEAD + "".join(MODEL.format(identity=one, engine="triton" if number % 3 == 2 else "tfserving")
                                  for number, one in enumerate(identities)))
    with open(os.path.join(directory, "signature.yaml"), "w", encoding="ascii") as file:
        file.write("models:\n  all:\n    models:\n" + "".join(
            f"      - {{id: {one:024x}, backendInferenceEngine: {'triton' if number % 3 == 2 else 'tfServing'}}}\n"
            for number, one in enumerate(identities)))


def bundle(machine, table_of, _):
    # A new directory each time, all removed at the end: ext4 is slow for seconds after a large removal.
    new = 'exec "$@" "$(mktemp -d "$PWD/new-XXXXXX")/out"'
    generate = [machine.orch, "-q", "bundle-gen", "bundle.yaml", "--out"]
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as directory:
        write_spec(directory)
        machine.paired({"once": [*generate, "there"]}, rounds=1, cwd=directory)
        samples = machine.paired({
            "a new directory": ["sh", "-c", new, "sh", *generate],
            "nothing to do": [*generate, "there"],
            "--check": [*generate, "there", "--check"],
            "floor: cp -r": ["sh", "-c", new, "sh", "cp", "-r", "there"]}, cwd=directory)
    goals = {"a new directory": "<= 150 ms, 32 MiB", "--check": "<= 100 ms"}
    table = table_of(f"bundle: bundle-gen of {MODELS} models", ["what", "wall ms", "CPU ms", "peak MiB", "goal"])
    for name, sample in samples.items():
        table.add(name, f"{sample.wall() * 1e3:.0f}", f"{sample.cpu() * 1e3:.0f}", f"{sample.peak_mib():.1f}",
                  goals.get(name, ""))
