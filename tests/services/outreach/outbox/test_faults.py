"""What can go wrong on the line: one clear sentence each, nothing lost, nothing sent twice."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.values.errors import EnvironmentFault
from services.outreach import next_due, read_message, read_outbox, read_standing, retry, try_mail
from services.outreach.outbox.sending import send_due
from services.outreach.outbox.smtp import Timeouts
from services.settings import QuietHours
from services.workspace import SessionKeyring
from tests.servers.mail_server import MailServer, mail_server, trusted
from tests.services.outreach.outbox.post import Post, account_of

#: A server that hangs is given up soon; everything else answers at once.
SHORT = Timeouts(connect=0.5, command=0.5, answer=0.5)


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wrong_password(post: Post) -> None:
    post.workspace.keyring.set(post.workspace.preferences.mail.secret, "wrong")


ACCOUNTS: dict[str, tuple[Callable[[Post], None], str]] = {
    "wrong password": (_wrong_password, "does not accept the user or password"),
    "no password": (lambda post: post.workspace.keyring.delete(post.workspace.preferences.mail.secret),
                    "is not in this computer's keyring"),
    "closed port": (lambda post: post.account(port=_closed_port()), "refuses the connection"),
    "another encryption": (lambda post: post.account(security="tls"), "does not support this encryption"),
    "another name": (lambda post: post.account(host="127.0.0.1", user=""), "certificate of 127.0.0.1"),
    "no such host": (lambda post: post.account(host="fe80::1%nowhere", user=""), "cannot be found"),
    "no name at all": (lambda post: post.account(host="a..b", user=""), "is not a valid server name"),
    "not encrypted": (lambda post: post.account(host="mail.example", security="none"), "no email there unencrypted"),
    "no account": (lambda post: post.account(host=""), "No mail account is set up"),
    "no user": (lambda post: post.account(user=""), "accepts no emails from"),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_fault_of_the_account_is_one_sentence_and_all_waits(post: Post, server: MailServer, name: str) -> None:
    found = post.due(2)
    change, says = ACCOUNTS[name]
    change(post)
    run, _ = send_due(post.workspace, timeouts=SHORT)
    assert says in run.fault and "Nothing is lost; the emails wait." in run.fault
    assert "right" not in run.fault and "wrong" not in run.fault.replace("the name is wrong", "")
    assert not (run.sent or run.failed or run.in_doubt)
    assert post.states(found) == ["queued", "queued"] and not server.accepted
    standing = read_standing(post.workspace)
    assert standing.waiting == 2 and standing.offline == (name == "no such host")
    later = next_due(post.workspace)
    assert later is not None and later > post.workspace.at
    with mail_server(Path(post.workspace.store.path).parent) as good, trusted(Path(post.workspace.store.path).parent):
        post.preferences(mail=account_of(good))
        assert send_due(post.workspace)[0].sent == tuple(one.id for one in found)
        assert len(good.accepted) == 2
    assert read_standing(post.workspace).words == ""


def test_trying_the_account_says_what_sending_would_meet(post: Post, server: MailServer) -> None:
    account = post.workspace.preferences.mail
    assert try_mail(post.workspace, account, None).startswith("Works: localhost answered, encrypted, signed in as ada.")
    with pytest.raises(EnvironmentFault, match="does not accept the user or password"):
        try_mail(post.workspace, account, "wrong")
    assert not server.accepted


def test_a_password_in_other_letters_signs_in(post: Post, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    with mail_server(folder, user="zoë", password="grün") as other, trusted(folder):
        assert "Works" in try_mail(post.workspace, account_of(other), "grün")


@pytest.mark.parametrize("security", ["tls", "none"])
def test_other_ways_of_encryption_work_too(post: Post, tmp_path: Path, security: str) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (message,) = post.due()
    with mail_server(folder, security=security) as other, trusted(folder):
        post.preferences(mail=account_of(other))
        assert send_due(post.workspace)[0].sent == (message.id,)


def test_without_offered_encryption_nothing_is_said(post: Post, tmp_path: Path) -> None:
    (message,) = post.due()
    with mail_server(tmp_path, security="none") as plain:
        post.account(port=plain.port, user="")
        run, _ = send_due(post.workspace, timeouts=SHORT)
        assert "offers no encryption" in run.fault and not plain.accepted
    assert post.state(message) == "queued"


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("act", ["451 later please", "hang", "close", "421 going away"])
def test_what_breaks_before_the_end_waits_and_goes_later(post: Post, server: MailServer, stage: str, act: str) -> None:
    (message,) = post.due()
    server.at(stage, act, times=1)
    run, _ = send_due(post.workspace, timeouts=SHORT)
    assert not server.accepted and not run.sent
    if stage == "end" and act in ("hang", "close"):
        assert run.in_doubt == (message.id,)  # the end was sent, and no answer came
        return
    assert post.state(message) == "queued" and [number for number, _ in run.held] == [message.id]
    stored = read_message(post.workspace, message.id)
    assert stored.fault and stored.due_at == "2026-11-19T09:12:00Z"
    assert not send_due(post.workspace, timeouts=SHORT)[0].sent
    post.move(minutes=2)
    assert send_due(post.workspace)[0].sent == (message.id,)
    assert server.times_accepted() == {message.message_id: 1}


@pytest.mark.parametrize("stage", ["rcpt", "data", "end"])
def test_what_is_refused_has_failed_with_the_servers_words(post: Post, server: MailServer, stage: str) -> None:
    first, second = post.due(2)
    server.at(stage, f"550 5.1.1 no mailbox {first.to_address}", times=1)
    run, _ = send_due(post.workspace)
    assert run.failed == (first.id,) and run.sent == (second.id,)
    row = read_outbox(post.workspace, "failed").rows[0]
    assert row.fault == "The mail server refused it: 550 5.1.1 no mailbox the address"
    retry(post.workspace, [first.id])
    assert send_due(post.workspace)[0].sent == (first.id,)
    assert set(server.times_accepted().values()) == {1}


def test_no_fault_names_the_address_however_the_server_writes_it(post: Post, server: MailServer) -> None:
    message = post.approved(post.customer(email="Nora@Bücher.example"))
    post.move(minutes=11)
    server.at("rcpt", "550 no <nora@xn--BCHER-kva.EXAMPLE>, NORA@xn--bcher-kva.example", times=1)
    assert send_due(post.workspace)[0].failed == (message.id,)
    said = post.value("SELECT answer || fault FROM sendings s JOIN messages m ON m.id = s.message_id").lower()
    assert "nora" not in said and "bcher" not in said and "the address" in said


def test_an_email_that_is_never_taken_is_given_up_after_a_day(post: Post, server: MailServer) -> None:
    post.policy(quiet_hours=QuietHours(enabled=False))
    (message,) = post.due()
    server.at("rcpt", "450 greylisted")
    pauses = []
    for _ in range(60):
        run, _ = send_due(post.workspace)
        if run.failed:
            break
        due = next_due(post.workspace)
        assert due is not None
        before = post.workspace.clock.now()
        while post.workspace.at < due:
            post.move(minutes=1)
        pauses.append(int((post.workspace.clock.now() - before).total_seconds() // 60))
    assert pauses[:5] == [1, 5, 15, 60, 60] and sum(pauses) >= 24 * 60
    assert post.state(message) == "failed" and not server.accepted


def test_a_broken_answer_leaves_a_doubt(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    server.at("accepted", "close", times=1)
    run, _ = send_due(post.workspace, timeouts=SHORT)
    assert run.in_doubt == (message.id,) and len(server.accepted) == 1
    for _ in range(3):
        post.move(hours=1)
        assert not send_due(post.workspace)[0].sent
    assert len(server.accepted) == 1
    assert read_standing(post.workspace).words == "1 delivery not confirmed"


def test_a_keyring_that_forgets_costs_no_email(post: Post, server: MailServer) -> None:
    (message,) = post.due()
    post.workspace = replace(post.workspace, keyring=SessionKeyring())
    run, _ = send_due(post.workspace)
    assert "keyring: enter it in Settings" in run.fault
    post.workspace.keyring.set(post.workspace.preferences.mail.secret, "right")
    assert send_due(post.workspace)[0].sent == (message.id,)


def test_a_round_that_is_cancelled_leaves_the_rest_waiting(post: Post, server: MailServer) -> None:
    found = post.due(4)
    run, _ = send_due(post.workspace, cancelled=lambda: len(server.accepted) >= 2)
    assert run.sent == tuple(one.id for one in found[:2])
    assert post.states(found) == ["sent", "sent", "queued", "queued"]
