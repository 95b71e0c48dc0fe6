"""An email that is approved goes out once, as it was approved, and becomes an event of the book."""

from __future__ import annotations

from services.outreach import next_due, send_due
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post


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
