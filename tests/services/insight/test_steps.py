"""The steps of an advice fit together: its title, its sentences and the primary button come to the same contact."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.values.alerts import AlertDetail
from services.book.playbook import Entry, read_playbook
from services.insight.detail import read_detail
from tests.services.insight.conftest import Fresh, SmallBook, days_ago

GIVEN = {"email": "shop@example.com", "email_consent": "given", "email_consent_since": "2026-01-05"}
WITHDRAWN = {**GIVEN, "email_consent": "withdrawn"}
PHONE = "+1 555 0123"


def advised(book: SmallBook, reader: Fresh, number: int, entry: Entry) -> AlertDetail:
    alert = book.alert(number, rule="distress", recommendation=json.dumps({"code": entry.code}))
    found = reader(read_detail, alert)
    assert found is not None and found.recommendation is not None and found.approach is not None
    return found


def entry(code: str) -> Entry:
    return next(one for one in read_playbook() if one.code == code)


@pytest.mark.parametrize("code", [one.code for one in read_playbook() if one.code != "data_refresh"])
@pytest.mark.parametrize("prefers", ["", "phone", "email"])
@pytest.mark.parametrize("consent", [GIVEN, WITHDRAWN])
def test_the_title_says_nothing_else_than_the_first_step(
    book: SmallBook, reader: Fresh, code: str, prefers: str, consent: dict[str, str]
) -> None:
    number = book.customer(**consent)
    book.score(number)
    book.event("contacts", number, name="Kofi", phone=PHONE, preferred_channel=prefers, is_primary=1)
    detail = advised(book, reader, number, entry(code))
    assert detail.recommendation is not None and detail.approach is not None
    title, steps = detail.recommendation.title.lower(), detail.recommendation.why
    if detail.approach.first == "call":
        assert "write" not in title and "email" not in title
        assert steps.startswith(f"Call Kofi, {PHONE}")
    else:
        assert detail.approach.first == "draft" and "call" not in title
        assert steps.startswith(("Write to them.", "They prefer email: write to them."))


@pytest.mark.parametrize(
    ("table", "row", "back"),
    [
        ("conversations", {"channel": "call", "happened_on": days_ago(2)}, True),
        ("conversations", {"channel": "chat", "happened_on": days_ago(2)}, False),
        ("tickets", {"channel": "phone", "subject": "Closing", "opened_on": days_ago(2)}, True),
        ("tickets", {"channel": "email", "subject": "Call me", "opened_on": days_ago(2)}, False),
    ],
)
def test_who_phoned_is_called_back_though_they_prefer_email(
    book: SmallBook, reader: Fresh, table: str, row: dict[str, Any], back: bool
) -> None:
    number = book.customer(**GIVEN)
    book.score(number)
    book.event("contacts", number, name="Kofi", phone=PHONE, preferred_channel="email", is_primary=1)
    book.event(table, number, text="Please close our account at the end of the month.", **row)
    detail = advised(book, reader, number, entry("distress_email"))
    assert detail.recommendation is not None and detail.approach is not None
    title, why = detail.recommendation.title, detail.recommendation.why
    if back:
        assert detail.approach.first == "call" and title.startswith("Call them back today")
        assert why.startswith(f"They phoned. Call back Kofi, {PHONE}. If you cannot reach them, write.")
    else:
        assert detail.approach.first == "draft" and title.startswith("Write to them today")
        assert why.startswith("They prefer email: write to them. If they do not answer: call Kofi")


def test_who_phoned_and_has_no_number_on_record_is_written_to(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(**GIVEN)
    book.score(number)
    book.event("conversations", number, channel="call", text="We are closing our account.", happened_on=days_ago(1))
    detail = advised(book, reader, number, entry("distress_email"))
    assert detail.recommendation is not None and detail.recommendation.title.startswith("Write to them today")
    assert "They phoned" not in detail.recommendation.why


@pytest.mark.parametrize(
    ("hours", "when"), [("before 10", "before 10:00"), ("before 9", "Monday before 9:00"), ("after 14", "after 14:00")]
)
def test_hours_that_are_over_today_are_those_of_the_next_working_day(
    book: SmallBook, reader: Fresh, hours: str, when: str
) -> None:
    """It is Friday, 9:00."""
    number = book.customer()
    book.score(number)
    book.event("contacts", number, name="Kofi", phone=PHONE, preferred_hours=hours, is_primary=1)
    detail = advised(book, reader, number, entry("check_in_call"))
    assert detail.recommendation is not None and detail.approach is not None
    assert detail.approach.when == when
    assert detail.recommendation.why.startswith(f"Call {when}: Kofi, {PHONE}.")


def test_what_waits_is_called_about_today_and_told_when_they_like_calls_next(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number)
    book.event("contacts", number, name="Kofi", phone=PHONE, preferred_hours="before 9", is_primary=1)
    book.event("tickets", number, subject="Late", opened_on=days_ago(2), sentiment=-0.8, priority="Urgent")
    detail = advised(book, reader, number, entry("distress_call"))
    assert detail.recommendation is not None and detail.approach is not None
    assert detail.recommendation.why.startswith(f"Call Kofi, {PHONE}.")
    said = {one.subject: one.words for one in detail.approach.points}
    assert said["Hours"] == "they prefer calls before 9:00; the next such time is Monday."


@pytest.mark.parametrize("prefers", [
    *("phone", "Tel.", "Telefon", "teléfono", "Call back", "Rückruf", "mobile"),
    *("Phone (do not use e-mail, inbox unmonitored)", "Do not email - ring her on the landline"),
])  # fmt: skip
def test_who_prefers_calls_is_called(book: SmallBook, reader: Fresh, prefers: str) -> None:
    assert "They prefer calls." in _first_step(book, reader, prefers)


@pytest.mark.parametrize("prefers", [
    *("email", "E-Mail", "mail", "Courriel", "correo"),
    *("keine Anrufe, nur per Mail", "ne pas appeler, écrire un mail", "email, don’t call"),
])  # fmt: skip
def test_who_prefers_email_is_written_to(book: SmallBook, reader: Fresh, prefers: str) -> None:
    assert _first_step(book, reader, prefers).startswith("They prefer email: write to them.")


@pytest.mark.parametrize("prefers", [
    *("Voicemail", "Direct mail", "Post / mail", "Telegram", "Telefax", "mailbox"),
    *("no calls", "Fax / Rückruf nicht erwünscht", "no phone or email, please"),
])  # fmt: skip
def test_another_channel_is_taken_for_neither(book: SmallBook, reader: Fresh, prefers: str) -> None:
    assert "They prefer" not in _first_step(book, reader, prefers)


def _first_step(book: SmallBook, reader: Fresh, prefers: str) -> str:
    number = book.customer(**GIVEN)
    book.score(number)
    book.event("contacts", number, name="Kofi", phone=PHONE, preferred_channel=prefers, is_primary=1)
    detail = advised(book, reader, number, entry("check_in_call"))
    assert detail.recommendation is not None
    return detail.recommendation.why
