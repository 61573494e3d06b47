"""The generated model-download.sh: Debian's rclone before an S3 server, by dash and by busybox (what
rclone's image has)."""
import base64
import hashlib
import http.server
import json
import logging
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse

import boto3
from moto import settings
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

import protos

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "bundle"
ONE, TWO, THREE = (f"64a1f0c2e4b0d1a2b3c4d5e{number}" for number in (1, 2, 3))
BIG = 3 << 20


def check(ok, what):
    if not ok:
        raise AssertionError(what)


class Bucket:
    """A server with the models of the sample, and a user who may read them."""

    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        admin = {"endpoint_url": self.endpoint, "region_name": "us-east-1", "aws_access_key_id": "AKIAEXAMPLEADMIN",
                 "aws_secret_access_key": "not-a-secret"}
        s3, iam = boto3.client("s3", **admin), boto3.client("iam", **admin)
        s3.create_bucket(Bucket="enc-models")
        config = (DATA / "config.pbtxt").read_bytes()
        protos.triton_config(config.decode())
        for key, body in {f"{ONE}/1/saved_model.pb": b"one", f"{ONE}/1/variables/big": bytes(BIG),
                          f"{TWO}/1/other": b"no saved model", f"{THREE}/config.pbtxt": config,
                          f"{THREE}/1/model.onnx": b"three"}.items():
            s3.put_object(Bucket="enc-models", Key=f"models/{key}", Body=body)
        iam.create_user(UserName="reader")
        iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        self.credentials = {"RCLONE_S3_PROVIDER": "Minio", "RCLONE_S3_ENDPOINT": self.endpoint,
                            "RCLONE_S3_ACCESS_KEY_ID": key["AccessKeyId"],
                            "RCLONE_S3_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        # From here on the server checks who asks.
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

    def object(self, key):
        buckets = next(iter(s3_backends.values()))["aws"].buckets
        return buckets["enc-models"].keys[f"models/{key}"]


class Place:
    """One models directory and a way to run the script on it."""

    def __init__(self, directory, script, shell, credentials):
        directory.mkdir()
        self.models, self.script, self.shell = directory / "models", script, shell
        for identity in (ONE, TWO, THREE):
            (self.models / identity).mkdir(parents=True)
            (self.models / identity / ".gitkeep").touch()
        # Fewer tries than in earnest, and nothing of this machine's own settings.
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(directory), "MODELS_DIR": str(self.models),
                    "RCLONE_CONFIG": str(directory / "none"), **credentials}

    def start(self, **env):
        return subprocess.Popen([*self.shell, self.script], env=self.env | env, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def run(self, status, **env):
        running = self.start(**env)
        said = running.communicate(timeout=120)[0]
        check(running.returncode == status, f"status {running.returncode}, not {status}: {said}")
        return said

    def whole(self):
        found = {str(path.relative_to(self.models)): path.read_bytes() for path in self.models.rglob("*")
                 if path.is_file() and not path.name.startswith(".")}
        check(set(found) == {f"{ONE}/1/saved_model.pb", f"{ONE}/1/variables/big", f"{TWO}/1/other",
                             f"{THREE}/config.pbtxt", f"{THREE}/1/model.onnx"}, sorted(found))
        check(found[f"{ONE}/1/variables/big"] == bytes(BIG) and found[f"{THREE}/1/model.onnx"] == b"three", "the bytes")
        check(not list(self.models.glob(".new-*")), "leftovers")


def quick(script):
    """A wrong server is asked once: what is looked at here is the end, not the patience."""
    text = script.read_text()
    changed = text.replace("--retries 5 --retries-sleep 10s --low-level-retries 10", "--retries 2 --low-level-retries 1")
    check(changed != text, "the script's retries")
    quick_script = script.with_name("quick.sh")
    quick_script.write_text(changed)
    return quick_script


def first_and_again(place, endpoint_gone):
    said = place.run(0)
    check("warning: there is no <number>/saved_model.pb" in said, said)
    check(said.count("warning") == 1, said)
    place.whole()
    check(place.run(0).splitlines() == [f"{one}: already downloaded" for one in (ONE, TWO, THREE)], "again")
    # Without the network.
    check(place.run(0, RCLONE_S3_ENDPOINT=endpoint_gone).count("already downloaded") == 3, "offline")
    # Anew on demand, and whatever was done to it meanwhile.
    (place.models / ONE / "1" / "saved_model.pb").write_bytes(b"xxx")
    (place.models / f".done-{ONE}").unlink()
    place.run(0)
    place.whole()
    check((place.models / ONE / "1" / "saved_model.pb").read_bytes() == b"one", "repaired")


def interrupted(place):
    """Ended in the middle of a large file: nothing is in its place, what has come is not fetched again."""
    running = place.start(RCLONE_BWLIMIT="1M", RCLONE_BUFFER_SIZE="0")
    small = place.models / f".new-{ONE}" / "1" / "saved_model.pb"
    for _ in range(1000):
        if small.exists() and small.read_bytes() == b"one":
            break
        time.sleep(0.01)
    check(small.read_bytes() == b"one", "the small file")
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    check([one.name for one in (place.models / ONE).iterdir()] == [".gitkeep"], "half a model is in its place")
    said = place.run(0)
    check("saved_model.pb: Copied" not in said, f"fetched again: {said}")
    place.whole()


def refusals(place, bucket):
    """What must end it, each with a reason; the run after the cause is mended is well."""
    said = place.run(1, RCLONE_S3_SECRET_ACCESS_KEY="wrong")
    check(f"{ONE}: rclone could not bring it" in said and "go" in said, said)
    place.run(1, RCLONE_S3_ENDPOINT="http://127.0.0.1:9")
    big = bucket.object(f"{ONE}/1/variables/big")
    tag, right = big.etag, big.value
    big.value = b"\1" * BIG  # other bytes under the same checksum
    big._etag = tag.strip('"')
    said = place.run(1)
    check("corrupted" in said and not (place.models / ONE / "1").exists(), said)
    big.value = right
    big._etag = tag.strip('"')
    place.run(0)
    place.whole()


def elsewhere(orch, place, credentials, setting, said_of):
    """A spec that names the wrong place."""
    out = place / "wrong"
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", out, "--set", setting], check=True,
                   stdout=subprocess.DEVNULL)
    script = quick(out / "base" / "bundle" / "model-serving" / "model-download" / "model-download.sh")
    one = Place(out / "place", script, ["dash"], credentials)
    said = one.run(1)
    check(said_of in said, said)
    check(not list(one.models.glob(".done-*")), "done after all")


