"""Errors that nobody caught, in Qt's slots and in threads: a report without customer data, and one sentence.

Python's own hooks would print the message and the lines of the trace, which may hold what customers wrote.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from models.values.bugs import bug_text

Tell = Callable[[BaseException], None]


class Uncaught:
    """Reports each bug once: one that a repaint repeats must not fill the folder, nor the window.

    Parameters
    ----------
    report : writes the report.
    """

    def __init__(self, report: Tell) -> None:
        self._report = report
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self._tell: Tell | None = None

    def listen(self, tell: Tell | None) -> None:
        """Who says it to a person: ``tell`` is called from the thread in which the error was met."""
        self._tell = tell

    def meet(self, error: BaseException) -> None:
        """Report an error, and tell it where there is a window; callable from any thread."""
        text = bug_text(error)
        with self._lock:
            if text in self._seen:
                return
            self._seen.add(text)
        self._report(error)
        if self._tell is not None:
            self._tell(error)


@contextmanager
def uncaught_reported(report: Tell) -> Iterator[Uncaught]:
    """While open, every uncaught error is reported; an interrupt from the keyboard keeps its meaning."""
    uncaught = Uncaught(report)
    before, before_thread = sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            uncaught.meet(error.with_traceback(trace))
        else:
            before(kind, error, trace)

    def thread_hook(met: threading.ExceptHookArgs) -> None:
        if isinstance(met.exc_value, Exception):
            uncaught.meet(met.exc_value.with_traceback(met.exc_traceback))

    sys.excepthook, threading.excepthook = hook, thread_hook
    try:
        yield uncaught
    finally:
        sys.excepthook, threading.excepthook = before, before_thread
