"""Complaints of a year: named in the advice, answered by an apology, and never beside praise from before them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.values.outbox import OWN_SOURCE
from models.values.outreach import Fact
from services.book.kept_records import COMPLAINTS, CONTACTS
from services.distress.complaints import has_in_mind, read_complaints, read_unsettled
from services.insight.detail import read_detail
from services.outreach import compose
from services.outreach.facts.choose import chosen
from services.outreach.facts.found import Found
from services.outreach.manner import goal_of_alert
from tests.services.insight.conftest import TODAY, Fresh, days_ago
from tests.services.outreach.facts.small import OneCustomer

ADVICE = '{"code": "check_in", "title": "Check in", "why": "A short question can show what has changed. {complaint}"}'


@pytest.fixture
def dana(store_path: Path) -> Iterator[OneCustomer]:
    with OneCustomer.opened(store_path) as made:
        yield made


def advised(dana: OneCustomer) -> str:
    return str(Fresh(dana.workspace)(read_detail, 1).recommendation.why)


def test_a_book_without_anything_that_complaints_are_read_from_claims_nothing_about_them(dana: OneCustomer) -> None:
    for table in ("tickets", "reviews", "surveys", "conversations"):
        dana.book.run(f"DELETE FROM {table}")
    dana.book.alert(dana.id, recommendation=ADVICE)
    assert advised(dana).endswith("A short question can show what has changed.")


@pytest.mark.parametrize(("source", "told"), [(OWN_SOURCE, False), ("calls", True)])
def test_a_call_that_was_logged_here_does_not_make_a_book_that_tells_of_complaints(
    dana: OneCustomer, source: str, told: bool
) -> None:
    for table in ("tickets", "reviews", "surveys", "conversations", "notes", "email_events", "tasks"):
        dana.book.run(f"DELETE FROM {table}")
    dana.book.event("conversations", dana.id, source=source, channel="call", happened_on=days_ago(9))
    dana.book.alert(dana.id, recommendation=ADVICE)
    assert advised(dana).endswith("No complaint in the past year.") == told
    for kept in (COMPLAINTS, CONTACTS):
        assert Fresh(dana.workspace)(lambda reader, kept=kept: reader.value(f"SELECT {kept}")) == told


def test_the_advice_names_the_latest_complaint_of_a_year(dana: OneCustomer) -> None:
    dana.book.alert(dana.id, recommendation=ADVICE)
    dana.ticket(400, "Late delivery", satisfaction=1)
    assert advised(dana).endswith("No complaint in the past year.")
    dana.ticket(159, "Late delivery", satisfaction=2)
    dana.review(200, 1, "Came apart", product_name="Quay coat")
    assert advised(dana).endswith("Last complaint: “Late delivery”, 14 Jun, rated 2 of 5, solved.")


@pytest.mark.parametrize(
    ("score", "comment", "told"),
    [(3, "The last jumper pilled after one wash.", True), (3, None, False), (5, "It is fine.", False)],
)
def test_a_survey_below_its_middle_with_a_word_on_why_is_a_complaint(
    dana: OneCustomer, score: int, comment: str | None, told: bool
) -> None:
    dana.book.alert(dana.id, recommendation=ADVICE)
    dana.ticket(159, "Late delivery", satisfaction=2)
    given = {"kind": "nps", "score": score, "scale": 10, "comment": comment}
    dana.book.event("surveys", dana.id, answered_on=days_ago(120), **given)
    assert ("Last complaint: 3 of 10 in our survey" in advised(dana)) == told


def test_the_latest_complaint_is_the_one_rated_last_and_of_one_day_the_worst(dana: OneCustomer) -> None:
    dana.book.alert(dana.id, recommendation=ADVICE)
    dana.ticket(100, "Late delivery", satisfaction=2, resolved_on=days_ago(39))
    dana.review(60, 1, "Came apart", product_name="Quay coat")
    assert "Last complaint: “Late delivery”, 12 Aug, rated 2 of 5, solved." in advised(dana)
    dana.review(39, 1, "Torn", product_name="Harbor coat")
    assert "Last complaint: review of Harbor coat, 12 Oct, rated 1 of 5." in advised(dana)


@pytest.mark.parametrize(
    ("table", "values", "told"),
    [
        ("surveys", {"answered_on": days_ago(9), "kind": "nps", "score": 2, "scale": 10},
         "2 of 10 in our survey, 11 Nov"),
        ("surveys", {"answered_on": days_ago(9), "kind": "nps", "score": 6, "scale": 10}, None),
        ("surveys", {"answered_on": days_ago(9), "kind": "nps", "score": 5, "scale": 10, "comment": "Fine overall"},
         None),
        ("tickets", {"opened_on": days_ago(9), "sentiment": -1.0, "satisfaction": 3, "kind": "FitMap Question"},
         "“FitMap Question”, 11 Nov, rated 3 of 5"),
        ("tickets", {"opened_on": days_ago(9), "sentiment": -1.0, "satisfaction": 4, "kind": "FitMap Question"}, None),
        ("reviews", {"reviewed_on": days_ago(9), "rating": 2, "product_name": "Quay coat"},
         "review of Quay coat, 11 Nov, rated 2 of 5"),
        ("tickets", {"opened_on": days_ago(9), "sentiment": -0.5, "subject": "Torn"}, "“Torn”, 11 Nov"),
        ("tickets", {"opened_on": days_ago(9), "sentiment": 0.1, "subject": "Sizes"}, None),
        ("conversations", {"happened_on": days_ago(9), "sentiment": -0.8, "channel": "chat"}, "chat, 11 Nov"),
        ("conversations", {"happened_on": days_ago(9), "sentiment": -0.8, "direction": "to_customer"}, None),
    ],
)  # fmt: skip
def test_what_is_a_complaint(dana: OneCustomer, table: str, values: dict[str, object], told: str | None) -> None:
    dana.book.event(table, dana.id, **values)
    found = Fresh(dana.workspace)(lambda reader: read_complaints(reader.driver, dana.id, TODAY))
    assert [one.told(TODAY) for one in found] == ([told] if told else [])


@pytest.mark.parametrize(
    ("since", "offered"),
    [
        (None, False),
        (("conversations", {"happened_on": days_ago(20), "sentiment": 0.7, "channel": "call"}), True),
        (("conversations", {"happened_on": days_ago(90), "sentiment": 0.7, "channel": "call"}), False),
        (("surveys", {"answered_on": days_ago(20), "kind": "csat", "score": 5, "scale": 5}), True),
        (("reviews", {"reviewed_on": days_ago(20), "rating": 5, "product_name": "Quay coat"}), True),
        (("reviews", {"reviewed_on": days_ago(20), "rating": 5, "product_name": "Fern tee"}), False),
    ],
)
def test_nothing_is_offered_for_half_a_year_to_who_complained_until_it_is_made_good(
    dana: OneCustomer, since: tuple[str, dict[str, object]] | None, offered: bool
) -> None:
    dana.book.score(dana.id, last_order_on=days_ago(10))
    dana.review(40, 1, "Came apart", product_name="Quay coat")
    if since is not None:
        dana.book.event(since[0], dana.id, **since[1])
    asked = Fresh(dana.workspace)
    assert (asked(lambda reader: read_unsettled(reader.driver, dana.id, TODAY)) is None) == offered
    fact = Fact("suggestion:1", "Could suit: Pier short", "", "products", None, "suggestion")
    found = chosen([Found(fact, "suggestion", {})], "check_in", complained=not offered)
    assert [one.fact.ticked for one in found] == [offered]
    alert = dana.book.alert(dana.id, rule="gap_beyond_usual", recommendation=ADVICE)
    assert asked(goal_of_alert, alert) == "check_in", "the email says what the alert advises, and offers nothing"


def test_a_complaint_before_a_long_silence_is_not_forgotten(dana: OneCustomer) -> None:
    dana.review(230, 1, "Came apart", product_name="Quay coat")
    dana.book.score(dana.id)
    for ordered, unsettled in ((30, False), (180, True)):
        dana.book.run("UPDATE customer_risk_scores SET last_order_on = ?", days_ago(ordered))
        found = Fresh(dana.workspace)(lambda reader: read_unsettled(reader.driver, dana.id, TODAY))
        assert (found is not None) == unsettled


def test_praise_is_not_quoted_once_a_complaint_came_after_it(dana: OneCustomer) -> None:
    dana.review(100, 5, "Perfect", product_name="Quay coat")
    assert any("Perfect" in one for one in dana.words())
    dana.ticket(50, "Late delivery", satisfaction=2, sentiment=None)
    assert not any("Perfect" in one for one in dana.words("thank"))


@pytest.mark.parametrize(
    ("table", "values", "quoted"),
    [
        ("surveys", {"answered_on": days_ago(140), "kind": "nps", "score": 0, "scale": 10}, False),
        ("surveys", {"answered_on": days_ago(98), "kind": "csat", "score": 3, "scale": 5}, False),
        ("surveys", {"answered_on": days_ago(98), "kind": "csat", "score": 5, "scale": 5}, True),
        ("surveys", {"answered_on": days_ago(102), "kind": "csat", "score": 3, "scale": 5}, True),
        ("tickets", {"opened_on": days_ago(290), "status": "solved", "satisfaction": 1}, True),
        ("tickets", {"opened_on": days_ago(50), "status": "solved", "subject": "Payment terms"}, True),
    ],
)
def test_praise_is_quoted_where_it_is_the_newest_and_nothing_unhappy_stands_half_a_year_before_it(
    dana: OneCustomer, table: str, values: dict[str, object], quoted: bool
) -> None:
    dana.review(100, 4, "Solid", product_name="Orchard wrap dress")
    dana.book.event(table, dana.id, **values)
    assert any(fact.ticked and "Solid" in fact.words for fact in dana.facts("thank")) is quoted


def test_praise_of_what_they_complained_of_is_not_quoted(dana: OneCustomer) -> None:
    dana.ticket(300, "Sage espadrille: came apart after 11 days", satisfaction=1)
    dana.review(100, 5, "Perfect", product_name="Sage espadrille")
    dana.review(110, 5, "Lovely", product_name="Quay coat")
    assert not any("Perfect" in one for one in dana.words())
    assert any("Lovely" in one for one in dana.words())


def test_a_complaint_since_the_last_order_asks_for_an_apology(dana: OneCustomer) -> None:
    dana.order(250)
    dana.book.score(dana.id, last_order_on=days_ago(250))
    assert compose(dana.workspace, dana.id).edit.goal == "check_in"
    dana.ticket(200, "Late delivery", satisfaction=2)
    assert compose(dana.workspace, dana.id).edit.goal == "apologise"
    dana.review(150, 5, "Perfect", product_name="Quay coat")
    assert compose(dana.workspace, dana.id).edit.goal == "apologise", "a coat says nothing of a delivery"
    dana.book.event("surveys", dana.id, answered_on=days_ago(140), kind="nps", score=10, scale=10)
    assert compose(dana.workspace, dana.id).edit.goal == "check_in", "they are glad again"


@pytest.mark.parametrize("code", ["vip_personal", "vip_call"])
def test_the_advice_about_a_quiet_regular_names_the_complaint(dana: OneCustomer, code: str) -> None:
    dana.book.alert(dana.id, recommendation=f'{{"code": "{code}"}}')
    dana.ticket(85, "Charged twice for O12922", satisfaction=None, sentiment=-1.0)
    assert "Last complaint: “Charged twice for O12922”, 27 Aug" in advised(dana)


def test_an_email_after_a_complaint_that_ended_the_orders_says_which_and_when(dana: OneCustomer) -> None:
    dana.order(97)
    dana.book.score(dana.id, last_order_on=days_ago(97))
    dana.ticket(85, "Charged twice for O12922", satisfaction=None, sentiment=-1.0, resolved_on=days_ago(84))
    dana.review(69, 4, "Nice fit", product_name="Valley legging")
    body = compose(dana.workspace, dana.id).edit.body
    assert "“Charged twice for O12922”" in body and "27 August" in body


@pytest.mark.parametrize(("ordered", "stays"), [(8, True), (3, False)])
def test_a_bad_rating_stays_in_mind_though_a_standing_order_ran_on(
    dana: OneCustomer, ordered: int, stays: bool
) -> None:
    dana.book.score(dana.id, last_order_on=days_ago(ordered))
    dana.book.event("surveys", dana.id, answered_on=days_ago(18), kind="nps", score=1, scale=10)
    assert Fresh(dana.workspace)(lambda reader: has_in_mind(reader.driver, dana.id, TODAY)) is stays


@pytest.mark.parametrize(("ordered", "stays"), [(16, True), (5, False)])
def test_a_complaint_on_the_phone_is_answered_though_an_order_came_some_days_after_it(
    dana: OneCustomer, ordered: int, stays: bool
) -> None:
    dana.order(ordered)
    dana.book.score(dana.id, last_order_on=days_ago(ordered))
    dana.book.event("conversations", dana.id, happened_on=days_ago(22), sentiment=-0.7, channel="call")
    assert Fresh(dana.workspace)(lambda reader: has_in_mind(reader.driver, dana.id, TODAY)) is stays
    assert (compose(dana.workspace, dana.id).edit.goal == "apologise") is stays
