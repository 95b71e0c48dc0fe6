"""What is said of a customer: in words, with its source row and with what a text may state because of it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from models.values.errors import UserError
from models.values.outreach import GOALS
from models.values.words import MONTHS
from services.outreach import draft_by_template
from services.outreach.facts import read_facts
from services.workspace import Workspace
from tests.services.insight.conftest import days_ago
from tests.services.outreach.conftest import SampleCustomers
from tests.services.outreach.facts.small import Shelf, has, values_of

#: A day as facts have it.
DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b( \d{{4}})?")
#: What a fact never says: scores, segments and alerts are ours, not the customer's.
INTERNAL = re.compile(
    r"churn|risk|engagement|health|score|segment|lifetime|CLV|NPS|alert|cooling|hibernating|at risk|champion|loyal",
    re.IGNORECASE,
)


def test_the_record_says_since_when_in_its_own_words(shelf: Shelf) -> None:
    fact = shelf.fact("Customer since")
    assert (fact.words, fact.label, fact.table, fact.row_id) == (
        "Customer since March 2023",
        "CRM",
        "customers",
        shelf.id,
    )
    assert has(fact, "month", "2023-03") and has(fact, "year", "2023")


def test_an_order_before_the_record_says_since_when(shelf: Shelf) -> None:
    shelf.order(2000)
    assert shelf.fact("Customer since").label == "CRM, first order"


def test_who_has_left_is_no_customer_since(shelf: Shelf) -> None:
    shelf.book.run("UPDATE customers SET churned_on = ?, renews_on = '2027-01-01'", days_ago(30))
    assert not [words for words in shelf.words() if words.startswith(("Customer since", "Renews"))]


def test_orders_are_counted_with_their_main_category(shelf: Shelf) -> None:
    jacket, belt = shelf.product("Rain jacket"), shelf.product("Mill belt", "Accessories")
    for days in (300, 200, 100):
        shelf.order(days, jacket)
    shelf.order(50, belt)
    fact = shelf.fact("4 orders")
    assert fact.words == "4 orders, mostly outerwear"
    assert has(fact, "number", "4") and has(fact, "category", "outerwear")
    assert "Also buys accessories" in shelf.words()


def test_the_last_order_says_its_day_and_its_items(shelf: Shelf) -> None:
    order = shelf.order(74, shelf.product("Rain jacket"), shelf.product("Quay coat"), external_id="5128")
    fact = shelf.fact("Last order")
    assert (fact.words, fact.label, fact.row_id) == ("Last order 7 Sep, 2 items", "order #5128", order)
    assert {"2026-09-07"} == values_of(fact, "date")
    assert has(fact, "month", "2026-09") and has(fact, "number", "2")
    assert shelf.fact("Bought").words == "Bought Rain jacket and Quay coat"


def test_an_amount_is_there_to_be_ticked_and_is_not_proposed(shelf: Shelf) -> None:
    shelf.order(74, amount_minor=38_650)
    fact = shelf.fact("Last order came to")
    assert not fact.ticked
    assert has(fact, "money", "386.5", "USD")


def test_a_quantity_in_metres_is_no_number_of_items(shelf: Shelf) -> None:
    order = shelf.order(10, shelf.product("Tweed"))
    shelf.book.run("UPDATE order_lines SET quantity = '2.5' WHERE order_id = ?", order)
    assert shelf.fact("Last order").words.endswith(", 1 product")


def test_what_came_back_is_not_asked_about(shelf: Shelf) -> None:
    jacket, coat = shelf.product("Rain jacket"), shelf.product("Quay coat")
    shelf.order(40, jacket, coat, external_id="77")
    shelf.order(30, jacket, kind="return", of_external_id="77", amount_minor=-100)
    assert "Bought Quay coat" in shelf.words()
    assert "Returned Rain jacket 21 Oct" in shelf.words()


def test_what_a_system_keeps_in_capitals_is_written_small(shelf: Shelf) -> None:
    shelf.order(74, shelf.product("RED RETROSPOT WRAP"), shelf.product("POSTAGE"), shelf.product("DVD"))
    fact = shelf.fact("Bought")
    assert fact.words == "Bought RED RETROSPOT WRAP and DVD", "postage is no product"
    assert values_of(fact, "product") == {"RED RETROSPOT WRAP", "red retrospot wrap", "DVD"}
    body = draft_by_template(shelf.workspace, shelf.id, goal="check_in", tone="warm").body
    assert "with the red retrospot wrap and the DVD" in body


def test_a_cancelled_order_is_not_the_last(shelf: Shelf) -> None:
    shelf.order(74, external_id="1")
    shelf.order(10, external_id="2")
    shelf.order(9, kind="cancellation", of_external_id="2", amount_minor=-100)
    assert shelf.fact("Last order").words.startswith("Last order 7 Sep")


def test_a_late_delivery_is_said_with_its_order_and_its_end(shelf: Shelf) -> None:
    shelf.order(74, external_id="O-5128")
    ticket = shelf.ticket(66, "Late delivery of O-5128", external_id="312", resolved_on="2026-09-18")
    fact = shelf.fact("Late delivery", "apologise")
    assert (fact.words, fact.label) == ("Late delivery of the order of 7 Sep, resolved 18 Sep", "ticket #312")
    assert (fact.table, fact.row_id, fact.ticked, fact.quote) == ("tickets", ticket, True, "")
    assert {"late delivery", "reached you late", "arrived late"} <= values_of(fact, "statement")
    assert {"2026-09-07", "2026-09-15", "2026-09-18"} == values_of(fact, "date")


def test_the_order_of_another_customer_is_not_named(shelf: Shelf) -> None:
    other = shelf.book.customer("Somebody else")
    shelf.order(74, customer=other, external_id="O-1")
    shelf.ticket(66, "Late delivery of O-1")
    assert "order of" not in shelf.fact("Late delivery", "apologise").words


def test_a_subject_that_fits_no_kind_is_quoted_as_theirs(shelf: Shelf) -> None:
    shelf.ticket(20, "Prices for next season")
    fact = shelf.fact("Ticket “", "apologise")
    assert fact.quote == "Prices for next season"
    assert has(fact, "quote", "Prices for next season")


def test_an_open_ticket_comes_first_and_says_so(shelf: Shelf) -> None:
    shelf.ticket(5, "Late delivery")
    shelf.ticket(30, "Zip is stuck", status="open", resolved_on=None)
    said = [fact.words for fact in shelf.facts("apologise") if fact.group == "ticket"]
    assert said == ["Poor quality, open since 21 Oct", "Late delivery, resolved 17 Nov"]


def test_a_complaint_is_proposed_for_an_apology_only(shelf: Shelf) -> None:
    shelf.ticket(20, "Late delivery", satisfaction=2)
    for goal in GOALS:
        assert shelf.fact("Late delivery", goal).ticked == (goal == "apologise")
        assert not shelf.fact("Ticket rated 2 of 5", goal).ticked


def test_a_review_is_quoted_in_their_words(shelf: Shelf) -> None:
    shelf.review(93, 5, "Great fit, fast exchange", external_id="96", product_name="Rain jacket")
    fact = shelf.fact("5 of 5", "apologise")
    assert (fact.words, fact.label) == ("5 of 5, “Great fit, fast exchange”", "review #96")
    assert fact.quote == "Great fit, fast exchange"
    assert has(fact, "month", "2026-08") and has(fact, "product", "Rain jacket") and has(fact, "number", "5")


@pytest.mark.parametrize(
    "title", ["See www.cheap.example", "<b>Buy</b> here", "Write to a@b.example", "{{ 7 * 7 }}", "[link]", "12345"]
)
def test_links_addresses_and_markup_are_not_quoted(shelf: Shelf, title: str) -> None:
    shelf.review(10, 5, title)
    fact = shelf.fact("5 of 5")
    assert fact.quote == "" and title not in fact.words


def test_a_deal_is_never_proposed_by_itself(shelf: Shelf) -> None:
    shelf.book.event("opportunities", shelf.id, name="Winter restock", stage="Proposal", amount_minor=45_000,
                     currency="USD", opened_on=days_ago(19))  # fmt: skip
    fact = shelf.fact("Winter restock")
    assert fact.words == "Winter restock, $450, proposal"
    assert not any(shelf.fact("Winter restock", goal).ticked for goal in GOALS)
    assert has(fact, "money", "450", "USD")


def test_a_deal_without_a_name_is_about_its_product(shelf: Shelf) -> None:
    values = {"stage": "Qualified", "opened_on": days_ago(19), "product_name": "GTX Basic"}
    shelf.book.event("opportunities", shelf.id, **values)
    fact = shelf.fact("Deal about the GTX Basic, first talks")
    subject = draft_by_template(shelf.workspace, shelf.id, goal="check_in", facts=[fact.key]).subject
    assert subject == "The GTX Basic: where do we stand?"


def test_a_renewal_ahead_is_proposed_for_the_renewal(shelf: Shelf) -> None:
    shelf.book.run("UPDATE customers SET renews_on = '2027-01-12'")
    fact = shelf.fact("Renews", "renewal")
    assert (fact.words, fact.group, fact.ticked) == ("Renews 12 Jan 2027", "contract", True)
    shelf.book.run("UPDATE customers SET renews_on = '2026-11-01'")
    assert not [words for words in shelf.words("renewal") if words.startswith("Renews")]


def test_preferences_are_said_however_the_file_has_them(shelf: Shelf) -> None:
    shelf.book.run(
        "UPDATE customers SET preferences = ?", '{"categories": ["denim"], "styles": ["classic"], "size": "M"}'
    )
    assert "Prefers denim, classic, size M" in shelf.words()
    for broken in ("not json", "[1, 2]", '{"categories": {"a": 1}, "size": null}', "", '{"size": "' + "x" * 300 + '"}'):
        shelf.book.run("UPDATE customers SET preferences = ?", broken)
        assert not [words for words in shelf.words() if words.startswith("Prefers")]


def test_the_feature_is_a_fact_where_the_business_has_it(shelf: Shelf) -> None:
    assert not [words for words in shelf.words("introduce") if "fit scan" in words]
    other = shelf.book.customer("Somebody else")
    shelf.book.event("activities", other, kind="fit_scan", happened_on=days_ago(9))
    assert shelf.fact("Has not used the fit scan yet", "introduce").ticked
    shelf.book.event("activities", shelf.id, kind="fit_scan", happened_on=days_ago(3))
    assert "Used the fit scan once, last 17 Nov" in shelf.words("introduce")


def test_who_does_not_want_to_be_recorded_is_not_told_what_was_recorded(shelf: Shelf) -> None:
    shelf.book.event("activities", shelf.id, kind="fit_scan", happened_on=days_ago(3))
    shelf.book.event("email_events", shelf.id, kind="clicked", campaign="Winter", happened_on=days_ago(3))
    shelf.book.event("email_events", shelf.id, kind="sent", campaign="Winter", happened_on=days_ago(4))
    shelf.book.run("UPDATE customers SET tracking_consent = 'withdrawn'")
    assert [words for words in shelf.words() if "Winter" in words] == ["Was sent “Winter”, 16 Nov"]
    assert not [words for words in shelf.words("introduce") if "fit scan" in words]


def test_nothing_of_the_future_is_known(shelf: Shelf) -> None:
    shelf.order(-5)
    shelf.ticket(-5, "Late delivery")
    shelf.review(-5, 5, "Great")
    assert shelf.words() == ["Customer since March 2023"]


def test_a_customer_who_is_gone_is_told_of_in_a_sentence(shelf: Shelf) -> None:
    with pytest.raises(UserError, match="no longer in the book"):
        read_facts(shelf.workspace, 999, "check_in")


def test_every_fact_of_the_sample_book_is_in_order(book: Workspace) -> None:
    with book.store.snapshot() as driver:
        everyone = [row[0] for row in driver.execute("SELECT id FROM customers ORDER BY id")]
    for customer in everyone[::4]:
        for goal in GOALS:
            facts = read_facts(book, customer, goal)
            assert 0 < len(facts) <= 12
            keys = [fact.key for fact in facts]
            assert len(set(keys)) == len(keys)
            ticks = [fact.ticked for fact in facts]
            assert ticks == sorted(ticks, reverse=True), "the proposed ones come first"
            assert sum(ticks) <= 8
            for fact in facts:
                ours = fact.words.replace(fact.quote, "") if fact.quote else fact.words
                assert not INTERNAL.search(ours), fact.words
                assert "\n" not in fact.words and len(fact.words) <= 110 and fact.label
                assert not fact.quote or fact.quote in fact.words


def test_what_a_fact_says_is_what_a_text_may_state(book: Workspace) -> None:
    with book.store.snapshot() as driver:
        everyone = [row[0] for row in driver.execute("SELECT id FROM customers ORDER BY id")]
    said = 0
    for customer in everyone[1::5]:
        for fact in (fact for goal in GOALS for fact in read_facts(book, customer, goal)):
            words = fact.words
            for value in sorted(fact.values, key=lambda value: -len(value.text)):
                if value.kind in ("name", "quote", "product", "category", "statement"):
                    words = words.replace(value.text, "")
            for day, month, year in DAY.findall(words):
                dates = [date.fromisoformat(text) for text in values_of(fact, "date")]
                assert any((one.day, MONTHS[one.month - 1]) == (int(day), month) for one in dates), fact
                assert not year or year.strip() in values_of(fact, "year"), fact
            words = DAY.sub("", words)
            numbers = {
                value.text.partition(".")[0] for value in fact.values if value.kind in ("number", "money", "year")
            }
            for number in re.findall(r"[0-9][0-9,]*", words.replace(" more", "").replace(" time", "")):
                said += 1
                assert number.replace(",", "") in numbers or fact.group == "product", fact
    assert said > 100


def test_facts_are_the_same_when_read_again(book: Workspace, customers: SampleCustomers) -> None:
    for goal in GOALS:
        assert read_facts(book, customers.ticketed, goal) == read_facts(book, customers.ticketed, goal)


def test_who_has_nothing_on_record_has_no_facts(book: Workspace, customers: SampleCustomers) -> None:
    assert not [fact for fact in read_facts(book, customers.bare, "check_in") if fact.group != "product"]
