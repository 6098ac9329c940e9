# SPDX-License-Identifier: BSD-3-Clause
"""What every drop-in case needs: where the libraries are, how a program is run in each form.

Forms: "linked" (libblas.so.3 and liblapack.so.3 are ours), "local" (the same, but in a plug-in that
was opened with RTLD_LOCAL), "preload-FLAVOUR" (a program on another libblas.so.3, ours preloaded)
and "direct-FLAVOUR" (a program linked to libopenblas or libblis itself, ours preloaded).
"""

import os
import pathlib
import signal
import subprocess

FLAVOURS = {
    "reference": ("blas", "lapack"),
    "openblas-openmp": ("openblas-openmp",),
    "openblas-pthread": ("openblas-pthread",),
    "openblas-serial": ("openblas-serial",),
    "blis": ("blis-openmp", "lapack"),
}
OPENBLAS = ("openblas-openmp", "openblas-pthread", "openblas-serial")

LINKED = ("linked", "local")
PRELOADED = tuple("preload-" + flavour for flavour in FLAVOURS)
DIRECT = tuple("direct-" + flavour for flavour in OPENBLAS)
DIRECT_BLIS = ("direct-blis",)
ALL_FORMS = LINKED + PRELOADED + DIRECT

# Variables of the caller that would change what a case sees.
CLEARED = ("SWITCHBLAS_", "OPENBLAS_", "BLIS_", "OMP_", "GOTO_", "LD_", "ATLAS")

CASES = {}


class Failure(Exception):
    """A case found something wrong."""


class Skip(Exception):
    """What the case needs is not installed."""


def case(*forms, timeout=60, labels=()):
    """Registers a function (context, form) under its name."""

    def register(function):
        CASES[function.__name__] = (function, forms or ("-",), timeout, labels)
        return function

    return register


def require(condition, message):
    if not condition:
        raise Failure(message)


def run_group(command, timeout, shown, environment, stdin):
    """Runs a command; at the time limit it ends with all its children, which may hold the pipes."""
    with subprocess.Popen(command, env=environment, stdin=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace",
                          start_new_session=True) as process:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said = process.communicate()[1][-2000:]
            raise Failure(f"hangs: not back after {timeout} s: {shown}\n{said}") from None
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


class Context:
    def __init__(self, arguments):
        self.source_dir = pathlib.Path(__file__).resolve().parent
        self.programs = pathlib.Path(arguments.programs)
        self.linked_dir = pathlib.Path(arguments.linked_dir or arguments.libdir + "/switchblas")
        self.preload = pathlib.Path(arguments.preload or arguments.libdir + "/libswitchblas.so.0")
        self.libdir = pathlib.Path(arguments.libdir)
        self.system = pathlib.Path("/usr/lib") / arguments.triplet
        self.compilers = {"c": arguments.cc, "fortran": arguments.fortran}
        self.stress_seconds = float(arguments.seconds)

    def flavour_dirs(self, flavour):
        dirs = [self.system / name for name in FLAVOURS[flavour]]
        for directory in dirs:
            if not directory.is_dir():
                raise Skip(f"{flavour} is not installed: no {directory}")
        return dirs

    def library_path(self, flavour):
        return ":".join(map(str, self.flavour_dirs(flavour)))

    def environment(self, **extra):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(CLEARED)}
        kept.update({name: str(value) for name, value in extra.items()})
        return kept

    def command(self, form, program, *arguments):
        """The command line of a test program in a form, and the environment that it needs."""
        path = self.programs / program
        kind, _, flavour = form.partition("-")
        variables = {}
        if kind == "linked":
            variables["LD_LIBRARY_PATH"] = self.linked_dir
        elif kind == "local":
            variables["LD_LIBRARY_PATH"] = self.linked_dir
            return [self.programs / "local_host", f"{path}.so", *arguments], variables
        else:
            variables["LD_LIBRARY_PATH"] = self.library_path(flavour)
            variables["LD_PRELOAD"] = self.preload
            if kind == "direct":
                path = f"{path}-{'blis' if flavour == 'blis' else 'openblas'}"
        return [path, *arguments], variables

    def run_command(self, command, timeout=60, expect_success=True, **variables):
        command = [str(part) for part in command]
        shown = " ".join(f"{k}={v}" for k, v in variables.items()) + " " + " ".join(command)
        done = run_group(command, timeout, shown, self.environment(**variables), subprocess.DEVNULL)
        if expect_success and done.returncode != 0:
            raise Failure(f"exit status {done.returncode}: {shown}\n{done.stdout[-2000:]}"
                          f"{done.stderr[-4000:]}")
        return done

    def run(self, form, program, *arguments, timeout=60, **extra):
        """Runs a test program; it must succeed in time. Returns the finished process."""
        command, variables = self.command(form, program, *arguments)
        return self.run_command(command, timeout, **{**variables, **extra})


def warnings_in(text):
    """The lines that the library itself wrote on stderr."""
    return [line for line in text.splitlines() if line.startswith("switchblas:")]
