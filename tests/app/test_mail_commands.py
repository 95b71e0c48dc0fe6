"""The commands about the mail account: set up from an address, signed in to with the browser, tried."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import MOMENT_VARIABLE
from app.cli import mail
from services.settings import default_path, load_preferences
from tests.servers.mail_server import mail_server, trusted
from tests.servers.sign_in_server import USER, Browser, sign_in_server
from tests.services.outreach.outbox.post import POLICY, Post, account_of


@pytest.fixture
def ask(ask: Any, moment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run a command with preferences of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return ask


def test_an_address_sets_the_account_up_and_an_option_has_the_last_word(ask: Any) -> None:
    assert ask("mail")[1]["host"] == ""
    code, found, said = ask("mail", "set", "--address", "dana@web.de", "--name", "Dana", "--port", "465")
    assert code == 0 and "POP3" in said
    assert {name: found[name] for name in ("host", "port", "security", "user", "from_name", "sign_in")} == {
        "host": "smtp.web.de", "port": 465, "security": "starttls", "user": "dana@web.de", "from_name": "Dana",
        "sign_in": "",
    }  # fmt: skip
    assert ask("mail")[1] == found
    assert ask("mail", "set", "--security", "tls")[1]["security"] == "tls"
    assert load_preferences(default_path()).preferences.mail.from_address == "dana@web.de"


def test_whose_server_a_companys_domain_has_is_asked(ask: Any) -> None:
    for _ in range(2):
        code, found, said = ask("mail", "set", "--address", "dana@linden.example", "--name", "Dana")
        assert code == 3 and "--provider microsoft365 or --provider google" in said
        assert (found["host"], found["from_address"], found["from_name"]) == ("", "dana@linden.example", "Dana")
        assert load_preferences(default_path()).preferences.mail.from_name == "Dana", "what was given is saved"
    asked = ("mail", "set", "--address", "dana@linden.example")
    found = ask(*asked, "--provider", "microsoft365", "--client-id", "11-22", "--tenant", "linden.example")[1]
    assert (found["host"], found["sign_in"], found["client_id"]) == ("smtp.office365.com", "microsoft", "11-22")
    assert load_preferences(default_path()).preferences.sign_in["microsoft"].tenant == "linden.example"
    assert ask(*asked, "--host", "mail.linden.example")[1]["host"] == "mail.linden.example"
    code, _, said = ask("mail", "set", "--address", "dana@other.example")
    assert code == 1 and "Nothing was saved. The provider of other.example" in said
    code, _, said = ask("mail", "set", "--provider", "nobody")
    assert code == 1 and "No provider is called “nobody”" in said


def test_a_mistake_is_a_sentence(ask: Any) -> None:
    code, _, said = ask("mail", "set", "--security", "ssl")
    assert code == 1 and "must be starttls, tls or none" in said
    for host in ("dana:secret@mail.example", "smtp://mail.example", "mail.example/x", "mail example"):
        code, _, said = ask("mail", "set", "--address", "dana@web.de", "--host", host)
        assert code == 1 and "such as smtp.example.com" in said and "secret" not in said
    assert ask("mail", "set", "--address", "dana@web.de", "--host", "::1")[1]["host"] == "::1"
    code, _, said = ask("mail", "set", "--client-id", "1")
    assert code == 1 and "--sign-in" in said
    code, _, said = ask("mail", "sign-in")
    assert code == 1 and "signs in with a password" in said


def test_a_person_signs_in_with_the_browser(ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with sign_in_server(tmp_path) as provider, trusted(tmp_path):
        browser = Browser(tmp_path)
        monkeypatch.setattr(mail.webbrowser, "open", browser.open)
        client = provider.client
        ask("mail", "set", "--address", USER, "--host", "localhost", "--user", USER, "--sign-in", "acme",
            "--client-id", client.client_id, "--authorize-url", client.authorize_url, "--token-url", client.token_url,
            "--scope", client.scope)  # fmt: skip
        assert ask("mail")[1]["signed_in"] is None
        code, found, said = ask("mail", "sign-in")
        browser.close()
        assert (code, found["signed_in"]) == (0, USER)
        assert client.authorize_url in said and "no keyring" in said
        assert ask("mail", "sign-out")[1] == {"words": "You are not signed in."}, "without a keyring nothing lasts"


def test_the_account_is_tried_and_an_email_to_oneself_arrives(
    ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with mail_server(tmp_path, user="ada", password="right") as server, trusted(tmp_path):
        ask("mail", "set", "--address", "ada@linden.example", "--host", server.host, "--port", str(server.port),
            "--user", "ada")  # fmt: skip
        code, _, said = ask("mail", "test")
        assert code == 1 and "password of ada" in said.lower()
        monkeypatch.setenv("BELLWETHER_MAIL_PASSWORD", "right")
        assert ask("mail", "test")[1]["words"].startswith("Works: ") and server.accepted == []
        assert "Test email sent to ada@linden.example" in ask("mail", "test", "--send")[1]["words"]
        assert [one.recipients for one in server.accepted] == [("ada@linden.example",)]


def test_without_a_keyring_the_password_is_asked_for_once_a_run(
    ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[str] = []

    def typed(words: str) -> str:
        asked.append(words)
        return "right"

    with mail_server(tmp_path, user="ada", password="right") as server, trusted(tmp_path):
        ask("mail", "set", "--address", "ada@linden.example", "--host", server.host, "--port", str(server.port),
            "--user", "ada")  # fmt: skip
        monkeypatch.setattr("sys.stdin", Terminal())
        monkeypatch.setattr("app.cli.frame.getpass.getpass", typed)
        assert ask("mail", "test")[0] == 0
        assert asked == ["Password of ada at localhost: "]


def test_a_password_is_read_from_another_program_and_shown_nowhere(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    code, found, said = ask("mail", "set", "--address", "ada@gmx.de", "--password")
    assert code == 0 and found["password"] is True and "no keyring" in said
    assert "correct horse" not in default_path().read_text() + said + str(found)


def test_send_waits_for_the_end_of_quiet_hours_unless_told_otherwise(
    ask: Any, store_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    night = datetime(2026, 11, 19, 22, 15, tzinfo=UTC)
    with mail_server(tmp_path, user="ada", password="right") as server, trusted(tmp_path):
        post = Post(store_path, account_of(server), now=night)
        post.workspace.change_policy(business_hours=POLICY.business_hours)
        message = post.approved()
        chosen = post.approved(at="2026-12-01T10:00:00Z")
        post.close()
        ask("mail", "set", "--address", "ada@linden.example", "--host", server.host, "--port", str(server.port),
            "--user", "ada")  # fmt: skip
        monkeypatch.setenv("BELLWETHER_MAIL_PASSWORD", "right")
        monkeypatch.setenv(MOMENT_VARIABLE, (night + timedelta(minutes=20)).isoformat())
        held = ask("send", "--now")[1]["held"]
        assert "Quiet hours: it goes out" in next(one["why"] for one in held if one["id"] == message.id)
        code, found, _ = ask("send", "--anyway")
        assert (code, found["sent"]) == (0, [message.id]) and len(server.accepted) == 1
        assert chosen.id not in found["sent"], "a moment that a person chose holds"
