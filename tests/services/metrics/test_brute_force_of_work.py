"""Reviews, emails, deals, activity, surveys, alerts and scores over time: each against a count in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from statistics import mean, median

import pytest

from models.values.metrics import Condition, Query, RowsQuery
from services.metrics import Metrics
from tests.services.metrics.conftest import Row, Tables
from tests.services.metrics.test_brute_force import AS_OF, asked, by_name, total, within

DONE = ("Won", "Lost")


def test_reviews(asking: Metrics, tables: Tables) -> None:
    rows = within(tables["reviews"], "reviewed_on")
    rated = [row["rating"] for row in rows if row["rating"] is not None]
    assert total(asking, "reviews") == len(rows)
    assert total(asking, "mean_rating") == pytest.approx(mean(rated))
    assert total(asking, "negative_reviews") == sum(one <= 2 for one in rated)
    assert total(asking, "low_rating_share") == pytest.approx(sum(one <= 2 for one in rated) / len(rated))
    assert total(asking, "verified_share") == pytest.approx(sum(row["verified"] == 1 for row in rows) / len(rows))
    assert by_name(asked(asking, "reviews", by=("rating",))) == Counter(row["rating"] for row in rows)
    names = {row["id"]: row["name"] for row in tables["products"]}
    products = Counter(names.get(row["product_id"]) or row["product_name"] for row in rows)
    assert by_name(asked(asking, "reviews", by=("product",))) == products
    stars: defaultdict[object, list[int]] = defaultdict(list)
    for row in rows:
        stars[row["verified"]].append(row["rating"])
    assert by_name(asked(asking, "mean_rating", by=("verified",))) == pytest.approx(
        {verified: mean(each) for verified, each in stars.items()}
    )


@pytest.fixture(scope="module")
def mails(tables: Tables) -> list[Row]:
    """Emails from their events, each with what became of it by the as-of day."""
    found: dict[tuple[object, ...], Row] = {}
    for row in tables["email_events"]:
        if row["happened_on"] <= AS_OF:
            key = (row["customer_id"], row["message"], row["address"])
            one = found.setdefault(key, {"customer_id": row["customer_id"], "campaign": row["campaign"], "kinds": {}})
            one["kinds"].setdefault(row["kind"], row["happened_on"])
    for one in found.values():
        one["sent_on"] = one["kinds"].get("sent") or min(one["kinds"].values())
    return list(found.values())


def test_emails(asking: Metrics, mails: list[Row]) -> None:
    sent = within(mails, "sent_on", "2025-11-18")
    there = [one for one in sent if "bounced" not in one["kinds"]]

    def share(*kinds: str) -> object:
        return pytest.approx(sum(any(kind in one["kinds"] for kind in kinds) for one in there) / len(there))

    assert total(asking, "emails_sent", period="12m") == len(sent)
    assert total(asking, "emails_delivered", period="12m") == len(there)
    assert total(asking, "open_rate", period="12m") == share("opened", "clicked", "replied", "converted")
    assert total(asking, "click_rate", period="12m") == share("clicked", "converted")
    assert total(asking, "reply_rate", period="12m") == share("replied")
    assert total(asking, "email_conversion_rate", period="12m") == share("converted")
    assert total(asking, "unsubscribe_rate", period="12m") == share("unsubscribed")
    found = asked(asking, "emails_sent", "open_rate", by=("campaign",), period="12m")
    assert by_name(found) == Counter(one["campaign"] for one in sent)
    range_ = found.intervals["open_rate"][0]
    assert range_ is not None
    assert 0 < range_.low < (found.rows[0][2] or 0) < range_.high < 1  # type: ignore[operator]


def test_who_is_not_engaged_with_emails_for_sixty_days(asking: Metrics, mails: list[Row], tables: Tables) -> None:
    engaged: dict[int, str] = {}
    for row in tables["email_events"]:
        if row["kind"] in ("opened", "clicked", "replied", "converted") and row["happened_on"] <= AS_OF:
            engaged[row["customer_id"]] = max(engaged.get(row["customer_id"], ""), row["happened_on"])
    written = {one["customer_id"] for one in mails}
    quiet = {one for one in written if engaged.get(one, "") < "2026-09-18"}
    assert total(asking, "not_engaged") == len(quiet)


def test_deals(asking: Metrics, tables: Tables) -> None:
    deals = [row for row in tables["opportunities"] if row["opened_on"] <= AS_OF]
    still = [row for row in deals if row["stage"] not in DONE]
    assert total(asking, "open_deals") == len(still)
    assert total(asking, "pipeline_value") == sum(row["amount_minor"] for row in still)
    weighted = sum(round(row["amount_minor"] * row["probability"]) for row in still)
    assert total(asking, "weighted_pipeline") == weighted
    value = sum(row["amount_minor"] for row in still)
    assert total(asking, "rest_of_pipeline") == value - weighted
    assert total(asking, "crm_odds") == pytest.approx(weighted / value)
    assert by_name(asked(asking, "open_deals", by=("stage",))) == Counter(row["stage"] for row in still)
    months = Counter(row["closes_on"][:7] if row["closes_on"] else None for row in still)
    assert by_name(asked(asking, "open_deals", by=("close_month",))) == months
    assert by_name(asked(asking, "open_deals", by=("closing_month",))) == months
    assert total(asking, "deals_created") == len(within(deals, "opened_on"))
    closed = dict[int, str]()
    for row in tables["stage_changes"]:
        if row["to_stage"] in DONE:
            closed[row["opportunity_id"]] = min(row["changed_on"], closed.get(row["opportunity_id"], "9"))
    ended = [row | {"closed": closed[row["id"]]} for row in deals if row["stage"] in DONE]
    assert total(asking, "overdue_deals") == sum((row["closes_on"] or "9") < AS_OF for row in still)
    recent = within(ended, "closed", "2025-11-18")
    won = [row for row in recent if row["stage"] == "Won"]
    assert total(asking, "deals_closed", period="12m") == len(recent)
    assert total(asking, "deals_won", period="12m") == len(won)
    assert total(asking, "won_value", period="12m") == sum(row["amount_minor"] for row in won)
    days = [(date.fromisoformat(row["closed"]) - date.fromisoformat(row["opened_on"])).days for row in won]
    assert total(asking, "sales_cycle", period="12m") == median(days)
    assert total(asking, "win_rate", period="12m") == pytest.approx(len(won) / len(recent))
    worthy = [row for row in still if row["probability"] > 0.7 and row["amount_minor"] > 20_000]
    assert total(asking, "high_value_open_deals") == len(worthy)
    where = (Condition("open", "=", "yes"), Condition("probability", ">", "70%"), Condition("value", ">", "200"))
    assert asking.rows(RowsQuery("deals", where)).total == len(worthy)


def test_stages_of_deals(asking: Metrics, tables: Tables) -> None:
    of_deal: defaultdict[int, list[Row]] = defaultdict(list)
    for row in sorted(tables["stage_changes"], key=lambda row: (row["changed_on"], row["changed_at"], row["id"])):
        of_deal[row["opportunity_id"]].append(row)
    days: defaultdict[str, list[int]] = defaultdict(list)
    moved: defaultdict[str, list[bool]] = defaultdict(list)
    for changes in of_deal.values():
        for here, after in pairwise(changes):
            if here["changed_on"] > AS_OF:
                continue
            spent = date.fromisoformat(after["changed_on"]) - date.fromisoformat(here["changed_on"])
            days[here["to_stage"]].append(spent.days)
            moved[here["to_stage"]].append(after["to_stage"] != "Lost")
    found = by_name(asked(asking, "time_in_stage", by=("stage",), period="all"))
    assert found == {stage: median(each) for stage, each in days.items()}
    shares = {stage: sum(each) / len(each) for stage, each in moved.items()}
    assert by_name(asked(asking, "stage_conversion", by=("stage",), period="all")) == pytest.approx(shares)
    won: defaultdict[str, list[bool]] = defaultdict(list)
    waited = []
    for changes in of_deal.values():
        *here, last = changes
        if last["to_stage"] in DONE:
            for one in (one for one in here if one["changed_on"] <= AS_OF):
                won[one["to_stage"]].append(last["to_stage"] == "Won")
        else:
            waited.append(max(0, (date.fromisoformat(AS_OF) - date.fromisoformat(last["changed_on"])).days))
    odds = {stage: sum(each) / len(each) for stage, each in won.items()}
    assert by_name(asked(asking, "stage_win_rate", by=("stage",), period="all")) == pytest.approx(odds)
    assert total(asking, "age_in_stage") == median(waited)


def test_activity_surveys_and_conversations(asking: Metrics, tables: Tables) -> None:
    done = within(tables["activities"], "happened_on")
    assert total(asking, "activities") == len(done)
    assert by_name(asked(asking, "activities", by=("kind",))) == Counter(row["kind"] for row in done)
    scans = [row for row in done if row["kind"] == "fit_scan"]
    assert total(asking, "fit_scans") == len(scans)
    assert total(asking, "fit_scan_customers") == len({row["customer_id"] for row in scans})
    said = within(tables["surveys"], "answered_on")
    nps = [row["score"] for row in said if row["kind"] == "nps"]
    assert {row["scale"] for row in said if row["kind"] == "nps"} == {10}
    points = 100 * (sum(one >= 9 for one in nps) - sum(one <= 6 for one in nps)) / len(nps)
    assert total(asking, "nps") == pytest.approx(points)
    csat = [row["score"] for row in said if row["kind"] == "csat"]
    assert total(asking, "csat") == pytest.approx(sum(one >= 4 for one in csat) / len(csat))
    talked = within(tables["conversations"], "happened_on")
    assert by_name(asked(asking, "conversations", by=("channel",))) == Counter(row["channel"] for row in talked)


def test_alerts_are_counted_through_today(asking: Metrics, tables: Tables) -> None:
    rows = tables["alerts"]
    found = asked(asking, "alerts_raised", by=("rule",), period="30d")
    assert by_name(found) == Counter(row["rule"] for row in rows)
    assert any("19 November 2026" in note or "19 Nov" in note for note in found.notes)
    assert total(asking, "open_alerts") == sum(row["state"] not in ("resolved", "not_useful") for row in rows)


def test_contracts(asking: Metrics, tables: Tables) -> None:
    runs = [row for row in tables["contracts"] if (row["starts_on"] or "") <= AS_OF and (
        row["ends_on"] or ("" if row["status"] == "ended" else "9")) > AS_OF]  # fmt: skip
    assert total(asking, "contracts") == len(runs)
    soon = [row for row in runs if row["ends_on"] and row["ends_on"] <= "2027-02-15" and row["status"] != "ended"]
    assert total(asking, "renewals_due") == len(soon)


def test_returns_of_fit_scan_users_against_others(asking: Metrics, tables: Tables) -> None:
    users = {row["customer_id"] for row in tables["activities"] if row["kind"] == "fit_scan"}
    rows = within(tables["orders"], "ordered_on", "2025-11-18")
    found = by_name(asked(asking, "return_rate", by=("uses_fit_scan",), period="12m"))
    for uses in (0, 1):
        kinds = Counter(row["kind"] for row in rows if (row["customer_id"] in users) == uses)
        assert found[uses] == pytest.approx(kinds["return"] / kinds["purchase"])


def test_a_period_against_the_one_before(asking: Metrics, tables: Tables) -> None:
    found = asking.answer(Query(("orders",), ("month",), period="2026-05-01..2026-07-31", compare="year"))
    bought = Counter(row["ordered_on"][:7] for row in tables["orders"] if row["kind"] == "purchase")
    assert [row[:3] for row in found.rows] == [
        (month, bought[month], bought[month.replace("2026", "2025")]) for month in ("2026-05", "2026-06", "2026-07")
    ]
    before = asking.answer(Query(("orders",), period="30d", compare="previous")).rows[0]
    days = [row["ordered_on"] for row in tables["orders"] if row["kind"] == "purchase"]
    now, then = (sum(first <= day <= last for day in days) for first, last in (
        ("2026-10-19", AS_OF), ("2026-09-19", "2026-10-18")))  # fmt: skip
    assert before == (now, then, pytest.approx((now - then) / then))


def test_who_has_a_high_churn_risk_and_no_open_alert(asking: Metrics, tables: Tables) -> None:
    watched = {row["customer_id"] for row in tables["alerts"] if row["closed_at"] is None}
    level = asking._workspace.policy.churn_warning
    risky = [
        row for row in tables.scores().values()
        if row["standing"] == "active" and (row["said_leaving"] is not None or (row["churn_risk"] or 0) >= level)
    ]  # fmt: skip
    alone = [row for row in risky if row["customer_id"] not in watched]
    assert 0 < len(alone) < len(risky)
    assert total(asking, "at_risk_without_alert") == len(alone)
    worth = sum(row["value_at_risk_minor"] or 0 for row in alone)
    assert total(asking, "revenue_without_alert") == worth
