# SPDX-License-Identifier: BSD-3-Clause
"""What the library says of itself and of a call."""

from __future__ import annotations

import json
import operator
from typing import Any, NamedTuple

from ._library import library


class _Form(NamedTuple):
    """The arguments of a routine that the choice can depend on."""

    flags: list[str]
    letters: list[str]  # what each flag takes, the default first
    sizes: list[str]

    def text(self) -> str:
        flags = [f"{name}={'|'.join(some)}" for name, some in zip(self.flags, self.letters)]
        return ", ".join(self.sizes + flags)


def info() -> dict[str, Any]:
    """What this process runs on: CPU, caps, backends with version, kernel and path, tables, and
    what has been set."""
    answer: dict[str, Any] = json.loads(library().report())
    return answer


def _form_of(routine: str) -> _Form:
    # Without sizes no call is complete: the answer says what it takes.
    answer = json.loads(library().explain(routine, "", ()))
    if "takes" not in answer:
        raise ValueError(answer["error"])
    takes = answer["takes"]
    return _Form(takes["flags"], takes["letters"], takes["sizes"])


def _size(routine: str, name: str, value: int | str) -> int:
    if isinstance(value, (bool, str)):
        raise TypeError(f"{routine}: {name} must be an integer, not {value!r}")
    number = operator.index(value)
    if not 0 <= number < 2**31:
        raise ValueError(f"{routine}: {name} must be from 0 to {2**31 - 1}, not {number}")
    return number


def _flag(routine: str, name: str, value: int | str, letters: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{routine}: {name} must be a letter ({'|'.join(letters)}), not {value!r}")
    if len(value) != 1 or value.upper() not in letters:
        raise ValueError(f"{routine}: {name} must be one of {'|'.join(letters)}, not {value!r}")
    return value.upper()


def explain(routine: str, **arguments: int | str) -> dict[str, Any]:
    """Where a call would go if this thread made it now, and why.

    Sizes and flags have their names in the reference BLAS: explain("dgemm", m=1000, n=1000, k=64,
    transb="T"), explain("dtrsm", m=500, n=20, side="L", uplo="U"). Sizes are needed; a flag that is
    left out is the first of its letters (transa="N", side="L", uplo="U", diag="N").

    "arm" in the answer has the backend and the most threads that the call may use, "why", "table",
    "provenance" and "cell" say what has decided.
    """
    if not isinstance(routine, str):
        raise TypeError(f"routine must be a name such as 'dgemm', not {routine!r}")
    form = _form_of(routine)
    takes = f"; it takes: {form.text()}"
    given = dict(arguments)
    missing = [name for name in form.sizes if name not in given]
    if missing:
        raise TypeError(f"{routine} needs {', '.join(missing)}{takes}")
    sizes = [_size(routine, name, given.pop(name)) for name in form.sizes]
    flags = "".join(
        _flag(routine, name, given.pop(name, letters[0]), letters)
        for name, letters in zip(form.flags, form.letters)
    )
    if given:
        raise TypeError(f"{routine} has no {', '.join(given)}{takes}")
    answer: dict[str, Any] = json.loads(library().explain(routine, flags, sizes))
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer
