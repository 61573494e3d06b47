"""The worker helpers speak the worker protocol: fed by hand, without orch."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"

PYTHON_WORKER = """
import os, sys
import orch_worker
print("loading")
def handle(item):
    print("chatter from Python")
    os.system("echo chatter from a child")
    match item["input"]:
        case "boom": raise ValueError("two\\nlines")
        case "later": raise orch_worker.Retry("busy")
        case "nan": return float("nan")
        case "object": return object()
        case "file":
            with open(item["out"], "w") as file: file.write("made")
            return orch_worker.Out({"size": 4})
    return {"upper": item["input"].upper(), "meta": item.get("meta")}
def handle_batch(items):
    if len(items) == 3: return [1, 2]
    return [ValueError("no") if item["input"] == "boom" else len(items) for item in items]
orch_worker.run(handle) if len(sys.argv) < 2 else orch_worker.run(handle_batch=handle_batch)
"""


def ask(command, asked, **options):
    """The answers by id, after the ready line; the worker must end well at end of file."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in asked)
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, **options)
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode().splitlines()
    start = said.index(json.dumps({"ready": True})) if json.dumps({"ready": True}) in said else 0
    answers = [json.loads(line) for line in said[start:]]
    assert answers[0] == {"ready": True}, said
    return {answer["id"]: answer for answer in answers[1:]}


class PythonWorker(unittest.TestCase):
    def ask(self, asked, *arguments):
        environment = dict(os.environ, PYTHONPATH=str(EXAMPLES / "python"))
        return ask([sys.executable, "-c", PYTHON_WORKER, *arguments], asked, env=environment)

    def test_results_and_errors(self):
        answers = self.ask([{"id": 1, "input": "ä", "meta": {"k": 1}}, {"id": 2, "input": "boom"},
                            {"id": 3, "input": "later"}, {"id": 4, "input": "nan"},
                            {"id": "five", "input": "object"}, {"id": 6, "input": "end"}])
        self.assertEqual(answers[1], {"id": 1, "result": {"upper": "Ä", "meta": {"k": 1}}})
        self.assertEqual(answers[2]["error"]["message"], "ValueError: two\nlines")
        self.assertFalse(answers[2]["error"]["retryable"])
        self.assertTrue(answers[3]["error"]["retryable"])
        self.assertIn("JSON", answers[4]["error"]["message"])
        self.assertIn("JSON", answers["five"]["error"]["message"])
        self.assertEqual(answers[6]["result"]["upper"], "END")

    def test_bytes_travel_as_files(self):
        with tempfile.NamedTemporaryFile() as out:
            answers = self.ask([{"id": 1, "input": "file", "out": out.name}])
            self.assertEqual(answers[1], {"id": 1, "out": True, "result": {"size": 4}})
            self.assertEqual(out.read(), b"made")

    def test_batch_is_answered_item_by_item(self):
        items = [{"id": i, "input": text} for i, text in enumerate(["a", "boom"])]
        answers = self.ask([{"batch": items}], "batch")
        self.assertEqual(answers[0], {"id": 0, "result": 2})
        self.assertEqual(answers[1]["error"]["message"], "ValueError: no")

    def test_batch_without_a_batch_function(self):
        answers = self.ask([{"batch": [{"id": 0, "input": "a"}, {"id": 1, "input": "boom"}]}])
        self.assertEqual(answers[0]["result"]["upper"], "A")
        self.assertIn("error", answers[1])

    def test_a_batch_function_that_loses_items_fails_all(self):
        answers = self.ask([{"batch": [{"id": i, "input": "a"} for i in range(3)]}], "batch")
        self.assertEqual(["error" in answers[i] for i in range(3)], [True] * 3)


class ShellWorker(unittest.TestCase):
    def test_text_files_and_errors(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"12345")
            file.flush()
            answers = ask([EXAMPLES / "shell" / "worker.sh"], [
                {"id": 1, "input": "a\"b \\ ä"}, {"id": "2", "input": "x", "path": file.name},
                {"id": 3, "input": "x", "path": "/dev/null"}])
        self.assertEqual(answers[1], {"id": 1, "result": {"bytes": 8}})
        self.assertEqual(answers["2"], {"id": "2", "result": {"bytes": 5}})
        self.assertEqual(answers[3]["error"]["message"], "the file is empty")


if __name__ == "__main__":
    unittest.main()
