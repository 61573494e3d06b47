"""A worker for orch in Python: load the model, then call run(handle); copy this file beside yours.

handle(item) gets {"id", "input", "path"?, "meta"?, "out"?} and returns the result (any JSON value),
or Out(result) when it has written the file item["out"] for the next stage. An exception fails the
item with its message; Retry("why") lets orch try it again. With `batch` in the job, give
run(handle_batch=f) instead: f(items) returns one result, or one exception, per item.
print() is safe anywhere: standard output is turned into the log before the first answer.
"""
import json
import os
import sys


class Retry(Exception):
    """The item failed for a reason that may pass."""


class Out:
    def __init__(self, result=None):
        self.result = result


def run(handle=None, handle_batch=None):
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, C libraries included, now prints to the log

    def say(answer):
        line = json.dumps(answer, ensure_ascii=False, allow_nan=False)
        answers.write(line.encode("utf-8", "replace") + b"\n")

    def answer(item, result):
        try:
            if isinstance(result, Exception):
                raise result
            if isinstance(result, Out):
                say({"id": item["id"], "out": True, "result": result.result})
            else:
                say({"id": item["id"], "result": result})
        except Exception as error:  # of the item, or a result that is no JSON
            message = f"{type(error).__name__}: {error}"
            retryable = isinstance(error, Retry)
            say({"id": item["id"], "error": {"message": message, "retryable": retryable}})

    def caught(function, argument):
        try:
            return function(argument)
        except Exception as error:
            return error

    say({"ready": True})
    answers.flush()
    for line in sys.stdin.buffer:  # ends when orch closes it: finish and exit
        asked = json.loads(line)
        items = asked.get("batch", [asked])
        if handle_batch:
            results = caught(handle_batch, items)
            if not isinstance(results, Exception) and len(results) != len(items):
                results = ValueError(f"{len(results)} results for a batch of {len(items)}")
            if isinstance(results, Exception):
                results = [results] * len(items)
        else:
            results = (caught(handle, item) for item in items)
        for item, result in zip(items, results):
            answer(item, result)
            answers.flush()
