# SPDX-License-Identifier: BSD-3-Clause
"""numpy in child processes: os.fork after threaded calls, multiprocessing's pools (fork and spawn) and
joblib's loky. Children are right, and the parent has all its threads afterwards."""

import multiprocessing
import os
import signal
import threading
import time

import joblib
import numpy as np


def work(seed):
    random = np.random.default_rng(seed)
    a = random.standard_normal((250, 250)) + 250 * np.eye(250)
    b = a @ np.linalg.inv(a)
    return float(np.abs(b - np.eye(250)).max())


def fork_once():
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        os._exit(0 if work(1) < 1e-8 else 1)
    status = os.waitpid(child, 0)[1]
    assert status == 0, f"child ended with status {status:#x} (14 = it hangs)"


def tasks():
    return len(os.listdir("/proc/self/task"))


def threads_of_large_call():
    """Threads that a large product brings, in a thread that has none of its own yet."""
    found = []

    def multiply():
        before = tasks()
        big = np.ones((900, 900))
        assert (big @ big == 900).all()
        found.append(1 + tasks() - before)

    thread = threading.Thread(target=multiply)
    thread.start()
    thread.join()
    time.sleep(0.2)  # those of the ended thread are on their way out
    return found[0]


def main():
    signal.alarm(100)
    assert work(0) < 1e-8
    big = np.ones((700, 700))
    assert (big @ big == 700).all()
    threads = threads_of_large_call()
    for _ in range(5):
        fork_once()
        assert (big @ big == 700).all()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert max(pool.map_async(work, range(20)).get(timeout=60)) < 1e-8
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert max(pool.map_async(work, range(6)).get(timeout=60)) < 1e-8
    assert max(joblib.Parallel(n_jobs=2, backend="loky")(joblib.delayed(work)(i) for i in range(6))) < 1e-8
    assert work(2) < 1e-8
    now = threads_of_large_call()
    assert now == threads, f"a large product has {now} threads after the forks, {threads} before"
    print(f"ok: {threads} threads")


if __name__ == "__main__":
    main()
