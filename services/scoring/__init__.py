"""Scoring: numbers for every customer, each with its day, horizon, model, confidence and reasons.

In order: ``events`` reads, ``ledger`` and ``features`` count, ``parameters`` learns what is frozen until the next
refit, ``model_selection`` judges which model predicted the book's past best, ``scorecard`` computes (churn risk by that
model or ``btyd``, value by ``monetary`` and ``lifetime_value``, engagement, health, segments, trends, confidence,
reasons), ``due`` decides who is scored, ``run`` does it, ``writing`` writes. All between reading and writing is
pure: arrays, a day and parameters in, arrays out.

This face imports nothing heavy: the window's process never loads numpy because of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.values.anomalies import ChannelTrend
    from models.values.backtest import BacktestReport
    from models.values.changes import Changes
    from models.values.drift import DriftReport
    from models.values.forecast import RevenueForecast
    from models.values.imports import Progress
    from models.values.migration import MigrationReport
    from models.values.overrides import Override, Value
    from models.values.scores import CustomerScore, ScoreRun
    from services.workspace import Workspace

__all__ = [
    "as_of_day",
    "backtest",
    "backtest_due",
    "channel_trends",
    "end_override",
    "last_backtest",
    "last_drift",
    "last_forecast",
    "last_migration",
    "next_override_end",
    "overrides_of",
    "overrides_out_of_date",
    "renew_reports",
    "reports_due",
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


def score_as_of(workspace: Workspace, day: date, *, keep: bool = True) -> tuple[ScoreRun, tuple[CustomerScore, ...]]:
    """Score everyone as of an earlier day, as values: `customer_risk_scores` is left as it is, no alert opens.

    Without `keep` the values are not handed back, and hardly take memory.
    """
    from services.scoring.run import score_as_of as run

    return run(workspace, day, keep=keep)


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


def backtest(
    workspace: Workspace,
    *,
    horizon_days: int | None = None,
    cutoffs: Sequence[date] | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BacktestReport:
    """Score the book's past from earlier days, with what was known then, and hold that against what came.

    With the policy's horizon and the cutoffs that the book gives, the report is kept; others are only returned, and so
    are all of a book that cannot be written to.

    Parameters
    ----------
    horizon_days
        Days in which a customer may come back; None: the policy's.
    cutoffs
        Days to score from; None: about one a month, as many as have closed (six at most), and a year ago.

    Raises
    ------
    UserError
        If the book has no events, or a cutoff's days are not over yet.
    Cancelled
        If `cancelled` says so between two steps.
    """
    from services.scoring.report.renewal import backtest as run

    return run(workspace, horizon_days=horizon_days, cutoffs=cutoffs, progress=progress, cancelled=cancelled)


def renew_reports(
    workspace: Workspace,
    *,
    everything: bool = False,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Changes:
    """Make the reports over the book that are due, or all: backtest, revenue forecast, watch between refits.

    Each is kept as soon as it is made; a cancel loses only the one at hand (`Cancelled`).
    """
    from services.scoring.report.renewal import renew_reports as run

    return run(workspace, everything=everything, progress=progress, cancelled=cancelled)


def reports_due(workspace: Workspace) -> frozenset[str]:
    """Which reports are due: all after a refit, the forecast and the watch once a week between refits."""
    from services.scoring.report.kept import reports_due as due

    return frozenset(due(workspace))


def backtest_due(workspace: Workspace) -> bool:
    """Whether the scores were fitted, or their horizon changed, since the last backtest."""
    from services.scoring.report.kept import backtest_due as due

    return due(workspace)


def last_backtest(workspace: Workspace) -> BacktestReport | None:
    """The newest backtest of the book, None before the first."""
    from services.scoring.report.kept import last_backtest as last

    return last(workspace)


def last_forecast(workspace: Workspace) -> RevenueForecast | None:
    """The newest revenue forecast of the book, None before the first."""
    from services.scoring.report.kept import last_forecast as last

    return last(workspace)


def last_drift(workspace: Workspace) -> DriftReport | None:
    """The newest watch between refits, None before the first."""
    from services.scoring.report.kept import last_drift as last

    return last(workspace)


def channel_trends(workspace: Workspace, customer_id: int) -> tuple[ChannelTrend, ...]:
    """Return where each channel of a customer is heading, and since when, as of the scores; none before any scoring."""
    from services.scoring.channel_directions import trends_of

    return trends_of(workspace, customer_id)
