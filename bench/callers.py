#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Throughput of threads that all call BLAS at once, library by library, interleaved.

bench_callers makes small and middle-size calls (level 1 to 3 and getrf, n = 8, 64, 160) from each
thread. Medians of calls per second, and the share of the best setting that a user could have fixed.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys

CLEARED = ("OPENBLAS_", "BLIS_", "OMP_", "GOTO_", "SWITCHBLAS_", "LD_")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/bench", help="build folder with -DSWITCHBLAS_BENCH=ON")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def arms_of(build, system):
    openblas, blis = f"{system}/openblas-openmp", f"{system}/blis-openmp:{system}/lapack"
    return {
        "openblas": (openblas, {}),
        "openblas, OMP_NUM_THREADS=1": (openblas, {"OMP_NUM_THREADS": "1"}),
        "blis, 1 thread": (blis, {"BLIS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}),
        "reference": (f"{system}/blas:{system}/lapack", {}),
        "switchblas": (f"{build}/lib/switchblas", {}),
    }


def main():
    options = parse()
    build = pathlib.Path(options.build).resolve()
    program = build / "bench" / "bench_callers"
    if not program.exists():
        sys.exit(f"callers.py: there is no {program}: build with -DSWITCHBLAS_BENCH=ON")
    triplet = subprocess.run(["gcc", "-print-multiarch"], check=True, capture_output=True,
                             text=True).stdout.strip()
    arms = arms_of(build, f"/usr/lib/{triplet}")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(CLEARED)}
    rates = {arm: [] for arm in arms}
    for _ in range(options.rounds):
        for arm, (path, variables) in arms.items():
            out = subprocess.run([program, str(options.threads), str(options.seconds)], check=True,
                                 capture_output=True, text=True, timeout=60 + 60 * options.seconds,
                                 env={**kept, "LD_LIBRARY_PATH": path, **variables})
            rates[arm].append(float(out.stdout))
    median = {arm: statistics.median(values) for arm, values in rates.items()}
    best_fixed = max(rate for arm, rate in median.items() if arm != "switchblas")
    print(f"{options.threads} threads on {len(os.sched_getaffinity(0))} cores, "
          f"{options.rounds} rounds of {options.seconds:g} s")
    for arm, rate in median.items():
        print(f"{arm:30} {rate:10.0f} calls/s {rate / best_fixed:8.3f} of the best fixed setting "
              f"{rate / median['openblas']:8.2f}x openblas")


if __name__ == "__main__":
    main()
