"""The customers and the single rows that a question names: by name, by ID, or by number."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.values.words import name_of
from services.assistant.spans import REFERRED, Span, reference_at
from services.assistant.times import TIME_WORDS
from services.assistant.tokens import Token, tokens_of
from services.assistant.vocabulary import Vocabulary
from services.insight import reading
from services.workspace import Workspace

_TABLES: Final = {"deals": "opportunities", "tickets": "tickets", "orders": "orders"}
_NAMED: Final = (
    "SELECT id, name, company FROM customers WHERE (length(name) > 3 AND instr(:said, lower(name)))"
    " OR (length(company) > 3 AND instr(:said, lower(company)))"
)
_JOINING: Final = ("and", "&")
_MATCH: Final = (
    "SELECT c.id, c.name FROM customers c WHERE c.id IN"
    " (SELECT rowid FROM customers_search WHERE customers_search MATCH ?) ORDER BY c.name LIMIT 20"
)
_CAPITAL: Final = re.compile(r"\b[A-Z][\w’'-]+")
#: A part of a name has so many words at most, and alone so many letters at least.
_MOST_WORDS, _LEAST_LETTERS = 4, 5


@dataclass(frozen=True, slots=True)
class Named:
    """A customer, deal, ticket or order that a question names.

    Attributes
    ----------
    ids
        Its number in the book; several where the name is of several.
    customers
        The numbers of the customers.
    among
        Where only a part of a name was said that several have: their names.
    """

    span: Span
    entity: str
    ids: tuple[int, ...]
    customers: tuple[int, ...]
    external_ids: tuple[str, ...]
    said: str
    among: tuple[str, ...] = ()


def named_in(workspace: Workspace, text: str, tokens: Sequence[Token], vocabulary: Vocabulary) -> tuple[Named, ...]:
    """Return what a question names, in its order."""
    with reading(workspace) as reader:
        found = [*_references(reader.driver, tokens), *_names(reader.driver, text, tokens)]
        taken = {at for one in found for at in range(one.span.start, one.span.end)}
        found += _parts(reader.driver, text, tokens, vocabulary, taken)
    taken = set()
    kept = []
    for one in sorted(found, key=lambda one: (one.span.start - one.span.end, one.span.start)):
        places = set(range(one.span.start, one.span.end))
        if not places & taken:
            taken |= places
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.span.start))


def _references(driver: Any, tokens: Sequence[Token]) -> list[Named]:
    """``customer 42``, ``deal #245``: by its number where no ID of its system is so."""
    found = []
    for at, token in enumerate(tokens):
        span = reference_at(tuple(tokens), at) if token.word in REFERRED else None
        if span is None or span.reference is None:
            continue
        entity, said = span.reference
        table = _TABLES.get(entity, "customers")
        whose = "id" if entity == "customers" else "customer_id"
        digits = re.sub(r"\D", "", said) or said
        rows = driver.execute(
            f"SELECT id, external_id, {whose} FROM {table} WHERE external_id = :said COLLATE NOCASE OR id = :number"
            " OR external_id LIKE :like",
            {
                "said": said,
                "number": int(digits) if digits.isdigit() and len(digits) < 15 else -1,
                "like": f"%{digits}",
            },
        ).fetchall()
        ends = re.compile(rf"[^\d]*0*{re.escape(digits)}", re.IGNORECASE)
        chosen = (
            [one for one in rows if str(one[1]).lower() == said.lower()]
            or [one for one in rows if ends.fullmatch(str(one[1]))]
            or [one for one in rows if str(one[0]) == digits]
        )
        ids = tuple(int(one[0]) for one in chosen)
        whom = tuple(int(one[2]) for one in chosen if one[2] is not None)
        found.append(Named(span, entity, ids, whom, tuple(str(one[1]) for one in chosen), said))
    return found


