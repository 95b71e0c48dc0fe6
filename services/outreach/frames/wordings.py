"""The closed list of wordings, read from resources/frames, and whether a sentence is one of them with today's facts."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from models.values.words import capital
from services.outreach.claims import fold
from services.outreach.frames.slots import PLACEHOLDER, root_of, texts_of
from services.outreach.templates.fields import holds

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "frames"
_PIECE: Final = re.compile(r"<([a-z_]+)>")
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_BEFORE_MARK: Final = re.compile(r" (?=[,.;:?!])")
#: Two true sentences in one.
_JOINED: Final = re.compile(r",? (?:and|but|so|or),?(?: that is why)? |; |: | - ")
#: Behind these a true sentence is the reason for another.
_REASONS: Final = ("as ", "since ", "because ", "given that ")
_ASKS: Final = re.compile(
    r"(?:how|is|are|was|were|do|did|does|has|have you|what|which|when is|would|could|can|may|shall|should|or would"
    r"|or do)\b"
)
#: Beyond this no sentence is one of the list.
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Wording:
    """A frame in all its wordings, plain, with what must hold for it to be true."""

    says: tuple[str, ...]
    shown: str  # the first wording as it is written
    when: tuple[str, ...]
    states: bool
    subject: bool
    indirect: bool
    roots: frozenset[str]


@dataclass(frozen=True, eq=False)
class Language:
    """The list of one language; openers and askers end in a blank, leads in ", ", tails begin with a blank or comma."""

    wordings: tuple[Wording, ...]
    openers: tuple[str, ...]
    askers: tuple[str, ...]
    leads: tuple[str, ...]
    tails: tuple[str, ...]
    same: Mapping[str, str]
    empty: re.Pattern[str]
    short: re.Pattern[str]

    def plain(self, text: str) -> str:
        """Return a text as wordings are compared: small letters, no short forms, no words without weight."""
        plain = (text if text.isascii() and "`" not in text else fold(text)).lower()
        if "'" in plain:
            plain = self.short.sub(lambda found: self.same[found.group()], plain)
        plain = " ".join(self.empty.sub(" ", plain).split())
        return _BEFORE_MARK.sub("", plain)


@dataclass(frozen=True)
class Written:
    """What the wordings of one language say with a customer's facts."""

    language: Language
    all: frozenset[str]
    bare: frozenset[str]  # those that hold no fact: words may follow that say when and how
    states: frozenset[str]  # those that may stand behind an opener
    subjects: frozenset[str]
    indirect: frozenset[str]  # those that stand behind an asker

    def holds(self, sentence: str) -> bool:
        """Return whether a sentence is one of the wordings, or made of several."""
        if len(sentence) > _LONGEST or "\n\n" in sentence:
            return False
        said = self.language.plain(sentence)
        return self._is(re.sub(r",?[.!]$", "", said))

    def has_subject(self, line: str) -> bool:
        """Return whether a subject is one of the wordings."""
        said = self.language.plain(line).rstrip(".!?")
        return said in self.subjects or any(self._one(f"{said}{mark}") for mark in ("", "?"))

    def _is(self, said: str) -> bool:
        if self._one(said):
            return True
        asks = "?" if said.endswith("?") else ""
        return any(
            (self._one(said[: joint.start()]) or self._one(said[: joint.start()] + asks))
            and self._follows(said[: joint.start()], said[joint.end() :])
            for joint in _JOINED.finditer(said)
        )

    def _follows(self, said: str, rest: str) -> bool:
        """Whether what is joined to a sentence is one too, alone or with the words that the first begins with."""
        if self._is(rest) or (rest.startswith("for ") and said.startswith("thank") and self._is(f"thank you {rest}")):
            return True
        return any(said.startswith(one) for one in self.language.askers) and rest.removesuffix("?") in self.indirect

    def _one(self, said: str) -> bool:
        if said in self.all:
            return True
        mark = "?" if said.endswith("?") else ""
        bare = said.removesuffix("?")
        for tail in self.language.tails:
            if bare.endswith(tail) and bare.removesuffix(tail) + mark in (self.all if tail[0] == "," else self.bare):
                return True
        if any(said.startswith(one) and said[len(one) :] in self.states for one in self.language.openers):
            return True
        if any(bare.startswith(one) and bare[len(one) :] in self.indirect for one in self.language.askers):
            return True
        if any(said.startswith(one) and self._is_reason(said[len(one) :]) for one in _REASONS):
            return True
        return any(said.startswith(one) and self._one(said[len(one) :]) for one in self.language.leads)

    def _is_reason(self, said: str) -> bool:
        reason, comma, rest = said.partition(", ")
        return bool(comma) and reason in self.states and self._one(rest)


def written_as(slots: Mapping[str, Any]) -> tuple[Written, ...]:
    """Return what the wordings of each language say with a customer's slots."""
    return _written(json.dumps(slots, sort_keys=True, default=list))


def offered(slots: Mapping[str, Any], code: str = "en") -> tuple[str, ...]:
    """Return the wordings that fit a customer's slots, one of each frame, as a model is shown them."""
    texts = texts_of(slots)
    return tuple(
        _renamed(wording.shown, names)
        for wording in language(code).wordings
        for names in _instances(wording, slots)
        if not (wording.subject or wording.indirect) and all(path in texts for path in _paths(wording.shown, names))
    )


@lru_cache(maxsize=64)
def _written(key: str) -> tuple[Written, ...]:
    slots = json.loads(key)
    return tuple(_of_language(language(path.stem), slots) for path in sorted(FOLDER.glob("*.toml")))


