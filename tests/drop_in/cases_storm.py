# SPDX-License-Identifier: BSD-3-Clause
"""The storm: threads, parallel regions, changing thread counts and forks at once (programs/storm.cc).

By ctest it lasts six times --seconds in all (60 s); 30 minutes by hand:
    run.py --libdir ... --programs ... --triplet ... --seconds 300 storm linked
The same storm on the plain backends, which hang or crash in it, for the record:
    run.py --programs ... --triplet ... storm_plain openblas-openmp
"""

import os
import pathlib
import subprocess
import tempfile

from context import Failure, Skip, case, require, warnings_in

ALL_AT_ONCE = ("regions=1", "counts=1", "forks=1")
# With libgomp's active waiting each of many threads spins: fewer of them, or nothing gets done.
STORMS = (
    ({}, ("threads=16",)),
    ({}, ("threads=16", *ALL_AT_ONCE)),
    ({}, ("threads=200", *ALL_AT_ONCE)),
    ({"OMP_THREAD_LIMIT": 1}, ("threads=16", *ALL_AT_ONCE)),
    ({"OMP_DYNAMIC": "true"}, ("threads=16", *ALL_AT_ONCE)),
    ({"OMP_PROC_BIND": "true"}, ("threads=16", *ALL_AT_ONCE)),
    ({"OMP_WAIT_POLICY": "active"}, ("threads=6", *ALL_AT_ONCE)),
    ({"OMP_WAIT_POLICY": "passive"}, ("threads=16", *ALL_AT_ONCE)),
    # A machine of 8 and of 64 cores on the ones that are there: BLIS's spinning barriers crawl.
    (8, ("threads=16", *ALL_AT_ONCE)),
    (64, ("threads=4", "largest=100", *ALL_AT_ONCE)),
    ({"SWITCHBLAS_BACKEND": "openblas"}, ("threads=16", *ALL_AT_ONCE)),
    ({"SWITCHBLAS_BACKEND": "blis"}, ("threads=16", *ALL_AT_ONCE)),
)


def machine_of(directory, cores):
    """The environment in which a process believes in a machine of so many cores."""
    root = pathlib.Path(directory) / f"machine{cores}"
    cpu = root / "sys/devices/system/cpu"
    (cpu / "smt").mkdir(parents=True, exist_ok=True)
    (cpu / "online").write_text(f"0-{cores - 1}\n")
    (cpu / "smt/active").write_text("0\n")
    return {"SWITCHBLAS_MACHINE_ROOT": root, "OMP_NUM_THREADS": cores}


def tell(context, directory, *numbers):
    """Expected results: those of the reference libraries, one thread."""
    expected = pathlib.Path(directory) / "expected"
    context.run_command([context.programs / "storm", "tell", expected, *numbers],
                        LD_LIBRARY_PATH=context.library_path("reference"))
    return expected


def blow(context, form, storms, seconds):
    with tempfile.TemporaryDirectory() as directory:
        for variables, arguments in storms:
            if isinstance(variables, int):
                variables = machine_of(directory, variables)
            numbers = [argument for argument in arguments if argument.startswith("largest=")]
            expected = tell(context, directory, "seed=1", "jobs=400", *numbers)
            done = context.run(form, "storm", "run", expected, "seed=1", "jobs=400",
                               f"seconds={seconds}", *arguments, timeout=seconds + 120, **variables)
            print(variables, *arguments, done.stdout.strip())


@case("linked", timeout=1500)
def storm(context, form):
    blow(context, form, STORMS, max(1, round(4 * context.stress_seconds / len(STORMS))))


@case("local", "preload-openblas-openmp", "direct-openblas-openmp", "direct-openblas-pthread",
      timeout=600)
def storm_in_other_forms(context, form):
    blow(context, form, STORMS[1:2], max(1, round(context.stress_seconds / 2)))


@case("21", "29", "34")
def standin_openblas(context, patch):
    """Hazards of OpenBLAS 0.3.`patch`, as a stand-in has them, on a machine of 8 cores."""
    library = context.programs / f"libopenblasp-r0.3.{patch}.so"
    with tempfile.TemporaryDirectory() as directory:
        done = context.run("preload-reference", "standin", library, 8, SWITCHBLAS_OPENBLAS=library,
                           SWITCHBLAS_BACKEND="openblas", **machine_of(directory, 8))
    require(not warnings_in(done.stderr), done.stderr)


@case("preload-reference", "preload-openblas-openmp")
def openblas_setter(context, form):
    """The same with the installed library, where threadpoolctl finds and sets it."""
    cores = min(2, len(os.sched_getaffinity(0)))
    library = context.flavour_dirs("openblas-openmp")[0] / "libopenblas.so.0"
    context.run(form, "standin", library, cores, OMP_NUM_THREADS=cores, SWITCHBLAS_BACKEND="openblas")


@case("linked", timeout=300, labels=("tsan",))
def storm_under_thread_sanitizer(context, form):
    """Our code alone is instrumented, so that nothing need be suppressed: the sanitizer's runtime comes
    by preload."""
    runtime = subprocess.run([context.compilers["c"], "-print-file-name=libtsan.so"], check=True,
                             capture_output=True, text=True).stdout.strip()
    options = ("die_after_fork=0", "exitcode=66", "ignore_noninstrumented_modules=1")
    with tempfile.TemporaryDirectory() as directory:
        for arguments in (("threads=8",), ("threads=8", *ALL_AT_ONCE)):
            expected = tell(context, directory, "seed=1", "jobs=400")
            done = context.run(form, "storm", "run", expected, "seed=1", "jobs=400", "seconds=10",
                               *arguments, timeout=140, LD_PRELOAD=runtime,
                               TSAN_OPTIONS=":".join(options))
            print(*arguments, done.stdout.strip())


@case("linked", timeout=130)
def few_threads_allowed(context, form):
    """libgomp ends a process in which it cannot create a thread: as another user, with RLIMIT_NPROC."""
    def open_to_all(path):
        return all(part.stat().st_mode & 1 for part in (path, *path.parents))

    if os.geteuid() != 0 or not open_to_all(context.programs / "storm"):
        raise Skip("needs root and programs that another user can run")
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        command, variables = context.command(
            form, "storm", "run", tell(context, directory, "seed=1", "jobs=400"), "seed=1", "jobs=400",
            "seconds=2", "threads=2")
        for most in (6, 12):
            context.run_command(["setpriv", "--reuid=54321", "--clear-groups", "prlimit",
                                 f"--nproc={most}", *command], timeout=60, HOME=directory,
                                **variables, **machine_of(directory, 16))


@case("openblas-openmp", "openblas-pthread", "blis", labels=("by_hand",))
def storm_plain(context, flavour):
    with tempfile.TemporaryDirectory() as directory:
        expected = tell(context, directory, "seed=1", "jobs=400")
        for variables, arguments in STORMS[:8]:
            try:
                said = context.run_command(
                    [context.programs / "storm", "run", expected, "seed=1", "jobs=400", "seconds=5",
                     "patience=20", *arguments], timeout=60,
                    LD_LIBRARY_PATH=context.library_path(flavour), **variables).stdout
            except Failure as failure:
                said = str(failure)
            print(variables, *arguments, said.strip())
