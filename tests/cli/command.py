# SPDX-License-Identifier: BSD-3-Clause
"""Runs the command under test, with home and cache folders of its own. First argument: its path."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

COMMAND = None
# What would change the answers.
UNSET = ("LD_PRELOAD", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "BLIS_ARCH_TYPE", "OMP_NUM_THREADS",
         "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "BLIS_NUM_THREADS",
         "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in UNSET and not name.startswith("SWITCHBLAS_")}
        self.environment["HOME"] = self.home

    def call(self, *arguments, command=None, **more):
        return subprocess.run([command or COMMAND, *map(str, arguments)], capture_output=True,
                              text=True, timeout=240, env={**self.environment, **more})

    def good(self, *arguments, **more):
        result = self.call(*arguments, **more)
        self.assertEqual(result.returncode, 0, result.stderr + result.stdout)
        return result.stdout

    def good_json(self, *arguments, **more):
        return json.loads(self.good(*arguments, **more))

    def bad(self, code, *arguments, **more):
        """The message of a call that must fail with this exit code and an empty stdout."""
        result = self.call(*arguments, **more)
        self.assertEqual(result.returncode, code, result.stderr + result.stdout)
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith("switchblas: error: "), result.stderr)
        return result.stderr

    def write(self, name, text):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def main():
    global COMMAND
    # Test files import this one by name, so that there is one COMMAND.
    import command
    command.COMMAND = os.path.abspath(sys.argv.pop(1))
    unittest.main()
