# SPDX-License-Identifier: BSD-3-Clause
"""Finds the Switchblas of this process, and its C API (switchblas.h) as typed methods.

libswitchblas.so.0 exports the C API; a process that has our libblas.so.3 alone has the core
(libswitchblas-core.so.0), and the libswitchblas.so.0 that was installed with it speaks to the same
core once it is opened.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from typing import Any, Callable, Sequence

_API = "libswitchblas.so"
_CORE = "libswitchblas-core.so"
_RTLD_NOLOAD: int = getattr(os, "RTLD_NOLOAD", 0)
# What a process calls when it calls a BLAS.
_OTHER_BLAS = re.compile(
    r"lib(scipy_)?(openblas|blas|blis|cblas|lapack|mkl_rt|atlas|flexiblas|nvpl_blas|armpl)[^/]*$"
)


class NotLoadedError(RuntimeError):
    """Switchblas is not in this process, or is older than this package."""


def mapped_files() -> list[str]:
    """The files that are mapped into this process, each once."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            fields = (line.rstrip("\n").split(None, 5) for line in maps)
            return list(dict.fromkeys(f[5] for f in fields if len(f) == 6 and f[5][0] == "/"))
    except OSError:
        return []


def _named(files: Sequence[str], prefix: str) -> list[str]:
    return [file for file in files if os.path.basename(file).startswith(prefix)]


def is_loaded() -> bool:
    return bool(_named(mapped_files(), _CORE))


def _blas_of(files: Sequence[str]) -> list[str]:
    return [file for file in files if _OTHER_BLAS.search(os.path.basename(file))]


def _not_loaded_message(files: Sequence[str]) -> str:
    others = _blas_of(files)
    if others:
        has = "it runs on " + ", ".join(others)
    elif "numpy" in sys.modules:
        has = "numpy is there, but no BLAS that has a name"
    else:
        has = "it has no BLAS so far (import numpy first)"
    text = f"Switchblas is not in this process: {has}. "
    if any(".libs/" in file or "scipy_openblas" in file for file in others):
        text += (
            "numpy and scipy from PyPI carry a BLAS of their own, which nothing can take the place "
            "of: use those of the distribution or of conda-forge. "
        )
    return text + (
        "Start the program as `switchblas run python3 app.py`, or with "
        "LD_PRELOAD=/path/to/libswitchblas.so.0, or make Switchblas the system's libblas.so.3 and "
        "liblapack.so.3 with update-alternatives"
    )


class Library:
    """The C API. `path` is "" where the process has it in its global scope."""

    def __init__(self, handle: ctypes.CDLL, path: str) -> None:
        self._handle = handle
        self.path = path
        text, number = ctypes.c_char_p, ctypes.c_int
        sizes = ctypes.POINTER(ctypes.c_longlong)
        self._version = self._function("version", text)
        self._report = self._function("report", ctypes.c_size_t, text, ctypes.c_size_t)
        self._explain = self._function(
            "explain", ctypes.c_size_t, text, text, sizes, number, text, ctypes.c_size_t
        )
        self._get_backend = self._function("get_backend", text)
        self._set_backend = self._function("set_backend", number, text)
        self.get_num_threads: Callable[[], int] = self._function("get_num_threads", number)
        self.get_limit: Callable[[], int] = self._function("get_num_threads_limit", number)
        self.set_limit: Callable[[int], None] = self._function("set_num_threads", None, number)
        self.get_own_limit: Callable[[], int] = self._function("get_num_threads_local", number)
        self.set_own_limit: Callable[[int], None] = self._function(
            "set_num_threads_local", None, number
        )
        self.get_reproducible: Callable[[], int] = self._function("get_reproducible", number)
        self.set_reproducible: Callable[[int], None] = self._function(
            "set_reproducible", None, number
        )

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        try:
            function = getattr(self._handle, "switchblas_" + name)
        except AttributeError:
            raise NotLoadedError(
                f"the Switchblas of this process has no switchblas_{name}: it is older than this "
                "package; install both from the same version"
            ) from None
        function.restype = result
        function.argtypes = arguments
        return function

    def version(self) -> str:
        return str(self._version(), "ascii")

    def get_backend(self) -> str:
        return str(self._get_backend(), "ascii")

    def set_backend(self, name: str) -> bool:
        return bool(self._set_backend(name.encode()) == 0)

    def report(self) -> str:
        return self._text(lambda buffer, size: self._report(buffer, size))

    def explain(self, routine: str, flags: str, sizes: Sequence[int]) -> str:
        numbers = (ctypes.c_longlong * len(sizes))(*sizes) if sizes else None
        name, letters = routine.encode(), flags.encode()
        return self._text(
            lambda buffer, size: self._explain(name, letters, numbers, len(sizes), buffer, size)
        )

    @staticmethod
    def _text(write: Callable[[Any, int], int]) -> str:
        size = 1 << 13
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = write(buffer, size)
            if length < size:
                return buffer.value.decode("utf-8", "replace")
            size = length + 1


def _open() -> Library:
    files = mapped_files()
    program = ctypes.CDLL(None)
    if hasattr(program, "switchblas_version"):
        return Library(program, "")
    for path in _named(files, _API):
        return Library(ctypes.CDLL(path, mode=os.RTLD_NOW | _RTLD_NOLOAD), path)
    for core in _named(files, _CORE):
        folder = os.path.dirname(core)
        for path in (os.path.join(os.path.dirname(folder), _API + ".0"),
                     os.path.join(folder, _API + ".0")):  # fmt: skip
            if os.path.exists(path):
                # It finds the core by its name: the one that is there.
                return Library(ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL), path)
        raise NotLoadedError(
            f"this process has {core}, but the {_API}.0 that belongs to it, which has the C API, "
            f"is neither beside it nor in {os.path.dirname(folder)}: install Switchblas again"
        )
    raise NotLoadedError(_not_loaded_message(files))


_found: Library | None = None


def library() -> Library:
    """The Switchblas of this process, or NotLoadedError."""
    global _found
    if _found is None:
        _found = _open()
    return _found
