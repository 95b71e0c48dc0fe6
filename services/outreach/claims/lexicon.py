"""The words and patterns of resources/claims, in four languages, read once and compiled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.outreach.claims.text import stem

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "claims"
#: Share of a text's words by which a language is told.
_LEAST_SHARE: Final = 0.12
#: Shorter ends of words are many words' ends.
_TAIL: Final = 5
#: Letters that no other of the languages has.
_LETTERS: Final = {"de": frozenset("äöß"), "fr": frozenset("çèêœùî"), "es": frozenset("ñ¿¡")}


@dataclass(frozen=True)
class Lexicon:
    """Words by what they mean; all in small letters.

    Attributes
    ----------
    months, weekdays, numbers, ordinals
        Word to number; Monday is 0.
    units, things
        Word to what is counted ("order"), or to what has a day.
    proposed, capital, common
        Nouns of what is only proposed; words with a capital that are no names; stems that are none.
    goods, colours, general, boxes
        Goods by their nouns, with the kinds that a noun may be of; words that may be of any goods or of none; and of
        what goods are in.
    ours
        What one of us did, "*" in place of their name, with the words of facts that say who it was.
    """

    months: dict[str, int]
    weekdays: dict[str, int]
    numbers: dict[str, int]
    ordinals: dict[str, int]
    units: dict[str, str]
    things: dict[str, str]
    doubtful_months: frozenset[str]
    before_months: frozenset[str]
    proposed: frozenset[str]
    capital: frozenset[str]
    common: frozenset[str]
    goods: dict[str, frozenset[int]]
    colours: frozenset[str]
    general: frozenset[str]
    boxes: frozenset[str]
    languages: dict[str, frozenset[str]]
    ours: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]

    def is_common(self, word: str) -> bool:
        """Return whether a word in small letters may have a capital, or begin a sentence, without being a name."""
        return word in self.capital or stem(word.split("'")[0]) in self.common

    def kinds_of(self, word: str, language: str) -> frozenset[int]:
        """Return of which kinds of goods a word may be; a long German one also by its end: "Schreibtischlampe"."""
        found = self.goods.get(word)
        if found is None and language == "de" and len(word) > 2 * _TAIL - 2:
            found = next(filter(None, (self.goods.get(word[at:]) for at in range(3, len(word) - _TAIL + 1))), None)
        return found or frozenset()

    def language_of(self, words: Iterable[str], unknown: str = "en") -> str:
        """Return the language in which most of some words are the small words, ``unknown`` where it is not certain."""
        said = list(words)
        count = {code: sum(map(some.__contains__, said)) for code, some in self.languages.items()}
        for code, letters in _LETTERS.items():
            count[code] += sum(not letters.isdisjoint(word) for word in said)
        best = max(count, key=lambda code: (count[code], code == unknown))
        return best if count[best] >= _LEAST_SHARE * max(1, len(said)) else unknown


@dataclass(frozen=True)
class Value:
    """What a topic may be: where a fact holds it, how it is said, what follows from it, and what it leaves open."""

    name: str
    label: str
    holds: re.Pattern[str] | None
    words: re.Pattern[str] | None
    strong: re.Pattern[str] | None
    glad: re.Pattern[str] | None
    says: tuple[str, ...]
    includes: frozenset[str]
    allows: frozenset[str]
    implies: tuple[tuple[str, str], ...]
    negative: bool


@dataclass(frozen=True)
class Topic:
    """Something of a customer's that is one thing or another: a ticket is open or settled."""

    name: str
    groups: frozenset[str]
    nouns: re.Pattern[str] | None
    values: tuple[Value, ...]


@cache
def lexicon() -> Lexicon:
    """Return the words."""
    raw, words = _read("lexicon"), _read("words")

    def numbered(name: str) -> dict[str, int]:
        return {word: int(number) for number, some in raw[name].items() for word in some.split()}

    def named(name: str) -> dict[str, str]:
        return {word: what for what, some in raw[name].items() for word in some.split()}

    goods, alone = raw["goods"], raw["month_alone"]
    return Lexicon(
        months=numbered("months"),
        weekdays=numbered("weekdays"),
        numbers=numbered("numbers"),
        ordinals=numbered("ordinals"),
        units=named("units"),
        things=named("things"),
        doubtful_months=frozenset(alone["doubtful"].split()),
        before_months=frozenset(alone["before"].split()),
        proposed=frozenset(raw["proposed"]["words"].split()),
        capital=frozenset(words["capital"].split()),
        common=frozenset(map(stem, words["common"].split())),
        goods=_kinds(goods["kinds"]),
        colours=frozenset(goods["colours"].split()),
        general=frozenset(goods["general"].split()),
        boxes=frozenset(goods["boxes"].split()),
        ours=tuple((re.compile(one["done"]), re.compile(one["held"])) for one in raw["ours"]),
        languages={code: frozenset(some.split()) for code, some in raw["language"].items()},
    )


