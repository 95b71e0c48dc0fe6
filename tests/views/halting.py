"""A job that stands still at a step until the test goes on: what a person does then cannot come too late."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.values.imports import FileProgress, Progress
from services.pipeline.jobs import FileDone
from views.child import CancelCall, ChildJob, ProgressCall

AT_MOST_SECONDS = 600.0


@dataclass(frozen=True)
class Halting:
    """Does a job, and at a step waits until it is cancelled, its process ends, or the file ``gate`` is there.

    ``at`` is a function of a module, as it travels to the child.
    """

    job: ChildJob
    at: Callable[[Progress], bool]
    gate: str = ""

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Any:
        def told(step: Progress) -> None:
            progress(step)
            until = time.monotonic() + AT_MOST_SECONDS
            while self.at(step) and not cancelled() and time.monotonic() < until:
                if self.gate and Path(self.gate).exists():
                    return
                time.sleep(0.01)

        return self.job(told, cancelled)


def anywhere(_step: Progress) -> bool:
    """At every step, so from the first on."""
    return True


def after_a_file(step: Progress) -> bool:
    """When a file is in the book."""
    return isinstance(step, FileDone)


def scoring(step: Progress) -> bool:
    """When every file is in the book and the scores are made."""
    return isinstance(step, FileProgress) and step.number >= step.of
