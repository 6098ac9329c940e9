# SPDX-License-Identifier: BSD-3-Clause
"""switchblas table."""
import os

import command

SOURCE = """[table]
name = "mine"
core = "any-core"
cores = 4
[[routines]]
names = ["ddot"]
provenance = "measured: in a test"
cells = [{ n = [0, 1000], arms = ["openblas*1"] }, { arms = ["openblas*1", "openblas*all"] }]
"""


class Table(command.CommandTest):
    def test_compile_and_check(self):
        target = os.path.join(self.home, "mine.sbt")
        self.assertEqual(self.good("table", "compile", self.write("mine.toml", SOURCE), target), "")
        text = self.good("table", "check", target)
        for word in ("mine", "1 routines", "any-core", "4 cores"):
            self.assertIn(word, text)

    def test_a_source_that_is_wrong(self):
        source = self.write("bad.toml", SOURCE.replace("openblas*all", "mkl*all"))
        target = os.path.join(self.home, "bad.sbt")
        self.assertIn("bad.toml:", self.bad(1, "table", "compile", source, target))
        self.assertFalse(os.path.exists(target))

    def test_files_that_are_no_table(self):
        self.bad(1, "table", "check", self.write("text", "text"))
        self.bad(1, "table", "check", "/nowhere/t.sbt")

    def test_usage(self):
        self.bad(2, "table")
        self.bad(2, "table", "check")


if __name__ == "__main__":
    command.main()
