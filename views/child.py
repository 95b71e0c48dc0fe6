"""What runs at the start of a child process. No Qt here: the child must start fast and stay small.

Messages to the window are tuples: ("progress", Progress), ("done", value), ("failed", error), ("cancelled",).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from models.values.errors import BellwetherError, Cancelled, EnvironmentFault
from models.values.imports import Progress

ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]
ChildJob = Callable[[ProgressCall, CancelCall], Any]

PROGRESS_EVERY_SECONDS = 0.1
#: The window's thread goes first on a machine with few cores; measured in tests/benchmarks/bench_window.py.
NICENESS = 5


class _Reporter:
    """Passes progress on at most ten times a second, and always the first of a new step."""

    def __init__(self, channel: Connection) -> None:
        self._channel, self._next, self._step = channel, 0.0, ""

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + PROGRESS_EVERY_SECONDS
        self._channel.send(("progress", progress))


def run_child(job: ChildJob, channel: Connection, token: Event) -> None:
    """Run a job and send its outcome; errors that a person may be told travel as they are, others as text."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        value = job(_Reporter(channel), token.is_set)
    except Cancelled:
        channel.send(("cancelled",))
    except BellwetherError as error:
        channel.send(("failed", type(error)(*error.args)))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        channel.send(("failed", EnvironmentFault(f"The work stopped: {reason}. Nothing of it was kept.")))
    else:
        channel.send(("done", value))
    finally:
        channel.close()
