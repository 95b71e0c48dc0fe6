"""By which day a customer asks for an answer, in plain words of four languages: "before Tuesday", "bis Montag".

A day counts where its words ask for something by it. Days that are over, opening hours, holidays and greetings name
days too, and set no limit. The words are under ``[asked]`` in `resources/lexicon`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from services.distress.lexicon import lexicons, plain
from services.distress.weighed_words import SENTENCE, own_words

_FRIDAY: Final = 4
_WEEK: Final = 7
_CLAUSE: Final = re.compile(r"[,:()–—]+")
#: A line that goes on in the next one, and a stop behind a number that ends no sentence.
_GOES_ON: Final = re.compile(r"(?<![.!?;:\n])\n(?!\n)|(?<=\d)\.\s+(?=\w)|(?<=\bstd)\.")
#: Days that need no word before them where somebody asks, how many days away they are, and where their week ends.
_AHEAD: Final = {"today": 0, "tomorrow": 1, "day_after": 2}
_ENDS: Final = ("this_week", "next_week", "month_end", "year_end")
_UNITS: Final = ("hours", "working_days", "days", "weeks")
_MARKS: Final = ("by", "before", "within", "until", "in", "on")
_STRONG: Final = frozenset({"by", "before", "within"})
_CUES: Final = ("asks", "past", "no_limit", "latest", "week_after", "from_now", "part")


class _Language(NamedTuple):
    """One language's patterns: of days, of the words before one, and of what else tells; and its words by number."""

    day: re.Pattern[str]
    marks: Mapping[str, re.Pattern[str]]
    cues: Mapping[str, re.Pattern[str]]
    numbers: Mapping[str, int]


class _Found(NamedTuple):
    """A day in a clause: its groups, the word that goes before, and what stands on both sides of it."""

    said: Mapping[str, str | None]
    mark: str
    near: str
    behind: str
    clause: str


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(_language(file["asked"], file["week_days"]) for file in lexicons())


def _language(asked: Mapping[str, Any], week_days: str) -> _Language:
    months, amounts = _numbered(asked["months"], 1), _numbered(asked["numbers"], 1)
    days = _numbered(week_days, 0) | _numbered(asked["short_days"], 0)
    months |= {word[:3]: number for word, number in months.items()}
    month, week_day, amount = (_any(words) for words in (months, days, amounts))
    units = "|".join(f"(?P<{name}>{asked[name]})" for name in _UNITS)
    named = "|".join(f"(?P<{name}>{asked[name]})" for name in (*_AHEAD, *reversed(_ENDS)))
    ordinal = f"(?:{asked['ordinal']})"
    day = (
        rf"(?<!\w)(?:(?P<amount>\d{{1,3}}|{amount}) ?(?:{units})|{named}|"
        rf"(?:(?P<named_day>{week_day}),? (?:(?:{asked['article']}) )?(?!{asked['part']}))?"
        rf"(?:(?P<number>\d{{1,2}})(?:(?:\.|(?P<slash>/))(?P<in_month>\d{{1,2}})\.?"
        rf"|(?P<ordinal>{ordinal})?(?: (?:of |de )?(?P<month>{month}))?)"
        rf"|(?P<month_first>{month}) (?P<its_number>\d{{1,2}}){ordinal}?)"
        rf"(?:(?:[./]|,? (?:del? )?(?=20\d\d))(?P<year>(?:20)?\d\d))?|(?P<week_day>{week_day}))(?!\w|[:.]\d)"
    )
    between = rf"(?: (?:{asked['article']}|{asked['next']}|{asked['part']}))*,? $"
    return _Language(
        re.compile(day),
        {name: re.compile(rf"\b(?:{asked[name]}){between}") for name in _MARKS},
        {name: re.compile(rf"\b(?:{asked[name]})(?!\w)") for name in _CUES},
        days | {f"month {word}": number for word, number in months.items()} | amounts,
    )


def _numbered(text: str, first: int) -> dict[str, int]:
    """Words by their place; those of one place are joined by ``|``."""
    return {word: number for number, same in enumerate(text.split(), first) for word in same.split("|")}


