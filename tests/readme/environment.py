#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""README's table of environment variables says what `switchblas --help` says.

usage: environment.py SWITCHBLAS README
"""
import re
import subprocess
import sys


def rows_of_help(command):
    text = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    block = text[text.index("Environment:"):text.index("Exit codes:")]
    found = re.findall(r"^\s+(SWITCHBLAS_\w+)\s+(\S+)\n\s+(.*?) Default: (.*)$", block, re.M)
    return [(name, value.replace("|", "\\|"), default, meaning) for name, value, meaning, default in found]


def main():
    command, readme = sys.argv[1:]
    text = open(readme, encoding="utf-8").read()
    rows = rows_of_help(command)
    missing = [row for row in rows if "| `{}` | `{}` | {} | {} |".format(*row) not in text]
    for row in missing:
        print("missing in README: | `{}` | `{}` | {} | {} |".format(*row))
    print(f"{len(rows)} variables, {len(missing)} not in README as --help has them")
    return 1 if missing or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
