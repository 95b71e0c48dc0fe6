"""Which provider an address has, and what is known of each."""

from __future__ import annotations

import pytest

from services.mail_access import provider_at, providers_for, sign_ins
from services.mail_access.providers import providers, way_of
from services.settings import MailAccount, SignInClient
from services.settings.mail import SECURITIES


@pytest.mark.parametrize(
    ("address", "host", "sign_in"),
    [
        ("ada@gmail.com", "smtp.gmail.com", "google"),
        (" Ada@GoogleMail.com ", "smtp.gmail.com", "google"),
        ("ada@hotmail.co.uk", "smtp-mail.outlook.com", "microsoft"),
        ("ada@live.nl", "smtp-mail.outlook.com", "microsoft"),
        ("ada@linden.onmicrosoft.com", "smtp.office365.com", "microsoft"),
        ("ada@yahoo.fr", "smtp.mail.yahoo.com", ""),
        ("ada@yahoo.co.jp", "smtp.mail.yahoo.co.jp", ""),
        ("ada@me.com", "smtp.mail.me.com", ""),
        ("ada@gmx.at", "mail.gmx.net", ""),
        ("ada@gmx.com", "mail.gmx.com", ""),
        ("ada@web.de.", "smtp.web.de", ""),
        ("ada@fastmail.fm", "smtp.fastmail.com", ""),
        ("ada@zohomail.eu", "smtp.zoho.eu", ""),
    ],
)
def test_an_address_names_its_provider(address: str, host: str, sign_in: str) -> None:
    (found,) = providers_for(address)
    assert (found.host, found.sign_in) == (host, sign_in)
    assert provider_at(host.upper()) == found


@pytest.mark.parametrize("address", ["ada@linden-supply.co.uk", "ada@outlook.linden.com", "ada@notgmail.com"])
def test_a_domain_of_its_own_may_be_at_microsoft_or_google(address: str) -> None:
    assert [one.name for one in providers_for(address)] == ["Microsoft 365", "Google"]


@pytest.mark.parametrize("text", ["", "ada", "ada@", "ada@localhost", "@"])
def test_what_is_no_address_names_nobody(text: str) -> None:
    assert providers_for(text) == ()


def test_every_provider_can_be_an_account_and_no_domain_has_two() -> None:
    known = providers().values()
    domains = [domain for one in known for domain in one.domains]
    assert len(domains) == len(set(domains))
    assert all(domain == domain.casefold() and "." in domain for domain in domains)
    for one in known:
        MailAccount(one.host, one.port, one.security, "ada", sign_in=one.sign_in)
        assert one.security in SECURITIES[:2]
        assert (one.port == 465) == (one.security == "tls")
        assert one.sign_in in {"", *sign_ins()}
        assert one.note == "" or one.note.endswith(".")


def test_what_it_sets_stands_in_the_place_of_what_is_known() -> None:
    account = MailAccount(user="ada", sign_in="microsoft")
    known = way_of(account, None)
    assert (known.client_id, known.tenant, known.authority) == ("", "common", "https://login.microsoftonline.com")
    way = way_of(account, SignInClient("id", tenant="linden.example"))
    assert (way.client_id, way.tenant, way.authority, way.scope) == (
        "id", "linden.example", known.authority, known.scope,
    )  # fmt: skip
    assert way_of(MailAccount(sign_in="acme"), None).title == "acme"
