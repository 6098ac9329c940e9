# SPDX-License-Identifier: BSD-3-Clause
"""The library files themselves: what they export, need and promise to the loader."""

import platform
import shutil
import tempfile

import symbols
from context import OPENBLAS, Failure, Skip, case, require, warnings_in

API_NAMES = {
    "openblas_set_num_threads", "openblas_get_num_threads", "openblas_get_config",
    "openblas_get_corename", "openblas_get_parallel", "bli_thread_set_num_threads",
    "bli_thread_get_num_threads",
}


def wanted_names(context, file, flavours):
    """Interface names of the installed libraries: name -> libraries that have it."""
    wanted = {}
    for flavour in flavours:
        for directory in ("blas", "lapack", flavour) if flavour == "reference" else (flavour,):
            path = context.system / directory / file
            if path.exists():
                for name in filter(symbols.is_interface, symbols.exported(path)):
                    wanted.setdefault(name, []).append(str(path))
    if not wanted:
        raise Skip(f"no other {file} is installed")
    return wanted


def check_superset(ours, wanted, file):
    missing = [f"  {name} (in {', '.join(wanted[name])})" for name in sorted(set(wanted) - ours)]
    require(not missing, f"{file} lacks {len(missing)} names:\n" + "\n".join(missing))


def foreign_names(names):
    """Exported names that are no part of the interface."""
    allowed = ("__la_", "switchblas_", "SWITCHBLAS_", "openblas_set_num_threads_", "bli_thread_")
    return sorted(name for name in names if not symbols.is_interface(name)
                  and name not in API_NAMES and not name.startswith(allowed))


@case()
def exports_blas(context, _form):
    wanted = wanted_names(context, "libblas.so.3", ("reference", *OPENBLAS, "blis-openmp"))
    ours = symbols.exported(context.linked_dir / "libblas.so.3")
    check_superset(ours, wanted, "libblas.so.3")
    require(not foreign_names(ours), f"libblas.so.3 also exports {foreign_names(ours)}")


@case()
def exports_lapack(context, _form):
    wanted = wanted_names(context, "liblapack.so.3", ("reference", *OPENBLAS))
    ours = symbols.exported(context.linked_dir / "liblapack.so.3")
    check_superset(ours, wanted, "liblapack.so.3")
    require(not foreign_names(ours), f"liblapack.so.3 also exports {foreign_names(ours)}")


@case()
def exports_preload(context, _form):
    ours = symbols.exported(context.preload)
    both = symbols.exported(context.linked_dir / "libblas.so.3") | symbols.exported(
        context.linked_dir / "liblapack.so.3")
    require(both <= ours, f"{context.preload.name} lacks {sorted(both - ours)}")
    require(API_NAMES <= ours, f"{context.preload.name} lacks {sorted(API_NAMES - ours)}")
    require(not foreign_names(ours), f"{context.preload.name} also exports {foreign_names(ours)}")


def in_process_objects(context):
    own = [path for path in context.linked_dir.glob("*.so*") if not path.is_symlink()]
    return sorted([*own, context.preload.resolve()])


@case()
def objects_need_libc_alone(context, _form):
    for path in in_process_objects(context):
        tags = symbols.dynamic(path)
        for needed in tags.get("NEEDED", []):
            own = needed.startswith("libswitchblas-core.so")
            libc = needed == "libc.so.6" or needed.startswith(("ld-linux", "ld64.so"))
            # Who NEEDs liblapack.so.3 alone finds BLAS behind it, as behind the reference's.
            blas = (path.name, needed) == ("liblapack.so.3", "libblas.so.3")
            require(own or libc or blas, f"{path.name} needs {needed}")
        newest = max(symbols.glibc_versions(path), default=(2, 0))
        require(newest <= (2, 34), f"{path.name} needs glibc {newest[0]}.{newest[1]}")
        names = symbols.exported(path)
        plus = [name for name in names if name.startswith("_Z")]
        require(not plus, f"{path.name} exports C++ names: {plus}")


