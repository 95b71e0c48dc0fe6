"""What runs at the start of a child process. No Qt here: the child must start fast and stay small.

Messages to the window are tuples: ("progress", Progress), ("done", value), ("failed", error), ("cancelled",),
("bug", kind, report). Nothing is printed: a bug's message may hold what customers wrote.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from models.values.bugs import bug_text
from models.values.errors import BellwetherError, Cancelled, EnvironmentFault
from models.values.imports import Milestone, Progress

ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]
ChildJob = Callable[[ProgressCall, CancelCall], Any]

PROGRESS_EVERY_SECONDS = 0.1
#: The window's thread goes first on a machine with few cores; measured in tests/benchmarks/bench_window.py.
NICENESS = 5


class _Reporter:
    """Passes progress on at most ten times a second, and always the first of a new step and every `Milestone`."""

    def __init__(self, channel: Connection) -> None:
        self._channel, self._next, self._step = channel, 0.0, ""

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next and progress.step == self._step and not isinstance(progress, Milestone):
            return
        self._next, self._step = now + PROGRESS_EVERY_SECONDS, progress.step
        self._channel.send(("progress", progress))


def run_child(job: ChildJob, channel: Connection, token: Event) -> None:
    """Run a job and send its outcome; errors that a person may be told travel as they are, a bug as its report."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # A window that is gone hears nothing any more, and nobody else is to be told.
    with channel, suppress(BrokenPipeError):
        try:
            message = _outcome(job, channel, token)
            channel.send(message)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  the top of this process
            channel.send(("bug", type(error).__name__, bug_text(error)))


def _outcome(job: ChildJob, channel: Connection, token: Event) -> tuple[Any, ...]:
    try:
        return ("done", job(_Reporter(channel), token.is_set))
    except Cancelled:
        return ("cancelled",)
    except BellwetherError as error:
        return ("failed", type(error)(*error.args))
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return ("failed", EnvironmentFault(f"The work stopped: {reason}. What was not finished was not kept."))
