"""Signing in with the browser, against a real authorisation server: what is checked, refused, kept and forgotten."""

from __future__ import annotations

import json
import logging
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from models.values.errors import BellwetherError, Cancelled
from services.mail_access import access_token, sign_in, sign_out, signed_in
from services.mail_access.grants import SignInFault
from services.mail_access.loopback import returning
from services.mail_access.tokens import sign_in as sign_in_for
from services.settings import MailAccount
from services.workspace import SessionKeyring
from tests.servers.sign_in_server import CLIENT, TENANT, USER, Browser, SignInServer
from tests.services.outreach.outbox.post import Post
from tests.vault import Vault

BOTH = pytest.mark.parametrize("whom", ["microsoft", "acme"])


def account_at(post: Post, whom: str) -> MailAccount:
    post.account(sign_in=whom)
    return post.workspace.preferences.mail


def signs_in(post: Post, browser: Browser) -> str:
    account = post.workspace.preferences.mail
    client = post.workspace.preferences.sign_in[account.sign_in]
    return sign_in(post.workspace, account, client, open_link=browser.open)


def kept(vault: Vault) -> dict[str, str]:
    (text,) = vault.secrets.values()
    return json.loads(text)


@BOTH
def test_a_sign_in_gives_a_token_that_the_provider_knows(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault, whom: str, tmp_path: Path
) -> None:
    account = account_at(post, whom)
    assert signed_in(post.workspace, account) is None
    assert signs_in(post, browser) == USER
    browser.close()
    assert browser.pages[-1][0] == 200 and "You can close this window." in browser.pages[-1][1]
    assert signed_in(post.workspace, account) == USER
    token = access_token(post.workspace, account)
    assert provider.takes(USER, token)
    asked = provider.requests(f"/{TENANT}/authorize" if whom == "microsoft" else "/authorize")[0]
    assert asked["login_hint"] == USER and len(asked["state"]) >= 16 and len(asked["code_challenge"]) == 43
    # What lasts is in the keyring; the access token is nowhere but in memory.
    assert kept(vault)["client_id"] == CLIENT and token not in json.dumps(kept(vault))
    assert token.encode() not in post.workspace.store.path.read_bytes()


@BOTH
def test_no_code_token_or_address_is_logged(
    post: Post, browser: Browser, vault: Vault, whom: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    account = account_at(post, whom)
    signs_in(post, browser)
    token = access_token(post.workspace, account, fresh=True)
    for secret in (token, kept(vault)["refresh_token"], "code=", "state="):
        assert secret not in caplog.text


@BOTH
def test_who_says_no_in_the_browser_is_told_so_and_nothing_is_kept(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault, whom: str
) -> None:
    account_at(post, whom)
    provider.deny = "access_denied"
    with pytest.raises(SignInFault, match="choose Allow"):
        signs_in(post, browser)
    browser.close()
    assert "Not signed in" in browser.pages[-1][1]
    assert vault.secrets == {} and not provider.reached.is_set()


@BOTH
def test_an_answer_of_another_sign_in_is_refused_and_the_right_one_waited_for(
    post: Post, provider: SignInServer, tmp_path: Path, whom: str
) -> None:
    account_at(post, whom)
    browser = Browser(tmp_path, state="somebody-else")
    assert signs_in(post, browser) == USER
    browser.close()
    assert [code for code, _ in browser.pages] == [400, 200]
    assert len([path for path, _ in provider.asked if path.endswith("/token")]) == 1


def test_a_wrong_state_alone_signs_nobody_in(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault
) -> None:
    answered = threading.Event()

    def open_link(url: str) -> None:
        back = browser.sent_back(url)
        assert browser.get(back.replace("state=", "state=x"))[0] == 400
        answered.set()

    account = post.workspace.preferences.mail
    with pytest.raises(Cancelled):
        sign_in(post.workspace, account, provider.client, open_link=open_link, cancelled=answered.is_set)
    assert vault.secrets == {} and not provider.reached.is_set()


def test_a_code_that_another_program_began_is_worth_nothing(provider: SignInServer, browser: Browser) -> None:
    """The server of these tests verifies PKCE: without it the tests above would prove little."""
    asked = {"response_type": "code", "code_challenge_method": "S256", "client_id": CLIENT, "state": "s",
             "redirect_uri": "http://127.0.0.1:1", "code_challenge": "another"}  # fmt: skip
    code = provider.authorize(asked).partition("code=")[2].partition("&")[0]
    given = {"grant_type": "authorization_code", "client_id": CLIENT, "code": code, "code_verifier": "guess",
             "redirect_uri": "http://127.0.0.1:1"}  # fmt: skip
    assert provider.token(given)[1]["error"] == "invalid_grant"


@BOTH
def test_a_sign_in_is_cancelled_while_the_provider_keeps_silent(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault, whom: str
) -> None:
    account_at(post, whom)
    provider.silent = threading.Event()
    account = post.workspace.preferences.mail
    client = post.workspace.preferences.sign_in[whom]
    with pytest.raises(Cancelled):
        sign_in(post.workspace, account, client, open_link=browser.open, cancelled=provider.reached.is_set)
    assert vault.secrets == {}


def test_a_browser_that_never_comes_back_is_given_up_with_a_sentence(post: Post, provider: SignInServer) -> None:
    account = post.workspace.preferences.mail
    with pytest.raises(BellwetherError, match="did not return"):
        sign_in_for(post.workspace, account, provider.client, open_link=lambda _url: None, patience_s=0)


@pytest.mark.parametrize(
    ("error", "described", "words"),
    [
        ("invalid_client", "", "client ID"),
        ("invalid_grant", "AADSTS65001: The user or administrator has not consented", "ask your IT to approve"),
        ("server_error", "Something\nTrace: 1", "refused the sign-in .server_error: Something."),
    ],
)
@BOTH
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    post: Post, provider: SignInServer, browser: Browser, whom: str, error: str, described: str, words: str
) -> None:
    account_at(post, whom)
    provider.refuse, provider.described = error, described
    with pytest.raises(SignInFault, match=words) as caught:
        signs_in(post, browser)
    assert "Trace" not in str(caught.value)


