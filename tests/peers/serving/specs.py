"""Random bundle specs, and what their compose file must say, written down without looking at orch."""
import string

# Texts that some reader of YAML takes for something else, or that break careless quoting.
AWKWARD = ["on", "no", "y", "null", "1e5", "0x10", "010", "1_000", "12:30:45", "2024-01-01", ".5", "-", "?",
           "a: b", "a #b", "# c", "- d", "'", '"', "\\", "\\n", "$", "$$", "${HOME}", "$HOME", "@id@", "@",
           "tab\there", "new\nline", " lead", "trail ", "é", "日本", "\u2028", "\u0085", "\ufeff", "\x7f", "😀",
           "%", "{}", "[]", "&a", "*a", "!x", "|", ">", "<<", "=", "~", "x" * 300]
ID = string.ascii_letters + string.digits + "_"
NAME = string.ascii_letters + string.digits + "._-"


def word(rng, letters, longest, first=None):
    return rng.choice(first or letters) + "".join(rng.choices(letters, k=rng.randrange(longest)))


def image(rng):
    text = word(rng, string.ascii_lowercase + "0123456789", 12)
    if rng.random() < 0.3:
        text = f"eu.gcr.io/{text}"
    if rng.random() < 0.8:
        text += f":{word(rng, NAME, 10, string.ascii_letters)}"
    if rng.random() < 0.2:
        text += "@sha256:" + "".join(rng.choices("0123456789abcdef", k=64))
    return text


def model_id(rng):
    if rng.random() < 0.2:
        return rng.choice(["on", "null", "1e5", "0x10", "010", "1_000", "y", "_", "9" * 61, "NaN", "true"])
    return word(rng, ID, 60)


def resources(rng):
    cpus = rng.choice([0.01, 0.5, 1, 2, 2.25, 16, 512])
    memory = rng.choice(["6m", "512m", "2g", "2Gb", "2GiB", "1.5g", "8192K", "7340032b", "1t"])
    written = {"limits": {"cpus": cpus, "memory": memory}}
    if rng.random() < 0.5:
        written["reservations"] = {"cpus": min(cpus, 0.01 if rng.random() < 0.5 else cpus)}
    return written


def batching(rng):
    written = {}
    if rng.random() < 0.7:
        written["max_batch_size"] = rng.randrange(1, 1000)
    if rng.random() < 0.5:
        written["batch_timeout_micros"] = rng.randrange(0, 100_000)
    if rng.random() < 0.5:
        written["num_batch_threads"] = rng.randrange(1, 64)
    if rng.random() < 0.4:
        last = written.get("max_batch_size", 32)
        written["allowed_batch_sizes"] = sorted({rng.randrange(1, last + 1) for _ in range(4)} | {last})
    if rng.random() < 0.3:
        written["pad_variable_length_inputs"] = rng.random() < 0.5
    return written


def model(rng, taken):
    identity = model_id(rng)
    while identity.lower() in taken:
        identity = model_id(rng)
    taken.add(identity.lower())
    written = {"id": identity, "engine": rng.choice(["tfserving", "triton"]), "image": image(rng)}
    if rng.random() < 0.5:
        written["gpu"] = rng.choice([True, False, {"count": 1}, {"count": "all"}, {"device_ids": ["0", "GPU-1"]}])
    if rng.random() < 0.7:
        written["resources"] = resources(rng)
    if rng.random() < 0.3:
        written["extra_args"] = rng.choices(AWKWARD, k=3)
    if written["engine"] == "tfserving":
        if rng.random() < 0.5:
            written["batching"] = batching(rng)
        if rng.random() < 0.3:
            written["parallelism"] = {"inter_op": rng.randrange(1, 9)}
        if rng.random() < 0.3:
            written["grpc_max_threads"] = rng.randrange(1, 999)
    return written


def spec(rng):
    taken = set()
    written = {
        "kind": "Bundle",
        "name": rng.choice(["bundle", "0", "1e5", "y", "null", word(rng, "abc019_-", 60, "a0")]),
        "bucket": {"type": rng.choice(["gcs", "s3"]), "bucket": rng.choice(["abc", "123", "a.b-c_d"])},
        "images": {"model_proxy": image(rng)},
        "proxy": {"signature": "signature.yaml"},
        "models": [model(rng, taken) for _ in range(rng.choice([1, 1, 2, 3, 8]))],
    }
    if rng.random() < 0.5:
        written["bucket"]["prefix"] = rng.choice(["", "/", "a/b", "models/", "..."])
    if rng.random() < 0.5:
        written["images"]["router"] = rng.choice(["nginx:1.22", "nginx:1.25.1", "nginx", "nginx:stable-alpine"])
    if rng.random() < 0.5:
        written["router"] = {"name": rng.choice(["on", "null", "1e5", "router.a", "2024-01-01"]),
                             "port": rng.choice([80, 8080, 65535])}
    if rng.random() < 0.5:
        written["proxy"] |= {"http_port": rng.randrange(1, 5000), "grpc_port": rng.randrange(5000, 65536)}
    if rng.random() < 0.4:
        written["proxy"] |= {"service_name_format": rng.choice(AWKWARD), "target_bundle": rng.choice(AWKWARD)}
    if rng.random() < 0.5:
        written["network"] = rng.choice(["on", "no", "1.5", "0x10", "a-b"])
    if rng.random() < 0.5:
        written["monitoring"] = {"enabled": rng.random() < 0.7, "path": rng.choice(["/m", "/a/b-c.d~e_f"])}
    return written


def number(value):
    return str(int(value)) if float(value).is_integer() else repr(value)


