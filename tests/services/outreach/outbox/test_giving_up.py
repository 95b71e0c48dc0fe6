"""Giving up while a server keeps silent: at once, and nothing is sent twice, lost, or in doubt without reason."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from models.values.errors import Cancelled
from models.values.outbox import SendRun
from services.outreach import read_message, send_due, try_mail
from services.outreach.outbox import guard
from services.settings import MailAccount
from tests.servers.mail_server import MailServer, mail_server, trusted
from tests.services.outreach.outbox.post import Post


def reached(server: MailServer, at: str) -> threading.Event:
    """Let the server hang at a stage; the event says that it does."""
    there = threading.Event()

    def script(stage: str) -> str:
        if stage != at:
            return ""
        there.set()
        return "hang"

    server.script = script
    return there


def abandoned_at(post: Post, server: MailServer, stage: str) -> SendRun:
    """Run a round that is abandoned while the server hangs at a stage. Unless it is cut, it lasts for minutes."""
    return send_due(post.workspace, abandoned=reached(server, stage).is_set)[0]


@pytest.mark.parametrize("stage", ["connect", "ehlo", "auth"])
def test_a_test_of_the_account_that_is_given_up_ends_while_the_server_hangs(
    post: Post, server: MailServer, stage: str
) -> None:
    given_up = reached(server, stage).is_set
    with pytest.raises(Cancelled):
        try_mail(post.workspace, post.workspace.preferences.mail, "right", cancelled=given_up)


def test_it_ends_in_the_middle_of_the_handshake_too(post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        account = MailAccount("localhost", silent.getsockname()[1], "tls", "", "ada@linden.example", "Ada")
        greeted = threading.Event()

        def listen() -> None:
            line, _ = silent.accept()
            with line:
                line.recv(1)
                greeted.set()
                while line.recv(4096):
                    pass

        listener = threading.Thread(target=listen)
        listener.start()
        with pytest.raises(Cancelled):
            try_mail(post.workspace, account, None, cancelled=greeted.is_set)
        listener.join(30)  # it hears that the line was closed
        assert not listener.is_alive()


def test_it_ends_while_a_name_is_looked_up(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    found, made = threading.Event(), socket.create_connection

    def slow(address: tuple[str, int], seconds: float) -> socket.socket:
        found.wait(60)
        return made(address, seconds)

    monkeypatch.setattr(guard.socket, "create_connection", slow)
    with pytest.raises(Cancelled):
        try_mail(post.workspace, post.workspace.preferences.mail, "right", cancelled=lambda: True)
    found.set()  # the connection that comes too late is closed again
    for late in threading.enumerate():
        if late.name == "mail connection":
            late.join(60)


@pytest.mark.parametrize("stage", ["connect", "ehlo", "auth"])
def test_a_round_abandoned_before_an_email_is_claimed_leaves_it_queued(
    post: Post, server: MailServer, stage: str
) -> None:
    found = post.due(2)
    assert abandoned_at(post, server, stage) == SendRun()
    assert post.states(found) == ["queued", "queued"]
    server.behave()
    assert send_due(post.workspace)[0].sent == tuple(one.id for one in found)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_an_email_abandoned_before_its_end_goes_out_in_the_next_round(
    post: Post, server: MailServer, stage: str
) -> None:
    first, second = post.due(2)
    assert abandoned_at(post, server, stage) == SendRun()
    assert post.states([first, second]) == ["sending", "queued"]
    server.behave()
    run, _ = send_due(post.workspace)
    assert set(run.sent) == {first.id, second.id} and not run.in_doubt
    assert set(server.times_accepted().values()) == {1}


@pytest.mark.parametrize("stage", ["end", "accepted"])
def test_an_email_abandoned_after_its_end_is_in_doubt_in_the_next_round(
    post: Post, server: MailServer, stage: str
) -> None:
    first, second = post.due(2)
    assert abandoned_at(post, server, stage) == SendRun()
    assert post.states([first, second]) == ["sending", "queued"]
    taken = len(server.accepted)
    server.behave()
    run, _ = send_due(post.workspace)
    assert run.in_doubt == (first.id,) and run.sent == (second.id,)
    assert len(server.accepted) == taken + 1
    assert "before the server's answer" in (read_message(post.workspace, first.id).fault or "")


def test_what_is_given_up_as_the_end_is_written_down_is_still_said_to_its_end(post: Post, server: MailServer) -> None:
    (message,) = post.due()

    def written() -> bool:
        return post.value("SELECT handing_over_at FROM sendings") is not None

    run, _ = send_due(post.workspace, abandoned=written)
    if run.sent:  # the answer was quicker
        assert len(server.accepted) == 1 and post.state(message) == "sent"
    else:
        assert send_due(post.workspace)[0].in_doubt == (message.id,)
        # Whether the server took it is what is in doubt, and it may still be at it; it has it once at most.
        assert len(server.accepted) <= 1


@pytest.mark.parametrize("security", ["tls", "none"])
def test_other_ways_of_encryption_are_given_up_as_fast(post: Post, tmp_path: Path, security: str) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (message,) = post.due()
    with mail_server(folder, security=security) as other, trusted(folder):
        post.account(port=other.port, security=security, user="")
        abandoned_at(post, other, "rcpt")
        assert post.state(message) == "sending"
        other.behave()
        assert send_due(post.workspace)[0].sent == (message.id,)


def test_no_further_email_is_begun_in_a_round_that_is_abandoned(post: Post, server: MailServer) -> None:
    first, second = post.due(2)
    run, _ = send_due(post.workspace, abandoned=lambda: post.state(first) == "sent")
    assert run.sent == (first.id,) and post.states([first, second]) == ["sent", "queued"]
    assert len(server.accepted) == 1
