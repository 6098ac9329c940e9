#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The example of docs/tables.md compiles without a warning, and its answers are those that the page tells.

usage: tables.py SWITCHBLAS TABLES_PAGE
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def switchblas(command, *words):
    done = subprocess.run([command, *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0 or done.stderr:
        sys.exit("switchblas %s: %s" % (" ".join(map(str, words)), done.stderr))
    return done.stdout


def main():
    command, page = sys.argv[1:]
    text = Path(page).read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
    rows = re.findall(r"^\| `(\[\"openblas\*1\".*?\])` \|", text, re.M)
    problems = []

    def expect(got, wanted, what):
        if got != wanted:
            problems.append("%s: %s, not %s" % (what, got, wanted))

    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "my-machine.sbt")

        def arm(cap, *call):
            answer = json.loads(switchblas(command, "explain", "--json", "--table", table, "--threads", cap, *call))
            return "%s*%d" % (answer["arm"]["backend"], answer["arm"]["threads"])

        def compile_text(source):
            Path(folder, "my-machine.toml").write_text(source, encoding="utf-8")
            switchblas(command, "table", "compile", Path(folder, "my-machine.toml"), table)

        compile_text(example)
        expect(arm(16, "dgemm", "N", "N", 1000, 1000, 1000), "blis*16", "the call of the page")
        expect(arm(3, "dgemm", "N", "N", 1000, 1000, 1000), "openblas*1", "below a cap of 4")
        expect(arm(16, "dgemm", "T", "N", 20, 4000, 4000), "openblas*8", "m below 32")
        expect(arm(16, "ztrsm", "L", "U", "N", "N", 64, 64), "openblas*1", "a family is of all types")
        expect(arm(16, "ddot", 65535), "openblas*1", "ddot")
        # The table of arms, cap by cap.
        wanted = [["openblas*1"] * 5, ["openblas*1", "openblas*1", "blis*8", "blis*31", "blis*32"],
                  ["openblas*1", "openblas*7", "openblas*8", "openblas*8", "openblas*32"]]
        expect(len(rows), len(wanted), "rows of arms")
        for row, arms in zip(rows, wanted):
            cells = re.sub(r"cells = \[.*?^\]", "cells = [{ arms = %s }]" % row, example, flags=re.M | re.S)
            compile_text(cells)
            expect([arm(cap, "ddot", 100) for cap in (1, 7, 8, 31, 32)], arms, row)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
