"""The metrics that the sample book has few rows for, and those nobody shows on top: each counted in plain Python."""

from __future__ import annotations

import ast
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import pytest

from models import sqlite
from models.values.scores import REASONS
from services.metrics import Metrics, the_catalogue
from services.settings import Policy
from services.workspace import Workspace
from tests.services.metrics.conftest import Row, Tables
from tests.services.metrics.test_brute_force import AS_OF, asked, by_name, hours, is_open, total, within
from tests.services.metrics.worked import TODAY, day, work
from tests.views.books import opened, sample_copy

#: The 12 months that end with the as-of day.
YEAR = "2025-11-18"
DONE = ("Won", "Lost")


def nine_tenths(values: list[float]) -> float:
    return quantiles(values, n=10, method="inclusive")[8]


def year(asking: Metrics, name: str) -> Any:
    return total(asking, name, period="12m")


def test_every_metric_is_counted_without_the_catalogue_somewhere() -> None:
    said = {
        node.value
        for path in Path(__file__).parent.glob("test_brute_force*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert not sorted(set(the_catalogue().metrics) - said)


def test_the_reason_that_raises_the_risk_most(asking: Metrics, tables: Tables) -> None:
    counted: Counter[str | None] = Counter()
    for row in tables.scores().values():
        raises = [one for one in json.loads(row["drivers"] or "[]") if one["kind"] == "raises"]
        most = max(raises, key=lambda one: one["points"] or 0, default=None)
        said = "said that they leave" if row["said_leaving"] else most and REASONS[most["code"]]
        counted[said] += row["standing"] == "active"
    found = by_name(asked(asking, "active_customers", by=("main_reason",), period="all"))
    assert found == +counted
    assert len(+counted) > 5


def test_customers_in_sums_and_shares(asking: Metrics, tables: Tables) -> None:
    scores = tables.scores()
    standings = [row["standing"] for row in scores.values() if row["standing"] in ("active", "win_back", "lost")]
    assert total(asking, "churn_rate") == pytest.approx(standings.count("lost") / len(standings))
    once = [row["value_at_risk_minor"] for row in scores.values() if row["segment"] in ("New", "One-time")]
    assert total(asking, "revenue_at_risk_once") == sum(one or 0 for one in once) > 0
    assert total(asking, "mean_lifetime_value") == pytest.approx(
        mean(row["clv_minor"] for row in scores.values() if row["clv_minor"] is not None)
    )
    now, before = defaultdict[int, int](int), defaultdict[int, int](int)
    for row in tables["orders"]:
        spent = now if YEAR <= row["ordered_on"] <= AS_OF else before if row["ordered_on"] > "2024-11-17" else None
        if spent is not None and row["ordered_on"] <= AS_OF:
            spent[row["customer_id"]] += row["amount_minor"]
    cohort = {one: amount for one, amount in before.items() if amount > 0}
    assert total(asking, "cohort_revenue_before") == sum(cohort.values())
    assert total(asking, "cohort_revenue_now") == sum(now[one] for one in cohort)
    assert total(asking, "cohort_revenue_kept") == sum(min(now[one], amount) for one, amount in cohort.items())


def test_products_and_money(asking: Metrics, tables: Tables) -> None:
    orders = {row["id"]: row for row in within(tables["orders"], "ordered_on", YEAR)}
    bought = {one for one, row in orders.items() if row["kind"] == "purchase"}
    lines = [row for row in tables["order_lines"] if row["order_id"] in orders]
    assert year(asking, "lines") == sum(row["order_id"] in bought for row in lines)
    assert year(asking, "product_revenue") == sum(row["amount_minor"] for row in lines)
    units = sum(float(row["quantity"]) for row in lines if row["order_id"] in bought)
    assert year(asking, "units_sold") == pytest.approx(units)
    revenue = sum(row["amount_minor"] for row in orders.values())
    people = {orders[one]["customer_id"] for one in bought}
    assert year(asking, "revenue_per_customer") == pytest.approx(revenue / len(people))
    found = by_name(asked(asking, "cumulative_revenue", by=("month",), period="6m"))
    every = [row for row in tables["orders"] if row["ordered_on"] <= AS_OF]
    assert found == {
        month: sum(row["amount_minor"] for row in every if row["ordered_on"][:7] <= str(month)) for month in found
    }


def test_unhappy_tickets_and_slow_ones(asking: Metrics, tables: Tables) -> None:
    unhappy = 0
    for row in tables["tickets"]:
        rated = row["satisfaction"] if (row["resolved_on"] or row["opened_on"]) <= AS_OF else None
        words = row["sentiment"] is not None and row["sentiment"] < -0.25
        if row["opened_on"] <= AS_OF and is_open(row):
            unhappy += rated <= 2 or (rated < 4 and words) if rated is not None else words
    assert total(asking, "open_negative_tickets") == unhappy > 0
    solved = [row for row in within(tables["tickets"], "opened_on", YEAR) if (row["resolved_on"] or "9") <= AS_OF]
    spent = [row["resolution_hours"] or hours(row, "opened_at", "resolved_at") for row in solved]
    assert year(asking, "resolution_time_p90") == pytest.approx(nine_tenths(spent), abs=0.001)
    first, _median, third = quantiles(spent, n=4, method="inclusive")
    assert year(asking, "resolution_time_p25") == pytest.approx(first, abs=0.001)
    assert year(asking, "resolution_time_p75") == pytest.approx(third, abs=0.001)


def test_what_is_said_and_done(asking: Metrics, tables: Tables) -> None:
    reviews = within(tables["reviews"], "reviewed_on", YEAR)
    felt = [row["sentiment"] for row in reviews if row["sentiment"] is not None]
    assert year(asking, "review_sentiment") == pytest.approx(mean(felt))
    names = {row["id"]: row["name"] for row in tables["products"]}
    products = {names.get(row["product_id"]) or row["product_name"] for row in reviews} - {None, ""}
    assert year(asking, "products_reviewed") == len(products)
    talks = within(tables["conversations"], "happened_on", YEAR)
    felt = [row["sentiment"] for row in talks if row["sentiment"] is not None]
    assert year(asking, "conversation_sentiment") == pytest.approx(mean(felt))
    assert year(asking, "survey_answers") == len(within(tables["surveys"], "answered_on", YEAR))
    scans = dict[int, str]()
    for row in tables["activities"]:
        if row["kind"] == "fit_scan" and row["happened_on"] <= AS_OF:
            scans[row["customer_id"]] = max(row["happened_on"], scans.get(row["customer_id"], ""))
    since = [(date.fromisoformat(AS_OF) - date.fromisoformat(last)).days for last in scans.values()]
    assert total(asking, "since_fit_scan") == median(since)
    done = within(tables["activities"], "happened_on", YEAR)
    assert year(asking, "customers_with_activity") == len({row["customer_id"] for row in done})


def test_emails_that_bounced(asking: Metrics, tables: Tables) -> None:
    mails: defaultdict[tuple[object, ...], dict[str, str]] = defaultdict(dict)
    for row in tables["email_events"]:
        if row["happened_on"] <= AS_OF:
            kinds = mails[row["customer_id"], row["message"], row["address"]]
            kinds[row["kind"]] = min(row["happened_on"], kinds.get(row["kind"], "9"))
    sent = {key: kinds for key, kinds in mails.items() if (kinds.get("sent") or min(kinds.values())) >= YEAR}
    assert year(asking, "bounce_rate") == pytest.approx(sum("bounced" in one for one in sent.values()) / len(sent))
    assert year(asking, "customers_emailed") == len({customer for customer, _message, _address in sent})


def test_deals_that_were_lost(asking: Metrics, tables: Tables) -> None:
    closed, entered, lost_from = dict[int, str](), 0, 0
    changes: defaultdict[int, list[Row]] = defaultdict(list)
    for row in sorted(tables["stage_changes"], key=lambda row: (row["changed_on"], row["changed_at"], row["id"])):
        if row["changed_on"] <= AS_OF:
            changes[row["opportunity_id"]].append(row)
    for deal, rows in changes.items():
        entered += sum(row["changed_on"] >= YEAR for row in rows)
        lost_from += sum(row["to_stage"] == "Lost" and row["changed_on"] >= YEAR for row in rows[1:])
        closed[deal] = next((row["changed_on"] for row in rows if row["to_stage"] in DONE), "")
    assert year(asking, "stage_entries") == entered
    assert year(asking, "lost_in_stage") == lost_from
    ended = [row for row in tables["opportunities"] if closed.get(row["id"], "") >= YEAR and row["stage"] in DONE]
    lost = [row for row in ended if row["stage"] == "Lost"]
    won = [row["amount_minor"] for row in ended if row["stage"] == "Won"]
    assert year(asking, "deals_lost") == len(lost)
    assert year(asking, "losses_explained") == sum(bool(row["lost_reason"]) for row in lost)
    assert year(asking, "mean_deal_value") == pytest.approx(mean(won))
    worth = sum(row["amount_minor"] for row in tables["opportunities"] if row["stage"] not in DONE)
    assert year(asking, "pipeline_at_win_rate") == pytest.approx(worth * len(won) / len(ended))


def test_the_last_scores(asking: Metrics, sample: Path) -> None:
    with closing(sqlite.connect(sample)) as driver:
        driver.row_factory = sqlite.Row
        rows = [dict(row) for row in driver.execute("SELECT * FROM score_history")]
        # Words of leaving are laid over the lifetime value in force.
        values = [
            row[0] for row in driver.execute("SELECT clv_minor FROM customer_risk_scores WHERE clv_minor IS NOT NULL")
        ]
    last: dict[int, Row] = {}
    for row in sorted(rows, key=lambda row: row["as_of"]):
        if row["as_of"] <= AS_OF:
            last[row["customer_id"]] = row
    known = [row for row in last.values() if row["value_at_risk_minor"] is not None]
    assert total(asking, "scored_customers") == len(last)
    often = [row for row in known if row["segment"] not in ("New", "One-time")]
    assert total(asking, "revenue_at_risk_then") == sum(row["value_at_risk_minor"] for row in often)
    assert total(asking, "active_then") == len(known)
    assert total(asking, "at_risk_then") == sum(row["churn_risk"] >= Policy().churn_warning for row in known)
    assert total(asking, "mean_lifetime_value_then") == pytest.approx(mean(values))
    assert total(asking, "churn_risk_then") == pytest.approx(mean(row["churn_risk"] for row in known))
    for name in ("engagement", "health"):
        scores = [row[name] for row in last.values() if row[name] is not None]
        assert total(asking, f"{name}_then") == pytest.approx(mean(scores)), f"{name}_then"
    assert {"engagement_then", "health_then"} <= set(the_catalogue().metrics)


# -- a book in which people worked ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    path = sample_copy(tmp_path_factory.mktemp("worked") / "sample.bellwether")
    work(path)
    workspace = opened(path)
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def there(worked: Workspace) -> Metrics:
    return Metrics(worked)


@pytest.fixture(scope="module")
def rows(worked: Workspace) -> Tables:
    return Tables(worked.store.path)


def test_first_answers(there: Metrics, rows: Tables) -> None:
    tickets = within(rows["tickets"], "opened_on", YEAR)
    answered = [row for row in tickets if row["first_answer_at"] and row["first_answer_at"][:10] <= AS_OF]
    spent = [hours(row, "opened_at", "first_answer_at") for row in answered]
    assert len(spent) > 50
    assert year(there, "first_answer_time") == pytest.approx(mean(spent), abs=0.001)
    assert year(there, "median_first_answer_time") == pytest.approx(median(spent), abs=0.001)
    assert year(there, "first_answer_time_p90") == pytest.approx(nine_tenths(spent), abs=0.001)


def test_invoices(there: Metrics, rows: Tables) -> None:
    def owed(row: Row) -> bool:
        if row["status"] == "paid":
            return (row["paid_on"] or "") > AS_OF
        return row["status"] != "void" and (row["status"] is not None or (row["paid_on"] or "9") > AS_OF)

    bills = [row for row in rows["invoices"] if row["issued_on"] <= AS_OF]
    issued = [row["amount_minor"] for row in bills if row["issued_on"] >= YEAR and row["status"] != "void"]
    assert year(there, "invoiced") == sum(issued)
    unpaid = [row for row in bills if owed(row)]
    late = [row for row in unpaid if (row["due_on"] or "9") < AS_OF]
    assert len(bills) > len(unpaid) > len(late) > 1
    assert total(there, "unpaid_amount") == sum(row["amount_minor"] for row in unpaid)
    assert total(there, "overdue_invoices") == len(late)
    assert total(there, "overdue_amount") == sum(row["amount_minor"] for row in late)


def test_tasks(there: Metrics, rows: Tables) -> None:
    tasks = [row for row in rows["tasks"] if row["created_at"][:10] <= TODAY]
    undone = [row for row in tasks if (row["done_at"] or "9")[:10] > TODAY]
    assert total(there, "tasks_created", period="12m") == len(tasks) > len(undone) > 0
    assert total(there, "open_tasks") == len(undone)
    assert total(there, "overdue_tasks") == sum((row["due_on"] or "9") < TODAY for row in undone) > 0
    assert total(there, "tasks_done", period="12m") == len(tasks) - len(undone)


def test_what_became_of_alerts(there: Metrics, rows: Tables) -> None:
    ended = [row for row in rows["alerts"] if row["state"] in ("resolved", "not_useful")]
    assert year(there, "alerts_resolved") == len(ended) == 21
    limited = [row["in_time"] for row in ended if row["in_time"] is not None]
    assert year(there, "alerts_in_time") == pytest.approx(mean(limited))
    right = judged = 0
    for row in ended:
        by_itself = row["outcome"] == "solved" and row["closed_by"] == "rule" and not row["touched"]
        if row["outcome"] == "known" or by_itself:
            continue
        judged += 1
        back = row["outcome"] == "came_back" and bool(row["touched"])
        right += row["state"] == "resolved" and (row["outcome"] in ("saved", "solved", "lost") or back)
    assert year(there, "alert_precision") == pytest.approx(right / judged)
    acts: defaultdict[int, list[str]] = defaultdict(list)
    for table, at in (("messages", "sent_at"), ("notes", "written_at"), ("tasks", "created_at")):
        for row in rows[table]:
            if row["alert_id"] and row[at]:
                acts[row["alert_id"]].append(row[at])
    spent = []
    for row in rows["alerts"]:
        first = acts[row["id"]] + ([row["closed_at"]] if row["closed_by"] == "person" else [])
        if first:
            moments = (datetime.fromisoformat(one) for one in (min(first), row["opened_at"]))
            end, begin = moments
            spent.append((end - begin).total_seconds() / 3600)
    assert year(there, "first_action_time") == pytest.approx(median(spent), abs=0.001)


def test_who_came_back_after_an_email(there: Metrics, rows: Tables, worked: Workspace) -> None:
    sent = [row for row in rows["messages"] if row["state"] == "sent"]
    assert year(there, "outreach_emails") == len(sent)
    assert year(there, "emails_approved") == sum(row["approved_at"] is not None for row in rows["messages"])
    over, back = list[bool](), list[int]()
    for mail in sent:
        on, last = mail["sent_at"][:10], day(-worked.policy.watch_days, mail["sent_at"][:10])
        orders = [
            row["ordered_on"] for row in rows["orders"]
            if row["customer_id"] == mail["customer_id"] and row["kind"] == "purchase" and row["amount_minor"] > 0
            and row["ordered_on"] <= min(last, AS_OF)
            and (row["ordered_at"] > mail["sent_at"] if row["ordered_at"] else row["ordered_on"] > on)
        ]  # fmt: skip
        if orders:
            back.append((date.fromisoformat(min(orders)) - date.fromisoformat(on)).days)
        if last <= AS_OF:
            over.append(bool(orders))
    assert len(over) > 10 and len(back) > 5
    assert year(there, "reengagement_rate") == pytest.approx(mean(over))
    assert year(there, "reengagement_time") == pytest.approx(median(back))


def test_contracts_near_their_end(there: Metrics, rows: Tables) -> None:
    def until(row: Row) -> str:
        return str(row["ends_on"] or ("" if row["status"] == "ended" else "9"))

    begun = [row for row in rows["contracts"] if (row["starts_on"] or "") <= AS_OF]
    assert total(there, "contract_value") == sum(row["value_per_year_minor"] for row in begun if until(row) > AS_OF)
    near = {row["customer_id"] for row in begun if row["status"] != "ended" and AS_OF <= until(row) <= day(-60)}
    spends = rows.scores()
    assert total(there, "renewing_customers") == len(near) > 1
    assert total(there, "renewing_spend") == sum(spends[one]["spend_12m_minor"] or 0 for one in near)


def test_deals_at_a_halt(there: Metrics, rows: Tables) -> None:
    since = {row["id"]: row["opened_on"] for row in rows["opportunities"]}
    for row in rows["stage_changes"]:
        if row["changed_on"] <= AS_OF:
            since[row["opportunity_id"]] = max(row["changed_on"], since[row["opportunity_id"]])
    still = [row for row in rows["opportunities"] if row["stage"] not in DONE and row["opened_on"] <= AS_OF]
    stuck = {row["id"] for row in still if since[row["id"]] < day(30)}
    assert total(there, "stalled_deals") == len(stuck) > 1
    planned = {row["customer_id"] for row in rows["tasks"] if not row["done_at"]}
    late = {row["id"] for row in still if (row["closes_on"] or "9") <= AS_OF}
    loose = {row["id"] for row in still if (row["closes_on"] or "9") <= day(-14) and row["customer_id"] not in planned}
    assert total(there, "deals_to_act_on") == len(late | stuck | loose) > len(stuck)


def test_customers_nobody_spoke_with(there: Metrics, rows: Tables) -> None:
    spoke: defaultdict[int, str] = defaultdict(str)

    def seen(customer: int, on: str) -> None:
        spoke[customer] = max(spoke[customer], on)

    for row in rows["conversations"]:
        if row["happened_on"] <= AS_OF:
            seen(row["customer_id"], row["happened_on"])
    for row in rows["email_events"]:
        personal = row["kind"] == "sent" and not row["campaign"] and not row["campaign_kind"]
        if personal and row["happened_on"] <= AS_OF:
            seen(row["customer_id"], row["happened_on"])
    for table, at in (("notes", "written_at"), ("tasks", "done_at")):
        for row in rows[table]:
            if row["customer_id"] and row[at] and row[at][:10] <= TODAY:
                seen(row["customer_id"], row[at][:10])
    active = [one for one, row in rows.scores().items() if row["standing"] == "active"]
    quiet = [one for one in active if spoke[one] < day(90)]
    assert total(there, "without_contact") == len(quiet)
    assert 0 < len(quiet) < len(active)
