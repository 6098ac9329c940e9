# SPDX-License-Identifier: BSD-3-Clause
"""Runs one drop-in case: run.py [options] CASE [FORM]. Exit status 77: what it needs is missing.

Standard library only. `--list` prints one line per test: case, form, time limit, labels; cases with
the label by_hand are left out there, those with the label tsan unless --sanitize is thread.
`--linked-dir` and `--preload` put other libraries in the place of ours, to try the cases themselves.
"""

import argparse
import sys

import cases_calls  # noqa: F401 (registers)
import cases_objects  # noqa: F401 (registers)
import cases_settings  # noqa: F401 (registers)
import cases_storm  # noqa: F401 (registers)
from context import CASES, Context, Failure, Skip


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--libdir", default="", help="what holds libswitchblas.so.0")
    parser.add_argument("--programs", default=".", help="where the test programs were built")
    parser.add_argument("--triplet", default="", help="folder of the distribution's libraries")
    parser.add_argument("--linked-dir", help="folder of libblas.so.3 and liblapack.so.3")
    parser.add_argument("--preload", help="file to preload")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--fortran", default="gfortran")
    parser.add_argument("--seconds", default="10", help="how long the thread stress lasts in all")
    parser.add_argument("--sanitize", default="", help="what the libraries were built with")
    parser.add_argument("case", nargs="?", choices=sorted(CASES))
    parser.add_argument("form", nargs="?", default="-")
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.list:
        for name, (_, forms, timeout, labels) in CASES.items():
            if "by_hand" in labels or ("tsan" in labels and arguments.sanitize != "thread"):
                continue
            for form in forms:
                print(name, form, timeout, ";".join(("drop_in", *labels)))
        return 0
    function = CASES[arguments.case][0]
    try:
        function(Context(arguments), arguments.form)
    except Skip as reason:
        print(f"skipped: {reason}")
        return 77
    except Failure as failure:
        print(f"FAILED {arguments.case} {arguments.form}: {failure}")
        return 1
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
