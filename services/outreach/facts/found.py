"""A fact with the words that a template may use because of it, and the values that a text may state.

Values are canonical (see ``FactValue``); a day is given as a date, a month and a year, so that "in August" is supported
by a review of 19 August.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from models.values import words
from models.values.outreach import Fact, FactValue

#: Text, a list of texts, or a mapping of texts, under the name by which templates ask for it.
Filling = str | bool | list[str] | Mapping[str, str | bool | list[str]]

_NEAR_DAYS: Final = 300
#: Nearer than this a day is named, and from here on it is told in weeks, in months, in years.
_WEEKS_FROM: Final = 14
_MONTHS_FROM: Final = 60
_YEARS_FROM: Final = 700
_MONTH_DAYS: Final = 30.44
_YEAR_DAYS: Final = 365.25
_QUOTE_LENGTH: Final = 90
#: Links, addresses, mark-up and brackets of templates: no email repeats them, whoever wrote them.
_NOT_QUOTED: Final = re.compile(r"[<>{}\[\]@|`]|https?:|www\.", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Found:
    """A fact as it was found.

    Attributes
    ----------
    fact
        What the composer shows; not ticked yet.
    sort
        What kind of fact it is, finer than its group: decides its place and whether it is proposed for a goal.
    fillings
        Field of templates to what stands there. Where two facts fill the same field, the first ticked one does.
    """

    fact: Fact
    sort: str
    fillings: Mapping[str, Filling] = field(default_factory=dict)

    @property
    def is_open_ticket(self) -> bool:
        """Whether it is a ticket that is open."""
        ticket = self.fillings.get("ticket")
        return isinstance(ticket, Mapping) and bool(ticket.get("open"))

    @property
    def newest_day(self) -> str:
        """The latest day that it speaks of (ISO), '' where it speaks of none."""
        return max((value.text for value in self.fact.values if value.kind == "date"), default="")


def number(value: int | str) -> FactValue:
    """Return a number that may be stated."""
    return FactValue("number", plain(value))


def plain(value: int | str) -> str:
    """Return a number as canonical decimal text: no exponent, no trailing zeros."""
    try:
        exact = Decimal(value).normalize()
    except InvalidOperation:
        return str(value)
    return f"{exact:f}" if exact != 0 else "0"


def on(day: date) -> tuple[FactValue, ...]:
    """Return what may be stated of a day: itself, its month and its year."""
    return (
        FactValue("date", day.isoformat()),
        FactValue("month", day.isoformat()[:7]),
        FactValue("year", day.isoformat()[:4]),
    )


def in_month(day: date) -> tuple[FactValue, ...]:
    """Return what may be stated of a month."""
    return FactValue("month", day.isoformat()[:7]), FactValue("year", day.isoformat()[:4])


def money(amount_minor: int, currency: str) -> FactValue:
    """Return an amount that may be stated, in major units."""
    return FactValue("money", plain(str(words.major(amount_minor, currency))), currency)


def of_kind(kind: Literal["product", "category", "name", "quote"], *texts: str) -> tuple[FactValue, ...]:
    """Return products, categories, names or quotes that may be stated."""
    return tuple(FactValue(kind, text) for text in texts if text)


def written(product: str) -> str:
    """Return a product's name as an email has it: without a full stop that would end its sentence, and not shouted."""
    product = product.rstrip(" .,;:")
    return product.lower() if _is_loud(product) else product


def _is_loud(product: str) -> bool:
    return product.isupper() and sum(letter.isalpha() for letter in product) > 4 and " " in product


def can_be_named(product: str) -> bool:
    """Whether an email may name a product: a code says nothing, nor does a shouted name with a code in it.

    ``DCGS0058`` is a code; ``N0 SINGING METAL SIGN`` cannot be written in small letters. ``Item 48`` is a name.
    """
    tokens = product.split()
    codes = [one for one in tokens if any(map(str.isdigit, one)) and any(map(str.isalpha, one))]
    is_code = len(tokens) == 1 and any(map(str.isdigit, product))
    return bool(tokens) and not is_code and not (_is_loud(product) and codes)


def with_article(product: str) -> str:
    """Return ``the rain jacket``; a name that begins with its article keeps it, and ``Item 48`` has none."""
    name = written(product)
    return name if name.casefold().startswith("the ") or name[-1:].isdigit() else f"the {name}"


def products(*names: str) -> tuple[FactValue, ...]:
    """Return products that may be stated, as the book has their names and as an email has them."""
    return of_kind("product", *dict.fromkeys(one for name in names for one in (name, written(name))))


def saying(*texts: str) -> tuple[FactValue, ...]:
    """Return words whose meaning the fact supports."""
    return tuple(FactValue("statement", text) for text in texts if text)


def long_day(day: date, today: date) -> str:
    """Return a day as an email has it: ``7 September``, with the year where it is not this one or far away."""
    near = day.year == today.year or abs((day - today).days) < _NEAR_DAYS
    return f"{day.day} {words.MONTHS_LONG[day.month - 1]}" + ("" if near else f" {day.year}")


def seen_from(day: date, today: date) -> str:
    """Return a day as an email has it that looks at the time between: ``on 7 September``, ``five weeks ago``."""
    away = abs((day - today).days)
    if away < _WEEKS_FROM:
        return f"on {long_day(day, today)}"
    if away < _MONTHS_FROM:
        length, unit = round(away / 7), "week"
    elif away < _YEARS_FROM:
        length, unit = round(away / _MONTH_DAYS), "month"
    else:
        length, unit = round(away / _YEAR_DAYS), "year"
    span = f"{words.spelled(length)} {unit}{'' if length == 1 else 's'}"
    return f"in {span}" if day > today else f"{span} ago"


def long_since(day: date, today: date) -> str:
    """Return for how long something lasts: ``more than three years``, '' for less than one."""
    years = int((today - day).days / _YEAR_DAYS)
    return f"more than {'a' if years == 1 else words.spelled(years)} year{'' if years == 1 else 's'}" if years else ""


def long_month(day: date, today: date) -> str:
    """Return ``September``, with the year where it is not this one."""
    return words.MONTHS_LONG[day.month - 1] if day.year == today.year else words.long_month(day)


def opening(text: str | None, limit: int = _QUOTE_LENGTH) -> str:
    """Return the first sentence of what a customer wrote, on one line, without its full stop.

    A quote must be found in what they wrote, letter for letter: a sentence that is too long is cut at a word and
    nothing is added. What holds a link, an address or mark-up is not quoted at all.
    """
    flat = " ".join((text or "").split())
    if _NOT_QUOTED.search(flat) or not any(letter.isalpha() for letter in flat):
        return ""
    first = _SENTENCE_END.split(flat, maxsplit=1)[0]
    if len(first) > limit:
        cut = first[:limit]
        first = cut[: cut.rfind(" ")] if " " in cut else cut
    return first.strip("“”\"' ").rstrip(".;:, ")
