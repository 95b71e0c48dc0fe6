"""Days, months, years and relative times in a text, and whether a fact holds them.

A day without a year is the nearest of that name. Where a text says what was on a day ("your order of 7 September"), the
fact must be of that kind, or speak of it. In an invitation a weekday to come proposes and states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.relative_days import RELATIVE, WEEKDAYS, season_of, stretches, whole_month
from services.outreach.claims.sources import GROUPS_OF, Source, Sources
from services.outreach.claims.text import Span, fold, lower, stems
from services.outreach.claims.vocabulary import vocabulary

_NAMES: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH: Final = {name: at for at, name in enumerate(_NAMES, 1)} | {
    short: at
    for at, shorts in enumerate(
        ["jan", "feb", "mar", "apr", "-", "jun", "jul", "aug", "sep|sept", "oct", "nov", "dec"], 1
    )
    for short in shorts.split("|")
}  # fmt: skip
_M: Final = (
    r"(?P<month>jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?|"
    r"sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)(?![a-z])"
)
_D: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\w%])"
_Y: Final = r"(?P<year>(?:19|20)\d\d|'\d\d)(?!\w)"
_W: Final = r"(?:(?P<weekday>mon|tues?|wednes|thurs|fri|satur|sun)day,?\s+(?:the\s+)?)?"
_ORDINALS: Final = {
    word: at
    for at, word in enumerate(
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
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
            "twenty-first",
            "twenty-second",
            "twenty-third",
            "twenty-fourth",
            "twenty-fifth",
            "twenty-sixth",
            "twenty-seventh",
            "twenty-eighth",
            "twenty-ninth",
            "thirtieth",
            "thirty-first",
        ],
        1,
    )
}
_O: Final = rf"(?P<ordinal>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        r"(?<![\w-])(?P<year>(?:19|20)\d\d)[-/](?P<number>\d{1,2})[-/](?P<day>\d{1,2})(?!\w)",
        r"(?<![\w/.])(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)(?!\w)",
        rf"(?<!\w){_W}{_D}\s?(?:of\s+)?{_M}(?:,?\s+{_Y})?",
        rf"(?<!\w){_W}{_M}\s+(?:the\s+)?{_D}(?:,?\s+{_Y})?",
        rf"(?<!\w)(?:the\s+)?{_O}\s+of\s+{_M}(?:,?\s+{_Y})?",
        rf"(?<!\w){_M},?\s+(?:of\s+)?{_Y}",
        rf"(?<!\w)(?P<season>spring|summer|autumn|fall|winter),?\s+(?:of\s+)?{_Y}",
        r"(?<!\w)q(?P<quarter>[1-4])(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?(?!\w)",
        r"(?<!\w)(?P<quarter>first|second|third|fourth|last) quarter(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?(?!\w)",
        r"(?<!\w)the (?P<dayonly>\d{1,2})(?:st|nd|rd|th)(?!\w)(?= (?:of this|of last|of next|this|last|"
        r"next) month|[,.;!?]|$)",
    )
)
_MONTH_ALONE: Final = re.compile(
    r"(?<![\w'])(?:January|February|April|June|July|August|September|October|November|December|"
    r"(?<=in )March|(?<=since )March|(?<=last )March|(?<=of )March|(?<=until )March|(?<=by )March|"
    r"(?<=this )March|(?<=your )March|(?<=early )March|(?<=late )March|(?<=mid-)March|(?<=next )March|"
    r"(?<=from )March|(?<=to )March|(?<=and )March|(?<=In )March|(?<=for )March|(?<=Since )March|"
    r"(?<=in )May|(?<=since )May|(?<=last )May|(?<=of )May|(?<=until )May|(?<=by )May|(?<=this )May|"
    r"(?<=your )May|(?<=early )May|(?<=late )May|(?<=mid-)May|(?<=next )May|"
    r"(?<=from )May|(?<=for )May|(?<=and )May|(?<=to )May|"
    r"(?<=In )May|(?<=Since )May)(?!\w)"
)
_YEAR_ALONE: Final = re.compile(r"(?<![\w$€£.,/#-])(?P<year>(?:19|20)\d\d)(?![\w%]|[.,]\d)")
_TO_COME: Final = re.compile(
    r"\b(?:next|coming|following|tomorrow|this|tonight|today|on|by|within|in the|until|every)\b|^(?:mon|tues|"
    r"wednes|thurs|fri|satur|sun)day"
)
_PAST: Final = re.compile(r"\b(?:did|was|were|had|have you|rise|rises)\b")
_GONE: Final = re.compile(r"\b(?:last|past|previous|yesterday|before|other|earlier|since)\b")
_WRITING: Final = re.compile(
    r"\b(?:i am|i'm|i|we|we are) (?:am )?(?:writing|write|wanted|turn|get in touch|getting in touch|want|am sending)\b"
)


_MOST_OF_A_MONTH: Final = 26


@dataclass(frozen=True, slots=True)
class When:
    """A stretch of days: one day, a month, a year; without ``year`` it may be of any near one."""

    first: date
    last: date
    dated: bool  # whether the text names the year
    unit: str  # day | month | year | span


def find_dates(part: Part) -> Iterator[Found]:
    """Yield the dates of a text."""
    taken: list[Span] = []
    for form in _FORMS:
        for found in form.finditer(part.small):
            span = Span(found.start(), found.end())
            if not any(span.meets(one) for one in taken):
                readings = _readings(found, part.context.today)
                if readings is None:
                    continue
                taken.append(span)
                yield _judged(part, span, readings)
    for found in _MONTH_ALONE.finditer(part.text):
        span = Span(found.start(), found.end())
        if not any(span.meets(one) for one in taken):
            taken.append(span)
            number = _MONTH[found.group().lower()]
            yield _judged(part, span, [_month(part.context.today.year, number, dated=False)])
    for found in _YEAR_ALONE.finditer(part.small):
        span = Span(found.start(), found.end())
        if not any(span.meets(one) for one in taken):
            year = int(found["year"])
            yield _judged(part, span, [When(date(year, 1, 1), date(year, 12, 31), True, "year")])
    for found in RELATIVE.finditer(part.small):
        span = Span(found.start(), found.end())
        if not any(span.meets(one) for one in taken):
            yield from _relative(part, span, found)


def _readings(found: re.Match[str], today: date) -> list[When] | None:
    """What a written date may mean; None if it is no date; empty if it is one that cannot be."""
    has = found.groupdict()
    year_text = has.get("year")
    year = _year(year_text) if year_text else today.year
    if has.get("season"):
        return [When(*stretch, True, "span") for stretch in season_of(year, has["season"])]
    if has.get("quarter"):
        number = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}.get(has["quarter"]) or int(
            has["quarter"]
        )
        return [When(date(year, 3 * number - 2, 1), _month(year, 3 * number, dated=True).last, bool(year_text), "span")]
    if has.get("dayonly"):
        return _day(today.year, today.month, int(has["dayonly"]), dated=False) + _day(
            (today.replace(day=1) - timedelta(1)).year,
            (today.replace(day=1) - timedelta(1)).month,
            int(has["dayonly"]),
            dated=False,
        )
    if has.get("one"):
        one, two = int(has["one"]), int(has["two"])
        if max(one, two) > 31 or min(one, two) > 12:
            return None
        return [*_day(year, two, one, dated=True), *(_day(year, one, two, dated=True) if one != two else [])]
    if has.get("number"):
        return _day(year, int(has["number"]), int(has["day"]), dated=True)
    month = _MONTH[has["month"].rstrip(".")]
    number_of_day = _ORDINALS[has["ordinal"]] if has.get("ordinal") else int(has["day"]) if has.get("day") else 0
    if not number_of_day:
        return [_month(year, month, dated=bool(year_text))]
    if number_of_day > 31:
        return None
    days = _day(year, month, number_of_day, dated=bool(year_text))
    weekday = has.get("weekday")
    if weekday and not year_text:
        days = [one for near in (-1, 0, 1) for one in _day(year + near, month, number_of_day, dated=True)]
    return [one for one in days if not weekday or WEEKDAYS[one.first.weekday()].startswith(weekday)]


def _year(text: str) -> int:
    digits = text.lstrip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day(year: int, month: int, day: int, *, dated: bool) -> list[When]:
    try:
        one = date(year, month, day)
    except ValueError:
        return []
    return [When(one, one, dated, "day")]


def _month(year: int, month: int, *, dated: bool) -> When:
    return When(*whole_month(year, month), dated, "month")


def _judged(part: Part, span: Span, readings: list[When]) -> Found:
    held = [source for when in readings for source in _holding(part, when)]
    if not held:
        return Found(*span, "date")
    fitting = _of_the_thing(part, span, held)
    if fitting is None:
        return Found(*span, "date", label=f"the date of {held[0].fact.label}, not of this")
    return Found(*span, "date", fitting, others=tuple(dict.fromkeys(_of_kind(part, span, held))))


def _holding(part: Part, when: When) -> Iterator[Source]:
    sources = part.sources
    today = sources.today
    if when.unit in ("day", "span"):
        for source, day in sources.days:
            if _same(day, when, today):
                yield source
    if when.unit == "month":
        for source, year, month in sources.months:
            if month == when.first.month and (
                year == when.first.year if when.dated else abs((date(year, month, 15) - today).days) <= 380
            ):
                yield source
    if when.unit == "year":
        for source, year in sources.years:
            if year == when.first.year:
                yield source


def _same(day: date, when: When, today: date) -> bool:
    if when.dated or when.unit == "span":
        return when.first <= day <= when.last
    return (day.month, day.day) == (when.first.month, when.first.day) and abs((day - today).days) <= 366


def _of_the_thing(part: Part, span: Span, held: list[Source]) -> Source | None:
    """The first source of the kind of the thing whose date the text names, or which itself dates that thing so."""
    return next(iter(_of_kind(part, span, held)), None)


def _of_kind(part: Part, span: Span, held: list[Source]) -> Iterator[Source]:
    clause = part.clause_at(span.start)
    thing = _thing(part.small, span, clause.start if clause else 0)
    today = part.context.today
    days = [one for when in _said(part.small[span.start : span.end], today) for one in (when.first, when.last)]
    for source in held:
        if (
            thing is None
            or (source.fact.group in GROUPS_OF[thing] and not source.is_activity)
            or any((thing, one) in dated_things(source, today) for one in days)
        ):
            yield source


def _thing(small: str, span: Span, start: int) -> str | None:
    """The thing that has a date, where the words beside it name one: "your order of …", "the … review"."""
    before = re.split(r"[.,;]", small[start : span.start])[-1]
    cue = re.search(
        r"(\w+)(?: (?:of|on|from|dated|since|in|placed on|made on|for|was|is|due on|due|the|early|late|mid)){1,3} $",
        before,
    )
    cue = cue or re.search(r"(\w+) $", before)
    if re.search(r"\b(?:with us|our customer|a customer|from us|known us|together) (?:\w+ )?since $", before):
        return "customer"
    if re.search(r"\bfirst (?:[a-z]+ )?(?:order|purchase|ordered|bought)\b", before):
        return "customer"
    if before.endswith("since "):
        return None
    for found in (cue, re.match(r" ([a-z]+)", small[span.end :])):
        for one in stems(found.group(1)) if found is not None else ():
            thing = _THINGS.get(vocabulary().meaning(one))
            if thing is not None:
                return thing
    return None


def _said(small: str, today: date) -> list[When]:
    for form in _FORMS:
        found = form.fullmatch(small)
        if found is not None:
            return _readings(found, today) or []
    return []


def names_day(said: str, day: date, today: date) -> bool:
    """Return whether a date as it was found in a text, in small letters, may be of a day; an uncertain one may."""
    whens = [_month(today.year, _MONTH[said], dated=False)] if said in _MONTH else _said(said, today)
    if said.isdecimal():
        return int(said) == day.year
    return not whens or any(
        (when.first.month == day.month) if when.unit == "month" and not when.dated else _same(day, when, today)
        for when in whens
    )


def dated_things(source: Source, today: date) -> set[tuple[str, date]]:
    """Return the things that a fact itself dates, with their days: "late delivery of the order of 7 Sep"."""
    made = set()
    for text in (source.fact.words, *(value.text for value in source.fact.values if value.kind == "statement")):
        small = lower(fold(text))
        for form in _FORMS:
            for found in form.finditer(small):
                thing = _thing(small, Span(*found.span()), 0)
                if thing is not None:
                    made |= {(thing, when.first) for when in _readings(found, today) or []}
    return made


_THINGS: Final = {
    meaning: thing for thing in GROUPS_OF for meaning in {vocabulary().meaning(one) for one in stems(thing)}
}


def _relative(part: Part, span: Span, found: re.Match[str]) -> Iterator[Found]:
    said = found.group()
    open_clause = not part.asserts(span.start)
    clause = part.clause_at(span.start)
    past = clause is not None and _PAST.search(part.small, clause.start, clause.end)
    if open_clause and not past and _TO_COME.search(said) and not _GONE.search(said):
        return
    if said.endswith(("today", "this morning", "this afternoon")) and _WRITING.search(
        part.small[: span.start].rsplit("\n", 1)[-1]
    ):
        return
    held = [
        source for first, last in stretches(part.context.today, found) for source in _between(part.sources, first, last)
    ]
    fitting = tuple(dict.fromkeys(_of_kind(part, span, held)))
    yield Found(*span, "date", fitting[0] if fitting else None, others=fitting)


def _between(sources: Sources, first: date, last: date) -> Iterator[Source]:
    for source, day in sources.days:
        if first <= day <= last:
            yield source
    if (last - first).days > _MOST_OF_A_MONTH:
        for source, year, month in sources.months:
            if first <= date(year, month, 15) <= last:
                yield source
