"""Makes reports of the open book and keeps them: the backtest, the revenue forecast, and the watch between refits.

Each is a unit of work of its own, so that a cancel loses only the one at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.values.backtest import MBG, BacktestReport
from models.values.changes import Changes
from models.values.drift import DriftReport
from models.values.errors import Cancelled
from models.values.forecast import RevenueForecast
from models.values.imports import Progress
from models.values.scores import LOOKED_BACK
from models.values.words import count
from services.scoring.events import BookEvents, day_number, fetch
from services.scoring.model_selection import Label
from services.scoring.report import kept
from services.scoring.report.acquisition import book_totals, read_acquisition
from services.scoring.report.backtest import InUse, backtest_of, days_of, has_events, label_of, read_book
from services.scoring.report.drift import SaidBefore, watch
from services.scoring.report.revenue import forecast_months
from services.scoring.report.revenue_formatting import forecast_sentences
from services.scoring.rows import day_text
from services.scoring.writing import read_marks

if TYPE_CHECKING:
    from services.workspace import Workspace

ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]

FORECAST_STEP, DRIFT_STEP = "Forecasting revenue", "Watching for drift"
_WEEK_DAYS = 7
_ASSUMED = (
    "A standard purchase rhythm is used: the book has too few customers with a history, or too few who came back, to "
    "learn from."
)
#: About what each report takes, in their order, and into how many steps the way to the last of them is told.
_WEIGHTS: tuple[tuple[kept.Kind, float], ...] = ((kept.BACKTEST, 0.9), (kept.FORECAST, 0.08), (kept.DRIFT, 0.02))
_WAY = 1_000


def _never() -> bool:
    return False


def backtest(
    workspace: Workspace,
    *,
    horizon_days: int | None = None,
    cutoffs: Sequence[date] | None = None,
    progress: ProgressCall | None = None,
    cancelled: CancelCall | None = None,
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
    book, horizon = read_book(workspace), horizon_days or workspace.policy.churn_horizon_days
    label, in_use = _in_use(workspace, book, horizon)
    report = backtest_of(
        book,
        workspace.policy,
        horizon_days=horizon,
        cutoffs=days_of(cutoffs),
        label=label,
        in_use=in_use,
        progress=progress,
        cancelled=cancelled,
    )
    usual = horizon_days in (None, workspace.policy.churn_horizon_days) and cutoffs is None
    if usual and not workspace.store.read_only:
        _keep_backtest(workspace, report)
    return report


def _in_use(workspace: Workspace, book: BookEvents, horizon_days: int) -> tuple[Label, InUse | None]:
    """What leaving means in this book, and the model of the fit in force for it; None where none was chosen for it.

    Most customers decide: where they are under contract and the end of contracts can be told, it is that.
    """
    label = label_of(book)
    with workspace.store.read() as connection:
        rows = fetch(
            connection,
            "SELECT json_extract(parameters, '$.contract'), json_extract(parameters, :path || '.chosen'),"
            " json_extract(parameters, :path || '.rung') FROM model_fits"
            " WHERE id = (SELECT json_extract(value, '$.fit') FROM book WHERE key = 'scored')",
            {"path": f"$.{label}"},
        )
    *texts, candidate = rows[0] if rows else (None, None, None)
    contract, other = (json.loads(text) if text else None for text in texts)
    if contract is not None and 2 * book.contracts.row.size >= book.customer_ids.size:
        label, other = "contract", contract
    if other is None and candidate == 0:
        return label, InUse(MBG, _ASSUMED, as_assumed=True)
    if other is None or other["horizon_days"] != horizon_days:
        return label, None
    return label, InUse(other["rung"]["name"], other["why"])


def _keep_backtest(workspace: Workspace, report: BacktestReport) -> Changes:
    judged = report.model(report.used)
    windows = f"{count(len(judged.cutoffs), 'past period')}" if judged else "no past period yet"
    words = f"Back-tested the scores against {windows}, as of {report.as_of}: {report.why}"
    return kept.keep_report(workspace, kept.BACKTEST, report.as_of, report.as_json(), words)


def renew_reports(
    workspace: Workspace,
    *,
    everything: bool = False,
    progress: ProgressCall | None = None,
    cancelled: CancelCall | None = None,
) -> Changes:
    """Make the reports over the book that are due, or all: backtest, revenue forecast, watch between refits.

    Each is kept as soon as it is made; a cancel loses only the one at hand (`Cancelled`).
    """
    tell, stop = progress or (lambda _progress: None), cancelled or _never
    due = frozenset((kept.BACKTEST, kept.DRIFT, kept.FORECAST)) if everything else kept.reports_due(workspace)
    changes = Changes()
    if not due:
        return changes
    if not everything and not has_events(workspace):
        return kept.drop_reports(workspace)
    book, spans = read_book(workspace), _spans(due)
    if kept.BACKTEST in due:
        horizon = workspace.policy.churn_horizon_days
        label, in_use = _in_use(workspace, book, horizon)
        report = backtest_of(
            book,
            workspace.policy,
            horizon_days=horizon,
            label=label,
            in_use=in_use,
            progress=_within(tell, spans[kept.BACKTEST]),
            cancelled=stop,
        )
        changes = changes.merged(_keep_backtest(workspace, report))
    if kept.FORECAST in due:
        changes = changes.merged(_forecast(workspace, book, _within(tell, spans[kept.FORECAST]), stop))
    if kept.DRIFT in due:
        if stop():
            raise Cancelled
        step = _within(tell, spans[kept.DRIFT])
        step(Progress(DRIFT_STEP, 0, 1))
        changes = changes.merged(_watch(workspace, book))
        step(Progress(DRIFT_STEP, 1, 1))
    return changes


def _spans(due: frozenset[kept.Kind]) -> dict[kept.Kind, tuple[float, float]]:
    """From where to where on the way, 0 to 1, each report that is due leads."""
    whole = sum(weight for kind, weight in _WEIGHTS if kind in due)
    found, begin = {}, 0.0
    for kind, weight in _WEIGHTS:
        if kind in due:
            found[kind] = (begin, begin + weight / whole)
            begin += weight / whole
    return found


def _within(tell: ProgressCall, span: tuple[float, float]) -> ProgressCall:
    begin, end = span
    return lambda step: tell(Progress(step.step, round(_WAY * (begin + (end - begin) * (step.fraction or 0.0))), _WAY))


def _forecast(workspace: Workspace, book: BookEvents, tell: ProgressCall, stop: CancelCall) -> Changes:
    found = forecast_months(book, lambda done, total: tell(Progress(FORECAST_STEP, done, total)), stop)
    as_of = day_text(book.as_of)
    tell(Progress(FORECAST_STEP, 1, 1))
    if found is None:
        return kept.keep_none(workspace, kept.FORECAST, as_of, "The book has no purchases to forecast revenue from.")
    with workspace.store.read() as connection:
        at_risk, value, if_stays = book_totals(connection)
        acquisition = read_acquisition(connection, book.currency, workspace.policy.margin)
    report = RevenueForecast(
        as_of, book.currency, found.months, found.past, found.index, found.bias, at_risk, value, acquisition
    )
    report = replace(report, if_stays=if_stays, low=found.low, high=found.high)
    report = replace(report, sentences=forecast_sentences(report))
    return kept.keep_report(workspace, kept.FORECAST, as_of, report.as_json(), report.sentences[0])


def _watch(workspace: Workspace, book: BookEvents) -> Changes:
    horizon = workspace.policy.churn_horizon_days
    with workspace.store.read() as connection:
        marks = read_marks(connection)
        fits = fetch(connection, "SELECT as_of FROM model_fits WHERE id = :fit", {"fit": marks.get("fit")})
        last = book.as_of - horizon
        said = fetch(
            connection,
            # What lies before the first fit, or says so, was worked out afterwards, by a fit that had seen what came.
            "SELECT customer_id, max(as_of), churn_risk FROM score_history WHERE as_of <= :last AND as_of > :first"
            f" AND as_of >= (SELECT min(as_of) FROM model_fits) AND model NOT {LOOKED_BACK}"
            " AND churn_risk IS NOT NULL GROUP BY customer_id ORDER BY customer_id",
            {"last": day_text(last), "first": day_text(last - _WEEK_DAYS)},
        )
    if not fits:
        words = "The model behind the scores is no longer stored, so drift cannot be measured."
        return kept.keep_none(workspace, kept.DRIFT, day_text(book.as_of), words)
    fitted_on = min(day_number(date.fromisoformat(fits[0][0])), book.as_of)
    report: DriftReport = watch(book, fitted_on, _said_before(book, said), horizon)
    return kept.keep_report(workspace, kept.DRIFT, report.as_of, report.as_json(), report.sentences[0])


def _said_before(book: BookEvents, rows: Sequence[tuple[int, str, float]]) -> SaidBefore:
    customer = np.array([row[0] for row in rows], np.int64)
    day = np.array([day_number(date.fromisoformat(row[1])) for row in rows], np.int64)
    risk = np.array([row[2] for row in rows], np.float64)
    place = np.searchsorted(book.customer_ids, customer)
    inside = np.isin(customer, book.customer_ids)
    return SaidBefore(place[inside], day[inside], risk[inside])
