"""Job files for the benchmarks, each in a directory and state of its own."""
import json
import os
import shutil


class Job:
    def __init__(self, directory, name, inputs, pipeline, **more):
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory, exist_ok=True)
        with open(os.path.join(self.directory, "inputs.txt"), "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in inputs)
        job = {"name": name, "input": {"file": "inputs.txt"}, "pipeline": pipeline,
               "output": {"storage": "local", "location": "out"}, **more}
        self.path = os.path.join(self.directory, "job.yaml")
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(job, file)
        self.state = os.path.join(self.directory, "state")

    def command(self, orch, *more):
        return [orch, "submit", self.path, "--state-dir", self.state, "-q", *more]

    def clean(self):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(os.path.join(self.directory, "out"), ignore_errors=True)

    def results(self):
        """The lines of the newest run."""
        out = os.path.join(self.directory, "out")
        newest = max(os.listdir(out), key=lambda job: os.stat(os.path.join(out, job)).st_mtime)
        with open(os.path.join(out, newest, "results.ndjson"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]
