"""Scoring: numbers for every customer, each with its day, horizon, model, confidence and reasons.

In order: ``events`` reads, ``ledger`` and ``features`` count, ``parameters`` learns what is frozen until the next
refit, ``scorecard`` computes (churn risk by ``btyd``, value by ``monetary`` and ``lifetime_value``, engagement, health,
segments, trends, confidence, reasons), ``run`` decides who is due, ``writing`` writes. All between reading and writing
is pure: arrays, a day and parameters in, arrays out.

This face imports nothing heavy: the window's process never loads numpy because of it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.values.changes import Changes
    from models.values.scores import CustomerScore, ScoreRun
    from services.workspace import Workspace

__all__ = ["as_of_day", "score_as_of", "score_due"]


def score_due(
    workspace: Workspace, changed: Changes | None = None, force_all: bool = False, *, as_of: date | None = None
) -> ScoreRun:
    """Score what is due and write it: everyone on a new day, fit or policy, else those in `changed`.

    Parameters
    ----------
    changed
        What an import, an edit or an undo reported; None: nothing in particular.
    force_all
        Score everyone, whatever changed.
    as_of
        The day to score as of; None: the last day that the book's events cover.
    """
    from services.scoring.run import score_due as run

    return run(workspace, changed, force_all, as_of=as_of)


def score_as_of(workspace: Workspace, day: date) -> tuple[ScoreRun, tuple[CustomerScore, ...]]:
    """Score everyone as of an earlier day, as values: `customer_risk_scores` is left as it is, no alert opens."""
    from services.scoring.run import score_as_of as run

    return run(workspace, day)


def as_of_day(connection: Connection, today: date) -> date | None:
    """Return the last day that the book's event files cover, never after `today`; None for a book without events."""
    from services.scoring.events import last_day_covered

    return last_day_covered(connection, today)
