#!/usr/bin/env python3
"""photos_peers.py limit MODEL DIRECTORY | naive|lithops|ray MODEL URLS: the pictures' work without
orch. `limit` prints how long decoding and inference alone take on all cores, at the better of two
batch sizes."""
import json
import os
import sys
import time
import urllib.request

import photos_work

BATCHES = (2, 32)


def work(model, urls):
    import sys as system
    system.path.insert(0, HERE)
    import photos_work as own
    out = {}
    for url in urls:
        with urllib.request.urlopen(url) as answer:
            out[url] = own.infer(model, [own.prepare(answer.read())])[0]
    return out


HERE = os.path.dirname(os.path.abspath(__file__))


def spent(model, data, batch):
    """Wall seconds for these pictures on every core at once: cores share caches and memory."""
    share = [data[i::os.cpu_count()] for i in range(os.cpu_count())]
    began = time.monotonic()
    children = []
    for own in share:
        children.append(os.fork())
        if children[-1] == 0:
            for i in range(0, len(own), batch):
                photos_work.infer(model, [photos_work.prepare(one) for one in own[i:i + batch]])
            os._exit(0)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("limit: a process failed")
    return time.monotonic() - began


def limit(model, directory):
    data = []
    for name in sorted(os.listdir(directory)):
        if name.endswith(".jpg"):
            with open(os.path.join(directory, name), "rb") as file:
                data.append(file.read())
    photos_work.infer(model, [photos_work.prepare(data[0])])
    best = min(spent(model, data, batch) for batch in BATCHES)
    print(json.dumps({"images": len(data), "seconds": best}))


def split(urls, parts):
    size = -(-len(urls) // parts)
    return [urls[i:i + size] for i in range(0, len(urls), size)]


def main():
    mode, model, source = sys.argv[1:4]
    if mode == "limit":
        limit(model, source)
        return
    with open(source, encoding="utf-8") as file:
        urls = file.read().split()
    parts = split(urls, 8)
    if mode == "naive":
        answers = [work(model, urls)]
    elif mode == "lithops":
        import lithops
        executor = lithops.FunctionExecutor(config={
            "lithops": {"backend": "localhost", "storage": "localhost", "log_level": "ERROR",
                        "telemetry": False},
            "localhost": {"worker_processes": os.cpu_count()}})
        answers = executor.get_result(
            executor.map(work, [{"model": model, "urls": part} for part in parts]))
    else:
        import ray
        ray.init(num_cpus=os.cpu_count(), include_dashboard=False, logging_level="ERROR",
                 _node_ip_address="127.0.0.1", object_store_memory=300 << 20)
        task = ray.remote(work)
        answers = ray.get([task.remote(model, part) for part in parts])
    sys.exit(0 if sum(len(answer) for answer in answers) == len(urls) else 1)


if __name__ == "__main__":
    main()
