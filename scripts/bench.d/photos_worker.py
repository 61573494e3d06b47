"""photos_worker.py MODEL: the pictures' work as a worker of orch."""
import sys

import orch_worker
import photos_work


def read(item):
    with open(item["path"], "rb") as file:
        return file.read()


def handle_batch(items):
    return photos_work.infer(sys.argv[1], [photos_work.prepare(read(item)) for item in items])


photos_work.session(sys.argv[1])
orch_worker.run(handle_batch=handle_batch)
