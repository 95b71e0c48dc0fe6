"""What the composer opens with: goal, tone and a first draft by template, or the email as it is stored."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import GOALS
from services.insight import reading
from services.insight.advice import read_advice
from services.outreach import compose, discard, read_facts, read_templates, reopen, review, save, save_template
from services.outreach.composing import mornings
from services.outreach.facts import find_facts
from services.settings import Policy
from services.settings.policy import BusinessHours, QuietHours
from services.workspace import Workspace
from tests.services.outreach.conftest import SampleCustomers


def run(book: Workspace, sql: str, *parameters: object) -> None:
    driver = connect(book.store.path)
    driver.execute(sql, parameters)
    driver.close()


def alert_of(book: Workspace, rule: str, condition: str = "1") -> tuple[int, int]:
    """An alert that the rule leads, or else has a signal of, and whose it is."""
    with book.store.snapshot() as driver:
        found = driver.execute(
            "SELECT a.id, a.customer_id FROM alerts a JOIN alert_signals g ON g.alert_id = a.id"
            f" WHERE :rule IN (a.rule, g.rule) AND {condition} ORDER BY a.rule <> :rule, a.id",
            {"rule": rule},
        ).fetchone()
    return int(found[0]), int(found[1])


def test_a_new_email_opens_with_a_draft_that_is_not_stored(book: Workspace, customers: SampleCustomers) -> None:
    opened = compose(book, customers.given)
    assert opened.message is None and opened.versions == () and opened.edit.id == 0
    assert opened.edit.body and opened.edit.writer.startswith("template:")
    assert opened.edit.facts == tuple(fact.key for fact in opened.facts if fact.ticked)
    assert (opened.customer, opened.to_address) == ("Katya Joshi", "katya.joshi@post.example")
    assert opened.consent_words == "consent given 4 Jun 2024"
    assert opened.permission.allowed and opened.permission.verdict == "You may email them"
    assert ("Katya Joshi", "[customer]") in opened.masking.masked and "churn risk" in opened.masking.never
    assert opened.templates == read_templates(book)
    with book.store.snapshot() as driver:
        assert driver.execute("SELECT count(*) FROM messages").fetchone()[0] == 0


def test_no_email_is_written_to_who_withdrew(book: Workspace, customers: SampleCustomers) -> None:
    opened = compose(book, customers.withdrawn)
    assert (opened.edit.body, opened.edit.facts) == ("", ())
    assert opened.note.startswith(("Consent was withdrawn", "They unsubscribed"))
    assert re.search(r"Call .*\+1 \d", opened.note)


def test_without_a_name_to_sign_with_no_email_is_ready(book: Workspace, customers: SampleCustomers) -> None:
    nameless = replace(book.preferences, mail=replace(book.preferences.mail, from_name=""))
    unsigned = replace(book, preferences=nameless)
    opened = compose(unsigned, customers.given)
    found = review(unsigned, opened.edit)
    assert not found.ready
    sender = next(one for one in found.checks if one.name == "sender")
    assert (sender.words, sender.why) == (
        "The email ends without a name", "set “Your name as the sender” in Settings, Mail server",
    )  # fmt: skip
    assert review(unsigned, replace(opened.edit, body=f"{opened.edit.body}\nAda")).ready
    assert review(unsigned, replace(opened.edit, body=f"{opened.edit.body}\nAnna Berg")).ready, "who signs is no claim"
    more = review(unsigned, replace(opened.edit, body=f"{opened.edit.body}\nAnna Berg has 50 % off"))
    assert not more.ready and any(claim.verdict == "unsupported" for claim in more.claims)
    assert not review(book, replace(opened.edit, body=f"{opened.edit.body}\nAnna Berg")).ready, "another one is set"


def test_without_an_address_to_send_from_no_email_is_ready(book: Workspace, customers: SampleCustomers) -> None:
    account = replace(book.preferences.mail, host="mail.linden.example", from_address="")
    unsent = replace(book, preferences=replace(book.preferences, mail=account))
    opened = compose(unsent, customers.given)
    found = review(unsent, opened.edit)
    sender = next(one for one in found.checks if one.name == "sender")
    assert not found.ready and sender.words == "No sender address is set"
    by_hand = replace(unsent, preferences=replace(unsent.preferences, mail=replace(account, host="")))
    assert review(by_hand, opened.edit).ready, "the mail app puts its own"


def test_an_alert_decides_the_goal_and_what_is_proposed(book: Workspace) -> None:
    # In the sample book every fall has a complaint beside it, and nobody's mailings go unread for long enough.
    calm, fallen = alert_of(book, "likely_to_leave", "recommendation LIKE '%vip_personal%'")
    led = "SET rule = 'satisfaction_falling', recommendation = json_object('code', 'satisfaction_ask')"
    run(book, f"UPDATE alerts {led} WHERE id = ?", calm)
    review = "INSERT INTO reviews (customer_id, source, external_id, rating, text, reviewed_on)"
    run(book, f"{review} VALUES (?, 'test', '1', 3, 'It used to be better', '2026-11-10')", fallen)
    mailed = "SELECT customer_id FROM email_events WHERE kind = 'sent' AND happened_on > '2026-10-01'"
    other = "SET rule = 'emails_unread', recommendation = json_object('code', 'other_channel')"
    run(book, f"UPDATE alerts {other} WHERE id = (SELECT min(id) FROM alerts WHERE state = 'open'"
              f" AND rule NOT LIKE '%deal%' AND customer_id <> ? AND customer_id IN ({mailed}))", fallen)  # fmt: skip
    wanted = {
        "deal_stalled": ("check_in", "deal:", "template:deal_"),
        "satisfaction_falling": ("check_in", "review:", "template:ask_rating_"),
        "bad_review": ("apologise", "matter:review", "template:matter_"),
        "not_adopted": ("introduce", "activity:", "template:feature_new_"),
        "emails_unread": ("check_in", "campaign:", "template:mailings_"),
    }
    for rule, (goal, key, template) in wanted.items():
        open_alert, customer = alert_of(book, rule)
        opened = compose(book, customer, open_alert)
        assert opened.alert is not None and opened.alert.id == opened.edit.alert_id == open_alert
        assert opened.edit.goal == goal, rule
        assert any(one.startswith(key) for one in opened.edit.facts), rule
        assert opened.edit.writer.startswith(template), rule


def test_no_draft_contradicts_what_its_alert_advises(book: Workspace) -> None:
    with reading(book) as reader:
        asked = "SELECT a.*, c.id AS whose FROM alerts a JOIN customers c ON c.id = a.customer_id WHERE state = 'open'"
        alerts = reader.rows(asked)
        advised = {
            alert["id"]: read_advice(reader, alert["recommendation"], alert["rule"], customer, alert["due_at"])[0]
            for alert in alerts
            for customer in reader.rows("SELECT * FROM customers WHERE id = ?", (alert["whose"],))
        }
    assert len(alerts) > 20
    for alert in alerts:
        advice = advised[alert["id"]]
        opened = compose(book, alert["whose"], alert["id"])
        said = (alert["id"], alert["rule"], advice and advice["code"], opened.edit.goal)
        if advice is not None and advice["goal_code"]:
            assert opened.edit.goal == advice["goal_code"], said
        elif alert["rule"] in ("distress", "urgent_ticket", "unhappy_tickets", "bad_review", "repeated_trouble"):
            assert opened.edit.goal == "apologise", said


def test_an_alert_that_asks_what_has_got_worse_neither_sells_nor_praises(book: Workspace) -> None:
    _, customer = alert_of(book, "ready_for_more")
    with reading(book) as reader:
        found = find_facts(reader, customer, "check_in", rule="satisfaction_falling")
        as_ever = find_facts(reader, customer, "check_in")
    assert {one.sort for one in as_ever if one.fact.ticked} & {"suggestion", "praise"}
    assert not {one.sort for one in found if one.fact.ticked} & {"suggestion", "further category", "praise"}


def test_an_alert_from_before_goals_were_named_has_its_playbooks_goal(book: Workspace) -> None:
    open_alert, customer = alert_of(book, "not_adopted")
    run(book, "UPDATE alerts SET recommendation = json_remove(recommendation, '$.goal_code') WHERE id = ?", open_alert)
    assert compose(book, customer, open_alert).edit.goal == "introduce"
    run(book, "UPDATE alerts SET recommendation = NULL WHERE id = ?", open_alert)
    assert compose(book, customer, open_alert).edit.goal in GOALS


def test_a_goal_and_a_tone_that_are_asked_for_hold(book: Workspace, customers: SampleCustomers) -> None:
    for goal in GOALS:
        opened = compose(book, customers.ticketed, goal=goal, tone="brief")
        assert (opened.edit.goal, opened.edit.tone) == (goal, "brief")
        assert opened.facts == read_facts(book, customers.ticketed, goal)


def test_without_an_alert_what_is_known_decides_the_goal(book: Workspace, customers: SampleCustomers) -> None:
    run(book, "UPDATE tickets SET opened_on = '2026-11-01', resolved_on = '2026-11-03' WHERE customer_id = ?",
        customers.ticketed)  # fmt: skip
    assert compose(book, customers.ticketed).edit.goal == "apologise"
    run(book, "UPDATE tickets SET opened_on = '2026-02-01', resolved_on = '2026-02-03' WHERE customer_id = ?",
        customers.ticketed)  # fmt: skip
    run(book, "UPDATE reviews SET reviewed_on = '2026-02-01' WHERE customer_id = ?", customers.ticketed)
    assert compose(book, customers.ticketed).edit.goal != "apologise", "what is settled and old is left alone"
    for table in ("conversations", "surveys"):
        run(book, f"DELETE FROM {table} WHERE customer_id = ?", customers.ticketed)
    run(book, "UPDATE tickets SET opened_on = '2026-08-01', resolved_on = '2026-08-03', satisfaction = 2"
              " WHERE customer_id = ?", customers.ticketed)  # fmt: skip
    assert compose(book, customers.ticketed).edit.goal == "apologise"
    run(book, "INSERT INTO reviews (customer_id, source, external_id, rating, product_name, reviewed_on)"
              " VALUES (?, 'test', 'G1', 5, 'Fern tee', '2026-09-24')", customers.ticketed)  # fmt: skip
    assert compose(book, customers.ticketed).edit.goal != "apologise", "they were content after it"
    assert compose(book, customers.bare).edit.goal == "check_in"
    run(book, "INSERT INTO contracts (customer_id, source, external_id, ends_on) VALUES (?, 'crm', 'K1', '2026-12-20')",
        customers.bare)  # fmt: skip
    assert compose(book, customers.bare).edit.goal == "renewal"
    run(book, "UPDATE contracts SET ends_on = '2027-06-20' WHERE customer_id = ?", customers.bare)
    assert compose(book, customers.bare).edit.goal == "check_in"


def test_companies_under_contract_are_written_to_formally(book: Workspace, customers: SampleCustomers) -> None:
    assert compose(book, customers.renewing).edit.tone == "formal"
    assert compose(book, customers.given).edit.tone == "warm"


def test_what_was_saved_comes_back_as_it_was(book: Workspace, customers: SampleCustomers) -> None:
    open_alert, customer = alert_of(book, "deal_stalled")
    first = compose(book, customer, open_alert)
    stored = save(book, replace(first.edit, body="My own words", facts=first.edit.facts[:2]))
    again = compose(book, customer, open_alert)
    assert again.message == stored and again.edit == stored.edit
    assert tuple(fact.key for fact in again.facts if fact.ticked) == first.edit.facts[:2]
    assert reopen(book, stored.id).edit == again.edit
    assert compose(book, customer, open_alert, goal="thank").edit.id == stored.id, (
        "another goal is written into the same email"
    )
    discard(book, [stored.id])
    assert compose(book, customer, open_alert).message is None
    put_away = reopen(book, stored.id)
    assert put_away.message is not None and put_away.message.state == "discarded"


def test_a_stored_email_shows_its_facts_though_others_are_more_telling(
    book: Workspace, customers: SampleCustomers
) -> None:
    everything = {fact.key for goal in GOALS for fact in read_facts(book, customers.ticketed, goal)}
    first = compose(book, customers.ticketed, goal="renewal")
    stored = save(book, replace(first.edit, facts=tuple(sorted(everything))))
    assert {fact.key for fact in reopen(book, stored.id).facts if fact.ticked} == everything


def test_the_deal_and_its_next_stage_are_offered(book: Workspace, customers: SampleCustomers) -> None:
    opened = compose(book, customers.dealt)
    assert opened.deal is not None and opened.deal_stage in ("Proposal", "Negotiation")
    run(book, "UPDATE opportunities SET stage = 'Negotiation' WHERE id = ?", opened.deal.id)
    assert compose(book, customers.dealt).deal_stage == ""
    assert compose(book, customers.bare).deal is None


def test_consent_is_told_as_the_send_policy_sees_it(book: Workspace, customers: SampleCustomers) -> None:
    withdrawn = compose(book, customers.withdrawn)
    assert not withdrawn.permission.allowed and withdrawn.permission.verdict == "Do not email them"
    assert withdrawn.consent_words.startswith("consent withdrawn")
    unknown = compose(book, customers.unknown)
    assert not unknown.permission.allowed and "before you email" in unknown.permission.verdict
    assert unknown.consent_words == "no consent is on record"
    careful = book.with_policy(replace(book.policy, consent_on_record=False))
    assert compose(careful, customers.unknown).permission.allowed


def test_a_customer_without_a_name_or_an_address_is_composed_for(book: Workspace, customers: SampleCustomers) -> None:
    run(book, "UPDATE customers SET email = NULL WHERE id = ?", customers.nameless)
    opened = compose(book, customers.nameless)
    assert (opened.customer, opened.to_address, opened.edit.greeting) == ("Customer H-nameless", "", "Hello,")
    assert not opened.permission.allowed


def test_where_every_template_is_switched_off_a_person_writes(book: Workspace, customers: SampleCustomers) -> None:
    for one in read_templates(book):
        if one.goal == "thank":
            save_template(book, replace(one, enabled=False))
    opened = compose(book, customers.given, goal="thank")
    assert (opened.edit.writer, opened.edit.body) == ("person", "")
    assert opened.edit.greeting == "Hello Katya," and "switch one on in Settings" in opened.note


def test_whom_and_what_it_cannot_find_it_says(book: Workspace, customers: SampleCustomers) -> None:
    open_alert, customer = alert_of(book, "deal_stalled")
    with pytest.raises(UserError, match="no longer in the book"):
        compose(book, 99_999)
    with pytest.raises(UserError, match="another customer"):
        compose(book, customers.bare if customers.bare != customer else customers.given, open_alert)
    with pytest.raises(UserError):
        reopen(book, 99_999)
    assert compose(book, customers.given, 99_999).alert is None, "an undo took the alert out"


def test_times_are_offered_on_working_mornings_in_the_owners_zone() -> None:
    hours = BusinessHours(opens=time(9), time_zone="America/New_York", holidays=(date(2026, 11, 23),))
    policy = Policy(business_hours=hours, quiet_hours=QuietHours(ends=time(9, 30)))
    friday = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert mornings(policy, None, friday) == (
        ("2026-11-24T14:30:00Z", "Tue 24 Nov, 09:30"),
        ("2026-11-25T14:30:00Z", "Wed 25 Nov, 09:30"),
    )


def test_a_reminder_falls_on_a_working_day(book: Workspace, customers: SampleCustomers) -> None:
    assert compose(book, customers.given).remind_on == "2026-11-26"
    hours = replace(book.policy.business_hours, holidays=(date(2026, 11, 26), date(2026, 11, 27)))
    away = book.with_policy(replace(book.policy, business_hours=hours))
    assert compose(away, customers.given).remind_on == "2026-11-30"


@given(
    st.integers(0, 2 * 365 * 24 * 60),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe"]),
    st.times(),
)
def test_a_morning_is_later_working_and_not_quiet(minute: int, days: set[int], zone: str, ends: time) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    ends = ends.replace(second=0, microsecond=0)
    begins = time(20) if ends != time(20) else time(21)
    hours = BusinessHours(weekdays=tuple(sorted(days)), time_zone=zone)
    policy = Policy(business_hours=hours, quiet_hours=QuietHours(begins=begins, ends=ends))
    moments = [datetime.fromisoformat(at) for at, _ in mornings(policy, None, now)]
    assert now < moments[0] < moments[1]
    for moment in moments:
        assert moment.astimezone(ZoneInfo(zone)).weekday() in days


def test_where_no_day_is_worked_the_day_itself_is_taken() -> None:
    hours = BusinessHours(
        weekdays=(0,), holidays=tuple(date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(800))
    )
    assert hours.working_day(date(2026, 6, 3)) == date(2026, 6, 3)
