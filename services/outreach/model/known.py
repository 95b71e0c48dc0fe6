"""What the book knows that must not leave in clear: names, companies, places, numbers and ids, found in a text.

Nothing is read as a whole: the words of a text are looked up through the indexes that the book has anyway, so that the
cost grows with the text and hardly with the number of customers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from models import sqlite
from services.entities import ENTITIES
from services.outreach.model.ordinary import meant_as_word

#: Longest name that is looked for, in words.
MOST_WORDS: Final = 7
_WORD: Final = re.compile(r"[^\W_]+")
#: What may stand between two words of one name.
_WITHIN: Final = re.compile(r"[\s&'’.,/+_\-–]{0,8}")
#: What a name may end with that is no word: "Clothing Co.", "Yahoo!".
_AT_THE_END: Final = tuple(".!+)")
_ID: Final = re.compile(r"(?<![\w.,$€£¥])#?(?=[A-Za-z_\-/]*\d)[A-Za-z0-9][A-Za-z0-9_\-/]{0,60}(?!\w)")
_NAMED_ID: Final = re.compile(
    r"(?:#|\b(?:order|ticket|invoice|case|deal|review|parcel|tracking|reference|ref|customer|account|number|no|nr|id)"
    r"\.?[ ]?(?:number|no|nr|id)?\.?[ ]?[:#]?[ ]?)$",
    re.IGNORECASE,
)
_ID_TABLES: Final = (
    ("orders", "order"), ("tickets", "ticket"), ("customers", "code"), ("opportunities", "deal"),
    ("reviews", "review"), ("conversations", "conversation"), ("products", "code"),
    *((one.table, "code") for one in ENTITIES.values() if one.fact is not None),
)  # fmt: skip
#: Scripts that put no blanks between words, where a name stands within a run of signs.
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{2,}")
_LONGEST_UNSPACED: Final = 8
_ENOUGH: Final = 50
_AT_ONCE: Final = 400
#: Newest rows whose people are known by name; a table of them all would be read from end to end.
_LATELY: Final = 20_000


@dataclass(frozen=True, slots=True)
class Hit:
    """Something of the book at its place in a text, end exclusive.

    ``kind`` begins its token; what has the same ``key`` has the same token; ``text`` is put back for it.
    """

    start: int
    end: int
    kind: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str


def folded(text: str) -> str:
    """Return a text as the book's search compares it: no case, no accents, words parted by one space."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(_WORD.findall(bare.casefold()))


