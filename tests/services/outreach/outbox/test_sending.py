"""An email that is approved goes out once, as it was approved, and becomes an event of the book."""

from __future__ import annotations

from dataclasses import replace
from email import policy as email_policy
from email.parser import BytesParser

import pytest

from models.values.errors import UserError
from models.values.outreach import After
from services.audit import undo_last
from services.outreach import (
    approve,
    discard,
    mail_text,
    next_due,
    read_message,
    read_sentences,
    recall,
    reschedule,
    retry,
    save,
    send_due,
    settle,
)
from services.outreach.mime import read_email
from services.settings import MailAccount
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import NOW, Post


def test_an_approved_email_goes_out_once_when_it_is_due(post: Post, server: MailServer) -> None:
    message = post.approved()
    run, _ = send_due(post.workspace)
    assert not run.sent and not server.accepted
    post.move(minutes=11)
    run, changes = send_due(post.workspace)
    assert run.sent == (message.id,) and not run.fault
    assert "email_events" in changes.tables
    run, _ = send_due(post.workspace)
    assert not run.sent and next_due(post.workspace) is None
    (mail,) = server.accepted
    assert mail.message_id == message.message_id
    assert mail.message["Subject"] == "Your time with us"
    assert mail.recipients == (message.to_address,)


def test_the_mail_that_goes_out_is_the_one_that_was_approved(post: Post, server: MailServer) -> None:
    message = post.approved()
    seen = post.value("SELECT mail FROM messages WHERE id = ?", message.id)
    post.preferences(signature="Somebody else")
    post.policy(sender_line="Another company", unsubscribe_line="Another way")
    post.account(from_name="Another name")
    post.move(minutes=11)
    send_due(post.workspace)
    date, _, rest = server.accepted[0].content.partition(b"\r\n")
    assert date.startswith(b"Date: ") and rest == seen.encode("ascii")
    headers, text = read_email(seen)
    assert text.startswith("Dear Nora Berg,\n\nThank you for being with us.")
    assert "Ada Lindqvist\nLinden Supply" in text and "unsubscribe" in text
    assert headers["List-Unsubscribe"] == "<mailto:ada@linden.example?subject=unsubscribe>"
    assert mail_text(post.workspace, message.id).endswith(text)


def test_a_sent_email_is_an_event_of_the_book(post: Post) -> None:
    (message,) = post.due()
    send_due(post.workspace)
    kept = "SELECT count(*) FROM email_events WHERE source = 'bellwether' AND external_id = ? AND kind = 'sent'"
    assert post.value(kept, message.message_id) == 1
    assert post.value("SELECT happened_on FROM email_events") == "2026-11-19"
    assert post.value("SELECT outcome FROM sendings") == "sent"


