"""The report card of the scores: the last check as it is kept, with customers by name, and what the scores stand on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Literal, TypeVar

from models.values import words
from models.values.backtest import BacktestReport
from models.values.drift import DriftReport
from models.values.forecast import RevenueForecast
from models.values.migration import MigrationReport
from models.values.report_card import CostLine, Costs, Misses, MissLine, Reliance, ReportCard, SourceLine, Verdict
from services.book.sources import SOURCES, source_ages
from services.insight import report_formatting, report_verdict
from services.insight.anomalies import read_emerging
from services.insight.reader import Reader, marks
from services.insight.value_check import read_value_check
from services.scoring.phrasing import confidence_in_words

Report = TypeVar("Report")
#: Who left unseen, or was flagged and stayed.
MissKind = Literal["missed", "alarmed"]
#: So many were named by versions of the program that did not count them all.
_ONCE_NAMED: Final = 25
#: A check is called old when the scores are of a day so much later.
OLD_AFTER_DAYS: Final = 45
FEW_ORDERS: Final = 3
#: Days of history before the first check: what model selection takes at the least.
LEAST_HISTORY_DAYS: Final = 30
#: A check needs so many customers with a history; the same number from which a model is fitted.
FEWEST_CUSTOMERS: Final = 50
#: What each kind of data is used for, beside the alerts and the timeline that use all of them.
_USED_FOR: Final = {
    "orders": "every score",
    "tickets": "health",
    "reviews": "health",
    "email events": "health, engagement",
    "deal stages": "alerts",
    "activity": "instead of orders",
    "surveys": "health",
    "conversations": "alerts",
}
#: What the additive model takes into the risk of leaving too; simpler models know orders only.
_IN_THE_RISK: Final = frozenset({"tickets", "reviews", "email events", "deal stages", "activity", "surveys"})
_ADDITIVE: Final = "Additive"
#: Where the customer of a kind of data stands, if not in its own table.
_CUSTOMERS_IN: Final = {"deal stages": "opportunities"}
_WITH_ORDERS: Final = "SELECT COUNT(*) FROM customer_risk_scores WHERE order_count > 0"
_WITH: Final = "SELECT COUNT(*) FROM customers c WHERE EXISTS (SELECT 1 FROM {table} t WHERE t.customer_id = c.id)"
_LOW: Final = """SELECT COUNT(*), SUM(order_count < ?), confidence_why FROM customer_risk_scores
                  WHERE confidence = 'low' GROUP BY confidence_why"""
_NOT_YET = "Run a back-test to see how accurate the churn scores are, or Bellwether will run one when idle."
_NOTHING_CLOSED = "There is no period yet in which some customers left and others stayed."
_NOBODY_SCORED = "Once you import orders or activity, this page shows how accurate the scores are."


def read_report(reader: Reader, kind: str, read: Callable[[dict[str, Any]], Report]) -> tuple[Report, str] | None:
    """Return the newest report of a kind with the moment at which it was made, None where there is none.

    One that another version of the program wrote in another shape counts as none: it is worked out anew.
    """
    row = reader.row("SELECT report, made_at FROM score_reports WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,))
    if row is None:
        return None
    try:
        return read(json.loads(row["report"])), row["made_at"]
    except (KeyError, TypeError, ValueError):
        return None


def read_report_card(reader: Reader) -> ReportCard:
    """Return how far the scores can be trusted, in words; without a check, what is missing for one."""
    found = read_report(reader, "backtest", BacktestReport.from_json)
    card = _checked(reader, *found) if found is not None else _unchecked(reader)
    forecast = read_report(reader, "forecast", RevenueForecast.from_json)
    drift = read_report(reader, "drift", DriftReport.from_json)
    migration = read_report(reader, "migration", MigrationReport.from_json)
    value = read_value_check(reader)
    return replace(
        card,
        forecast=forecast[0] if forecast is not None else None,
        costs=_costs(reader, forecast[0]) if forecast is not None else None,
        drift=drift[0] if drift is not None else None,
        migration=migration[0] if migration is not None else None,
        emerging=read_emerging(reader),
        value_note=value.sentence(reader.today) if value is not None else "",
    )


def _checked(reader: Reader, report: BacktestReport, made_at: str) -> ReportCard:
    made = words.moment_of(made_at)
    used, clv = report.model(report.used), report.clv
    return ReportCard(
        report=report if report.calibration else None,
        verdict=report_verdict.verdict(report) if report.calibration else _untold(reader, report),
        used=used.way if used is not None else "",
        why=_why(report),
        said=report_formatting.said_words(report, reader.today),
        checked=f"back-tested {words.ago(made, reader.now)}" if made is not None else "",
        judged=report_formatting.judged_words(report),
        old=_old(reader, report),
        models=report_formatting.model_lines(report),
        compared=report_formatting.compared_words(report),
        missed=read_misses(reader, report, "missed"),
        alarmed=read_misses(reader, report, "alarmed"),
        value=report_formatting.value_facts(clv, reader.currency) if clv is not None else (),
        value_verdict=report_formatting.value_verdict(clv) if clv is not None else None,
        value_span=report_formatting.value_span(clv, reader.today) if clv is not None else "",
        rule=report_verdict.rule_words(report),
        warning=reader.policy.churn_warning,
        critical=reader.policy.churn_critical,
        currency=reader.currency,
    )


def read_reliance(reader: Reader) -> Reliance:
    """Return how fresh each kind of data is, whom it covers, and how many customers are too little known."""
    ages = source_ages(reader.driver, reader.today, reader.policy)
    tables = {name: table for name, table, _day in SOURCES}
    model = reader.value("SELECT model FROM customer_risk_scores WHERE order_count > 0 LIMIT 1") or ""
    additive = model.startswith(_ADDITIVE)
    lines = []
    for age in sorted(ages, key=lambda one: list(tables).index(one.words)):
        table = _CUSTOMERS_IN.get(age.words, tables[age.words])
        count = _WITH_ORDERS if table == "orders" else _WITH.format(table=table)
        through = words.day(age.last_day, reader.today)
        used = f"{_USED_FOR[age.words]}, churn" if additive and age.words in _IN_THE_RISK else _USED_FOR[age.words]
        lines.append(
            SourceLine(
                name=words.capital(age.words),
                through=through,
                state=f"{words.count(age.age_days, 'day')} old" if age.stale else "fresh",
                stale=age.stale,
                customers=reader.value(count),
                used_for=f"{used}, to {through}" if age.stale else used,
            )
        )
    scored = reader.value("SELECT COUNT(*) FROM customer_risk_scores")
    few, reasons = 0, Counter[str]()
    low = 0
    # Of a book without orders that says nothing: its customers are known by what else they do.
    fewer_than = FEW_ORDERS if reader.value("SELECT EXISTS (SELECT 1 FROM orders)") else 0
    for number, few_of_them, why in reader.driver.execute(_LOW, (fewer_than,)):
        low, few = low + number, few + few_of_them
        reasons.update(dict.fromkeys(confidence_in_words(why), number))
    most = reasons.most_common(1)
    return Reliance(tuple(lines), scored, low, few, most[0][0] if most else "", _left_out(reader))


def _left_out(reader: Reader) -> str:
    """Orders that are dated after the day of the scores: a mistyped year, or a subscription billed ahead."""
    if reader.as_of is None:
        return ""
    later = reader.value("SELECT COUNT(*) FROM orders WHERE ordered_on > ?", (reader.as_of.isoformat(),))
    if not later:
        return ""
    are, they = ("is", "counts from") if later == 1 else ("are", "count from")
    return f"{words.count(later, 'order')} {are} dated after {reader.day(reader.as_of)} and {they} then."


def _why(report: BacktestReport) -> str:
    plain = report_formatting.plain_words(report.used, report.label)
    return " ".join(part for part in (plain, words.sentence(report.why), report.seasonal) if part)


def _old(reader: Reader, report: BacktestReport) -> str:
    checked, known = words.day_of(report.as_of), reader.as_of
    if checked is None or known is None or (known - checked).days < OLD_AFTER_DAYS:
        return ""
    age = words.span((known - checked).days)
    return f"The back-test used data to {words.day(checked, reader.today)}, {age} before the scores."


def read_misses(reader: Reader, report: BacktestReport, kind: MissKind) -> Misses:
    """Return who left unseen ("missed"), or was flagged and stayed ("alarmed"), by name.

    A customer who is no longer in the book is counted and not named.
    """
    missed = kind == "missed"
    found, count = (report.missed, report.missed_count) if missed else (report.alarmed, report.alarmed_count)
    names = _names(reader, [one.customer_id for one in found])
    lines = tuple(
        MissLine(one.customer_id, *names[one.customer_id], one.risk, one.value_minor)
        for one in found
        if one.customer_id in names
    )
    policy = reader.policy
    sentence = report_formatting.misses_words(
        report, missed=missed, warning=policy.churn_warning, critical=policy.churn_critical, today=reader.today
    )
    return Misses(
        lines, len(found) if count is None else count, sentence, at_least=count is None and len(found) >= _ONCE_NAMED
    )


def _costs(reader: Reader, forecast: RevenueForecast) -> Costs | None:
    one = forecast.acquisition
    if one is None:
        return None
    names = _names(reader, [each.customer_id for each in one.worst])
    lines = tuple(
        CostLine(each.customer_id, names[each.customer_id][0], each.cost, each.earned, each.expected)
        for each in one.worst
        if each.customer_id in names
    )
    return Costs(report_formatting.cost_verdict(one, forecast.currency), report_formatting.costs_known(one), lines)


def _names(reader: Reader, ids: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    wanted = list(ids)
    rows = reader.rows(f"SELECT id, name, external_id, tier FROM customers WHERE id IN ({marks(wanted)})", wanted)
    return {row["id"]: (words.name_of(row["name"], row["external_id"]), row["tier"]) for row in rows}


def _unchecked(reader: Reader) -> ReportCard:
    """What is missing for a check, and when there can be one."""
    scored = reader.value("SELECT COUNT(*) FROM (SELECT 1 FROM customer_risk_scores LIMIT 1)")
    if not scored:
        return ReportCard(None, Verdict("open", "Nothing is scored yet.", _NOBODY_SCORED), empty=True)
    missing = _what_is_missing(reader, reader.policy.churn_horizon_days)
    return ReportCard(None, missing or Verdict("open", "Not back-tested yet.", _NOT_YET), currency=reader.currency)


def _untold(reader: Reader, report: BacktestReport) -> Verdict:
    """What a check says that could judge nothing."""
    missing = _what_is_missing(reader, report.horizon_days)
    return missing or Verdict("open", "Nothing to compare yet.", _NOTHING_CLOSED)


def _what_is_missing(reader: Reader, horizon: int) -> Verdict | None:
    """What a check lacks, and when there can be one; None where nothing is known to be missing."""
    known = reader.value("SELECT COUNT(*) FROM customer_risk_scores WHERE purchase_days > 0 OR last_activity_on <> ''")
    first = words.day_of(
        reader.value(
            "SELECT MIN(day) FROM (SELECT MIN(first_order_on) AS day FROM customer_risk_scores UNION ALL "
            "SELECT MIN(happened_on) FROM activities)"
        )
    )
    needs = horizon + LEAST_HISTORY_DAYS
    if known < FEWEST_CUSTOMERS:
        have = f"{words.count(known, 'customer')} with a history" if known else "none with a history"
        said = f"A back-test needs {FEWEST_CUSTOMERS} customers who have bought or been active; this book has {have}."
        return Verdict("open", "Too few customers to tell.", said)
    days = reader.days_since(first)
    if days < needs:
        then = (first or reader.present) + timedelta(days=needs)
        said = (
            f"A back-test needs {needs} days: {LEAST_HISTORY_DAYS} to learn from, and {horizon} to compare with. "
            f"The book has {words.count(days, 'day')}; a back-test is possible from {words.day(then, reader.today)}."
        )
        return Verdict("open", "Too little history to tell yet.", said)
    return None