def _kinds(lines: str) -> dict[str, frozenset[int]]:
    made: dict[str, frozenset[int]] = {}
    for number, line in enumerate(lines.strip().splitlines()):
        for word in line.split():
            made[word] = made.get(word, frozenset()) | {number}
    return made


@cache
def phrase(name: str) -> re.Pattern[str]:
    """Return a pattern of lexicon.toml by its name."""
    return re.compile(_read("lexicon")["phrases"][name])


@cache
def topics() -> tuple[Topic, ...]:
    """Return what can be told apart of a customer, with the words that say it."""
    return tuple(
        Topic(
            one["name"],
            frozenset(one["of"]),
            re.compile(rf"\b(?:{''.join(one['nouns'].splitlines())})\b") if "nouns" in one else None,
            tuple(_value(value, _read("states")["any_topic"]) for value in one["value"]),
        )
        for one in _read("states")["topic"]
    )


def _value(raw: dict[str, Any], of_any: dict[str, list[str]]) -> Value:
    return Value(
        raw["name"],
        raw["label"],
        re.compile(raw["holds"]) if "holds" in raw else None,
        _words([*raw.get("words", ()), *of_any.get(raw.get("course", ""), ())]),
        _words(raw.get("strong", ())),
        _words(raw.get("glad", ())),
        tuple(raw.get("says", ())),
        frozenset({raw["name"], *raw.get("includes", ())}),
        frozenset(raw.get("allows", ())),
        tuple((topic, name) for topic, _, name in (one.partition(".") for one in raw.get("implies", ()))),
        raw.get("negative", False),
    )


def _words(lines: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(rf"\b(?:{'|'.join(lines)})\b") if lines else None


@cache
def compiled(patterns: tuple[str, ...], feature: str = "") -> re.Pattern[str] | None:
    """Return patterns as one, with the name of the feature in its place; None for none."""
    filled = [one.replace("{feature}", re.escape(feature)) for one in patterns if feature or "{feature}" not in one]
    return _joined(filled) if filled else None


@cache
def forbidden(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of what never goes out by its label: scores | private | fields | markup | links."""
    groups: dict[str, list[str]] = _read("forbidden")[kind]
    return tuple((label, _joined(some)) for label, some in groups.items())


@cache
def segment_names() -> frozenset[str]:
    """Return the names of segments, with their capitals, that are words too."""
    return frozenset(_read("forbidden")["segment_names"])


@cache
def promises() -> re.Pattern[str]:
    """Return what binds or presses: a guarantee, a deadline, what will never or surely happen."""
    return _joined(_read("offers")["promises"])


@cache
def offers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of what gives something away, and of the words with which it is offered."""
    raw = _read("offers")
    return _joined(raw["finds"]), re.compile(raw["offering"])


@cache
def shortened() -> frozenset[str]:
    """Return the abbreviations after which a full stop ends no sentence."""
    return frozenset(_read("words")["shortened"].split())


@cache
def closings() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that a closing line may contain, and those of which it must contain one."""
    raw = _read("words")
    closes = frozenset(raw["closes"].split())
    return closes | frozenset(raw["may_close"].split()), closes


def _joined(patterns: list[str]) -> re.Pattern[str]:
    """Return patterns as one. Those that begin with a word are tried where a word begins, not at every letter."""
    words = "|".join(f"(?:{one[2:]})" for one in patterns if one.startswith(r"\b"))
    others = [f"(?:{_scoped(one)})" for one in patterns if not one.startswith(r"\b")]
    return re.compile("|".join([*([rf"\b(?:{words})"] if words else []), *others]))


def _scoped(pattern: str) -> str:
    """A pattern's ``(?m)`` holds only for itself among others; ``^`` without it is the beginning of the text."""
    return f"(?m:{pattern[4:]})" if pattern.startswith("(?m)") else pattern


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
