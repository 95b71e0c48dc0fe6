"""Which deal an alert leads with, and what it says of it."""

from __future__ import annotations

from typing import Any

import pytest

from models.tables import conversations, opportunities, products
from services.alerting import rule_records
from services.insight import reading
from services.insight.open_work import deal_words, read_deals
from services.insight.queue_rows import read_order
from services.sync import edit_deals
from tests.services.alerting.book import Book


def engage(book: Book, customer: int | None, ago: int, **fields: Any) -> int:
    """An open deal without an amount, as a list that only knows the stage in its own word has it."""
    row = {"stage": "Qualified", "stage_as_given": "Engaging", "opened_on": book.day(ago), **fields}
    return book.add(opportunities, customer_id=customer, **row)


def close(book: Book, customer: int, days: int = 40, deals: int = 30) -> None:
    """Closed deals of which nine in ten took at most `days`."""
    for number in range(deals):
        book.deal(customer, "Won", 200 + number)
    with book.writing() as work:
        work.sql("UPDATE opportunities SET closes_on = date(opened_on, ?) WHERE stage = 'Won'", (f"+{days} days",))


@pytest.fixture
def young(book: Book) -> Book:
    """A book in which deals take 40 days, and most of the open ones are younger."""
    other = book.customer("Other")
    close(book, other)
    for ago in range(20):
        engage(book, other, ago)
    return book


def test_the_deal_of_the_largest_list_price_leads_and_the_oldest_of_equal_ones(young: Book) -> None:
    dear = young.add(products, name="GTX Pro", price="4821", currency="USD")
    cheap = young.add(products, name="MG Special", price="55.50", currency="USD")
    customer = young.customer("Linden")
    engage(young, customer, 90, product_id=cheap, product_name="MG Special")
    engage(young, customer, 70, product_id=dear)
    lead = engage(young, customer, 80, product_id=dear, amount_minor=0)
    engage(young, customer, 5, product_id=dear, amount_minor=900_000)
    young.evaluate()
    assert young.alert(customer)["reason"] == (
        "GTX Pro, Engaging, about $4,821: open for 80 days; 9 of 10 deals here closed within 40 days."
        " 2 more deals are older than that"
    )
    with reading(young.workspace) as reader:
        assert read_deals(reader, customer)[0]["id"] == lead


@pytest.mark.parametrize(
    ("closes", "said", "beside"),
    [
        (30, "; close date 20 Oct has passed", "close date 20 Oct has passed"),
        (0, "", "closes today"),
        (-9, "", "closes in 9 days"),
    ],
)
def test_a_close_date_that_passed_is_said_in_the_alert_and_beside_the_deal(
    book: Book, closes: int, said: str, beside: str
) -> None:
    customer = book.customer("Linden")
    deal = book.deal(customer, ago=120)
    with book.writing() as work:
        work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (book.day(closes), deal))
    book.evaluate()
    reason = book.alert(customer)["reason"]
    assert reason == f"Winter restock, Proposal, $450: open for 120 days; too few deals have closed to compare{said}"
    with reading(book.workspace) as reader:
        words = deal_words(reader, read_deals(reader, customer)[0])
    assert words == f"$450 · Proposal, open for 120 days · {beside}"


def test_a_known_amount_stands_as_it_is_and_nothing_is_said_of_a_value_that_nobody_knows(young: Book) -> None:
    sized, unsized = young.customer("Sized"), young.customer("Unsized")
    engage(young, sized, 90)
    engage(young, sized, 80, amount_minor=10_000, currency="USD")
    engage(young, unsized, 90)
    young.evaluate()
    assert young.alert(sized)["reason"] == (
        "Engaging, $100: open for 80 days; 9 of 10 deals here closed within 40 days. 1 more deal is older than that"
    )
    assert young.alert(unsized)["reason"] == "Engaging: open for 90 days; 9 of 10 deals here closed within 40 days"


def test_of_alerts_as_severe_the_one_about_the_larger_deal_comes_first_also_by_its_list_price(young: Book) -> None:
    price = {name: young.add(products, name=name, price=name, currency="USD") for name in ("55.50", "4821")}
    cheap, dear, sized = (young.customer(name, value_at_risk_minor=0) for name in ("Cheap", "Dear", "Sized"))
    engage(young, cheap, 90, product_id=price["55.50"])
    engage(young, dear, 90, product_id=price["4821"])
    engage(young, sized, 90, amount_minor=900_000)
    young.evaluate()
    assert [young.alert(customer)["severity"] for customer in (cheap, dear, sized)] == [2, 2, 3]
    assert young.alert(dear)["expected_value_minor"] == 241_050
    with reading(young.workspace) as reader:
        assert read_order(reader) == tuple(young.alert(customer)["id"] for customer in (sized, dear, cheap))


def test_a_book_whose_deals_nobody_closes_raises_nothing_above_low_for_their_age(young: Book) -> None:
    customer = young.customer("Linden")
    engage(young, customer, 90, amount_minor=90_000)
    young.evaluate()
    before = young.alert(customer)
    assert before["severity"] == 3
    for number in range(24):  # of no customer of the book, so that they raise nothing themselves
        engage(young, None, 50 + number)
    young.move(days=1)
    young.evaluate()
    after = young.alert(customer)
    assert after["severity"] == 1 and after["due_at"] > before["due_at"], "nobody had worked on it"
    other = young.customer("Other late")
    engage(young, other, 95)
    young.evaluate()
    assert young.alert(other)["severity"] == 1
    said = {record.code: record.words for record in rule_records(young.workspace)}
    assert said["deal_stalled"].endswith(
        "26 of 46 open deals are older than deals usually get. Clean up the list of deals:"
        " until then, this rule raises no alert above low"
    )
    assert "Clean up" not in said["deal_at_risk"]


