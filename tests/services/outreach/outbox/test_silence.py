"""A server that keeps silent costs one time-out a round, not one an email; and one that trickles ends too."""

from __future__ import annotations

import socket
import threading

import pytest

from services.outreach import next_due, read_message, read_standing
from services.outreach.outbox.sending import send_due
from services.outreach.outbox.smtp import Timeouts
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post

SHORT = Timeouts(connect=0.5, command=0.5, answer=0.5)
#: The others wait for an answer as long as they must: a busy machine is no silent server.
PATIENT = Timeouts(connect=60, command=0.5, answer=0.5)


def hangs(server: MailServer, at: str) -> list[str]:
    """Let the server keep silent at a stage; the list grows with each time that somebody waits there."""
    waited: list[str] = []

    def script(stage: str) -> str:
        if stage != at:
            return ""
        waited.append(stage)
        return "hang"

    server.script = script
    return waited


@pytest.mark.parametrize(
    ("stage", "becomes"), [("mail", "queued"), ("rcpt", "queued"), ("data", "queued"), ("end", "in_doubt")]
)
def test_a_server_that_falls_silent_over_an_email_is_not_asked_about_the_next(
    post: Post, server: MailServer, stage: str, becomes: str
) -> None:
    found = post.due(3)
    waited = hangs(server, stage)
    run, _ = send_due(post.workspace, timeouts=PATIENT)
    assert len(waited) == 1 and server.sessions == 1
    assert "stopped answering" in run.fault and read_standing(post.workspace).fault == run.fault
    assert post.states(found) == [becomes, "queued", "queued"]
    assert [read_message(post.workspace, one.id).attempts for one in found[1:]] == [0, 0]


def test_the_next_round_begins_with_another_email_and_waits_longer_each_time(post: Post, server: MailServer) -> None:
    found = post.due(2)
    waited = hangs(server, "data")
    pauses = []
    for round_number in (1, 2, 3):
        send_due(post.workspace, timeouts=PATIENT)
        assert len(waited) == round_number
        due = next_due(post.workspace)
        assert due is not None
        pauses.append(due > post.workspace.at)
        post.move(minutes=16)
    assert all(pauses)
    assert min(read_message(post.workspace, one.id).attempts for one in found) == 1, "each had its turn"
    server.behave()
    run, _ = send_due(post.workspace)
    assert sorted(run.sent) == [one.id for one in found] and run.fault == ""
    assert read_standing(post.workspace).fault == ""


def test_a_server_that_trickles_without_end_is_given_up(post: Post) -> None:
    post.due()
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def trickle() -> None:
            line, _ = listening.accept()
            with line:
                try:
                    while not over.is_set():
                        line.sendall(b"220-one moment\r\n")
                        over.wait(0.02)
                except OSError:
                    return

        server = threading.Thread(target=trickle)
        server.start()
        post.account(host="127.0.0.1", port=listening.getsockname()[1], security="none", user="")
        run, _ = send_due(post.workspace, timeouts=SHORT)
        over.set()
        server.join(30)
    assert "127.0.0.1" in run.fault and not run.sent


def test_an_answer_that_trickles_without_end_leaves_the_email_in_doubt(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    server.at("accepted", "250-one moment\r\n250-and one more")  # its last line never comes
    run, _ = send_due(post.workspace, timeouts=PATIENT)
    assert run.in_doubt == (message.id,) and "stopped answering" in run.fault
