# SPDX-License-Identifier: BSD-3-Clause
"""switchblas tune, on the real libraries with budgets of seconds."""
import json
import os
import re
import signal
import subprocess
import time

import command



class Tune(command.CommandTest):
    def setUp(self):
        super().setUp()
        self.table = os.path.join(self.home, "tables", "mine.sbt")
        self.samples = os.path.join(self.home, "tables", "mine.samples.csv")

    def tune(self, *more, seconds=5, **environment):
        # Threads take milliseconds per call where other programs keep the cores busy.
        return self.good_json("tune", "--budget", seconds, "--routines", "dgemm,ddot", "--out",
                              self.table, "--json", "--max-threads", 1, *more, **environment)

    def sample_lines(self):
        with open(self.samples, encoding="utf-8") as file:
            return [line for line in file if re.match("(tune|score),", line)]

    def test_a_table_that_the_library_uses(self):
        result = self.tune()
        self.assertEqual(result["table"], self.table)
        self.assertGreater(result["measured"], 20)
        self.assertEqual(result["measured"], len(self.sample_lines()))
        self.assertEqual(result["earlier"], 0)
        self.assertGreater(result["score"]["shapes"], 0)
        self.assertGreaterEqual(result["score"]["regret"], 1)
        self.assertIn("tuned, 2 routines", self.good("table", "check", self.table))
        # The source beside it says the same, and how good it is.
        with open(result["source"], encoding="utf-8") as file:
            source = file.read()
        self.assertIn("[score]\n", source)
        self.assertIn('names = ["dgemm"]', source)
        again = os.path.join(self.home, "again.sbt")
        self.good("table", "compile", result["source"], again)
        with open(again, "rb") as one, open(self.table, "rb") as other:
            self.assertEqual(one.read(), other.read())
        # The library takes these rows, and those of others from the next table.
        explain = self.good("explain", "dgemm", "N", "N", 300, 300, 300,
                            SWITCHBLAS_TABLE=self.table)
        self.assertIn(self.table, explain)
        self.assertIn("by switchblas tune", explain)
        self.assertIn(f"passed over {self.table}",
                      self.good("explain", "dsymm", "L", "U", 300, 300,
                                SWITCHBLAS_TABLE=self.table))

    def test_the_place_of_the_user(self):
        self.good("tune", "--budget", 2, "--routines", "ddot")
        table = os.path.join(self.home, ".config/switchblas/table.sbt")
        self.assertIn(table, self.good("explain", "ddot", 100))

    def test_a_second_run_goes_on(self):
        first = self.tune(seconds=3)
        shapes = {tuple(line.split(",")[:6]) for line in self.sample_lines()}
        second = self.tune(seconds=3)
        # A shape that was measured again counts once, with its last times.
        self.assertEqual(second["earlier"], len(shapes))
        self.assertEqual(first["measured"] + second["measured"], len(self.sample_lines()))
        # Samples of another machine or library do not count; they are put aside.
        with open(self.samples, encoding="utf-8") as file:
            text = file.read()
        with open(self.samples, "w", encoding="utf-8") as file:
            file.write(text.replace("OpenBLAS ", "OpenBLAS 0", 1))
        result = self.call("tune", "--budget", 3, "--routines", "ddot", "--out", self.table,
                           "--json", "--max-threads", 1)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("starts over", result.stderr)
        self.assertEqual(json.loads(result.stdout)["earlier"], 0)
        self.assertTrue(os.path.exists(self.samples + ".old"))

    def test_an_interrupt_keeps_what_was_measured(self):
        process = subprocess.Popen(
            [command.COMMAND, "tune", "--budget", "100", "--routines", "dgemm,ddot", "--out",
             self.table, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if os.path.exists(self.samples) and len(self.sample_lines()) >= 60:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("interrupted", err)
        result = json.loads(out)
        self.assertTrue(result["interrupted"])
        self.assertEqual(result["measured"], len(self.sample_lines()))
        self.good("table", "check", self.table)

    def test_a_library_that_crashes_costs_itself(self):
        source = self.write("bad.c", """
#include <stdlib.h>
const char* bli_info_get_version_str(void) { return "0.9.0"; }
int bli_arch_query_id(void) { return 0; }
const char* bli_arch_string(int id) { return id == 0 ? "skx" : id == 1 ? "zen3" : "generic"; }
void bli_init(void) {}
void bli_thread_set_num_threads(long n) { (void)n; }
void dgemm_(void) { abort(); }
""")
        library = os.path.join(self.home, "libbad.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        result = self.call("tune", "--budget", 4, "--routines", "dgemm", "--out", self.table,
                           "--json", "--max-threads", 1, SWITCHBLAS_BLIS=library)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"dgemm on blis\*1 is left out: killed by signal")
        with open(json.loads(result.stdout)["source"], encoding="utf-8") as file:
            self.assertNotIn("blis*", file.read())

    def test_places_that_cannot_be_written(self):
        file = self.write("file", "")
        message = self.bad(1, "tune", "--out", os.path.join(file, "table.sbt"))
        self.assertIn("cannot be written", message)
        self.assertIn("--out", message)

    def test_usage(self):
        self.assertIn("families are", self.bad(2, "tune", "--routines", "dgem"))
        self.bad(2, "tune", "--types", "x")
        self.bad(2, "tune", "--quick", "--full")
        self.bad(2, "tune", "--out", "table.toml")
        self.bad(2, "tune", "--budget", "0")


if __name__ == "__main__":
    command.main()
