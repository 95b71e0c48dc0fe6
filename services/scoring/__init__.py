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

    from models.values.anomalies import ChannelTrend
    from models.values.changes import Changes
    from models.values.migration import MigrationReport
    from models.values.overrides import Override, Value
    from models.values.scores import CustomerScore, ScoreRun
    from services.workspace import Workspace

__all__ = [
    "as_of_day",
    "channel_trends",
    "end_override",
    "last_migration",
    "next_override_end",
    "overrides_of",
    "overrides_out_of_date",
    "score_as_of",
    "score_due",
    "set_override",
]


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


def set_override(
    workspace: Workspace, customer_id: int, figure: str, value: Value, *, reason: str, until: date
) -> Changes:
    """Let a person's figure of a customer count instead of the computed one, through the day `until`.

    Parameters
    ----------
    figure, value
        One of `models.values.overrides.FIGURES`; a share of 1, a score of 100, a segment, or minor units.

    Raises
    ------
    UserError
        For a value outside its bounds, a day that is past or too far away, a missing reason, or an unknown customer.
    """
    from services.scoring.overrides import set_override as keep

    return keep(workspace, customer_id, figure, value, reason=reason, until=until)


def end_override(workspace: Workspace, customer_id: int, figure: str | None = None) -> Changes:
    """Let the computed figure of a customer count again: of one figure, or of all that are set (None).

    Raises
    ------
    UserError
        Nothing of it is set, or there is no such customer or figure.
    """
    from services.scoring.overrides import end_override as end

    return end(workspace, customer_id, figure)


def overrides_of(workspace: Workspace, customer_id: int) -> tuple[Override, ...]:
    """Return the overrides of a customer that count today."""
    from services.scoring.overrides import overrides_of as read

    return read(workspace, customer_id)


def overrides_out_of_date(workspace: Workspace) -> frozenset[int]:
    """Return the customers of whom an override is over, or not yet laid over their scores: they are to be scored."""
    from services.scoring.overrides import out_of_date

    return out_of_date(workspace)


def next_override_end(workspace: Workspace) -> date | None:
    """Return the first day on which an override that counts now counts no more; None without one."""
    from services.scoring.overrides import next_end

    return next_end(workspace)


def last_migration(workspace: Workspace) -> MigrationReport | None:
    """Return who went from which segment to which, as of the last full scoring; None before the first."""
    from services.scoring.migration import last_migration as read

    return read(workspace)


def channel_trends(workspace: Workspace, customer_id: int) -> tuple[ChannelTrend, ...]:
    """Return where each channel of a customer is heading, and since when, as of the scores; none before any scoring."""
    from services.scoring.channel_directions import trends_of

    return trends_of(workspace, customer_id)
