# SPDX-License-Identifier: BSD-3-Clause
"""Asks and steers Switchblas, the BLAS and LAPACK of this process.

    import numpy, switchblas

    switchblas.info()                       # CPU, backends, tables, limits
    switchblas.explain("dgemm", m=1000, n=1000, k=64, transb="T")["arm"]
    with switchblas.threads(1):             # the whole process; scope="thread": this thread alone
        ...
    with switchblas.backend("blis"):
        ...
    with switchblas.reproducible():
        ...

The package loads no library: it speaks to the Switchblas that numpy, or the program, already has.
Where there is none, functions raise NotLoadedError, which says how to start Switchblas. Where
threadpoolctl 3.2 or newer is installed, importing this package makes Switchblas known to it.
"""

from __future__ import annotations

from . import _library, _threadpoolctl
from ._control import backend, reproducible, threads
from ._library import NotLoadedError
from ._question import explain, info

__all__ = [
    "NotLoadedError",
    "backend",
    "explain",
    "info",
    "loaded",
    "reproducible",
    "threads",
    "version",
]
__version__ = "0.1.0"


def loaded() -> bool:
    """Whether Switchblas is in this process. Never raises, loads nothing."""
    return _library.is_loaded()


def version() -> str:
    """The version of the Switchblas that is in this process."""
    return _library.library().version()


_threadpoolctl.register()
