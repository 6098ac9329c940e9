# SPDX-License-Identifier: BSD-3-Clause
"""Programs that call: overrides, the first call, forks, threads, thread functions, results."""

import pathlib
import subprocess
import tempfile

import symbols
from context import (ALL_FORMS, DIRECT, DIRECT_BLIS, PRELOADED, Failure, Skip, case, require,
                     run_group, warnings_in)

GLOBAL_FORMS = ("linked", *PRELOADED, *DIRECT)
SOME_FORMS = ("linked", "local", "preload-reference", "preload-openblas-pthread",
              "direct-openblas-openmp", "direct-openblas-pthread", "direct-openblas-serial")


@case(*ALL_FORMS, *DIRECT_BLIS)
def computes(context, form):
    done = context.run(form, "plain")
    require(done.stdout.strip().endswith("ok"), done.stdout)
    require(not warnings_in(done.stderr), done.stderr)


@case("linked", *PRELOADED)
def computes_fortran(context, form):
    if not (context.programs / "plain_fortran").exists():
        raise Skip("no Fortran compiler")
    context.run(form, "plain_fortran")


# One process for each: a library that fails in one may pass in the next.
@case(*GLOBAL_FORMS)
def override_handlers(context, form):
    failures = []
    for what in ("fortran", "cblas", "lapack", "ilaenv"):
        try:
            context.run(form, "override", what)
        except Failure as failure:
            failures.append(str(failure))
    require(not failures, "\n".join(failures))


@case(*GLOBAL_FORMS)
def override_longjmp(context, form):
    quiet = context.run(form, "override_longjmp", 0).stdout
    many = context.run(form, "override_longjmp", 1000).stdout
    require(quiet == many, f"without errors {quiet}, with errors {many}")


@case(*GLOBAL_FORMS)
def override_throw(context, form):
    context.run(form, "override_throw")


def repeat(context, form, count, *arguments, program="first_call"):
    for attempt in range(count):
        try:
            context.run(form, program, *[str(a(attempt) if callable(a) else a) for a in arguments],
                        timeout=65)
        except Failure as failure:
            raise Failure(f"process {attempt + 1} of {count}: {failure}") from None


@case(*SOME_FORMS, timeout=200)
def first_call_from_two_threads(context, form):
    repeat(context, form, 20, "threads")


@case(*SOME_FORMS, timeout=200)
def first_call_in_constructor(context, form):
    repeat(context, form, 20, "constructor", context.programs / "constructor_plugin.so")


@case(*SOME_FORMS, timeout=200)
def first_call_while_forking(context, form):
    repeat(context, form, 30, "fork", lambda attempt: attempt * 150)


@case(*SOME_FORMS)
def first_call_in_child(context, form):
    repeat(context, form, 3, "child")


@case(*SOME_FORMS, timeout=130)
def forks_after_threads(context, form):
    context.run(form, "forks", "after", 10, timeout=110)


@case(*SOME_FORMS, timeout=130)
def forks_while_busy(context, form):
    context.run(form, "forks", "busy", 10, timeout=110)


@case("linked", "preload", timeout=130)
def forks_in_python(context, form):
    python = "/usr/bin/python3"
    probe = subprocess.run([python, "-c", "import numpy, joblib"], check=False, capture_output=True)
    if probe.returncode != 0:
        raise Skip("python3-numpy or python3-joblib is not installed")
    variables = ({"LD_LIBRARY_PATH": context.linked_dir} if form == "linked" else
                 {"LD_PRELOAD": context.preload})
    context.run_command([python, context.source_dir / "forks.py"], 110, **variables)


STRESS = (("syrk8", 2), ("syrk8", 16), ("syrk32", 2), ("syrk32", 16), ("gemv", 2), ("gemv", 16),
          ("trsm", 2), ("trsm", 16), ("getrf", 4), ("mixed", 8))


@case("linked", "local", "preload-openblas-pthread", "direct-openblas-serial", timeout=700)
def stress_threads(context, form):
    seconds = max(0.3, context.stress_seconds / len(STRESS))
    for kind, threads in STRESS:
        context.run(form, "stress", kind, threads, seconds, timeout=seconds * 3 + 40)


@case("linked", "local", "preload-openblas-serial", timeout=200)
def stress_200_threads(context, form):
    for kind in ("mixed", "syrk32"):
        context.run(form, "stress", kind, 200, 2, timeout=90)