def _of_language(known: Language, slots: Mapping[str, Any]) -> Written:
    texts = {path: known.plain(text) for path, text in texts_of(slots).items()}
    bare = _bare(known)
    every: list[set[str]] = [set(bare), set(bare), set(), set(), set()]
    for wording in known.wordings:
        if not (wording.roots or wording.when or wording.subject or wording.indirect):
            continue
        made = set(_filled(wording, slots, texts))
        if wording.subject or wording.indirect:
            every[3 if wording.subject else 4] |= made
            continue
        every[0] |= made
        if not wording.roots and not wording.states:
            every[1] |= made
        if wording.states:
            every[2] |= made
    return Written(known, *map(frozenset, every))


@lru_cache(maxsize=8)
def _bare(known: Language) -> frozenset[str]:
    """The wordings that are right whatever is known of a customer."""
    return frozenset(
        said
        for one in known.wordings
        if not (one.roots or one.when or one.subject or one.indirect)
        for said in one.says
    )


def _filled(wording: Wording, slots: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    for names in _instances(wording, slots):
        for said in wording.says:
            renamed = _renamed(said, names) if names else said
            if all(one[1] in texts for one in PLACEHOLDER.finditer(renamed)):
                yield PLACEHOLDER.sub(lambda found: texts[found[1]], renamed)


def _instances(wording: Wording, slots: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield for each root of a frame the slot that fills it, one fact after the other, where its state fits."""
    asked = {condition.lstrip("!").partition(".")[0] for one in wording.when for condition in one.split("|")}
    roots = wording.roots | asked
    numbers = {"", *(name[len(root_of(name)) :] for name in slots if root_of(name) in roots)}
    for number in sorted(numbers):
        names = {root: f"{root}{number}" if f"{root}{number}" in slots else root for root in roots}
        if number and not any(name.endswith(number) for name in names.values()):
            continue
        values = {**slots, **{root: slots[name] for root, name in names.items() if name in slots}}
        known = any(root in values for root in asked)
        if (known or not asked) and all(holds(values, condition) for condition in wording.when):
            yield {root: name for root, name in names.items() if root in wording.roots}


def _paths(said: str, names: Mapping[str, str]) -> list[str]:
    """The placeholders of a wording, in order, with the slots that fill them."""
    return [one[1] for one in PLACEHOLDER.finditer(_renamed(said, names))]


def _renamed(said: str, names: Mapping[str, str]) -> str:
    def name(found: re.Match[str]) -> str:
        root, dot, part = found[1].partition(".")
        return f"{{{names.get(root, root)}{dot}{part}}}"

    return PLACEHOLDER.sub(name, said)


# -- the files ----------------------------------------------------------------------------------------------------


@cache
def language(code: str) -> Language:
    """Return the wordings of a language; the files are ours, so a fault in one is a fault of the program."""
    raw = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    short = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(raw['same'], key=len, reverse=True))})(?!\w)")
    empty = re.compile(rf"(?<![\w{{.])(?:{'|'.join(raw['empty'])})(?![\w}}]|\.\w)")
    bare = Language((), (), (), (), (), raw["same"], empty, short)
    pieces = raw["pieces"]

    def written(line: str) -> tuple[str, ...]:
        return _wordings(_PIECE.sub(lambda found: pieces[found[1]], line))

    def every(lines: list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(bare.plain(one) for line in lines for one in written(line)))

    wordings = tuple(
        Wording(
            every([line]) if one.get("subject") or one.get("indirect") else tuple(map(_asked, every([line]))),
            capital(_asked(_BEFORE_MARK.sub("", " ".join(written(line)[0].split())))),
            tuple(one.get("when", ())),
            one.get("states", False),
            one.get("subject", False),
            one.get("indirect", False),
            frozenset(root_of(found[1].partition(".")[0]) for found in PLACEHOLDER.finditer(line)),
        )
        for one in raw["frames"]
        for line in one["says"]
    )
    return Language(
        wordings,
        tuple(f"{one} " for one in every(raw["openers"])),
        tuple(f"{one} " for one in every(raw["askers"])),
        tuple(f"{one}{mark}" for one in every(raw["leads"]) for mark in (", ", " ")),
        tuple(one if one.startswith(",") else f" {one}" for one in every(raw["tails"])),
        raw["same"],
        empty,
        short,
    )


@lru_cache(maxsize=4096)
def _wordings(line: str) -> tuple[str, ...]:
    """Return every wording of a line: ``(a|b|)`` is a, b or nothing, and one choice may lie in another."""
    start = line.find("(")
    if start < 0:
        return (line,)
    end = _closing(line, start)
    inside = [inner for one in _choices(line[start + 1 : end]) for inner in _wordings(one)]
    rests = _wordings(line[end + 1 :])
    return tuple(f"{line[:start]}{inner}{rest}" for inner in inside for rest in rests)


def _closing(line: str, start: int) -> int:
    depth = 0
    for at in range(start, len(line)):
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        if not depth:
            return at
    raise ValueError(f"a bracket is not closed in: {line}")


def _choices(inside: str) -> list[str]:
    """Part what stands in a bracket at its own strokes."""
    choices, depth = [""], 0
    for letter in inside:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and not depth:
            choices.append("")
        else:
            choices[-1] += letter
    return choices


def _asked(said: str) -> str:
    """A wording with the mark of a question where it begins as one."""
    return f"{said}?" if _ASKS.match(said) else said