def _any(words: Mapping[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def read_answer_day(text: str, day: date) -> date | None:
    """Return the last day on which an answer is in time to what a customer wrote on a day, None without a limit.

    What they call the latest day counts before what they only ask for, and of equal ones the earliest.
    """
    found = [
        one
        for sentence in SENTENCE.findall(_GOES_ON.sub(" ", plain(own_words(text))))
        for language in _languages()
        for one in _asked(sentence, language, day)
    ]
    return min(found)[1] if found else None


def _asked(sentence: str, language: _Language, day: date) -> Iterator[tuple[bool, date]]:
    """The days by which a sentence asks for something, each with whether it is not called the latest."""
    latest, asked = (language.cues[name].search(sentence) is not None for name in ("latest", "asks"))
    for match in language.day.finditer(sentence):
        one = _in_its_clause(sentence, match, language)
        bare = not one.mark and not any(one.said[name] for name in (*_AHEAD, *_ENDS))
        exclaims = not _CLAUSE.sub("", sentence.replace(match[0], "", 1)).strip(" !") and "!" in sentence
        if language.cues["past"].search(one.clause) or (not latest and language.cues["no_limit"].search(one.clause)):
            continue
        near = one.mark in ("", "on")
        asks = not bare and language.cues["asks"].search(one.clause) is not None if near else asked
        if not (latest or one.mark in _STRONG or exclaims or asks):
            continue
        with suppress(ValueError):  # no such day, as the 31st of June
            last = _last_day(one, language, day)
            if last is not None and last >= day:
                yield not latest, last


def _in_its_clause(sentence: str, match: re.Match[str], language: _Language) -> _Found:
    ahead, behind = sentence[: match.start()], sentence[match.end() :]
    before = ahead.rstrip() + " "
    mark = next((name for name in _MARKS if language.marks[name].search(before)), "")
    near = before[language.marks[mark].search(before).start() :] if mark else " ".join(before.split()[-1:])  # type: ignore[union-attr]
    if match["amount"] and mark not in ("within", "in", "by", "before"):
        mark = "within" if language.cues["from_now"].match(behind.lstrip(" ,")) else ""
    clause = _CLAUSE.split(ahead)[-1] + match[0] + _CLAUSE.split(behind)[0]
    return _Found(match.groupdict(), mark, near, behind.lstrip(" ,"), clause)


def _last_day(one: _Found, language: _Language, day: date) -> date | None:
    """The day that is named, or the one before it; None of a bare number."""
    said = one.said
    timed = language.cues["part"].match(one.behind) or language.cues["part"].search(one.near)
    back = timedelta(days=one.mark == "before" and not timed)
    if said["amount"]:
        return _after(said, language, day) if one.mark else None
    if said["week_day"]:
        return _on_week_day(said["week_day"], one, language, day, back)
    for name, days in _AHEAD.items():
        if said[name]:
            return day + timedelta(days=days) - back
    if said["this_week"] or said["next_week"]:
        ahead = (_FRIDAY - day.weekday()) % _WEEK
        return day + timedelta(days=ahead + _WEEK * bool(said["next_week"]))
    if said["month_end"] or said["year_end"]:
        month = 12 if said["year_end"] else day.month
        return date(day.year, month, calendar.monthrange(day.year, month)[1])
    return _dated(one, language, day, back) if one.mark else None


def _after(said: Mapping[str, str | None], language: _Language, day: date) -> date:
    amount = said["amount"] or ""
    number = int(amount) if amount.isdigit() else language.numbers[amount]
    if said["hours"]:
        return day + timedelta(days=-(-number // 24) if number >= 24 else 0)
    if said["working_days"]:
        while number:
            day += timedelta(days=1)
            number -= day.weekday() <= _FRIDAY
        return day
    return day + timedelta(days=number * (_WEEK if said["weeks"] else 1))


def _on_week_day(named: str, one: _Found, language: _Language, day: date, back: timedelta) -> date:
    """The next day of that name, which is never the day itself."""
    number, following = language.numbers[named], language.cues["week_after"]
    if following.match(one.behind) or following.search(one.near):
        return day + timedelta(days=_WEEK - day.weekday() + number) - back
    return day + timedelta(days=(number - day.weekday()) % _WEEK or _WEEK) - back


def _dated(one: _Found, language: _Language, day: date, back: timedelta) -> date | None:
    """The next day of that date; a number alone is one only behind an article, as an ordinal or with its week day."""
    said, named_day = one.said, one.said["named_day"]
    number = int(said["number"] or said["its_number"] or 0)
    named = said["month"] or said["month_first"]
    month = language.numbers[f"month {named}"] if named else int(said["in_month"] or 0)
    if month:
        return _in_month(said, number, month, day, back)
    if not named_day and (
        (not said["ordinal"] and len(one.near.split()) <= 1) or language.cues["part"].match(f"{number} {one.behind}")
    ):
        return None
    found = day.replace(day=number)
    if found - back < day:
        found = (found.replace(day=1) + timedelta(days=32)).replace(day=number)
    if named_day and not said["ordinal"] and found.weekday() != language.numbers[named_day]:
        return _on_week_day(named_day, one, language, day, back)  # the number counts something else
    return found - back


def _in_month(said: Mapping[str, str | None], number: int, month: int, day: date, back: timedelta) -> date | None:
    """Return the date in its year or the next; where 30/11 gives none to come, read it as 11/30."""
    year = int(f"20{said['year'][-2:]}") if said["year"] else None
    for its_month, its_day in ((month, number), (number, month))[: 2 if said["slash"] else 1]:
        for one in (day.year, day.year + 1) if year is None else (year,):
            with suppress(ValueError):  # no such day, as the 31st of June
                if (found := date(one, its_month, its_day) - back) >= day:
                    return found
    return None
