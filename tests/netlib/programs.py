#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The netlib tester programs of Debian's libblas-test and liblapack-test, and how to read them.

A program is a tester executable with one input file: 24 for BLAS and CBLAS, 90 for LAPACK.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

LETTERS = "sdcz"
# Inputs of xeigtst<letter>; those marked True have one file per letter ("dec.in").
EIG_INPUTS = {
    "nep": False, "sep": False, "se2": False, "svd": False, "ec": True, "ed": True, "gg": True,
    "gd": True, "sb": True, "sg": True, "bb": True, "glm": False, "gqr": False, "gsv": False,
    "csd": False, "lse": False, "bak": True, "bal": True, "gbak": True, "gbal": True,
}  # fmt: skip
# Slowest first: started first, so that no core waits at the end, and left out of the quick subset.
SLOW = [
    "lin.z", "lin.c", "eig.svd.z", "eig.svd.c", "lin.s", "eig.ec.z", "eig.svd.d", "mixed.zc",
    "eig.ec.d", "eig.ec.c",
]  # fmt: skip
# Balancing testers only print their largest test ratio; the other LAPACK testers use 20 to 60.
BALANCE_THRESHOLD = 30.0


@dataclass(frozen=True)
class Program:
    name: str  # "blas3.d", "lin.s", "eig.nep.c"
    executable: str  # below <triplet>/
    input: Optional[str]  # likewise; None where the program reads nothing

    @property
    def is_lapack(self):
        return self.executable.startswith("lapack/")

    @property
    def checks_c_strides(self):
        """CBLAS testers of levels 2 and 3 read RowMajorStrg, which only the reference exports."""
        return self.name.startswith(("cblas2.", "cblas3."))

    @property
    def is_quick(self):
        return self.name not in SLOW


def all_programs():
    programs = []
    for x in LETTERS:
        programs.append(Program(f"blas1.{x}", f"blas/xblat1{x}", None))
        programs.append(Program(f"cblas1.{x}", f"blas/x{x}cblat1", None))
        for level in "23":
            programs.append(
                Program(f"blas{level}.{x}", f"blas/xblat{level}{x}", f"blas/{x}blat{level}.in")
            )
            programs.append(
                Program(f"cblas{level}.{x}", f"blas/x{x}cblat{level}", f"blas/{x}in{level}")
            )
        programs.append(Program(f"lin.{x}", f"lapack/xlintst{x}", f"lapack/{x}test.in"))
        programs.append(Program(f"rfp.{x}", f"lapack/xlintstrf{x}", f"lapack/{x}test_rfp.in"))
        for kind, own in EIG_INPUTS.items():
            data = f"lapack/{x if own else ''}{kind}.in"
            programs.append(Program(f"eig.{kind}.{x}", f"lapack/xeigtst{x}", data))
    for pair in ("ds", "zc"):
        programs.append(Program(f"mixed.{pair}", f"lapack/xlintst{pair}", f"lapack/{pair}test.in"))
    slowest_first = {name: -len(SLOW) + at for at, name in enumerate(SLOW)}
    return sorted(programs, key=lambda p: (slowest_first.get(p.name, 0), p.name))


@dataclass
class Verdict:
    tests: int = 0  # what the program says it has run
    numerical: int = 0  # results beyond the threshold
    other: int = 0  # error exits, illegal values, INFO, abandoned runs
    broken: str = ""  # crashed, timed out, ended early, printed nothing
    seconds: float = 0.0
    first: str = ""  # the first line that says what failed
    warnings: tuple = ()  # lines of ours on stderr

    @property
    def failed(self):
        return bool(self.broken or self.numerical or self.other)

    def text(self):
        if self.broken:
            return self.broken
        return f"{self.numerical}+{self.other}" if self.failed else "ok"


def _count(verdict, field, line, amount=1):
    setattr(verdict, field, getattr(verdict, field) + amount)
    if not verdict.first:
        verdict.first = " ".join(line.split())


def read_blas(text, verdict):
    """Levels 1-3, Fortran and C: one PASS line per routine and part."""
    for line in text.splitlines():
        if "PASSED THE" in line or "--- PASS ---" in line:
            verdict.tests += 1
        elif re.search(r"\bFAIL\b", line):  # level 1 says FAIL once per routine
            verdict.tests += 1
            _count(verdict, "numerical", line)
        elif re.search(r"FAILED ON CALL NUMBER|SUSPECT|LESS THAN HALF ACCURATE", line):
            _count(verdict, "numerical", line)
        elif re.search(r"FATAL ERROR|NOT DETECTED|ABANDONED|FAILED|CHANGED INCORRECTLY", line):
            _count(verdict, "other", line)


def read_lapack(text, verdict):
    """The counts of netlib's lapack_testing.py, and the balancing testers that it leaves out."""
    for line in text.splitlines():
        ran = re.search(r"(\d+)\s+tests (?:run|done)\)", line)
        out_of = re.search(r"(\d+)\s+out of\s+(\d+)\s+tests", line)
        largest = re.search(r"value of largest test error\s*=\s*(\S+)", line)
        examples = re.search(r"total number of examples tested\s*=\s*(\d+)", line)
        wrong = re.search(r"(?:number of examples where info|ILO or IHI wrong).*=\s*(\S+)", line)
        if ran:
            verdict.tests += int(ran[1])
        elif out_of:
            verdict.tests += int(out_of[2])
            _count(verdict, "numerical", line, int(out_of[1]))
        elif largest:
            value = re.sub(r"(\d)([DE]?)([+-])", r"\1E\3", largest[1])
            if not _below(value, BALANCE_THRESHOLD):
                _count(verdict, "numerical", line)
        elif examples:
            verdict.tests += int(examples[1])
        elif wrong:
            if wrong[1] != "0":
                _count(verdict, "other", line)
        elif re.search(r"[iI]llegal| INFO|failed the tests of the error exits", line):
            _count(verdict, "other", line)


def _below(number, limit):
    try:
        return float(number) < limit
    except ValueError:  # "NaN", "********"
        return False


def read_outputs(program, texts, returncode, stderr):
    """texts: standard output and each file that the program wrote."""
    text = "\n".join(texts)
    verdict = Verdict()
    (read_lapack if program.is_lapack else read_blas)(text, verdict)
    verdict.warnings = tuple(x for x in stderr.splitlines() if x.startswith("switchblas:"))
    if returncode < 0:
        verdict.broken = f"signal {-returncode}"
    elif returncode > 0:
        verdict.broken = f"exit {returncode}"
    elif not verdict.tests:
        verdict.broken = "no tests"
    elif not re.search(r"END OF TESTS|End of tests", text) and "blas1." not in program.name:
        verdict.broken = "ended early"
    if verdict.broken and not verdict.first:
        verdict.first = " ".join((stderr.strip() or "nothing on stderr").splitlines()[-1].split())
    return verdict


def find_triplet_dir():
    """/usr/lib/<triplet>, where the testers are."""
    for found in sorted(Path("/usr/lib").glob("*/lapack/xlintstd")):
        if (found.parents[1] / "blas" / "xblat1d").exists():
            return found.parents[1]
    return None