def _names(driver: Any, text: str, tokens: Sequence[Token]) -> list[Named]:
    """Customers whose name, or whose company, stands in the question as it is."""
    said = " ".join(one.said for one in tokens)
    found: dict[tuple[int, int], list[int]] = {}
    plain = text.lower().replace(" and ", " & ")
    for number, name, company in driver.execute(_NAMED, {"said": plain}).fetchall():
        for one in {name or "", company or ""}:
            parts = [each.said for each in tokens_of(one)]
            if len(one) > 3 and one.lower() in plain and (at := _place(tokens, parts)) is not None:
                found.setdefault((at, _end(tokens, at, parts)), []).append(int(number))
    return [
        Named(Span(start, end, weight=float(end - start)), "customers", tuple(dict.fromkeys(ids)),
              tuple(dict.fromkeys(ids)), (), said)
        for (start, end), ids in found.items()
    ]  # fmt: skip


def _parts(
    driver: Any, text: str, tokens: Sequence[Token], vocabulary: Vocabulary, taken: Container[int]
) -> list[Named]:
    """Customers of whose name a question has a part: "Kowalski", "stone and selby", "Bakker Brothers".

    Words that mean something else are a part of a name only in capitals, or where one customer alone has both of two.
    """
    capitals = {one.lower().removesuffix("'s").removesuffix("’s") for one in _CAPITAL.findall(text)}
    found: list[Named] = []
    at = 0
    while at < len(tokens):
        lengths = range(_MOST_WORDS, 0, -1)
        parts = (_part(driver, tokens, at, length, vocabulary, capitals, taken) for length in lengths)
        one = next(filter(None, parts), None)
        if one is not None:
            found.append(one)
        at = one.span.end if one is not None else at + 1
    return found


def _part(
    driver: Any, tokens: Sequence[Token], at: int, length: int, vocabulary: Vocabulary, capitals: Container[str],
    taken: Container[int],
) -> Named | None:  # fmt: skip
    """The customers whose names have the words at a place, one after another."""
    places = [place for place in range(at, len(tokens)) if tokens[place].said not in _JOINING][:length]
    words = [tokens[one].said for one in places]
    if len(words) < length or places[0] != at or any(one in taken for one in places):
        return None
    if any(not one.isalpha() or tokens[place].word in TIME_WORDS for one, place in zip(words, places, strict=True)):
        return None
    strange = any(one not in vocabulary.words and tokens[place].word not in vocabulary.words
                  for one, place in zip(words, places, strict=True))  # fmt: skip
    named = all(one in capitals for one in words)
    light = any(one in vocabulary.harmless for one in words)
    if length == 1 and not (strange and (named or len(words[0]) >= _LEAST_LETTERS)):
        return None
    if not (strange or named) and light:
        return None
    rows = driver.execute(_MATCH, (f'{{name company}} : "{" ".join(words)}"',)).fetchall()
    if not rows or (len(rows) > 1 and not strange and not named):
        return None
    ids = tuple(int(row[0]) for row in rows)
    span = Span(at, places[-1] + 1, weight=float(length))
    said = " ".join(one.capitalize() if one in capitals else one for one in words)
    return Named(span, "customers", ids, ids, (), said, tuple(str(row[1]) for row in rows) if rows[1:] else ())


def _place(tokens: Sequence[Token], parts: Sequence[str]) -> int | None:
    """Where a name begins, with "and" or the sign for it or neither between its parts."""
    return next((at for at in range(len(tokens)) if _end(tokens, at, parts)), None)


def _end(tokens: Sequence[Token], at: int, parts: Sequence[str]) -> int:
    """The place after a name that begins at a token; 0 where none does."""
    wanted = [one for one in parts if one not in _JOINING]
    for one in wanted:
        while at < len(tokens) and tokens[at].said in _JOINING and one != wanted[0]:
            at += 1
        if at >= len(tokens) or tokens[at].said != one:
            return 0
        at += 1
    return at if wanted else 0


def name_of_customer(driver: Any, customer: int) -> str:
    """Return what a customer is called; '' for one that is not in the book."""
    row = driver.execute("SELECT name, external_id FROM customers WHERE id = ?", (customer,)).fetchone()
    return name_of(row[0], row[1]) if row is not None else ""
