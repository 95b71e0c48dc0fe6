"""A file that one process or thread holds at a time; the system lets it go when its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

_LOOKS_EVERY_S: Final = 0.05


@contextmanager
def held(file: IO[bytes], cancelled: Callable[[], bool], patience_s: float) -> Iterator[bool]:
    """Hold an open file and close it; yields False where another one has it for all the patience."""
    with file:
        until = time.monotonic() + patience_s
        while not (locked := _locked(file)) and time.monotonic() < until and not cancelled():
            time.sleep(_LOOKS_EVERY_S)
        try:
            yield locked
        finally:
            if locked:
                _unlock(file)


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _locked(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _locked(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
