"""`orch status DIR` before a model proxy's two ports: HTTP, and gRPC with the standard health service
by grpcio. docker is a stand-in (tests/support/docker)."""
import concurrent.futures
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

import grpc

from router import free_port

TESTS = pathlib.Path(__file__).resolve().parents[2]
DATA = TESTS / "data" / "bundle"
SERVERS = [f"s64a1f0c2e4b0d1a2b3c4d5e{number}s" for number in (1, 2, 3)] + ["visual-anomaly-nginx", "model_proxy"]


def check(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


class Health(grpc.GenericRpcHandler):
    """grpc.health.v1.Health/Check; `status` is the enum's number, or a grpc.StatusCode."""

    def __init__(self, status):
        self.status = status

    def service(self, details):
        if details.method != "/grpc.health.v1.Health/Check" or self.status is grpc.StatusCode.UNIMPLEMENTED:
            return None

        def answer(request, context):
            if isinstance(self.status, grpc.StatusCode):
                context.abort(self.status, "no")
            return b"" if self.status == 0 else bytes([8, self.status])
        return grpc.unary_unary_rpc_method_handler(answer)


def grpc_server(port, status):
    one = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=[Health(status)])
    check(one.add_insecure_port(f"127.0.0.1:{port}"), port, "the port")
    one.start()
    return one


class Config(http.server.BaseHTTPRequestHandler):
    answer = (200, b'{"models": {"photo-classifier": {}}}')

    def do_GET(self):  # noqa: N802
        status, body = self.answer if self.path == "/api/v1/config" else (404, b"")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Place:
    def __init__(self, orch, directory):
        directory.mkdir()
        self.http, self.grpc = free_port(), free_port()
        self.docker = directory / "docker"
        self.docker.mkdir()
        subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", directory / "out", "--deploy", "prod",
                        "--set", f"proxy.http_port={self.http}", "--set", f"proxy.grpc_port={self.grpc}"],
                       check=True, stdout=subprocess.DEVNULL)
        self.orch, self.deployment = orch, directory / "out" / "prod"
        # A proxy that leads nowhere: this machine is asked directly.
        self.env = {"PATH": f"{TESTS / 'support' / 'docker'}:/usr/bin:/bin", "HOME": str(directory), "DOCKER_STATE": str(self.docker),
                    "http_proxy": "http://127.0.0.1:9"}
        self.services("healthy")

    def services(self, health):
        rows = [{"Service": "model_download", "State": "exited", "ExitCode": 0, "Health": ""}]
        rows += [{"Service": name, "State": "running", "ExitCode": 0, "Health": health} for name in SERVERS]
        (self.docker / "new").write_text(json.dumps(rows))
        os.rename(self.docker / "new", self.docker / "services.json")

    def use_grpc_port(self, port):
        self.grpc = port
        env = self.deployment / "conf" / "bundle" / ".env"
        lines = [line for line in env.read_text().splitlines() if "MODEL_PROXY_GRPC_PORT" not in line]
        env.write_text("\n".join([*lines, f"MODEL_PROXY_GRPC_PORT={port}"]) + "\n")

    def serve_grpc(self, status):
        """On a port of its own: a server that has just ended may still take a connection of its old one."""
        self.use_grpc_port(free_port())
        return grpc_server(self.grpc, status)

    def status(self, wanted, *more):
        done = subprocess.run([self.orch, "status", self.deployment, "-o", "json", *more], env=self.env, capture_output=True,
                              text=True, check=False, timeout=60)
        check(done.returncode, wanted, f"status {more}: {done.stdout} {done.stderr}")
        return json.loads(done.stdout)


def answers_of_grpc(place):
    for status, code, detail in ((1, 0, "serving"), (2, 12, "not serving yet"), (0, 12, "not serving yet"),
                                 (grpc.StatusCode.UNIMPLEMENTED, 0, "answers; it has no health service"),
                                 (grpc.StatusCode.NOT_FOUND, 12, "not serving yet"),
                                 (grpc.StatusCode.UNAVAILABLE, 12, "not serving yet")):
        running = place.serve_grpc(status)
        said = place.status(code)
        check(said["proxy"]["grpc"]["detail"], detail, f"health {status}")
        check(said["ok"], code == 0, f"health {status}: ok")
        running.stop(0).wait()


def answers_of_http(place):
    running = place.serve_grpc(1)
    for answer, code in (((200, b"[]"), 0), ((200, b"<html>"), 12), ((503, b"{}"), 12), ((404, b""), 12)):
        Config.answer = answer
        place.status(code)
    Config.answer = (200, b'{"models": {"photo-classifier": {}}}')
    check(place.status(0)["proxy"]["http"]["detail"], "serves photo-classifier", "the models")
    place.services("starting")
    place.status(12)
    place.services("healthy")
    running.stop(0).wait()


def waiting(place):
    """It becomes ready while orch waits; or not in time."""
    place.use_grpc_port(free_port())
    place.services("starting")
    place.status(7, "--wait", "--timeout", "300ms", "--poll-interval", "50ms")
    running = []

    def later():
        time.sleep(0.5)
        running.append(grpc_server(place.grpc, 1))
        time.sleep(0.5)
        place.services("healthy")
    thread = threading.Thread(target=later)
    thread.start()
    check(place.status(0, "--wait", "--timeout", "30s", "--poll-interval", "50ms")["ok"], True, "ready in the end")
    thread.join()
    running[0].stop(0).wait()


def run(orch, directory):
    place = Place(orch, directory)
    (place.docker / "down").touch()
    place.status(10)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", place.http), Config)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place.status(12)  # HTTP alone, docker not to be asked
    one = place.serve_grpc(1)
    check(place.status(0)["services"][0]["ready"], None, "without docker nobody knows")
    one.stop(0).wait()
    (place.docker / "down").unlink()
    answers_of_grpc(place)
    answers_of_http(place)
    waiting(place)
    # HTTP/1.1 where gRPC should be: said, not crashed over.
    place.use_grpc_port(place.http)
    check(place.status(12)["proxy"]["grpc"]["ready"], False, "HTTP/1.1 on the gRPC port")
    server.shutdown()
    print("status of a deployment: every answer of its proxy, waiting, without docker")
