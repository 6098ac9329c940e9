# SPDX-License-Identifier: BSD-3-Clause
"""One arm: a process that holds one BLAS and times workloads on command.

Commands and replies are JSON lines on stdin and on the descriptor that was stdout. Between commands
the process is blocked in a read: a worker that is not being timed burns no CPU.
"""
import ctypes
import json
import os
import platform
import sys
import time
import traceback

# A numpy that pip put under /usr/local brings its own OpenBLAS and ignores libblas.so.3.
sys.path[:] = [path for path in sys.path if not path.startswith("/usr/local/")]

SETTLE_STEP = 0.002  # seconds
SETTLE_LIMIT = 0.25


def settle():
    """Waits until this process's OpenMP threads have stopped spinning for more work."""
    deadline = time.monotonic() + SETTLE_LIMIT
    while time.monotonic() < deadline:
        before = time.process_time()
        time.sleep(SETTLE_STEP)
        if time.process_time() - before < 0.2 * SETTLE_STEP:
            return True
    return False


def mapped_libraries():
    words = ("blas", "lapack", "blis", "mkl", "atlas", "switchblas")
    found = set()
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            path = line.split(maxsplit=5)[-1].strip()
            name = os.path.basename(path)
            if path.startswith("/") and ".so" in name and "cpython" not in name:
                if any(word in name for word in words):
                    found.add(path)
    return sorted(found)


def call_text(path, function):
    """The string that a function of an already loaded library returns, or None."""
    try:
        library = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
        symbol = getattr(library, function)
    except (OSError, AttributeError):
        return None
    symbol.restype = ctypes.c_char_p
    text = symbol()
    return text.decode() if text else None


def ask_blis(path):
    """What BLIS's API library says; in a process of its own, because asking initialises BLIS."""
    library = ctypes.CDLL(path)
    library.bli_arch_string.restype = ctypes.c_char_p
    library.bli_info_get_version_str.restype = ctypes.c_char_p
    kernels = library.bli_arch_string(library.bli_arch_query_id()).decode()
    return {"kernels": kernels, "version": library.bli_info_get_version_str().decode()}


class Worker:
    def __init__(self):
        import numpy
        import scipy

        import cases

        self.numpy, self.scipy = numpy, scipy
        self.cases = {case.name: case for case in cases.all_cases()}
        self.case = None
        self.inputs = None

    def names(self):
        return {"names": list(self.cases)}

    def about(self):
        a = self.numpy.ones((32, 32))
        self.numpy.linalg.solve(a + 32 * self.numpy.eye(32), a @ a)
        libraries = mapped_libraries()
        openblas = {}
        for path in libraries:
            core = call_text(path, "openblas_get_corename")
            # The thin libblas.so.3 of the distribution answers by the library that it needs.
            if core and os.path.basename(path).startswith("libopenblas"):
                config = call_text(path, "openblas_get_config") or ""
                openblas[path] = {"core": core, "config": config}
        return {
            "libraries": libraries,
            "openblas": openblas,
            "numpy": self.numpy.__version__,
            "scipy": self.scipy.__version__,
            "python": platform.python_version(),
            "numpy_path": os.path.dirname(self.numpy.__file__),
        }

    def prepare(self, name):
        self.case = self.cases[name]
        self.inputs = self.case.inputs()
        return {}

    def measure(self, loops, warm, limit):
        """Mean of `loops` calls, of fewer where they take more than `limit` seconds."""
        run, inputs, clock = self.case.run, self.inputs, time.perf_counter
        if warm:
            run(inputs)
        result = None
        done = 0
        start = now = clock()
        while done < loops and now - start < limit:
            result = run(inputs)
            done += 1
            now = clock()
        checksum = self.case.check(result)
        del result
        return {
            "seconds": (now - start) / done,
            "checksum": checksum,
            "settled": settle(),
        }


def main():
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not mix with the replies
    try:
        worker = Worker()
        answer = worker.names()
    except Exception:
        answer = {"error": traceback.format_exc(limit=-2)}
        worker = None
    while True:
        replies.write(json.dumps(answer) + "\n")
        replies.flush()
        line = sys.stdin.readline()
        if not line or worker is None:
            return
        command = json.loads(line)
        try:
            answer = getattr(worker, command["call"])(**command.get("with", {}))
        except Exception:
            answer = {"error": traceback.format_exc(limit=-2)}


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--ask-blis":
        print(json.dumps(ask_blis(sys.argv[2])))
    else:
        main()
