"""What a customer's page says of its contract, its contacts and their consent, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from models import sqlite
from models.values import words
from models.values.customers import IdentityField
from services.insight.reader import Reader

#: A file that no system is known for is called by its own name, which is often just what it holds.
_KINDS_OF_FILES = frozenset({"customers", "contacts", "accounts", "orders", "clients", "people", "export", "data"})
_MOST_CONTACTS = 5


def contact_fields(reader: Reader, customer_id: int) -> Iterator[IdentityField]:
    """The people of a company: whom to call and write to, the primary contact first."""
    rows = reader.rows(
        "SELECT * FROM contacts WHERE customer_id = ? ORDER BY is_primary DESC, id LIMIT ?",
        (customer_id, _MOST_CONTACTS),
    )
    for row in rows:
        said = [row["name"], row["role"], row["email"], row["phone"], f"consent {consent_words(row)}"]
        label = "Primary contact" if row["is_primary"] else "Contact"
        yield IdentityField(label, ", ".join(part for part in said if part), source_words(row["source"]))
    if len(rows) == _MOST_CONTACTS:
        total = reader.value("SELECT COUNT(*) FROM contacts WHERE customer_id = ?", (customer_id,))
        if total > len(rows):
            yield IdentityField("Contacts", f"{len(rows)} of {total:,} shown; “Contacts” lists all", "")


def contract_fields(reader: Reader, contract: sqlite.Row) -> Iterator[IdentityField]:
    """The contract that speaks for the customer; further ones are counted."""
    origin = source_words(contract["source"])
    ended = contract["status"] == "ended"
    terms = [full_day(contract["starts_on"]) and f"since {full_day(contract['starts_on'])}", contract["number"]]
    if contract["value_per_year_minor"] is not None:
        terms.append(f"{words.money(contract['value_per_year_minor'], contract['currency'] or reader.currency)} a year")
    if contract["notice_days"]:
        terms.append(f"notice period: {words.count(contract['notice_days'], 'day')}")
    count = reader.value("SELECT count(*) FROM contracts WHERE customer_id = ?", (contract["customer_id"],))
    terms.append(f"one of {count}" if count > 1 else "")
    said = ", ".join(term for term in terms if term)
    if said:
        yield IdentityField("Contract", said, origin)
    if contract["ends_on"] and not (ended and contract["ends_on"] <= reader.today.isoformat()):
        yield IdentityField("Ends" if ended else "Renews", full_day(contract["ends_on"]), origin)


def consent_words(row: sqlite.Row) -> str:
    since = words.day_of(row["email_consent_since"])
    said = {"given": "given", "withdrawn": "withdrawn"}.get(row["email_consent"], "not recorded")
    return f"{said} {words.full_day(since)}" if since is not None and said != "not recorded" else said


def full_day(text: str | None) -> str:
    day = words.day_of(text)
    return words.full_day(day) if day is not None else ""


def source_words(source: str) -> str:
    plain = source.replace("_", " ")
    if source in _KINDS_OF_FILES:
        return f"{plain} file"
    if plain in ("hand", "by hand", "manual"):
        return "by hand"
    return plain.upper() if plain in ("crm", "erp") else plain
