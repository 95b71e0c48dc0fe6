"""The verdict on an email of a customer of the book: its seven checks in words, and when it is ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import Check, Edit, Resolution, Review
from services.outreach.facts import read_facts
from services.outreach.reviewing import review
from services.outreach.templates.write import draft_by_template
from services.workspace import Workspace
from tests.services.outreach.claims.conftest import read, saying
from tests.services.outreach.claims.marlow import INVENTED


def check(found: Review, name: str) -> Check:
    return next(one for one in found.checks if one.name == name)


def change(book: Workspace, sql: str) -> None:
    driver = connect(book.store.path)
    driver.execute(sql)
    driver.close()


def test_a_ready_email_says_so_as_in_the_picture(book: Workspace, marlow: Edit) -> None:
    found = review(book, marlow)
    assert found.ready
    assert found.verdict == "Ready: you have read the 4 sentences of your own"
    assert [one.name for one in found.checks] == [
        "permission", "facts", "statements", "greeting", "incentive", "scores", "sender", "unsubscribe",
    ]  # fmt: skip
    assert [one.words for one in found.checks] == [
        "You may email them:", "7 facts", "4 sentences of your own", "Greeting is this customer’s name",
        "Offers an early look only; no price or discount", "No score, segment or alert reason in the text",
        "Signed Ada",
        "Unsubscribe line is added on sending",
    ]  # fmt: skip
    assert check(found, "facts").why == "match your data as of 09:00"
    said = check(found, "permission").why
    assert said.startswith("consent given 2 Mar 2023. ") and ", l" not in said, "a sentence for each of its reasons"


def test_an_invented_statement_blocks_until_it_is_removed_sourced_or_confirmed(book: Workspace, marlow: Edit) -> None:
    edit = saying(marlow, INVENTED)
    found = review(book, edit)
    assert (found.ready, found.verdict) == (False, "1 problem: one statement has no source")
    assert [one.sentence for one in found.flagged] == [INVENTED]
    assert check(found, "statements").words == "1 statement without a source"
    for way, source, reason in (("sourced", "logistics note", ""), ("confirmed", "", "told by logistics")):
        resolution = Resolution(INVENTED, way, source, reason, "Ada", book.at)  # type: ignore[arg-type]
        assert review(book, replace(edit, resolutions=(*edit.resolutions, resolution))).ready
    assert review(book, marlow).ready


def test_what_stands_under_a_closing_is_read_too_unless_it_is_a_name(book: Workspace, marlow: Edit) -> None:
    named = replace(marlow, body=f"{marlow.body}\nAda")
    assert review(book, named).ready
    for said in ("Your parcel is on its way.", "Your Refund Is Approved"):
        more = review(book, replace(marlow, body=f"{marlow.body}\nAda\n\n{said}"))
        assert [one.text for one in more.own if one.verdict == "to_read"] == [said] or more.flagged
        assert not more.ready


def test_only_what_code_would_write_today_is_verified(book: Workspace, marlow: Edit) -> None:
    draft = draft_by_template(book, marlow.customer_id, goal="apologise", tone="warm", facts=marlow.facts)
    edit = replace(marlow, subject=draft.subject, body=draft.body, facts=draft.facts, resolutions=())
    found = review(book, edit)
    assert (found.own, found.verdict) == ((), "All verified: every statement has a source"), found
    open_again = "resolved_on = NULL, status = 'open', satisfaction = NULL"
    change(book, f"UPDATE tickets SET {open_again} WHERE external_id = '312'")
    assert review(book, edit).verdict != found.verdict, "its ticket is open now"
    turned = replace(edit, body=f"I doubt that {edit.body[:1].lower()}{edit.body[1:]}")
    assert any(one.verdict == "to_read" for one in review(book, turned).own)


def test_that_every_statement_has_a_source_is_said_of_no_email_with_a_problem(book: Workspace, marlow: Edit) -> None:
    draft = draft_by_template(book, marlow.customer_id, goal="apologise", tone="warm", facts=marlow.facts)
    edit = replace(marlow, subject=draft.subject, body=draft.body, facts=draft.facts, resolutions=())
    assert check(review(book, edit), "statements").words == "Every statement has a source"
    nameless = replace(book, preferences=replace(book.preferences, mail=replace(book.preferences.mail, from_name="")))
    for found in (review(nameless, edit), review(book, replace(edit, greeting="Hello, your refund is approved,"))):
        assert found.verdict.startswith("1 problem"), found.verdict
        said = [found.verdict, *(one.words for one in found.checks)]
        assert not any("has a source" in one or "verified" in one.lower() for one in said), said


def test_several_statements_are_counted(book: Workspace, marlow: Edit) -> None:
    found = review(book, saying(marlow, f"{INVENTED} We guarantee that it was the carrier."))
    assert found.verdict == "2 problems: two statements have no source"
    assert check(found, "statements").words == "2 statements without a source"


def test_an_incentive_says_amount_and_cap_and_never_exceeds_it(book: Workspace, marlow: Edit) -> None:
    edit = saying(marlow, "I would like to offer you $40 off your next order.")
    offering = replace(edit, incentive_minor=4000, currency="USD")
    assert check(review(book, offering), "incentive").words == "Offers $40; the cap is $50"
    assert review(book, read(book, offering)).ready
    assert not review(book, edit).ready
    high = replace(saying(marlow, "I would like to offer you $90 off."), incentive_minor=9000, currency="USD")
    found = review(book, high)
    assert (check(found, "incentive").words, check(found, "incentive").why) == ("Offers $90", "the cap is $50")
    assert check(found, "incentive").rest == "; the cap is $50"
    confirmed = Resolution("I would like to offer you $90 off.", "confirmed", "", "my manager agreed", "Ada", book.at)
    assert not review(book, replace(high, resolutions=(*high.resolutions, confirmed))).ready


@pytest.mark.parametrize(
    ("offer", "opens"),
    [
        ("We give you $40 off your next order.", True),
        ("We give you $500 off your next order.", False),
        ("We give you 500 dollars credit.", False),
        ("We give you five hundred dollars credit.", False),
        ("We give you fifteen percent off everything.", False),
        ("We give you 15 % off everything.", False),
        ("We give you a credit of 5k dollars.", False),
    ],
)
def test_a_reason_opens_an_offer_within_the_cap_and_none_beyond_it(
    book: Workspace, marlow: Edit, offer: str, opens: bool
) -> None:
    reason = Resolution(offer, "confirmed", "", "my manager agreed", "Ada", book.at)
    found = review(book, replace(saying(marlow, offer), resolutions=(*marlow.resolutions, reason)))
    assert check(found, "incentive").passed is opens
    assert found.ready is opens


def test_a_fact_that_is_gone_or_changed_does_not_pass(book: Workspace, marlow: Edit) -> None:
    gone = review(book, replace(marlow, facts=(*marlow.facts, "order:999999")))
    assert not gone.ready
    assert check(gone, "facts").words == "1 fact is no longer in your data:"
    change(book, "UPDATE orders SET ordered_on = '2026-09-08' WHERE external_id = 'M-5128'")
    assert not review(book, marlow).ready


def test_without_permission_the_email_is_not_ready_and_says_why(book: Workspace, marlow: Edit) -> None:
    change(book, "UPDATE customers SET email_consent = 'withdrawn', email_consent_since = '2026-05-01'"
                 f" WHERE id = {marlow.customer_id}")  # fmt: skip
    found = review(book, marlow)
    assert not found.ready
    assert "withdr" in check(found, "permission").why
    assert found.verdict.startswith("1 problem: you may not email them:")


def test_scores_labels_and_the_alert_s_reason_stay_inside(book: Workspace, marlow: Edit) -> None:
    for said, words in (
        ("Your churn risk is 72 %.", "“churn” is a score and stays internal"),
        ("As one of our VIPs you matter to us.", "“VIPs” is a segment and stays internal"),
        ("I see that there is no order for 74 days.", "“order for 74 days” is an alert’s reason and stays internal"),
    ):
        found = review(book, saying(marlow, said))
        assert check(found, "scores").words == words
        resolution = Resolution(said, "confirmed", "", "it is so", "Ada", book.at)
        assert not review(book, replace(saying(marlow, said), resolutions=(*marlow.resolutions, resolution))).ready


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"body": " "}, "The email has no text"),
        ({"subject": ""}, "The email has no subject"),
        ({"subject": "🎁🎁"}, "The subject has no words"),
        ({"subject": "One\nBcc: all@letterbox.example"}, "The subject must be one line"),
        ({"subject": "x" * 300}, "The subject has 300 characters; it may have 250"),
    ],
)
def test_what_is_no_email_says_what_it_lacks(
    book: Workspace, marlow: Edit, changed: dict[str, str], words: str
) -> None:
    found = review(book, replace(marlow, **changed))  # type: ignore[arg-type]
    assert not found.ready
    assert check(found, "fields").words == words


def test_another_customer_s_name_is_flagged_however_it_is_written(book: Workspace, marlow: Edit) -> None:
    for said in ("Could Nordlund & Vale Interiors help?", "I thought of nordlund & vale interiors."):
        labels = [one.label for one in review(book, saying(marlow, said)).flagged]
        assert "another customer’s name" in labels


def test_an_edit_of_a_customer_who_is_gone_is_a_user_s_error(book: Workspace, marlow: Edit) -> None:
    with pytest.raises(UserError, match="no longer in the book"):
        review(book, replace(marlow, customer_id=10**9))


def test_only_ticked_facts_support_a_text(book: Workspace, marlow: Edit) -> None:
    keys = {fact.key for fact in read_facts(book, marlow.customer_id, marlow.goal)}
    assert set(marlow.facts) < keys
    assert not review(book, replace(marlow, facts=())).ready