@pytest.mark.parametrize(
    ("late", "open_deals", "severity"), [(1, 1, 3), (2, 3, 3), (9, 10, 3), (10, 20, 3), (10, 19, 1)]
)
def test_few_late_deals_are_not_taken_for_a_list_that_nobody_cleans_up(
    book: Book, late: int, open_deals: int, severity: int
) -> None:
    customer = book.customer("Linden")
    close(book, customer)
    for number in range(open_deals):
        engage(book, customer, 90 - number if number < late else 5, amount_minor=90_000 - 1_000 * number)
    book.evaluate()
    assert book.alert(customer)["severity"] == severity


def test_ten_closed_deals_tell_how_long_deals_take_where_no_contact_is_recorded(book: Book) -> None:
    young, late = book.customer("Young"), book.customer("Late")
    close(book, young, deals=10)
    engage(book, young, 20)
    engage(book, late, 120)
    book.evaluate()
    assert not book.open_alerts(young)
    assert book.alert(late)["reason"] == "Engaging: open for 120 days; 9 of 10 deals here closed within 40 days"


@pytest.mark.parametrize("closed", [0, 1, 9])
def test_without_a_record_of_contact_and_closed_deals_only_the_age_is_said(book: Book, closed: int) -> None:
    young, late = book.customer("Young"), book.customer("Late")
    close(book, young, deals=closed)
    engage(book, young, 25)
    engage(book, late, 200)
    engage(book, late, 180, amount_minor=90_000, currency="USD")
    book.evaluate()
    assert not book.open_alerts(young), "nobody knows whether that is long"
    assert book.alert(late)["reason"] == (
        "Engaging, $900: open for 180 days; too few deals have closed to compare; 1 more deal like this"
    )
    assert book.alert(late)["severity"] == 3


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        (
            0,
            "24 of 25 open deals are older than 90 days, and no deal was ever closed. Clean up the list of deals",
        ),
        (
            2,
            "24 of 25 open deals are older than 90 days, and only 2 deals were ever closed. Clean up the list of deals",
        ),
    ],
)
def test_a_list_on_which_hardly_a_deal_was_ever_closed_is_not_kept(book: Book, closed: int, said: str) -> None:
    customer = book.customer("Linden")
    close(book, customer, deals=closed)
    for number in range(24):
        engage(book, customer, 380 + number, amount_minor=90_000)
    engage(book, customer, 5)
    book.evaluate()
    assert book.alert(customer)["severity"] == 1
    words = {record.code: record.words for record in rule_records(book.workspace)}
    assert said in words["deal_stalled"]


def test_a_list_whose_many_closed_deals_have_no_days_is_kept(book: Book) -> None:
    customer = book.customer("Linden")
    for _ in range(12):
        book.deal(customer, "Won", 300)
    for number in range(12):
        engage(book, customer, 380 + number, amount_minor=90_000)
    book.evaluate()
    assert book.alert(customer)["severity"] == 2


def test_a_deal_that_is_closed_here_raises_nothing_though_the_files_end_before(book: Book) -> None:
    customer, other = book.customer("Linden"), book.customer("Marlow")
    deal, still = book.deal(customer, ago=120), book.deal(other, ago=120)
    with book.writing() as work:
        work.sql("UPDATE customer_risk_scores SET as_of = ?", (book.day(3),))
    edit_deals(book.workspace, [deal], {"stage": "Lost"})
    edit_deals(book.workspace, [still], {"owner": "Cleo"}, new_owner=True)
    book.evaluate()
    assert [alert["customer_id"] for alert in book.open_alerts()] == [other]


@pytest.mark.parametrize(("closes", "raised"), [(3, True), (0, True), (-7, True), (-8, False), (8, False)])
def test_where_no_contact_is_kept_a_deal_that_closes_about_now_is_told_without_a_word_on_contacts(
    book: Book, closes: int, raised: bool
) -> None:
    customer = book.customer("Linden")
    deal = book.deal(customer, "Negotiation", ago=30)
    with book.writing() as work:
        work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (book.day(-closes), deal))
    book.evaluate()
    assert [alert["rule"] for alert in book.open_alerts(customer)] == ["deal_stalled"] * raised
    if raised:
        reason = book.alert(customer)["reason"]
        assert reason.startswith("Winter restock, Negotiation, $450: open for 30 days") and "call" not in reason
        assert ("has passed" in reason) == (closes < 0)


@pytest.mark.parametrize(("closes", "ago", "raised"), [(3, 30, True), (30, 30, False), (3, 5, False)])
def test_a_deal_that_is_to_close_within_days_without_a_word_has_an_alert_in_any_stage(
    book: Book, closes: int, ago: int, raised: bool
) -> None:
    customer = book.customer("Linden")
    book.add(conversations, customer_id=customer, happened_on=book.day(ago), channel="Call", text="Thank you.")
    deal = book.deal(customer, "Negotiation", ago=60)
    with book.writing() as work:
        work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (book.day(-closes), deal))
    book.evaluate()
    assert [alert["rule"] for alert in book.open_alerts(customer)] == ["deal_stalled"] * raised
