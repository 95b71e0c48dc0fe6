"""Numbers in a text, in digits and in words, and whether a fact counts the same things by them.

A number must be that of a fact and count what the fact counts: 23 orders are not 23 days. Lengths of time may also
follow from the facts' days ("for three years", "nine weeks ago").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.sources import GROUPS_OF, NO_SOURCE, Source, Sources, decimal_of, nouns_of
from services.outreach.claims.text import Span, lower, stem, words
from services.outreach.claims.vocabulary import vocabulary

_UNITS: Final = {
    word: at
    for at, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS: Final = {
    w: 10 * at for at, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_ORDINALS: Final = {
    w: at
    for at, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
}
_ALONE: Final = {
    "dozen": 12, "dozens": None, "couple": 2, "half": None, "twice": 2, "thrice": 3, "once": 1, "double": None,
    "triple": None, "hundreds": None, "thousands": None, "quarter": None, "third": None, "several": None, "score": None,
    "handful": None, "pair": None, "single": 1, "both": 2,
}  # fmt: skip
_SIMPLE: Final = "|".join(sorted((*_UNITS, *_TENS), key=len, reverse=True))
_SPELLED: Final = re.compile(
    rf"(?<![\w-])(?:(?:{_SIMPLE}|half|a few|few|several)(?:[ -](?:{_SIMPLE}|hundreds?|thousands?|millions?|"
    rf"billions?|dozens?))*"
    rf"(?: and (?:{_SIMPLE})(?:[ -](?:{_SIMPLE}))*(?= |[.,;!?]|$))?(?: and a half)?|(?:a |an )?(?:hundred|"
    rf"thousand|million|"
    rf"dozen|hundreds|thousands|millions|dozens)(?: and (?:{_SIMPLE})(?:-(?:{_SIMPLE}))?)?)(?![\w])"
)
_TIMES: Final = re.compile(
    r"(?<![\w-])(?:twice|thrice|(?:a|the) couple of|half (?:of|the|a|an|your|our)|a (?:third|quarter) of|"
    r"double|triple|doubled|tripled|halved|both)(?!\w)"
)
_ORDINAL: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(_ORDINALS)}|twentieth|hundredth|thousandth|twenty-(?:{'|'.join(_ORDINALS)}))(?![\w-])"
)
_DIGITS: Final = re.compile(r"\d+(?:[.,:'\s]\d+)*(?:[.,]\d+)?")
_PAIR: Final = re.compile(r"(?<![\w.,/-])(\d+(?:\.\d+)?)(\s?/\s?|\s(?:out )?of\s)(\d+)(?![\w/]|[.,]\d)")
_PAIR_SPELLED: Final = re.compile(rf"(?<![\w-])({_SIMPLE})(\s(?:out )?of\s)({_SIMPLE})(?![\w-])")
_PLAIN: Final = re.compile(
    r"(?<![\w.,#])(?P<number>\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?P<scale>\s?(?:k|m|bn|thousand|"
    r"hundred|million|billion|dozen)(?!\w))?(?P<ordinal>st|nd|rd|th)?(?P<plus>\+)?(?![\w])"
)
_WISHED: Final = re.compile(
    r"\b(?:from being|to make it|would (?:make|have made) it|could (?:make|have made) it) an? $"
)
#: The best rating that could be given is not the one that was.
_RATED: Final = re.compile(r"(?<![\d.,])(?P<rating>\d+(?:\.\d+)?) of (?P<scale>\d+)")
_LENGTH: Final = {"day": 1, "week": 7, "month": 30.4375, "year": 365.25}
#: What may be proposed in words without a source: a call of half an hour, two ideas, three pieces to choose from.
_PROPOSED: Final = re.compile(
    r"[ -](?:[a-z]+ )?(?:minutes?|hours?|ideas?|options?|questions?|thoughts?|suggestions?|pieces?|things?|"
    r"words?|lines?|sentences?|dates?|times|times?|days?|weeks?|points?|proposals?|samples?|of|or|to|an hour|"
    r"picks?|more|styles?|designs?|alternatives?|examples?)(?!\w)"
)
_IDIOM: Final = re.compile(
    r"(?:no|any|every|some|each|this|that|which|the|another|only|right|wrong|new|next|last|other|good|better|"
    r"bad|small|such an?|at|for|as|all|by|day|not|loved|little|big|important|single)[ -]$"
)


def find_numbers(part: Part, taken: Iterable[tuple[int, int]]) -> Iterator[Found]:
    """Yield the numbers of a text outside of places that are taken already; no figure is left out."""
    used = [Span(*one) for one in taken]

    def fresh(span: Span) -> bool:
        if any(span.meets(one) for one in used):
            return False
        used.append(span)
        return True

    for name, source in part.sources.ids.items():
        for found in re.finditer(rf"(?<![\w-])(?:#|no\.? ?|number )?{re.escape(name)}(?![\w-]|[.,]\d)", part.small):
            if _names_row(part, found, source) and fresh(span := Span(found.start(), found.end())):
                yield Found(*span, "number", source)
    for found in (*_PAIR.finditer(part.small), *_PAIR_SPELLED.finditer(part.small)):
        if fresh(span := Span(found.start(), found.end())):
            yield _pair(part, span, found)
    for found in _PLAIN.finditer(part.small):
        if fresh(span := Span(found.start(), found.end())):
            yield _judged(part, span, _value(found))
    for found in _ORDINAL.finditer(part.small):
        span = Span(found.start(), found.end())
        if _counts(part, span) and fresh(span):
            yield (
                _first(part, span)
                if found.group() == "first"
                else _judged(part, span, Decimal(_ordinal(found.group())))
            )
    for pattern in (_SPELLED, _TIMES):
        for found in pattern.finditer(part.small):
            span = Span(found.start(), found.end())
            if not _is_idiom(part, span) and fresh(span):
                yield _judged(part, span, spelled_value(found.group()))
    yield from _left_over(part, used)


def spelled_value(said: str) -> Decimal | None:
    """Return the number that words mean: "twenty-three", "two dozen"; None where they mean no certain one."""
    total = current = 0
    known = halved = False
    for word in re.split(r"[ -]+", said):
        if word in _UNITS or word in _TENS:
            current += _UNITS.get(word, 0) + _TENS.get(word, 0)
        elif word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if _SCALES[word] > 100:
                total, current = total + current, 0
        elif word in ("dozen", "couple", "twice", "thrice", "both"):
            current = max(current, 1) * (_ALONE[word] or 1)
        elif word == "half" and known:
            halved = True
        elif word in ("a", "an", "and", "the", "of"):
            continue
        else:
            return None
        known = True
    return Decimal(total + current) + (Decimal("0.5") if halved else 0) if known else None


def _ordinal(word: str) -> int:
    if word in _ORDINALS:
        return _ORDINALS[word]
    tens, _, unit = word.partition("-")
    return {"twentieth": 20, "hundredth": 100, "thousandth": 1000}.get(word) or _TENS[tens] + _ORDINALS[unit]


def _value(found: re.Match[str]) -> Decimal | None:
    text = found["number"].replace("'", "").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    number = decimal_of(text.replace(",", "."))
    scale = (found["scale"] or "").strip()
    by = {"k": 1000, "m": 10**6, "bn": 10**9, "dozen": 12, **_SCALES}.get(scale, 1)
    return None if number is None else number * by


def _judged(part: Part, span: Span, number: Decimal | None) -> Found:
    if number is None:
        return Found(*span, "number")
    after = _nouns_after(part, span)
    lasting = _lasting(part, span, number, after)
    if lasting is not None:
        return Found(*span, "number", lasting)
    same = [source for source, figure in part.sources.figures if figure == number]
    fitting = tuple(source for source in same if _counts_the_same(part, span, source, number, after))
    if fitting:
        return Found(*span, "number", fitting[0], others=fitting)
    if same and (wished := _wished_rating(part, span, same)) is not None:
        return Found(*span, "number", wished)
    if same:
        return Found(*span, "number", label=f"{same[0].fact.label} counts something else")
    return Found(*span, "number", label=NO_SOURCE)


def _wished_rating(part: Part, span: Span, same: Iterable[Source]) -> Source | None:
    """The review of which an invitation asks what kept it from the best rating: "from being a five"."""
    if part.asserts(span.start) or not _WISHED.search(part.small, 0, span.start):
        return None
    return next((one for one in same if one.fact.group in ("review", "survey")), None)


def _nouns_after(part: Part, span: Span) -> list[str]:
    """Meanings of the words after a number, up to a mark or another figure."""
    rest = re.split(r"[.,;:!?\n()\d\"]", part.small[span.end : span.end + 80].lstrip("+ -"), maxsplit=1)[0]
    known = vocabulary()
    return [known.meaning(word.stem) for word in words(rest)][:4]


def _counts_the_same(part: Part, span: Span, source: Source, number: Decimal, after: list[str]) -> bool:
    known = vocabulary()
    rated = _RATED.search(source.fact.words)
    if rated is not None and decimal_of(rated["scale"]) == number != decimal_of(rated["rating"]):
        return False
    counted = nouns_of(source, number)
    meant = counted or source.meanings
    said = [one for one in after if one not in known.light]
    if said and after[0] == said[0] and said[0] in known.units:
        if said[0] == known.meaning(stem("time")):
            return bool(_told_before(part, span) & meant)
        return said[0] in meant
    if said:
        return bool(set(said) & meant)
    before = _told_before(part, span)
    return not before or bool(before & meant) or bool(before & source.meanings)


def _told_before(part: Part, span: Span) -> set[str]:
    known = vocabulary()
    clause = part.clause_at(span.start)
    start = max(clause.start if clause else 0, span.start - 40)
    return {m for word in words(part.small, start, span.start) if (m := known.meaning(word.stem)) not in known.light}


def _lasting(part: Part, span: Span, number: Decimal, after: list[str]) -> Source | None:
    """The fact from whose day a length of time follows: "for three years", "nine weeks ago", "more than 40 days"."""
    unit = next((one for one in _LENGTH if after and after[0] == vocabulary().meaning(one)), None)
    if unit is None:
        return None
    before = part.small[max(0, span.start - 24) : span.start]
    rest = part.small[span.end : span.end + 40]
    if not re.search(
        r"\b(?:for|since|over|than|past|last|nearly|almost|about|these|some|after|been|is|of|"
        r"your)\s(?:the )?(?:\w+ )?(?:\w+ )?$",
        before,
    ) and not re.match(r"[ -]\w+ (?:ago|since|later|now|have passed|with us|together|as)\b", rest):
        return None
    rising = bool(re.search(r"\b(?:nearly|almost|close to|just under)\s$", before))
    for source, day in _beginnings(part.sources):
        length = (part.context.today - day).days
        if length > 0 and number in _lengths(length, unit, rising=rising):
            return source
    return None


def _beginnings(sources: Sources) -> Iterator[tuple[Source, date]]:
    yield from sources.days
    for source, year, month in sources.months:
        yield source, date(year, month, 1)


def _lengths(days: int, unit: str, *, rising: bool) -> set[Decimal]:
    exact = Decimal(days) / Decimal(str(_LENGTH[unit]))
    if unit == "day":
        return {Decimal(days)}
    floor = Decimal(int(exact))
    half = Decimal(int(2 * exact)) / 2
    return {floor + 1} if rising else {floor, half, exact.quantize(Decimal(1), ROUND_HALF_UP)} - {Decimal(0)}


def _pair(part: Part, span: Span, found: re.Match[str]) -> Found:
    one, two = (decimal_of(said) or spelled_value(said) for said in (found[1], found[3]))
    for source in _of_the_rated(part, span):
        held = [decimal_of(value.text) for value in source.fact.values if value.kind == "number"]
        said = re.search(rf"(?<![\d.,]){one}\s*(?:/|(?:out )?of)\s*{two}(?!\d)", source.fact.words)
        if (said or (one in held and two in held and (one != two or held.count(one) > 1))) and one is not None:
            return Found(*span, "number", source)
    return Found(*span, "number")


def _of_the_rated(part: Part, span: Span) -> list[Source]:
    """The facts whose rating a clause may speak of: where it names a review or a ticket, those of it."""
    clause = part.clause_at(span.start)
    known = vocabulary()
    named = {
        thing
        for thing in ("review", "ticket")
        for word in words(part.small, clause.start if clause else 0, clause.end if clause else None)
        if known.meaning(word.stem) == known.meaning(stem(thing)) and word.text not in ("rated", "rating", "rate")
    }
    groups = frozenset().union(*(GROUPS_OF[thing] for thing in named))
    return [one for one in part.sources.all if not groups or one.fact.group in groups]


def _first(part: Part, span: Span) -> Found:
    """The first of something: what is known since when somebody is a customer tells of the first order."""
    begun = (one for one in part.sources.all if one.fact.group == "person" and part.sources.meanings)
    held = next((one for one in begun if any(value.kind in ("date", "month") for value in one.fact.values)), None)
    dated = re.search(r"\b(?:since|in|from|on)\b", part.small[part.sentence_at(span.start).start : span.end + 30])
    return Found(*span, "number", held if dated else None)


def _names_row(part: Part, found: re.Match[str], source: Source) -> bool:
    """Whether a row's number stands for the row: behind its mark, its kind's name, or with letters of its own."""
    if found.group().startswith(("#", "no", "number")) or not found.group().isdecimal():
        return True
    before = re.search(r"([a-z]+) $", part.small[max(0, found.start() - 24) : found.start()])
    return before is not None and before.group(1) in lower(source.fact.label).split()


def _counts(part: Part, span: Span) -> bool:
    """Whether an ordinal counts something of the customer's: "your third order", not "a first look"."""
    known = vocabulary()
    after = _nouns_after(part, span)[:2]
    said = part.small[span.start : span.end]
    strong = said not in ("first", "second")
    if said == "first" and not re.search(r"\b(?:your|the|this|a) $", part.small[: span.start]):
        return False
    return (
        bool(set(after) & known.counted)
        and (strong or after[:1] != [known.meaning(stem("time"))])
        and part.asserts(span.start)
    )


