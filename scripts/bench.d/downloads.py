"""Downloads beside the libcurl-multi floor: small and large objects from nginx, and latency."""
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from measure import peer, ratio

CONFIG = """
{user}
worker_processes 2;
pid nginx.pid;
error_log error.log error;
daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; }}
}}
"""


def config(port, root):
    # As root, nginx would drop to a user that may not read the objects.
    return CONFIG.format(port=port, root=root, user="user root;" if os.geteuid() == 0 else "")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("bench: the server did not start")


@contextlib.contextmanager
def serving(command, port):
    server = subprocess.Popen(command)
    try:
        wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait()


def make_objects(directory, count, size):
    os.makedirs(directory)
    for i in range(count):
        with open(os.path.join(directory, str(i)), "wb") as file:
            file.write(os.urandom(size))


def add_row(table, what, sample, count, size, times):
    rate = count / sample.wall()
    table.add(f"{what}: {sample.name}", f"{rate:.0f}", f"{rate * size / 1e6:.0f}", times,
              f"{sample.cpu():.2f}", f"{sample.peak_mib():.1f}", f"{sample.spread():.2f}")


def compare(machine, table, directory, what, urls, at_once, size, others=None):
    """`others`: {name: f(list, directory) → argv}; orch beside each of them, too."""
    listed = os.path.join(directory, "urls.txt")
    with open(listed, "w", encoding="utf-8") as file:
        file.writelines(url + "\n" for url in urls)
    target = os.path.join(directory, "target")

    def fresh(_):
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)
    samples = machine.paired(
        {"floor": [machine.program("dl_floor"), listed, str(at_once), "h1", target],
         "orch": [machine.program("download"), listed, str(at_once), str(at_once), target]},
        before=fresh)
    slow = machine.paired({name: make(listed, target) for name, make in (others or {}).items()},
                          rounds=1, before=fresh)
    floor, orch = samples["floor"], samples["orch"]
    for sample in (floor, orch):
        add_row(table, what, sample, len(urls), size, ratio(floor.wall(), sample.wall()))
    for name in others or {}:
        if name in slow:
            add_row(table, what, slow[name], len(urls), size,
                    f"orch {ratio(slow[name].wall(), orch.wall())}")
        else:
            table.add(f"{what}: {name}", "absent", "", "--peers", "", "", "")
    shutil.rmtree(target, ignore_errors=True)
    return len(urls) / orch.wall()


def curl_parallel(listed, target):
    with open(listed, encoding="utf-8") as file, open(listed + ".curl", "w",
                                                      encoding="utf-8") as config_file:
        for number, url in enumerate(file):
            config_file.write(f'url = "{url.strip()}"\noutput = "{target}/{number}"\n')
    return ["curl", "-sS", "--parallel", "--parallel-immediate", "--parallel-max", "64", "-K",
            listed + ".curl"]


def objects(machine, table_of, peers):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "download_peers.py")
    others = {"curl --parallel": curl_parallel}
    for name in ("requests", "aiohttp"):
        others[name] = lambda listed, target, name=name: peer(peers, script, name, listed, "64",
                                                              target)
    table = table_of("downloads to files in memory (nginx on the same cores)",
                     ["objects", "req/s", "MB/s", "of floor", "CPU s", "peak MiB", "spread"])
    with tempfile.TemporaryDirectory(prefix="orch-bench-", dir="/dev/shm") as directory:
        port = free_port()
        with open(os.path.join(directory, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(config(port, directory))
        make_objects(os.path.join(directory, "small"), 10_000, 10 << 10)
        make_objects(os.path.join(directory, "large"), 100, 5 << 20)
        with serving(["/usr/sbin/nginx", "-p", directory, "-c", "nginx.conf"], port):
            base = f"http://127.0.0.1:{port}"
            compare(machine, table, directory, "10 KiB", [f"{base}/small/{i}" for i in range(10_000)],
                    64, 10 << 10, others)
            compare(machine, table, directory, "5 MiB", [f"{base}/large/{i % 100}" for i in range(200)],
                    16, 5 << 20)
    table.add("goal of floor", "", "", "0.85x 10 KiB, 0.95x 5 MiB", "", "", "")
    table.add("goal of peers", "", "", "requests 10x, aiohttp 3x, curl 0.95x", "", "", "")


def latency(machine, table_of, _):
    table = table_of("downloads of 10 KiB that take 50 ms",
                     ["connections", "req/s", "MB/s", "of floor", "CPU s", "peak MiB", "spread"])
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory(prefix="orch-bench-", dir="/dev/shm") as directory:
        port = free_port()
        command = [sys.executable, os.path.join(here, "delay_server.py"), str(port), "50", "10240"]
        with serving(command, port):
            for at_once in (16, 64, 256):
                count = at_once * 40
                rate = compare(machine, table, directory, str(at_once),
                               [f"http://127.0.0.1:{port}/{i}" for i in range(count)], at_once,
                               10240)
                table.add(f"{at_once}: of {at_once}/50 ms", f"{rate / (at_once / 0.05):.2f}x",
                          "", ">= 0.90x", "", "", "")
