"""Emails over a server that takes access tokens alone, as Microsoft 365 and Google do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.mail_access import sign_in
from services.outreach import send_due, try_mail
from services.outreach.outbox.connecting import AccountFault
from tests.servers.mail_server import MailServer, mail_server
from tests.servers.sign_in_server import USER, Browser, SignInServer
from tests.services.outreach.outbox.post import Post


@pytest.fixture
def server(provider: SignInServer, tmp_path: Path) -> Iterator[MailServer]:
    """A mail server that asks the authorisation server; both authorities are trusted."""
    own = tmp_path / "mail"
    own.mkdir()
    with mail_server(own, bearer=provider.takes) as running:
        with (tmp_path / "authority.pem").open("ab") as file:
            file.write((own / "authority.pem").read_bytes())
        yield running


@pytest.fixture
def ready(post: Post, provider: SignInServer, browser: Browser, server: MailServer) -> Post:
    """Signed in, with an approved email whose time has come."""
    post.account(host=server.host, port=server.port, from_address=USER)
    sign_in(post.workspace, post.workspace.preferences.mail, provider.client, open_link=browser.open)
    post.approved()
    post.move(minutes=10)
    return post


def test_an_email_goes_out_with_an_access_token(ready: Post, server: MailServer) -> None:
    run, _ = send_due(ready.workspace)
    assert len(run.sent) == 1 and run.fault == ""
    assert len(server.accepted) == 1 and server.sessions == 1


def test_a_token_that_ended_early_is_refreshed_once(ready: Post, server: MailServer, provider: SignInServer) -> None:
    provider.end_access()
    run, _ = send_due(ready.workspace)
    assert len(run.sent) == 1 and server.sessions == 2
    assert [given["grant_type"] for given in provider.requests("/token")] == ["authorization_code", "refresh_token"]


def test_a_sign_in_that_has_ended_is_one_sentence_and_the_email_waits(
    ready: Post, server: MailServer, provider: SignInServer
) -> None:
    provider.end_all()
    run, _ = send_due(ready.workspace)
    assert "sign in again in Settings" in run.fault and run.fault.count(".") <= 2
    assert run.sent == () and server.accepted == []


def test_a_server_that_takes_no_token_of_this_user_is_asked_twice_and_no_more(
    ready: Post, server: MailServer, provider: SignInServer
) -> None:
    server.bearer = lambda _user, _token: False
    run, _ = send_due(ready.workspace)
    assert f"does not accept the sign-in of {USER}" in run.fault
    assert server.sessions == 2 and len(provider.requests("/token")) == 2


def test_microsofts_switch_that_it_has_to_turn_is_named(ready: Post, server: MailServer) -> None:
    server.at("auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.")
    with pytest.raises(AccountFault, match="allow “Authenticated SMTP”"):
        try_mail(ready.workspace, ready.workspace.preferences.mail, None)


def test_a_server_that_knows_passwords_alone_is_said(ready: Post, tmp_path: Path) -> None:
    own = tmp_path / "passwords"
    own.mkdir()
    with mail_server(own, user="ada", password="right") as other:
        with (tmp_path / "authority.pem").open("ab") as file:
            file.write((own / "authority.pem").read_bytes())
        ready.account(port=other.port)
        with pytest.raises(AccountFault, match="offers no sign-in method"):
            try_mail(ready.workspace, ready.workspace.preferences.mail, None)


def test_trying_the_account_says_who_is_signed_in(ready: Post) -> None:
    said = try_mail(ready.workspace, ready.workspace.preferences.mail, None)
    assert said.startswith("Works: localhost answered") and USER in said