@BOTH
def test_a_browser_that_is_back_before_anybody_waits_is_heard(
    post: Post, provider: SignInServer, browser: Browser, whom: str
) -> None:
    """Who is signed in at the provider already is sent back at once."""
    account = account_at(post, whom)
    client = post.workspace.preferences.sign_in[whom]
    assert sign_in_for(post.workspace, account, client, open_link=browser.go, patience_s=2)


@BOTH
def test_a_page_in_the_place_of_an_answer_ends_no_sign_in(
    post: Post, provider: SignInServer, browser: Browser, whom: str
) -> None:
    """As the network of a hotel gives before somebody has signed in to it."""
    account = account_at(post, whom)
    signs_in(post, browser)
    provider.garbled = True
    with pytest.raises(SignInFault):
        access_token(post.workspace, account, fresh=True)
    provider.garbled = False
    assert provider.takes(USER, access_token(post.workspace, account, fresh=True))


def test_a_tenant_that_nobody_knows_is_said(post: Post, provider: SignInServer, browser: Browser) -> None:
    account = account_at(post, "microsoft")
    client = replace(provider.microsoft, tenant="nobody")
    with pytest.raises(SignInFault, match="does not know the tenant “nobody”"):
        sign_in(post.workspace, account, client, open_link=browser.open)


def test_without_a_client_id_it_is_said_whom_to_ask(post: Post, browser: Browser) -> None:
    with pytest.raises(SignInFault, match="needs a client ID: ask your IT"):
        sign_in(post.workspace, account_at(post, "google"), None, open_link=browser.open)


@BOTH
def test_without_a_network_it_is_said(post: Post, provider: SignInServer, browser: Browser, whom: str) -> None:
    account = account_at(post, whom)
    signs_in(post, browser)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gone = replace(
        post.workspace.preferences.sign_in[whom],
        **({"authority": f"https://localhost:{port}"} if whom == "microsoft"
           else {"token_url": f"https://localhost:{port}/token"}),
    )  # fmt: skip
    post.preferences(sign_in={whom: gone})
    with pytest.raises(SignInFault, match="there is no network") as caught:
        access_token(post.workspace, account, fresh=True)
    assert caught.value.offline
    assert signed_in(post.workspace, account) == USER, "a network that is gone ends no sign-in"


@BOTH
def test_a_token_is_used_until_shortly_before_its_end_and_then_refreshed(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault, whom: str
) -> None:
    account = account_at(post, whom)
    signs_in(post, browser)
    first, grant = access_token(post.workspace, account), kept(vault)["refresh_token"]
    post.move(minutes=50)
    assert access_token(post.workspace, account) == first
    post.move(minutes=8)
    second = access_token(post.workspace, account)
    assert second != first and provider.takes(USER, second)
    assert kept(vault)["refresh_token"] != grant, "the provider gave the next one"
    assert access_token(post.workspace, account) == second


