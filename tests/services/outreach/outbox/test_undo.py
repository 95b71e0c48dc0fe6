"""Undo of what is done with emails: whole or not at all, and never a second way out of the house."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from models.values.outreach import After, Draft, Edit, Message
from services.audit import undo_last
from services.outreach import (
    discard,
    handed_over,
    mail_link,
    read_message,
    read_standing,
    recall,
    save,
    send_due,
    settle,
    write_eml,
)
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import BODY, Post


def _drafted(post: Post, alert: int | None = None, body: str = BODY) -> Message:
    customer = post.customer() if alert is None else post.value("SELECT customer_id FROM alerts WHERE id = ?", alert)
    edit = Edit(0, customer, alert, "check_in", "warm", "template:x", "Your time with us", "Dear Nora Berg,", body, ())
    return save(post.workspace, edit, draft=_draft(edit))


def _draft(edit: Edit) -> Draft:
    return Draft(edit.subject, edit.greeting, edit.body, edit.writer, "a template", edit.facts)


def _open_alert(post: Post, alert: int) -> tuple[str, int]:
    return (
        post.value("SELECT state FROM alerts WHERE id = ?", alert),
        post.value("SELECT touched FROM alerts WHERE id = ?", alert),
    )


@pytest.mark.parametrize("way", ["file", "link"])
def test_an_email_given_to_the_mail_program_is_not_queued_again_by_undo(
    post: Post, server: MailServer, tmp_path: Path, way: str
) -> None:
    (message,) = post.due()
    if way == "file":
        write_eml(post.workspace, message.id, tmp_path)
    else:
        mail_link(post.workspace, message.id)
    undone = undo_last(post.workspace)
    assert "mail app" in undone.kept[0]
    assert post.state(message) == "approved"
    run, _ = send_due(post.workspace)
    assert not run.sent and not server.accepted


def test_a_recall_that_is_undone_late_can_be_stopped_again(post: Post) -> None:
    message = post.approved()
    post.move(minutes=5)
    recall(post.workspace, [message.id])
    post.move(hours=3)
    undo_last(post.workspace)
    assert post.state(message) == "queued"
    run, _ = send_due(post.workspace)
    assert not run.sent
    post.move(minutes=11)
    run, _ = send_due(post.workspace)
    assert run.sent == (message.id,)


def test_a_recall_that_is_undone_in_time_goes_out_as_it_was_said(post: Post) -> None:
    message = post.approved()
    recall(post.workspace, [message.id])
    post.move(minutes=2)
    undo_last(post.workspace)
    assert read_message(post.workspace, message.id).due_at == message.due_at


def test_a_first_draft_that_was_written_further_is_kept_whole(post: Post) -> None:
    alert = post.alert(post.customer("Nora Berg"))
    message = _drafted(post, alert)
    save(post.workspace, replace(message.edit, body="Something else."))
    undone = undo_last(post.workspace)
    assert "edited since" in undone.kept[0]
    assert _open_alert(post, alert) == ("in_work", 1)
    assert post.value("SELECT count(*) FROM drafts WHERE message_id = ?", message.id) == 1
    assert read_message(post.workspace, message.id).body == "Something else."


def test_a_first_draft_goes_with_all_that_it_did(post: Post) -> None:
    alert = post.alert(post.customer("Nora Berg"))
    _drafted(post, alert)
    assert not undo_last(post.workspace).kept
    assert _open_alert(post, alert) == ("open", 0)
    assert post.value("SELECT count(*) FROM messages") == post.value("SELECT count(*) FROM drafts") == 0


def test_a_further_draft_goes_and_the_text_before_comes_back(post: Post) -> None:
    message = _drafted(post)
    edit = replace(message.edit, body="Another text.")
    save(post.workspace, edit, draft=_draft(edit))
    assert not undo_last(post.workspace).kept
    assert read_message(post.workspace, message.id).body == BODY
    assert post.value("SELECT count(*) FROM drafts") == 1


def test_an_approval_is_kept_whole_while_another_email_for_the_alert_is_written(post: Post) -> None:
    customer = post.customer("Nora Berg")
    alert = post.alert(customer)
    message = post.approved(customer, alert=alert, after=After(wait=True, remind_on="2026-11-26"))
    open_alert = _open_alert(post, alert)
    edit = Edit(0, customer, alert, "check_in", "warm", "person", "Again", "Dear Nora Berg,", BODY, ())
    again = save(post.workspace, edit)
    undone = undo_last(post.workspace)
    assert "another one for this alert" in undone.kept[0]
    assert (post.state(message), post.state(again), _open_alert(post, alert)) == ("queued", "draft", open_alert)


def test_what_a_person_noted_of_an_email_can_be_taken_back(post: Post) -> None:
    post.account(host="")
    message = post.approved()
    mail_link(post.workspace, message.id)
    handed_over(post.workspace, message.id, "mail_program")
    assert post.value("SELECT count(*) FROM email_events") == 1
    assert not undo_last(post.workspace).kept
    assert post.state(message) == "approved"
    assert post.value("SELECT count(*) FROM email_events") == 0


def test_it_arrived_can_be_taken_back_and_the_email_is_in_doubt_again(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    server.at("accepted", "close")
    send_due(post.workspace)
    assert post.state(message) == "in_doubt"
    settle(post.workspace, message.id, delivered=True)
    assert not undo_last(post.workspace).kept
    assert post.state(message) == "in_doubt"
    assert post.value("SELECT count(*) FROM email_events") == 0


def test_what_the_server_took_stays_sent(post: Post) -> None:
    (message,) = post.due()
    send_due(post.workspace)
    assert "already been sent" in undo_last(post.workspace).kept[0]
    assert post.state(message) == "sent"


def test_a_discarded_email_comes_back_by_undo(post: Post) -> None:
    message = post.written()
    discard(post.workspace, [message.id])
    undo_last(post.workspace)
    assert post.state(message) == "in_review"


def test_with_a_failed_email_that_is_discarded_goes_what_its_approval_did(post: Post, server: MailServer) -> None:
    customer = post.customer("Nora Berg")
    alert = post.alert(customer)
    message = post.approved(customer, alert=alert, after=After(wait=True, remind_on="2026-11-26"))
    post.move(minutes=11)
    server.at("rcpt", "550 no such user")
    send_due(post.workspace)
    assert (post.state(message), _open_alert(post, alert)[0]) == ("failed", "waiting")
    discard(post.workspace, [message.id])
    assert (post.state(message), _open_alert(post, alert)) == ("discarded", ("in_work", 1))
    assert not undo_last(post.workspace).kept
    assert (post.state(message), _open_alert(post, alert)[0]) == ("failed", "waiting")


@pytest.mark.parametrize("answer", ["550 no such user", "450 try later"])
@pytest.mark.parametrize("between", ["nothing", "recalled", "discarded"])
def test_an_approval_that_is_undone_leaves_nothing_of_an_attempt(
    post: Post, server: MailServer, answer: str, between: str
) -> None:
    (message,) = post.due()
    server.at("rcpt", answer)
    send_due(post.workspace)
    assert read_message(post.workspace, message.id).fault
    if between != "nothing":
        put_away = recall if between == "recalled" or post.state(message) == "queued" else discard
        put_away(post.workspace, [message.id])
        undo_last(post.workspace)
    undo_last(post.workspace)
    back = read_message(post.workspace, message.id)
    assert (back.state, back.fault, back.attempts) == ("in_review", None, 0)
    assert read_standing(post.workspace).again == 0


def test_a_file_for_the_mail_program_goes_where_the_book_cannot_note_it(post: Post, tmp_path: Path) -> None:
    (message,) = post.due()
    with post.workspace.store.unit_of_work(post.workspace.me, "test", "test", at=post.workspace.at) as work:
        work.sql("CREATE TRIGGER full BEFORE UPDATE ON messages BEGIN SELECT RAISE(ABORT, 'full'); END")
        work.digest("a trigger")
        work.commit()
    folder = tmp_path / "letters"
    folder.mkdir()
    with pytest.raises(IntegrityError, match="full"):
        write_eml(post.workspace, message.id, folder)
    assert list(folder.iterdir()) == [] and post.state(message) == "queued"
