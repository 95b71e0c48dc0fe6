"""Made-up work that keeps a report: what a child process can be sent in place of the real one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from models.values.changes import Changes
from models.values.errors import Cancelled, EnvironmentFault
from models.values.imports import Progress
from services.workspace import Recipe
from tests.views.insights.jobs import MadeCheck


@dataclass(frozen=True)
class MadeReports:
    """Keeps a made-up check."""

    recipe: Recipe
    everything: bool = False

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Changes:
        return MadeCheck(self.recipe)(progress, cancelled)


@dataclass(frozen=True)
class WaitingReports(MadeReports):
    """Waits until it is cancelled; only what a person asked for is done."""

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Changes:
        while not self.everything:
            if cancelled():
                raise Cancelled
            time.sleep(0.01)
        return super().__call__(progress, cancelled)


@dataclass(frozen=True)
class FailingReports(MadeReports):
    """Cannot be done on this computer."""

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Changes:
        raise EnvironmentFault("The disk is full. Nothing is lost. Free some space.")
