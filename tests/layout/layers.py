#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A folder of src includes only folders to its left, and the in-process ones nothing of the C++ library that links.

usage: layers.py SOURCE_FOLDER
"""
import re
import sys
from pathlib import Path

# Folders of one rank may not include each other, but for catalogue, which everything may.
RANKS = [["base", "machine", "catalogue"], ["backend", "shape"], ["table"], ["threads"], ["plan"], ["record"],
         ["entry"], ["tune"], ["cli"]]
# What the base folders take from each other.
ALLOWED = {("machine", "base"), ("backend", "base"), ("backend", "machine")}
NEEDS_LIBRARY = {"string", "vector", "map", "iostream", "fstream", "sstream", "memory", "functional", "thread",
                 "mutex", "string_view", "stdexcept", "filesystem", "regex", "locale"}
COMMAND_ONLY = {"table/compile.cc", "table/compile.h", "table/source.cc", "table/source.h", "table/compile_main.cc",
                "backend/verdict_write.cc"}


def rank(folder):
    for number, folders in enumerate(RANKS):
        if folder in folders:
            return number
    return None


def main():
    source = Path(sys.argv[1])
    problems, seen = [], 0
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".h", ".cc", ".c", ".S") or len(path.relative_to(source).parts) < 2:
            continue
        name = str(path.relative_to(source))
        folder = name.split("/")[0]
        for line in path.read_text().splitlines():
            own = re.match(r'#include "(\w+)/', line)
            if own and own[1] != folder:
                seen += 1
                if rank(own[1]) is None or rank(folder) is None:
                    problems.append(f"{name}: {line}: no such folder in the order")
                elif rank(own[1]) >= rank(folder) and (folder, own[1]) not in ALLOWED:
                    problems.append(f"{name} includes {own[1]}/, which is not to its left")
            system = re.match(r"#include <(\w+)>", line)
            if system and system[1] in NEEDS_LIBRARY and folder not in ("tune", "cli") and name not in COMMAND_ONLY:
                problems.append(f"{name} includes <{system[1]}>: the in-process objects depend on libc alone")
    print(f"{seen} includes between folders, {len(problems)} against the order")
    for problem in problems:
        print(problem)
    return 1 if problems or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
