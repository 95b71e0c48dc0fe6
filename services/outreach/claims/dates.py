"""Days in a text, in English, German, French and Spanish, and whether they are those of the facts.

A day that belongs to another thing than the one it is said of is flagged too. A day to come in a clause that asks or
proposes states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from services.outreach.claims.found import ON_RECORD, Found, Part
from services.outreach.claims.lexicon import lexicon, phrase
from services.outreach.claims.relative_days import relative, season_of, stretches, whole_month
from services.outreach.claims.sources import GROUPS_OF, Source
from services.outreach.claims.text import Span

#: So far ahead a day may be proposed.
_PROPOSED_DAYS: Final = 120
_NEAR_DAYS: Final = 366
_NEAR_MONTH_DAYS: Final = 380
_MOST_OF_A_MONTH: Final = 26
#: Of a day that a fact's own words name, only day and month are compared.
_ANY_DAY: Final = date(2024, 1, 1)
_BEGUN: Final = re.compile(r"\b(?:since|seit|depuis|desde) (?:dem |le |el )?$")


@dataclass(frozen=True, slots=True)
class When:
    """A stretch of days; without ``dated`` it may be of any near year."""

    first: date
    last: date
    dated: bool
    unit: str  # day | month | year | span


def find_dates(part: Part) -> Iterator[Found]:
    """Yield the dates of a text."""
    taken: list[Span] = []
    for form in _forms():
        for found in form.finditer(part.small):
            span = Span(*found.span())
            readings = None if any(span.meets(one) for one in taken) else _readings(found, part.context.today)
            if readings is not None and _is_month(part, found):
                taken.append(span)
                yield from _judged(part, span, readings)
    for found in relative().finditer(part.small):
        span = Span(*found.span())
        if not any(span.meets(one) for one in taken):
            taken.append(span)
            yield from _relative(part, span, found)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    known = lexicon()
    months = "|".join(sorted(map(re.escape, known.months), key=len, reverse=True))
    weekdays = "|".join(sorted(known.weekdays, key=len, reverse=True))
    ordinals = "|".join(sorted(known.ordinals, key=len, reverse=True))
    month = rf"(?P<month>{months})(?!\w)(?:(?<=[a-z]{{3}})\.(?=\s?\d)|(?<=sept)\.(?=\s))?"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?![\w%])"
    year = r"(?P<year>(?:19|20)\d\d|'\d\d)(?!\w)"
    week = rf"(?:(?P<weekday>{weekdays}),?\s+(?:(?:the|den|dem|le|el|día)\s+)?)?"
    of = r"(?:,?\s+(?:of\s+|de\s+|del\s+)?|\.)"
    return tuple(
        re.compile(form)
        for form in (
            r"(?<![\w-])(?P<year>(?:19|20)\d\d)[-/](?P<number>\d{1,2})[-/](?P<day>\d{1,2})(?!\w)",
            r"(?<![\w/.])(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)(?!\w)",
            rf"(?<!\w){week}{day}\s?(?:of\s+|de\s+)?{month}(?:{of}{year})?",
            rf"(?<!\w){week}{month}\s+(?:the\s+)?{day}(?:,?\s+{year})?",
            rf"(?<!\w)(?:the\s+|der\s+|den\s+|le\s+|el\s+)?(?P<ordinal>{ordinals})\s+(?:of\s+|de\s+)?{month}(?:{of}{year})?",
            rf"(?<!\w){month}{of}{year}",
            rf"(?<!\w)(?P<season>spring|summer|autumn|fall|winter|frühling|frühjahr|sommer|herbst|printemps|été|automne"
            rf"|hiver|primavera|verano|otoño|invierno),?\s+(?:of\s+|de\s+)?{year}",
            r"(?<!\w)q(?P<quarter>[1-4])(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?(?!\w)",
            rf"(?<![\w'])(?P<alone>{months})(?!\w)",
            r"(?<![\w.,/#-])(?P<bare>(?:19|20)\d\d)(?![\w%]|[.,]\d|-\d)",
        )
    )


def _is_month(part: Part, found: re.Match[str]) -> bool:
    """Whether a month by itself is meant as one: "may" and "mars" are words too."""
    alone = found.groupdict().get("alone")
    if alone is None or alone not in lexicon().doubtful_months:
        return True
    before = re.search(r"([^\W\d_]+) $", part.small[: found.start()])
    return (
        before is not None
        and before[1] in lexicon().before_months
        and (part.text[found.start()].isupper() or part.language in ("fr", "es"))
    )


def _readings(found: re.Match[str], today: date) -> list[When] | None:
    """What a written date may mean; None if it is no date; empty if it is one that cannot be."""
    has = {name: value for name, value in found.groupdict().items() if value}
    if "bare" in has:
        year = int(has["bare"])
        return [When(date(year, 1, 1), date(year, 12, 31), True, "year")]
    known = lexicon()
    dated = "year" in has
    year = _year(has["year"]) if dated else today.year
    if "season" in has:
        return [When(*stretch, True, "span") for stretch in season_of(year, has["season"])]
    if "quarter" in has:
        last = 3 * int(has["quarter"])
        return [When(date(year, last - 2, 1), whole_month(year, last)[1], dated, "span")]
    if "one" in has:
        one, two = int(has["one"]), int(has["two"])
        if max(one, two) > 31 or min(one, two) > 12:
            return None
        return [*_day(year, two, one, dated=True), *(_day(year, one, two, dated=True) if one != two else [])]
    if "number" in has:
        return _day(year, int(has["number"]), int(has["day"]), dated=True)
    month = known.months[(has.get("month") or has["alone"]).rstrip(".")]
    number = known.ordinals[has["ordinal"]] if "ordinal" in has else int(has.get("day", 0))
    if not number:
        return [When(*whole_month(year, month), dated, "month")]
    if number > 31:
        return None
    days = _day(year, month, number, dated=dated)
    if "weekday" in has and not dated:
        days = [one for near in (-1, 0, 1) for one in _day(year + near, month, number, dated=True)]
    return [one for one in days if "weekday" not in has or one.first.weekday() == known.weekdays[has["weekday"]]]


def _year(text: str) -> int:
    digits = text.lstrip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def days_said(part: Part, start: int, end: int) -> list[tuple[date, date]]:
    """Return the stretches of days that the dates between two places may mean, each near year's where none is said."""
    made = []
    taken: list[Span] = []
    for form in _forms():
        for found in form.finditer(part.small, start, end):
            span = Span(*found.span())
            readings = None if any(span.meets(one) for one in taken) else _readings(found, part.context.today)
            if readings is not None and _is_month(part, found):
                taken.append(span)
                near = {when: (0,) if when.dated else (0, -1, 1) for when in readings}
                made += [(_shifted(w.first, years), _shifted(w.last, years)) for w in readings for years in near[w]]
    return made


