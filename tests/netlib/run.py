#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs netlib's BLAS and LAPACK testers on Switchblas and on each backend alone.

The rule: a program may fail on Switchblas only where it fails on at least one backend alone in the
same run, with the same kind of failure: numerical, other (error exits, INFO), or broken (crashed,
timed out, ended early). Error exits of BLAS and CBLAS have no such excuse: those checks are ours.
A backend alone is the reference, OpenBLAS and BLIS as they choose their kernels, and OpenBLAS with
the kernels that Switchblas makes it use.
"""

import argparse
import concurrent.futures
import ctypes
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import programs as netlib

ROOT = Path(__file__).resolve().parents[2]
# Variables that change what a backend or the loader does: a run starts with none of them.
FOREIGN = re.compile(r"^(LD_|OMP_|GOMP_|OPENBLAS_|GOTO_|GOTOBLAS_|BLIS_|SWITCHBLAS_)")
LIBRARY = re.compile(r"lib(blas|openblas|blis|lapack|atlas|switchblas).*\.so")


@dataclass
class Config:
    name: str
    ours: bool
    env: dict
    must_load: list = field(default_factory=list)  # files that the dynamic linker must pick
    cblas_env: dict = field(default_factory=dict)  # added for the CBLAS testers of levels 2 and 3
    quick: bool = False  # only the fast programs, unless --all

    def env_for(self, program):
        return {**self.env, **(self.cblas_env if program.checks_c_strides else {})}


def clean_environment():
    env = {k: v for k, v in os.environ.items() if not FOREIGN.match(k)}
    # Several programs share the cores: with spinning threads a run takes many times as long.
    return {**env, "OMP_WAIT_POLICY": "passive"}


def symlink_dir(parent, name, targets):
    where = Path(parent) / name
    where.mkdir()
    for target in targets:
        (where / target.name).symlink_to(target)
    return where


def build_stride_object(scratch):
    """Without RowMajorStrg the CBLAS testers do not start on OpenBLAS and BLIS, which lack it."""
    source, shared = Path(scratch, "strides.c"), Path(scratch, "strides.so")
    source.write_text("int RowMajorStrg;\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shared, source], check=True)
    return str(shared)


def backend_configs(lib, scratch):
    strides = build_stride_object(scratch)

    def alone(name, *files):
        env = {"LD_LIBRARY_PATH": str(symlink_dir(scratch, name, files))}
        c_env = {} if name == "reference" else {"LD_PRELOAD": strides}
        return Config(name, False, env, list(files), cblas_env=c_env)

    flavour = lib / "openblas-openmp"
    reference_lapack = lib / "lapack/liblapack.so.3"
    make = {
        "reference": (lib / "blas/libblas.so.3", reference_lapack),
        # Both need libopenblas.so.0: without the third it is the one of the system's default flavour.
        "openblas": [flavour / f"lib{x}" for x in ("blas.so.3", "lapack.so.3", "openblas.so.0")],
        "blis": (lib / "blis-openmp/libblas.so.3", reference_lapack),
    }
    return {name: alone(name, *files) for name, files in make.items()}


ASK = """
import ctypes, sys
report = ctypes.CDLL(sys.argv[1]).switchblas_report
report.restype, report.argtypes = ctypes.c_size_t, [ctypes.c_char_p, ctypes.c_size_t]
text = ctypes.create_string_buffer(1 << 16)
report(text, len(text))
print(text.value.decode())
"""


def library_report(build, libdir, env):
    """What the library says of itself in a process with this environment; doctor shows the same."""
    command = [sys.executable, "-c", ASK, str(build / libdir / "libswitchblas.so.0")]
    run = subprocess.run(
        command, env={**clean_environment(), **env}, capture_output=True, text=True
    )
    if run.returncode:
        sys.exit(f"netlib: no report from {command[-1]}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def blis_architecture_id(path, name):
    """The number that BLIS_ARCH_TYPE takes for a sub-configuration; it differs by version."""
    library = ctypes.CDLL(path)
    library.bli_arch_string.restype = ctypes.c_char_p
    for number in range(64):
        found = library.bli_arch_string(number)
        if found == name.encode():
            return number
        if found in (None, b"generic"):
            break
    sys.exit(f"netlib: {path} knows no sub-configuration {name}")


def chosen_kernels(build, libdir):
    """{backend: (kernel, variable, value)}: the kernels that Switchblas makes a backend use."""
    chosen = {}
    for one in library_report(build, libdir, {})["backends"]:
        if not one["loaded"] or not one["kernel"]:
            continue
        if one["kind"] == "openblas":
            chosen["openblas"] = (one["kernel"], "OPENBLAS_CORETYPE", one["kernel"])
        elif one["kind"] == "blis":
            number = blis_architecture_id(one["path"], one["kernel"])
            chosen["blis"] = (one["kernel"], "BLIS_ARCH_TYPE", str(number))
    return chosen


def wrong_backend(config, build, libdir):
    """Why a forced configuration would prove nothing ('' if it runs what it is named after)."""
    wanted = config.env.get("SWITCHBLAS_BACKEND")
    if not wanted:
        return ""
    report = library_report(build, libdir, {"SWITCHBLAS_BACKEND": wanted})
    loaded = [one["kind"] for one in report["backends"] if one["loaded"]]
    if report["default_backend"] == wanted and wanted in loaded:
        return ""
    return f"runs {report['default_backend']} with {', '.join(loaded)} loaded"


def our_configs(lib, build, libdir):
    in_place = build / libdir / "switchblas"
    preload = build / libdir / "libswitchblas.so.0"
    forms = [in_place / "libblas.so.3", in_place / "liblapack.so.3"]
    reference = f"{lib / 'blas'}:{lib / 'lapack'}"
    configs = [
        Config("switchblas", True, {"LD_LIBRARY_PATH": str(in_place)}, forms),
        Config(
            "switchblas-preload",
            True,
            {"LD_LIBRARY_PATH": reference, "LD_PRELOAD": str(preload)},
            [preload],
        ),
    ]
    for backend in ("openblas", "blis", "reference"):
        env = {"LD_LIBRARY_PATH": str(in_place), "SWITCHBLAS_BACKEND": backend}
        configs.append(Config(f"switchblas-{backend}", True, env, forms))
    return {c.name: c for c in configs}


def loaded_objects(executable, env):
    """What the dynamic linker picks for this executable, as real paths."""
    run = subprocess.run(
        [str(executable)],
        env={**clean_environment(), **env, "LD_TRACE_LOADED_OBJECTS": "1"},
        capture_output=True,
        text=True,
    )
    return {os.path.realpath(path) for path in re.findall(r"(/\S+) \(0x", run.stdout)}


def wrong_libraries(config, loaded):
    """What a process of this configuration lacks, or has although it must not ('' if nothing)."""
    wanted = {os.path.realpath(p) for p in config.must_load}
    found = {p for p in loaded if LIBRARY.match(os.path.basename(p))}
    strange = set() if config.ours else found - wanted
    lacks = [f"lacks {p}" for p in sorted(wanted - found)]
    return ", ".join(lacks + [f"has {p}" for p in sorted(strange)])


def run_program(program, config, lib, time_out):
    with tempfile.TemporaryDirectory(prefix="netlib-") as scratch:
        stdin = open(lib / program.input) if program.input else subprocess.DEVNULL
        begin = time.monotonic()
        expired = False
        with open(f"{scratch}/stdout", "w+") as out, open(f"{scratch}/stderr", "w+") as err:
            process = subprocess.Popen(
                [str(lib / program.executable)],
                stdin=stdin,
                stdout=out,
                stderr=err,
                cwd=scratch,
                env={**clean_environment(), **config.env_for(program)},
            )
            try:
                process.wait(time_out)
            except subprocess.TimeoutExpired:
                expired = True
                process.kill()
                process.wait()
        if program.input:
            stdin.close()
        texts = [
            p.read_text(errors="replace") for p in sorted(Path(scratch).iterdir())
            if p.is_file() and p.name not in ("stderr", "core")
        ]  # fmt: skip
        stderr = Path(scratch, "stderr").read_text(errors="replace")
    verdict = netlib.read_outputs(program, texts, process.returncode, stderr)
    verdict.seconds = round(time.monotonic() - begin, 2)
    if expired:
        verdict.broken = f"time-out {time_out} s"
    return verdict


def run_all(configs, chosen, lib, time_out, jobs, quick_forced):
    """{program name: {config name: Verdict}}; slow programs of all configurations first."""
    work = [
        (p, c) for p in chosen for c in configs
        if p.is_quick or not (quick_forced and c.quick)
    ]  # fmt: skip
    results = {p.name: {} for p in chosen}
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run_program, p, c, lib, time_out): (p, c) for p, c in work}
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            program, config = futures[future]
            results[program.name][config.name] = future.result()
            if sys.stderr.isatty() or done % 50 == 0 or done == len(work):
                spent = time.monotonic() - begin
                print(f"netlib: {done}/{len(work)} runs, {spent:.0f} s", file=sys.stderr)
    return results


def judge(results, configs):
    """{(program, configuration of ours): what breaks the rule}."""
    alone = [c.name for c in configs if not c.ours]
    broken_rules = {}
    for program, row in results.items():
        excuses = [row[name] for name in alone if name in row]
        for config in configs:
            verdict = row.get(config.name)
            if not config.ours or verdict is None:
                continue
            reasons = [
                kind for kind in ("numerical", "other", "broken")
                if getattr(verdict, kind) and not excused(program, kind, excuses)
            ]  # fmt: skip
            if reasons:
                broken_rules[program, config.name] = (
                    f"{verdict.text()}, on no backend alone: {', '.join(reasons)} ({verdict.first})"
                )
            elif verdict.warnings:
                broken_rules[program, config.name] = f"warned: {verdict.warnings[0]}"
    return broken_rules


def excused(program, kind, excuses):
    if kind == "other" and program.startswith(("blas", "cblas")):
        return False
    return any(getattr(v, kind) for v in excuses)


def print_table(results, configs):
    rows = {p: row for p, row in results.items() if any(v.failed for v in row.values())}
    names = [c.name for c in configs]
    width = max([7] + [len(p) for p in rows])
    if rows:
        print("Failures, numerical+other, of the programs that fail anywhere:")
        print("  " + "program".ljust(width), *(n.rjust(max(9, len(n))) for n in names))
        for program in sorted(rows):
            cells = [rows[program][n].text() if n in rows[program] else "-" for n in names]
            print("  " + program.ljust(width),
                  *(c.rjust(max(9, len(n))) for c, n in zip(cells, names)))  # fmt: skip
    print("Per configuration:")
    for config in configs:
        column = [row[config.name] for row in results.values() if config.name in row]
        print(
            f"  {config.name}: {len(column)} programs, {sum(v.tests for v in column)} tests, "
            f"{sum(v.failed for v in column)} programs fail "
            f"({sum(v.numerical for v in column)} numerical, {sum(v.other for v in column)} other, "
            f"{sum(bool(v.broken) for v in column)} broken), "
            f"{sum(v.seconds for v in column):.0f} s"
        )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=ROOT / "build/release", help="build folder")
    parser.add_argument("--libdir", default="lib", help="CMAKE_INSTALL_LIBDIR of the build")
    parser.add_argument("--configs", default="", help="comma-separated; default: all")
    parser.add_argument("--programs", default="*", help="comma-separated patterns, as eig.*.c")
    parser.add_argument("--quick", action="store_true", help="only the fast programs")
    parser.add_argument(
        "--all", action="store_true", help="every program in every configuration (by hand)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="programs at a time")
    parser.add_argument("--time-out", type=int, default=300, help="seconds for one program")
    parser.add_argument("--json", type=Path, help="write the results there")
    parser.add_argument("--list", action="store_true", help="show the programs and stop")
    return parser.parse_args()


def choose_configs(args, lib, scratch):
    backends = backend_configs(lib, scratch)
    ours = our_configs(lib, args.build, args.libdir)
    wanted = args.configs.split(",") if args.configs else list(backends) + list(ours)
    unknown = [n for n in wanted if n not in {**backends, **ours}]
    if unknown:
        sys.exit(f"netlib: no such configuration: {', '.join(unknown)}")
    chosen = [c for n, c in {**backends, **ours}.items() if n in wanted]
    if any(c.ours for c in chosen):
        for name, (kernel, variable, value) in chosen_kernels(args.build, args.libdir).items():
            env = {**backends[name].env, variable: value}
            alone = backends[name]
            config = Config(f"{name}-{kernel}", False, env, alone.must_load, alone.cblas_env)
            chosen.insert(sum(not c.ours for c in chosen), config)
    for config in chosen:
        config.quick = config.ours and config.name != "switchblas"
    return chosen


def main():
    args = arguments()
    patterns = args.programs.split(",")
    chosen = [
        p for p in netlib.all_programs()
        if any(fnmatch.fnmatch(p.name, x) for x in patterns) and (p.is_quick or not args.quick)
    ]  # fmt: skip
    if args.list:
        print("\n".join(p.name for p in chosen))
        return 0
    lib = netlib.find_triplet_dir()
    if lib is None or not chosen:
        sys.exit("netlib: no such program, or libblas-test and liblapack-test are not installed")
    with tempfile.TemporaryDirectory(prefix="netlib-configs-") as scratch:
        configs = choose_configs(args, lib, scratch)
        tester = lib / "lapack/xlintstd"
        wrong = [(c, wrong_libraries(c, loaded_objects(tester, c.env))) for c in configs]
        wrong += [(c, wrong_backend(c, args.build, args.libdir)) for c in configs]
        if any(what for _, what in wrong):
            print(*(f"netlib: {c.name} {what}" for c, what in wrong if what), sep="\n")
            return 1
        results = run_all(configs, chosen, lib, args.time_out, args.jobs, not args.all)
    print_table(results, configs)
    broken_rules = judge(results, configs)
    for (program, config), why in broken_rules.items():
        print(f"FAILED: {program} on {config}: {why}")
    ours = sum(c.ours and c.name in row for row in results.values() for c in configs)
    if args.json:
        report = {
            "results": {p: {c: asdict(v) for c, v in row.items()} for p, row in results.items()},
            "failed": [f"{p} on {c}: {why}" for (p, c), why in broken_rules.items()],
            "passed": ours - len(broken_rules),
        }
        args.json.write_text(json.dumps(report, indent=1) + "\n")
    print(f"netlib: {ours - len(broken_rules)} passed, {len(broken_rules)} failed")
    return 1 if broken_rules else 0


if __name__ == "__main__":
    sys.exit(main())
