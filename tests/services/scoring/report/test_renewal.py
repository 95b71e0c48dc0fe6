"""Reports over a real store: what is kept, when one is due, and what a cancel or an odd book leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.values.backtest import MBG, RULE, BacktestReport
from models.values.errors import Cancelled, UserError
from models.values.imports import Progress
from models.values.journal import Actor
from services.pipeline.jobs import ReportsJob
from services.scoring import (
    backtest,
    backtest_due,
    last_backtest,
    last_drift,
    last_forecast,
    renew_reports,
    reports_due,
    score_due,
)
from tests.services.scoring.books import Book, simulated_orders

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

FIRST, LAST = date(2024, 1, 1), date(2026, 11, 20)
EVERY = frozenset({"backtest", "drift", "forecast"})
CUSTOMERS = 320


@pytest.fixture(scope="module")
def told_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scored book with all its reports."""
    path = tmp_path_factory.mktemp("told") / "book.db"
    book = Book(path)
    book.add(
        "customers",
        (
            {"id": number, "name": f"Customer {number}", "acquisition_cost_minor": 9_000 if number % 4 == 0 else None}
            for number in range(1, CUSTOMERS + 1)
        ),
    )
    book.add_orders(simulated_orders(CUSTOMERS, FIRST, LAST, seed=4))
    score_due(book.workspace)
    assert reports_due(book.workspace) == EVERY
    renew_reports(book.workspace)
    book.workspace.close()
    return path


@pytest.fixture
def told(told_path: Path, tmp_path: Path) -> Iterator[Book]:
    """A copy of the book with reports."""
    path = tmp_path / "book.db"
    path.write_bytes(told_path.read_bytes())
    book = Book(path)
    yield book
    book.workspace.close()


def journal(book: Book) -> list[tuple[str, str, str]]:
    with book.workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT verb, subject, actor_kind FROM journal ORDER BY id")
        return [(row[0], row[1], row[2]) for row in rows]


def take_back(book: Book, sql: str) -> None:
    """Undo what an import brought, and score anew."""
    with book.workspace.store.unit_of_work(
        Actor("import", "test"), "undo-import", "test", at=book.workspace.at
    ) as work:
        work.sql(sql)
        work.digest(sql)
        work.commit()
    score_due(book.workspace, force_all=True)


def test_the_backtest_is_kept_with_all_its_figures(told: Book) -> None:
    report = last_backtest(told.workspace)
    assert report is not None
    assert BacktestReport.from_json(json.loads(json.dumps(report.as_json()))) == report
    assert (report.label, report.horizon_days) == ("orders", 90)
    used, rule = report.model(report.used), report.model(RULE)
    assert used is not None and rule is not None and report.model(MBG) is not None
    assert used.mean.log_loss is not None and rule.mean.log_loss is not None
    assert report.beats_rule is (used.mean.log_loss < rule.mean.log_loss)
    newest = date.fromisoformat(used.cutoffs[-1].cutoff)
    assert newest + timedelta(days=90) == date.fromisoformat(report.as_of)
    assert len(used.cutoffs) >= 6
    assert sum(one.customers for one in report.calibration) == used.mean.customers
    assert sum(one.left for one in report.calibration) == used.mean.left
    assert all(one.low <= one.left / one.customers <= one.high for one in report.calibration)
    assert report.clv is not None and report.clv.days == 365


def test_misses_are_those_whom_the_risk_told_wrongly_the_dearest_mistake_first(told: Book) -> None:
    report = last_backtest(told.workspace)
    assert report is not None
    policy = told.workspace.policy
    assert report.missed and all(one.left and one.risk < policy.churn_warning for one in report.missed)
    assert report.alarmed and all(not one.left and one.risk >= policy.churn_critical for one in report.alarmed)
    cost = [(1 - one.risk) * max(one.value_minor or 0, 1) for one in report.missed]
    assert cost == pytest.approx(sorted(cost, reverse=True), rel=1e-3)
    assert (report.missed_count, report.alarmed_count) == (len(report.missed), len(report.alarmed))


