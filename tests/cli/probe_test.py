# SPDX-License-Identifier: BSD-3-Clause
"""The probe's children on the installed libraries: what they say of a kernel, and how they fail."""
import glob
import json
import unittest

import command

LIBRARIES = {
    "openblas": glob.glob("/usr/lib/*/openblas-openmp/libopenblas.so.0"),
    "blis": glob.glob("/usr/lib/*/blis-openmp/libblis.so.4"),
}


class ProbeKernel(command.CommandTest):
    def answer(self, *arguments, **more):
        return json.loads(self.good("probe-kernel", *arguments, **more).strip().splitlines()[-1])

    def check(self, kind):
        if not LIBRARIES[kind]:
            self.skipTest(f"{kind} is not installed")
        library = LIBRARIES[kind][0]
        own = self.answer(library)
        self.assertEqual(own["kind"], kind)
        self.assertRegex(own["version"], r"^\d+\.\d+")
        # A kernel that the caller's environment names does not count.
        self.assertEqual(self.answer(library, OPENBLAS_CORETYPE="Nehalem", BLIS_ARCH_TYPE="5"), own)
        tried = self.answer(library, own["core"])
        self.assertEqual(tried["core"], own["core"])
        self.assertGreater(tried["checks"], 1000)
        # Right or wrong depends on the CPU; one of the two must be said.
        self.assertNotEqual(tried["failed"] == [], "speed" not in tried)

    def test_openblas(self):
        self.check("openblas")

    def test_blis(self):
        self.check("blis")

    def test_failures(self):
        self.bad(1, "probe-kernel", "/nowhere/lib.so")
        self.assertIn("neither", self.bad(1, "probe-kernel", "libm.so.6"))


if __name__ == "__main__":
    command.main()