def _day(year: int, month: int, day: int, *, dated: bool) -> list[When]:
    try:
        one = date(year, month, day)
    except ValueError:
        return []
    return [When(one, one, dated, "day")]


def _judged(part: Part, span: Span, readings: list[When]) -> Iterator[Found]:
    held = [source for when in readings for source in _holding(part, when)]
    fitting = next(_of_kind(part, span, held, readings), None)
    if fitting is not None:
        yield Found(*span, "date", fitting)
    elif held:
        yield Found(*span, "date", label=f"the date of {held[0].fact.label}, not of this")
    elif _on_record(part, readings) or _proposed(part, span, readings) or _of_others(part, span):
        yield Found(*span, "date", note=ON_RECORD)
    else:
        yield Found(*span, "date")


def _of_others(part: Part, span: Span) -> bool:
    """Whether a day is of something that is not the customer's: "our catalogue comes out on 1 November"."""
    behind = min(span.end + 2, part.sentence_at(span.start).end - 1)
    if phrase("ourselves").search(part.small, *part.clause_at(behind)):
        return True
    return not part.is_theirs(span.start) and not phrase("past").search(part.small, *part.sentence_at(span.start))


def _on_record(part: Part, readings: list[When]) -> bool:
    """Whether something of theirs happened then though no ticked fact says so."""
    record, years = part.context.record, (0, -1, 1)
    return any(
        record.falls_on(_shifted(when.first, near), _shifted(when.last, near))
        for when in readings
        for near in ((0,) if when.dated else years)
    )


