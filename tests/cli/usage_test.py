# SPDX-License-Identifier: BSD-3-Clause
"""Help, version and wrong usage."""
import re

import command


class Usage(command.CommandTest):
    def test_version(self):
        self.assertRegex(self.good("--version"), r"^switchblas \d+\.\d+\.\d+\n$")

    def test_help_shows_verbs_environment_and_exit_codes(self):
        text = self.good("--help")
        for word in ("run", "doctor", "explain", "table", "SWITCHBLAS_BACKEND", "SWITCHBLAS_TABLE",
                     "Exit codes"):
            self.assertIn(word, text)

    def test_hidden_verbs_are_not_shown(self):
        self.assertIsNone(re.search(r"probe-kernel|report", self.good("--help")))

    def test_each_verb_has_help(self):
        for verb in (("run",), ("doctor",), ("explain",), ("table",), ("table", "check"), ("table", "list"),
                     ("table", "show"), ("table", "diff")):
            self.assertIn("Usage: ", self.good(*verb, "--help"))

    def test_no_verb(self):
        self.bad(2)

    def test_unknown_verb_and_option(self):
        self.bad(2, "frobnicate")
        self.assertIn("switchblas doctor --help", self.bad(2, "doctor", "--frobnicate"))

    def test_options_that_exclude_each_other(self):
        self.bad(2, "doctor", "--probe", "--no-probe")


if __name__ == "__main__":
    command.main()
