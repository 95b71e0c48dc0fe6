"""A customer's identifying fields as they are compared: accents folded, legal forms and courtesy left out."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.duplicates.nicknames import (
    COUNTRIES,
    COURTESY,
    LEGAL_FORMS,
    MAILBOX_DOMAINS,
    NICKNAMES,
    SHARED_MAILBOXES,
)

#: Digits at the end of a number that are compared: country and trunk prefixes are written in every way.
PHONE_TAIL: Final = 8
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "'": "", "’": "",
     "&": " and ", ".": None}
)  # fmt: skip
_WORD: Final = re.compile(r"\w+")
_NOT_DIGIT: Final = re.compile(r"\D+")
_NUMBERED: Final = re.compile(r"customer \S*\d\S*", re.IGNORECASE)
_POSTCODE: Final = re.compile(r"zip|post ?code|postal|\bplz\b|\bcap\b|codigo postal|code postal", re.IGNORECASE)


class Raw(NamedTuple):
    """A customer as the book has it, with all addresses and numbers that it is known under."""

    id: int
    name: str
    email: str | None
    phone: str | None
    company: str | None
    city: str | None
    region: str | None
    country: str | None
    attributes: str | None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as it is compared.

    Attributes
    ----------
    names, company
        Words in the order of the text; short forms stand as the names that they are short for.
    phones
        Tails of numbers.
    city, region, country, postcode
        Folded; '' where unknown. `place_words` is the city as it was written.
    firm
        Whether the name is that of a firm.
    """

    id: int
    names: tuple[str, ...]
    company: tuple[str, ...]
    emails: tuple[str, ...]
    locals: tuple[str, ...]
    domains: tuple[str, ...]
    phones: tuple[str, ...]
    city: str
    region: str
    country: str
    postcode: str
    place_words: str
    firm: bool


def folded(text: str) -> str:
    """A text without case and accents."""
    low = text.casefold()
    if low.isascii():
        return low.translate(_LETTERS) if "'" in low or "&" in low or "." in low else low
    apart = unicodedata.normalize("NFKD", low.translate(_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def heard(word: str) -> str:
    """A word without the difference between "Mueller" and "Müller"."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def words_of(text: str | None) -> tuple[str, ...]:
    """The words of a name that tell it from others; all of them where none does."""
    if not text:
        return ()
    every = _WORD.findall(folded(text))
    telling = [NICKNAMES.get(word, word) for word in every if word not in LEGAL_FORMS and word not in COURTESY]
    return tuple(telling or every)


def phone_tail(number: str) -> str:
    """The end of a number by which it is known; '' where it is too short to be one."""
    digits = _NOT_DIGIT.sub("", number)
    return digits[-PHONE_TAIL:] if len(digits) >= PHONE_TAIL - 1 else ""


def person_of(raw: Raw) -> Person:
    """Make a customer comparable."""
    emails = _distinct(one.casefold() for one in (raw.email, *raw.emails) if one and "@" in one)
    halves = [one.rpartition("@")[::2] for one in emails]
    phones = _distinct(filter(None, map(phone_tail, (raw.phone or "", *raw.phones))))
    name = raw.name if not stands_in(raw.name, raw.phone) else ""
    names, company = words_of(name), words_of(raw.company)
    legal = not LEGAL_FORMS.isdisjoint(_WORD.findall(folded(name)))
    return Person(
        id=raw.id,
        names=names,
        company=company,
        emails=emails,
        locals=_distinct(local for local, _ in halves if len(local) >= 6 and local not in SHARED_MAILBOXES),
        domains=_distinct(domain for _, domain in halves if domain not in MAILBOX_DOMAINS),
        phones=phones,
        city=_place(raw.city),
        region=_place(raw.region),
        country=_country(raw.country),
        postcode=_postcode(raw.attributes),
        place_words=(raw.city or "").strip(),
        firm=legal or (bool(names) and names == company),
    )


def stands_in(name: str, phone: str | None = None) -> bool:
    """Whether a name is only what a nameless customer is called: its address, its number or its id."""
    text = name.strip()
    return not text or "@" in text or text == phone or bool(_NUMBERED.fullmatch(text))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    found = set(values)
    return tuple(found) if len(found) < 2 else tuple(sorted(found))


def _place(text: str | None) -> str:
    return heard(" ".join(_WORD.findall(folded(text)))) if text else ""


def _country(text: str | None) -> str:
    place = " ".join(_WORD.findall(folded(text))) if text else ""
    return COUNTRIES.get(place, place)


def _postcode(attributes: str | None) -> str:
    if not attributes or not _POSTCODE.search(attributes):
        return ""
    try:
        found = json.loads(attributes)
    except ValueError:
        return ""
    pairs: Iterable[tuple[str, object]] = found.items() if isinstance(found, dict) else ()
    for name, value in pairs:
        if isinstance(value, str | int) and _POSTCODE.search(name):
            return "".join(_WORD.findall(folded(str(value))))
    return ""
