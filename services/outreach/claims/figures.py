"""Numbers in a text, in digits and in words, and whether a fact counts the same things by them.

A figure must be that of a fact and count what the fact counts: 23 orders are not 23 days. In words, only what is
counted by a known noun is judged: "two ideas" state nothing. Lengths of time may also follow from the facts' days ("for
three years", "vor neun Wochen").
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from typing import Final

from services.outreach.claims.found import ON_RECORD, Found, Part
from services.outreach.claims.lexicon import lexicon, phrase
from services.outreach.claims.sources import NO_SOURCE, SEATS_BEHIND, Source, Sources, decimal_of
from services.outreach.claims.text import Span, lower, stem

_PAIR: Final = re.compile(r"(?<![\w.,/-])(\d+(?:[.,]\d+)?)(\s?/\s?|\s(?:out of|of|von|sur|de)\s)(\d+)(?![\w/]|[.,]\d)")
_PLAIN: Final = re.compile(
    r"(?<![\w.,#])(?<![a-z]-)(?P<number>\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)"
    r"(?P<scale>\s?(?:k|m|bn|thousand|hundred|million|dozen|tausend|hundert|mille|mil)(?!\w))?"
    r"(?:st|nd|rd|th|er|e|º|ª|x|\.(?=\s[a-z]))?\+?(?![\w])"
)
_SCALES: Final = {"k": 1000, "m": 10**6, "bn": 10**9, "million": 10**6, "thousand": 1000, "tausend": 1000,
                  "mille": 1000, "mil": 1000, "hundred": 100, "hundert": 100, "dozen": 12}  # fmt: skip
_FIGURE: Final = re.compile(r"[\w-]*\d[\w-]*(?:[.,:'/]\d[\w-]*)*")
#: A number of a row is told from a count by its length, where no word stands by it.
_LONG_ID: Final = 4
_INVOICE: Final = frozenset(("invoice", "rechnung", "facture", "factura"))
_LENGTH: Final = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_NEARLY: Final = re.compile(r"\b(?:nearly|almost|close to|just under|fast|beinahe|presque|casi)\s$")
_MOST_NOUNS: Final = 3
#: "About 1,600" is off by such a share at most.
_ROUGHLY: Final = Decimal("0.06")
#: How many of these there are is on record, whoever asks for it.
_COUNTED: Final = frozenset({"order"})
#: A day of a month that is not named: "from the 3rd to the 10th".
_DAY: Final = re.compile(r"\d\d?(?:st|nd|rd|th|er|º)(?!\w)")
#: "A thousand thanks" and "two ideas" count nothing.
_LARGE: Final = (13, 100)
#: Two of their sites, not all.
_A_PART: Final = re.compile(r" (?:of|von|de) ")
_ALL: Final = re.compile(r"\b(?:all|alle|tous|toutes|todos|todas)(?: \w+)? $")
#: "First your order came late": no count of orders.
_OWN: Final = re.compile(r" (?:your|the|ihre?|votre|la|su|el)\b")
_ONE: Final = "one|einem|einer|une?|una|uno"
#: Nor are these counted in words.
_SAID_ANYHOW: Final = frozenset({"review", "ticket"})


def find_numbers(part: Part, taken: Iterable[tuple[int, int]]) -> Iterator[Found]:
    """Yield the numbers of a text outside of places that are taken already; no figure is left out."""
    used = [Span(*one) for one in taken]

    def fresh(span: Span) -> bool:
        if any(span.meets(one) for one in used):
            return False
        used.append(span)
        return True

    for name, source in part.sources.ids.items():
        for found in re.finditer(
            rf"(?<![\w-])(?:#|no\.? ?|nr\.? ?|number )?{re.escape(name)}(?![\w-]|[.,]\d)", part.small
        ):
            if _names_row(part, found, source) and fresh(span := Span(*found.span())):
                yield Found(*span, "number", source)
    for found in (*_PAIR.finditer(part.small), *_spelled_pair().finditer(part.small)):
        if fresh(span := Span(*found.span())):
            yield _pair(part, span, found)
    for found in _PLAIN.finditer(part.small):
        if fresh(span := Span(*found.span())):
            yield from _judged(part, span, _value(found))
    for found in _spelled().finditer(part.small):
        span = Span(*found.span())
        if _states_figure(part, span, spelled_value(found.group())) and fresh(span):
            yield from _judged(part, span, spelled_value(found.group()))
    for found in _ordinal().finditer(part.small):
        span = Span(*found.span())
        looks_back = phrase("looks_back").search(part.small, 0, span.start) is not None  # "a year since your first"
        if _unit(part, span) in _COUNTED and not looks_back and not _OWN.match(part.small, span.end) and fresh(span):
            tens = lexicon().numbers.get(found["tens"] or "", 0)
            yield _counted(part, span, tens + lexicon().ordinals[found["ordinal"]])
    yield from _left_over(part, used)


def _states_figure(part: Part, span: Span, number: Decimal | None) -> bool:
    """Whether a number in words is one to judge: of what is counted, or too large for a manner of speaking."""
    unit = _unit(part, span)
    if unit in _COUNTED:
        return not phrase("some_of").search(part.small, 0, span.start)
    if not unit:
        large = number is not None and _LARGE[0] <= number < _LARGE[1]
        return (large or _counted_there(part, span)) and not part.is_open(span.start)
    return unit not in _SAID_ANYHOW and not part.is_open(span.start)


def _counted_there(part: Part, span: Span) -> bool:
    """Whether a fact counts the same things: "all five of your sites", of three sites."""
    if _A_PART.match(part.small, span.end) and not _ALL.search(part.small, 0, span.start):
        return False
    if not phrase("you").search(part.small, *part.sentence_at(span.start)):
        return False
    return not part.sources.counted.isdisjoint(map(stem, _after(part, span)))


def spelled_value(said: str) -> Decimal | None:
    """Return the number that words mean: "twenty-three", "two dozen"; None where they mean no certain one."""
    known = lexicon().numbers
    total = 0
    for word in (said,) if said in known else re.split(r"[ -]+", said):
        if word in ("a", "an", "and", "und", "et", "y"):
            continue
        if word not in known and not re.fullmatch(_ONE, word):
            return None
        value = known.get(word, 1)
        total = max(total, 1) * value if value >= 100 or (value == 12 and 0 < total < 12) else total + value
    return Decimal(total) if total else None


@cache
def _spelled() -> re.Pattern[str]:
    words = "|".join(sorted((re.escape(one) for one in lexicon().numbers), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w-])(?:{words})(?:(?:[ -]| and |-und-)(?:{words}|one))*(?!\w|-(?!stars?\b))|(?<!\w)one(?=-stars?\b)"
        rf"|(?<![\w-])(?:{words})(?=mal\b)"
    )


@cache
def _spelled_pair() -> re.Pattern[str]:
    words = "|".join(sorted((re.escape(one) for one in lexicon().numbers), key=len, reverse=True))
    rated = "|".join(re.escape(word) for word, what in lexicon().units.items() if what == "rating")
    return re.compile(
        rf"(?<![\w-])(?:({words})(\s(?:out of|of|von|sur|de)\s)({words})(?![\w-])"
        rf"|({_ONE})(\s(?:out of|of|von|sur|de)\s)({words}) (?:{rated})(?!\w)"
        rf"|({words}|{_ONE}|\d+) (?:{rated})(\s(?:out of|of|von|sur|de)\s)({words}|\d+)(?![\w-]))"
    )


@cache
def _ordinal() -> re.Pattern[str]:
    words = "|".join(sorted(lexicon().ordinals, key=len, reverse=True))
    tens = "|".join(word for word, value in lexicon().numbers.items() if value in range(20, 100, 10))
    return re.compile(rf"(?<![\w-])(?:(?P<tens>{tens})[ -])?(?P<ordinal>{words})(?![\w-])")


def _value(found: re.Match[str]) -> Decimal | None:
    number = decimal_of(plain_figure(found["number"]))
    return None if number is None else number * _SCALES.get((found["scale"] or "").strip(), 1)


def plain_figure(text: str) -> str:
    """Return a figure without its marks between thousands, with a point before its decimals."""
    text = re.sub(r"['\s]", "", text)
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
        return re.sub(r"[.,]", "", text)
    whole, mark, rest = text, "", ""
    if found := re.search(r"[.,](?=\d+$)", text):
        whole, mark, rest = text[: found.start()], ".", text[found.end() :]
    return re.sub(r"[.,]", "", whole) + mark + rest


def _after(part: Part, span: Span) -> list[str]:
    """The words after a number, up to a mark or another figure."""
    rest = re.split(r"[.,;:!?\n()\d\"]", part.small[span.end : span.end + 60].lstrip("+ -"), maxsplit=1)[0]
    return re.findall(r"[^\W\d_]+", rest)[:_MOST_NOUNS]


def _unit(part: Part, span: Span) -> str:
    """What a number counts, by the first known noun after it; '' for none."""
    known = lexicon()
    for word in _after(part, span):
        if word in known.units or word in known.proposed:
            return known.units.get(word, "")
    return ""


def _judged(part: Part, span: Span, number: Decimal | None) -> Iterator[Found]:
    """Yield a number with its source or without one; what is only proposed is none."""
    if number is None:
        yield Found(*span, "number")
        return
    unit = _unit(part, span)
    if not unit and (_may_name_row(part, span) or _DAY.match(part.small, span.start)):
        return
    lasting = _lasting(part, span, number, unit) if unit in _LENGTH else None
    ahead = unit in _LENGTH and part.is_open(span.start) and phrase("to_come").search(part.small, 0, span.start)
    proposed = not unit and lexicon().proposed.intersection(_after(part, span))
    if lasting is None and (ahead or proposed or phrase("later").match(part.small, span.end)):
        return
    same = [source for source, figure in part.sources.figures if is_so_much(part, span, number, figure)]
    units, rated = {"", unit, "order"} if unit == "time" else {"", unit}, unit == "rating"
    fits = (one for one in same if (not unit or one.unit_of(number) in units) and not (rated and one.is_scale(number)))
    seats = SEATS_BEHIND.match(part.small, span.end) is not None
    left = (one for one in part.sources.all if seats and not unit and number in one.left_over)
    fitting = lasting or next(fits, None) or next(left, None)
    if fitting is None and (
        _on_record(part, span, number, unit)
        or (unit in _LENGTH and (_lies_between(part, number, unit) or _is_ours(part, span)))
        or (unit == "order" and _in_month(part, span, number))
    ):
        return
    other = f"{same[0].fact.label} counts something else" if same else NO_SOURCE
    yield Found(*span, "number", fitting, other)


def is_so_much(part: Part, span: Span, said: Decimal, held: Decimal) -> bool:
    """Return whether a figure of a text is the one that is known, to the unit, or near it where the text says so.

    "A little over 1,600" is 1,631 and not 1,590; "about 1,600" may be either.
    """
    if said in (held, held.quantize(Decimal(1), ROUND_HALF_UP)):
        return True
    before = phrase("roughly").search(part.small, part.sentence_at(span.start).start, span.start)
    if before is None and phrase("or_so").match(part.small, span.end) is None:
        return False
    if before is not None and ((before["over"] and held < said) or (before["under"] and held > said)):
        return False
    return abs(said - held) <= held * _ROUGHLY


def _may_name_row(part: Part, span: Span) -> bool:
    """Whether a number that counts nothing is a row's of theirs, and not an amount that is the same by chance."""
    said = part.small[span.start : span.end].rstrip(".")
    if len(said) < _LONG_ID or said not in part.context.record.ids:
        return False
    amount = phrase("amount_before").search(part.small, part.sentence_at(span.start).start, span.start)
    if amount is None:
        return True
    nearest = re.findall(r"[^\W\d_]+", amount["between"])[-1:]
    return any(word in _INVOICE or word in lexicon().things for word in nearest)


