"""What can be edited by hand: the fields of the form in their order, and what is checked while a person types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.values.customers import CONSENT_SOURCES

Kind = Literal["text", "email", "day", "choice", "consent"]
#: Something before one @, and a domain with an ending: the import's own check is stricter and has the last word.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: its key in the book, its label, how it is typed, what stands in it while it is empty."""

    key: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    required: bool = False


FIELDS = (
    FormField("name", "Name", required=True, hint="The customer's name"),
    FormField("company", "Company"),
    FormField("email", "Email", "email", "name@example.com"),
    FormField("phone", "Phone"),
    FormField("city", "City"),
    FormField("region", "Region", "choice"),
    FormField("country", "Country"),
    FormField("tier", "Tier", "choice"),
    FormField("owner", "Owner", "choice", "No owner"),
    FormField("email_consent", "Email consent", "consent"),
    FormField("email_consent_since", "Consent since", "day", "Today, unless you enter a date"),
    FormField("email_consent_how", "Consent source", hint=CONSENT_SOURCES),
    FormField("signed_up_on", "Customer since", "day", "2026-03-31"),
    FormField("renews_on", "Renews", "day", "2026-12-31"),
)


def fault_of(field: FormField, text: str) -> str:
    """Say in one sentence what is wrong with a text; '' if it may be saved."""
    text = text.strip()
    if not text:
        return f"A customer needs a {field.label.lower()}." if field.required else ""
    if field.kind == "email" and not _EMAIL.fullmatch(text):
        return "Not a valid email address. Write it like name@example.com."
    if field.kind == "day":
        try:
            date.fromisoformat(text)
        except ValueError:
            return "Not a valid date. Write it like 2026-12-31."
    return ""


def faults_of(texts: Mapping[str, str]) -> dict[str, str]:
    """The faults of a whole form by field."""
    found = {field.key: fault_of(field, texts.get(field.key, "")) for field in FIELDS}
    return {key: fault for key, fault in found.items() if fault}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The fields whose text differs, blanks at the ends aside."""
    return {key: text.strip() for key, text in now.items() if text.strip() != before.get(key, "").strip()}
