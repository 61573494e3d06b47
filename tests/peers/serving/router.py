"""The generated router: Debian's nginx between a gRPC client and gRPC servers.

What differs from a container is written here: the port, the resolver's address (a name server of
the test), the path of routes.map, and the servers' ports.
"""
import concurrent.futures
import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

import grpc

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "bundle"
ONE, TWO, THREE = (f"64a1f0c2e4b0d1a2b3c4d5e{number}" for number in (1, 2, 3))
METHOD = "/tensorflow.serving.PredictionService/Predict"
LARGE = 64 << 20
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]


def check(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def free_port(address="127.0.0.1"):
    with socket.socket() as one:
        one.bind((address, 0))
        return one.getsockname()[1]


class Names:
    """A name server on loopback: A records from a table, all else does not exist."""

    def __init__(self):
        self.table = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                question, client = self.socket.recvfrom(4096)
            except OSError:
                return
            labels, at = [], 12
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode())
                at += question[at] + 1
            name, end = ".".join(labels), at + 5
            address = self.table.get(name.lower())
            flags = b"\x81\x80" if address else b"\x81\x83"
            answer = question[:2] + flags + b"\0\1" + (b"\0\1" if address else b"\0\0") + b"\0\0\0\0" + question[12:end]
            if address:  # the TTL that Docker's DNS gives: 600 s
                answer += b"\xc0\x0c\0\1\0\1" + (600).to_bytes(4, "big") + b"\0\4" + socket.inet_aton(address)
            self.socket.sendto(answer, client)


class Echo(grpc.GenericRpcHandler):
    """Answers every method with its name and the request."""

    def __init__(self, name):
        self.name = name

    def service(self, _details):
        def answer(request, context):
            if request == b"queue full":
                context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "queue full")
            if request == b"silent":
                time.sleep(3)
            context.set_trailing_metadata([("served-by", self.name)])
            return request
        return grpc.unary_unary_rpc_method_handler(answer)


def server(name, address, port):
    one = grpc.server(concurrent.futures.ThreadPoolExecutor(8), options=OPTIONS, handlers=[Echo(name)])
    if one.add_insecure_port(f"{address}:{port}") != port:
        raise AssertionError(f"cannot listen on {address}:{port}")
    one.start()
    return one


class Client:
    def __init__(self, port):
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)

    def call(self, metadata, request=b"x", timeout=60):
        """(status, message, served by, answer)"""
        try:
            answer, call = self.channel.unary_unary(METHOD).with_call(request, metadata=metadata, timeout=timeout)
        except grpc.RpcError as error:
            return error.code().name, error.details(), None, None
        return "OK", "", dict(call.trailing_metadata())["served-by"], answer


def generate(orch, place, settings):
    place.mkdir(parents=True)
    arguments = [word for setting in settings for word in ("--set", setting)]
    subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", place / "out", *arguments], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return place / "out"


def adapted(out, names, ports, rewrite_http2):
    """nginx.conf and routes.map for this machine; (path, port, health port)."""
    text = (out / "example" / "conf" / "bundle" / "nginx.conf").read_text()
    routes = (out / "base" / "bundle" / "routes.map").read_text()
    port, health = free_port(), free_port()

    def replaced(pattern, new):
        nonlocal text
        text, count = re.subn(pattern, new, text, flags=re.MULTILINE)
        check(count, 1, f"nginx.conf has one {pattern}")

    if rewrite_http2:  # Debian's nginx is too old for the directive
        replaced(r"^ *http2 on;\n", "")
        replaced(r"listen 80;", f"listen 127.0.0.1:{port} http2;")
    else:
        replaced(r"listen 80 http2;", f"listen 127.0.0.1:{port} http2;")
        replaced(r"listen 127.0.0.1:8080;", f"listen 127.0.0.1:{health};")
    replaced(r"resolver 127\.0\.0\.11 ", f"resolver 127.0.0.1:{names.port} ")
    replaced(r"include /etc/nginx/routes\.map;", f"include {out}/routes.map;")
    replaced(r"pid /tmp/nginx\.pid;", f"pid {out}/nginx.pid;\ndaemon off;")
    for engine_port, own in ports.items():
        routes = routes.replace(f":{engine_port}\"", f":{own}\"")
    (out / "routes.map").write_text(routes)
    (out / "nginx.conf").write_text(text)
    return out / "nginx.conf", port, health


