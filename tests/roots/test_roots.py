#!/usr/bin/env python3
"""test_roots.py ORCH [ROOT…]: the release binary fetches over HTTPS inside other systems' roots.

Each ROOT is a directory with a Linux system (a copy is not made: /orch, /ca.pem, /job.yaml, /state
and /etc/{resolv.conf,hosts} are put there). A root with nothing but the binary, a CA file,
resolv.conf and hosts is always tried. One name comes from a DNS server, one from the hosts file.
Needs root; runs itself in a network namespace of its own, where port 53 is free.
"""
import fcntl
import json
import os
import pathlib
import shutil
import socket
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FROM_DNS, FROM_HOSTS = "from-dns.test", "from-hosts.test"
INSIDE = "ORCH_TEST_ROOTS_INSIDE"


def loopback_up():
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def dns_answer(query):
    """127.0.0.1 for FROM_DNS, no such name for the rest, nothing but A records."""
    end = query.index(b"\0", 12) + 5
    question = query[12:end]
    name = b"".join(bytes([len(part)]) + part for part in FROM_DNS.encode().split(b".")) + b"\0"
    known = question[:-4].lower() == name
    wants_address = question[-4:-2] == b"\0\1"
    answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    has = known and wants_address
    header = query[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, int(has), 0, 0)
    return header + question + (answer if has else b"")


def serve_dns():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def loop():
        while True:
            query, client = server.recvfrom(4096)
            server.sendto(dns_answer(query), client)
    threading.Thread(target=loop, daemon=True).start()


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"hello from {self.headers['Host'].split(':')[0]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def certificates(directory):
    """A CA and a certificate of it for both names, as (CA file, chain file)."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)
    key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=orch test CA")
    openssl("req", *key[:-2], "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=orch test")
    with open(os.path.join(directory, "ext"), "w", encoding="ascii") as file:
        file.write(f"subjectAltName=DNS:{FROM_DNS},DNS:{FROM_HOSTS}\n")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "ext", "-out", "leaf.pem")
    return os.path.join(directory, "ca.pem")


def serve_https(directory):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(directory, "leaf.pem"), os.path.join(directory, "leaf.key"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def prepare(root, orch, authority, port):
    for name in ("etc", "state", "tmp", "dev"):
        (root / name).mkdir(exist_ok=True)
    if not (root / "dev/null").exists():
        os.mknod(root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    shutil.copy(orch, root / "orch")
    if authority:
        shutil.copy(authority, root / "ca.pem")
    resolver, hosts = root / "etc/resolv.conf", root / "etc/hosts"
    for path in (resolver, hosts):
        path.unlink(missing_ok=True)
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n", encoding="ascii")
    hosts.write_text(f"127.0.0.1 localhost\n127.0.0.1 {FROM_HOSTS}\n", encoding="ascii")
    (root / "job.yaml").write_text(json.dumps({
        "name": "fetch",
        "input": {"list": [f"https://{name}:{port}/x" for name in (FROM_DNS, FROM_HOSTS, "absent.test")]},
        "pipeline": {"download": {"retries": 0}, "inference": {"exec": ["/orch", "--version"]}},
    }), encoding="ascii")


def run(root):
    """{host: what became of it}"""
    done = subprocess.run(["/usr/sbin/chroot", root, "/orch", "submit", "/job.yaml", "--state-dir", "/state", "-q",
                           "-o", "ndjson"],
                          env={"SSL_CERT_FILE": "/ca.pem", "PATH": "/"}, capture_output=True, text=True,
                          check=False, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{\"index\"")]
    found = {line["input"].split("/")[2].split(":")[0]: line for line in lines}
    if len(found) != 3:
        raise AssertionError(f"{root}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return found


def check(root, orch, directory, port):
    prepare(root, orch, os.path.join(directory, "ca.pem"), port)
    found = run(root)
    for name in (FROM_DNS, FROM_HOSTS):
        line = found[name]
        if line["status"] != "ok" or not line["result"].startswith("orch "):
            raise AssertionError(f"{root}: {name}: {line}")
    if found["absent.test"]["status"] != "failed":
        raise AssertionError(f"{root}: a name that does not exist: {found['absent.test']}")
    # The same with a CA that did not sign the server's certificate: refused.
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
                    os.devnull, "-out", root / "ca.pem", "-subj", "/CN=other CA"], check=True,
                   capture_output=True)
    line = run(root)[FROM_DNS]
    if line["status"] != "failed" or "ertificate" not in json.dumps(line):
        raise AssertionError(f"{root}: another CA was accepted: {line}")


def main():
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    loopback_up()
    orch, roots = sys.argv[1], [pathlib.Path(word) for word in sys.argv[2:]]
    with tempfile.TemporaryDirectory(prefix="orch-roots-") as directory:
        certificates(directory)
        serve_dns()
        port = serve_https(directory)
        empty = pathlib.Path(directory) / "empty"
        empty.mkdir()
        for root in (empty, *roots):
            check(root, orch, directory, port)
        inside = sorted(str(path.relative_to(empty)) for path in empty.rglob("*")
                        if path.is_file() and not str(path.relative_to(empty)).startswith("state/"))
    print(f"HTTPS with names from DNS and the hosts file in {1 + len(roots)} roots; "
          f"the barest held {' '.join(inside)}")


if __name__ == "__main__":
    main()
