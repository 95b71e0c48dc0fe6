"""Mail providers and their browser sign-in, read from `resources/mail/providers.toml`, with what IT or a person set."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values.mail_access import Provider, SignInWay
from services.settings import MailAccount, SignInClient

FILE: Final = Path(__file__).resolve().parents[2] / "resources" / "mail" / "providers.toml"
#: Whom most companies' own domains are at.
_COMPANIES: Final = ("microsoft365", "google")
#: Under which each organisation at Microsoft has a domain of its own.
_TENANTS: Final = ".onmicrosoft.com"


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def providers() -> dict[str, Provider]:
    """Return all providers by code."""
    found = [Provider(**{**one, "domains": tuple(one["domains"])}) for one in _document()["provider"]]
    return {one.code: one for one in found}


def providers_for(address: str) -> tuple[Provider, ...]:
    """Return the provider of an address; of a company's own domain those who may host it; of no address nothing."""
    _, at, domain = address.strip().casefold().rpartition("@")
    if not at or "." not in domain.strip("."):
        return ()
    domain = domain.rstrip(".")
    for one in providers().values():
        if any(
            domain == known or (known == "onmicrosoft.com" and domain.endswith(f".{known}")) for known in one.domains
        ):
            return (one,)
    return tuple(providers()[code] for code in _COMPANIES)


def provider_at(host: str) -> Provider | None:
    """Return the provider whose server it is, None of any other server."""
    return next((one for one in providers().values() if one.host == host.casefold()), None)


def sign_in_at(provider: Provider, clients: Mapping[str, SignInClient]) -> str:
    """Return whom one signs in to with the browser at a provider, '' for a password: the way without a client ID."""
    client = clients.get(provider.sign_in)
    known = client is not None and bool(client.client_id)
    return provider.sign_in if known or not provider.takes_password else ""


def way_of(account: MailAccount, client: SignInClient | None) -> SignInWay:
    """Return how an account signs in with the browser: the provider's own data, with what was set in their place."""
    known = _document()["sign_in"].get(account.sign_in, {})
    asks = tuple(known.get("asks", {}).items())
    way = SignInWay(**{"title": account.sign_in, **known, "asks": asks})
    if client is None:
        return way
    return replace(way, **{one.name: value for one in fields(client) if (value := getattr(client, one.name))})


def sign_ins() -> dict[str, str]:
    """Return whom one can sign in to with the browser without naming endpoints: code to title."""
    return {code: str(one["title"]) for code, one in _document()["sign_in"].items()}
