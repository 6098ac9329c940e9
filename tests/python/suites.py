#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the linear algebra tests of the installed numpy and scipy on Switchblas.

The rule: a test may fail on Switchblas only where it fails on a backend alone too. Each test that
fails is run again on OpenBLAS (as it chooses its kernels, and with those that Switchblas makes it
use), BLIS and the reference alone; --all runs the whole suites on OpenBLAS as well. Every run
proves from /proc/self/maps which library has done its work.
"""

import argparse
import concurrent.futures
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "netlib"))
import run as netlib  # noqa: E402
from programs import find_triplet_dir  # noqa: E402

ROOT = netlib.ROOT
HERE = Path(__file__).resolve().parent
# name: (package, files below it, -k expression). Pieces of about the same length.
SUITES = {
    "numpy-linalg": ("numpy", ["linalg/tests", "matrixlib/tests/test_matrix_linalg.py"], ""),
    "numpy-core": (
        "numpy",
        [f"core/tests/test_{x}.py" for x in ("multiarray", "numeric", "einsum", "ufunc")],
        # The huge ones run or not, and take minutes, depending on free memory.
        "(matmul or dot or inner or cross or outer or tensordot or einsum or linalg) and not huge",
    ),
    "scipy-linalg": ("scipy", ["linalg/tests"], ""),
}
QUICK = {
    "numpy-core": ["core/tests/test_multiarray.py"],
    "scipy-linalg": [
        f"linalg/tests/test_{x}.py" for x in ("basic", "blas", "fblas", "decomp_cholesky", "lapack")
    ],
}


@dataclass
class Outcome:
    tests: dict = field(default_factory=dict)  # id: passed, skipped, xfailed, failed, crashed, hung
    why: dict = field(default_factory=dict)  # id: last line of the failure
    mapped: list = field(default_factory=list)
    seconds: float = 0.0
    problem: str = ""  # what is wrong with the run as a whole

    def failed(self):
        return [t for t, o in self.tests.items() if o in ("failed", "crashed", "hung")]

    def count(self, *outcomes):
        return sum(o in outcomes for o in self.tests.values())


def package_root(package):
    return Path(importlib.util.find_spec(package).origin).parents[1]


def run_pytest(config, package, targets, expression, time_out):
    """One pytest process; targets are paths or test ids relative to the packages' folder."""
    outcome = Outcome()
    root = package_root(package)
    with tempfile.TemporaryDirectory(prefix="suites-") as scratch:
        report = Path(scratch, "report.jsonl")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "switchblas_report", "--rootdir", str(root), "-c", os.devnull]
        command += [str(root / t) for t in targets] + (["-k", expression] if expression else [])
        env = {**netlib.clean_environment(), **config.env}
        env.update(SUITES_REPORT=str(report), PYTHONPATH=str(HERE), PYTHONDONTWRITEBYTECODE="1")
        begin = time.monotonic()
        try:
            run = subprocess.run(
                command, env=env, cwd=scratch, capture_output=True, text=True, timeout=time_out
            )
            ended, said = run.returncode, run.stdout + run.stderr
        except subprocess.TimeoutExpired as expired:
            ended, said = "hung", str(expired.stderr or b"", "utf-8", "replace")
        outcome.seconds = round(time.monotonic() - begin, 1)
        read_report(report, outcome, ended, said)
    return outcome


def read_report(report, outcome, ended, said):
    running = None
    for line in report.read_text().splitlines() if report.exists() else []:
        event = json.loads(line)
        if "start" in event:
            running = event["start"]
        elif "test" in event:
            outcome.tests[event["test"]] = event["outcome"]
            running = None
        elif "failure" in event:
            outcome.why[event["failure"]] = event["why"]
        else:
            outcome.mapped = event["mapped"]
    if not outcome.mapped:  # the session did not come to its end
        kind = "hung" if ended == "hung" else "crashed"
        if running:
            outcome.tests[running] = kind
        last = (said.strip() or "no output").splitlines()[-1]
        outcome.problem = f"{kind} (exit {ended}) in {running}: {last}"
    elif not outcome.tests or ended not in (0, 1):
        outcome.problem = f"pytest ended with {ended} after {len(outcome.tests)} tests"
    ours = [x for x in said.splitlines() if x.startswith("switchblas:")]
    if ours and not outcome.problem:
        outcome.problem = f"warned: {ours[0]}"


def check_mapped(config, outcome, build, libdir):
    """The run must have used what it is named after."""
    real = {os.path.realpath(p) for p in outcome.mapped}
    core = os.path.realpath(build / libdir / "switchblas/libswitchblas-core.so.0")
    if config.ours:  # what else is mapped is the core's business
        loaded = any("/openblas-openmp/" in p or "/blis-openmp/" in p for p in real)
        if core not in real:
            return f"{core} is not mapped"
        return "" if loaded else "the core is mapped, but it has loaded no backend"
    return netlib.wrong_libraries(config, real)