@case()
def objects_loader_contract(context, _form):
    for path in in_process_objects(context):
        tags = symbols.dynamic(path)
        if path.name.startswith(("libblas.so", "liblapack.so", "libswitchblas.so")):
            soname = tags.get("SONAME", [""])[0]
            require(path.name.startswith(soname) and soname, f"{path.name}: SONAME '{soname}'")
        for runpath in tags.get("RUNPATH", []) + tags.get("RPATH", []):
            foreign = [part for part in runpath.split(":") if not part.startswith("$ORIGIN")]
            require(not foreign, f"{path.name}: RUNPATH {runpath}")
        require("RPATH" not in tags, f"{path.name} has RPATH")
        require("TEXTREL" not in tags, f"{path.name} has text relocations")
        require(any("NODELETE" in flags for flags in tags.get("FLAGS_1", [])),
                f"{path.name} can be unloaded: no -z nodelete")
        rows = symbols.segments(path)
        loads = [row for row in rows if row[0] == "LOAD"]
        require(loads, f"{path.name}: no LOAD segment found")
        for _, flags, alignment in loads:
            require(alignment >= 65536, f"{path.name}: a segment aligned to {alignment:#x}")
            require(not ("W" in flags and "E" in flags), f"{path.name}: writable code")
        stack = [flags for kind, flags, _ in rows if kind == "GNU_STACK"]
        require(stack and "E" not in stack[0], f"{path.name}: GNU_STACK {stack}")
        note = {"x86_64": "IBT", "aarch64": "BTI"}.get(platform.machine())
        require(note is None or note in symbols.branch_protection(path), f"{path.name}: no {note}")
        require(symbols.tls_bytes(path) <= 64, f"{path.name}: {symbols.tls_bytes(path)} bytes TLS")


BACKEND_WORDS = ("openblas", "libblis", "libgomp", "libgfortran", "lapack/liblapack", "blas/libblas",
                 "switchblas-loader")


@case()
def no_call_loads_no_backend(context, _form):
    for program in ("/bin/true", "/bin/ls"):
        variables = {"LD_PRELOAD": context.preload}
        done = context.run_command([program], **variables)
        require(not warnings_in(done.stderr), f"{program}: {done.stderr}")
        traced = context.run_command([program], LD_DEBUG="files", **variables).stderr
        require("libswitchblas" in traced, f"{program} was not preloaded: {traced}")
        opened = [line for line in traced.splitlines() if any(w in line for w in BACKEND_WORDS)]
        require(not opened, f"{program} loads a backend:\n" + "\n".join(opened[:10]))
        if shutil.which("strace"):
            check_opened_files(context, program)


def check_opened_files(context, program):
    with tempfile.NamedTemporaryFile("r") as trace:
        done = context.run_command(
            ["strace", "-f", "-e", "trace=openat,open", "-o", trace.name, "-E",
             f"LD_PRELOAD={context.preload}", program], expect_success=False)
        text = trace.read()
    if done.returncode != 0 and "ptrace" in done.stderr:
        return  # not permitted here; LD_DEBUG has answered
    require("libswitchblas" in text, f"strace saw nothing of {program}: {done.stderr}")
    opened = [line for line in text.splitlines()
              if any(word in line for word in BACKEND_WORDS) and "ENOENT" not in line]
    require(not opened, f"{program} opens a backend:\n" + "\n".join(opened[:10]))


def build_and_run(context, language, source):
    compiler = context.compilers[language]
    if not compiler or not shutil.which(compiler):
        raise Skip(f"no {language} compiler")
    with tempfile.TemporaryDirectory() as directory:
        program = f"{directory}/program"
        context.run_command([compiler, source, "-o", program, "-Wl,--no-as-needed",
                             f"-L{context.linked_dir}", "-l:liblapack.so.3", "-l:libblas.so.3",
                             f"-Wl,-rpath-link,{context.linked_dir}", "-lm"])
        needed = symbols.dynamic(program).get("NEEDED", [])
        for library in ("libblas.so.3", "liblapack.so.3"):
            require(library in needed, f"{source.name} records {needed}, not {library}")
        require(not any("switchblas" in name for name in needed), f"{source.name} needs {needed}")
        done = context.run_command([program], LD_LIBRARY_PATH=context.linked_dir)
        require(done.stdout.strip() == "ok", done.stdout + done.stderr)
        # It can be switched back: the same file runs with another library.
        context.run_command([program], LD_LIBRARY_PATH=context.library_path("reference"))


@case("c", "fortran")
def linked_at_build_time(context, form):
    suffix = {"c": "c", "fortran": "f90"}[form]
    source = context.source_dir / "programs" / f"plain.{suffix}"
    if not source.exists():
        raise Failure(f"no {source}")
    build_and_run(context, form, source)
