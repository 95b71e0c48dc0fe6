"""What to do about an alert, as it is read: the day, the matter, and how the customer can be reached."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.values.alerts import Recommendation
from services.book.playbook import read_playbook
from services.insight.advice import day_words, read_advice
from services.insight.detail import read_detail
from services.insight.reach import read_reach
from services.insight.reader import Reader
from services.settings import BusinessHours, Policy
from tests.services.insight.conftest import Fresh, SmallBook, days_ago, minutes

ASK = "Ask whether they want emails, and record the answer under “Email consent”."


def reach(book: SmallBook, reader: Fresh, **fields: object) -> str:
    book.customer(phone="+1 555 0199")  # a book that keeps phone numbers
    number = book.customer(**fields)
    return reader(lambda one: read_reach(one, one.row("SELECT * FROM customers WHERE id = ?", (number,))).words)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": None}, "No phone on record. No email address on record. Look up a number."),
        ({"phone": "+1 555 0100", "email": None}, "Call +1 555 0100. No email address on record."),
        ({"phone": "+1 555 0100", "email_consent": "unknown"}, f"Call +1 555 0100. {ASK}"),
        (
            {"phone": "+1 555 0100", "email_consent": "given", "email_consent_since": "2026-01-05"},
            "Call +1 555 0100. If you cannot reach them, write.",
        ),
        (
            {"phone": "+1 555 0100", "email_consent": "withdrawn", "email_consent_since": "2026-01-05"},
            "Call +1 555 0100. Do not email them.",
        ),
        ({"email_consent": "unknown"}, f"No phone on record. Look up a number. {ASK}"),
        ({"email_consent": "given", "email_consent_since": "2026-01-05"},
         "No phone on record. Write to them, and ask for a number."),
        ({"email_consent": "withdrawn", "email_consent_since": "2026-01-05"},
         "No phone on record. Do not email them. Look up a number."),
    ],
)  # fmt: skip
def test_how_a_customer_can_be_reached(book: SmallBook, reader: Fresh, fields: dict[str, object], words: str) -> None:
    assert reach(book, reader, **{"email": "ida@example.com", **fields}) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email_consent": "unknown"}, f"Their address is ida@example.com. {ASK}"),
        ({"email_consent": "given", "email_consent_since": "2026-01-05"}, "Write to them, and ask for a number."),
        ({"email_consent": "withdrawn"}, "Do not email them. Look up a number."),
        ({"email": None}, "No email address on record. Look up a number."),
    ],
)  # fmt: skip
def test_a_book_without_any_number_does_not_say_so_of_each_customer(
    book: SmallBook, reader: Fresh, fields: dict[str, object], words: str
) -> None:
    number = book.customer(**{"email": "ida@example.com", **fields})
    found = reader(lambda one: read_reach(one, one.row("SELECT * FROM customers WHERE id = ?", (number,))))
    assert found.words == words


def test_what_the_title_asks_for_first_is_not_asked_for_again(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email=None)
    book.score(number)
    advice = '{"code": "x", "title": "{call} to ask how things are", "why": "A reason."}'
    told = reader(read_detail, book.alert(number, rule="likely_to_leave", recommendation=advice)).recommendation
    assert (told.title, told.why) == (
        "Find a phone number and call to ask how things are", "No email address on record. A reason.",
    )  # fmt: skip


def test_who_has_an_address_can_be_answered(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email="ida@example.com", email_consent="unknown")
    book.score(number)
    alert = book.alert(
        number, rule="distress", recommendation='{"code": "distress_call", "title": "{reach}", "why": ""}'
    )
    assert reader(read_detail, alert).recommendation.title == "Answer them today"


@pytest.mark.parametrize(
    ("channel", "given", "title"),
    [
        ("email", None, "Answer in their ticket today: say who will resolve their ticket, and by when"),
        ("phone", None, "Find a way to reach them today: say who will resolve their ticket, and by when"),
        ("email", 1, "Find a way to reach them today"),
    ],
)
def test_who_has_an_open_ticket_is_answered_there(
    book: SmallBook, reader: Fresh, channel: str, given: int | None, title: str
) -> None:
    """No address, no number: an answer to their ticket is no mailing, and needs neither."""
    number = book.customer(email=None)
    book.score(number)
    ticket = {"subject": "Zip", "opened_on": days_ago(3), "sentiment": -0.8, "priority": "urgent", "channel": channel}
    book.event("tickets", number, **ticket, satisfaction=given)
    advice = '{"code": "distress_call", "title": "{reach}{solve}", "why": ""}'
    assert reader(read_detail, book.alert(number, rule="distress", recommendation=advice)).recommendation.title == title


def test_the_advice_names_what_else_waits(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    text = '{"code": "distress_call", "title": "", "why": "{matter}"}'
    alert = book.alert(number, rule="distress", recommendation=text)
    book.event("reviews", number, product_name="Harbor rain jacket", rating=1, reviewed_on=days_ago(4))
    for days, subject in ((9, "Fit question"), (40, "Return request"), (70, "Invoice")):
        book.event("tickets", number, subject=subject, opened_on=days_ago(days), sentiment=0.1)
    assert reader(read_detail, alert).recommendation.why.endswith(
        "They gave 1 of 5 on 16 Nov in their review of Harbor rain jacket."
        " Also unanswered: open ticket “Fit question”, 11 Nov; open ticket “Return request”, 11 Oct; 1 more."
    )


def test_what_else_waits_is_named_newest_first(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    alert = book.alert(number, rule="distress", recommendation='{"code": "", "title": "", "why": "{matter}"}')
    book.event("reviews", number, product_name="Harbor rain jacket", rating=2, reviewed_on=days_ago(4))
    book.event("tickets", number, subject="Shipping delay", opened_on=days_ago(90), sentiment=-0.8)
    book.event("tickets", number, subject="Wash", opened_on=days_ago(9), sentiment=0.1)
    why = reader(read_detail, alert).recommendation.why
    assert why.endswith("Also unanswered: open ticket “Wash”, 11 Nov; open ticket “Shipping delay”, 22 Aug.")


def test_of_ratings_as_bad_the_one_given_last_comes_first(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    alert = book.alert(number, rule="distress", recommendation='{"code": "", "title": "", "why": "{matter}"}')
    book.event("tickets", number, subject="Fit", opened_on=days_ago(40), resolved_on=days_ago(3), satisfaction=1)
    book.event("reviews", number, product_name="Harbor rain jacket", rating=1, reviewed_on=days_ago(9))
    why = reader(read_detail, alert).recommendation.why
    assert "They rated the ticket “Fit” 1 of 5 on 17 Nov." in why


def test_the_rating_of_a_ticket_is_told_without_claiming_an_answer(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email=None)
    book.score(number)
    alert = book.alert(number, rule="distress", recommendation='{"code": "", "title": "", "why": "{matter}"}')
    book.event("tickets", number, subject="Zip is stuck", opened_on=days_ago(9), status="open", satisfaction=1,
               resolved_on=days_ago(3))  # fmt: skip
    why = reader(read_detail, alert).recommendation.why
    assert why.endswith("They rated the ticket “Zip is stuck” 1 of 5 on 17 Nov.")


def test_a_bad_review_is_told_in_the_customers_words(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email=None)
    book.score(number)
    alert = book.alert(number, rule="distress", recommendation='{"code": "", "title": "", "why": "{matter}"}')
    book.event("reviews", number, product_name="Harbor rain jacket", rating=1, reviewed_on=days_ago(3),
               title="Very disappointed", text="Slow refund.\nCustomer service was no help")  # fmt: skip
    assert reader(read_detail, alert).recommendation.why.endswith(
        "in their review of Harbor rain jacket: “Very disappointed. Slow refund. Customer service was no help”."
    )


def test_the_day_on_which_a_ticket_came_is_not_told_as_that_of_its_rating(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email=None)
    book.score(number)
    alert = book.alert(number, rule="distress", recommendation='{"code": "", "title": "", "why": "{matter}"}')
    book.event("tickets", number, subject="Zip is stuck", opened_on=days_ago(9), status="solved", satisfaction=1)
    why = reader(read_detail, alert).recommendation.why
    assert why.endswith("They rated the ticket “Zip is stuck” of 11 Nov 1 of 5.")


def test_the_number_of_a_contact_is_called_where_the_company_has_none(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email=None)
    book.event("contacts", number, name="Kofi Rahal", phone="+1 555 0123", is_primary=1)
    words = reader(lambda one: read_reach(one, one.row("SELECT * FROM customers WHERE id = ?", (number,))).words)
    assert words == "Call Kofi Rahal, +1 555 0123. No email address on record."


@pytest.mark.parametrize(
    ("channel", "hours", "words", "first", "when"),
    [
        ("phone", "before 12", "Call before 12:00: Kofi, +1 555 0123. They prefer calls. If you cannot reach them,"
         " write.", "call", "before 12:00"),
        ("E-Mail", None, "They prefer email: write to them. If they do not answer: call Kofi, +1 555 0123.",
         "draft", ""),
        ("no email", None, "Write to them. If they do not answer: call Kofi, +1 555 0123.", "draft", ""),
        ("Telefon oder E-Mail", "after 2 pm",
         "Write to them. If they do not answer: call after 14:00: Kofi, +1 555 0123.", "draft", "after 14:00"),
    ],
)  # fmt: skip
def test_the_advice_keeps_to_the_contacts_channel_and_hours(
    book: SmallBook, reader: Fresh, channel: str, hours: str | None, words: str, first: str, when: str
) -> None:
    number = book.customer(email="shop@example.com", email_consent="given", email_consent_since="2026-01-05")
    book.score(number)
    person = {"phone": "+1 555 0123", "preferred_channel": channel, "preferred_hours": hours}
    book.event("contacts", number, name="Other", preferred_channel="fax", preferred_hours="after 17:00")
    book.event("contacts", number, name="Kofi", is_primary=1, **person)
    text = '{"code": "x", "title": "Check in", "why": "A reason.", "goal": "ask", "goal_code": "check_in"}'
    detail = reader(read_detail, book.alert(number, rule="likely_to_leave", recommendation=text))
    assert detail.recommendation.why == f"{words} A reason."
    assert (detail.approach.first, detail.approach.when) == (first, when)


def test_who_prefers_email_is_written_to_where_others_are_called(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email="shop@example.com", email_consent="given", email_consent_since="2026-01-05")
    book.score(number)
    book.event("contacts", number, name="Kofi Rahal", phone="+1 555 0123", preferred_channel="email", is_primary=1)
    assert advised(book, reader, number, "deal_call", "deal_stalled").title.startswith("Email about the open deal")
    book.run("UPDATE customers SET email_consent = 'withdrawn' WHERE id = ?", number)
    detail = reader(read_detail, 1)
    assert detail.recommendation.title.startswith("Call about the open deal")
    assert (detail.approach.first, detail.approach.no_email) == ("call", "Consent withdrawn 5 Jan 2026")


def test_the_number_of_a_contact_without_a_name_is_not_shown_as_the_primarys(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number)
    book.event("contacts", number, name="Hana Delacroix", role="Buyer", is_primary=1)
    book.event("contacts", number, name="", phone="+1 555 0123")
    person = reader(read_detail, book.alert(number)).person
    assert (person.name, person.role, person.phone) == ("", "", "+1 555 0123")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-20T10:00", "today"),  # a Friday
        ("2026-11-20T18:00", "on Monday"),
        ("2026-11-21T10:00", "on Monday"),
        ("2026-11-22T10:00", "on Monday"),
        ("2026-11-19T18:00", "on Friday"),
    ],
)
def test_nobody_is_to_be_called_on_a_free_day(now: str, words: str) -> None:
    policy = replace(Policy(), business_hours=BusinessHours(time_zone="UTC"))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert day_words(policy, None, moment) == words


def test_a_holiday_is_no_working_day() -> None:
    hours = BusinessHours(time_zone="UTC", holidays=(date(2026, 11, 23),))
    moment = datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert day_words(replace(Policy(), business_hours=hours), None, moment) == "on Tuesday"


@pytest.mark.parametrize(
    ("now", "until", "words"),
    [
        ("2026-11-20T18:00", "2026-11-22", "today"),  # a Friday evening: by Monday the week is over
        ("2026-11-22T10:00", "2026-11-22", "today"),
        ("2026-11-20T18:00", "2026-11-30", "on Monday"),
        ("2026-11-22T10:00", "2026-11-21", "on Monday"),
    ],
)
def test_a_term_that_they_named_decides_the_day_of_the_call(now: str, until: str, words: str) -> None:
    policy = replace(Policy(), business_hours=BusinessHours(time_zone="UTC"))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert day_words(policy, None, moment, date.fromisoformat(until)) == words


@pytest.mark.parametrize(
    ("text", "title", "told"),
    [
        ("Please close our account at the end of the month.", "Call them back today, before the end of the month",
         "On 18 Nov they said that they are leaving by 30 Nov."),
        ("We are talking to another supplier. We will decide this week.", "Call them back today, before they decide",
         "On 18 Nov they said that they may leave and will decide by 22 Nov."),
        ("Please close our account. We are moving to a competitor.", "Call them back today",
         "On 18 Nov they said that they are leaving."),
    ],
)  # fmt: skip
def test_the_advice_says_who_leaves_who_may_and_until_when(
    book: SmallBook, reader: Fresh, text: str, title: str, told: str
) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    book.event("conversations", number, channel="Call", text=text, happened_on=days_ago(2))
    advice = advised(book, reader, number, "distress_call", "distress")
    assert advice.title == title and advice.why.endswith(told)


def test_the_advice_says_what_happened_and_calls_only_the_very_ticket_open(book: SmallBook, reader: Fresh) -> None:
    entry = next(one for one in read_playbook() if one.code == "distress_call")
    text = f'{{"code": "distress_call", "title": "{entry.title}", "why": "{entry.why}"}}'
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    alert = book.alert(number, rule="distress", recommendation=text)
    book.event("tickets", number, subject="How do I wash it?", opened_on=days_ago(3), sentiment=0.1)
    book.event("reviews", number, product_name="Harbor rain jacket", rating=1, reviewed_on=days_ago(4))
    advice = reader(read_detail, alert).recommendation
    assert advice.title == "Call them today"
    assert advice.why == (
        "Call +1 555 0100. No email address on record. They gave 1 of 5 on 16 Nov in their review of Harbor rain"
        " jacket. Also unanswered: open ticket “How do I wash it?”, 17 Nov."
    )
    book.event("tickets", number, subject="Late again", opened_on=days_ago(2), sentiment=-0.8, priority="Urgent")
    advice = reader(read_detail, alert).recommendation
    assert advice.title == "Call them today: say who will resolve their ticket, and by when"
    assert "Their urgent ticket “Late again” of 18 Nov is still open." in advice.why


@pytest.mark.parametrize(
    ("name", "pressing", "distress"),
    [
        ("", "Hand the ticket to the service manager today", "say who will resolve their ticket, and by when"),
        ("Dana Voss", "Hand the ticket to Dana Voss today", "hand their ticket to Dana Voss, and say by when"),
    ],
)
def test_tickets_and_distress_are_handed_to_the_service_manager(
    book: SmallBook, reader: Fresh, name: str, pressing: str, distress: str
) -> None:
    book.workspace.change_policy(service_manager=name)
    reader.workspace = book.workspace.with_policy(replace(book.workspace.policy, service_manager=name))
    titles = []
    for code, rule in (("pressing_call", "urgent_ticket"), ("distress_call", "distress")):
        number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
        book.score(number)
        book.event("tickets", number, subject="Late", opened_on=days_ago(2), sentiment=-0.8, priority="Urgent")
        titles.append(advised(book, reader, number, code, rule).title)
    assert titles == [f"{pressing}, and call the customer", f"Call them today: {distress}"]


def test_what_is_due_on_a_later_day_is_to_be_done_by_then(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    book.event("conversations", number, channel="Call", text="We are moving to a competitor.", happened_on=days_ago(2))
    due = {"due_at": minutes(4 * 1440)}
    assert advised(book, reader, number, "distress_call", "distress", **due).title == "Call them back by Tuesday"


def advised(book: SmallBook, reader: Fresh, number: int, code: str, rule: str, **values: Any) -> Recommendation:
    entry = next(one for one in read_playbook() if one.code == code)
    fields = {"code": code, "title": entry.title, "why": entry.why, "goal_code": entry.goal_code,
              "incentive_minor": 5_000, "incentive_words": "Offer up to $50."}  # fmt: skip
    alert = book.alert(number, rule=rule, recommendation=json.dumps(fields), **values)
    found = reader(read_detail, alert)
    assert found is not None and found.recommendation is not None
    return found.recommendation


def test_an_apology_names_what_went_wrong_where_nothing_is_open_any_more(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    book.event("tickets", number, subject="Wrong size", status="solved", opened_on=days_ago(50),
               resolved_on=days_ago(48), satisfaction=2)  # fmt: skip
    why = advised(book, reader, number, "apology_call", "unhappy_tickets").why
    assert "Last complaint: “Wrong size”" in why and "rated 2 of 5" in why


@pytest.mark.parametrize(
    "code", ["check_in_deal", "check_in_deal_call", "vip_call", "silence_after_complaint", "deal_rescue"]
)
def test_the_advice_names_the_open_deal_of_who_went_quiet(book: SmallBook, reader: Fresh, code: str) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    for name, amount in (("Winter restock", 45_000), ("Trial", 1_000)):
        book.event("opportunities", number, name=name, stage="Proposal", amount_minor=amount, currency="USD",
                   opened_on=days_ago(19))  # fmt: skip
    advice = advised(book, reader, number, code, "gap_beyond_usual")
    assert "Open deal: Winter restock, $450, Proposal, open for 19 days." in advice.why


def test_the_advice_says_who_has_the_deal_and_what_its_product_costs(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None, owner="Boris Faz")
    book.score(number)
    product = book.insert("products", source="x", external_id="P", name="GTX Pro", price="4821", currency="USD")
    for owner, deal in (("Boris Faz", {"product_name": "MG Special"}), ("Elease Gluck", {"product_id": product})):
        book.event("opportunities", number, stage="Qualified", stage_as_given="Engaging", owner=owner,
                   opened_on=days_ago(19), **deal)  # fmt: skip
    why = advised(book, reader, number, "deal_call", "deal_stalled").why
    assert "Open deal: GTX Pro, about $4,821, Engaging, open for 19 days. Elease Gluck owns this deal and should" in why
    assert "Boris Faz" not in why


def test_a_deal_whose_owner_is_a_number_only_says_that_it_is_one(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None, owner="Boris Faz")
    book.score(number)
    book.event("opportunities", number, stage="Qualified", owner="5", opened_on=days_ago(19))
    why = advised(book, reader, number, "deal_call", "deal_stalled").why
    assert "The person with the ID 5 owns this deal and should get in touch." in why


def test_a_bad_rating_is_told_with_what_they_rated_badly_and_asked_near_it(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    for days, rating in ((4, 1), (10, 2), (9, 5), (40, 2)):
        book.event("reviews", number, product_name="Harbor rain jacket", rating=rating, reviewed_on=days_ago(days))
    book.event("tickets", number, subject="Zip is stuck", opened_on=days_ago(3), status="solved",
               resolved_on=days_ago(2))  # fmt: skip
    book.event("tickets", number, subject="Which size?", opened_on=days_ago(5), status="open", satisfaction=4)
    why = advised(book, reader, number, "distress_call", "distress").why
    assert (
        "in their review of Harbor rain jacket. Within two weeks of it: ticket “Zip is stuck”, 17 Nov;"
        " 2 of 5 for Harbor rain jacket, 10 Nov." in why
    )


def test_a_deal_won_since_the_last_order_is_named_beside_the_silence(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number, last_order_on=days_ago(90))
    book.event("opportunities", number, name="Trial", stage="Won", amount_minor=1_000, currency="USD",
               opened_on=days_ago(120), closes_on=days_ago(100))  # fmt: skip
    deal = book.event("opportunities", number, name="Staff uniforms", stage="Won", amount_minor=72_000, currency="USD",
                      opened_on=days_ago(99), closes_on=days_ago(61))  # fmt: skip
    why = advised(book, reader, number, "silence_after_complaint", "gap_beyond_usual").why
    assert why.endswith("Deal won since the last order: Staff uniforms, $720, 20 Sep.")
    assert "They have not ordered since" not in why, "they did buy"
    book.run("UPDATE opportunities SET stage = 'Lost' WHERE id = ?", deal)
    why = reader(read_detail, 1).recommendation.why
    assert "Deal won" not in why and "They have not ordered since." in why


def test_nothing_is_sold_while_something_waits(book: SmallBook, reader: Fresh) -> None:
    content, number = (book.customer(name, phone="+1 555 0100", email=None) for name in ("Cara Lake", "Ida Moor"))
    book.score(content)
    book.score(number)
    assert advised(book, reader, content, "grow", "ready_for_more").goal_code == "thank"
    book.event("tickets", number, subject="Zip is stuck", opened_on=days_ago(9), sentiment=-0.8)
    advice = advised(book, reader, number, "grow", "ready_for_more")
    assert (advice.title, advice.goal_code) == ("Deal with this first: call them today", "apologise")
    assert "Their ticket “Zip is stuck” of 11 Nov is still open." in advice.why
    assert (advice.incentive_minor, advice.incentive_words) == (0, "")


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ((), ""),
        (((5, 20),), "They are pleased: their rating of 31 Oct was 5 of 5."),
        (((5, 20), (2, 5)), ""),
        (((5, 400),), ""),
    ],
)
def test_they_are_pleased_only_where_their_newest_rating_says_so(
    book: SmallBook, reader: Fresh, ratings: tuple[tuple[int, int], ...], words: str
) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    for rating, ago in ratings:
        book.event("tickets", number, opened_on=days_ago(ago), resolved_on=days_ago(ago), satisfaction=rating)
    why = advised(book, reader, number, "grow_call", "deal_stalled").why
    assert ("pleased" in why) == bool(words) and words in why


def test_what_saves_the_customer_comes_before_what_is_to_be_recorded(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", email="ida@example.com", email_consent="unknown")
    book.score(number)
    advice = '{"code": "x", "title": "{call} to ask how things are", "why": "A reason."}'
    told = reader(read_detail, book.alert(number, recommendation=advice)).recommendation
    assert told.why == f"Their address is ida@example.com. A reason. {ASK}"


@pytest.mark.parametrize("status", ["open", "solved", None])
def test_the_last_complaint_is_solved_where_its_file_does_not_say_that_it_is_open(
    book: SmallBook, reader: Fresh, status: str | None
) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    book.event("tickets", number, subject="Zip", opened_on=days_ago(60), resolved_on=days_ago(50), sentiment=-0.8,
               satisfaction=2, status=status)  # fmt: skip
    why = advised(book, reader, number, "silence_after_complaint", "gap_beyond_usual").why
    assert ("rated 2 of 5, solved." in why) == (status != "open") and "rated 2 of 5" in why


def test_what_the_advice_does_not_name_is_not_read(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    read: list[str] = []

    def advice(one: Reader) -> None:
        customer = one.row("SELECT * FROM customers WHERE id = ?", (number,))
        one.driver.set_trace_callback(read.append)
        said, _ = read_advice(one, json.dumps({"title": "{call}", "why": "It is time."}), "", customer)
        one.driver.set_trace_callback(None)
        assert said is not None and said["title"] == "Call"

    reader(advice)
    assert read and not any("opportunities" in statement for statement in read)


def test_the_advice_names_the_open_ticket_of_who_is_content(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", phone="+1 555 0100", email=None)
    book.score(number)
    book.event("tickets", number, subject="How do I wash it?", opened_on=days_ago(9), sentiment=0.3)
    why = advised(book, reader, number, "deal_next_step", "deal_stalled").why
    assert why.endswith("Also unanswered: open ticket “How do I wash it?”, 11 Nov.")