def _on_record(part: Part, span: Span, number: Decimal, unit: str) -> bool:
    """Whether they wrote of so many themselves: "eleven days late"."""
    words = [word for word, what in lexicon().units.items() if what == unit] if unit else _after(part, span)[:1]
    figures = {f"{number:f}", *(word for word, value in lexicon().numbers.items() if value == number)}
    return any(part.context.record.counts(one, words) for one in figures)


def _counted(part: Part, span: Span, number: int) -> Found:
    """Judge "your third order": right where so many are on record, or where it is the first and its day is said."""
    counts = [(source, figure) for source, figure in part.sources.figures if source.unit_of(figure) == "order"]
    if number == 1:
        begun = next((one for one in part.sources.all if one.fact.group == "person"), None)
        dated = any(char.isdigit() for char in part.small[slice(*part.clause_at(span.start))])
        return Found(*span, "number", begun if dated else None, ours="" if dated else _first_is_right(counts))
    return Found(*span, "number", next((source for source, figure in counts if figure == number), None))


def _first_is_right(counts: list[tuple[Source, Decimal]]) -> str:
    return "" if counts and all(figure > 1 for _, figure in counts) else "nothing against it"


def _lasting(part: Part, span: Span, number: Decimal, unit: str) -> Source | None:
    """The fact from whose day a length of time follows: "for three years", "nine weeks ago", "seit drei Jahren"."""
    before, rest = part.small[max(0, span.start - 30) : span.start], part.small[span.end : span.end + 40]
    if not phrase("lasting").search(before) and not phrase("ago").match(rest):
        return None
    rising = bool(_NEARLY.search(before))
    for source, day in _beginnings(part.sources):
        length = (part.context.today - day).days
        if length > 0 and number in _lengths(length, unit, rising=rising):
            return source
    return None


