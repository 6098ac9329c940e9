# SPDX-License-Identifier: BSD-3-Clause
"""switchblas run. The command is copied beside a stand-in library, which programs can load."""
import os
import shutil
import sys

import command

SHOW = "import os, sys; print(sys.argv[1:]); print({k: os.environ.get(k) for k in " \
       "('LD_PRELOAD', 'LD_LIBRARY_PATH', 'SWITCHBLAS_BACKEND', 'SWITCHBLAS_NUM_THREADS', " \
       "'SWITCHBLAS_TABLE', 'SWITCHBLAS_VERBOSE')})"


class Run(command.CommandTest):
    def setUp(self):
        super().setUp()
        # Where the library lies from the command is told by the command itself.
        missing = self.bad(1, "run", "true", command=self.copy(self.home))
        self.library = missing.split("the library ")[1].split(" is missing")[0]
        os.makedirs(os.path.dirname(self.library), exist_ok=True)
        # Something that can be preloaded and does nothing.
        shutil.copy(self.any_library(), self.library)
        self.command = os.path.join(self.home, "bin/switchblas")

    def copy(self, root):
        os.makedirs(os.path.join(root, "bin"), exist_ok=True)
        return shutil.copy(command.COMMAND, os.path.join(root, "bin/switchblas"))

    @staticmethod
    def any_library():
        with open("/proc/self/maps", encoding="utf-8") as maps:
            paths = {line.split(maxsplit=5)[5].strip() for line in maps if "/libm" in line}
        return sorted(paths)[0]

    def shown(self, *arguments, **more):
        out = self.good("run", *arguments, command=self.command, **more).splitlines()
        return eval(out[0]), eval(out[1])

    def show(self, options, *arguments, **more):
        return self.shown(*options, sys.executable, "-c", SHOW, *arguments, **more)

    def test_variables(self):
        _, seen = self.show([])
        self.assertEqual(seen["LD_PRELOAD"], self.library)
        self.assertEqual(seen["LD_LIBRARY_PATH"],
                         os.path.join(os.path.dirname(self.library), "switchblas"))
        self.assertIsNone(seen["SWITCHBLAS_BACKEND"])

    def test_goes_in_front_of_what_is_set(self):
        other = self.any_library()
        _, seen = self.show([], LD_PRELOAD=other, LD_LIBRARY_PATH="/nowhere")
        self.assertEqual(seen["LD_PRELOAD"], self.library + ":" + other)
        self.assertTrue(seen["LD_LIBRARY_PATH"].endswith(":/nowhere"))

    def test_arguments_of_the_program_are_its_own(self):
        words = ["--threads", "3", "--", "-v", "", "--help", "a b"]
        for dashes in ([], ["--"]):
            self.assertEqual(self.show(dashes, *words)[0], words)

    def test_verbs_are_commands_too(self):
        self.assertIn("doctor: command not found",
                      self.bad(127, "run", "doctor", command=self.command))

    def test_options(self):
        table = self.write("t.sbt", "x")
        _, seen = self.show(["--backend", "blis", "--threads", "3", "--table", table, "--verbose"])
        self.assertEqual(seen["SWITCHBLAS_BACKEND"], "blis")
        self.assertEqual(seen["SWITCHBLAS_NUM_THREADS"], "3")
        self.assertEqual(seen["SWITCHBLAS_TABLE"], table)
        self.assertEqual(seen["SWITCHBLAS_VERBOSE"], "1")
        _, seen = self.show([f"--backend={self.library}", "--threads=1", "--"])
        self.assertEqual(seen["SWITCHBLAS_BACKEND"], self.library)

    def test_exit_code_of_the_program(self):
        result = self.call("run", sys.executable, "-c", "raise SystemExit(7)", command=self.command)
        self.assertEqual(result.returncode, 7)

    def test_errors(self):
        run = {"command": self.command}
        self.bad(2, "run", **run)
        self.bad(2, "run", "--", **run)
        self.bad(2, "run", "--threads", "0", "true", **run)
        self.bad(2, "run", "--threads", "many", "true", **run)
        self.bad(2, "run", "--backend", "mkl", "true", **run)
        self.bad(2, "run", "--table", "/nowhere/t.sbt", "true", **run)
        self.assertIn("not found", self.bad(127, "run", "no-such-program", **run))
        self.assertIn("not found", self.bad(127, "run", "/nowhere/program", **run))
        script = self.write("script", "#!/nowhere/interpreter\n")
        os.chmod(script, 0o755)
        self.assertIn("interpreter", self.bad(127, "run", script, **run))
        self.bad(126, "run", self.write("plain", "text"), **run)
        self.bad(126, "run", self.home, **run)

    def test_a_path_that_preloading_cannot_hold(self):
        spaced = os.path.join(self.home, "a b")
        shutil.copytree(os.path.join(self.home, "bin"), os.path.join(spaced, "bin"))
        below = os.path.relpath(self.library, self.home)
        os.makedirs(os.path.dirname(os.path.join(spaced, below)))
        shutil.copy(self.library, os.path.join(spaced, below))
        self.assertIn("LD_PRELOAD",
                      self.bad(1, "run", "true", command=os.path.join(spaced, "bin/switchblas")))


if __name__ == "__main__":
    command.main()
