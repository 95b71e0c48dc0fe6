"""Find the passages that answer a question: BM25 over passages, and how much of the question each holds.

The index is made in memory from the book's documents, and again when they change: a few hundred pages take some
milliseconds, and nothing of an encrypted book lies on disk in plain. No embeddings: words, their stems and a short list
of synonyms (``resources/assistant/documents.toml``).
"""

from __future__ import annotations

import math
import re
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from models import sqlite
from models.values.knowledge import Passage
from services.knowledge.keeping import texts_of
from services.knowledge.reading import PAGE_BREAK
from services.workspace import Workspace

_WORDS: Final = Path(__file__).resolve().parents[2] / "resources" / "assistant" / "documents.toml"
_TOKEN: Final = re.compile(r"[^\W_]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
_HEADING: Final = re.compile(r"^#{1,6}\s+(.+)$")
#: A passage has at most so many characters, where a paragraph ends before.
_LONGEST: Final = 700
#: Passages that hold less of a question than this answer another one.
_ENOUGH: Final = 0.54
#: One word that a passage shares with a longer question may mean something else in it.
_LEAST_WORDS: Final = 2
_SHOWN: Final = 3
#: People ask in words of their own, so that a word which no document has weighs less than the rarest that one has.
_UNKNOWN: Final = 0.7
_ENDINGS: Final = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "y", "e")
_LEAST_STEM: Final = 3


class _Word(NamedTuple):
    stem: str
    weight: float