def test_a_changed_mail_does_not_go_out(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    with post.workspace.store.unit_of_work(post.workspace.me, "tamper", "test", at=post.workspace.at) as work:
        work.sql("UPDATE messages SET mail = mail || 'more' WHERE id = ?", (message.id,))
        work.commit()
    run, _ = send_due(post.workspace)
    assert run.failed == (message.id,) and not server.accepted
    assert "changed after it was approved" in (read_message(post.workspace, message.id).fault or "")


def test_what_is_approved_goes_out_in_the_order_of_its_time_over_one_line(post: Post, server: MailServer) -> None:
    found = post.due(5)
    run, _ = send_due(post.workspace)
    assert run.sent == tuple(one.id for one in found)
    assert server.sessions == 1


def test_now_skips_only_the_time_in_which_it_can_be_stopped(post: Post, server: MailServer) -> None:
    soon = post.approved()
    chosen = post.approved(at="2026-11-19T15:00:00Z")
    run, _ = send_due(post.workspace, now=True)
    assert run.sent == (soon.id,)
    assert [number for number, _ in run.held] == [chosen.id]
    reschedule(post.workspace, [chosen.id], None)
    run, _ = send_due(post.workspace, only=[chosen.id])
    assert run.sent == (chosen.id,) and len(server.accepted) == 2


def test_quiet_hours_put_off_and_refuse_nothing(post: Post, server: MailServer) -> None:
    post.move(hours=10, minutes=55)
    message = post.approved()
    assert message.due_at == "2026-11-20T08:00:00Z"
    post.move(minutes=30)
    run, _ = send_due(post.workspace, now=True)
    assert not server.accepted and "Quiet hours" in run.held[0][1]
    assert next_due(post.workspace) == "2026-11-20T08:00:00Z"
    post.move(hours=13)
    assert send_due(post.workspace)[0].sent == (message.id,)


def test_consent_withdrawn_after_the_approval_keeps_it_from_going(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    with post.workspace.store.unit_of_work(post.workspace.me, "edit", "test", at=post.workspace.at) as work:
        work.sql("UPDATE customers SET email_consent = 'withdrawn'")
        work.commit()
    run, _ = send_due(post.workspace)
    assert run.failed == (message.id,) and not server.accepted
    assert next_due(post.workspace) is None
    with pytest.raises(UserError, match="withdrawn"):
        retry(post.workspace, [message.id])


def test_another_address_after_the_approval_keeps_it_from_going(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    with post.workspace.store.unit_of_work(post.workspace.me, "edit", "test", at=post.workspace.at) as work:
        work.sql("UPDATE customers SET email = 'other@example.org'")
        work.commit()
    assert send_due(post.workspace)[0].failed == (message.id,)
    assert not server.accepted


def test_approval_needs_the_version_that_was_seen(post: Post) -> None:
    message = post.written()
    save(post.workspace, replace(message.edit, body="Thank you for everything."))
    with pytest.raises(UserError, match="changed since"):
        approve(post.workspace, message.id, message.version)
    assert post.state(message) == "in_review"


def test_a_text_with_a_flag_is_not_approved(post: Post) -> None:
    message = post.written(body="Your order of 7 September reached you 12 days late.")
    with pytest.raises(UserError, match="Not approved"):
        approve(post.workspace, message.id)


def test_undo_brings_text_and_alert_back_until_it_is_handed_over(post: Post, server: MailServer) -> None:
    customer = post.customer()
    open_alert = post.alert(customer)
    message = post.written(customer, alert=open_alert)
    before = _open_alert(post, open_alert)
    approve(post.workspace, message.id, after=After(remind_on="2026-12-03"))
    assert post.value("SELECT state || until_condition FROM alerts WHERE id = ?", open_alert) == "waitingnext_order"
    assert post.value("SELECT until FROM alerts WHERE id = ?", open_alert) == "2026-12-03T09:00:00Z"
    undo_last(post.workspace)
    back = read_message(post.workspace, message.id)
    assert (back.state, back.edit) == ("in_review", message.edit)
    assert back.message_id is None and back.approved_by is None and back.due_at is None
    assert _open_alert(post, open_alert) == before
    approve(post.workspace, message.id)
    post.move(minutes=11)
    send_due(post.workspace)
    changes = undo_last(post.workspace)
    assert changes.kept == ("The email to Nora Berg has already been sent and cannot be recalled.",)
    assert changes.words.startswith("Not undone")
    assert post.state(message) == "sent"
    assert post.value("SELECT state FROM alerts WHERE id = ?", open_alert) == "waiting"
    assert len(server.accepted) == 1


def _open_alert(post: Post, open_alert: int) -> tuple[object, ...]:
    names = ("state", "until", "until_condition", "clock_stopped_at")
    return tuple(post.value(f"SELECT {name} FROM alerts WHERE id = ?", open_alert) for name in names)


def test_an_undo_after_a_refused_one_goes_on_to_what_was_before(post: Post) -> None:
    other = post.written()
    discard(post.workspace, [other.id])
    (message,) = post.due()
    send_due(post.workspace)
    undo_last(post.workspace)
    for _ in range(3):
        undo_last(post.workspace)
        if post.state(other) == "in_review":
            break
    assert post.state(other) == "in_review" and post.state(message) == "sent"


def test_recall_takes_back_the_text_last_seen_and_the_alert(post: Post, server: MailServer) -> None:
    customer = post.customer()
    open_alert = post.alert(customer)
    message = post.approved(customer, alert=open_alert)
    recall(post.workspace, [message.id])
    back = read_message(post.workspace, message.id)
    assert (back.state, back.edit) == ("in_review", message.edit)
    assert post.value("SELECT state FROM alerts WHERE id = ?", open_alert) == "in_work"
    save(post.workspace, replace(back.edit, body="Thank you for everything."))
    undone = undo_last(post.workspace)
    assert undone.kept == ("The email to Nora Berg has changed since; approve it again.",)
    read_sentences(post.workspace, message.id)
    approve(post.workspace, message.id)
    post.move(minutes=11)
    send_due(post.workspace)
    (mail,) = server.accepted
    assert "Thank you for everything." in str(mail.message.get_content())
    with pytest.raises(UserError, match="already been sent and cannot be recalled"):
        recall(post.workspace, [message.id])


def test_a_recall_can_be_undone_while_the_text_stands(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    recall(post.workspace, [message.id])
    undo_last(post.workspace)
    post.move(minutes=11)
    assert send_due(post.workspace)[0].sent == (message.id,)
    assert len(server.accepted) == 1


def test_a_reminder_without_waiting_is_a_task_and_a_deal_moves_on(post: Post) -> None:
    from models.tables import opportunities

    customer = post.customer()
    deal = post.add(opportunities, customer_id=customer, source="test", external_id="D1", stage="Qualified")
    after = After(wait=False, remind_on="2026-12-03", deal_id=deal, deal_stage="Proposal")
    post.approved(customer, after=after)
    assert post.value("SELECT due_on FROM tasks") == "2026-12-03"
    assert post.value("SELECT stage FROM opportunities") == "Proposal"
    undo_last(post.workspace)
    assert post.value("SELECT count(*) FROM tasks") == 0
    assert post.value("SELECT stage FROM opportunities") == "Qualified"
    assert post.value("SELECT count(*) FROM stage_changes") == 0


def test_two_emails_to_one_address_within_the_cap_are_not_both_approved(post: Post) -> None:
    post.approved(post.customer(email="one@example.org"))
    second = post.written(post.customer("Ole Berg", email="One@example.org"))
    with pytest.raises(UserError, match="Another email is approved"):
        approve(post.workspace, second.id)
    later = (NOW.replace(day=27)).isoformat()
    approve(post.workspace, second.id, at=later)


def test_without_an_account_an_approved_email_waits_for_the_mail_program(post: Post) -> None:
    post.preferences(mail=MailAccount())
    message = post.approved()
    assert message.state == "approved" and message.due_at is None
    assert next_due(post.workspace) is None


def test_a_person_settles_what_is_in_doubt(post: Post, server: MailServer) -> None:
    first, second = post.due(2)
    server.at("accepted", "close")
    run, _ = send_due(post.workspace)
    assert run.in_doubt == (first.id, second.id)
    assert next_due(post.workspace) is None
    settle(post.workspace, first.id, delivered=True)
    settle(post.workspace, second.id, delivered=False)
    assert post.states([first, second]) == ["sent", "in_review"]
    assert post.value("SELECT count(*) FROM email_events WHERE source = 'bellwether'") == 1
    with pytest.raises(UserError, match="not in question"):
        settle(post.workspace, first.id, delivered=True)


def test_lines_that_begin_with_dots_and_foreign_letters_arrive_as_written(post: Post, server: MailServer) -> None:
    customer = post.customer("Zoë Müller", email="zoe@example.org")
    body = "Thank you for being with us.\n\n.\n..\n\nWould a short call suit you – or a letter?"
    message = post.written(customer, body=body, subject="Thanks – truly")
    approve(post.workspace, message.id)
    post.move(minutes=11)
    send_due(post.workspace)
    parsed = BytesParser(policy=email_policy.default).parsebytes(server.accepted[0].content)
    assert parsed["Subject"] == "Thanks – truly"
    assert parsed["To"].addresses[0].display_name == "Zoë Müller"
    assert "\n.\n..\n\nWould a short call suit you – or a letter?" in str(parsed.get_content()).replace("\r\n", "\n")
