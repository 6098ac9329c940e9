#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the tests of the Python package: with the distribution's Python packages, and with the
newest ones of PyPI, in a virtual environment into which the package has been installed.

Where PyPI cannot be reached, the second part is left out, and said so.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "python"
NEWEST = ("threadpoolctl", "pytest", "mypy", "ruff")


def run(command, **environment):
    shown = " ".join(map(str, command))
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**os.environ, **environment},
    )  # fmt: skip
    return done.returncode, f"$ {shown}\n{done.stdout}"


def run_pytest(name, python, args, package):
    """(passed, failed) of the tests under this interpreter."""
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        report = Path(scratch, "report.xml")
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        command += ["-k", "linked"] if args.quick else []
        status, said = run(
            [*command, *sorted(HERE.glob("test_*.py"))],
            SWITCHBLAS_LIBDIR=str(args.build / args.libdir), SWITCHBLAS_PYTHON_PACKAGE=package,
        )  # fmt: skip
        passed, failed = [], []
        for case in tree.parse(report).iter("testcase") if report.exists() else ():
            bad = case.find("failure") is not None or case.find("error") is not None
            if case.find("skipped") is None:
                (failed if bad else passed).append(f"{name}: {case.get('name')}")
        if status != 0 and not failed:
            failed.append(f"{name}: pytest ended with {status}")
        if failed:
            print(said)
        print(f"{name}: {len(passed)} passed, {len(failed)} failed")
        return passed, failed


def make_newest(folder):
    """A Python with the newest packages and with ours, or None."""
    python = folder / "bin/python"
    steps = [[sys.executable, "-m", "venv", "--system-site-packages", folder]]
    steps.append([python, "-m", "pip", "install", "-q", "--upgrade", *NEWEST])
    for step in steps:
        status, said = run(step)
        if status != 0:
            print(f"{said}package: PyPI cannot be used: tests with its packages are left out")
            return None
    return python


def install(python):
    """From a copy: setuptools leaves its work in the source folder."""
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        copy = shutil.copytree(PACKAGE, Path(scratch, "python"))
        return run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation",
                    "--force-reinstall", copy])  # fmt: skip


def check(name, command):
    status, said = run(command)
    if status != 0:
        print(said)
    return ([], [name]) if status else ([name], [])


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=ROOT / "build/release")
    parser.add_argument("--libdir", default="lib", help="CMAKE_INSTALL_LIBDIR of the build")
    parser.add_argument("--quick", action="store_true", help="linked programs only")
    parser.add_argument("--json", type=Path, help="write the results there")
    return parser.parse_args()


def main():
    args = parse()
    results = [run_pytest("distribution", sys.executable, args, str(PACKAGE))]
    python = make_newest(args.build.parent / "python-newest")
    if python:
        status, said = install(python)
        if status:
            print(said)
            results.append(([], ["the package cannot be installed"]))
        else:
            results.append(run_pytest("newest", python, args, ""))
        bin_folder = python.parent
        results.append(check("mypy", [bin_folder / "mypy", "--config-file", PACKAGE / "pyproject.toml",
                                      "--cache-dir", os.devnull, PACKAGE / "switchblas"]))  # fmt: skip
        results.append(check("ruff", [bin_folder / "ruff", "check", "--no-cache", PACKAGE]))
        results.append(
            check("ruff format", [bin_folder / "ruff", "format", "--no-cache", "--check", PACKAGE])
        )
    passed = [name for some, _ in results for name in some]
    failed = [name for _, some in results for name in some]
    if args.json:
        args.json.write_text(json.dumps({"passed": len(passed), "failed": failed}) + "\n")
    print(f"package: {len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
