# SPDX-License-Identifier: BSD-3-Clause
"""Compares libraries on numpy/scipy workloads; bench/run.sh installs, builds and calls this."""
import argparse
import dataclasses
import os
import re
import sys
import time

import load
import measure
import report
from arms import BASE, ORDER, ArmError, Setup, WorkerLost, start_arms

BUSY_CORES = 0.1  # other programs' use of the machine above which figures are doubtful


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def regular_expression(text):
    try:
        return re.compile(text)
    except re.error as reason:
        raise argparse.ArgumentTypeError(f"not a regular expression: {reason}")


def arm_list(text):
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in ORDER:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(ORDER)}")
    return [name for name in ORDER if name in names or name == BASE]


def json_path(text):
    folder = os.path.dirname(os.path.abspath(text))
    if not os.path.isdir(folder):
        raise argparse.ArgumentTypeError(f"{folder} is no folder")
    return os.path.abspath(text)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="bench/run.sh",
        description="Installs what it needs, builds, and compares numpy/scipy workloads under"
        " reference BLAS, OpenBLAS, BLIS and Switchblas.",
        epilog="Exit code: 0 fine, 1 a checksum differs or an arm crashed, 2 could not run.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="under 90 seconds: fewer rounds, no reference BLAS"
    )
    parser.add_argument(
        "--workloads",
        metavar="PATTERN",
        type=regular_expression,
        default=re.compile(""),
        help="only workloads whose name contains this regular expression, such as 'svd|qr 64'",
    )
    parser.add_argument("--reps", metavar="N", type=positive, help="exactly N rounds each")
    parser.add_argument(
        "--json", metavar="FILE", type=json_path, help="write all samples to FILE"
    )
    parser.add_argument(
        "--arms", metavar="A,B", type=arm_list, help=f"of {','.join(ORDER)}; {BASE} is always in"
    )
    parser.add_argument("--build-folder", default=None, help=argparse.SUPPRESS)
    parser.add_argument("--list-arms", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arms is None:
        options.arms = [name for name in ORDER if not (options.quick and name == "reference")]
    return options


def effort_of(options):
    effort = measure.QUICK if options.quick else measure.FULL
    if options.reps:
        effort = dataclasses.replace(effort, rounds=options.reps, least_rounds=options.reps)
    return effort


def measure_all(options, arms, progress):
    effort = effort_of(options)
    names = [name for name in arms[BASE].names if options.workloads.search(name)]
    if not names:
        raise ArmError(f"no workload matches; they are: {', '.join(arms[BASE].names)}")
    pids = lambda: [arm.process.pid for arm in arms.values() if arm.process]
    before = load.Load(pids)
    time.sleep(0.5)
    if before.cores() > BUSY_CORES:
        progress.note(f"other programs keep {before.cores():.1f} cores busy: expect noise")
    print(report.header(arms, effort, options.quick), flush=True)
    others = load.Load(pids)
    session = measure.Session(arms, effort, progress)
    rows = session.survey(names)

    def keep(_=None):
        if options.json:
            report.save(options.json, report.as_json(rows, arms, options.quick))

    session.run(rows, keep)
    left_out = []
    if "switchblas" in arms:
        left_out = session.confirm(rows, "switchblas")
    keep()
    progress.clear()
    print(f"\n{report.table(rows, arms)}")
    print(f"\nx = times faster than {BASE}; more is better")
    print(f"\n{report.means(rows, arms)}")
    if "switchblas" in arms:
        print(f"\n{report.worst(rows, 'switchblas', left_out)}")
    busy = others.cores()
    doubt = ": these figures are doubtful" if busy > BUSY_CORES else ""
    print(f"\nother programs used {busy:.2f} cores meanwhile{doubt}")
    for arm in sorted(session.restless):
        print(f"threads of {arm} kept spinning between calls and disturbed the other arms")
    problems = report.failures(rows)
    for problem in problems:
        print(f"\n{problem}" if problem == problems[0] else problem)
    if options.json:
        progress.note(f"all samples are in {options.json}")
    return 1 if problems else 0


def main():
    options = parse_arguments()
    if options.list_arms:
        print(" ".join(options.arms))
        return 0
    progress = report.Progress()
    setup = Setup(options.build_folder)
    arms = {}
    try:
        arms = start_arms(options.arms, setup, progress.note)
        return measure_all(options, arms, progress)
    except (ArmError, WorkerLost) as reason:
        progress.clear()
        print(f"bench: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        progress.clear()
        print("bench: interrupted", file=sys.stderr)
        return 130
    finally:
        for arm in arms.values():
            arm.stop()
        setup.close()


if __name__ == "__main__":
    sys.exit(main())