@contextlib.contextmanager
def nginx(conf, port):
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    prefix = conf.parent / "prefix"
    prefix.mkdir(exist_ok=True)
    tested = subprocess.run([program, "-t", "-q", "-p", prefix, "-c", conf], capture_output=True, text=True, check=False)
    check((tested.returncode, [line for line in tested.stderr.splitlines() if "could not open error log" not in line]),
          (0, []), "nginx -t")
    with open(conf.parent / "nginx.log", "w", encoding="utf-8") as log:
        running = subprocess.Popen([program, "-p", prefix, "-c", conf], stdout=log, stderr=log)
    try:
        for _ in range(500):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield
    finally:
        running.terminate()
        running.wait(timeout=20)


def table(client):
    """facts of the router, as its clients see them."""
    ok = ("OK", "", "one", b"x")
    check(client.call([("model-id", ONE)]), ok, "the first model")
    check(client.call([("model-id", THREE)])[2], "three", "another model, another server")
    check(client.call([("model-id", ONE.upper())]), ok, "upper case")
    check(client.call([("model-id", "nope")])[:2], ("NOT_FOUND", "unknown model-id"), "an unknown model")
    check(client.call([("model-id", f"{ONE}\", evil")])[:2], ("NOT_FOUND", "unknown model-id"), "a hostile id")
    check(client.call([])[:2], ("INVALID_ARGUMENT", "missing model-id metadata"), "no id")
    check(client.call([("model_id", ONE)])[:2], ("INVALID_ARGUMENT", "missing model-id metadata"), "an underscore")
    check(client.call([("model-id", ONE), ("model-id", THREE)]), ok, "two ids: nginx 1.22 takes the first")
    check(client.call([("model-id", ONE)], b"queue full")[:2], ("RESOURCE_EXHAUSTED", "queue full"), "a server's own error")
    check(client.call([("model-id", TWO)])[:2], ("UNAVAILABLE", "model backend unavailable"), "a name without address")
    check(client.call([("model-id", ONE)], bytes(LARGE))[0::2], ("OK", "one"), "64 MiB there and back")


def many(client, count):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda number: client.call([("model-id", (ONE, THREE)[number % 2])], b"%d" % number), range(count)))
    for number, answer in enumerate(done):
        check(answer, ("OK", "", ("one", "three")[number % 2], b"%d" % number), f"call {number}")


def run(orch, place):
    names = Names()
    tf, triton = free_port(), free_port()
    names.table = {f"s{ONE}s": "127.0.0.1", f"s{THREE}s": "127.0.0.1"}
    one, three = server("one", "127.0.0.1", tf), server("three", "127.0.0.1", triton)
    quick = ["router.resolver_valid=1s", "router.grpc_timeout=2s"]

    # As generated for Debian's release, health check included.
    out = generate(orch, place / "old", ["images.router=nginx:1.22", *quick])
    conf, port, health = adapted(out, names, {8500: tf, 8001: triton}, False)
    with nginx(conf, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{health}/health", timeout=10) as answer:
            check(json.load(answer), {"status": "UP"}, "/health")
        table(Client(port))
    # The usual form, its one line rewritten.
    out = generate(orch, place / "new", quick)
    conf, port, _ = adapted(out, names, {8500: tf, 8001: triton}, True)
    with nginx(conf, port):
        client = Client(port)
        table(client)
        check(client.call([("model-id", ONE)], b"silent")[0], "UNAVAILABLE", "a server that says nothing")
        many(client, 1000)
        # A server goes, and comes back at another address.
        one.stop(0).wait()
        check(client.call([("model-id", ONE)])[:2], ("UNAVAILABLE", "model backend unavailable"), "a stopped server")
        one = server("one again", "127.0.0.2", tf)
        names.table[f"s{ONE}s"] = "127.0.0.2"
        deadline = time.monotonic() + 30
        while client.call([("model-id", ONE)])[0] != "OK" and time.monotonic() < deadline:
            time.sleep(0.1)
        check(client.call([("model-id", ONE)])[2], "one again", "the server at its new address")
        many_after = [client.call([("model-id", ONE)])[0] for _ in range(200)]
        check(set(many_after), {"OK"}, "calls after the restart")
    one.stop(0)
    three.stop(0)
    thousand(orch, place / "thousand", names)
    names.socket.close()
    print("router: both forms, every answer of the table, 64 MiB, 1,000 calls, a server that moved")


def thousand(orch, place, names):
    """nginx takes a map of 1,000 models without a word."""
    place.mkdir()
    models = ", ".join(f"{{id: {number:061d}, engine: triton, image: 'i:1'}}" for number in range(1000))
    out = generate(orch, place / "x", ["images.router=nginx:1.22", f"models=[{models}]"])
    conf, port, _ = adapted(out, names, {}, False)
    with nginx(conf, port):
        check(Client(port).call([("model-id", "nope")])[0], "NOT_FOUND", "an unknown model among 1,000")
