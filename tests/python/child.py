# SPDX-License-Identifier: BSD-3-Clause
"""Python programs on Switchblas, each a process of its own, for the tests of the package."""

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = os.environ.get("SWITCHBLAS_PYTHON_PACKAGE", str(ROOT / "python"))  # "": installed
LIBDIR = Path(os.environ.get("SWITCHBLAS_LIBDIR", ROOT / "build/release/lib")).resolve()
SYSTEM = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}"
CLEARED = ("SWITCHBLAS_", "OPENBLAS_", "BLIS_", "OMP_", "GOTO_", "LD_", "PYTHON")

LINKED = {"LD_LIBRARY_PATH": f"{LIBDIR}/switchblas"}  # as with update-alternatives
PRELOAD = {
    "LD_PRELOAD": f"{LIBDIR}/libswitchblas.so.0",
    "LD_LIBRARY_PATH": f"{SYSTEM}/blas:{SYSTEM}/lapack",
}
PLAIN = {"LD_LIBRARY_PATH": f"{SYSTEM}/openblas-openmp"}  # without Switchblas
FORMS = {"linked": LINKED, "preload": PRELOAD}

# Which threads a call keeps busy is seen from how often each one has been put aside: one that is
# not woken is not.
PRELUDE = """
import json, os, threading, time
import numpy

def switches():
    counts = {}
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        counts[task] = (int(lines["voluntary_ctxt_switches"])
                        + int(lines["nonvoluntary_ctxt_switches"]))
    return counts

def threads_of(call):
    time.sleep(0.3)  # until those of the call before sleep
    before = switches()
    call()
    time.sleep(0.3)
    after = switches()
    own = str(threading.get_native_id())
    return 1 + sum(after[task] != before.get(task) for task in after if task != own)

square = numpy.ones((1200, 1200))
def multiply():
    square @ square
"""


def run(code, form, prelude=PRELUDE, **variables):
    """What the program prints last, from JSON."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(CLEARED)}
    environment.update(form, PYTHONPATH=PACKAGE, PYTHONDONTWRITEBYTECODE="1")
    environment.update({name: str(value) for name, value in variables.items()})
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", prelude + textwrap.dedent(code)],
        env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert "switchblas:" not in done.stderr, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
