"""The mail server as text and back, checked while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from services.settings import FieldError, MailAccount
from views.settings.fields import Group, Setting

PORTS = {"starttls": "587", "tls": "465", "none": "25"}
MAIL = Group(
    "mail",
    "Mail server",
    "Approved emails go out over it. Kept on this computer when you press Save; the password only in its keyring.",
    (
        Setting(
            "host",
            "Server",
            "name",
            says="Empty: no email is sent from here; you hand each one to your mail program.",
            hint="smtp.example.com",
        ),
        Setting(
            "security",
            "Encryption",
            "choice",
            choices=(("starttls", "STARTTLS"), ("tls", "TLS from the start"), ("none", "None, this computer only")),
        ),
        Setting("port", "Port", "whole"),
        Setting("user", "User", "name", says="Empty: the server asks for no password."),
        Setting("from_name", "Your name as the sender", "name", hint="Dana Whitfield"),
        Setting("from_address", "Your address as the sender", "name", hint="dana@example.com"),
        Setting("signature", "Signature", "text", says="Stands under each of your emails, above the unsubscribe line."),
    ),
)


def texts_of(account: MailAccount, signature: str) -> dict[str, str]:
    """An account and a signature as the fields show them."""
    return {
        "host": account.host,
        "security": account.security,
        "port": str(account.port),
        "user": account.user,
        "from_name": account.from_name,
        "from_address": account.from_address,
        "signature": signature,
    }


def account_of(texts: Mapping[str, str]) -> tuple[MailAccount | None, dict[str, str]]:
    """The account of these texts with the faults by field; None where one does not fit."""
    faults: dict[str, str] = {}
    plain = {name: " ".join(text.split()) for name, text in texts.items() if name != "signature"}
    if " " in plain["host"] or "/" in plain["host"] or "@" in plain["host"]:
        faults["host"] = "Only the server's name, such as smtp.example.com."
    elif plain["host"] and plain["security"] == "none" and not _is_this_computer(plain["host"]):
        faults["security"] = "Without encryption only a server on this computer is reached, such as localhost."
    if not plain["port"].isdecimal():
        faults["port"] = "A whole number such as 587."
    if plain["host"] and not _is_address(plain["from_address"]):
        faults["from_address"] = "An address such as dana@example.com; customers answer to it."
    elif plain["from_address"] and not _is_address(plain["from_address"]):
        faults["from_address"] = "This is not an email address."
    if faults:
        return None, faults
    try:
        return MailAccount(**{**plain, "port": int(plain["port"])}), faults  # type: ignore[arg-type]
    except FieldError as error:
        return None, {error.field: f"{error.reason[:1].upper()}{error.reason[1:]}."}


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
