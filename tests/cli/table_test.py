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

RICH = """[table]
name = "rich"
core = "any-core"
openblas = "0.3.21"
[[routines]]
names = ["ddot"]
provenance = "measured: in a test"
cells = [{ n = [0, 1000], arms = ["openblas*1"] }, { arms = ["openblas*1", "openblas*4", "openblas*all@16"] }]
[[routines]]
names = ["sgemm", "dgemm", "dtrsm"]
provenance = 'published: in a test, "quoted"'
cells = [
  { size = [0, 50.5], arms = ["openblas*1"] },
  { m = [0, 32], transa = "T", arms = ["reference*1"] },
  { most = [512], least = [0, 16], arms = ["blis*1", "blis*all"] },
  { arms = ["openblas*1", "blis*all@3"] },
]
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

    def test_list(self):
        before = self.good_json("table", "list", "--json")
        self.assertEqual(before["asked"][0]["status"], "missing")
        self.assertEqual(sum(entry.get("answers_for", 0) for entry in before["asked"]),
                         max(entry["routines"] for entry in before["built_in"]))
        names = [entry["name"] for entry in before["built_in"]]
        for name in ("generic-arm64", "generic-x86-64", "neoverse-n1", "neoverse-v1", "neoverse-v2"):
            self.assertIn(name, names)
        user = self.write(".config/switchblas/table.sbt", "")
        self.good("table", "compile", self.write("mine.toml", SOURCE), user)
        first, *others = self.good_json("table", "list", "--json")["asked"]
        self.assertEqual((first["path"], first["name"], first["answers_for"]), (user, "mine", 1))
        # ddot is the user's now.
        self.assertEqual(sum(entry.get("answers_for", 0) for entry in [first, *others]),
                         sum(entry.get("answers_for", 0) for entry in before["asked"]))
        text = self.good("table", "list")
        self.assertRegex(text, r"holds +\S+/table\.sbt: mine, answers for 1 of its 1 routines")
        self.assertRegex(text, r"then +\S+/generic-")

    def test_list_says_why_a_table_is_passed_over(self):
        self.write(".config/switchblas/table.sbt", "damaged")
        first = self.good_json("table", "list", "--json")["asked"][0]
        self.assertEqual(first["status"], "passed over")
        self.assertIn("not a compiled table", first["why"])
        self.assertIn(first["why"], self.good("table", "list"))

    def test_show_of_a_source_is_a_source_of_the_same_table(self):
        source = self.write("rich.toml", RICH)
        text = self.good("table", "show", source)
        self.assertIn('names = ["dgemm", "dtrsm", "sgemm"]', text)
        shown = self.write("shown.toml", text)
        tables = []
        for file in (source, shown):
            self.good("table", "compile", file, file + ".sbt")
            with open(file + ".sbt", "rb") as table:
                tables.append(table.read())
        self.assertEqual(*tables)

    def test_show_of_a_compiled_table(self):
        target = os.path.join(self.home, "rich.sbt")
        self.good("table", "compile", self.write("rich.toml", RICH), target)
        text = self.good("table", "show", target)
        for line in ('name = "rich"', 'core = "any-core"', 'names = ["dgemm", "sgemm"]',
                     'provenance = "published: in a test, \\"quoted\\""',
                     "#     1 to 1023: openblas*1\n#     1024 and more: openblas*1, openblas*4, openblas*all@16"):
            self.assertIn(line, text)
        routines = {row["name"]: row for row in self.good_json("table", "show", "--json", target)["routines"]}
        self.assertEqual(set(routines), {"ddot", "dgemm", "sgemm", "dtrsm"})
        self.assertEqual(routines["ddot"]["provenance"], "measured: in a test")
        self.assertEqual(routines["dgemm"]["variants"], 4)
        for row in routines.values():
            self.assertAlmostEqual(sum(arm["share"] for arm in row["arms"]), 1)
        ladder = [(s["from_cap"], s["backend"], s["threads"]) for s in routines["ddot"]["arms"][1]["ladder"]]
        self.assertEqual(ladder, [(1, "openblas", 1), (4, "openblas", 4), (16, "openblas", "all")])

    def test_show_of_a_built_in_table_by_name(self):
        self.assertIn('core = "neoverse-n1"', self.good("table", "show", "neoverse-n1"))
        self.bad(1, "table", "show", "no-such-table")

    def test_diff(self):
        one = self.write("one.toml", RICH)
        two = self.write("two.toml", RICH.replace("openblas*all@16", "blis*all@16").replace('"dtrsm"', '"strsm"'))
        self.assertIn("4 of 4", self.good("table", "diff", one, one))
        answer = self.good_json("table", "diff", "--json", one, two)
        self.assertEqual((answer["only_first"], answer["only_second"], answer["same"]),
                         (["dtrsm"], ["strsm"], 2))
        (ddot,) = answer["differ"]
        self.assertEqual(ddot["routine"], "ddot")
        self.assertEqual([(caps["from"], caps["to"]) for caps in ddot["caps"]], [(16, None)])
        # Half octaves from 1024 up, of 64.
        self.assertAlmostEqual(ddot["share"], 44 / 64)
        self.assertEqual(ddot["example"], "n 1024, cap 16: openblas*16 -> blis*16")
        text = self.good("table", "diff", one, two)
        self.assertRegex(text, r"ddot +68\.8 % of the cells; cap 16 and more: 68\.8 %")
        self.assertIn("only in " + one + ": dtrsm", text)

    def test_diff_is_about_what_a_cap_makes_of_an_arm(self):
        one = self.write("one.toml", SOURCE)
        # Eight threads or all: the same up to a cap of 8.
        two = self.write("two.toml", SOURCE.replace("openblas*all", "openblas*8@2"))
        (ddot,) = self.good_json("table", "diff", "--json", one, two)["differ"]
        self.assertEqual([(caps["from"], caps["to"]) for caps in ddot["caps"]], [(9, None)])

    def test_a_table_that_cannot_be_read(self):
        good = self.write("mine.toml", SOURCE)
        bad = self.write("bad.toml", SOURCE.replace("ddot", "dott"))
        self.assertIn("bad.toml:", self.bad(1, "table", "show", bad))
        self.assertIn("bad.toml:", self.bad(1, "table", "diff", good, bad))
        self.bad(1, "table", "show", "/nowhere.toml")

    def test_usage(self):
        self.bad(2, "table")
        self.bad(2, "table", "show")
        self.bad(2, "table", "diff", "one")
        self.bad(2, "table", "check")


if __name__ == "__main__":
    command.main()
