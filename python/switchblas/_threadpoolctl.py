# SPDX-License-Identifier: BSD-3-Clause
"""Makes Switchblas known to threadpoolctl, where that can be told of other libraries (3.2 and
newer): threadpool_info() shows it, threadpool_limits() limits the process through it."""

from __future__ import annotations

from typing import Any

from ._library import Library, NotLoadedError, library


class Count(int):
    """A number of threads that remembers the limit which it comes from.

    threadpoolctl gives back on leaving a block the number that it has read before. That is what
    calls may use; the limit to be put back may have been none.
    """

    limit: int

    def __new__(cls, threads: int, limit: int) -> Count:
        count = super().__new__(cls, threads)
        count.limit = limit
        return count


def _library() -> Library | None:
    try:
        return library()
    except NotLoadedError:  # a core whose libswitchblas.so.0 is missing: seen, but not to be asked
        return None


def get_num_threads() -> int | None:
    blas = _library()
    return None if blas is None else Count(blas.get_num_threads(), blas.get_limit())


def set_num_threads(count: int | None) -> None:
    blas = _library()
    if blas is not None and count is not None:
        blas.set_limit(count.limit if isinstance(count, Count) else int(count))


def get_version() -> str | None:
    blas = _library()
    return None if blas is None else blas.version()


_registered = False


def register() -> None:
    """Once; nothing where threadpoolctl is missing or too old."""
    global _registered
    try:
        import threadpoolctl  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        return
    base: Any = getattr(threadpoolctl, "LibController", None)
    tell: Any = getattr(threadpoolctl, "register", None)
    if _registered or base is None or tell is None:
        return

    class SwitchblasController(base):  # type: ignore[misc]
        """Switchblas: one entry per process, whichever of its files brought it in."""

        user_api = "blas"
        internal_api = "switchblas"
        # The one file that is there in any case; it lies in memory once.
        filename_prefixes = ("libswitchblas-core",)

        def get_num_threads(self) -> int | None:
            return get_num_threads()

        def set_num_threads(self, num_threads: int | None) -> None:
            set_num_threads(num_threads)

        def get_version(self) -> str | None:
            return get_version()

        def set_additional_attributes(self) -> None:
            self.threading_layer = "openmp"

    tell(SwitchblasController)
    _registered = True
