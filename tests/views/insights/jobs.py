"""Made-up work of a check, for the child process: it tells how far it is, and can be cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from models.values.changes import Changes
from models.values.errors import Cancelled, EnvironmentFault
from models.values.imports import Progress
from services.workspace import Recipe, open_workspace
from tests.views.insights import made

STEP = "Judging 2 of 5 days"


@dataclass(frozen=True)
class MadeCheck:
    """Keeps a made-up report; with `waits` it stands at a step until it is cancelled, with `fault` it fails."""

    recipe: Recipe
    waits: bool = False
    fault: str = ""

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Changes:
        progress(Progress(STEP, 2, 5))
        while self.waits:
            if cancelled():
                raise Cancelled
            time.sleep(0.01)
        if self.fault:
            raise EnvironmentFault(self.fault)
        workspace = open_workspace(self.recipe)
        made.keep(workspace, "backtest", made.report(made.some_customers(workspace), why="It was checked anew"))
        workspace.close()
        return Changes(tables=frozenset({"score_reports"}), words="Back-tested the scores")
