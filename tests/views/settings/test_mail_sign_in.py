"""The mail server in Settings: filled in from the address, signed in to with the browser, tried by an email."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.keyrings import SystemKeyring
from services.settings import MailAccount, Preferences, SignInClient, load_managed, load_preferences
from services.workspace import Workspace
from tests.servers.mail_server import mail_server, trusted
from tests.servers.sign_in_server import USER, Browser, SignInServer, sign_in_server
from tests.vault import Vault
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import put, settings_page, until
from views.desktop import Desktop
from views.settings.mail_box import MailBox

ACCOUNT = MailAccount("localhost", 587, "starttls", USER, USER, "Ada Lindqvist", "acme")


def mail_box(desk: Desktop) -> MailBox:
    box = settings_page(desk, "mail").boxes["mail"]
    assert isinstance(box, MailBox)
    return box


def fill(qtbot: QtBot, box: MailBox, **texts: str) -> None:
    for name, text in texts.items():
        field = box.group.inputs[name].field
        assert isinstance(field, QLineEdit)
        put(qtbot, field, text)


def shown(box: MailBox, *names: str) -> dict[str, str]:
    return {name: box.group.inputs[name].text for name in names}


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SignInServer]:
    with sign_in_server(tmp_path) as running, trusted(tmp_path):
        yield running


@pytest.fixture
def box(qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault, provider: SignInServer) -> MailBox:
    """A form whose account signs in at the provider of these tests."""
    preferences = Preferences(mail=ACCOUNT, sign_in={"acme": provider.client})
    return mail_box(open_window(replace(empty, keyring=SystemKeyring(vault)), preferences))


def test_the_form_fills_itself_for_a_known_address_and_stays_editable(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    box = mail_box(open_window(empty))
    fill(qtbot, box, from_address="dana@gmx.de")
    assert shown(box, "host", "port", "security", "user", "sign_in") == {
        "host": "mail.gmx.net", "port": "587", "security": "starttls", "user": "dana@gmx.de", "sign_in": "",
    }  # fmt: skip
    assert "POP3" in box.provider.words and box.password.isVisible() and not box.sign_in.isVisible()
    fill(qtbot, box, from_address="dana@fastmail.com")
    assert shown(box, "host", "port", "security") == {"host": "smtp.fastmail.com", "port": "465", "security": "tls"}
    fill(qtbot, box, host="mail.dana.example", from_address="dana@gmx.de")
    assert shown(box, "host") == {"host": "mail.dana.example"}, "a server of one's own is not written over"


def test_the_provider_and_save_keep_their_place_while_an_address_is_typed(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    box = mail_box(open_window(empty))
    places = []
    for address in ("", "dana@linden.example", "dana@gmx.de", "dana@nobody"):
        fill(qtbot, box, from_address=address)
        QApplication.processEvents()
        places.append((box.save_button.x(), box.provider.isVisible(), box.provider.height()))
        assert box.discard_button.isVisible() and box.discard_button.isEnabled() == bool(address)
    assert len(set(places)) == 1, places


def test_a_companys_own_domain_offers_who_may_host_it(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    box = mail_box(open_window(empty))
    fill(qtbot, box, from_address="dana@linden.example")
    assert [button.text() for button in box.provider.buttons] == ["Microsoft 365", "Google"]
    assert shown(box, "host", "user") == {"host": "", "user": ""}
    box.provider.buttons[0].click()
    assert shown(box, "host", "sign_in", "user") == {
        "host": "smtp.office365.com", "sign_in": "microsoft", "user": "dana@linden.example",
    }  # fmt: skip
    assert box.provider.buttons == [] and "takes no passwords" in box.provider.words
    assert box.sign_in.isVisible() and not box.password.isVisible()
    assert box.group.inputs["tenant"].isVisible() and not box.group.inputs["token_url"].isVisible()


@pytest.mark.parametrize(("client", "way"), [(SignInClient(), ""), (SignInClient("11-22"), "google")])
def test_google_is_signed_in_to_by_browser_where_a_client_is_known(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, client: SignInClient, way: str
) -> None:
    box = mail_box(open_window(empty, Preferences(sign_in={"google": client})))
    fill(qtbot, box, from_address="dana@gmail.com")
    assert shown(box, "host", "sign_in", "client_id") == {
        "host": "smtp.gmail.com", "sign_in": way, "client_id": client.client_id,
    }  # fmt: skip
    assert "app password" in box.provider.words


def test_its_client_is_shown_and_locked_and_the_account_is_the_persons(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[preferences.sign_in.microsoft]\nclient_id = "11-22"\ntenant = "linden.example"\n')
    managed = load_managed(path)
    desk = open_window(replace(empty, managed=managed), managed.apply_preferences(Preferences()))
    box = mail_box(desk)
    fill(qtbot, box, from_address="dana@linden.example")
    box.provider.buttons[0].click()
    assert shown(box, "client_id") == {"client_id": "11-22"} and not box.group.inputs["client_id"].isEnabled()
    assert not box.group.inputs["tenant"].isVisible() and box.group.inputs["host"].isEnabled()
    box.save()
    until(qtbot, lambda: not box.dirty)
    assert desk.remembered.value.mail.sign_in == "microsoft"


def test_a_person_signs_in_with_the_browser_and_out_again(
    qtbot: QtBot, box: MailBox, vault: Vault, tmp_path: Path, provider: SignInServer
) -> None:
    browser = Browser(tmp_path)
    links: list[str] = []

    def open_link(url: QUrl) -> bool:
        links.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        browser.open(links[-1])
        return True

    box.open_link = open_link
    until(qtbot, lambda: box.sign_in.words == "Not signed in.")
    box.sign_in.button.click()
    assert box.sign_in.waiting and box.sign_in.cancel_button.isVisible()
    until(qtbot, lambda: not box.sign_in.waiting)
    browser.close()
    assert box.sign_in.words == f"Signed in as {USER}. Stored in this computer's keyring."
    assert len(vault.secrets) >= 1 and len(links) == 1
    box.sign_in.out_button.click()
    until(qtbot, lambda: box.sign_in.words == "Not signed in.")
    assert vault.secrets == {} and "withdrawn the permission" in box.verdict.words


def test_a_sign_in_is_cancelled_and_the_link_can_be_copied(
    qtbot: QtBot, box: MailBox, vault: Vault, provider: SignInServer
) -> None:
    box.open_link = lambda _url: False  # no browser opens
    box.sign_in.button.click()
    until(qtbot, box.sign_in.copy_button.isEnabled)
    assert "Waiting for your browser" in box.sign_in.words
    box.sign_in.copy_button.click()
    assert QApplication.clipboard().text().startswith(f"https://localhost:{provider.port}/authorize?")
    box.sign_in.cancel_button.click()
    until(qtbot, lambda: box.sign_in.words == "Not signed in." and box.sign_in.button.isVisible())
    assert vault.secrets == {}


def test_leaving_the_page_cancels_a_sign_in_that_the_provider_keeps_waiting(
    qtbot: QtBot, box: MailBox, provider: SignInServer, tmp_path: Path
) -> None:
    provider.silent = threading.Event()
    browser = Browser(tmp_path)
    box.open_link = lambda url: browser.open(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)) is None
    box.sign_in.button.click()
    until(qtbot, provider.reached.is_set)
    box.leave()
    assert not box.sign_in.waiting
    browser.close()


def test_who_says_no_reads_why_it_did_not_work(
    qtbot: QtBot, box: MailBox, provider: SignInServer, tmp_path: Path
) -> None:
    provider.deny = "access_denied"
    browser = Browser(tmp_path)
    box.open_link = lambda url: browser.open(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)) is None
    box.sign_in.button.click()
    until(qtbot, lambda: "choose Allow" in box.verdict.words)
    assert not box.sign_in.waiting
    browser.close()


def test_a_client_that_is_typed_is_kept_here_and_its_secret_in_the_keyring(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / "preferences.json"
    desk = open_window(replace(empty, keyring=SystemKeyring(vault)), path=path)
    box = mail_box(desk)
    fill(qtbot, box, from_address="dana@linden.example", host="mail.linden.example", user="dana@linden.example")
    box.group.inputs["sign_in"].put("other")
    box.group.edited.emit("sign_in")
    fill(qtbot, box, token_url="http://id.linden.example/token", authorize_url="https://id.linden.example/a",
         client_id="11-22", scope="smtp")  # fmt: skip
    assert "token_url" in box.faults and not box.save_button.isEnabled()
    fill(qtbot, box, token_url="https://id.linden.example/token")
    qtbot.keyClicks(box.client_secret.line, "typed secret")
    box.save()
    until(qtbot, lambda: not box.dirty)
    desk.remembered.save_now()
    until(qtbot, lambda: path.exists() and load_preferences(path).preferences.mail.sign_in == "other")
    kept = load_preferences(path).preferences.sign_in["other"]
    assert (kept.client_id, kept.token_url) == ("11-22", "https://id.linden.example/token")
    assert "typed secret" not in path.read_text("utf-8")
    assert vault.secrets == {("bellwether", "mail-client:11-22"): "typed secret"}


def test_an_email_to_oneself_arrives_and_nothing_else_goes_out(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    with mail_server(tmp_path, user="ada", password="right") as server, trusted(tmp_path):
        box = mail_box(open_window(empty))
        fill(qtbot, box, from_address="ada@linden.example", from_name="Ada Lind", host=server.host,
             port=str(server.port), user="ada")  # fmt: skip
        qtbot.keyClicks(box.password.line, "right")
        box.own_button.click()
        until(qtbot, lambda: not box.verdict.waiting)
        assert box.verdict.words.startswith("Test email sent to ada@linden.example")
        (mail,) = server.accepted
        assert mail.recipients == ("ada@linden.example",) and mail.sender == "ada@linden.example"
        assert "test email from Bellwether to yourself" in mail.message.get_content()
        server.at("rcpt", "550 5.1.1 No such mailbox")
        box.own_button.click()
        until(qtbot, lambda: not box.verdict.waiting)
        assert "550 5.1.1 No such mailbox" in box.verdict.words
