"""Triton's own HTTP client against the stand-in of a model server, and beside orch: for the same tensors
both send the same bytes."""
import http.server
import json
import os
import subprocess
import sys
import threading

import numpy
import tritonclient.http as triton

import compose

sys.path.append(str(compose.DATA.parents[1] / "support"))
import model_server

check = compose.check


class Recorder(model_server.Handler):
    """The stand-in, remembering what it was asked."""

    seen: list = []

    def do_POST(self):  # noqa: N802
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size)
        head = int(self.headers.get("Inference-Header-Content-Length", size))
        self.seen.append((self.path, json.loads(body[:head]), body[head:]))

        class Again:
            def read(_self, _size):
                return body
        self.rfile, kept = Again(), self.rfile
        try:
            super().do_POST()
        finally:
            self.rfile = kept


def client_speaks_to_it(address):
    """The vendor's client reads the stand-in's answers, errors included."""
    client = triton.InferenceServerClient(address)
    check(client.is_model_ready("size") and not client.is_model_ready("lost"), "readiness")
    image = triton.InferInput("image", [1], "BYTES")
    image.set_data_from_numpy(numpy.array([b"\x00\xffz"], dtype=object))
    answer = client.infer("size", [image])
    check(answer.as_numpy("bytes").tolist() == [3] and answer.as_numpy("sum").tolist() == [0xFF + ord("z")], answer.get_response())
    only = client.infer("size", [image], outputs=[triton.InferRequestedOutput("sum", binary_data=False)])
    check(only.as_numpy("bytes") is None, only.get_response())
    numbers = triton.InferInput("x", [2], "FP32")
    numbers.set_data_from_numpy(numpy.array([1, 2.5], dtype=numpy.float32), binary_data=False)
    check(client.infer("double", [numbers]).as_numpy("y").tolist() == [2.0, 5.0], "numbers as JSON")
    try:
        client.infer("broken", [image])
        raise AssertionError("no error")
    except triton.InferenceServerException as error:
        check("4-D" in str(error) and error.status() == "400", error)


def same_bytes(orch, address, place):
    """Inputs of one request by the client, then by orch."""
    data = bytes(range(256))
    (place / "a.bin").write_bytes(data)
    client = triton.InferenceServerClient(address)
    first = triton.InferInput("image", [1], "BYTES")
    first.set_data_from_numpy(numpy.array([data], dtype=object))
    second = triton.InferInput("raw", [1, 256], "UINT8")
    second.set_data_from_numpy(numpy.frombuffer(data, dtype=numpy.uint8).reshape(1, 256))
    third = triton.InferInput("x", [1, 2], "FP32")
    third.set_data_from_numpy(numpy.array([[1, 2.5]], dtype=numpy.float32), binary_data=False)
    outputs = [triton.InferRequestedOutput("sum", binary_data=False)]
    Recorder.seen.clear()
    client.infer("size", [first, second, third], model_version="3", outputs=outputs)
    (place / "job.yaml").write_text(f"""
name: same
input: {{list: [{{input: a.bin, meta: [[1, 2.5]]}}]}}
pipeline:
  inference:
    http:
      url: http://{address}
      protocol: kserve
      model: size
      version: 3
      inputs:
        - {{name: image, datatype: BYTES, shape: [1]}}
        - {{name: raw, datatype: UINT8, shape: [1, 256]}}
        - {{name: x, datatype: FP32, shape: [1, 2], from: meta}}
      outputs: [sum]
output: {{storage: stdout}}
""")
    done = subprocess.run([orch, "-q", "submit", "job.yaml"], cwd=place, capture_output=True, text=True, check=True,
                          env={"PATH": os.environ["PATH"], "HOME": str(place)})
    check(json.loads(done.stdout)["status"] == "ok", done.stdout)
    (path, head, binary), (own_path, own_head, own_binary) = Recorder.seen
    check(path == own_path and binary == own_binary, (path, own_path, len(binary), len(own_binary)))
    for one in head["inputs"]:  # it flattens what it sends as JSON
        one.pop("data", None)
    for one in own_head["inputs"]:
        one.pop("data", None)
    check(head["inputs"] == own_head["inputs"], (head["inputs"], own_head["inputs"]))
    check([one["name"] for one in head["outputs"]] == [one["name"] for one in own_head["outputs"]], own_head)


def run(orch, place):
    place.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    client_speaks_to_it(address)
    same_bytes(orch, address, place)
    server.shutdown()
    print("a model server: Triton's client reads our stand-in, and sends what orch sends")
