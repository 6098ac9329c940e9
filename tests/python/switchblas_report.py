# SPDX-License-Identifier: BSD-3-Clause
"""A pytest plug-in: one JSON line per event, written at once, so that a crash loses nothing.

Lines: {"start": id}, {"test": id, "outcome": ...}, and at the end {"mapped": [paths]}.
"""

import json
import os
import re
import zlib

import numpy
import pytest

# Outcomes of the phases of one test, worst last.
ORDER = ["passed", "skipped", "xfailed", "failed"]
_report = None
_outcomes = {}


def _write(**event):
    _report.write(json.dumps(event) + "\n")
    _report.flush()


def pytest_configure(config):
    global _report
    _report = open(os.environ["SUITES_REPORT"], "w", encoding="utf-8")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    # The same random matrices in every configuration: otherwise a failure could not be compared.
    numpy.random.seed(zlib.crc32(item.nodeid.encode()))
    _write(start=item.nodeid)


def pytest_runtest_logreport(report):
    outcome = report.outcome
    if hasattr(report, "wasxfail"):
        outcome = "xfailed" if report.skipped else "passed"
    seen = _outcomes.get(report.nodeid, "passed")
    _outcomes[report.nodeid] = max(seen, outcome, key=ORDER.index)
    if report.when == "teardown":
        _write(test=report.nodeid, outcome=_outcomes.pop(report.nodeid))
    elif report.failed:
        _write(failure=report.nodeid, why=str(report.longrepr).strip().splitlines()[-1])


def pytest_collectreport(report):
    if report.failed:
        _write(test=report.nodeid, outcome="failed")
        _write(failure=report.nodeid, why=str(report.longrepr).strip().splitlines()[-1])


def pytest_sessionfinish():
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if "/" in line}
    names = re.compile(r"blas|blis|lapack|libgomp|atlas")
    _write(mapped=sorted(p for p in paths if names.search(os.path.basename(p))))