def our_configs(lib, build, libdir):
    """As a user has them: installed by path, or preloaded over the system's default libraries."""
    configs = netlib.our_configs(lib, build, libdir)
    preload = configs["switchblas-preload"]
    preload.env.pop("LD_LIBRARY_PATH")
    return [configs["switchblas"], preload]


def backends_alone(lib, build, libdir, scratch):
    configs = netlib.backend_configs(lib, scratch)
    for name, (kernel, variable, value) in netlib.chosen_kernels(build, libdir).items():
        alone = configs[name]
        env = {**alone.env, variable: value}
        configs[f"{name}-{kernel}"] = netlib.Config(f"{name}-{kernel}", False, env, alone.must_load)
    return list(configs.values())


def excuses(failing, package, alone, time_out):
    """{test id: the backend alone on which it fails too}; each test in a fresh look per backend."""
    found = {}
    for config in alone:
        left = [t for t in failing if t not in found]
        while left:
            outcome = run_pytest(config, package, left, "", time_out)
            found.update({t: config.name for t in outcome.failed()})
            broke_at = [t for t in left if outcome.tests.get(t) in ("crashed", "hung")]
            left = left[left.index(broke_at[0]) + 1 :] if broke_at else []
    return found


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=ROOT / "build/release", help="build folder")
    parser.add_argument("--libdir", default="lib", help="CMAKE_INSTALL_LIBDIR of the build")
    parser.add_argument("--suites", default=",".join(SUITES), help="comma-separated")
    parser.add_argument("--configs", default="", help="comma-separated; default: both of ours")
    parser.add_argument("--quick", action="store_true", help="a part of each suite")
    parser.add_argument("--all", action="store_true", help="whole suites on OpenBLAS alone too")
    parser.add_argument("--jobs", type=int, default=2, help="pytest processes at a time")
    parser.add_argument("--time-out", type=int, default=1200, help="seconds for one suite")
    parser.add_argument("--json", type=Path, help="write the results there")
    return parser.parse_args()


def main():
    args = arguments()
    lib = find_triplet_dir()
    if lib is None:
        sys.exit("suites: libblas-test and liblapack-test are not installed")
    with tempfile.TemporaryDirectory(prefix="suites-configs-") as scratch:
        alone = backends_alone(lib, args.build, args.libdir, scratch)
        configs = our_configs(lib, args.build, args.libdir)
        configs += [c for c in alone if args.all and c.name == "openblas"]
        if args.configs:
            wanted = args.configs.split(",")
            configs = [c for c in configs + alone if c.name in wanted]
        work = [(s, c) for s in args.suites.split(",") for c in configs]
        work.sort(key=lambda job: job[0], reverse=True)  # scipy takes longest
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            runs = pool.map(lambda job: run_suite(*job, args), work)
            return summarise(list(zip(work, runs)), alone, args)


def run_suite(suite, config, args):
    package, files, expression = SUITES[suite]
    files = QUICK.get(suite, files) if args.quick else files
    outcome = run_pytest(config, package, [f"{package}/{f}" for f in files], expression, args.time_out)
    if not outcome.problem:
        outcome.problem = check_mapped(config, outcome, args.build, args.libdir)
    return outcome


def summarise(runs, alone, args):
    passed, failures, rows = 0, [], []
    for (suite, config), outcome in runs:
        failing = outcome.failed()
        print(
            f"{suite} on {config.name}: {outcome.count('passed')} passed, {len(failing)} failed, "
            f"{outcome.count('skipped', 'xfailed')} skipped or expected to fail, "
            f"{outcome.seconds:.0f} s"
        )
        shared = {}
        if config.ours:
            shared = excuses(failing, SUITES[suite][0], alone, args.time_out)
            passed += outcome.count("passed")
            broken = [f"{t}: {outcome.why.get(t, '')}" for t in failing if t not in shared]
            broken += [outcome.problem] if outcome.problem else []
            failures += [f"{suite} on {config.name}: {what}" for what in broken]
        elif outcome.problem:
            failures.append(f"{suite} on {config.name}: {outcome.problem}")
        for test in failing:
            print(f"  {test}: {'fails on ' + shared[test] + ' too' if test in shared else 'FAILED'}")
        rows.append(
            {"suite": suite, "config": config.name, "seconds": outcome.seconds,
             "tests": outcome.tests, "mapped": outcome.mapped, "excused": shared}
        )  # fmt: skip
    for line in failures:
        print(f"FAILED: {line}")
    if args.json:
        report = {"runs": rows, "failed": failures, "passed": passed}
        args.json.write_text(json.dumps(report, indent=1) + "\n")
    print(f"suites: {passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