class Book:
    """Look-ups of one text after another in one state of the book."""

    def __init__(self, driver: sqlite.Connection) -> None:
        self._driver = driver
        self._sources: dict[str, list[str]] = {}
        self._looked_up: dict[tuple[str, str], bool] = {}

    def hits(self, text: str) -> list[Hit]:
        """Return names, companies, cities and ids of the book that occur in a text; they may overlap."""
        every = (_Word(found.start(), found.end(), folded(found.group())) for found in _WORD.finditer(text))
        words = [word for word in every if word.folded]
        names = [*self._whole_names(text, words), *self._companies_and_cities(text, words), *self._cut(text, words)]
        return [*names, *self._ids(text)]

    def people(self) -> Iterator[str]:
        """Yield those who work with the customers: owners, and who answered tickets and worked on deals of late."""
        # Hops over the owners' index: one step a person, however many customers.
        owners = (
            "WITH RECURSIVE hop(owner) AS (SELECT min(owner) FROM customers WHERE owner > '' UNION ALL"
            " SELECT (SELECT min(owner) FROM customers WHERE owner > hop.owner) FROM hop WHERE hop.owner IS NOT NULL)"
            " SELECT owner FROM hop WHERE owner IS NOT NULL"
        )
        lately = (
            "SELECT DISTINCT {0} FROM (SELECT {0} FROM {1} ORDER BY id DESC LIMIT " + str(_LATELY) + ") WHERE {0} <> ''"
        )
        for sql in (owners, lately.format("agent", "tickets"), lately.format("owner", "opportunities")):
            for (name,) in self._driver.execute(sql):
                yield str(name)

    # -- names ----------------------------------------------------------------------------------------------------

    def _whole_names(self, text: str, words: Sequence[_Word]) -> Iterator[Hit]:
        """Yield customers' names as they are written in the book, in any case."""
        places: dict[str, list[tuple[int, int]]] = {}
        for first, last in _runs(text, words):
            start, end = words[first].start, words[last].end
            if last > first or _is_capital(text[start]):
                places.setdefault(_spaced(text[start:end]), []).append((start, end))
                if text[end : end + 1] in _AT_THE_END:
                    places.setdefault(_spaced(text[start : end + 1]), []).append((start, end + 1))
        for found in _UNSPACED.finditer(text):
            for start in range(*found.span()):
                for end in range(start + 2, min(start + _LONGEST_UNSPACED, found.end()) + 1):
                    places.setdefault(text[start:end], []).append((start, end))
        for some in _each_of(places, _AT_ONCE):
            marks = ",".join("?" * len(some))
            rows = self._driver.execute(
                f"SELECT DISTINCT name FROM customers WHERE name COLLATE NOCASE IN ({marks})", some
            )
            for (name,) in rows:
                for start, end in places.get(_spaced(name), ()):
                    if (end - start > 2 or text[start:end] == name) and not meant_as_word(text, start, end):
                        yield Hit(start, end, "person", folded(name), text[start:end])

    def _companies_and_cities(self, text: str, words: Sequence[_Word]) -> Iterator[Hit]:
        """Yield what the search index knows: names in other spelling, companies, cities."""
        for first, word in enumerate(words):
            # In small letters a word alone is a word like any other; two that begin a name are looked at.
            shortest = first + (not _is_capital(text[word.start]))
            for column, kind in (("city", "place"), ("company", "company"), ("name", "person")):
                yield from self._from(text, words, first, shortest, column, kind)

    def _from(
        self, text: str, words: Sequence[_Word], first: int, shortest: int, column: str, kind: str
    ) -> Iterator[Hit]:
        for last in range(first, min(first + MOST_WORDS, len(words))):
            if last > first and not _WITHIN.fullmatch(text[words[last - 1].end : words[last].start]):
                return
            if last < shortest:
                continue
            start, end = words[first].start, words[last].end
            phrase = " ".join(word.folded for word in words[first : last + 1])
            begins, is_it = self._search(column, phrase, " ".join(text[start:end].split()))
            if is_it and end - start > 2 and not meant_as_word(text, start, end):
                yield Hit(start, end, kind, phrase, text[start:end])
            if not begins:
                return

    def _search(self, column: str, phrase: str, surface: str) -> tuple[bool, bool]:
        """Return whether a value of the column begins with a phrase, and whether one is the phrase."""
        rows = self._driver.execute(
            f"SELECT c.{column} FROM customers_search s JOIN customers c ON c.id = s.rowid"
            " WHERE customers_search MATCH ? LIMIT ?",
            (f'{column} : ^ "{phrase}"', _ENOUGH),
        ).fetchall()
        is_it = any(folded(value or "") == phrase for (value,) in rows)
        if not is_it and len(rows) == _ENOUGH and column != "name":
            # Too many begin so to look at each; names have an index for this question, and were asked for there.
            is_it = self._among_many(column, phrase, surface)
        return bool(rows), is_it

    def _among_many(self, column: str, phrase: str, surface: str) -> bool:
        asked = (column, phrase)
        if asked not in self._looked_up:
            self._looked_up[asked] = (
                self._driver.execute(
                    f"SELECT 1 FROM customers_search s JOIN customers c ON c.id = s.rowid"
                    f" WHERE customers_search MATCH ? AND c.{column} = ? COLLATE NOCASE LIMIT 1",
                    (f'{column} : ^ "{phrase}"', surface),
                ).fetchone()
                is not None
            )
        return self._looked_up[asked]

    def _cut(self, text: str, words: Sequence[_Word]) -> Iterator[Hit]:
        """Yield the beginnings of names at which a text was cut: "Theo Kowal…", or at a word and without a sign."""
        for last, word in enumerate(words):
            is_cut, is_end = text[word.end : word.end + 1] == "…", not re.search(r"\w", text[word.end :])
            if not (is_cut or is_end):
                continue
            for first in range(max(0, last - MOST_WORDS + 1), last + 1):
                start, phrase = words[first].start, " ".join(one.folded for one in words[first : last + 1])
                if (last > first or (is_cut and _is_capital(text[start]))) and self._begins(phrase):
                    yield Hit(start, word.end, "person", phrase, text[start : word.end])
                    break

    def _begins(self, phrase: str) -> bool:
        """Return whether a name or a company begins with a phrase whose last word may be cut."""
        found = self._driver.execute(
            "SELECT 1 FROM customers_search WHERE customers_search MATCH ? LIMIT 1",
            (f'name : ^ "{phrase}" * OR company : ^ "{phrase}" *',),
        ).fetchone()
        return found is not None

    # -- ids ------------------------------------------------------------------------------------------------------

    def _ids(self, text: str) -> Iterator[Hit]:
        for found in _ID.finditer(text):
            for start, end in _parts(text, found.start(), found.end()):
                name = text[start:end]
                kind = self._kind_of_id(name, text[:start])
                if kind:
                    yield Hit(start, end, kind, name.casefold(), name)

    def _kind_of_id(self, name: str, before: str) -> str:
        if name.isdigit():
            named = _NAMED_ID.search(before[-40:])
            # "order 7 Sep" speaks of a day; "order 5128" and "#7" are numbers by which somebody can be found.
            if named and (len(name) > 2 or named.group().endswith("#")):
                return self._table_of(name) or "number"
            # A bare short number is an amount or a count; only long ones are looked up.
            return self._table_of(name) if len(name) >= 6 else ""
        return self._table_of(name)

    def _table_of(self, name: str) -> str:
        spellings = sorted({name, name.upper(), name.lower()})
        marks = ",".join("?" * len(spellings))
        for table, kind in _ID_TABLES:
            for source in self._sources_of(table):
                found = self._driver.execute(
                    f"SELECT 1 FROM {table} WHERE source = ? AND external_id IN ({marks}) LIMIT 1",
                    (source, *spellings),
                ).fetchone()
                if found is not None:
                    return kind
        return ""

    def _sources_of(self, table: str) -> list[str]:
        if table not in self._sources:
            # Hops over the key's index: one step a source, however many rows.
            rows = self._driver.execute(
                f"WITH RECURSIVE hop(source) AS (SELECT min(source) FROM {table} UNION ALL"
                f" SELECT (SELECT min(source) FROM {table} WHERE source > hop.source) FROM hop"
                " WHERE hop.source IS NOT NULL) SELECT source FROM hop WHERE source IS NOT NULL"
            )
            self._sources[table] = [str(source) for (source,) in rows]
        return self._sources[table]


def _runs(text: str, words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
    """Yield first and last word of each run that may be one name."""
    for first in range(len(words)):
        for last in range(first, min(first + MOST_WORDS, len(words))):
            if last > first and not _WITHIN.fullmatch(text[words[last - 1].end : words[last].start]):
                break
            yield first, last


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield an id without its sign, and its parts where it is made of several."""
    start += text[start] == "#"
    yield start, end
    pieces = list(re.finditer(r"[A-Za-z0-9]+", text[start:end]))
    if len(pieces) > 1:
        for piece in pieces:
            if re.search(r"\d", piece.group()) and not piece.group().isdigit():
                yield start + piece.start(), start + piece.end()


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_capital(character: str) -> bool:
    return character.isupper() or character.istitle() or not (character.islower() or character.isdigit())


def _each_of(places: Iterable[str], size: int) -> Iterator[list[str]]:
    every = list(places)
    for at in range(0, len(every), size):
        yield every[at : at + size]
