#!/usr/bin/env python3
"""model_server.py [--port N] [--slow-start SECONDS] [--delay SECONDS]: a stand-in for TF Serving's REST API and a KServe v2
server. Prints its port. Models: `size` (bytes of a file or text -> how many, and their sum), `double`
(a number or a list of them -> twice that), `flaky` (fails each item's first two requests with 503),
`broken` (400 with TF Serving's error), `odd` (an answer that is no prediction), `lost` (404).
Answers as the documentation of the two APIs shows.
"""
import argparse
import base64
import http.server
import json
import re
import threading
import time

TF = re.compile(r"/v1/models/(\w+)(?:/versions/(\d+))?(:predict)?$")
V2 = re.compile(r"/v2/models/(\w+)(?:/versions/(\d+))?/(infer|ready)$")
MODELS = ("size", "double", "flaky", "broken", "odd")
SEEN, LOCK = {}, threading.Lock()


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def double(value):
    return [double(one) for one in value] if isinstance(value, list) else value * 2


def apply(model, value, key):
    """`value`: bytes, text or numbers."""
    if model == "flaky":
        with LOCK:
            SEEN[key] = SEEN.get(key, 0) + 1
            if SEEN[key] <= 2:
                raise Refused(503, "try later")
    if model == "broken":
        raise Refused(400, "Invalid argument: input must be\n4-D")
    if model == "double":
        return double(value)
    data = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else json.dumps(value).encode()
    return {"bytes": len(data), "sum": sum(data)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece
    ready_at = 0.0
    delay = 0.0

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):  # noqa: N802
        loaded = time.monotonic() >= self.ready_at
        if found := TF.match(self.path):
            if found[1] not in MODELS:
                return self.answer(404, {"error": f"Could not find any versions of model {found[1]}"})
            state = "AVAILABLE" if loaded else "LOADING"
            return self.answer(200, {"model_version_status": [
                {"version": "3", "state": state, "status": {"error_code": "OK", "error_message": ""}}]})
        found = V2.match(self.path)
        known = found and found[1] in MODELS
        self.send_response(200 if known and loaded else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def do_POST(self):  # noqa: N802
        time.sleep(self.delay)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            if found := TF.match(self.path):
                self.answer(200, self.predict(found[1], json.loads(body)))
            elif found := V2.match(self.path):
                self.answer(200, self.infer(found[1], body))
            else:
                self.answer(404, {"error": "Malformed request: POST " + self.path})
        except Refused as refused:
            self.answer(refused.status, {"error": str(refused)})

    def predict(self, model, request):
        if model == "odd":
            return {"outputs": []}

        def value_of(instance):
            if isinstance(instance, dict) and set(instance) == {"b64"}:
                return base64.b64decode(instance["b64"])
            if isinstance(instance, dict):  # named inputs: the first one counts
                return value_of(next(iter(instance.values())))
            return instance
        return {"predictions": [apply(model, value_of(one), json.dumps(one)) for one in request["instances"]]}

    def infer(self, model, body):
        size = int(self.headers.get("Inference-Header-Content-Length", len(body)))
        request, binary = json.loads(body[:size]), body[size:]
        outputs = []
        for tensor in request["inputs"]:
            length = tensor.get("parameters", {}).get("binary_data_size")
            if length is None:
                value = tensor["data"][0] if tensor["datatype"] == "BYTES" else tensor["data"]
            else:
                value, binary = binary[:length], binary[length:]
                if tensor["datatype"] == "BYTES":
                    if int.from_bytes(value[:4], "little") != len(value) - 4:
                        raise Refused(400, "unexpected number of string elements")
                    value = value[4:]
            result = apply(model, value, f"{tensor['name']}{value}")
            if isinstance(result, dict):
                outputs += [{"name": name, "datatype": "INT64", "shape": [1], "data": [one]} for name, one in result.items()]
            else:
                outputs.append({"name": "y", "datatype": "FP32", "shape": [len(result)], "data": result})
        wanted = [one["name"] for one in request.get("outputs", [])]
        return {"model_name": model, "model_version": "3",
                "outputs": [one for one in outputs if not wanted or one["name"] in wanted]}

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--slow-start", type=float, default=0)
    parser.add_argument("--delay", type=float, default=0)
    args = parser.parse_args()
    Handler.delay = args.delay
    Handler.ready_at = time.monotonic() + args.slow_start
    server = http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