def test_forecast_and_drift_are_kept_beside_it(told: Book) -> None:
    forecast, drift = last_forecast(told.workspace), last_drift(told.workspace)
    assert forecast is not None and drift is not None
    assert forecast.currency == "USD" and forecast.value > 0 and 0 < forecast.at_risk < forecast.value * 10
    assert forecast.acquisition is not None
    assert (forecast.acquisition.customers, forecast.acquisition.cost) == (CUSTOMERS // 4, CUSTOMERS // 4 * 9_000)
    assert len(forecast.sentences) == 5 and len(forecast.index) == 12
    assert "is at risk, of $" in forecast.sentences[3] and forecast.at_risk < forecast.if_stays
    assert drift.since == drift.as_of
    assert journal(told)[-3:] == [
        ("report", f"{kind}:{drift.as_of}", "model") for kind in ("backtest", "forecast", "drift")
    ]


def test_only_risks_that_were_told_before_their_days_came_are_held_against_them(told: Book) -> None:
    drift = last_drift(told.workspace)
    assert drift is not None and drift.calibration is None  # the past was worked out with the first fit, afterwards
    with told.workspace.store.unit_of_work(Actor("model", "test"), "refit", "test", at=told.workspace.at) as work:
        work.sql("UPDATE model_fits SET as_of = ?", ((LAST - timedelta(days=120)).isoformat(),))
        work.sql("UPDATE score_history SET model = 'MBG/NBD v4 (rung 1)'")
        work.digest("fitted before")
        work.commit()
    renew_reports(told.workspace, everything=True)
    drift = last_drift(told.workspace)
    assert drift is not None and drift.calibration is not None


def test_nothing_is_due_until_the_day_the_fit_or_the_horizon_moves(told: Book) -> None:
    assert reports_due(told.workspace) == frozenset()
    before = journal(told)
    assert renew_reports(told.workspace).entries == frozenset()
    assert journal(told) == before
    told.add_orders([(1, LAST + timedelta(days=8), 5_000)])
    later = told.at(LAST + timedelta(days=9))
    score_due(later)
    assert reports_due(later) == {"drift", "forecast"} and not backtest_due(later)
    told.add_orders([(1, LAST + timedelta(days=40), 5_000)])
    later = told.at(LAST + timedelta(days=41))
    score_due(later)
    assert reports_due(later) == EVERY


def test_an_import_that_was_undone_makes_all_reports_due_once(told: Book) -> None:
    take_back(told, "DELETE FROM orders WHERE customer_id = 1")
    assert reports_due(told.workspace) == EVERY
    renew_reports(told.workspace)
    assert reports_due(told.workspace) == frozenset()


def test_a_book_that_is_too_small_for_a_model_is_judged_by_what_scores_it(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.db")
    book.add("customers", ({"id": number, "name": f"Customer {number}"} for number in range(1, 21)))
    book.add_orders(simulated_orders(20, FIRST, LAST, seed=4))
    run = score_due(book.workspace)
    assert run.models["churn"].startswith("Prior")
    renew_reports(book.workspace)
    report = last_backtest(book.workspace)
    assert report is not None and report.used == MBG
    assert report.why.startswith("A standard purchase rhythm is used: ")
    used = report.model(MBG)
    assert used is not None and used.mean.auc != 0.5 and report.calibration
    assert len(report.calibration) == 1 or len({one.said for one in report.calibration}) > 1
    book.workspace.close()


def test_another_horizon_asks_for_another_backtest(told: Book) -> None:
    told.workspace.change_policy(churn_horizon_days=60)
    assert backtest_due(told.workspace.with_policy(told.workspace.read_policy()))


def test_other_horizons_and_cutoffs_are_told_and_not_kept(told: Book) -> None:
    before = last_backtest(told.workspace)
    report = backtest(told.workspace, horizon_days=30, cutoffs=[date(2026, 6, 1), date(2026, 9, 1)])
    assert report.horizon_days == 30
    assert {one.cutoff for model in report.models for one in model.cutoffs} == {"2026-06-01", "2026-09-01"}
    assert last_backtest(told.workspace) == before
    with pytest.raises(UserError, match=r"are not over in this book's data\. Choose a day up to 2026-08-21"):
        backtest(told.workspace, cutoffs=[date(2026, 8, 22)])
    with pytest.raises(UserError, match="no history before 2023-06-01"):
        backtest(told.workspace, cutoffs=[date(2023, 6, 1)])


@pytest.mark.usefixtures("fits_anew")
def test_the_same_book_has_the_same_report(told: Book) -> None:
    kept = last_backtest(told.workspace)
    again = backtest(told.workspace)
    assert kept is not None
    assert {**again.as_json(), "seconds": 0} == {**kept.as_json(), "seconds": 0}


def test_a_cancel_keeps_nothing_of_the_report_at_hand(told: Book) -> None:
    before = journal(told)
    steps: list[Progress] = []
    with pytest.raises(Cancelled):
        renew_reports(told.workspace, everything=True, progress=steps.append, cancelled=lambda: len(steps) >= 2)
    assert journal(told) == before
    assert all(0.0 <= (one.fraction or 0.0) <= 1.0 for one in steps)


def test_the_job_opens_the_book_by_itself(told: Book) -> None:
    steps: list[Progress] = []
    changes = ReportsJob(told.workspace.recipe, everything=True)(steps.append, lambda: False)
    assert changes.tables == {"score_reports"} and len(changes.entries) == 3
    shares = [one.fraction or 0.0 for one in steps]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert len({one.step for one in steps}) == 3


def test_facts_that_were_not_scored_yet_are_not_in_the_reports(told: Book) -> None:
    told.add_orders([(1, LAST + timedelta(days=20), 5_000)])
    later = told.at(LAST + timedelta(days=21))
    renew_reports(later, everything=True)
    report, forecast = last_backtest(later), last_forecast(later)
    assert report is not None and forecast is not None
    assert report.as_of == forecast.as_of == "2026-11-19"
    assert reports_due(later) == frozenset()


def test_only_the_newest_reports_of_a_kind_stay(told: Book) -> None:
    from services.scoring.report import kept

    for number in range(40):
        kept.keep_report(told.workspace, kept.DRIFT, "2026-11-20", {"number": number}, "Watched.")
    with told.workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT report FROM score_reports WHERE kind = 'drift' ORDER BY id").all()
    assert [json.loads(row[0])["number"] for row in rows] == list(range(14, 40))


def test_a_book_whose_facts_were_all_taken_back_keeps_no_report(told: Book) -> None:
    take_back(told, "DELETE FROM orders")
    assert renew_reports(told.workspace).tables == {"score_reports"}
    assert last_backtest(told.workspace) is None and last_forecast(told.workspace) is None
    assert reports_due(told.workspace) == frozenset()
    before = journal(told)
    assert renew_reports(told.workspace).entry is None
    assert journal(told) == before


def test_a_book_without_a_past_says_what_is_missing(book: Book) -> None:
    with pytest.raises(UserError, match="nothing to back-test"):
        backtest(book.workspace)
    assert reports_due(book.workspace) == frozenset()
    book.add_customers(3)
    score_due(book.workspace)
    assert reports_due(book.workspace) == frozenset()
    assert not renew_reports(book.workspace).entries
    assert last_backtest(book.workspace) is None


def test_a_book_that_cannot_be_forecast_is_asked_once(book: Book) -> None:
    book.add_customers(60)
    book.add("activities", [{"customer_id": 1, "kind": "login", "happened_on": "2026-11-10"}])
    book.add(
        "orders",
        (
            {"customer_id": who, "ordered_on": "2026-05-01", "amount_minor": -500, "currency": "USD", "kind": "return"}
            for who in range(1, 61)
        ),
    )
    score_due(book.workspace)
    assert "forecast" in reports_due(book.workspace)
    renew_reports(book.workspace)
    assert last_forecast(book.workspace) is None
    before = journal(book)
    assert before.count(("report", "forecast:2026-11-10", "model")) == 1
    assert reports_due(book.workspace) == frozenset()
    assert not renew_reports(book.workspace).entries
    assert journal(book) == before


@pytest.mark.parametrize(
    "orders",
    [
        [(1, "2026-11-01", 5_000)],
        [(who, "2026-05-01", 5_000) for who in range(1, 61)],
        [(who, f"2026-0{month}-{who % 27 + 1:02d}", 1_000) for who in range(1, 61) for month in (1, 2, 3)],
        [(who, f"2025-{month:02d}-10", -500) for who in range(1, 61) for month in range(1, 13)],
        [
            (who, f"{year}-{month:02d}-{who % 27 + 1:02d}", 0)
            for who in range(1, 61)
            for year in (2024, 2025)
            for month in range(1, 13)
        ],
    ],
)
def test_young_and_odd_books_have_a_report_that_says_so(book: Book, orders: list[tuple[int, str, int]]) -> None:
    book.add_customers(60)
    book.add_orders(orders)
    book.add("activities", [{"customer_id": 1, "kind": "login", "happened_on": "2026-11-10"}])
    score_due(book.workspace)
    renew_reports(book.workspace)
    report = last_backtest(book.workspace)
    assert report is not None and report.why.endswith(".")
    assert "NaN" not in json.dumps(report.as_json())
    assert reports_due(book.workspace) == frozenset()


def test_orders_without_a_rate_have_a_report_too(book: Book) -> None:
    book.add_customers(60)
    days = simulated_orders(60, FIRST, LAST, seed=2)
    book.add_orders([(1, "2024-01-01", 5_000)])
    book.add_orders(days, currency="NOK")
    score_due(book.workspace)
    renew_reports(book.workspace)
    report, forecast = last_backtest(book.workspace), last_forecast(book.workspace)
    assert report is not None and report.model(MBG) is not None
    assert forecast is not None and all(one.low <= one.expected <= one.high for one in forecast.months)


def test_a_book_of_activity_alone_is_judged_by_activity(book: Book) -> None:
    book.add_customers(80)
    days = simulated_orders(80, FIRST, LAST, seed=9)
    book.add("activities", ({"customer_id": who, "kind": "login", "happened_on": str(day)} for who, day, _ in days))
    score_due(book.workspace)
    renew_reports(book.workspace)
    report = last_backtest(book.workspace)
    assert report is not None and report.label == "activity" and report.clv is None
    assert report.model(MBG) is not None
    assert reports_due(book.workspace) == frozenset()


def test_a_contractual_book_is_judged_by_who_left_their_contract(book: Book) -> None:
    rng = np.random.default_rng(1)
    customers: list[dict[str, object]] = []
    logins: list[dict[str, object]] = []
    for number in range(1, 321):
        begins, eager = date(2023, 6, 1) + timedelta(days=int(rng.integers(0, 1000))), float(rng.random())
        ends = begins + timedelta(days=30 + int(rng.exponential(200 + 1500 * eager)))
        left = str(ends) if ends < LAST else None
        customers.append({"id": number, "name": f"C{number}", "contract_starts_on": str(begins), "churned_on": left})
        while begins < min(ends, LAST):
            logins.append({"customer_id": number, "kind": "login", "happened_on": str(begins)})
            begins += timedelta(days=3 + int(rng.exponential(60 * (1.2 - eager))))
    book.add("customers", customers)
    book.add("activities", logins)
    score_due(book.workspace)
    renew_reports(book.workspace)
    report = last_backtest(book.workspace)
    assert report is not None and report.label == "contract"
    used = report.model(report.used)
    assert used is not None and 0 < used.mean.left < 0.5 * used.mean.customers
    assert sum(one.left for one in report.calibration) == used.mean.left