def _lies_between(part: Part, number: Decimal, unit: str) -> bool:
    """Whether so long a time lies before a day of theirs to come, or between two days of theirs in a row."""
    today, record = part.context.today, part.context.record
    ahead = {day for _, day in part.sources.days if day > today}
    days = sorted(record.days)
    spans = {(day - today).days for day in ahead} | {(two - one).days for one, two in pairwise(days)}
    return any(number in _lengths(length, unit, rising=False) for length in spans if length > 0)


def _is_ours(part: Part, span: Span) -> bool:
    """Whether a clause says something of us and nothing of the customer: "our workshop is twenty years old"."""
    sentence = part.sentence_at(span.start)
    return (
        phrase("of_us").search(part.small, *sentence) is not None
        and phrase("you").search(part.small, *sentence) is None
    )


def _in_month(part: Part, span: Span, number: Decimal) -> bool:
    """Whether they ordered so many times in a month that the sentence names, or this month or the last."""
    named = {
        lexicon().months.get(word.text) for word in part.words if word.start in range(*part.sentence_at(span.start))
    }
    ordered = Counter((day.year, day.month) for day in part.context.record.ordered)
    return any(count == number and month in named for (_, month), count in ordered.items())


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
    """A rating: both its figures stand together in the line of a fact."""
    one, _, two = (decimal_of(said.replace(",", ".")) or spelled_value(said) for said in found.groups() if said)
    for source in part.sources.all:
        if (one, two) in source.pairs:
            return Found(*span, "number", source)
    sentence = part.small[slice(*part.sentence_at(span.start))]
    theirs = any(name in sentence and rating == one for name, rating in part.context.record.ratings)
    return Found(*span, "number", note=ON_RECORD if theirs else "")


def _names_row(part: Part, found: re.Match[str], source: Source) -> bool:
    """Whether a row's number stands for the row: behind its mark, its kind's name, or with letters of its own."""
    if not found.group().isdecimal():
        return True
    before = re.search(r"([^\W\d_]+) $", part.small[max(0, found.start() - 24) : found.start()])
    if before is None:
        return False
    return before.group(1) in lower(source.fact.label).split() or before.group(1) in lexicon().things


def _left_over(part: Part, used: list[Span]) -> Iterator[Found]:
    """Every other place with a figure: what has one and was not understood has no source."""
    for found in _FIGURE.finditer(part.small):
        span = Span(*found.span())
        if not any(span.meets(one) for one in used):
            used.append(span)
            if found.group() not in part.context.record.ids | part.sources.codes:
                yield Found(*span, "number")
    for at, letter in enumerate(part.small):
        if not letter.isascii() and unicodedata.category(letter) in ("Nd", "Nl", "No"):
            span = Span(at, at + 1)
            if not any(span.meets(one) for one in used):
                yield Found(*span, "number")
