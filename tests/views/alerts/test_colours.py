"""Colour means one thing: red is for critical alerts and for active customers above the policy's bar, in every book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.values.alerts import QueueFilter, Severity
from services import insight
from services.alerting import evaluate
from services.pipeline.jobs import import_files
from services.pipeline.watched import each_file
from services.scoring import score_due
from services.sync import order_of_import, together
from services.workspace import Workspace
from tests.services.scoring.books import Book as ScoredBook
from tests.services.scoring.other_process import AS_OF, simulated
from tests.services.sync.book import open_book
from tests.views.books import opened, sample_copy
from views.alerts.figures import figures_of
from views.alerts.queue_model import churn_ink
from views.customers.delegate import Marks
from views.widgets.painting import mark_of

_RED = frozenset({"critical", "critical_text", "critical_wash", "critical_solid", "on_critical"})
_TABS = ("todo", "waiting", "snoozed", "done")
_DETAILS = 60


def _sample(path: Path, _request: pytest.FixtureRequest) -> Workspace:
    return opened(sample_copy(path))


def _simulated(path: Path, _request: pytest.FixtureRequest) -> Workspace:
    book = ScoredBook(path)
    simulated(21, 400).put_into(book)
    workspace = book.at(AS_OF)
    score_due(workspace, force_all=True)
    evaluate(workspace)
    return workspace


def _engagement(path: Path, request: pytest.FixtureRequest) -> Workspace:
    files = sorted((request.getfixturevalue("data_dir") / "engagement").glob("*.csv"))
    book = open_book(path)
    requests = together([one for file in files for one in each_file(book.request(file))])
    ordered = tuple(requests[place] for place in order_of_import(book.workspace, requests))
    import_files(book.workspace, ordered, score=True, progress=lambda _step: None, cancelled=lambda: False)
    return book.workspace


@pytest.mark.parametrize(
    "make", [_sample, _simulated, pytest.param(_engagement, marks=pytest.mark.data)], ids=lambda make: make.__name__
)
def test_severity_churn_figure_and_colour_agree_on_every_row(
    make: Callable[[Path, pytest.FixtureRequest], Workspace], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    workspace = make(tmp_path / "book.db", request)
    try:
        _look_at_every_row(workspace)
        _look_at_every_customer(workspace)
    finally:
        workspace.close()


def _look_at_every_row(workspace: Workspace) -> None:
    rows = 0
    for tab in _TABS:
        page = insight.queue(workspace, tab, QueueFilter(done_days=3_000), beyond_budget=True)  # type: ignore[arg-type]
        warning, critical = page.churn_bars
        for row in page.rows:
            rows += 1
            mark = mark_of(row.severity, row.kind, urgent=row.kind == "risk" and (row.breached or row.due_within_hour))
            if {mark.text, mark.ground, mark.edge, mark.bar} & _RED:
                assert row.severity == Severity.CRITICAL, row
            ink = churn_ink(row, page.churn_bars)
            if ink in _RED:
                assert row.severity == Severity.CRITICAL and row.churn_risk is not None and row.churn_risk >= critical
            elif ink == "warning_text":
                assert row.severity >= Severity.MEDIUM and row.churn_risk is not None and row.churn_risk >= warning
        for row in page.rows[:_DETAILS]:
            detail = insight.alert_detail(workspace, row.id, order=[row.id])
            assert detail is not None
            if detail.figures is None:
                continue
            for figure in figures_of(detail.figures, warning, critical, detail.spend):
                inks = {figure.ink, *(run.ink for run in (*figure.first, *figure.second))}
                inks |= {figure.ring[2]} if figure.ring is not None else set()
                if inks & _RED:
                    found = detail.figures
                    assert found.standing == "active" and (found.churn_risk or 0.0) >= critical, (row.customer, figure)
    assert rows > 0


def _look_at_every_customer(workspace: Workspace) -> None:
    policy = workspace.policy
    marks = Marks(policy.churn_warning, policy.churn_critical)
    alerts = {row.customer_id: row for row in insight.queue(workspace, beyond_budget=True).rows}
    told, after = set(), None
    while True:
        page = insight.customers_page(workspace, None, "name", descending=False, after=after)
        for row in page.rows:
            icon, icon_ink, ink = marks.churn_mark(row)
            is_red, is_warned = bool({icon_ink, ink} & _RED), bool({icon_ink, ink} & {"warning", "warning_text"})
            assert bool(icon) <= (is_red or is_warned) and not (is_red and is_warned), row
            risk = -1.0 if row.churn_risk is None else row.churn_risk
            if is_red or is_warned:
                assert row.standing == "active" and row.left_on is None, row
                least = policy.churn_critical if is_red else policy.churn_warning
                assert row.said_leaving or risk >= least, row
            elif row.standing == "active":
                assert not row.said_leaving and risk < policy.churn_warning, row
            alert = alerts.get(row.id)
            if alert is not None:
                assert (alert.churn_risk, alert.said) == (row.churn_risk, row.said_leaving), (alert, row)
            told.add((row.standing == "active", is_red or is_warned))
        after = page.next_key
        if after is None:
            break
    assert any(active for active, _coloured in told)
