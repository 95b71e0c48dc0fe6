"""What happens to the book, or is begun by the person, while an email is open or on its way to be stored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.changes import Changes
from services.audit import undo_last
from services.outreach import read_message
from services.sync import add_customer
from services.workspace import Workspace
from tests.views.books import opened
from tests.views.composer.made import open_desk, somebody
from tests.views.conftest import OpenWindow
from views.composer.timing import local_words
from views.composer.verdict_pane import VerdictPane


def run(workspace: Workspace, *statements: str) -> list[tuple[int, ...]]:
    """Write to the book as another program; return the rows of the last statement."""
    driver = connect(workspace.store.path)
    try:
        with driver:
            return [driver.execute(one).fetchall() for one in statements][-1]
    finally:
        driver.close()


def test_the_alert_is_withdrawn_and_the_text_is_stored_all_the_same(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    customer, alert = somebody(sample)
    desk = open_desk(qtbot, open_window, sample)
    desk.open(customer, alert)
    run(sample, f"DELETE FROM alert_signals WHERE alert_id = {alert}", f"DELETE FROM alerts WHERE id = {alert}")
    desk.type_at_end(" And more.")
    desk.calm()
    assert desk.session.message is not None and desk.page.mail.told == ""
    stored = read_message(sample, desk.session.message.id)
    assert (stored.customer_id, stored.alert_id, stored.body) == (customer, None, desk.text)


def test_a_customer_who_left_the_book_is_said_and_nothing_is_told_to_be_saved(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    add_customer(sample, {"name": "Harbor Lane Café", "email": "dana@harborlane.example"})
    ((customer,),) = run(sample, "SELECT max(id) FROM customers")
    desk = open_desk(qtbot, open_window, sample)
    desk.open(customer)
    other = opened(sample.store.path)
    try:
        undo_last(other)
    finally:
        other.close()
    desk.page.acts.save_draft()
    desk.wait(lambda: "no longer in the book" in desk.page.mail.told)
    assert "saved" not in desk.desktop.window.toast.words
    assert run(sample, "SELECT count(*) FROM messages") == [(0,)]


def test_a_saved_draft_is_told_once_it_is_saved(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_desk(qtbot, open_window, sample)
    desk.open(*somebody(sample))
    desk.page.acts.save_draft()
    desk.wait(lambda: desk.desktop.window.toast.words.startswith("Draft saved"))
    assert run(sample, "SELECT count(*) FROM messages WHERE state = 'in_review'") == [(1,)]


def test_what_hinders_one_email_is_never_said_above_another(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    customer, alert = somebody(sample)
    (another,) = run(
        sample,
        f"SELECT customer_id, id FROM alerts WHERE state = 'open' AND customer_id <> {customer} LIMIT 1",
    )
    desk = open_desk(qtbot, open_window, sample)
    desk.open(customer, alert)
    run(sample, f"UPDATE customers SET email_consent = 'withdrawn' WHERE id = {customer}")
    desk.page.acts.approve()
    desk.desktop.window.show_email(*another)
    toast = desk.desktop.window.toast
    desk.wait(lambda: toast.words.startswith("Not approved. Consent was withdrawn"))
    desk.reviewed()
    assert desk.session.edit.customer_id == another[0]
    assert "Not approved" not in desk.page.mail.told


def test_an_email_that_comes_back_while_it_is_shown_says_why(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    customer, alert = somebody(sample)
    desk = open_desk(qtbot, open_window, sample)
    desk.open(customer, alert)
    desk.page.acts.approve()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    desk.calm()
    ((number,),) = run(sample, "SELECT id FROM messages")
    desk.desktop.window.show_message(number)
    desk.wait(lambda: desk.page.mail.told.startswith("Approved"))
    why = "They have ordered since you approved it (20 Nov): check the text again."
    run(sample, f"UPDATE messages SET state = 'in_review', fault = '{why}' WHERE id = {number}")
    desk.desktop.book.heard(Changes(customers=frozenset({customer}), tables=frozenset({"messages"})))
    desk.wait(lambda: desk.page.mail.told == why)
    desk.reviewed()
    assert desk.session.writable
    desk.desktop.window.show_page("alerts")
    desk.open(customer, alert)
    assert desk.page.mail.told == why


def test_a_payment_that_is_imported_meanwhile_takes_the_overdue_invoice_away(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    customer, alert = somebody(sample)
    run(
        sample,
        "INSERT INTO invoices (customer_id, source, external_id, number, due_on, amount_minor, currency, status)"
        f" VALUES ({customer}, 'x', '7', 'INV-7', '2026-02-01', 5000, 'EUR', 'open')",
    )
    desk = open_desk(qtbot, open_window, sample)
    desk.open(customer, alert)
    shown = "Invoice INV-7, €50.00, due 1 Feb, overdue"
    assert shown in [fact.words for fact in desk.session.composition.facts]
    run(sample, "UPDATE invoices SET paid_on = '2026-11-18', status = 'paid'")
    desk.desktop.book.heard(Changes(customers=frozenset({customer}), tables=frozenset({"invoices"})))
    desk.wait(lambda: shown not in [fact.words for fact in desk.session.composition.facts])


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu"])
def test_a_moment_reads_the_same_wherever_it_stands(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, zone: str
) -> None:
    hours = replace(sample.policy.business_hours, time_zone=zone)
    desk = open_desk(qtbot, open_window, sample.with_policy(replace(sample.policy, business_hours=hours)))
    desk.open(*somebody(sample))
    verdict: VerdictPane = desk.page.verdict
    for number, (at, _words) in enumerate(desk.session.composition.scheduled, 1):
        verdict.moment(number).click()
        assert verdict.moment(number).words == local_words(at)
        assert local_words(at) in verdict.opens.text()
