"""What is said of a customer: in words, with its source row and with what a text may state because of it."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date

import pytest

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import GOALS, TONES
from models.values.words import MONTHS
from services.insight import reading
from services.outreach import draft_by_template
from services.outreach.facts import find_facts, read_facts
from services.workspace import Workspace
from tests.services.insight.conftest import days_ago
from tests.services.outreach.conftest import SampleCustomers
from tests.services.outreach.facts.small import OneCustomer, has, values_of

#: A day as facts have it.
DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b( \d{{4}})?")
#: What a fact never says: scores, segments and alerts are ours, not the customer's.
INTERNAL = re.compile(
    r"churn|risk|engagement|health|score|segment|lifetime|CLV|NPS|alert|cooling|hibernating|at risk|champion|loyal",
    re.IGNORECASE,
)


def test_the_record_says_since_when_in_its_own_words(dana: OneCustomer) -> None:
    fact = dana.fact("Customer since")
    assert (fact.words, fact.label, fact.table, fact.row_id) == (
        "Customer since March 2023",
        "CRM",
        "customers",
        dana.id,
    )
    assert has(fact, "month", "2023-03") and has(fact, "year", "2023")


def test_an_order_before_the_record_says_since_when(dana: OneCustomer) -> None:
    dana.order(2100, customer=dana.book.customer("Somebody else"))
    dana.order(2000)
    assert dana.fact("Customer since").label == "CRM, first order"


def test_a_first_order_where_the_book_begins_says_nothing_of_since_when(dana: OneCustomer) -> None:
    dana.order(2015, customer=dana.book.customer("Somebody else"))
    dana.order(2000)
    assert not [words for words in dana.words() if words.startswith("Customer since")]


def test_who_has_left_is_no_customer_since(dana: OneCustomer) -> None:
    dana.book.event("contracts", dana.id, ends_on=days_ago(30), status="ended")
    assert not [words for words in dana.words() if words.startswith(("Customer since", "Renews"))]


def test_orders_are_counted_with_their_main_category(dana: OneCustomer) -> None:
    jacket, belt = dana.product("Rain jacket"), dana.product("Mill belt", "Accessories")
    for days in (300, 200, 100):
        dana.order(days, jacket)
    dana.order(50, belt)
    fact = dana.fact("4 orders")
    assert fact.words == "4 orders, mostly outerwear"
    assert has(fact, "number", "4") and has(fact, "category", "outerwear")
    assert "Also buys accessories" in dana.words()


def test_the_last_order_says_its_day_and_its_items(dana: OneCustomer) -> None:
    order = dana.order(74, dana.product("Rain jacket"), dana.product("Quay coat"), external_id="5128")
    fact = dana.fact("Last order")
    assert (fact.words, fact.label, fact.row_id) == ("Last order 7 Sep, 2 items", "order #5128", order)
    assert {"2026-09-07"} == values_of(fact, "date")
    assert has(fact, "month", "2026-09") and has(fact, "number", "2")
    assert dana.fact("Bought").words == "Bought Rain jacket and Quay coat"


def test_an_amount_is_there_to_be_ticked_and_is_not_proposed(dana: OneCustomer) -> None:
    dana.order(74, amount_minor=38_650)
    fact = dana.fact("Last order came to")
    assert not fact.ticked
    assert has(fact, "money", "386.5", "USD")


def test_a_quantity_in_metres_is_no_number_of_items(dana: OneCustomer) -> None:
    order = dana.order(10, dana.product("Tweed"))
    dana.book.run("UPDATE order_lines SET quantity = '2.5' WHERE order_id = ?", order)
    assert dana.fact("Last order").words.endswith(", 1 product")


def test_what_came_back_is_not_asked_about(dana: OneCustomer) -> None:
    jacket, coat = dana.product("Rain jacket"), dana.product("Quay coat")
    dana.order(40, jacket, coat, external_id="77")
    dana.order(30, jacket, kind="return", of_external_id="77", amount_minor=-100)
    assert "Bought Quay coat" in dana.words()
    assert "Returned Rain jacket 21 Oct" in dana.words()


def test_what_a_system_keeps_in_capitals_is_written_small(dana: OneCustomer) -> None:
    dana.order(74, dana.product("RED RETROSPOT WRAP"), dana.product("POSTAGE"), dana.product("DVD"))
    fact = dana.fact("Bought")
    assert fact.words == "Bought RED RETROSPOT WRAP and DVD", "postage is no product"
    assert values_of(fact, "product") == {"RED RETROSPOT WRAP", "red retrospot wrap", "DVD"}
    body = draft_by_template(dana.workspace, dana.id, goal="check_in", tone="warm").body
    assert "for the red retrospot wrap and the DVD" in body


def test_a_full_stop_after_a_name_does_not_end_the_sentence(dana: OneCustomer) -> None:
    dana.order(74, dana.product("LUNCH BAG  BLACK SKULL."))
    assert "lunch bag black skull" in values_of(dana.fact("Bought"), "product")
    body = draft_by_template(dana.workspace, dana.id, goal="check_in", tone="warm").body
    assert "lunch bag black skull" in body and "skull.." not in body and "skull. " not in body


def test_a_cancelled_order_is_not_the_last(dana: OneCustomer) -> None:
    dana.order(74, external_id="1")
    dana.order(10, external_id="2")
    dana.order(9, kind="cancellation", of_external_id="2", amount_minor=-100)
    assert dana.fact("Last order").words.startswith("Last order 7 Sep")
    dana.order(5, external_id="3", amount_minor=7_700)
    dana.order(5, kind="cancellation", amount_minor=-7_700)
    assert dana.fact("Last order").words.startswith("Last order 7 Sep"), "the cancellation names no order"
    assert "2 orders" in dana.words()


def test_an_order_that_came_back_whole_is_not_the_last(dana: OneCustomer) -> None:
    dana.order(60, dana.product("Parka"))
    dana.order(10, dana.product("Belt"), external_id="43", amount_minor=5_000)
    back = {"external_id": "43 return", "kind": "return", "of_external_id": "43"}
    dana.book.order(dana.id, days_ago(8), amount_minor=-2_000, **back)
    assert dana.fact("Last order").words == "Last order 10 Nov, 1 item"
    dana.book.order(dana.id, days_ago(7), amount_minor=-3_000, **{**back, "external_id": "43 rest"})
    assert dana.fact("Last order").words == "Last order 21 Sep, 1 item"


def test_a_late_delivery_is_said_with_its_order_and_its_end(dana: OneCustomer) -> None:
    dana.order(74, external_id="O-5128")
    ticket = dana.ticket(66, "Late delivery of O-5128", external_id="312", resolved_on="2026-09-18")
    fact = dana.fact("Late delivery", "apologise")
    assert (fact.words, fact.label) == ("Late delivery of the order of 7 Sep, resolved 18 Sep", "ticket #312")
    assert (fact.table, fact.row_id, fact.ticked, fact.quote) == ("tickets", ticket, True, "")
    assert {"late delivery", "reached you late", "arrived late"} <= values_of(fact, "statement")
    assert {"2026-09-07", "2026-09-15", "2026-09-18"} == values_of(fact, "date")


def test_the_order_of_another_customer_is_not_named(dana: OneCustomer) -> None:
    other = dana.book.customer("Somebody else")
    dana.order(74, customer=other, external_id="O-1")
    dana.ticket(66, "Late delivery of O-1")
    assert "order of" not in dana.fact("Late delivery", "apologise").words


def test_a_subject_that_fits_no_kind_is_quoted_as_theirs(dana: OneCustomer) -> None:
    dana.ticket(20, "Prices for next season")
    fact = dana.fact("Ticket “", "apologise")
    assert fact.quote == "Prices for next season"
    assert has(fact, "quote", "Prices for next season")


def test_an_open_ticket_comes_first_and_says_so(dana: OneCustomer) -> None:
    dana.ticket(5, "Late delivery")
    dana.ticket(30, "Zip is stuck", status="open", resolved_on=None)
    said = [fact.words for fact in dana.facts("apologise") if fact.key.startswith("ticket:")]
    assert said == ["Poor quality, open since 21 Oct", "Late delivery, resolved 17 Nov"]


def test_what_waits_for_an_answer_is_all_that_an_apology_is_about(dana: OneCustomer) -> None:
    dana.ticket(80, "Refund has not arrived", satisfaction=2)
    dana.review(50, 5, "My new favourite")
    dana.review(4, 1, "Very disappointed", product_name="Harbor rain jacket")
    proposed = [fact.words for fact in dana.facts("apologise") if fact.ticked]
    assert proposed == ["To answer: their review of the Harbor rain jacket, 16 Nov", "Customer since March 2023"]
    assert not any(fact.ticked for goal in GOALS for fact in dana.facts(goal) if fact.quote == "My new favourite")


def test_an_outburst_in_a_subject_is_not_said_back(dana: OneCustomer) -> None:
    dana.ticket(4, "We are leaving you!!!", status="open", resolved_on=None, priority="Urgent")
    assert dana.words("apologise")[0] == "To answer: their ticket, 16 Nov, open"


@pytest.mark.parametrize(("ordered", "over"), [(9, False), (2, True)])
def test_a_bad_rating_is_over_once_they_ordered_again_after_two_weeks(
    dana: OneCustomer, ordered: int, over: bool
) -> None:
    dana.review(18, 1, "Very disappointed", product_name="Harbor rain jacket")
    dana.book.score(dana.id, last_order_on=days_ago(ordered))
    assert any(words.startswith("To answer") for words in dana.words("apologise")) is not over


def test_a_complaint_is_proposed_for_an_apology_only(dana: OneCustomer) -> None:
    dana.ticket(80, "Late delivery", satisfaction=2)
    for goal in GOALS:
        assert dana.fact("Late delivery", goal).ticked == (goal == "apologise")
        assert not dana.fact("Ticket rated 2 of 5", goal).ticked


@pytest.mark.parametrize("newer", ["ticket", "review"])
def test_an_apology_is_for_what_they_complained_of_last(dana: OneCustomer, newer: str) -> None:
    dana.ticket(40 if newer == "ticket" else 150, "Charged twice for 4711")
    dana.review(75, 1, "Very disappointed")
    ticked = [fact.words for fact in dana.facts("apologise") if fact.ticked]
    assert any("Charged twice" in one or "Billing" in one for one in ticked) == (newer == "ticket"), ticked
    assert any("Very disappointed" in one for one in ticked) == (newer == "review"), ticked


def test_a_review_is_quoted_in_their_words(dana: OneCustomer) -> None:
    dana.review(93, 5, "Great fit, fast exchange", external_id="96", product_name="Rain jacket")
    fact = dana.fact("5 of 5", "apologise")
    assert (fact.words, fact.label) == ("5 of 5, “Great fit, fast exchange”", "review #96")
    assert fact.quote == "Great fit, fast exchange"
    assert has(fact, "month", "2026-08") and has(fact, "product", "Rain jacket") and has(fact, "number", "5")


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("Good products, but your delivery times are a joke.", False),
        ("Gute Ware, leider dauert die Lieferung ewig.", False),
        ("Nothing but praise for your team.", True),
    ],
)
def test_praise_that_takes_something_back_is_shown_and_not_proposed(
    dana: OneCustomer, text: str, *, proposed: bool
) -> None:
    dana.review(10, 4, text)
    assert dana.fact("4 of 5", "thank").ticked == proposed


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("10/10 for how fast you ignored me", None),
        ("Great, another week without a delivery. Thanks for nothing.", None),
        ("Top service", "Hose still broken. Danke für nichts."),
    ],
)
def test_full_marks_over_mocking_words_are_no_praise(dana: OneCustomer, title: str, text: str | None) -> None:
    dana.review(10, 5, title, text=text)
    for goal in GOALS:
        with reading(dana.workspace) as reader:
            (found,) = (one for one in find_facts(reader, dana.id, goal) if one.fact.key.startswith("review:"))
        assert (found.sort, found.fact.ticked) == ("review", False)


@pytest.mark.parametrize(
    "title", ["See www.cheap.example", "<b>Buy</b> here", "Write to a@b.example", "{{ 7 * 7 }}", "[link]", "12345"]
)
def test_links_addresses_and_markup_are_not_quoted(dana: OneCustomer, title: str) -> None:
    dana.review(10, 5, title)
    fact = dana.fact("5 of 5")
    assert fact.quote == "" and title not in fact.words


def test_a_deal_is_never_proposed_by_itself(dana: OneCustomer) -> None:
    dana.book.event("opportunities", dana.id, name="Winter restock", stage="Proposal", amount_minor=45_000,
                     currency="USD", opened_on=days_ago(19))  # fmt: skip
    fact = dana.fact("Winter restock")
    assert fact.words == "Winter restock, $450, proposal"
    assert not any(dana.fact("Winter restock", goal).ticked for goal in GOALS)
    assert has(fact, "money", "450", "USD")


def test_a_deal_without_a_name_is_about_its_product(dana: OneCustomer) -> None:
    values = {"stage": "Qualified", "opened_on": days_ago(19), "product_name": "GTX Basic"}
    dana.book.event("opportunities", dana.id, **values)
    fact = dana.fact("Deal about the GTX Basic, first talks")
    subject = draft_by_template(dana.workspace, dana.id, goal="check_in", facts=[fact.key]).subject
    assert subject == "The GTX Basic: where do we stand?"


@pytest.mark.parametrize(
    ("kind", "stage", "subject"),
    [
        ("Cross-sell", "Proposal", "Our proposal: where do we stand?"),
        ("Cross-sell", "Negotiation", "Our offer: where do we stand?"),
        ("Upsell", "Qualified", "What we talked about: where do we stand?"),
        ("Renewal", "Qualified", "The renewal: where do we stand?"),
    ],
)
def test_a_deal_that_only_has_a_kind_can_be_written_about(
    dana: OneCustomer, kind: str, stage: str, subject: str
) -> None:
    dana.order(43, dana.product("Parka"))
    dana.book.event("opportunities", dana.id, kind=kind, stage=stage, opened_on=days_ago(19))
    found = dana.facts_of_rule("deal_stalled")
    assert [fact.group for fact in found if fact.ticked and fact.group in ("deal", "product")] == ["deal"]
    keys = [fact.key for fact in found if fact.ticked]
    draft = draft_by_template(dana.workspace, dana.id, goal="check_in", tone="warm", facts=keys)
    assert draft.subject == subject and kind not in draft.body.replace("renewal", "")


@pytest.mark.parametrize("tone", TONES)
def test_a_deal_under_negotiation_is_no_proposal_and_the_day_it_closes_is_said(dana: OneCustomer, tone: str) -> None:
    row = {"kind": "Cross-sell", "stage": "Negotiation", "opened_on": days_ago(34), "closes_on": days_ago(-1)}
    dana.book.event("opportunities", dana.id, **row)
    keys = [fact.key for fact in dana.facts_of_rule("deal_at_risk") if fact.ticked]
    draft = draft_by_template(dana.workspace, dana.id, goal="check_in", tone=tone, facts=keys)
    assert "our offer, which we hoped to settle by 21 November" in draft.body
    assert "proposal" not in f"{draft.subject} {draft.body}".lower() and "17 October" not in draft.body


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ("N0 SINGING METAL SIGN", ""),
        ("DCGS0058", ""),
        ("SET OF 3 CAKE TINS", "the set of 3 cake tins"),
        ("GTX Basic", "the GTX Basic"),
        ("Item 48", "Item 48"),
    ],
)
def test_a_code_is_no_name_for_an_email(dana: OneCustomer, product: str, said: str) -> None:
    dana.order(90, dana.product(product))
    dana.review(20, 1, "Fell apart", product_name=product)
    for goal in ("check_in", "apologise"):
        draft = draft_by_template(dana.workspace, dana.id, goal=goal, tone="warm")
        text = f"{draft.subject} {draft.body}"
        assert said in text if said else product.casefold() not in text.casefold()


def test_what_was_offered_is_written_about_before_a_larger_deal_that_was_not(dana: OneCustomer) -> None:
    for stage, amount in (("Identified", 90_000), ("Proposal", 20_000)):
        row = {"stage": stage, "amount_minor": amount, "currency": "USD", "opened_on": days_ago(19)}
        dana.book.event("opportunities", dana.id, kind="Upsell", **row)
    assert dana.fact("Open deal").words == "Open deal, $200, proposal"


def test_the_deal_that_the_alert_is_about_is_written_about(dana: OneCustomer) -> None:
    for product, price in (("Cheap", "5"), ("Dear", "900"), ("Alerted", "55")):
        row = {"product_id": dana.book.insert("products", source="x", external_id=product, name=product, price=price)}
        deal = dana.book.event("opportunities", dana.id, stage="Qualified", opened_on=days_ago(19), **row)
        if product == "Dear":
            assert dana.fact("Deal about").words == "Deal about the Dear, first talks"
    alert = dana.book.alert(dana.id, rule="deal_stalled")
    row = {"rule": "deal_stalled", "severity": 2, "reason": "", "raised_at": "", "raised_as_of": ""}
    dana.book.insert("alert_signals", alert_id=alert, evidence=f'{{"deal": {deal}}}', **row)
    assert dana.fact("Deal about").words == "Deal about the Alerted, first talks"


@pytest.mark.parametrize("rule", ["gap_beyond_usual", "likely_to_leave", "activity_dropped"])
def test_an_open_deal_is_the_reason_to_write_to_who_went_quiet(dana: OneCustomer, rule: str) -> None:
    dana.order(143, dana.product("Parka"))
    assert not any(fact.ticked and fact.group == "deal" for fact in dana.facts_of_rule(rule))
    dana.book.event("opportunities", dana.id, name="Winter restock", stage="Proposal", opened_on=days_ago(19))
    assert any(fact.ticked and fact.group == "deal" for fact in dana.facts_of_rule(rule))


def test_a_ticket_to_be_solved_tomorrow_is_open_today(dana: OneCustomer) -> None:
    dana.ticket(4, "Zip is stuck", status="open", resolved_on=days_ago(-1))
    assert "open" in dana.fact("To answer: their ticket “Zip is stuck”").words
    assert not any("resolved" in one for one in dana.words())


def test_an_email_about_a_deal_does_not_hide_a_ticket_that_is_open(dana: OneCustomer) -> None:
    dana.book.event("opportunities", dana.id, name="Winter restock", stage="Proposal", opened_on=days_ago(19))
    dana.ticket(12, "", kind="Sizing Issue", status="open", resolved_on=None, sentiment=0.2)
    keys = [fact.key for fact in dana.facts_of_rule("deal_stalled") if fact.ticked]
    for tone in TONES:
        body = draft_by_template(dana.workspace, dana.id, goal="check_in", tone=tone, facts=keys).body
        assert (
            "You wrote to us about “Sizing Issue” on 8 November. That ticket is still open; I will follow it up too."
            in body
        )


def test_a_renewal_ahead_is_proposed_for_the_renewal(dana: OneCustomer) -> None:
    dana.book.event("contracts", dana.id, ends_on="2027-01-12")
    fact = dana.fact("Renews", "renewal")
    assert (fact.words, fact.group, fact.ticked) == ("Renews 12 Jan 2027", "contract", True)
    dana.book.run("UPDATE contracts SET ends_on = '2026-11-01'")
    assert not [words for words in dana.words("renewal") if words.startswith("Renews")]


def test_preferences_are_said_however_the_file_has_them(dana: OneCustomer) -> None:
    dana.book.run(
        "UPDATE customers SET preferences = ?", '{"categories": ["denim"], "styles": ["classic"], "size": "M"}'
    )
    assert "Prefers denim, classic, size M" in dana.words()
    for broken in ("not json", "[1, 2]", '{"categories": {"a": 1}, "size": null}', "", '{"size": "' + "x" * 300 + '"}'):
        dana.book.run("UPDATE customers SET preferences = ?", broken)
        assert not [words for words in dana.words() if words.startswith("Prefers")]


def test_the_feature_is_a_fact_where_the_business_has_it(dana: OneCustomer) -> None:
    assert not [words for words in dana.words("introduce") if "fit scan" in words]
    other = dana.book.customer("Somebody else")
    dana.book.event("activities", other, kind="fit_scan", happened_on=days_ago(9))
    assert dana.fact("Has not used the fit scan yet", "introduce").ticked
    dana.book.event("activities", dana.id, kind="fit_scan", happened_on=days_ago(3))
    assert "Used the fit scan once, last 17 Nov" in dana.words("introduce")


def test_who_does_not_want_to_be_recorded_is_not_told_what_was_recorded(dana: OneCustomer) -> None:
    dana.book.event("activities", dana.id, kind="fit_scan", happened_on=days_ago(3))
    dana.book.event("email_events", dana.id, kind="clicked", campaign="Winter", happened_on=days_ago(3))
    dana.book.event("email_events", dana.id, kind="sent", campaign="Winter", happened_on=days_ago(4))
    dana.book.run("UPDATE customers SET tracking_consent = 'withdrawn'")
    assert [words for words in dana.words() if "Winter" in words] == ["Was sent “Winter”, 16 Nov"]
    assert not [words for words in dana.words("introduce") if "fit scan" in words]


def test_nothing_of_the_future_is_known(dana: OneCustomer) -> None:
    dana.order(-5)
    dana.ticket(-5, "Late delivery")
    dana.review(-5, 5, "Great")
    assert dana.words() == ["Customer since March 2023"]


def test_a_customer_who_is_gone_is_told_of_in_a_sentence(dana: OneCustomer) -> None:
    with pytest.raises(UserError, match="no longer in the book"):
        read_facts(dana.workspace, 999, "check_in")


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


def test_the_recommended_size_is_a_fact_and_measurements_one_of_their_own(dana: OneCustomer) -> None:
    scan = dana.book.event("activities", dana.id, kind="fit_scan", happened_on=days_ago(9),
                            attributes='{"chest_cm": "109", "waist_cm": "98,5", "recommended_size": "XL"}')  # fmt: skip
    size, body = dana.fact("Recommended size"), dana.fact("Measurements")
    assert (size.words, size.label, size.table, size.row_id) == (
        "Recommended size XL",
        "fit scan, 11 Nov",
        "activities",
        scan,
    )
    assert has(size, "statement", "size XL") and not values_of(size, "date") | values_of(size, "number")
    assert body.words == "Measurements: chest 109, waist 98,5 cm"
    assert values_of(body, "number") == {"109", "98.5"}
    for goal in GOALS:
        assert not dana.fact("Measurements", goal).ticked


def test_overdue_invoices_are_among_the_facts_of_customers_with_many_others(
    book: Workspace, customers: SampleCustomers
) -> None:
    everybody = {getattr(customers, one.name) for one in fields(customers)} - {customers.nameless}
    driver = connect(book.store.path)
    try:
        with driver:
            driver.executemany(
                "INSERT INTO invoices"
                " (customer_id, source, external_id, number, due_on, amount_minor, currency, status)"
                " VALUES (?1, 'x', ?1 || ?2, ?2, '2026-02-01', 5000, 'EUR', 'open')",
                [(one, number) for one in everybody for number in ("INV-1", "INV-2")],
            )
    finally:
        driver.close()
    for one in everybody:
        for goal in ("check_in", "renewal"):
            groups = [fact.group for fact in read_facts(book, one, goal)]
            assert groups.count("invoice") == 2, (one, goal, groups)


def test_an_overdue_invoice_comes_behind_an_open_ticket(dana: OneCustomer) -> None:
    for days in (30, 20):
        dana.ticket(days, "Where is my parcel?", status="open", resolved_on=None)
    dana.review(40, 2, "Not what I ordered")
    dana.book.event("invoices", dana.id, number="7", due_on=days_ago(9), amount_minor=500, currency="EUR")
    unticked = [fact.group for fact in dana.facts("thank") if not fact.ticked]
    assert unticked[:2] == ["ticket", "invoice"], "before what was wrong in the past"


def test_an_invoice_that_is_known_to_be_paid_is_no_fact_though_the_scores_end_before(dana: OneCustomer) -> None:
    dana.book.score(dana.id, as_of=days_ago(30))
    owed = {"due_on": days_ago(60), "amount_minor": 500, "currency": "EUR"}
    dana.book.event("invoices", dana.id, number="7", paid_on=days_ago(10), status="paid", **owed)
    dana.book.event("invoices", dana.id, number="8", status="open", **owed)
    assert [words for words in dana.words() if words.startswith("Invoice")] == ["Invoice 8, €5.00, due 21 Sep, overdue"]
