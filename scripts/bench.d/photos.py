"""The main job: 1,000 pictures, the same model and runtime as the peers.

The pictures and the environment are those of examples/photos (scripts/quickstart makes both). The
limit is what decoding and inference alone cost a core, times the cores. The original orchestrator
was measured by hand on the same machine as the peers: 58 images/s of another runtime and model
where onnxruntime's limit was 470; its place is the last line.
"""
import glob
import json
import os
import subprocess
import tempfile

from downloads import config, free_port, serving
from jobs import Job
from measure import peer, ratio

EXAMPLE = os.path.abspath("examples/photos")
COUNT = 1000


def pictures():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    found = sorted(glob.glob(os.path.join(cache, "orch/photos/images-*/images")))
    return found[-1] if found else None


def repeat(names, count):
    return [names[i % len(names)] for i in range(count)]


def job_of(directory, name, urls):
    python = os.path.join(EXAMPLE, ".venv/bin/python")
    return Job(directory, name, urls,
               {"download": {"threads": 16},
                "preprocess": {"run": [python, os.path.join(EXAMPLE, "preprocess.py")]},
                "inference": {"run": [python, os.path.join(EXAMPLE, "inference.py")]}},
               env={"PYTHONPATH": os.path.join(EXAMPLE, "../python")})


def photos(machine, table_of, peers):
    python = os.path.join(EXAMPLE, ".venv/bin/python")
    images = pictures()
    table = table_of(f"{COUNT} pictures: download, decode, infer",
                     ["program", "wall s", "images/s", "orch is", "CPU s", "peak MiB", "goal"])
    if not images or not os.path.exists(python):
        table.add("photos", "absent", "", "", "", "", "run scripts/quickstart first")
        return
    whole = [name for name in sorted(os.listdir(images)) if not name.startswith("broken-")]
    script = os.path.abspath("scripts/bench.d/photos_peers.py")
    model = subprocess.run(
        [python, "-c", "import importlib.util as u;"
         "print(u.find_spec('rapidocr_onnxruntime').submodule_search_locations[0])"],
        capture_output=True, text=True, check=True).stdout.strip()
    model += "/models/ch_PP-OCRv4_det_infer.onnx"
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as directory:
        port = free_port()
        with open(os.path.join(directory, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(config(port, images))
        urls = [f"http://127.0.0.1:{port}/{name}" for name in repeat(whole, COUNT)]
        few = job_of(directory, "few", urls[:COUNT // 5])
        full = job_of(directory, "full", urls)
        listed = os.path.join(full.directory, "inputs.txt")
        limit = json.loads(subprocess.run([python, script, "limit", model, images, str(COUNT)],
                                          capture_output=True, text=True, check=True).stdout)
        commands = {"orch": full.command(machine.orch), "orch, a fifth": few.command(machine.orch),
                    "naive Python": [python, script, "naive", model, listed]}
        for name in ("lithops", "ray"):
            commands[name] = peer(peers, script, name, model, listed)
        with serving(["/usr/sbin/nginx", "-p", directory, "-c", "nginx.conf"], port):
            samples = machine.paired(commands, rounds=min(3, machine.rounds),
                                     before=lambda name: (full.clean(), few.clean()))
    cores = os.cpu_count()
    best = cores / limit["seconds"] * limit["images"]
    orch, fifth = samples["orch"], samples["orch, a fifth"]
    rate = COUNT / orch.wall()
    slope = (COUNT - COUNT // 5) / (orch.wall() - fifth.wall())
    useful = limit["seconds"] / limit["images"] * COUNT
    table.add("limit: decode and infer", "", f"{best:.1f}", ratio(rate, best), f"{useful:.1f}", "",
              ">= 0.75x whole run")
    table.add("orch", f"{orch.wall():.2f}", f"{rate:.1f}", "", f"{orch.cpu():.1f}",
              f"{orch.peak_mib():.0f}", f"CPU over useful {(orch.cpu() / useful - 1) * 100:.0f} % (<= 15)")
    table.add("orch, slope", "", f"{slope:.1f}", ratio(slope, best) + " of limit", "", "", ">= 0.90x")
    goals = {"naive Python": ">= 1.8x", "lithops": ">= 1.8x", "ray": ">= 3x"}
    for name, goal in goals.items():
        if name in samples:
            sample = samples[name]
            table.add(name, f"{sample.wall():.2f}", f"{COUNT / sample.wall():.1f}",
                      ratio(sample.wall(), orch.wall()), f"{sample.cpu():.1f}",
                      f"{sample.peak_mib():.0f}", goal)
        else:
            table.add(name, "absent", "", "", "", "", goal)
    table.add("the original (by hand, other model)", "", "58 of 470", f"{rate / best * 470 / 58:.1f}x",
              "", "", ">= 5x, as shares of the limits")