class Library:
    """The documents of a book, ready to be asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def ask(self, question: str) -> tuple[Passage, ...]:
        """Return the passages that answer a question, the best first; () where the documents do not say."""
        index = self._index()
        return index.ask(question) if index is not None else ()

    @property
    def is_empty(self) -> bool:
        """Whether the book has no documents."""
        return self._index() is None

    def is_meant(self, question: str) -> bool:
        """Return whether a question asks for a rule, and so for documents before figures: "may customers …"."""
        said = f" {' '.join(_TOKEN.findall(question.lower()))} "
        return any(f" {one} " in said for one in _lists()["asks_for_rules"])

    def _index(self) -> _Index | None:
        with self._workspace.store.snapshot() as driver:
            found = texts_of(driver)
        return _index_of(found) if found else None


def passages_about(driver: sqlite.Connection, matter: str) -> tuple[Passage, ...]:
    """Return the passages about a matter, the best first, on a connection at hand; one word is no matter yet."""
    found = texts_of(driver)
    return _index_of(found).ask(matter, least=_LEAST_WORDS) if found else ()


def sentence_about(passage: Passage, matter: str) -> str:
    """Return the sentence of a passage that shares most with a matter, the first of several, on one line."""
    asked = {other for one in _stems(matter) for other in _alike(one)}
    return max(_SENTENCE.split(" ".join(passage.text.split())), key=lambda one: len(asked & _stems(one)))


@lru_cache(maxsize=2)
def _index_of(found: tuple[tuple[int, str, str], ...]) -> _Index:
    return _Index(found)


class _Index:
    """Passages with their words."""

    def __init__(self, found: Sequence[tuple[int, str, str]]) -> None:
        self._passages = [
            (row, title, number, heading, text)
            for row, title, whole in found
            for number, page in enumerate(whole.split(PAGE_BREAK), 1)
            for heading, text in _passages(page)
        ]
        self._own = [_stems(f"{heading} {text}") for *_rest, heading, text in self._passages]
        self._stems = [
            own | _stems(title) for own, (_row, title, *_rest) in zip(self._own, self._passages, strict=True)
        ]
        self._known = Counter(one for stems in self._stems for one in stems)
        self._driver = sqlite.connect(":memory:", check_same_thread=False)
        self._lock = threading.Lock()
        self._driver.execute("CREATE VIRTUAL TABLE passages USING fts5(title, heading, words)")
        self._driver.executemany(
            "INSERT INTO passages (rowid, title, heading, words) VALUES (?, ?, ?, ?)",
            ((at, *(_stemmed(one) for one in (title, heading, text)))
             for at, (_row, title, _number, heading, text) in enumerate(self._passages)),
        )  # fmt: skip

    def ask(self, question: str, least: int = 1) -> tuple[Passage, ...]:
        asked = self._asked(question)
        if len(asked) < least:
            return ()
        terms = " OR ".join(f'"{other}"' for word in asked for other in _alike(word.stem))
        with self._lock:
            rows = self._driver.execute(
                "SELECT rowid, bm25(passages, 0.6, 2.0, 1.0) FROM passages WHERE passages MATCH ? ORDER BY 2 LIMIT 20",
                (terms,),
            ).fetchall()
        whole = sum(word.weight for word in asked)
        found = []
        for at, rank in rows:
            covered, own = (
                sum(word.weight for word in asked if not stems[at].isdisjoint(_alike(word.stem))) / whole
                for stems in (self._stems, self._own)
            )
            words = sum(not self._stems[at].isdisjoint(_alike(word.stem)) for word in asked)
            if covered >= _ENOUGH and words >= min(_LEAST_WORDS, len(asked)):
                found.append((-covered, -own, rank, at))
        return tuple(self._passage(at, -covered) for covered, _own, _rank, at in sorted(found)[:_SHOWN])

    def _passage(self, at: int, covered: float) -> Passage:
        return Passage(*self._passages[at], covered)

    def _asked(self, question: str) -> list[_Word]:
        """The words of a question that carry it, the rarer in the documents the heavier."""
        plain = _lists()["carries_nothing"]
        stems = dict.fromkeys(stem(one) for one in _TOKEN.findall(question.lower()) if one not in plain)
        return [_Word(one, self._weight(one)) for one in stems]

    def _weight(self, one: str) -> float:
        """The rarer a word in the documents, the more it says; one that they do not have says less than the rarest."""
        known = max((self._known[other] for other in _alike(one)), default=0)
        rarest = math.log(1 + len(self._passages) / 2)
        return math.log(1 + len(self._passages) / (1 + known)) if known else _UNKNOWN * rarest


def _passages(page: str) -> Iterator[tuple[str, str]]:
    """Cut a page into passages: paragraphs under their heading, short ones together."""
    heading, held = "", list[str]()
    for paragraph in re.split(r"\n\s*\n", page):
        lines = paragraph.split("\n")
        found = _HEADING.match(lines[0])
        if found is not None:
            if held:
                yield heading, "\n".join(held)
            heading, held, lines = found[1].strip(), [], lines[1:]
        text = "\n".join(lines).strip()
        if not text:
            continue
        if held and sum(map(len, held)) + len(text) > _LONGEST:
            yield heading, "\n".join(held)
            held = []
        held.append(text)
    if held:
        yield heading, "\n".join(held)


def stem(word: str) -> str:
    """Return the beginning of a word that its forms share: ``return`` of returned, returns and returning."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word[: -len(ending)]
    return word


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, _TOKEN.findall(text.lower())))


def _stemmed(text: str) -> str:
    return " ".join(map(stem, _TOKEN.findall(text.lower())))


@cache
def _alike(one: str) -> tuple[str, ...]:
    """A stem with those of its synonyms."""
    return tuple(dict.fromkeys((one, *(other for group in _groups() if one in group for other in group))))


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(stem(word) for word in words.split()) for words in tomllib.loads(_text())["synonyms"])


@cache
def _lists() -> dict[str, frozenset[str]]:
    said = tomllib.loads(_text())
    return {
        "carries_nothing": frozenset(said["carries_nothing"].split()),
        "asks_for_rules": frozenset(said["asks_for_rules"]),
    }


@cache
def _text() -> str:
    return _WORDS.read_text(encoding="utf-8")
