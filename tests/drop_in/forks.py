# SPDX-License-Identifier: BSD-3-Clause
"""numpy in forked children: os.fork after threaded calls, and multiprocessing's fork pool."""

import multiprocessing
import os
import signal

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


def main():
    signal.alarm(100)
    assert work(0) < 1e-8
    big = np.ones((700, 700))
    assert (big @ big == 700).all()
    for _ in range(5):
        fork_once()
        assert (big @ big == 700).all()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert max(pool.map_async(work, range(20)).get(timeout=60)) < 1e-8
    assert work(2) < 1e-8
    print("ok")


if __name__ == "__main__":
    main()
