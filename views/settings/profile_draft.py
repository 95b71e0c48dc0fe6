"""A language model's profile as text and back, with what each kind of endpoint usually needs."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from models.values.errors import UserError
from services import sync
from services.settings import FieldError, ModelProfile
from views.settings.fields import Group, Setting
from views.words import DOT

KINDS = (("cloud", "Cloud"), ("azure", "Azure-style"), ("local", "On this computer"))
PROFILE = Group(
    "profile",
    "Language model",
    "Any endpoint that speaks the OpenAI protocol.",
    (
        Setting("kind", "Kind", "choice", choices=KINDS),
        Setting("name", "Name", "name", says="The name you choose it by.", hint="Our model"),
        Setting("base_url", "Address", "line", says="Up to and including the version, without “chat/completions”."),
        Setting(
            "model", "Model", "name", says="The model's name at the endpoint; for an Azure-style one, the deployment."
        ),
        Setting("api_version", "API version", "name"),
        Setting("timeout_s", "Give up after", "number", "seconds without a reply"),
        Setting(
            "price_in", "Price per million input tokens", "number", says="Leave empty to hide the cost of a draft."
        ),
        Setting("price_out", "Price per million output tokens", "number"),
        Setting("currency", "Currency of the prices", "currency"),
    ),
)
#: What stands in the fields of a new profile of each kind.
_DEFAULTS = {
    "cloud": {"base_url": "https://api.openai.com/v1", "api_version": "", "timeout_s": "30"},
    "azure": {"base_url": "", "api_version": "2024-10-21", "timeout_s": "30"},
    "local": {"base_url": "http://localhost:11434/v1", "api_version": "", "timeout_s": "120"},
}
#: What stands in an empty field of each kind, as an example.
HINTS = {
    "cloud": {"base_url": "https://models.example.com/v1", "model": "gpt-4o-mini"},
    "azure": {"base_url": "https://your-resource.openai.azure.com", "model": "your-deployment"},
    "local": {"base_url": "http://localhost:11434/v1", "model": "llama3.1"},
}


def new_texts(kind: str = "cloud") -> dict[str, str]:
    """The fields of a profile that is to be added."""
    empty = {setting.path: "" for setting in PROFILE.settings}
    return {**empty, "kind": kind, "currency": "USD", **_DEFAULTS[kind]}


def texts_of(profile: ModelProfile) -> dict[str, str]:
    """A profile as its fields show it."""
    texts = {setting.path: str(getattr(profile, setting.path)) for setting in PROFILE.settings}
    return {**texts, "timeout_s": f"{profile.timeout_s:g}"}


def of_kind(texts: Mapping[str, str], kind: str) -> dict[str, str]:
    """The texts after another kind was chosen: what was typed stays, what was the former kind's default follows."""
    before = _DEFAULTS[texts["kind"]]
    moved = {name: _DEFAULTS[kind][name] for name, text in before.items() if texts[name] in (text, "")}
    return {**texts, **moved, "kind": kind}


def profile_of(texts: Mapping[str, str], taken: Collection[str]) -> tuple[ModelProfile | None, dict[str, str]]:
    """The profile of these texts with the faults by field; None where one does not fit.

    Parameters
    ----------
    taken : names of the other profiles.
    """
    plain = {name: " ".join(text.split()) for name, text in texts.items()}
    faults: dict[str, str] = {}
    if plain["name"] in taken:
        faults["name"] = "Another language model already has this name."
    scheme, host = _parts(plain["base_url"])
    if scheme == "http" and plain["kind"] != "local":
        here = _is_here(host)
        faults["base_url"] = (
            "This address is on this computer. Choose the kind “On this computer” above."
            if here
            else "Only https:// leaves this computer. Write https://, or choose the kind “On this computer” for a"
            " server of your own."
        )
    if plain["kind"] == "azure" and not plain["api_version"]:
        faults["api_version"] = "An Azure-style endpoint needs it, such as 2024-10-21."
    try:
        timeout_s = float(sync.number_of(plain["timeout_s"])[0])
    except UserError:
        timeout_s, faults["timeout_s"] = 30.0, "Seconds, such as 30."
    prices = {name: _price(plain[name]) for name in ("price_in", "price_out")}
    currency = plain["currency"].upper() or "USD"
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        faults["currency"] = "Three letters such as USD."
    version = plain["api_version"] if plain["kind"] == "azure" else ""
    known = {name: plain[name] for name in ("name", "base_url", "model", "kind")}
    try:
        made = ModelProfile(**known, api_version=version, timeout_s=timeout_s, currency=currency, **prices)
    except FieldError as error:
        faults.setdefault(error.field, f"{error.reason[:1].upper()}{error.reason[1:]}.")
        return None, faults
    return (None, faults) if faults else (made, faults)


def _price(text: str) -> str:
    """A price as the profile keeps it; what is not a figure is refused there."""
    try:
        return str(sync.number_of(text, fraction=True)[0])
    except UserError:
        return text


def _parts(address: str) -> tuple[str, str]:
    """Scheme and host of what was typed, empty where it is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def in_words(profile: ModelProfile) -> str:
    """Kind, model and host in one line."""
    host = urlsplit(profile.base_url).hostname or ""
    return DOT.join((dict(KINDS)[profile.kind], profile.model, host))
