# SPDX-License-Identifier: BSD-3-Clause
"""Settings that are wrong or unusual: one clear warning, and right results all the same."""

import pathlib
import tempfile

from context import Skip, case, require, warnings_in

MISSING = "/nonexistent/library.so"


def run_with_one_warning(context, form, words, **variables):
    """The program is right, and one warning names at least one of the words."""
    done = context.run(form, "plain", **variables)
    warnings = warnings_in(done.stderr)
    require(len(warnings) == 1, f"{variables}: {len(warnings)} warnings, not one:\n{done.stderr}")
    require(any(word in warnings[0] for word in words),
            f"{variables}: the warning names none of {words}: {warnings[0]}")


@case("linked", "local", "preload-reference")
def missing_backends(context, form):
    run_with_one_warning(context, form, ("libblis4-openmp", "SWITCHBLAS_BLIS"),
                         SWITCHBLAS_BLIS=MISSING)
    run_with_one_warning(context, form, ("libopenblas0-openmp", "SWITCHBLAS_OPENBLAS"),
                         SWITCHBLAS_OPENBLAS=MISSING)


@case("linked", "local", "preload-reference")
def missing_all_but_reference(context, form):
    done = context.run(form, "plain", SWITCHBLAS_BLIS=MISSING, SWITCHBLAS_OPENBLAS=MISSING,
                       SWITCHBLAS_VERBOSE=1)
    require("SWITCHBLAS" in done.stderr or "install" in done.stderr,
            f"no warning that names a remedy:\n{done.stderr}")


@case("linked")
def nothing_at_all(context, form):
    command, variables = context.command(form, "plain")
    done = context.run_command(
        command, expect_success=False, **variables, SWITCHBLAS_BLIS=MISSING,
        SWITCHBLAS_OPENBLAS=MISSING, SWITCHBLAS_REFERENCE_BLAS=MISSING,
        SWITCHBLAS_REFERENCE_LAPACK=MISSING)
    require(done.returncode != 0, "no library at all, but the program ended well")
    require("dot" in done.stderr and "switchblas:" in done.stderr,
            f"the message does not name the routine:\n{done.stderr}")


@case("linked", "preload-openblas-openmp")
def broken_table(context, form):
    run_with_one_warning(context, form, ("table", "SWITCHBLAS_TABLE"), SWITCHBLAS_TABLE=MISSING)
    for content in (b"", b"not a table", bytes(4096), b"\xff" * 100000):
        with tempfile.NamedTemporaryFile(suffix=".sbt") as file:
            file.write(content)
            file.flush()
            run_with_one_warning(context, form, ("table", "SWITCHBLAS_TABLE"),
                                 SWITCHBLAS_TABLE=file.name)


@case("linked")
def truncated_table(context, form):
    tables = sorted((context.linked_dir / "tables").glob("*.sbt"))
    if not tables:
        raise Skip("no compiled tables")
    good = tables[0].read_bytes()
    damaged = [good[: len(good) // 2], good[:-1], good[:70] + b"\x5a" * 8 + good[78:],
               good + b"more"]
    for content in damaged:
        if content == good:
            continue
        with tempfile.NamedTemporaryFile(suffix=".sbt") as file:
            file.write(content)
            file.flush()
            run_with_one_warning(context, form, ("table", "SWITCHBLAS_TABLE"),
                                 SWITCHBLAS_TABLE=file.name)


@case("linked", "local", "preload-openblas-serial")
def bad_backend_value(context, form):
    run_with_one_warning(context, form, ("SWITCHBLAS_BACKEND",), SWITCHBLAS_BACKEND="fastest")


@case("linked", "preload-reference", "preload-openblas-pthread")
def bad_numbers(context, form):
    run_with_one_warning(context, form, ("SWITCHBLAS_NUM_THREADS",), SWITCHBLAS_NUM_THREADS="many")


@case("linked", "local", "preload-reference", "preload-openblas-openmp", "direct-openblas-pthread")
def disabled(context, form):
    done = context.run(form, "plain", SWITCHBLAS_DISABLE=1)
    require(not warnings_in(done.stderr), done.stderr)
    context.run(form, "forks", "after", 2, SWITCHBLAS_DISABLE=1, OMP_NUM_THREADS=1)


@case("linked", "local", "preload-reference")
def backend_by_path(context, form):
    atlas = context.system / "atlas/libblas.so.3"
    if not atlas.exists():
        raise Skip("libatlas3-base is not installed")
    done = context.run(form, "plain", SWITCHBLAS_BACKEND=atlas, SWITCHBLAS_VERBOSE=1)
    require("atlas" in done.stderr, f"SWITCHBLAS_VERBOSE=1 does not name atlas:\n{done.stderr}")
    done = context.run(form, "plain", SWITCHBLAS_BACKEND=atlas)
    require(not warnings_in(done.stderr), done.stderr)


@case("linked", "preload-reference")
def backend_that_is_none(context, form):
    # The loader finds it by name; it has no BLAS in it.
    libm = next((p for p in (context.system / "libm.so.6", context.system.parent / "libm.so.6",
                             pathlib.Path("/lib") / context.system.name / "libm.so.6") if p.exists()), None)
    if libm is None:
        raise Skip("no libm.so.6 found")
    run_with_one_warning(context, form, ("libm.so.6",), SWITCHBLAS_BACKEND=libm)
    run_with_one_warning(context, form, (MISSING,), SWITCHBLAS_BACKEND=MISSING)


@case("linked")
def backend_of_64_bit_integers(context, form):
    for path in ("openblas64-openmp/libblas64.so.3", "openblas64-pthread/libblas64.so.3",
                 "openblas64-serial/libblas64.so.3", "blas64/libblas64.so.3"):
        if (context.system / path).exists():
            run_with_one_warning(context, form, ("64",), SWITCHBLAS_BACKEND=context.system / path)
            return
    raise Skip("no ILP64 library is installed")
