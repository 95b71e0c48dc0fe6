"""Names, addresses and numbers out of a text before it leaves, and back into the answer: two ways of one table.

What is masked is replaced by a token in square brackets that stays the same within one request. Over-masking costs
nothing, as everything is put back; so what might be a name is taken for one. A token that the model invents or alters
beyond recognition stays as it is: an open field, which no check lets pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from models import sqlite
from models.queries.contacts import contacts_of
from models.values import words
from models.values.outreach import Masking
from services.outreach.facts import Names, names_of
from services.outreach.model.capitals import capitalised
from services.outreach.model.known import Book, Hit, folded
from services.outreach.model.ordinary import is_ordinary, meant_as_word
from services.outreach.model.personal import personal
from services.outreach.model.visible import visible
from services.workspace import Workspace

NEVER: Final = "churn risk, value at risk, engagement, segment, alert reason"
_PERSONAL: Final = re.compile(
    r"name|contact|street|address|zip|post|city|town|phone|mobile|mail|person|manager|vat", re.I
)
#: Words of companies' names that say what they do: alone they name nobody.
_GENERIC: Final = re.compile(
    r"the|and|of|for|co|company|inc|ltd|llc|gmbh|group|studio|shop|store|stores|house|old|"
    r"general|work|wear|dry|goods|daughters|sons|brothers|lane|street|clothing|threads|outfitters|"
    r"tailors|wardrobe|emporium|mercantile|atelier|boutique|supply|apparel|attire|clothiers|menswear|"
    r"concept|kids|team|key|accounts|west|east|north|south|central|sales|service|support|foods|"
    r"interiors|dental|works|cycles|optics|marine|café|print|office|partners",
    re.IGNORECASE,
)
_MONTHS: Final = frozenset({*words.MONTHS, *words.MONTHS_LONG})
_TOKEN: Final = re.compile(r"[\[\{<［]{1,2}\s*([^\[\]{}<>［］\n]{1,40}?)\s*[\]\}>］]{1,2}")
_ALIASES: Final = {
    "customer name": "customer", "customers name": "customer", "name of the customer": "customer",
    "company name": "company", "customer first name": "first name", "firstname": "first name", "client": "customer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Own:
    """A value of the customer or of our own people: where it is looked for, and its token."""

    text: str
    token: str
    exact_case: bool = False


@dataclass
class Mask:
    """The table of one request.

    Attributes
    ----------
    book
        Where everything else is looked up.
    own
        What is known of this customer and of those who write.
    plain
        Product and category names: single words in them are no names.
    """

    book: Book
    own: tuple[_Own, ...]
    plain: frozenset[str] = frozenset()
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    _back: dict[str, str] = field(default_factory=dict)

    def hide(self, text: str, *, ours: bool = False) -> str:
        """Return a text with everything personal replaced; characters that could be taken for tokens are changed.

        Parameters
        ----------
        ours
            Code wrote it, so that a word with a capital is no name unless one is known.
        """
        clean = cleaned(text)
        pieces: list[str] = []
        at = 0
        for hit in _without_overlaps(self._found(clean, ours=ours)):
            pieces += [clean[at : hit.start], f"[{self._token(hit)}]"]
            at = hit.end
        return "".join([*pieces, clean[at:]])

    def show(self, text: str) -> str:
        """Return an answer with what was masked put back; tokens that nobody gave out stay."""

        def back(found: re.Match[str]) -> str:
            name = _token_name(found.group(1))
            value = self._back.get(name) or self._back.get(_ALIASES.get(name, ""))
            return value if value is not None else found.group(0)

        return _TOKEN.sub(back, text)

    def show_so_far(self, text: str) -> str:
        """Return the same for an answer that is still arriving: a token without its end is held back."""
        opened = max(text.rfind(sign) for sign in "[{<［")
        if opened >= 0 and len(text) - opened < 42 and not re.search(r"[\]\}>］\n]", text[opened:]):
            text = text[:opened]
        return self.show(text)

    def know(self, names: Iterable[_Own]) -> None:
        """Let an answer name the customer though no text that left did."""
        self._back |= {_token_name(own.token): own.text for own in names if own.text}

    def _token(self, hit: Hit) -> str:
        known = self._tokens.get((hit.kind, hit.key))
        if known is None:
            named = hit.kind if hit.key == "" else f"{hit.kind} {self._next(hit.kind)}"
            known = self._tokens[hit.kind, hit.key] = named
            self._back.setdefault(_token_name(named), hit.text)
        return known

    def _next(self, kind: str) -> int:
        return 1 + sum(one == kind for one, _ in self._tokens)

    # -- finding --------------------------------------------------------------------------------------------------

    def _found(self, text: str, *, ours: bool) -> Iterator[Hit]:
        kept = [found.span() for name in self.plain for found in _whole_words(name, plural=True).finditer(text)]

        def is_plain(start: int, end: int) -> bool:
            return any(start < last and first < end for first, last in kept)

        for hit in self._own_values(text):
            if " " in hit.text or not is_plain(hit.start, hit.end):
                yield hit
        for hit in self.book.hits(text):
            if (" " in hit.text and hit.kind != "place") or not is_plain(hit.start, hit.end):
                yield hit
        known = list(personal(text))
        for hit in known:
            if hit.kind != "address" or not is_plain(hit.start, hit.end):
                yield hit
        taken = [*kept, *((hit.start, hit.end) for hit in known)]
        for hit in () if ours else capitalised(text):
            if not any(hit.start < last and first < hit.end for first, last in taken):
                yield hit

    def _own_values(self, text: str) -> Iterator[Hit]:
        for own in self.own:
            for found in _whole_words(own.text, own.exact_case).finditer(text):
                place, said = found.span(), found.group()
                if (own.text in _MONTHS and _is_day(text, *place)) or meant_as_word(text, *place):
                    continue
                kind, key = (own.token, "") if not own.token.endswith("*") else (own.token[:-1], folded(own.text))
                # The name in capitals is the name too; what may be a word after all is put back as it was written.
                as_said = said != own.text and (is_ordinary(said) or (key and said.islower()))
                yield Hit(*place, kind, *((said, said) if as_said else (key, own.text)))


def mask_for(driver: sqlite.Connection, customer_id: int, writer: str, plain: Iterable[str] = ()) -> Mask:
    """Return the table for an email to a customer.

    Parameters
    ----------
    writer
        Who writes, as the journal names them.
    plain
        Names of products and categories in the facts.
    """
    cursor = driver.execute("SELECT * FROM customers WHERE id = ?", (customer_id,))
    row = cursor.fetchone()
    record = dict(zip((column[0] for column in cursor.description), row, strict=True)) if row is not None else {}
    book = Book(driver)
    own = [*_of_customer(record), *_of_our_people(book, str(record.get("owner") or ""), writer)]
    for contact in contacts_of(driver, customer_id):
        told = {"name": contact.name, "email": contact.email, "phone": contact.phone}
        person = {**record, "company": record.get("name"), **told}
        own += _of_customer(person)
    seen: dict[str, _Own] = {}
    for one in own:
        if len(one.text) > 1:
            seen.setdefault(one.text.casefold(), one)
    mask = Mask(book, tuple(seen.values()), frozenset(name for name in plain if len(name) > 2))
    mask.know(_names(names_of(record.get("name"), record.get("company"))))
    return mask


def masking_of(workspace: Workspace, customer_id: int) -> Masking:
    """Return what the composer lists as masked, and as never sent."""
    with workspace.store.snapshot() as driver:
        cursor = driver.execute("SELECT * FROM customers WHERE id = ?", (customer_id,))
        row = cursor.fetchone()
        record = dict(zip((column[0] for column in cursor.description), row, strict=True)) if row is not None else {}
    names = names_of(record.get("name"), record.get("company"))
    pairs = [(own.text, f"[{own.token}]") for own in _names(names) if own.text and own.token in ("customer", "company")]
    if record.get("owner"):
        pairs.append((str(record["owner"]), "[account manager]"))
    here = [word for word, column in (("email", "email"), ("phone", "phone")) if record.get(column)]
    if any(record.get(column) for column in ("city", "region")):
        here.append("address")
    held = ", ".join([*here, "order and ticket IDs"])
    return Masking(tuple(pairs), held[:1].upper() + held[1:], NEVER)


def cleaned(text: str) -> str:
    """Return a text without what nobody sees, and with brackets that no token and no delimiter has."""
    return visible(text).translate(_OTHER_BRACKETS)


_OTHER_BRACKETS: Final = str.maketrans(
    {"[": "(", "]": ")", "<": "‹", ">": "›", "{": "(", "}": ")", "［": "(", "］": ")"}
)


# -- what is known of those concerned -----------------------------------------------------------------------------


def _names(names: Names) -> Iterator[_Own]:
    if names.full:
        yield _Own(names.full, "customer")
        yield _Own(names.company, "company")
    else:
        yield _Own(names.company, "customer")
    yield _Own(names.short, "short name")
    yield _Own(names.first, "first name", exact_case=_may_be_a_word(names.first))


def _of_customer(record: dict[str, Any]) -> Iterator[_Own]:
    names = names_of(record.get("name"), record.get("company"))
    yield from _names(names)
    for whole in (names.full, names.company, str(record.get("name") or "")):
        if "&" in whole:
            yield _Own(whole.replace("&", "and"), "customer")
        if whole and whole not in (names.full, names.company):
            yield _Own(whole, "customer")
        for part in _telling_parts(whole):
            yield _Own(part, "name*", exact_case=_may_be_a_word(part))
    for column in ("email", "phone"):
        if record.get(column):
            yield _Own(str(record[column]), f"{column}*")
    for column in ("city", "region", "country"):
        value = str(record.get(column) or "")
        if len(value) > 3:
            yield _Own(value, "place*")
        elif len(value) == 2 and value.isupper() and column == "region":
            yield _Own(f", {value}", "place*", exact_case=True)
    yield from _attributes(record.get("attributes"))


def _attributes(text: str | None) -> Iterator[_Own]:
    """Yield columns of the export that nobody mapped but that name people or places."""
    try:
        attributes = json.loads(text) if text else {}
    except ValueError:
        return
    if isinstance(attributes, dict):
        for name, value in attributes.items():
            if isinstance(value, str | int) and not isinstance(value, bool) and _PERSONAL.search(str(name)):
                said = " ".join(str(value).split())
                if len(said) > 2:
                    yield _Own(said, "detail*")


def _of_our_people(book: Book, owner: str, writer: str) -> Iterator[_Own]:
    if owner:
        yield _Own(owner, "account manager")
    for name in sorted({*book.people(), writer} - {""}):
        token = "account manager" if name == owner else "colleague*"
        yield _Own(name, token, exact_case=" " not in name)
        for part in _telling_parts(name):
            yield _Own(part, "colleague*", exact_case=True)


def _telling_parts(name: str) -> Iterator[str]:
    """Yield the words of a name that name somebody by themselves: "Bo", "太郎"; of 王小明 the last two signs."""
    parts = re.findall(r"[^\W\d_]{2,}", name)
    if len(parts) > 1:
        yield from (part for part in parts if not _GENERIC.fullmatch(part) and not part[0].islower())
    elif re.fullmatch(r"[\u4e00-\u9fff]{3}", name):
        yield name[1:]


def _may_be_a_word(name: str) -> bool:
    """Return whether a name is only known by its capital: "Will", "Al"."""
    return len(name) < 3 or is_ordinary(name)


# -- finding ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _whole_words(name: str, exact_case: bool = False, plural: bool = False) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(part) for part in name.split()) + ("(?:e?s)?" if plural else "")
    # Scripts without capitals part words otherwise, or not at all: 田中さん, ואנה.
    before, after = (r"(?<!\w)" if name[:1].isalnum() else "", r"(?!\w)")
    if name[:1].isalpha() and name[:1].upper() == name[:1].lower():
        before = after = ""
    if exact_case:
        whole = "|".join(dict.fromkeys((spaced, spaced.upper()))) if name.isalpha() and len(name) > 2 else spaced
        return re.compile(rf"{before}(?:{whole}){after}")
    return re.compile(rf"{before}{spaced}{after}", re.IGNORECASE)


def _is_day(text: str, start: int, end: int) -> bool:
    """Return whether a month's name stands for the month and not for somebody who is called so."""
    before, after = text[max(0, start - 8) : start], text[end : end + 3]
    return bool(re.search(r"(?:\d|\b(?:since|in|of|last|until|by|from|to)) $", before) or re.match(r" \d", after))


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits in order of place; of those that overlap the longest, then the one found first."""
    ranked = sorted(enumerate(hits), key=lambda one: (one[1].start - one[1].end, one[0]))
    taken: list[Hit] = []
    for _, hit in ranked:
        if all(hit.end <= other.start or other.end <= hit.start for other in taken):
            taken.append(hit)
    return sorted(taken, key=lambda hit: hit.start)


def _token_name(text: str) -> str:
    return " ".join(re.sub(r"[_\-*'’]", " ", text).casefold().split())
