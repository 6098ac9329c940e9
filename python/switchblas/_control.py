# SPDX-License-Identifier: BSD-3-Clause
"""What a program can set. Each function sets at once and returns an object that puts the old
value back: as a context manager on the way out of its block, or by its restore()."""

from __future__ import annotations

import json
import operator
from types import TracebackType
from typing import Callable

from ._library import library


class Change:
    """A setting that has been made, and the way back."""

    def __init__(self, restore: Callable[[], None]) -> None:
        self._restore = restore

    def restore(self) -> None:
        """Puts the value back that held before."""
        self._restore()

    def __enter__(self) -> Change:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._restore()


def threads(limit: int | None, scope: str = "process") -> Change:
    """Limits each BLAS and LAPACK call to `limit` threads; None takes the limit away.

    scope="process" holds for calls of all threads, scope="thread" for those of the calling thread
    (the block must be left in the same one). Of both limits the lower one holds, and neither can
    raise what the environment and the machine allow.
    """
    count = 0 if limit is None else operator.index(limit)
    if isinstance(limit, bool):
        raise TypeError("limit must be a number of threads or None, not a bool")
    if limit is not None and not 1 <= count <= 2**31 - 1:
        raise ValueError(f"limit must be at least 1, or None for no limit, not {limit}")
    blas = library()
    if scope == "process":
        before, write = blas.get_limit(), blas.set_limit
    elif scope == "thread":
        before, write = blas.get_own_limit(), blas.set_own_limit
    else:
        raise ValueError(f'scope must be "process" or "thread", not {scope!r}')
    write(count)
    return Change(lambda: write(before))


def backend(name: str) -> Change:
    """Sends all calls of the process to "openblas", "blis" or "reference", where that has the
    routine; "auto": as SWITCHBLAS_BACKEND or the tables say.

    ValueError for another name, RuntimeError where that backend is not loaded in this process.
    """
    known = ("auto", "openblas", "blis", "reference")
    if name.lower() not in known:
        raise ValueError(f"backend must be one of {', '.join(known)}, not {name!r}")
    blas = library()
    before = blas.get_backend()
    if not blas.set_backend(name):
        report = json.loads(blas.report())
        if report["disabled"]:
            raise RuntimeError("SWITCHBLAS_DISABLE is set: no call can be sent to another backend")
        here = [one["kind"] for one in report["backends"] if one["loaded"]]
        raise RuntimeError(f"{name} is not loaded in this process, which has {', '.join(here)}")

    def restore() -> None:
        blas.set_backend(before)

    return Change(restore)


def reproducible(on: bool = True) -> Change:
    """Whether a call's result is kept free of what else the process does at the same time: calls
    that want several threads wait for each other, where they would else run on one thread."""
    blas = library()
    before = blas.get_reproducible()
    blas.set_reproducible(1 if on else 0)
    return Change(lambda: blas.set_reproducible(before))
