#!/usr/bin/env python3
"""photos_peers.py limit MODEL DIRECTORY COUNT | naive|lithops|ray MODEL URLS: the pictures' work as
examples/photos does it, without orch."""
import io
import json
import os
import sys
import time
import urllib.request

import numpy
import onnxruntime
from PIL import Image

SESSION = None


def session(model):
    global SESSION
    if SESSION is None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        SESSION = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return SESSION


def prepare(data):
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((320, 320),
                                                               Image.Resampling.BILINEAR)
    return ((numpy.asarray(image, numpy.float32) / 255 - 0.5) / 0.5).transpose(2, 0, 1)[None]


def infer(model, tensor):
    run = session(model)
    found = run.run(None, {run.get_inputs()[0].name: tensor})[0]
    return {"prob": round(float(found.max()), 6),
            "label": "on" if found.max() > 0.6 and (found > 0.3).mean() > 0.0005 else "off"}


def work(model, urls):
    out = {}
    for url in urls:
        with urllib.request.urlopen(url) as answer:
            out[url] = infer(model, prepare(answer.read()))
    return out


def limit(model, directory, count):
    names = [name for name in sorted(os.listdir(directory)) if not name.startswith("broken-")]
    data = []
    for name in names:
        with open(os.path.join(directory, name), "rb") as file:
            data.append(file.read())
    infer(model, prepare(data[0]))
    rounds = max(1, count // len(data) // 2)
    began = time.process_time()
    for _ in range(rounds):
        for one in data:
            infer(model, prepare(one))
    print(json.dumps({"images": rounds * len(data), "seconds": time.process_time() - began}))


def split(urls, parts):
    size = -(-len(urls) // parts)
    return [urls[i:i + size] for i in range(0, len(urls), size)]


def main():
    mode, model, source = sys.argv[1:4]
    if mode == "limit":
        limit(model, source, int(sys.argv[4]))
        return
    with open(source, encoding="utf-8") as file:
        urls = file.read().split()
    parts, answers = split(urls, 8), []
    if mode == "naive":
        answers = [work(model, urls)]
    elif mode == "lithops":
        import lithops
        executor = lithops.FunctionExecutor(config={
            "lithops": {"backend": "localhost", "storage": "localhost", "log_level": "ERROR",
                        "telemetry": False},
            "localhost": {"worker_processes": os.cpu_count()}})
        answers = executor.get_result(executor.map(work, [(model, part) for part in parts]))
    elif mode == "ray":
        import ray
        ray.init(num_cpus=os.cpu_count(), include_dashboard=False, logging_level="ERROR",
                 _node_ip_address="127.0.0.1", object_store_memory=300 << 20)
        task = ray.remote(work)
        answers = ray.get([task.remote(model, part) for part in parts])
    if sum(len(answer) for answer in answers) == 0:
        sys.exit(1)


if __name__ == "__main__":
    main()
