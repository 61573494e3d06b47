#!/usr/bin/env python3
"""bundle.py ORCH DRIVER [--bundles N] [--seed S] [PART…]: generated bundles before the programs that
will read them: PyYAML, compose-go, protobuf, nginx with gRPC clients and servers, rclone with an S3
server. DRIVER renders in memory (bundle_driver.cpp). PART: readers, compose, router, download, proxy, client.

Runs with the Python of tests/peers/serving/requirements.txt, which it makes and starts itself with.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[0] = str(HERE / "serving")
sys.path.append(str(HERE))
PARTS = ("readers", "compose", "router", "download", "proxy", "client")


def with_peers():
    """Starts itself again with the locked Python packages."""
    made = subprocess.run([ROOT / "scripts" / "python-env", HERE / "serving" / "requirements.txt"],
                          stdout=subprocess.PIPE, text=True, check=True)
    python = pathlib.Path(made.stdout.strip().splitlines()[-1]) / "bin" / "python"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AWS_", "RCLONE_"))}
    os.execve(python, [str(python), str(HERE / "bundle.py"), *sys.argv[1:], "--ready"], env)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orch", type=pathlib.Path)
    parser.add_argument("driver", type=pathlib.Path)
    parser.add_argument("parts", nargs="*", default=PARTS)
    parser.add_argument("--bundles", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--ready", action="store_true")
    args = parser.parse_args()
    if not args.ready:
        with_peers()
    import compose
    import download
    import go_env
    import model_client
    import protos
    import proxy
    import readers
    import router
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        programs = go_env.compose_readers() if {"readers", "compose"} & set(args.parts) else {}
        if "readers" in args.parts:
            def with_credentials(name):
                path = place / "deployment" / "creds" / name
                path.mkdir(parents=True, exist_ok=True)
                (path / ".env").touch()
                return str(place / "deployment")
            protos.strict()
            readers.hostile(args.driver.resolve())
            readers.random_bundles(args.orch.resolve(), args.driver.resolve(), {**programs, "empty": with_credentials}, args.bundles, args.seed)
        if "compose" in args.parts:
            compose.run(args.orch.resolve(), programs, place / "compose")
        if "router" in args.parts:
            router.run(args.orch.resolve(), place / "router")
        if "download" in args.parts:
            download.run(args.orch.resolve(), place / "download")
        if "proxy" in args.parts:
            proxy.run(args.orch.resolve(), place / "proxy")
        if "client" in args.parts:
            model_client.run(args.orch.resolve(), place / "client")


if __name__ == "__main__":
    main()
