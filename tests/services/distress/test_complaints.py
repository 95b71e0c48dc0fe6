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
from tests.services.outreach.facts.small import Shelf

ADVICE = '{"code": "check_in", "title": "Check in", "why": "A short question shows what has changed. {complaint}"}'


@pytest.fixture
def shelf(store_path: Path) -> Iterator[Shelf]:
    with Shelf.opened(store_path) as made:
        yield made


def advised(shelf: Shelf) -> str:
    return str(Fresh(shelf.workspace)(read_detail, 1).recommendation.why)


def test_a_book_without_anything_that_complaints_are_read_from_claims_nothing_about_them(shelf: Shelf) -> None:
    for table in ("tickets", "reviews", "surveys", "conversations"):
        shelf.book.run(f"DELETE FROM {table}")
    shelf.book.card(shelf.id, recommendation=ADVICE)
    assert advised(shelf).endswith("A short question shows what has changed.")


@pytest.mark.parametrize(("source", "told"), [(OWN_SOURCE, False), ("calls", True)])
def test_a_call_that_was_logged_here_does_not_make_a_book_that_tells_of_complaints(
    shelf: Shelf, source: str, told: bool
) -> None:
    for table in ("tickets", "reviews", "surveys", "conversations", "notes", "email_events", "tasks"):
        shelf.book.run(f"DELETE FROM {table}")
    shelf.book.event("conversations", shelf.id, source=source, channel="call", happened_on=days_ago(9))
    shelf.book.card(shelf.id, recommendation=ADVICE)
    assert advised(shelf).endswith("No complaint in the past year.") == told
    for kept in (COMPLAINTS, CONTACTS):
        assert Fresh(shelf.workspace)(lambda reader, kept=kept: reader.value(f"SELECT {kept}")) == told


def test_the_advice_names_the_latest_complaint_of_a_year(shelf: Shelf) -> None:
    shelf.book.card(shelf.id, recommendation=ADVICE)
    shelf.ticket(400, "Late delivery", satisfaction=1)
    assert advised(shelf).endswith("No complaint in the past year.")
    shelf.ticket(159, "Late delivery", satisfaction=2)
    shelf.review(200, 1, "Came apart", product_name="Quay coat")
    assert advised(shelf).endswith("Last complaint: “Late delivery”, 14 Jun, rated 2 of 5.")


def test_the_latest_complaint_is_the_one_rated_last_and_of_one_day_the_worst(shelf: Shelf) -> None:
    shelf.book.card(shelf.id, recommendation=ADVICE)
    shelf.ticket(100, "Late delivery", satisfaction=2, resolved_on=days_ago(39))
    shelf.review(60, 1, "Came apart", product_name="Quay coat")
    assert "Last complaint: “Late delivery”, 12 Aug, rated 2 of 5." in advised(shelf)
    shelf.review(39, 1, "Torn", product_name="Harbor coat")
    assert "Last complaint: review of Harbor coat, 12 Oct, rated 1 of 5." in advised(shelf)


@pytest.mark.parametrize(
    ("table", "values", "told"),
    [
        ("surveys", {"answered_on": days_ago(9), "kind": "nps", "score": 2, "scale": 10},
         "our survey, 11 Nov, rated 2 of 10"),
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
def test_what_is_a_complaint(shelf: Shelf, table: str, values: dict[str, object], told: str | None) -> None:
    shelf.book.event(table, shelf.id, **values)
    found = Fresh(shelf.workspace)(lambda reader: read_complaints(reader.driver, shelf.id, TODAY))
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
    shelf: Shelf, since: tuple[str, dict[str, object]] | None, offered: bool
) -> None:
    shelf.book.score(shelf.id, last_order_on=days_ago(10))
    shelf.review(40, 1, "Came apart", product_name="Quay coat")
    if since is not None:
        shelf.book.event(since[0], shelf.id, **since[1])
    asked = Fresh(shelf.workspace)
    assert (asked(lambda reader: read_unsettled(reader.driver, shelf.id, TODAY)) is None) == offered
    fact = Fact("suggestion:1", "Could suit: Pier short", "", "products", None, "suggestion")
    found = chosen([Found(fact, "suggestion", {})], "check_in", complained=not offered)
    assert [one.fact.ticked for one in found] == [offered]
    card = shelf.book.card(shelf.id, rule="gap_beyond_usual", recommendation=ADVICE)
    assert (asked(goal_of_alert, card) == "apologise") != offered


def test_a_complaint_before_a_long_silence_is_not_forgotten(shelf: Shelf) -> None:
    shelf.review(230, 1, "Came apart", product_name="Quay coat")
    shelf.book.score(shelf.id)
    for ordered, unsettled in ((30, False), (180, True)):
        shelf.book.run("UPDATE customer_risk_scores SET last_order_on = ?", days_ago(ordered))
        found = Fresh(shelf.workspace)(lambda reader: read_unsettled(reader.driver, shelf.id, TODAY))
        assert (found is not None) == unsettled


def test_praise_is_not_quoted_once_a_complaint_came_after_it(shelf: Shelf) -> None:
    shelf.review(100, 5, "Perfect", product_name="Quay coat")
    assert any("Perfect" in one for one in shelf.words())
    shelf.ticket(50, "Late delivery", satisfaction=2, sentiment=None)
    assert not any("Perfect" in one for one in shelf.words("thank"))


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
    shelf: Shelf, table: str, values: dict[str, object], quoted: bool
) -> None:
    shelf.review(100, 4, "Solid", product_name="Orchard wrap dress")
    shelf.book.event(table, shelf.id, **values)
    assert any(fact.ticked and "Solid" in fact.words for fact in shelf.facts("thank")) is quoted


def test_praise_of_what_they_complained_of_is_not_quoted(shelf: Shelf) -> None:
    shelf.ticket(300, "Sage espadrille: came apart after 11 days", satisfaction=1)
    shelf.review(100, 5, "Perfect", product_name="Sage espadrille")
    shelf.review(110, 5, "Lovely", product_name="Quay coat")
    assert not any("Perfect" in one for one in shelf.words())
    assert any("Lovely" in one for one in shelf.words())


def test_a_complaint_since_the_last_order_asks_for_an_apology(shelf: Shelf) -> None:
    shelf.order(250)
    shelf.book.score(shelf.id, last_order_on=days_ago(250))
    assert compose(shelf.workspace, shelf.id).edit.goal == "check_in"
    shelf.ticket(200, "Late delivery", satisfaction=2)
    assert compose(shelf.workspace, shelf.id).edit.goal == "apologise"
    shelf.review(150, 5, "Perfect")
    assert compose(shelf.workspace, shelf.id).edit.goal == "check_in", "they are glad again"


@pytest.mark.parametrize(("ordered", "stays"), [(8, True), (3, False)])
def test_a_bad_rating_stays_in_mind_though_a_standing_order_ran_on(shelf: Shelf, ordered: int, stays: bool) -> None:
    shelf.book.score(shelf.id, last_order_on=days_ago(ordered))
    shelf.book.event("surveys", shelf.id, answered_on=days_ago(18), kind="nps", score=1, scale=10)
    assert Fresh(shelf.workspace)(lambda reader: has_in_mind(reader.driver, shelf.id, TODAY)) is stays