OPENMP_SETTINGS = (
    {}, {"OMP_NUM_THREADS": 1}, {"OMP_NUM_THREADS": 4}, {"OMP_DYNAMIC": "true"},
    {"OMP_THREAD_LIMIT": 1}, {"OMP_THREAD_LIMIT": 2, "OMP_NUM_THREADS": 4},
    {"OPENBLAS_NUM_THREADS": 1, "BLIS_NUM_THREADS": 2}, {"SWITCHBLAS_NUM_THREADS": 1},
    {"OMP_WAIT_POLICY": "active"}, {"OMP_PROC_BIND": "true"},
)


@case(*SOME_FORMS, timeout=900)
def openmp_programs(context, form):
    for setting in OPENMP_SETTINGS:
        context.run(form, "openmp", timeout=90, **setting)


@case(*(form for form in SOME_FORMS if form != "local"))
def thread_functions(context, form):
    context.run(form, "api")
    context.run(form, "api", OMP_NUM_THREADS=1)


@case("linked", *PRELOADED, timeout=120)
def c_api(context, form):
    if form == "linked":
        where, programs = {"LD_LIBRARY_PATH": context.libdir}, ("c_api", "cxx_api")
    else:
        where, programs = context.command(form, "c_api")[1], ("c_api_preload",)
    for program in programs:
        for variables in ({}, {"OMP_NUM_THREADS": 1}):
            context.run_command([context.programs / program], **where, **variables)
    program = context.programs / programs[0]
    context.run_command([program, "first"], **where)
    context.run_command([program, "disabled"], **where, SWITCHBLAS_DISABLE=1)


@case()
def c_api_for_developers(context, _form):
    """What is installed is enough to build with: one header and -lswitchblas."""
    build = context.libdir.parent
    with tempfile.TemporaryDirectory() as folder:
        context.run_command(["cmake", "--install", build, "--prefix", folder])
        header = next(pathlib.Path(folder).rglob("switchblas.h"))
        libdir = next(pathlib.Path(folder).rglob("libswitchblas.so")).parent
        program = pathlib.Path(folder, "c_api")
        context.run_command([context.compilers["c"], "-I", header.parent, "-I",
                             context.source_dir / "programs", "-o", program,
                             context.source_dir / "programs/c_api.c", "-L", libdir, "-lswitchblas",
                             "-lpthread", "-lm"])
        context.run_command([program], LD_LIBRARY_PATH=libdir)


def sweep(context, form, trusted, cases=8, names=(), **variables):
    """Compares results with those of a trusted library, which runs in a process of its own."""
    trusted_environment = context.environment(LD_LIBRARY_PATH=context.library_path(trusted))
    with tempfile.NamedTemporaryFile("w") as list_file:
        arguments = [str(cases)]
        if names:
            list_file.write("\n".join(names))
            list_file.flush()
            arguments.append(list_file.name)
        teller = subprocess.Popen([str(context.programs / "sweep"), "tell", *arguments],
                                  env=trusted_environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        command, form_variables = context.command(form, "sweep", "compare", *arguments)
        environment = context.environment(**{**form_variables, **variables})
        try:
            done = run_group([str(part) for part in command], 110, "the sweep", environment,
                             teller.stdout)
        finally:
            teller.kill()
            teller.wait()
    require(done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}"
            f"{done.stderr[-8000:]}")
    print(done.stdout.strip())
    return done


def extension_names(context):
    """BLAS names that only other libraries than the reference have."""
    names = symbols.exported(context.flavour_dirs("openblas-serial")[0] / "libblas.so.3")
    return sorted(filter(symbols.is_interface,
                         names - symbols.exported(context.flavour_dirs("reference")[0] /
                                                  "libblas.so.3")))


@case(*ALL_FORMS, timeout=130)
def results(context, form):
    sweep(context, form, "reference")


@case("linked", "local", "preload-reference", "direct-openblas-openmp", timeout=130)
def results_of_extensions(context, form):
    sweep(context, form, "openblas-serial", names=extension_names(context))


@case("openblas", "blis", "reference", timeout=260, labels=("per_backend",))
def results_by_backend(context, backend):
    variables = {"SWITCHBLAS_BACKEND": backend, "SWITCHBLAS_VERBOSE": 1}
    done = sweep(context, "linked", "reference", cases=16, **variables)
    said = "\n".join(warnings_in(done.stderr))
    require(backend in said.lower(), f"SWITCHBLAS_VERBOSE=1 does not name {backend}:\n{said}")
    done = sweep(context, "linked", "openblas-serial", names=extension_names(context), **variables)