def full_disk(place):
    """A file system with too little room; then with enough. Where this machine lets a test mount one."""
    inside = f"mount -t tmpfs -o size=2m tmpfs '{place.models}' && "
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*namespace, inside + "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("download: this machine refuses mounts, the full disk was not tried")
        return
    script = (f"{inside} sh '{place.script}'; echo status $?; ls -A '{place.models}'; "
              f"mount -o remount,size=20m '{place.models}' && sh '{place.script}' && cat '{place.models}/{THREE}/1/model.onnx'")
    done = subprocess.run([*namespace, script], env=place.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, timeout=120)
    check("disk space" in done.stdout and "status 1" in done.stdout, done.stdout)
    check(done.returncode == 0 and done.stdout.endswith("three"), done.stdout)


class Gcs(http.server.BaseHTTPRequestHandler):
    """As much of Google's storage API as rclone asks for: a token for a signed grant, lists, bytes."""

    objects: dict = {}
    grants: list = []

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):  # noqa: N802
        grant = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.grants.append(grant["grant_type"][0])
        if "wrong" in self.path:
            return self.answer(400, b'{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}')
        return self.answer(200, b'{"access_token": "fake", "token_type": "Bearer", "expires_in": 3600}')

    def do_GET(self):  # noqa: N802
        url = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        if self.headers.get("Authorization") != "Bearer fake":
            return self.answer(401, b"{}")
        if url.path == "/storage/v1/b/enc-models/o":
            return self.answer(200, json.dumps(self.listing(query.get("prefix", ""), query.get("delimiter", ""))).encode())
        name = urllib.parse.unquote(url.path.rsplit("/o/", 1)[-1])
        if name not in self.objects:
            return self.answer(404, b'{"error": {"code": 404, "message": "Not Found"}}')
        if query.get("alt") == "media" or url.path.startswith("/download/"):
            return self.answer(200, self.objects[name], "application/octet-stream")
        return self.answer(200, json.dumps(self.item(name)).encode())

    def item(self, name):
        body = self.objects[name]
        return {"kind": "storage#object", "name": name, "bucket": "enc-models", "size": str(len(body)),
                "updated": "2026-01-01T00:00:00Z", "contentType": "application/octet-stream",
                "md5Hash": base64.b64encode(hashlib.md5(body).digest()).decode(),
                "mediaLink": f"http://{self.headers['Host']}/download/o/{urllib.parse.quote(name, safe='')}?alt=media"}

    def listing(self, prefix, delimiter):
        items, folders = [], set()
        for name in sorted(self.objects):
            rest = name[len(prefix):]
            if not name.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.split(delimiter, 1)[0] + delimiter)
            else:
                items.append(self.item(name))
        return {"kind": "storage#objects", "items": items, "prefixes": sorted(folders)}

    def log_message(self, *_):
        pass


