"""Fails a test that leaves something running or complains in passing, and says where it came from.

Watched: threads, child processes, Qt timers and Qt threads, widgets without a parent, log records from WARNING up, and
connections to anywhere but this computer.
Qt's own warnings fail a test by pytest-qt's `qt_log_level_fail` in pyproject.toml. A test that expects a log
record asks for the fixture `expected_logs` and adds a regular expression to it.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import re
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

GRACE_SECONDS = 120.0


def _settle(still_there: Callable[[], list[Any]]) -> list[Any]:
    """Return what is still there after a moment's grace. A clean test waits for nothing."""
    until = time.monotonic() + GRACE_SECONDS
    left = still_there()
    while left and time.monotonic() < until:
        if isinstance(left[0], threading.Thread | multiprocessing.process.BaseProcess):
            left[0].join(0.05)
        else:
            _deliver_qt_events()
        left = still_there()
    return left


@pytest.fixture(autouse=True)
def nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on threads and child processes that the test started and did not end."""
    before_threads = set(threading.enumerate())
    before_children = set(multiprocessing.active_children())
    yield
    threads = _settle(lambda: [t for t in threading.enumerate() if t not in before_threads and t.is_alive()])
    children = _settle(lambda: [c for c in multiprocessing.active_children() if c not in before_children])
    for child in children:
        child.kill()
    if threads or children:
        names = ", ".join([f"thread {t.name}" for t in threads] + [f"process {c.name}" for c in children])
        pytest.fail(f"{request.node.nodeid} left running: {names}\n{_stacks(threads)}", pytrace=False)


def _stacks(threads: list[threading.Thread]) -> str:
    frames = sys._current_frames()
    return "\n".join(
        f"{thread.name} is at\n{''.join(traceback.format_stack(frames[thread.ident]))}"
        for thread in threads
        if thread.ident in frames
    )


#: Connections of this process to other computers.
_OUTSIDE: list[str] = []
_HERE = ("localhost", "::1", "")


def _noted(original: Callable[..., Any]) -> Callable[..., Any]:
    """What sends to an address, which is the last argument; an audit hook would be called for each file, too."""

    def noting(self: socket.socket, *given: Any) -> Any:
        address = given[-1]
        if isinstance(address, tuple) and not (address[0] in _HERE or str(address[0]).startswith("127.")):
            _OUTSIDE.append(f"{address[0]}:{address[1]}")
        return original(self, *given)

    return noting


for _way in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, _way, _noted(getattr(socket.socket, _way)))


@pytest.fixture(autouse=True)
def nothing_leaves_this_computer() -> Iterator[None]:
    """Fail on a connection to another computer: all servers of the tests are on loopback."""
    before = len(_OUTSIDE)
    yield
    if len(_OUTSIDE) > before:
        pytest.fail(f"connected to {', '.join(_OUTSIDE[before:])}", pytrace=False)


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_logs() -> list[str]:
    """Return a list to which a test adds regular expressions for the log messages that it expects."""
    return []


@pytest.fixture(autouse=True)
def no_unexpected_logs(expected_logs: list[str]) -> Iterator[None]:
    """Fail on log records from WARNING up that the test did not announce."""
    handler = _Records()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    unexpected = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for record in handler.records
        if not any(re.search(pattern, record.getMessage()) for pattern in expected_logs)
    ]
    if unexpected:
        pytest.fail("unexpected log records:\n" + "\n".join(unexpected), pytrace=False)


@pytest.fixture(autouse=True)
def nothing_left_in_qt(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail on timers and threads of Qt still running, and on widgets that nothing will delete, after a test with Qt.

    Each change of the theme asks every widget that there is: those of a whole run made it take seconds.
    """
    if not {"qtbot", "qapp", "qtmodeltester"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QThread, QTimer
    from PySide6.QtWidgets import QApplication

    request.getfixturevalue("qapp")
    started: list[tuple[Any, _Where]] = []
    for cls in (QTimer, QThread):
        monkeypatch.setattr(cls, "start", _noting(cls.start, started))
    before = set(QApplication.topLevelWidgets())
    yield
    _deliver_qt_events()
    running = _settle(lambda: [entry for entry in started if _is_running(entry[0])])
    widgets = _new_widgets(before)
    if widgets:
        del widgets
        gc.collect()  # what only refers to itself goes with its turn
        _deliver_qt_events()
        widgets = _new_widgets(before)
    found = [f"{type(thing).__name__} started at\n{_listed(where)}" for thing, where in running]
    found += [f"widget {type(one).__name__} {one.objectName() or one.windowTitle()!r}" for one in widgets]
    for widget in widgets:
        widget.close()
        widget.deleteLater()
    if found:
        pytest.fail(f"{request.node.nodeid} left in Qt:\n" + "\n".join(found), pytrace=False)


def _new_widgets(before: set[Any]) -> list[Any]:
    from PySide6.QtWidgets import QApplication

    return [one for one in QApplication.topLevelWidgets() if one.parent() is None and one not in before]


#: Files, lines and functions, the innermost first; the text of the lines is looked up for what is told.
_Where = list[tuple[str, int, str]]


def _noting(original: Callable[..., Any], started: list[tuple[Any, _Where]]) -> Callable[..., Any]:
    def start(self: Any, *args: Any) -> Any:
        # The object is kept alive on purpose: a wrapper that goes would hide a timer that Qt still owns.
        callers = islice(traceback.walk_stack(sys._getframe(1)), 5)
        started.append((self, [(at.f_code.co_filename, line, at.f_code.co_name) for at, line in callers]))
        return original(self, *args)

    return start


def _listed(where: _Where) -> str:
    return "".join(traceback.StackSummary.from_list([(*at, None) for at in reversed(where)]).format())


def _is_running(thing: Any) -> bool:
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    if not isValid(thing):
        return False
    if isinstance(thing, QTimer):
        return bool(thing.isActive())
    return bool(thing.isRunning())


def _deliver_qt_events() -> None:
    """Let deferred deletions and queued calls happen; tests only, the program never turns its own loop."""
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
