"""Each attempt to hand an email over is told with its end and the server's words."""

from __future__ import annotations

from services.outreach import read_attempts, retry, send_due
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post


def test_attempts_are_told_in_order_with_the_servers_words(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    assert read_attempts(post.workspace, message.id) == ()
    server.at("rcpt", "550 5.1.1 no such mailbox", 1)
    send_due(post.workspace)
    retry(post.workspace, [message.id])
    send_due(post.workspace)
    first, second = read_attempts(post.workspace, message.id)
    assert first.words == "Refused by the mail server" and "no such mailbox" in first.answer
    assert second.words == "Accepted by the mail server" and second.begun_at == post.workspace.at
