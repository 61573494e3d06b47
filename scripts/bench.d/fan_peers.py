#!/usr/bin/env python3
"""fan_peers.py PEER COUNT AT_ONCE: runs /bin/true COUNT times through a Python peer."""
import subprocess
import sys


def true(_):
    return subprocess.run(["/bin/true"], check=True).returncode


def joblib(count, at_once):
    from joblib import Parallel, delayed
    return Parallel(n_jobs=at_once)(delayed(true)(i) for i in range(count))


def dask(count, at_once):
    from distributed import Client, LocalCluster
    with LocalCluster(n_workers=at_once, threads_per_worker=1, dashboard_address=None,
                      host="127.0.0.1") as cluster, Client(cluster) as client:
        return client.gather(client.map(true, range(count), pure=False))


def ray(count, at_once):
    import ray as framework
    framework.init(num_cpus=at_once, include_dashboard=False, logging_level="ERROR",
                   _node_ip_address="127.0.0.1", object_store_memory=200 << 20)
    task = framework.remote(true)
    return framework.get([task.remote(i) for i in range(count)])


def lithops(count, at_once):
    import lithops as framework
    executor = framework.FunctionExecutor(config={
        "lithops": {"backend": "localhost", "storage": "localhost", "log_level": "ERROR",
                    "telemetry": False},
        "localhost": {"worker_processes": at_once}})
    return executor.get_result(executor.map(true, list(range(count))))


if __name__ == "__main__":
    peer = {"joblib": joblib, "dask": dask, "ray": ray, "lithops": lithops}[sys.argv[1]]
    answers = peer(int(sys.argv[2]), int(sys.argv[3]))
    sys.exit(0 if len(answers) == int(sys.argv[2]) and not any(answers) else 1)