def tfserving_command(one, monitoring):
    command = ["--enable_model_warmup", f"--model_name={one['id']}", f"--model_base_path=/models/{one['id']}"]
    for name in ("inter_op", "intra_op"):
        if name in one.get("parallelism", {}):
            command.append(f"--tensorflow_{name}_parallelism={one['parallelism'][name]}")
    if "batching" in one:
        command += ["--enable_batching", "--batching_parameters_file=/etc/batching.txt"]
    if monitoring:
        command.append("--monitoring_config_file=/etc/monitoring.txt")
    if "grpc_max_threads" in one:
        command.append(f"--grpc_max_threads={one['grpc_max_threads']}")
    return command


TRITON = ["tritonserver", "--model-repository=/models", "--model-control-mode=none", "--strict-readiness=true",
          "--http-port=8000", "--grpc-port=8001", "--metrics-port=8002"]


def devices(gpu):
    if not isinstance(gpu, dict):
        return None
    return [{"driver": "nvidia", "capabilities": ["gpu"], **gpu}]


def expected_services(written):
    """What a reader must find, by service: only what the spec decides."""
    monitoring = written.get("monitoring", {}).get("enabled", False)
    network = written.get("network", "visual-anomaly-network")
    router = written.get("router", {}).get("name", "visual-anomaly-nginx")
    port = written.get("router", {}).get("port", 80)
    services = {}
    for one in written["models"]:
        tfserving = one["engine"] == "tfserving"
        limits = {"cpus": 2, "memory": "2g"} | one.get("resources", {}).get("limits", {})
        reservations = limits | one.get("resources", {}).get("reservations", {})
        services[f"s{one['id']}s"] = {
            "image": one["image"], "networks": [network],
            "command": (tfserving_command(one, monitoring) if tfserving else TRITON) + one.get("extra_args", []),
            "model_id": one["id"],
            "mounts": 1 + (tfserving and "batching" in one) + (tfserving and monitoring),
            "limits": (number(limits["cpus"]), limits["memory"]),
            "reservations": (number(reservations["cpus"]), reservations["memory"]),
            "devices": devices(one.get("gpu")),
            "waits_for": ["model_download"],
        }
    proxy = written["proxy"]
    command = ["mproxy", "server", "--tf-serving-connection-string", f"{router}:{port}"]
    if proxy.get("service_name_format"):
        command += ["--inference-engine-service-name-format", proxy["service_name_format"]]
    command += ["-c", "/etc/bundle-signature.yaml"]
    if proxy.get("target_bundle"):
        command += ["--target-bundle", proxy["target_bundle"]]
    services[router] = {"image": written["images"].get("router", "nginx:1.27.3-alpine"), "networks": [network],
                        "mounts": 2, "waits_for": sorted(services)}
    services["model_download"] = {"image": "rclone/rclone:1.68.2", "networks": [network],
                                  "mounts": 4 if written["bucket"]["type"] == "gcs" else 2, "waits_for": []}
    services["model_proxy"] = {
        "image": written["images"]["model_proxy"], "networks": [network], "command": command, "mounts": 1,
        "ports": [f"{proxy.get('http_port', 8000)}:8000", f"{proxy.get('grpc_port', 8005)}:8005"],
        "waits_for": [router],
    }
    return services


HOSTILE_IDS = ["", "a-b", "a.b", "../x", "a/b", "a b", "é", "$x", "a\nb", "x" * 62, "a;id", "`id`", "\x00", "a\t"]
HOSTILE = [
    (("name",), ["", "A", "../x", "a b", "-a", "x" * 64, "a\n"]),
    (("bucket", "bucket"), ["", "ab", "a'b", "a$(id)c", "a b c", "../x", "A" * 5, "a\nb"]),
    (("bucket", "prefix"), ["..", "a/../b", "a'b", "$x", "a b", "a\nb"]),
    (("images", "model_proxy"), ["", "a b", "$x", "a@b", "a\nb", "-a", "a'b", 'a"b']),
    (("images", "router"), ["nginx:1.14.0", "nginx:0.9"]),
    (("router",), [{"name": "a b"}, {"name": ""}, {"name": "model_proxy"}, {"port": 0}, {"port": 65536},
                   {"grpc_timeout": "0s"}, {"grpc_timeout": "5s; }"}, {"max_body": "1x"}, {"resolver_valid": ""}]),
    (("network",), ["", "a b", "$x", "é", "-a"]),
    (("monitoring",), [{"path": "m"}, {"path": '/a"b'}, {"path": "/a b"}, {"path": "/a\\b"}, {"enabled": "yes"}]),
    (("proxy", "http_port"), [0, -1, 65536, "80", 1.5, 8005]),
    (("models",), [[], {}, None, [None], [{"id": "a"}]]),
    (("kind",), ["Job", "bundle", None]),
]
HOSTILE_MODEL = [
    ("resources", [{"limits": {"memory": text}} for text in ("2", "abc", "1m", "-1g", "2 g", "1..5g", "")]),
    ("resources", [{"limits": {"cpus": cpus}} for cpus in (0, -1, "2x", 1e9)]),
    ("resources", [{"reservations": {"cpus": 3}}, {"reservations": {"memory": "3g"}}]),
    ("gpu", [{"count": 0}, {"count": "many"}, {}, {"device_ids": []}, {"count": 1, "device_ids": ["0"]}, "yes"]),
    ("batching", [{"allowed_batch_sizes": [8, 4, 32]}, {"allowed_batch_sizes": []}, {"max_batch_size": 0}]),
    ("engine", ["onnx", "", None, "Triton"]),
    ("image", ["a b", "${X}", None]),
]
