# SPDX-License-Identifier: BSD-3-Clause
"""The libraries compared: how a process gets each one, and the proof that it did.

An arm is one worker process (worker.py) in an environment of its own. Workers are driven over
pipes; a worker that dies or hangs is reported and replaced, and the others go on.
"""
import glob
import json
import os
import select
import signal
import subprocess
import sysconfig
import tempfile

ORDER = ("reference", "openblas", "openblas-tuned", "blis", "switchblas")
BASE = "openblas"
PYTHON = "/usr/bin/python3"
WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")

# What would change the library or its kernels behind an arm's back.
CLEARED = ("LD_PRELOAD", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONPATH")
SHOWN_PREFIXES = ("OMP_", "GOMP_", "OPENBLAS_", "GOTO_", "BLIS_", "SWITCHBLAS_")


class ArmError(Exception):
    """The arm cannot be measured; the text says why and what to do."""


class WorkerLost(Exception):
    """The worker crashed, hung, or its workload raised."""


def library_folder():
    triplet = sysconfig.get_config_var("MULTIARCH") or f"{os.uname().machine}-linux-gnu"
    return os.path.join("/usr/lib", triplet)


def user_settings():
    """Thread and library settings of the caller, which apply to every arm and are shown."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(SHOWN_PREFIXES) and name not in CLEARED
    }


def find_built(build, name):
    for pattern in (f"lib*/{name}", f"lib*/*/{name}", f"**/{name}"):
        found = sorted(glob.glob(os.path.join(build, pattern), recursive=True))
        if found:
            return os.path.realpath(found[0])
    raise ArmError(f"{name} is not below {build}: build it first (bench/run.sh does)")


class Setup:
    """Makes each arm's environment; owns the temporary folder of library links."""

    def __init__(self, build):
        self.build = build
        self.root = library_folder()
        self.links = tempfile.TemporaryDirectory(prefix="switchblas-bench-")

    def close(self):
        self.links.cleanup()

    def installed(self, path, package):
        full = os.path.join(self.root, path)
        if not os.path.exists(full):
            raise ArmError(f"{full} is missing: apt-get install {package}")
        return full

    def linked(self, arm, **targets):
        folder = os.path.join(self.links.name, arm)
        os.makedirs(folder, exist_ok=True)
        for name, target in targets.items():
            link = os.path.join(folder, f"lib{name}.so.3")
            if not os.path.lexists(link):
                os.symlink(target, link)
        return folder

    def environment(self, arm, core=None):
        """(variables, library files that must be mapped, words that may be in no mapped path)."""
        reference_lapack = ("lapack/liblapack.so.3", "liblapack3")
        if arm == "reference":
            blas = self.installed("blas/libblas.so.3", "libblas3")
            lapack = self.installed(*reference_lapack)
            folder = self.linked(arm, blas=blas, lapack=lapack)
            return {"LD_LIBRARY_PATH": folder}, [blas, lapack], ["openblas", "blis", "switchblas"]
        if arm == "blis":
            blas = self.installed("blis-openmp/libblas.so.3", "libblis4-openmp")
            lapack = self.installed(*reference_lapack)
            folder = self.linked(arm, blas=blas, lapack=lapack)
            return {"LD_LIBRARY_PATH": folder}, [blas, lapack], ["openblas", "switchblas"]
        openblas = self.installed("openblas-openmp/libopenblas.so.0", "libopenblas0-openmp")
        if arm == "switchblas":
            preload = find_built(self.build, "libswitchblas.so.0")
            core_library = find_built(self.build, "libswitchblas-core.so.0")
            return {"LD_PRELOAD": preload}, [preload, core_library, openblas], []
        variables = {"LD_LIBRARY_PATH": os.path.dirname(openblas)}
        if arm == "openblas-tuned":
            variables["OPENBLAS_CORETYPE"] = core
        return variables, [openblas], ["/blis", "switchblas", "openblas-pthread", "openblas-serial"]


class Arm:
    def __init__(self, name, setup, core=None):
        self.name = name
        self.variables, self.required, self.forbidden = setup.environment(name, core)
        self.core = core
        self.process = None
        self.loaded = None  # the workload that the present worker holds
        self.about = None
        self.start()
        self.about = self.ask("about", timeout=120)
        self.verify()
        self.blis = self.ask_blis() if name == "blis" else {}

    def start(self):
        environment = {k: v for k, v in os.environ.items() if k not in CLEARED}
        environment.update(self.variables)
        self.loaded = None
        self.buffer = b""
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [PYTHON, "-B", "-s", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            env=environment,
            cwd="/",
        )
        self.names = self.reply(120)["names"]

    def ask(self, call, timeout, **arguments):
        if self.process is None:
            self.start()
        try:
            command = json.dumps({"call": call, "with": arguments}) + "\n"
            self.process.stdin.write(command.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # reply() tells how the worker ended
        return self.reply(timeout)

    def reply(self, timeout):
        stream = self.process.stdout.fileno()
        while b"\n" not in self.buffer:
            if not select.select([stream], [], [], timeout)[0]:
                raise self.lost(f"no answer in {timeout:.0f} s")
            block = os.read(stream, 1 << 16)
            if not block:
                raise self.lost("")
            self.buffer += block
        line, self.buffer = self.buffer.split(b"\n", 1)
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerLost(f"{self.name}: {answer['error'].strip().splitlines()[-1]}")
        return answer

    def lost(self, reason):
        """Ends the worker; returns the exception that says how it was lost."""
        process, self.process = self.process, None
        if reason:
            process.kill()
        code = process.wait()
        if not reason:
            reason = f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        self.stderr.seek(0)
        said = self.stderr.read().decode(errors="replace").strip().splitlines()[-3:]
        self.stderr.close()
        return WorkerLost(f"{self.name}: {reason}" + "".join(f"\n    {line}" for line in said))

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.stderr.close()
            self.process = None

    def measure(self, case, loops, warm, limit, expected):
        timeout = 120 + 30 * expected
        if self.process is None or self.loaded != case:
            self.ask("prepare", 120, name=case)
            self.loaded = case
        return self.ask("measure", timeout, loops=loops, warm=warm, limit=limit)

    def verify(self):
        """A figure with the wrong library's name on it is worse than none."""
        mapped = {os.path.realpath(path) for path in self.about["libraries"]}
        missing = [path for path in self.required if os.path.realpath(path) not in mapped]
        wrong = [path for path in sorted(mapped) if any(word in path for word in self.forbidden)]
        if missing or wrong:
            raise ArmError(
                f"the {self.name} arm does not run on its library after its first BLAS call:\n"
                + "".join(f"  not loaded: {path}\n" for path in missing)
                + "".join(f"  loaded, but not this arm's: {path}\n" for path in wrong)
                + f"  numpy is {self.about['numpy_path']}; it must be the distribution's"
                + " (apt-get install python3-numpy python3-scipy)"
            )
        if self.core and self.openblas_core().lower() != self.core.lower():
            raise ArmError(
                f"OPENBLAS_CORETYPE={self.core} was not taken: {self.openblas_core()} runs"
            )

    def openblas_core(self):
        wanted = {os.path.realpath(path) for path in self.required}
        for path, library in self.about["openblas"].items():
            if os.path.realpath(path) in wanted:
                return library["core"]
        return ""

    def ask_blis(self):
        """Of the API library beside this arm's libblas.so.3, which hides these functions."""
        for path in glob.glob(os.path.join(os.path.dirname(self.required[0]), "libblis.so.*")):
            environment = {k: v for k, v in os.environ.items() if k not in CLEARED}
            command = [PYTHON, "-B", "-s", WORKER, "--ask-blis", path]
            answer = subprocess.run(command, env=environment, capture_output=True, check=False)
            if answer.returncode == 0:
                return json.loads(answer.stdout)
        return {}

    def kernels(self):
        if self.name == "reference":
            return "no kernels: the Fortran reference"
        if self.name == "blis":
            return f"BLIS {self.blis.get('kernels', 'unknown')}, reference LAPACK"
        return f"OpenBLAS {self.openblas_core() or 'unknown'}"


def start_arms(names, setup, note):
    """{name: Arm} in ORDER; openblas-tuned takes the core that the switchblas arm runs."""
    arms = {}
    for name in names:
        if name != "openblas-tuned":
            arms[name] = Arm(name, setup)
    if "openblas-tuned" in names:
        if "switchblas" not in arms:
            note("openblas-tuned is left out: it needs the switchblas arm, whose kernels it takes")
        else:
            core = arms["switchblas"].openblas_core()
            default = arms[BASE].openblas_core()
            if core and core.lower() != default.lower():
                arms["openblas-tuned"] = Arm("openblas-tuned", setup, core)
            else:
                note(f"openblas-tuned is left out: OpenBLAS's own choice, {default}, is kept")
    return {name: arms[name] for name in ORDER if name in arms}
