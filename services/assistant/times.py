"""Periods in words: "in the last 30 days", "since March", "last quarter", "next 60 days", "between 1 and 15 May"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.assistant.tokens import Token
from services.metrics.periods import months_later, start_of

_MONTHS: Final = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
_UNITS: Final = {"day": "d", "week": "w", "month": "m", "quarter": "q", "year": "y"}
_LEAD: Final = ("in", "over", "within", "during", "for", "from", "of", "on", "since", "across", "through", "throughout")
_BEHIND: Final = frozenset({"last", "past", "previous", "preceding", "trailing", "latest", "recent"})
_AHEAD: Final = frozenset({"next", "coming", "upcoming", "following"})
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_YEARS: Final = range(1990, 2100)
#: The month that a season begins with.
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
WEEKDAYS: Final = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_DENIALS: Final = frozenset({"not", "never", "nothing", "no", "without"})
_NOW: Final = frozenset({"morning", "afternoon", "evening"})


#: Words of which periods are made.
TIME_WORDS: Final = frozenset({
    *_MONTHS, *_UNITS, *_SEASONS, *WEEKDAYS, *_LEAD, *_BEHIND, *_AHEAD, *_ORDINALS, *_NOW, "today", "yesterday",
    "recently", "lately", "ytd", "this", "current", "until", "till", "between", "before", "couple", "half", "hour",
    "minute", "overnight", "weekend", "christmas", "thanksgiving", "easter", "black", "tonight",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Time:
    """A period that a question names.

    Attributes
    ----------
    text
        As `services.metrics` reads it; '' for days to come.
    first, last
        Of days to come, and of "this month" all of its days; None otherwise.
    """

    text: str
    first: date | None = None
    last: date | None = None


def time_at(tokens: Sequence[Token], at: int, today: date) -> tuple[int, Time] | None:
    """Return the period that begins at a token, and the place after it; None where none begins.

    Parameters
    ----------
    today
        The last day of the data: "the last 30 days" end there.
    """
    words = [one.word for one in tokens]
    start = at
    while start < len(words) and words[start] in _LEAD and start - at < 2:
        start += 1
    since = "since" in words[at:start] or "from" in words[at:start]
    article = start < len(words) and words[start] == "the"
    begun = start + article
    if begun >= len(words):
        return None
    if words[begun] in ("last", "this", "past") and begun + 1 < len(words) and words[begun + 1] in _MONTHS:
        begun += 1  # the latest month of that name
    found = (
        _rolling(tokens, begun, today)
        or _season(words, at, begun, start > at, since, today)
        or (
            None
            if tokens[begun].said.endswith("s") and tokens[begun].said != "christmas"
            else _occasion(words, begun, since, today)
        )
        or _half(words, begun, since, today)
        or _named(words, begun, start > at, article, today)
        or _calendar(tokens, begun, since, begun > at, today)
    )
    if found is None and start > at and words[at] in ("in", "for", "since"):
        found = _bare(tokens, start)
    if found is None and words[at] in ("between", "from"):
        found = _between(tokens, at + 1, today)
    if found is None and words[at] in ("before", "until", "till", "by"):
        found = _before_occasion(words, at + 1, today)
        if found is None and words[at] != "by":
            found = _until(tokens, at + 1, today)
    return found


def _season(words: Sequence[str], at: int, begun: int, led: bool, since: bool, today: date) -> tuple[int, Time] | None:
    """``this autumn``, ``last winter``, ``since the summer``, ``in spring 2025``.

    Of somebody who has not bought since the summer, the summer's own orders are no news: the days after it count.
    """
    which = words[begun] if words[begun] in ("this", "last", "past", "previous", "next") else ""
    name = words[begun + bool(which)] if begun + bool(which) < len(words) else ""
    if name not in _SEASONS or (name == "fall" and not (which or led)):
        return None
    end = begun + bool(which) + 1
    year = int(words[end]) if end < len(words) and words[end].isdigit() and int(words[end]) in _YEARS else 0
    first = date(year or today.year, _SEASONS[name], 1)
    if not year and which == "next":
        first = first if first > today else months_later(first, 12)
        return end, Time("", first, months_later(first, 3) - timedelta(days=1))
    while not year and (first > today or (which == "last" and months_later(first, 3) > today)):
        first = months_later(first, -12)
    after = months_later(first, 3)
    if since:
        denied = bool(_DENIALS & set(words[max(0, at - 6) : at]))
        return end + bool(year), Time(f"{after if denied and after <= today else first}..{today}")
    return end + bool(year), Time(f"{first}..{after - timedelta(days=1)}")


def _occasion_day(words: Sequence[str], at: int, year: int) -> tuple[int, date] | None:
    """The place after a holiday, and its day in a year."""
    thanksgiving = date(year, 11, 22) + timedelta(days=(3 - date(year, 11, 22).weekday()) % 7)
    if words[at : at + 2] == ["black", "friday"]:
        return at + 2, thanksgiving + timedelta(days=1)
    if words[at : at + 1] == ["easter"]:
        from dateutil.easter import easter

        return at + 1, easter(year)
    days = {"christma": date(year, 12, 25), "christmas": date(year, 12, 25), "xmas": date(year, 12, 25),
            "thanksgiving": thanksgiving, "halloween": date(year, 10, 31)}  # fmt: skip
    word = words[at] if at < len(words) else ""
    return (at + 1, days[word]) if word in days else None


def _occasion(words: Sequence[str], at: int, since: bool, today: date) -> tuple[int, Time] | None:
    """A holiday or a day of the week, the latest one."""
    word, weekend = words[at], [*words[at : at + 2], ""]
    number = WEEKDAYS.get(word)
    if number is not None and not (at and words[at - 1] in ("by", "per", "each", "every")):
        day = today - timedelta(days=(today.weekday() - number) % 7)
        return at + 1, Time(f"{day}..{today if since else day}")
    if "weekend" in weekend[: 1 + (word in ("last", "this", "past"))]:
        day = today - timedelta(days=(today.weekday() - 5) % 7)
        last = min(today, day + timedelta(days=1))
        return at + 1 + (word != "weekend"), Time(f"{day}..{today if since else last}")
    for year in (today.year, today.year - 1):
        known = _occasion_day(words, at + (word == "last"), year)
        if known is not None and known[1] <= today:
            return known[0], Time(f"{known[1]}..{today if since else known[1]}")
    return None


def _before_occasion(words: Sequence[str], at: int, today: date) -> tuple[int, Time] | None:
    """The days up to a holiday that lies ahead, or by a day of the week."""
    for year in (today.year, today.year + 1):
        known = _occasion_day(words, at, year)
        if known is not None and known[1] > today:
            return known[0], Time("", today + timedelta(days=1), known[1] - timedelta(days=1))
    number = WEEKDAYS.get(words[at]) if at < len(words) else None
    if number is None:
        return None
    return at + 1, Time("", today, today + timedelta(days=(number - today.weekday() - 1) % 7 + 1))


def _half(words: Sequence[str], at: int, since: bool, today: date) -> tuple[int, Time] | None:
    """``h1 2026``, ``the first half of the year``."""
    word, end = words[at], at + 1
    if word in ("first", "second", "1st", "2nd") and words[end : end + 1] == ["half"]:
        second, end = word in ("second", "2nd"), end + 1
        end += words[end : end + 1] == ["of"]
        end += words[end : end + 1] == ["the"]
        end += words[end : end + 1] == ["year"]
        end += words[end : end + 1] == ["this"] and words[end + 1 : end + 2] == ["year"]
    elif word in ("h1", "h2"):
        second = word == "h2"
    else:
        return None
    year = int(words[end]) if end < len(words) and words[end].isdigit() and int(words[end]) in _YEARS else 0
    first = date(year or today.year, 7 if second else 1, 1)
    if first > today and not year:
        first = months_later(first, -12)
    last = today if since else months_later(first, 6) - timedelta(days=1)
    return end + bool(year), Time(f"{first}..{last}")


def _amount(tokens: Sequence[Token], at: int) -> tuple[int, float] | None:
    if at >= len(tokens):
        return None
    if tokens[at].number is not None and not tokens[at].word.startswith("#"):
        number, after = tokens[at].number or 0.0, at + 1
        if after < len(tokens) and tokens[after].word == "hundred":
            number, after = number * 100, after + 1
        return after, number
    if tokens[at].word == "couple":
        return at + 1 + (at + 1 < len(tokens) and tokens[at + 1].word == "of"), 2.0
    return None


def _length(number: float, unit: str) -> str | None:
    if number != int(number) or not 1 <= number <= 9_999:
        return None
    return f"{int(number) * 3}m" if unit == "quarter" else f"{int(number)}{_UNITS[unit]}"


def _rolling(tokens: Sequence[Token], at: int, today: date) -> tuple[int, Time] | None:
    """The last N days, the next N days."""
    word = tokens[at].word
    if word not in _BEHIND and word not in _AHEAD:
        return None
    known = _amount(tokens, at + 1)
    if known is None or known[0] >= len(tokens) or tokens[known[0]].word not in _UNITS:
        return None
    after, number = known
    text = _length(number, tokens[after].word)
    if text is None:
        return None
    return (after + 1, Time(text)) if word in _BEHIND else (after + 1, _ahead(text, today))


def _ahead(text: str, today: date) -> Time:
    number, unit = int(text[:-1]), text[-1]
    if unit in "dw":
        return Time("", today + timedelta(days=1), today + timedelta(days=number * (7 if unit == "w" else 1)))
    return Time("", today + timedelta(days=1), months_later(today, number * (12 if unit == "y" else 1)))


def _named(words: Sequence[str], at: int, led: bool, article: bool, today: date) -> tuple[int, Time] | None:
    """Yesterday, last month, this quarter, next week, year to date."""
    word = words[at]
    unit = words[at + 1] if at + 1 < len(words) else ""
    if word in ("recently", "lately"):
        return at + 1, Time("30d")
    if word == "overnight":
        return at + 1, Time(f"{today - timedelta(days=1)}..{today}")
    if word == "tonight" or (word in ("this", "today") and unit in _NOW):
        return at + (1 if word == "tonight" else 2), Time(f"{today}..{today}")
    if word in _UNITS and words[at + 1 : at + 3] == ["before", "last"]:
        end = start_of(start_of(today, word) - timedelta(days=1), word) - timedelta(days=1)
        return at + 3, Time(f"{start_of(end, word)}..{end}")
    if word in ("end", "close") and (led or article) and words[at + 1 : at + 2] == ["of"]:
        known = next((each for each in range(at + 2, min(at + 5, len(words))) if words[each] in _UNITS), None)
        if known is not None and set(words[at + 2 : known]) <= {"this", "the", "current"}:
            return known + 1, Time("", today + timedelta(days=1), _after(start_of(today, words[known]), words[known])
                                   - timedelta(days=1))  # fmt: skip
    if word in ("today", "yesterday"):
        day = today - timedelta(days=word == "yesterday")
        return at + 1, Time(f"{day}..{day}")
    if word == "ytd" or words[at : at + 3] == ["year", "to", "date"]:
        return at + (1 if word == "ytd" else 3), Time(str(today.year))
    if words[at : at + 2] == ["all", "time"]:
        return at + 2, Time("all")
    if word == "half" and words[at + 1 : at + 3] == ["a", "year"]:
        return at + 3, Time("6m")
    if unit not in _UNITS:
        return None
    if word in ("this", "current"):
        begin = start_of(today, unit)
        return at + 2, Time(f"{begin}..{today}", begin, _after(begin, unit) - timedelta(days=1))
    if word in _AHEAD:
        begin = _after(start_of(today, unit), unit)
        return at + 2, Time("", begin, _after(begin, unit) - timedelta(days=1))
    if word in _BEHIND:
        rolling = word in ("past", "trailing") or (led and article and unit in ("month", "year", "week"))
        if rolling or unit == "day":
            return at + 2, Time({"day": "1d", "week": "7d", "month": "1m", "quarter": "3m", "year": "12m"}[unit])
        end = start_of(today, unit) - timedelta(days=1)
        return at + 2, Time(f"{start_of(end, unit)}..{end}")
    if word in ("a", "1", "one") and led and unit in ("week", "month", "quarter", "year"):
        return at + 2, Time({"week": "7d", "month": "1m", "quarter": "3m", "year": "12m"}[unit])
    return None


def _after(start: date, unit: str) -> date:
    if unit in ("day", "week"):
        return start + timedelta(days=7 if unit == "week" else 1)
    return months_later(start, {"month": 1, "quarter": 3, "year": 12}[unit])


def _bare(tokens: Sequence[Token], at: int) -> tuple[int, Time] | None:
    """``in 60 days``, ``for six months``."""
    known = _amount(tokens, at)
    if known is None or known[0] >= len(tokens) or tokens[known[0]].word not in _UNITS:
        return None
    text = _length(known[1], tokens[known[0]].word)
    return (known[0] + 1, Time(text)) if text else None


def _day(tokens: Sequence[Token], at: int, today: date) -> tuple[int, date, date] | None:
    """A day, a month or a year at a place: the place after it, its first and its last day."""
    if at >= len(tokens):
        return None
    token, word = tokens[at], tokens[at].word
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        try:
            day = date.fromisoformat(word)
        except ValueError:
            return None
        return at + 1, day, day
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    number = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word)
    if number and after in ("st", "nd", "rd", "th", "of") and at + 2 < len(tokens):
        at, after = at + 1, tokens[at + 2].word
    if number and after in _MONTHS:
        return _of_month(tokens, at + 2, _MONTHS[after], int(number[1]), today)
    if word in _MONTHS:
        follows = re.fullmatch(r"\d{1,2}", after)
        if follows and 1 <= int(after) <= 31:
            return _of_month(tokens, at + 2, _MONTHS[word], int(after), today)
        return _of_month(tokens, at + 1, _MONTHS[word], 0, today)
    quarter = re.fullmatch(r"q([1-4])", word) or (_ORDINALS.get(word) and after == "quarter")
    if quarter:
        which = int(quarter[1]) if isinstance(quarter, re.Match) else _ORDINALS[word]
        end, year = _year(tokens, at + (1 if isinstance(quarter, re.Match) else 2))
        chosen = year or (today.year if date(today.year, 3 * which - 2, 1) <= today else today.year - 1)
        first = date(chosen, 3 * which - 2, 1)
        return end, first, months_later(first, 3) - timedelta(days=1)
    if token.number in _YEARS and len(word) == 4:
        year = int(token.number or 0)
        return at + 1, date(year, 1, 1), date(year, 12, 31)
    return None


def _year(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    of = at + (at < len(tokens) and tokens[at].word in ("of", ","))
    if of < len(tokens) and tokens[of].number in _YEARS and len(tokens[of].word) == 4:
        return of + 1, int(tokens[of].number or 0)
    return at, 0


def _of_month(tokens: Sequence[Token], at: int, month: int, day: int, today: date) -> tuple[int, date, date] | None:
    end, year = _year(tokens, at)
    chosen = year or (today.year if date(today.year, month, 1) <= today else today.year - 1)
    try:
        first = date(chosen, month, day or 1)
    except ValueError:
        return None
    return end, first, first if day else months_later(first, 1) - timedelta(days=1)


def _calendar(tokens: Sequence[Token], at: int, since: bool, led: bool, today: date) -> tuple[int, Time] | None:
    known = _day(tokens, at, today)
    if known is None:
        return None
    end, first, last = known
    word = tokens[at].word
    if word in ("may", "mar", "sun", "dec") and not led and end == at + 1:
        return None  # "may" is a verb too
    if end < len(tokens) and tokens[end].word in ("to", "until", "till", "through", "and") and (led or since):
        other = _day(tokens, end + 1, today)
        if other is not None and other[2] >= first:
            return other[0], Time(f"{first}..{other[2]}")
    if since:
        return end, Time(f"{first}..{max(today, first)}")
    return end, Time(f"{first}..{last}") if first <= today else Time("", first, last)


def _between(tokens: Sequence[Token], at: int, today: date) -> tuple[int, Time] | None:
    one = _day(tokens, at, today)
    if one is None or one[0] >= len(tokens) or tokens[one[0]].word not in ("and", "to", "until"):
        return None
    other = _day(tokens, one[0] + 1, today)
    return (other[0], Time(f"{one[1]}..{other[2]}")) if other is not None and other[2] >= one[1] else None


def _until(tokens: Sequence[Token], at: int, today: date) -> tuple[int, Time] | None:
    at += at < len(tokens) and tokens[at].word == "the"
    ends = [one.word for one in tokens[at : at + 2]] == ["end", "of"]
    known = _day(tokens, at + 2 * ends, today)
    if known is None:
        return None
    if ends:  # "before the end of January": the next one
        last = known[2] if known[2] >= today else months_later(known[1], 13) - timedelta(days=1)
        return known[0], Time("", today + timedelta(days=1), last)
    return known[0], Time(f"1990-01-01..{known[1] - timedelta(days=1)}")
