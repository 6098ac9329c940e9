# SPDX-License-Identifier: BSD-3-Clause
"""Makes the first inputs of the table's fuzz target: each built-in table, and each of its blocks alone.

usage: seeds.py COMPILE_TABLE FOLDER TABLE.toml...
"""
import re
import subprocess
import sys
from pathlib import Path


def main():
    compiler, folder, *tables = sys.argv[1:]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.sbt"):
        old.unlink()
    for table in map(Path, tables):
        head, *blocks = re.split(r"^(?=\[\[routines\]\])", table.read_text(encoding="utf-8"), flags=re.M)
        for number, text in enumerate(["".join(blocks)] + blocks):
            source = folder / ("%s-%d.toml" % (table.stem, number))
            source.write_text(head + text, encoding="utf-8")
            subprocess.run([compiler, source, source.with_suffix(".sbt")], check=True)
            source.unlink()


if __name__ == "__main__":
    main()
