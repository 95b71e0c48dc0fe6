"""Made-up checks of the scores and the other reports over a book, kept where the real ones are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from models.store import connect
from models.values.backtest import (
    ADDITIVE,
    DEPTH_3,
    LOGISTIC,
    MBG,
    PRIOR,
    RULE,
    BacktestReport,
    CalibrationBin,
    ClvMeasures,
    CutoffMeasures,
    Measures,
    Miss,
    ModelReport,
)
from models.values.drift import CalibrationDrift, DriftReport, FeatureDrift
from models.values.forecast import AcquisitionValue, CostOfOne, MonthForecast, PastMonth, RevenueForecast
from models.values.migration import MigrationReport, Move
from services.workspace import Workspace

AS_OF = date(2026, 11, 18)
CUTOFFS = tuple((AS_OF - timedelta(days=90 + 30 * back)).isoformat() for back in (4, 3, 2, 1, 0))
#: Of like risk: what was said, how many left, of how many, and the 95 % range.
CURVE = (
    (0.05, 28, 612, 0.032, 0.065),
    (0.15, 43, 268, 0.121, 0.209),
    (0.30, 45, 158, 0.220, 0.360),
    (0.50, 50, 96, 0.422, 0.619),
    (0.70, 37, 54, 0.552, 0.793),
    (0.85, 23, 26, 0.710, 0.960),
)
_CANDIDATES = (
    (PRIOR, "The average risk", 0.412, 0.500, 0.127, 0.008),
    (MBG, "MBG/NBD", 0.318, 0.842, 0.098, 0.021),
    (LOGISTIC, "Logistic", 0.305, 0.858, 0.094, -0.004),
    (ADDITIVE, "Additive steps", 0.298, 0.871, 0.091, 0.006),
    (DEPTH_3, "Depth 3, a challenger", 0.301, 0.866, 0.092, 0.011),
    (RULE, "No order for 90 days", 0.371, 0.761, 0.115, -0.013),
)


def report(customers: Sequence[int] = (), **changes: Any) -> BacktestReport:
    """A check that went well; ``customers`` are those who were told wrongly, in turns."""
    missed = tuple(Miss(one, 0.08 + 0.01 * n, True, 412_000 - 31_000 * n) for n, one in enumerate(customers[::2]))
    alarmed = tuple(
        Miss(one, 0.93 - 0.02 * n, False, None if n == 1 else 96_500) for n, one in enumerate(customers[1::2])
    )
    made = BacktestReport(
        as_of=AS_OF.isoformat(),
        horizon_days=90,
        label="orders",
        used=ADDITIVE,
        why="It told later windows best: log loss .298 against .305 of the logistic model below it",
        beats_rule=True,
        models=tuple(model(*one) for one in _CANDIDATES),
        calibration=tuple(CalibrationBin(*one) for one in CURVE),
        missed=missed,
        alarmed=alarmed,
        clv=ClvMeasures(CUTOFFS[0], 273, 1_214, 0.46, 3_080.0, 0.04, 0.54, 0.79),
        seasonal="At this time last year the risk was told 6 points too high: a season was ahead.",
        seconds=11.2,
    )
    return replace(made, **changes)


def model(name: str, label: str, loss: float, auc: float, brier: float, bias: float) -> ModelReport:
    """One model, a little different at each check."""
    off = max(0.02, abs(bias))
    losses = [loss + 0.008 * (n % 2) - 0.003 * n + 0.0028 for n in range(len(CUTOFFS))]
    windows = tuple(
        CutoffMeasures(day, Measures(auc + 0.01 * (n % 3 - 0.8), brier, losses[n], off, 3.1, bias, 243, 45, 0.017))
        for n, day in enumerate(CUTOFFS)
    )
    return ModelReport(name, label, Measures(auc, brier, loss, off, 3.1, bias, 1_214, 226, 0.017), windows)


def early() -> BacktestReport:
    """A check of a young book: hardly anybody has left yet."""
    return report(calibration=(CalibrationBin(0.1, 3, 52, 0.02, 0.16),), missed=(), alarmed=(), clv=None, seasonal="")


def forecast() -> RevenueForecast:
    """Seven months that are over and four to come."""
    predicted = (4_200_000, 3_700_000, 4_900_000)
    past = tuple(
        PastMonth(f"2026-{month:02d}", 4_000_000 + 310_000 * (month % 4), *(predicted if month > 7 else ()))
        for month in range(4, 11)
    )
    coming = tuple(
        MonthForecast(month, 4_600_000 - 100_000 * n, 3_900_000 - 150_000 * n, 5_400_000 + 50_000 * n,
                      2_700_000 if n == 0 else 0, 300_000)
        for n, month in enumerate(("2026-11", "2026-12", "2027-01", "2027-02"))
    )  # fmt: skip
    return RevenueForecast(
        AS_OF.isoformat(), "USD", coming, past, (), 0.03, 18_400_000, 61_000_000, None,
        ("December is expected to bring $45k, between $38k and $55k.", "3 of 3 months came within their range."),
    )  # fmt: skip


def costs(customers: Sequence[int]) -> AcquisitionValue:
    """Costs of forty customers, of whom these are furthest from earning theirs back."""
    worst = tuple(CostOfOne(one, 90_000 - 100 * n, 21_000, 8_000 + n, 14_000) for n, one in enumerate(customers))
    return AcquisitionValue(40, 52, 1_200_000, 1_700_000, 460_000, 31, len(worst), worst)


def migration() -> MigrationReport:
    """Moves between four segments."""
    moves = (
        Move("Champion", "Champion", 78), Move("Champion", "Cooling VIP", 9), Move("Loyal", "Loyal", 380),
        Move("Loyal", "At risk", 31), Move("Cooling VIP", "Cooling VIP", 40), Move("At risk", "At risk", 96),
        Move("At risk", "Loyal", 14), Move(None, "Loyal", 12),
    )  # fmt: skip
    return MigrationReport(AS_OF.isoformat(), (AS_OF - timedelta(days=90)).isoformat(), 90, moves)


def drift(*, off: bool = False) -> DriftReport:
    """The watch since a fit in August."""
    calibration = CalibrationDrift(CUTOFFS[-1], 243, 0.24 if off else 0.19, 0.18, 0.14, 0.22)
    features = (FeatureDrift("recency", "days since the last order", 0.08, 31.0, 34.0, "steady"),)
    first = "The risk is told 6 points too high since the fit." if off else "Customers are as they were at the fit."
    return DriftReport(AS_OF.isoformat(), "2026-08-20", (1_190, 1_214), features, calibration,
                       (first, "Most shifted: days since the last order, 31 then and 34 now."))  # fmt: skip


def keep(workspace: Workspace, kind: str, made: Any, at: str = "2026-11-19T08:48:00Z") -> None:
    """Keep a report as the program does."""
    driver = connect(workspace.store.path)
    document = json.dumps(made.as_json())
    driver.execute("INSERT INTO score_reports (kind, as_of, report, made_at) VALUES (?, ?, ?, ?)",
                   (kind, made.as_of, document, at))  # fmt: skip
    driver.close()


def forget(workspace: Workspace) -> None:
    """Take out every report that is kept."""
    driver = connect(workspace.store.path)
    driver.execute("DELETE FROM score_reports")
    driver.close()


def some_customers(workspace: Workspace, count: int = 12) -> list[int]:
    """Ids of customers of the book."""
    with workspace.store.snapshot() as connection:
        return [row[0] for row in connection.execute("SELECT id FROM customers ORDER BY id LIMIT ?", (count,))]


def keep_all(workspace: Workspace) -> None:
    """Keep every report that the page can show, and no other."""
    forget(workspace)
    keep(workspace, "backtest", report(some_customers(workspace)))
    for kind, made in (("forecast", forecast()), ("migration", migration()), ("drift", drift())):
        keep(workspace, kind, made)
