# SPDX-License-Identifier: BSD-3-Clause
"""switchblas doctor on this machine, whatever CPU it has. Says nothing of speed."""
import json
import os

import command


class Doctor(command.CommandTest):
    def doctor(self, *arguments, **more):
        result = self.call("doctor", "--json", *arguments, **more)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        report = json.loads(result.stdout)
        self.assertEqual(report["healthy"], result.returncode == 0)
        self.assertEqual(report["healthy"], report["problems"] == [])
        return report

    def backend(self, report, kind):
        return next(one for one in report["backends"] if one["kind"] == kind)

    def test_without_a_probe(self):
        report = self.doctor("--no-probe")
        self.assertEqual(report["problems"], [])
        self.assertEqual(report["probe"], [])
        self.assertTrue(report["cpu"]["core_type"])
        self.assertGreaterEqual(report["cap"], 1)
        for kind in ("openblas", "blis"):
            one = self.backend(report, kind)
            self.assertTrue(one["loaded"])
            for field in ("version", "path", "kernel", "why"):
                self.assertTrue(one[field], field)
        self.assertTrue(report["table"]["name"])
        self.assertFalse(os.path.exists(os.path.join(self.home, ".cache")))

    def test_the_probe_decides_and_is_kept(self):
        first = self.doctor()
        for probe in first["probe"]:
            self.assertFalse(probe["kept"])
            passed = [one["kernel"] for one in probe["kernels"] if one["passed"]]
            self.assertIn(probe["verdict"], passed)
            running = self.backend(first, probe["kind"])["kernel"]
            self.assertEqual(running.lower(), probe["verdict"].lower())
        second = self.doctor()
        self.assertEqual([(p["kind"], p["verdict"], p["kept"]) for p in second["probe"]],
                         [(p["kind"], p["verdict"], True) for p in first["probe"]])

    def test_text(self):
        text = self.call("doctor", "--no-probe").stdout
        for word in ("CPU", "cores", "cap", "openblas", "blis", "table", "kernels"):
            self.assertIn("\n" + word if word != "kernels" else word, text)

    def machine(self, **files):
        """A directory that stands for a machine of 8 cores, with these files in addition."""
        cpu = "machine/sys/devices/system/cpu"
        self.write(f"{cpu}/online", "0-7\n")
        self.write(f"{cpu}/smt/active", "0\n")
        for name, text in files.items():
            self.write(f"machine/{name}", text)
        return os.path.join(self.home, "machine")

    def cap(self, **more):
        report = self.doctor("--no-probe", OMP_NUM_THREADS=more.pop("threads", "8"), **more)
        return report["cap"], report["cap_by"]

    def test_the_cap_and_what_makes_it(self):
        root = self.machine()
        self.assertEqual(self.cap(SWITCHBLAS_MACHINE_ROOT=root), (8, "8 cores"))
        self.assertEqual(self.cap(SWITCHBLAS_MACHINE_ROOT=root, SWITCHBLAS_NUM_THREADS="3"),
                         (3, "SWITCHBLAS_NUM_THREADS=3"))
        self.assertEqual(self.cap(SWITCHBLAS_MACHINE_ROOT=root, BLIS_NUM_THREADS="5"),
                         (5, "BLIS_NUM_THREADS=5"))
        self.assertEqual(self.cap(SWITCHBLAS_MACHINE_ROOT=root, threads="4"),
                         (4, "OMP_NUM_THREADS or omp_set_num_threads"))
        quota = self.machine(**{"proc/self/cgroup": "0::/group\n",
                                "sys/fs/cgroup/group/cpu.max": "100000 100000\n"})
        self.assertEqual(self.cap(SWITCHBLAS_MACHINE_ROOT=quota),
                         (1, "cgroup cpu.max 100000 100000"))
        text = self.call("doctor", "--no-probe", SWITCHBLAS_MACHINE_ROOT=quota).stdout
        self.assertIn("1 thread per call: cgroup cpu.max 100000 100000", text)

    def test_the_cap_in_an_affinity_mask_of_one_core(self):
        before = os.sched_getaffinity(0)
        if len(before) < 2:
            self.skipTest("one core")
        os.sched_setaffinity(0, {min(before)})
        try:
            self.assertEqual(self.cap(), (1, "the affinity mask"))
        finally:
            os.sched_setaffinity(0, before)

    def test_a_missing_backend_is_a_problem_that_names_the_package(self):
        report = self.doctor("--no-probe", SWITCHBLAS_BLIS="/nowhere/libblis.so.4")
        self.assertFalse(report["healthy"])
        self.assertFalse(self.backend(report, "blis")["loaded"])
        self.assertTrue(any("install" in line and "blis" in line for line in report["problems"]))

    def test_one_backend_asked_for_is_no_problem(self):
        report = self.doctor("--no-probe", SWITCHBLAS_BACKEND="openblas")
        self.assertTrue(report["healthy"], report["problems"])
        self.assertEqual(report["default_backend"], "openblas")
        self.assertTrue(any("SWITCHBLAS_BACKEND" in line for line in report["warnings"]))

    def test_one_backend_asked_for_and_not_to_be_had(self):
        for backend in ("blis", "/nowhere/libfast.so"):
            report = self.doctor("--no-probe", SWITCHBLAS_BACKEND=backend,
                                 SWITCHBLAS_BLIS="/nowhere/libblis.so.4")
            self.assertFalse(report["healthy"], backend)

    def test_a_kernel_of_the_environment_is_mentioned(self):
        own = self.backend(self.doctor("--no-probe"), "openblas")["kernel"]
        report = self.doctor("--no-probe", OPENBLAS_CORETYPE=own)
        self.assertTrue(any("OPENBLAS_CORETYPE" in line for line in report["warnings"]))


if __name__ == "__main__":
    command.main()
