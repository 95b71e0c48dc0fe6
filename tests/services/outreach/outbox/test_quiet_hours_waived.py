"""A person may send in quiet hours all the same; nothing else is waived with them, and not the next ones."""

from __future__ import annotations

import pytest

from models.values.errors import UserError
from services.audit import undo_last
from services.outreach import recall, reschedule, send_due, why_not_now
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post


@pytest.fixture
def night(post: Post) -> Post:
    """It is a quarter past ten at night; quiet hours end at eight."""
    post.move(hours=13, minutes=15)
    return post


def test_what_keeps_an_email_is_said_beforehand(night: Post) -> None:
    message = night.approved()
    why = why_not_now(night.workspace, message.id)
    assert why is not None and why.quiet and why.why == "Quiet hours: it goes out tomorrow from 08:00 on."


def test_now_in_quiet_hours_is_no_now_and_says_so(night: Post, server: MailServer) -> None:
    message = night.approved()
    changes = reschedule(night.workspace, [message.id], None)
    assert changes.words == "Set the email to Nora Berg to go out tomorrow at 08:00"
    assert send_due(night.workspace)[0].sent == () and not server.accepted


def test_a_person_sends_it_all_the_same(night: Post, server: MailServer) -> None:
    message, other = night.approved(), night.approved()
    changes = reschedule(night.workspace, [message.id], None, anyway=True)
    assert changes.words == "Set the email to Nora Berg to go out now"
    assert why_not_now(night.workspace, message.id) is None
    assert send_due(night.workspace)[0].sent == (message.id,) and len(server.accepted) == 1
    assert night.state(other) == "queued"


def test_it_holds_for_these_quiet_hours_alone(night: Post, server: MailServer) -> None:
    message = night.approved()
    reschedule(night.workspace, [message.id], None, anyway=True)
    server.at("rcpt", "451 4.2.1 Try again later")
    send_due(night.workspace)
    server.behave()
    night.move(hours=24)
    assert send_due(night.workspace, now=True)[0].sent == () and not server.accepted
    night.move(days=2, hours=11)  # after the weekend
    assert send_due(night.workspace)[0].sent == (message.id,)


def test_it_waives_no_consent_and_no_limit(night: Post, server: MailServer) -> None:
    customer = night.customer()
    message = night.approved(customer)
    with night.workspace.store.unit_of_work(night.workspace.me, "withdraw", "test", at=night.workspace.at) as work:
        work.sql("UPDATE customers SET email_consent = 'withdrawn' WHERE id = ?", (customer,))
        work.digest("withdrawn")
        work.commit()
    why = why_not_now(night.workspace, message.id)
    assert why is not None and not why.quiet and "Consent was withdrawn" in why.why
    with pytest.raises(UserError, match="Consent was withdrawn"):
        reschedule(night.workspace, [message.id], None, anyway=True)
    send_due(night.workspace, now=True)
    assert not server.accepted


def test_it_is_undone_and_taken_back_with_the_approval(night: Post, server: MailServer) -> None:
    message = night.approved()
    reschedule(night.workspace, [message.id], None, anyway=True)
    undo_last(night.workspace)
    assert why_not_now(night.workspace, message.id) is not None
    reschedule(night.workspace, [message.id], None, anyway=True)
    recall(night.workspace, [message.id])
    assert night.value("SELECT quiet_waived_until FROM messages WHERE id = ?", message.id) is None
