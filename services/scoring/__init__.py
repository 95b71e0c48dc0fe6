"""Scoring: numbers for every customer, each with its day, horizon, model, confidence and reasons.

In order: ``events`` reads, ``ledger`` and ``features`` count, ``parameters`` learns what is frozen until the next
refit, ``model_selection`` judges which model predicted the book's past best, ``scorecard`` computes (churn risk by that
model or ``btyd``, value by ``monetary`` and ``lifetime_value``, engagement, health, segments, trends, confidence,
reasons), ``due`` decides who is scored, ``run`` does it, ``writing`` writes. All between reading and writing is
pure: arrays, a day and parameters in, arrays out. Reasons are stored as codes with figures; their words, made when they
are shown, are in ``phrasing``.

This face imports nothing heavy: the window's process never loads numpy because of it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.scoring.channel_directions import trends_of as channel_trends
    from services.scoring.events import last_day_covered as as_of_day
    from services.scoring.migration import last_migration
    from services.scoring.overrides import end_override, overrides_of, set_override
    from services.scoring.overrides import next_end as next_override_end
    from services.scoring.overrides import out_of_date as overrides_out_of_date
    from services.scoring.report.kept import backtest_due, last_backtest, last_drift, last_forecast
    from services.scoring.report.renewal import backtest, renew_reports
    from services.scoring.run import score_as_of, score_due
    from services.scoring.said_leaving import out_of_date as words_out_of_date
    from services.workspace import Workspace
else:
    __getattr__ = offering(
        __name__,
        {
            "services.scoring.run": "score_due score_as_of",
            "services.scoring.events": "last_day_covered:as_of_day",
            "services.scoring.overrides": (
                "set_override end_override overrides_of out_of_date:overrides_out_of_date next_end:next_override_end"
            ),
            "services.scoring.said_leaving": "out_of_date:words_out_of_date",
            "services.scoring.migration": "last_migration",
            "services.scoring.report.renewal": "backtest renew_reports",
            "services.scoring.report.kept": "backtest_due last_backtest last_forecast last_drift",
            "services.scoring.channel_directions": "trends_of:channel_trends",
        },
    )


def reports_due(workspace: Workspace) -> frozenset[str]:
    """Which reports are due: all after a refit, the forecast and the watch once a week between refits."""
    from services.scoring.report.kept import reports_due as due

    return frozenset(due(workspace))
