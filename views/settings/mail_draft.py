"""The mail server as text and back, checked while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

from models.values.mail_access import Provider
from services import mail_access
from services.settings import FieldError, MailAccount, SignInClient
from views.settings.fields import Group, Setting

PORTS = {"starttls": "587", "tls": "465", "none": "25"}
#: The name of a provider whose endpoints a person enters.
OTHER = "other"
#: Fields of the client by which a provider knows this program, by whom a person signs in to.
_CLIENT = {"microsoft": ("client_id", "tenant"), "google": ("client_id",)}
_OTHERS = ("client_id", "authorize_url", "token_url", "scope")
CLIENT_FIELDS = ("client_id", "tenant", "authorize_url", "token_url", "scope")
_ACCOUNT = ("host", "security", "port", "sign_in", "user", "from_name", "from_address")
PASSWORD, CLIENT_SECRET, SIGN_IN, PROVIDER = "Password", "Client secret", "Sign-in", "Provider"


def mail_group(sign_ins: Mapping[str, str]) -> Group:
    """The fields of the mail server; ``sign_ins`` are those whom one can sign in to with the browser: name to title."""
    ways = tuple((name, f"Browser: {title}") for name, title in sign_ins.items())
    return Group(
        "mail",
        "Mail server",
        "Sends your approved emails. Stored on this computer when you press Save; passwords only in its keyring.",
        (
            Setting("from_address", "Your address as the sender", "name", hint="dana@example.com"),
            Setting("from_name", "Your name as the sender", "name", hint="Dana Whitfield"),
            Setting(
                "host",
                "Server",
                "name",
                says="Leave empty to send each email from your mail app instead.",
                hint="smtp.example.com",
            ),
            Setting(
                "security",
                "Encryption",
                "choice",
                choices=(("starttls", "STARTTLS"), ("tls", "TLS from the start"), ("none", "None, this computer only")),
            ),
            Setting("port", "Port", "whole"),
            Setting("sign_in", "Sign in with", "choice", choices=(("", "Password"), *ways)),
            Setting("user", "User", "name", says="Usually your address. Leave empty if the server needs no password."),
            Setting("client_id", "Client ID", "line", says="From your IT: Bellwether's ID at the provider."),
            Setting("tenant", "Tenant", "name", says="Leave empty for any organisation.", hint="example.com"),
            Setting("authorize_url", "Sign-in address", "line", hint="https://login.example.com/authorize"),
            Setting("token_url", "Token address", "line", hint="https://login.example.com/token"),
            Setting("scope", "Scope", "line", hint="smtp offline_access"),
            Setting(
                "signature", "Signature", "text", says="Added below each of your emails, above the unsubscribe line."
            ),
        ),
    )


def client_fields(sign_in: str) -> tuple[str, ...]:
    """The fields of a client that a way to sign in needs, none for a password."""
    return _CLIENT.get(sign_in, _OTHERS) if sign_in else ()


def texts_of(account: MailAccount, signature: str, client: SignInClient | None = None) -> dict[str, str]:
    """An account, a signature and the client of its browser sign-in as the fields show them."""
    known = client or SignInClient()
    return {
        "host": account.host,
        "security": account.security,
        "port": str(account.port),
        "sign_in": account.sign_in,
        "user": account.user,
        "from_name": account.from_name,
        "from_address": account.from_address,
        "signature": signature,
        **{name: getattr(known, name) for name in CLIENT_FIELDS},
    }


def account_of(texts: Mapping[str, str]) -> tuple[MailAccount | None, dict[str, str]]:
    """The account of these texts with the faults by field; None where one does not fit."""
    faults: dict[str, str] = {}
    plain = {name: " ".join(texts[name].split()) for name in _ACCOUNT}
    if " " in plain["host"] or "/" in plain["host"] or "@" in plain["host"]:
        faults["host"] = "Only the server's name, such as smtp.example.com."
    elif plain["host"] and plain["security"] == "none" and not _is_this_computer(plain["host"]):
        faults["security"] = "Without encryption, only a server on this computer works, such as localhost."
    if not plain["port"].isdecimal():
        faults["port"] = "A whole number such as 587."
    if plain["host"] and not _is_address(plain["from_address"]):
        faults["from_address"] = "An address such as dana@example.com; customers reply to it."
    elif plain["from_address"] and not _is_address(plain["from_address"]):
        faults["from_address"] = "Not a valid email address."
    if plain["sign_in"] and not plain["user"]:
        faults["user"] = "Enter the address that you sign in with."
    if faults:
        return None, faults
    try:
        return MailAccount(**{**plain, "port": int(plain["port"])}), faults  # type: ignore[arg-type]
    except FieldError as error:
        return None, {error.field: f"{error.reason[:1].upper()}{error.reason[1:]}."}


def client_of(texts: Mapping[str, str], before: SignInClient | None) -> tuple[SignInClient, dict[str, str]]:
    """The client of these texts; with faults by field, the one of before."""
    known = before or SignInClient()
    given = {name: " ".join(texts[name].split()) for name in client_fields(texts["sign_in"])}
    try:
        return replace(known, **given), {}
    except FieldError as error:
        return known, {error.field: f"{error.reason[:1].upper()}{error.reason[1:]}."}


def with_provider(texts: Mapping[str, str], provider: Provider, clients: Mapping[str, SignInClient]) -> dict[str, str]:
    """The texts with a provider's server and way to sign in; the user is the sender's address there."""
    found = {"host": provider.host, "security": provider.security, "port": str(provider.port)}
    client, way = clients.get(provider.sign_in), mail_access.sign_in_at(provider, clients)
    named = {name: getattr(client, name) if client is not None else "" for name in CLIENT_FIELDS}
    return {**texts, **found, **named, "sign_in": way, "user": texts["from_address"].strip()}


def _is_address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(at and name and host) and "@" not in name and not set(" <>,;") & set(text) and "." in host.strip(".")


def _is_this_computer(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
