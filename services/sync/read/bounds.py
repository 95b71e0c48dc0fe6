"""What reading any file may take: memory, and time in which nothing moves on.

The limits of `content` and `sheets` for files that are known to do harm speak sooner and say more. This one holds for
every file and every step up to the last one of an import. In the main thread a timer looks, which ends even a search
for a pattern; elsewhere, and where there is no such timer, another thread does.
"""

from __future__ import annotations

import ctypes
import mmap
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from models.values.errors import UserError

_MOST_BYTES: Final = 500 << 20
_SILENT_SECONDS: Final = 20.0
# A workbook is unpacked by one call that tells nothing of its progress: so many bytes a second are slow.
_SLOWEST_BYTES: Final = 2 << 20
_LOOK_SECONDS: Final = 0.25
_STATM: Final = Path("/proc/self/statm")


class _Overrun(BaseException):
    """Raised in the thread that reads."""


class _Limits:
    """One reading, looked at until it is over."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size if path.is_file() else 0
        self._silent_seconds = _SILENT_SECONDS + size / _SLOWEST_BYTES
        self._moved_on = time.monotonic()
        self._before = _bytes_in_use()
        self._reader, self._over, self._lock = threading.get_ident(), threading.Event(), threading.Lock()
        self._looker = threading.Thread(target=self._look_on, name="bellwether-bounds", daemon=True)
        self._handler: Any = None
        self.raised = False
        #: What was too much, in words; '' for nothing.
        self.broken = ""

    def start(self) -> None:
        """Begin to look."""
        _hear(self._reader, self)
        if sys.platform != "win32" and threading.main_thread().ident == self._reader:
            self._handler = signal.signal(signal.SIGALRM, self._rung)
            signal.setitimer(signal.ITIMER_REAL, _LOOK_SECONDS, _LOOK_SECONDS)
        else:
            self._looker.start()

    def moved_on(self) -> None:
        """Count the time from now again."""
        self._moved_on = time.monotonic()

    def end(self) -> None:
        """Look no more: from here on nothing is stopped."""
        _hear(self._reader, None)
        with self._lock:
            self._over.set()
            if self._looker.ident is not None and self.broken:
                _raise_in(self._reader, None)
        if self._looker.ident is not None:
            self._looker.join()
        elif sys.platform != "win32" and self._handler is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._handler)
            self._handler = None

    def _rung(self, *_: object) -> None:
        if not self.raised and not self._over.is_set() and self._is_too_much():
            self.raised = True
            raise _Overrun

    def _look_on(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            if not self.raised and self._is_too_much():
                with self._lock:
                    if not self._over.is_set():
                        self.raised = True
                        _raise_in(self._reader, _Overrun)

    def _is_too_much(self) -> bool:
        if _bytes_in_use() - self._before > _MOST_BYTES:
            self.broken = _too_much_memory()
        elif time.monotonic() - self._moved_on > self._silent_seconds:
            self.broken = f"made no progress for {_SILENT_SECONDS:.0f} seconds"
        return bool(self.broken)


#: What looks on, by the thread that reads: several files may be read at once.
_READERS: dict[int, _Limits] = {}
_HEARING, _UNHEARD = threading.Lock(), [sys.unraisablehook]


def _hear(reader: int, limits: _Limits | None) -> None:
    """Hear of what Python drops while a thread reads, None: no longer; one hook for all of them."""
    with _HEARING:
        if limits is not None:
            _READERS[reader] = limits
            if sys.unraisablehook is not _lost:
                _UNHEARD[0], sys.unraisablehook = sys.unraisablehook, _lost
        elif _READERS.pop(reader, None) is not None and not _READERS and sys.unraisablehook is _lost:
            sys.unraisablehook = _UNHEARD[0]


def _lost(error: sys.UnraisableHookArgs) -> None:
    """Raise it again at the next look: Python drops what is raised while it clears an object away."""
    limits = _READERS.get(threading.get_ident())
    if error.exc_type is _Overrun and limits is not None:
        limits.raised = False
    else:
        _UNHEARD[0](error)


_AT_WORK: ContextVar[_Limits | None] = ContextVar("at_work", default=None)


@contextmanager
def bounded(path: Path) -> Iterator[None]:
    """Stop what is done with a file where it takes too much memory, or where it no longer moves on.

    Within another one it does nothing: the outer one holds.

    Raises
    ------
    UserError
        It was stopped; nothing was kept.
    """
    if _AT_WORK.get() is not None:
        yield
        return
    limits = _Limits(path)
    token = _AT_WORK.set(limits)
    try:
        limits.start()
        try:
            yield
        finally:
            limits.end()
    except BaseException as error:
        if not limits.broken and not isinstance(error, MemoryError):
            raise
        raise UserError(
            f"Reading {path.name} {limits.broken or _too_much_memory()}, so Bellwether stopped. Nothing was imported. "
            "Save it as CSV with one row per line, or split it into smaller files, then import those."
        ) from error
    finally:
        _AT_WORK.reset(token)


def moved_on() -> None:
    """Say that the work with a file moves on."""
    limits = _AT_WORK.get()
    if limits is not None:
        limits.moved_on()


def end_bounds() -> None:
    """Stop nothing from here on: what follows is written as a whole or not at all, and then told."""
    limits = _AT_WORK.get()
    if limits is not None:
        limits.end()


def _too_much_memory() -> str:
    return f"takes more than {_MOST_BYTES >> 20} MB of memory"


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let a thread raise an error at its next step, or, with None, take back one that it has not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def _bytes_in_use() -> int:
    """The memory of this process; the most so far where the system tells only that, and nothing where it tells none."""
    with suppress(OSError):
        return int(_STATM.read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
