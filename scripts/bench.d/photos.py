"""The main job: 1,000 pictures, the same model and runtime for orch and its peers.

The pictures are cut from those of examples/photos (scripts/quickstart fetches them). The limit is
decoding and inference alone on all cores, before and after the others ran. The original
orchestrator cannot be installed beside the others; measured by hand, with its own runtime and the
same layers, it made 58 images/s where the limit of this row's runtime was 470.
"""
import glob
import json
import os
import subprocess
import tempfile

from downloads import config, free_port, serving
from jobs import Job
from measure import peer, ratio

HERE = os.path.dirname(os.path.abspath(__file__))
COUNT = 1000
LONG = 4000  # for the slope, without what starting costs


def pictures():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    found = sorted(glob.glob(os.path.join(cache, "orch/photos/images-*/images")))
    return found[-1] if found else None


def job_of(directory, name, urls, python, model):
    worker = [python, os.path.join(HERE, "photos_worker.py"), model]
    return Job(directory, name, urls,
               {"download": {"threads": 16},
                "inference": {"run": worker, "batch": {"size": 2, "max_delay": "5ms"}}},
               num_task_managers=os.cpu_count(),
               env={"PYTHONPATH": f"{os.path.abspath('examples/python')}:{HERE}"})


def measure(machine, peers, source, directory):
    python = os.path.join(peers, "python")
    script = os.path.join(HERE, "photos_peers.py")
    images = os.path.join(directory, "images")
    subprocess.run([python, os.path.join(HERE, "photos_make.py"), source, images, str(COUNT)],
                   check=True)
    model = os.path.join(images, "model.onnx")
    port = free_port()
    with open(os.path.join(directory, "nginx.conf"), "w", encoding="utf-8") as file:
        file.write(config(port, images))
    urls = [f"http://127.0.0.1:{port}/{i % COUNT:05d}.jpg" for i in range(LONG)]
    short = job_of(directory, "short", urls[:COUNT], python, model)
    long = job_of(directory, "long", urls, python, model)
    listed = os.path.join(short.directory, "inputs.txt")
    commands = {"orch": short.command(machine.orch), "orch, long": long.command(machine.orch)}
    for name in ("naive", "lithops", "ray"):
        commands[name] = peer(peers, script, name, model, listed)

    def limit():
        said = subprocess.run([python, script, "limit", model, images], capture_output=True,
                              text=True, check=True).stdout
        return COUNT / json.loads(said)["seconds"]
    before = limit()
    with serving(["/usr/sbin/nginx", "-p", directory, "-c", "nginx.conf"], port):
        samples = machine.paired(commands, rounds=min(3, machine.rounds),
                                 before=lambda name: (short.clean(), long.clean()))
    return (before + limit()) / 2, samples


def photos(machine, table_of, peers):
    table = table_of(f"{COUNT} pictures: download, decode, infer",
                     ["program", "wall s", "images/s", "orch is", "CPU s", "peak MiB", "goal"])
    source = pictures()
    if not peers or not source:
        table.add("photos", "absent", "", "", "", "",
                  "--peers" if source else "run scripts/quickstart first")
        return
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as directory:
        best, samples = measure(machine, peers, source, directory)
    orch, long = samples["orch"], samples["orch, long"]
    rate = COUNT / orch.wall()
    slope = (LONG - COUNT) / (long.wall() - orch.wall())
    useful = os.cpu_count() / best  # CPU seconds a picture
    table.add("limit: decode and infer", "", f"{best:.0f}", ratio(rate, best),
              f"{useful * COUNT:.2f}", "", ">= 0.75x, whole run")
    over = (long.cpu() - orch.cpu()) / (useful * (LONG - COUNT)) - 1
    table.add("orch", f"{orch.wall():.2f}", f"{rate:.0f}", "", f"{orch.cpu():.2f}",
              f"{orch.peak_mib():.0f}", "")
    table.add(f"orch, from {COUNT} to {LONG}", "", f"{slope:.0f}", ratio(slope, best) + " of limit",
              f"{over * 100:.0f} % over", "", ">= 0.90x, <= 15 % over")
    for name, goal in {"naive": ">= 1.8x", "lithops": ">= 1.8x", "ray": ">= 3x"}.items():
        if name in samples:
            sample = samples[name]
            table.add(name, f"{sample.wall():.2f}", f"{COUNT / sample.wall():.0f}",
                      ratio(sample.wall(), orch.wall()), f"{sample.cpu():.2f}",
                      f"{sample.peak_mib():.0f}", goal)
        else:
            table.add(name, "absent", "", "", "", "", goal)
    table.add("the original, by hand", "", "58 of 470", f"{rate / best * 470 / 58:.1f}x", "", "",
              ">= 5x, by shares of the limit")
