"""Goods and plans that a text calls theirs, and that neither the ticked facts nor the record name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile
from typing import Final, NamedTuple

from services.outreach.claims.figures import spelled_value
from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import lexicon, phrase
from services.outreach.claims.sources import decimal_of
from services.outreach.claims.text import Span, fold, lower, stem

NOT_THEIRS: Final = "not something they bought, in your data"
_THE_NUMBER: Final = re.compile(r"\b(?:the|these|those|die|diese|les|ces|las|los|estas|estos) (\w+) (?:\w+ ){0,3}$")
_WORD: Final = re.compile(r"[^\W\d_]+")
#: What says that a thing is theirs stands at most so many words before it.
_NEAR: Final = re.compile(r"(?:\S+ ){0,5}$")
_NUMBER: Final = re.compile(r"(?<![\w.,#-])(\d+|[^\W\d_]+)(?= [^\W\d_])")
_OF: Final = frozenset({"of", "de", "von", "d"})
#: Words that are as long at their beginning, or at the end of a German one, are of one thing.
_ALIKE: Final = 5
_SHORT: Final = 4
_MOST_WORDS: Final = 4


class Theirs(NamedTuple):
    """What the facts and the record name of a customer's things, all words in small letters.

    ``named`` are those of each product, ``stated`` all that is said anywhere; ``plain`` is whether the facts describe
    their things by common nouns alone ("40 x oak panel"), and ``numbers`` how many there are of one.
    """

    named: list[list[str]]
    stated: set[str]
    kinds: frozenset[int]
    plain: bool
    numbers: frozenset[Decimal]


def find_goods(part: Part, taken: list[Span]) -> Iterator[Found]:
    """Yield goods that the text calls theirs and no ticked fact names: "your boots" to somebody who bought a jacket.

    A thing of the facts in another colour or stuff is none of theirs either: "your walnut table", of the oak table.
    """
    theirs = _theirs(part)
    finders = [_of_another_kind, _plans]
    if lexicon().language_of(part.context.record.said.split(), part.language) == part.language:
        finders += [_counted, _ordered]
    for span in (span for finder in finders for span in finder(part, theirs)):
        if not any(span.meets(one) for one in taken):
            taken.append(span)
            yield Found(*span, "product", label=NOT_THEIRS)


def _theirs(part: Part) -> Theirs:
    known, record = lexicon(), part.context.record
    names = [value.text for _, value in part.sources.values("product", "category")]
    named = [_WORD.findall(small_name(name)) for name in names]
    held = {word for words in named for word in words}
    stated = held.union(*(_WORD.findall(source.said) for source in part.sources.all), record.said.split())
    stated |= {word for name in record.products for word in _WORD.findall(name)} | known.languages[part.language]
    of_persons = {word for one in part.sources.all if one.fact.group == "person" for word in _WORD.findall(one.said)}
    starts = "|".join(re.escape(small_name(name)) for name in names if name.strip())
    counted = re.compile(rf"(?<![\w.,])(\d+) (?:x |kg |\w+ (?:of|de|von) )?(?:{starts})") if starts else None
    found = [one for source in part.sources.all if counted for one in counted.findall(source.said)]
    return Theirs(
        named,
        stated,
        frozenset().union(*(known.kinds_of(word, part.language) for word in stated - (of_persons - held))),
        all(_is_plain(name) for name in names) and part.language != "de",
        frozenset(number for one in (*found, *(of for _, of in record.quantities)) if (number := decimal_of(one))),
    )


def _is_plain(name: str) -> bool:
    """Whether a thing is described by common nouns: "oak veneer panel", "Oak veneer panel", not "Harbor Parka"."""
    return name[1:].islower() and (name[0].islower() or " " in name.strip())


def _of_another_kind(part: Part, theirs: Theirs) -> Iterator[Span]:
    known = lexicon()
    held = {word for words in theirs.named for word in words}
    coloured = [words for words in theirs.named if known.colours.intersection(words)]
    heads = {stem(word) for words in coloured for word in (words[0], words[-1]) if word not in known.colours}
    behind = 3 if part.language in ("fr", "es") else 2
    for at, word in enumerate(part.words):
        own, is_head = known.kinds_of(word.text, part.language), word.stem in heads
        stuff = _stuff(word.text, held) if part.language == "de" else ""
        if not (is_head or stuff) and not (own and theirs.kinds and word.text not in theirs.stated):
            continue
        beside = [(one.end, piece) for one in part.words[max(0, at - 1) : at + behind] for piece in one.text.split("'")]
        of = {piece: end for end, piece in (*beside, (word.end, stuff)) if piece in known.colours}
        same = bool(is_head or stuff)  # "manteau en laine" may be their wool coat
        other = not of.keys() & held if of and (same or part.language == "en") else not (same or own & theirs.kinds)
        if other and has_it(part, span := Span(word.start, max(word.end, *of.values(), 0))):
            yield span


def _stuff(word: str, held: set[str]) -> str:
    """The stuff that a German word begins with where it goes on as one of theirs does: dinkel of Dinkelmehl."""
    for stuff in lexicon().colours:
        rest = word[len(stuff) :]
        goes_on = word.startswith(stuff) and len(stuff) >= _SHORT <= len(rest)
        if goes_on and any(one.endswith(rest) for one in held) and not any(one.startswith(stuff) for one in held):
            return stuff
    return ""


def _counted(part: Part, theirs: Theirs) -> Iterator[Span]:
    """Yield "the three megaphones", of three radios: as many of another thing where the sentence is of an order."""
    for found in _NUMBER.finditer(part.small) if theirs.numbers else ():
        number = decimal_of(found[1]) if found[1].isdecimal() else spelled_value(found[1])
        sentence = part.sentence_at(found.start())
        if number not in theirs.numbers or not phrase("of_goods").search(part.small, *sentence):
            continue
        span, said = _thing(part, found.end())
        if said and _is_another(part, theirs, span, said, said[-1]) and has_it(part, span):
            yield span


def _ordered(part: Part, theirs: Theirs) -> Iterator[Span]:
    """Yield "the shutters you ordered", of windows: only where the facts describe what they have by common nouns."""
    for found in phrase("ordered").finditer(part.small) if theirs.plain else ():
        start, end = next(found.span(one) for one in range(1, len(found.groups()) + 1) if found[one])
        span, said = Span(start, end), _WORD.findall(part.small[start:end])
        if said and _is_another(part, theirs, span, said, said[-1 if part.language_at(start) == "en" else 0]):
            yield span


def _thing(part: Part, start: int) -> tuple[Span, list[str]]:
    """What a number counts: the place of its noun, and its words up to that; none where it cannot be told.

    Nouns of a counted thing end in s, and in German they have a capital. In a box the thing is what is in it.
    """
    known, language = lexicon(), part.language_at(start)
    small, at, said, boxed = known.languages[language], start, list[str](), False
    for word in takewhile(lambda one: one.start < start + 60, (one for one in part.words if one.start >= start)):
        text = word.text.removeprefix("d'")
        if part.small[at : word.start].strip(" -") or (text in small and text not in _OF) or len(said) == _MOST_WORDS:
            break
        at = word.end
        if text in _OF:
            if not boxed:
                break
            continue
        said.append(text)
        counted = part.text[word.start].isupper() if language == "de" else text.endswith(("s", "x"))
        if text in known.boxes and not boxed:
            boxed = True
        elif boxed or counted:
            return Span(word.start, word.end), said
    return Span(start, start), []


def _is_another(part: Part, theirs: Theirs, span: Span, said: list[str], noun: str) -> bool:
    """Whether a thing is surely none of theirs: no word of it is one of theirs, or of things in general."""
    known, language = lexicon(), part.language_at(span.start)
    said, own = [word for word in said if word not in known.boxes], known.kinds_of(noun, language)
    told = language == "de" or theirs.plain or part.text[span.start].isupper()  # a name only by other names
    if noun in known.boxes or any(map(_is_general, said)) or not told:
        return False
    if own and (own & theirs.kinds or not (theirs.plain or theirs.kinds)):
        return False
    return not any(_alike(one, other, tails=language == "de") for one in said for other in theirs.stated)


def _is_general(word: str) -> bool:
    known = lexicon()
    lists = (known.general, known.units, known.proposed, known.months)
    return any(word in some for some in lists) or known.is_common(word)


@lru_cache(maxsize=4096)
def _bare(word: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))
    return re.sub(r"(?:e[nrs]?|[nsxao]|[ao]s)$", "", plain) if len(plain) > _SHORT else plain


def _alike(one: str, other: str, *, tails: bool) -> bool:
    """Whether two words may be of one thing: as words, parts of a compound, or by their beginning or end."""
    one, other = _bare(one), _bare(other)
    if one == other:
        return True
    ends = tails and (one[-_ALIKE:] == other[-_ALIKE:] or other.endswith(one))
    if ends or min(len(one), len(other)) < _SHORT:
        return ends
    return one in other or other in one or one[:_ALIKE] == other[:_ALIKE]


def _plans(part: Part, theirs: Theirs) -> Iterator[Span]:
    """Yield another plan or edition than theirs: "as a customer on our Enterprise plan", of Starter."""
    known = lexicon()
    small = frozenset().union(*known.languages.values())
    has_plan = any(phrase("plan").search(source.said) for source in part.sources.all)
    for found in phrase("edition").finditer(part.text):
        words, clause = _WORD.findall(lower(found[0])), part.clause_at(found.start())
        start = found.start()
        while len(words) > 1 and words[0] in small:
            start += len(words.pop(0)) + 1
        before = part.small[clause.start : start]
        called = phrase("plan").match(part.small, found.end()) or phrase("plan").search(before[-15:])
        if theirs.plain and not has_plan if len(words) > 1 else not (has_plan and called):
            continue
        said_so = phrase("has_plan").search(before) and not phrase("not_theirs").search(part.small, *clause)
        if said_so and not theirs.stated.issuperset(words):
            yield Span(start, found.end())


def has_it(part: Part, span: Span) -> bool:
    """Return whether a clause says that they have a thing, or had it in an order."""
    clause = part.clause_at(span.start)
    before = part.small[clause.start : span.start]
    if phrase("beside").search(before) or phrase("not_theirs").search(part.small, *clause):
        return False
    near = _NEAR.search(before)
    return bool(
        phrase("theirs").search(before, near.start() if near else 0)
        or phrase("bought_behind").match(part.small, span.end)
        or _so_many(part, before)
    )


def _so_many(part: Part, before: str) -> bool:
    """Whether what stands before a thing is "the twelve", of twelve that they ordered."""
    found = _THE_NUMBER.search(before)
    if found is None:
        return False
    number = decimal_of(found[1]) or lexicon().numbers.get(found[1])
    held = {figure for _, figure in part.sources.figures}
    return number in held or str(number) in {many for _, many in part.context.record.quantities}


def small_name(text: str) -> str:
    """Return a name as it stands in a text in small letters."""
    return lower(fold(" ".join(text.split())))
