# SPDX-License-Identifier: BSD-3-Clause
"""switchblas explain, with a table of the user's own and with the built-in ones."""
import os

import command

SOURCE = """[table]
name = "mine"
[[routines]]
names = ["dgemm", "dtrsm"]
provenance = "measured: in a test"
cells = [
  { m = [0, 32], transa = "T", arms = ["reference*1"] },
  { arms = ["openblas*1", "blis*4", "blis*all@16"] },
]
"""


class Explain(command.CommandTest):
    def setUp(self):
        super().setUp()
        self.table = os.path.join(self.home, "mine.sbt")
        self.good("table", "compile", self.write("mine.toml", SOURCE), self.table)

    def arm(self, *arguments, **more):
        answer = self.good_json("explain", "--json", "--table", self.table, *arguments, **more)
        return answer["arm"]["backend"], answer["arm"]["threads"]

    def test_arms(self):
        call = ("dgemm", "N", "T", 1000, 1000, 64)
        self.assertEqual(self.arm(*call, "--threads", 1), ("openblas", 1))
        self.assertEqual(self.arm(*call, "--threads", 3), ("openblas", 1))
        self.assertEqual(self.arm(*call, "--threads", 8), ("blis", 4))
        self.assertEqual(self.arm(*call, "--threads", 64), ("blis", 64))
        self.assertEqual(self.arm("dgemm", "t", "n", 8, 9, 10, "--threads", 8), ("reference", 1))
        self.assertEqual(self.arm("DGEMM", "c", "n", 8, 9, 10, "--threads", 8), ("reference", 1))
        self.assertEqual(self.arm("dgemm", "n", "n", 8, 9, 10, "--threads", 8), ("blis", 4))

    def test_answer(self):
        answer = self.good_json("explain", "--json", "--table", self.table, "dtrsm", "L", "U", "N",
                                "N", 100, 5000)
        self.assertEqual(answer["table"]["name"], "mine")
        self.assertEqual(answer["provenance"], "measured: in a test")
        lower, upper = answer["cell"]["m"]
        self.assertLessEqual(lower, 100)
        self.assertLessEqual(100, upper)
        self.assertEqual([step["from_cap"] for step in answer["ladder"]], [1, 4, 16])
        self.assertGreaterEqual(answer["cap"]["threads"], 1)

    def test_cap_of_the_environment(self):
        answer = self.good_json("explain", "--json", "ddot", 10, SWITCHBLAS_NUM_THREADS="1")
        self.assertEqual(answer["cap"]["threads"], 1)

    def test_order_of_tables(self):
        os.makedirs(os.path.join(self.home, ".config/switchblas"))
        user = os.path.join(self.home, ".config/switchblas/table.sbt")
        os.rename(self.table, user)
        call = ("explain", "--json", "dgemm", "N", "N", 10, 10, 10)
        self.assertEqual(self.good_json(*call)["table"]["path"], user)
        # What the user's table leaves out is the next one's.
        self.assertNotEqual(self.good_json("explain", "--json", "ddot", 10)["table"]["path"], user)
        other = self.write("other.toml", SOURCE.replace("mine", "other"))
        self.good("table", "compile", other, self.table)
        answer = self.good_json(*call, SWITCHBLAS_TABLE=self.table)
        self.assertEqual(answer["table"]["name"], "other")

    def test_a_damaged_table_is_passed_over(self):
        self.write(".config/switchblas/table.sbt", "damaged")
        answer = self.good_json("explain", "--json", "ddot", 10)
        self.assertIn("table.sbt", answer["passed_over"][0])

    def test_text(self):
        text = self.good("explain", "dgemm", "N", "T", 1000, 1000, 64)
        for word in ("table", "provenance", "variant", "cell", "ladder", "cap", "arm"):
            self.assertIn("\n" + word if word != "table" else word, text)

    def test_what_changes_the_answer_is_said(self):
        self.assertIn("SWITCHBLAS_OFF", self.good("explain", "ddot", 10, SWITCHBLAS_OFF="dot"))

    def test_usage(self):
        form = "dgemm TRANSA(N|T|C) TRANSB(N|T|C) m n k"
        self.assertIn(form, self.bad(2, "explain", "dgemm"))
        self.assertIn(form, self.bad(2, "explain", "dgemm", "N", "T", 1, 2))
        self.assertIn(form, self.bad(2, "explain", "dgemm", "N", "X", 1, 2, 3))
        self.assertIn(form, self.bad(2, "explain", "dgemm", "N", "T", 1, 2, "3x"))
        self.assertIn("not routed", self.bad(2, "explain", "dgesdd"))
        self.assertIn("known", self.bad(2, "explain", "frobnicate"))
        self.bad(2, "explain")
        self.bad(1, "explain", "--table", "/nowhere", "ddot", 10)


if __name__ == "__main__":
    command.main()