def _is_idiom(part: Part, span: Span) -> bool:
    known = vocabulary()
    said = part.small[span.start : span.end]
    before = part.small[max(0, span.start - 12) : span.start]
    after = _nouns_after(part, span)
    if said in ("two", "three") and re.search(r"\b(?:or|and) $", before) and not (after and after[0] in known.units):
        return True
    if said in ("one", "few", "half", "both", "several", "a few") or said.startswith("half"):
        if said == "one" and (
            not after or after[0] in known.light or _IDIOM.search(before) or after[0] not in known.units
        ):
            return True
        if said in ("few", "a few", "several", "both") and not (
            after and after[0] in known.units and part.asserts(span.start)
        ):
            return True
        if said in ("few", "a few"):
            return bool(after) and after[0] in {known.meaning(stem("word")), known.meaning("minut")}
    if not part.asserts(span.start) and _PROPOSED.match(part.small, span.end):
        return not re.search(r"\b(?:in|within) $", before)
    return (
        said.startswith("half")
        and bool(re.match(r" an? hour|$", part.small[span.end :]))
        and not part.asserts(span.start)
    )


def _left_over(part: Part, used: list[Span]) -> Iterator[Found]:
    """Every figure that nothing else has explained, whatever alphabet it is of."""
    at = 0
    text = part.text
    while at < len(text):
        if not _is_figure(text[at]) or any(one.start <= at < one.end for one in used):
            at += 1
            continue
        start = end = at
        while end < len(text) and (text[end].isalnum() or _is_figure(text[end])) and not _taken(end, used):
            end += 1
        while start > 0 and text[start - 1].isalnum() and not _taken(start - 1, used):
            start -= 1
        yield Found(start, end, "number")
        at = end


def _taken(at: int, used: list[Span]) -> bool:
    return any(one.start <= at < one.end for one in used)


def _is_figure(letter: str) -> bool:
    return letter.isdigit() or (not letter.isascii() and unicodedata.category(letter) in ("Nd", "Nl", "No"))