def google(orch, directory):
    """A bucket at Google: rclone.conf as generated, but for where the key file lies."""
    directory.mkdir()
    out = directory / "out"
    subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", out, "--set", "bucket.type=gcs"], check=True,
                   stdout=subprocess.DEVNULL)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gcs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    Gcs.objects = {f"models/{ONE}/1/saved_model.pb": b"one", f"models/{ONE}/1/variables/big": bytes(BIG),
                   f"models/{TWO}/1/other": b"x", f"models/{THREE}/config.pbtxt": b"name: \"x\"",
                   f"models/{THREE}/1/model.onnx": b"three"}
    key = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
    account = {"type": "service_account", "project_id": "example", "private_key_id": "1", "private_key": key,
               "client_email": "reader@example.iam.test", "client_id": "1", "token_uri": f"{address}/token"}
    (directory / "gcs.json").write_text(json.dumps(account))
    base = out / "base" / "bundle" / "model-serving" / "model-download"
    conf = (base / "rclone.conf").read_text()
    check("/src/gcs.json" in conf, conf)
    (directory / "rclone.conf").write_text(conf.replace("/src/gcs.json", str(directory / "gcs.json")))
    place = Place(directory / "place", quick(base / "model-download.sh"), ["dash"],
                  {"RCLONE_GCS_ENDPOINT": f"{address}/storage/v1/"})
    place.env["RCLONE_CONFIG"] = str(directory / "rclone.conf")
    (directory / "gcs.json").rename(directory / "away")
    check(f"{ONE}: rclone could not bring it" in place.run(1), "without the key file")
    (directory / "gcs.json").write_text(json.dumps(account | {"token_uri": f"{address}/wrong"}))
    check("invalid_grant" in place.run(1), "a key that is refused")
    (directory / "away").rename(directory / "gcs.json")
    place.run(0)
    place.whole()
    check(set(Gcs.grants) == {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, Gcs.grants)
    check(place.run(0).count("already downloaded") == 3, "again")
    server.shutdown()


def run(orch, place):
    place.mkdir()
    bucket = Bucket()
    out = place / "out"
    subprocess.run([orch, "-q", "bundle-gen", DATA / "bundle.yaml", "--out", out], check=True, stdout=subprocess.DEVNULL)
    script = quick(out / "base" / "bundle" / "model-serving" / "model-download" / "model-download.sh")
    try:
        for number, shell in enumerate((["dash"], ["busybox", "sh"])):
            def new(name):
                return Place(place / f"{name}{number}", script, shell, bucket.credentials)
            first_and_again(new("first"), "http://127.0.0.1:9")
            interrupted(new("interrupted"))
        refusals(Place(place / "refusals", script, ["dash"], bucket.credentials), bucket)
        full_disk(Place(place / "full", script, ["dash"], bucket.credentials))
        elsewhere(orch, place, bucket.credentials, "bucket.prefix=nothing", "nothing is at :s3:enc-models/nothing/")
        elsewhere(orch, place, bucket.credentials, "bucket.bucket=other", "rclone could not bring it")
    finally:
        bucket.server.stop()
    google(orch, place / "google")
    print("download: first, again, offline, interrupted, corrupted, wrong key, wrong server, wrong bucket, empty prefix; Google")