def test_a_provider_that_lets_the_grant_stand_gives_none_anew(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault
) -> None:
    provider.rotates = False
    signs_in(post, browser)
    grant = kept(vault)
    for _ in range(2):
        assert provider.takes(USER, access_token(post.workspace, post.workspace.preferences.mail, fresh=True))
    assert kept(vault) == grant


@BOTH
def test_a_permission_that_was_taken_back_asks_to_sign_in_again_and_is_forgotten(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault, whom: str
) -> None:
    account = account_at(post, whom)
    signs_in(post, browser)
    provider.end_all()
    with pytest.raises(SignInFault, match="has ended your sign-in: sign in again in Settings"):
        access_token(post.workspace, account, fresh=True)
    assert vault.secrets == {} and signed_in(post.workspace, account) is None
    with pytest.raises(SignInFault, match="not signed in"):
        access_token(post.workspace, account)


def test_another_program_that_refreshed_first_ends_nothing(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault
) -> None:
    account = post.workspace.preferences.mail
    signs_in(post, browser)
    (name,) = vault.secrets
    other = Post(post.workspace.store.path.with_name("other.bellwether"), account)
    other.workspace = replace(other.workspace, keyring=post.workspace.keyring, preferences=post.workspace.preferences)
    stale = vault.secrets[name]
    access_token(other.workspace, account, fresh=True)
    fresh = vault.secrets[name]
    other.close()
    read, given = vault.get_password, iter([stale])

    def late(service: str, user: str) -> str | None:
        """Read first what stood there before the other program wrote."""
        return next(given, None) or read(service, user) if user == name else read(service, user)

    vault.get_password = late  # type: ignore[method-assign]
    assert provider.takes(USER, access_token(post.workspace, account, fresh=True))
    assert vault.secrets[name] != fresh


def test_a_provider_that_gives_nothing_lasting_is_said(post: Post, provider: SignInServer, browser: Browser) -> None:
    provider.lasting = False
    with pytest.raises(SignInFault, match="no lasting permission"):
        signs_in(post, browser)


def test_a_client_secret_that_a_person_typed_comes_from_the_keyring(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault
) -> None:
    provider.client_secret = "not so secret"
    post.workspace.keyring.set(provider.client.secret, "not so secret")
    assert signs_in(post, browser) == USER
    assert provider.takes(USER, access_token(post.workspace, post.workspace.preferences.mail, fresh=True))


@pytest.mark.parametrize(("whom", "words"), [("microsoft", "on this computer. To remove it everywhere, go to"),
                                             ("acme", "has withdrawn the permission")])  # fmt: skip
def test_signing_out_forgets_and_ends_what_can_be_ended(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault, whom: str, words: str
) -> None:
    account = account_at(post, whom)
    signs_in(post, browser)
    client = post.workspace.preferences.sign_in[whom]
    assert words in sign_out(post.workspace, account, client)
    assert vault.secrets == {} and signed_in(post.workspace, account) is None
    assert len(provider.requests("/revoke")) == (whom == "acme")
    assert sign_out(post.workspace, account, client) == "You are not signed in."


def test_a_provider_that_cannot_be_told_is_said_and_the_sign_in_forgotten(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault
) -> None:
    signs_in(post, browser)
    provider.refuse = "unsupported_token_type"
    said = sign_out(post.workspace, post.workspace.preferences.mail, provider.client)
    assert (
        said == "Signed out on this computer. acme did not withdraw the permission (HTTP 400)." and vault.secrets == {}
    )


def test_without_a_keyring_the_sign_in_lasts_for_this_run(
    post: Post, provider: SignInServer, browser: Browser, vault: Vault
) -> None:
    post.workspace = replace(post.workspace, keyring=SessionKeyring())
    signs_in(post, browser)
    assert provider.takes(USER, access_token(post.workspace, post.workspace.preferences.mail, fresh=True))
    assert vault.secrets == {}


def test_a_line_that_a_browser_opens_in_advance_holds_nothing_up() -> None:
    with returning() as listener, socket.create_connection(("127.0.0.1", listener.port)):
        page = Browser.__new__(Browser)
        page.pages = []
        assert page.get(f"http://127.0.0.1:{listener.port}/favicon.ico")[0] == 404
        assert page.get(f"http://127.0.0.1:{listener.port}/?code=1&state=")[0] == 400
