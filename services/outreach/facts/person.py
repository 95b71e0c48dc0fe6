"""What a customer's own record says: since when, tier, preferences, contract and renewal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from models import sqlite
from models.queries.churn_status import left_on, renews_on, starts_on
from models.values import words
from models.values.outreach import Fact, FactValue
from services.book.known import customer_since
from services.insight import Reader
from services.insight.measurements import read_measurements
from services.insight.said_of import source_words
from services.outreach.facts.found import Found, in_month, long_day, long_since, number, of_kind, on, saying, seen_from

_SIZE: Final = ("size", "sizes")
_LIKED: Final = (("categories", "category"), ("styles", "style"), ("colours", "colour"), ("colors", "color"),
                 ("brands", "brand"), ("interests", "interest"))  # fmt: skip
_MOST: Final = 3
_LONGEST: Final = 40


def read_person(reader: Reader, customer: sqlite.Row) -> Iterator[Found]:
    """Yield the facts of a customer's row."""
    yield from _since(reader, customer)
    yield from _renewal(reader, customer)
    yield from _contract(reader, customer)
    yield from _preferences(customer)
    yield from _measured(reader, customer)
    yield from _tier(customer)


def _fact(
    customer: sqlite.Row, key: str, said: str, group: str, values: tuple[FactValue, ...], label: str = ""
) -> Fact:
    return Fact(
        f"customer:{key}", said, label or source_words(customer["source"]), "customers", customer["id"], group, values
    )


def _since(reader: Reader, customer: sqlite.Row) -> Iterator[Found]:
    since, by_order = customer_since(reader.driver, customer["id"], reader.today)
    if since is None or _has_left(reader, customer):
        return
    label = f"{source_words(customer['source'])}, first order" if by_order else ""
    month = words.long_month(since)
    values = (*in_month(since), FactValue("date", since.isoformat()), *saying("customer since", "with us since",
              "you have been with us", "you have been our customer", "bought from us since"))  # fmt: skip
    yield Found(_fact(customer, "since", f"Customer since {month}", "person", values, label), "since",
                {"since": month, "customer_for": long_since(since, reader.today)})  # fmt: skip


def _of_today(reader: Reader, customer: sqlite.Row, expression: str) -> Any:
    """What SQL over the customer's row, with today as ``:day``, says."""
    row = reader.rows(
        f"SELECT {expression} FROM customers c WHERE c.id = :customer",
        {"customer": customer["id"], "day": reader.today.isoformat()},
    )
    return row[0][0] if row else None


def _has_left(reader: Reader, customer: sqlite.Row) -> bool:
    return _of_today(reader, customer, left_on(":day")) is not None


def _renewal(reader: Reader, customer: sqlite.Row) -> Iterator[Found]:
    day = words.day_of(_of_today(reader, customer, renews_on(":day")))
    if day is None or _has_left(reader, customer):
        return
    said = f"Renews {words.full_day(day) if day.year != reader.today.year else words.day(day, reader.today)}"
    values = (
        *on(day),
        *saying("renews", "renewal", "up for renewal", "account renews", "contract renews", "agreement renews"),
    )
    yield Found(
        _fact(customer, "renewal", said, "contract", values),
        "renewal",
        {
            "renewal": {
                "day": long_day(day, reader.today),
                "month": words.MONTHS_LONG[day.month - 1],
                "when": seen_from(day, reader.today),
            }
        },
    )


def _contract(reader: Reader, customer: sqlite.Row) -> Iterator[Found]:
    day = words.day_of(_of_today(reader, customer, starts_on()))
    if day is None or day > reader.today or _has_left(reader, customer):
        return
    month = words.long_month(day)
    values = (
        *in_month(day),
        FactValue("date", day.isoformat()),
        *saying("contract since", "under contract", "contract"),
    )
    yield Found(
        _fact(customer, "contract", f"Contract since {month}", "contract", values),
        "contract",
        {"contract_since": month},
    )


def _tier(customer: sqlite.Row) -> Iterator[Found]:
    tier = " ".join((customer["tier"] or "").split())
    if tier and len(tier) <= _LONGEST:
        said = tier if tier.casefold().endswith("tier") else f"{tier} tier"
        values = (*of_kind("name", tier), *saying(said, f"{tier} customer"))
        yield Found(_fact(customer, "tier", words.capital(said), "person", values), "tier", {"tier": tier})


def _preferences(customer: sqlite.Row) -> Iterator[Found]:
    stated = _stated(customer["preferences"])
    liked: dict[str, list[str]] = {}
    for names in _LIKED:
        found = [one for name in names for one in stated.get(name, ())][:_MOST]
        if found:
            liked[names[0]] = found
    size = next((stated[name][0] for name in _SIZE if stated.get(name)), "")
    if liked or size:
        parts = [words.listed(found) for found in liked.values()] + ([f"size {size}"] if size else [])
        said = f"Prefers {', '.join(parts)}"
        categories = liked.get("categories", [])
        others = [one for name, found in liked.items() if name != "categories" for one in found]
        values = (*of_kind("category", *categories), *saying(*others, *([f"size {size}"] if size else []),
                  "prefer", "your preference", "you like"))  # fmt: skip
        filling: dict[str, str | bool | list[str]] = {
            "categories": words.listed(categories), "styles": words.listed(others), "size": size,
        }  # fmt: skip
        yield Found(
            _fact(customer, "preferences", said, "person", values),
            "preferences",
            {"preference": {name: value for name, value in filling.items() if value}},
        )
    contact = (stated.get("contact") or [""])[0]
    if contact:
        said = f"Prefers contact by {contact}" if " " not in contact else f"Prefers contact {contact}"
        yield Found(
            _fact(customer, "contact", said, "person", saying(said.removeprefix("Prefers "), contact)),
            "contact",
            {"contact": contact},
        )


def _measured(reader: Reader, customer: sqlite.Row) -> Iterator[Found]:
    """Yield the size that a scan recommended and, apart from it, the measurements: these an email rarely needs."""
    known = read_measurements(reader.driver, customer["id"])
    if known is None:
        return
    day = words.day_of(known.day)
    label = f"fit scan, {words.day(day, reader.today)}" if day is not None else source_words(customer["source"])
    # Without the day as a value: it would lend its month to what was bought.
    if known.size:
        values = saying(f"size {known.size}", "your size", "recommended size")
        fact = Fact(
            "measured:size", f"Recommended size {known.size}", label, known.table, known.row_id, "person", values
        )
        yield Found(fact, "size", {"preference": {"size": known.size}})
    if known.measures:
        values = (*(number(value.replace(",", ".")) for _, value, _ in known.measures),
                  *saying("your measurements", *(what for what, _, _ in known.measures)))  # fmt: skip
        said = f"Measurements: {known.words}"
        yield Found(Fact("measured:body", said, label, known.table, known.row_id, "person", values), "measurements", {})


def preferred_categories(customer: sqlite.Row) -> list[str]:
    """Return the categories that a customer's record says they prefer."""
    stated = _stated(customer["preferences"])
    return [*stated.get("categories", ()), *stated.get("category", ())]


def _stated(text: str | None) -> dict[str, list[str]]:
    """Return the preferences of a record, each as a list of short texts."""
    try:
        raw = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(raw, dict):
        return {}
    return {str(name).casefold(): [one for one in map(_short, _each(value)) if one] for name, value in raw.items()}


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _short(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    flat = " ".join(str(value).split())
    return flat if len(flat) <= _LONGEST else ""