def _shifted(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def _proposed(part: Part, span: Span, readings: list[When]) -> bool:
    """Whether a day to come is only proposed, or the time until it is spoken of."""
    today = part.context.today
    ahead = [
        day
        for when in readings
        for near in ((0,) if when.dated else (0, 1))
        for day in (when.last + timedelta(_NEAR_DAYS * near),)
        if 0 <= (day - today).days <= _PROPOSED_DAYS
    ]
    past = phrase("past").search(part.small, *part.clause_at(span.start))
    return bool(ahead) and part.is_open(span.start) and not past


def _holding(part: Part, when: When) -> Iterator[Source]:
    sources, today = part.sources, part.context.today
    if when.unit in ("day", "span"):
        yield from (source for source, day in sources.days if _same(day, when, today))
    elif when.unit == "month":
        for source, year, month in sources.months:
            near = abs((date(year, month, 15) - today).days) <= _NEAR_MONTH_DAYS
            if month == when.first.month and (year == when.first.year if when.dated else near):
                yield source
    else:
        yield from (source for source, year in sources.years if year == when.first.year)


def _same(day: date, when: When, today: date) -> bool:
    if when.dated or when.unit == "span":
        return when.first <= day <= when.last
    return (day.month, day.day) == (when.first.month, when.first.day) and abs((day - today).days) <= _NEAR_DAYS


def _of_kind(part: Part, span: Span, held: list[Source], readings: list[When]) -> Iterator[Source]:
    """The sources of the kind of the thing whose date the text names, or whose own words date that thing so."""
    things = _things(part.small, span, part.clause_at(span.start).start)
    for source in held:
        own = not things or (any(source.fact.group in GROUPS_OF[one] for one in things) and not source.is_activity)
        told = readings[0].unit == "month" and things & {lexicon().things.get(word) for word in source.said.split()}
        if own or told or any(_days(one) & _days(when) for one in _dates_of(source, things) for when in readings):
            yield source


def _things(small: str, span: Span, start: int) -> frozenset[str]:
    """The things that may have a date, where the words beside it name some: "your order of …", "the … review"."""
    before = re.split(r"[.,;]", small[start : span.start])[-1]
    if phrase("since").search(re.sub(r"(?:since|seit|depuis|desde) $", "", before)):
        return frozenset({"customer"})
    if _BEGUN.search(before):
        return frozenset()
    known = lexicon().things
    behind = re.match(r" ([^\W\d_]+)", small[span.end :])
    near = [*re.findall(r"[^\W\d_]+", before)[-5:], *([behind[1]] if behind else [])]
    return frozenset(known[word] for word in near if word in known)


def _days(when: When) -> frozenset[tuple[int, int]]:
    return frozenset({(when.first.month, when.first.day)}) if when.unit == "day" else frozenset()


def _dates_of(source: Source, things: frozenset[str]) -> Iterator[When]:
    """The days that a fact's own words give some things: "late delivery of the order of 7 Sep"."""
    for form in _forms()[:6]:
        for found in form.finditer(source.said):
            if _things(source.said, Span(*found.span()), 0) & things:
                yield from _readings(found, _ANY_DAY) or ()


def _relative(part: Part, span: Span, found: re.Match[str]) -> Iterator[Found]:
    today = part.context.today
    meant = stretches(today, found)
    held = [source for first, last in meant for source in _between(part, first, last)]
    readings = [When(first, last, True, "span") for first, last in meant]
    fitting = next(_of_kind(part, span, held, readings), None)
    past = phrase("past").search(part.small, *part.clause_at(span.start))
    to_come = not meant or any(last >= today for _, last in meant)
    known = any(part.context.record.falls_on(*one) for one in meant)
    if fitting is None and to_come and not past and (part.is_open(span.start) or all(f <= today for f, _ in meant)):
        known = True
    known = known or (fitting is None and _of_others(part, span))
    yield Found(*span, "date", fitting, note=ON_RECORD if known and fitting is None else "")


def _between(part: Part, first: date, last: date) -> Iterator[Source]:
    yield from (source for source, day in part.sources.days if first <= day <= last)
    if (last - first).days > _MOST_OF_A_MONTH:
        for source, year, month in part.sources.months:
            if first <= date(year, month, 15) <= last:
                yield source
