"""Figures of the catalogue in words: with their unit, their change, and as the cells of a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.values.dashboards import FEW, TileAnswer
from models.values.metrics import Answer, Column, Value
from models.values.words import day_of, in_unit, listed, percent, whole
from views.charts.bars import Bar
from views.words import DASH, DOT, MONTHS, THIN, counted, short_day

#: A larger change in % tells less than how many times.
_MOST = 1000
_FIGURES = frozenset({"count", "number", "money", "percent", "score", "hours", "days"})
#: Groups whose names are words of the program or of a system, not names that somebody gave.
_IN_OWN_WORDS = frozenset(
    {
        "channel", "kind", "status", "priority", "sentiment", "sentiment_step", "standing", "severity", "state",
        "main_reason", "why_to_act", "risk_in_words", "churn_band", "health_band", "tenure_band", "value_band",
        "nps_group", "campaign_kind", "direction", "outcome", "consent", "confidence", "trend",
    }
)  # fmt: skip


def is_figure(column: Column) -> bool:
    """Return whether a column holds numbers."""
    return column.unit in _FIGURES


def said(value: Value, unit: str, currency: str, *, short: bool = False) -> str:
    """Return a value in words; ``short``: money in at most four figures."""
    if value is None:
        return DASH
    if isinstance(value, str):
        day = day_of(value) if unit == "day" else None
        return short_day(day, date.max.replace(year=day.year)) + f" {day.year}" if day is not None else value
    if unit == "flag":
        return "yes" if value else "no"
    return in_unit(value, unit, currency, short=short)


def group(name: str, value: Value, titles: str = "") -> str:
    """Return the name of a group: of a month or week as a calendar has it, of no value in words."""
    if value is None:
        return f"No {(titles or name).lower()}"
    text = str(value)
    if name.endswith("month"):
        return f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}"
    if name in ("week", "day"):
        day = date.fromisoformat(text)
        return f"{day.day} {MONTHS[day.month - 1]}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _own_words(name, text)


def cell_words(column: Column, value: Value, currency: str) -> str:
    """Return a value of a row in words; those of the program and of systems begin with a capital."""
    return _own_words(column.name, said(value, column.unit, currency))


def _own_words(name: str, text: str) -> str:
    return text[:1].upper() + text[1:] if name in _IN_OWN_WORDS and text.islower() else text


def group_of(column: Column, value: Value, titles: str = "") -> str:
    """Return the name of a group under a column; a flag as yes or no, a day as a calendar has it."""
    in_words = column.unit == "flag" or (column.unit == "day" and value is not None)
    return said(value, column.unit, "").capitalize() if in_words else group(column.name, value, titles)


def with_cut(name: str, cut: str) -> str:
    """Return the name of a group with how it is cut off: "Nov 2026, so far"."""
    return f"{name}, {cut}" if cut else name


def groups(shown: TileAnswer, row: int, *, cut: bool = True) -> list[str]:
    """Return the names of a row's group, one for each dimension; ``cut``: with how one is cut off, "2026, so far"."""
    answer = shown.answer
    named = zip(answer.columns, answer.rows[row], strict=True)
    return [
        with_cut(group_of(column, value, column.title), answer.cut(row, column.name) if cut else "")
        for column, value in list(named)[: len(shown.query.by)]
    ]


def range_words(answer: Answer, name: str, row: int) -> str:
    """Return the 95 % range of a share, on a line of its own; '' of other figures."""
    known = answer.intervals.get(name, ())
    found = known[row] if row < len(known) else None
    if found is None:
        return ""
    return f"\n95{THIN}% range {percent(found.low)} to {percent(found.high)}, of {whole(found.rows)}"


def of_words(answer: Answer, name: str, row: int) -> str:
    """Return of how many rows a share is, as "145 of 182"; '' of other figures."""
    known, share = answer.intervals.get(name, ()), answer.cells(row)[name]
    found = known[row] if row < len(known) else None
    if found is None or not isinstance(share, int | float):
        return ""
    return f"{whole(round(share * found.rows))} of {whole(found.rows)}"


def left_out_words(answer: Answer) -> str:
    """Return what a sum of money leaves out, as its currency has no rate; '' of sums that are whole."""
    rows = max((int(one.figures[0]) for one in answer.noted if one.code == "without_rate"), default=0)
    return f"without {counted(rows, 'row')} that {'has' if rows == 1 else 'have'} no exchange rate" if rows else ""


def change(now: Value, before: Value, unit: str, better: str) -> tuple[str, str]:
    """Return a change as "▲ 12 %" or "▼ 2 pts", and the ink that says whether it is good; ('', 'ink_2') without one."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return "", "ink_2"
    if unit != "money" and said(now, unit, "") == said(before, unit, ""):
        return "as before", "ink_2"
    if unit == "percent":
        size: float = int(whole(100 * now).replace(",", "")) - int(whole(100 * before).replace(",", ""))
        text = counted(abs(int(size)), "pt")
    elif unit in ("score", "number"):
        places = 1 if unit == "score" else 2
        size = round(now, places) - round(before, places)
        text = f"{abs(size):.{places}f}"
    elif not before:
        return "", "ink_2"
    else:
        size = 100 * (now - before) / abs(before)
        text = f"{whole(abs(size))}{THIN}%" if abs(size) < _MOST else f"{whole(abs(size) / 100)} times"
    if not size:
        return "as before", "ink_2"
    if not any(digit in text for digit in "123456789"):
        text = f"under 1{THIN}%"
    good = (size > 0) == (better == "higher")
    ink = "ink_2" if not better else "good_text" if good else "critical_text"
    return f"{'▲' if size > 0 else '▼'} {text}", ink


def beside_of(shown: TileAnswer) -> tuple[str, str]:
    """Return what the figure of a glimpse counts, and its other figures in two lines."""
    answer = shown.answer
    first, *others = [column for column in answer.columns if column.name in shown.query.metrics]
    cells = answer.cells(0)
    few = {one.name: FEW for one in others if answer.few.get(one.name)}
    words = [
        f"{one.title} {few.get(one.name) or said(cells[one.name], one.unit, answer.currency, short=True)}"
        for one in others
    ]
    half = -(-len(words) // 2)
    return f"{first.title[:1].lower()}{first.title[1:]}", "\n".join((DOT.join(words[:half]), DOT.join(words[half:])))


def held_words(shown: TileAnswer) -> str:
    """Return how much of the total the groups hold that are shown; '' where all are."""
    if shown.held is None:
        return ""
    answer, name = shown.answer, shown.query.metrics[0]
    unit = next(column.unit for column in answer.columns if column.name == name)
    total = said(answer.totals[name], unit, answer.currency, short=True)
    return f"The {len(answer.rows)} shown hold {percent(shown.held)} of {total}."


def table_of(shown: TileAnswer) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return a tile's figures as a table of words: headings, then rows."""
    answer = shown.answer
    if shown.changes:
        moved = [(one.title if one is whole_ else f"{whole_.title}, {one.title}", one)
                 for whole_ in shown.changes for one in (whole_, whole_.part) if one is not None]  # fmt: skip
        return ("Figure", "Before", "Now"), [
            (title, *(said(value, one.unit, answer.currency) for value in (one.before, one.now)))
            for title, one in moved
        ]
    heads = tuple(column.title for column in answer.columns)
    rows = []
    for at, row in enumerate(answer.rows):
        named = zip(answer.columns, row, strict=True)
        rows.append([with_cut(_cell(answer, one, value), answer.cut(at, one.name)) for one, value in named])
    return heads, rows


def verdict(bars: Sequence[Bar], overall: float | None) -> str:
    """Say which shares differ clearly from that of all: those whose 95 % range does not hold it; '' of one group."""
    if overall is None or len([bar for bar in bars if bar.range is not None and not bar.faint]) < 2:
        return ""
    above = [bar.name for bar in bars if _differs(bar, overall) > 0]
    below = [bar.name for bar in bars if _differs(bar, overall) < 0]
    if not above and not below:
        return f"Every 95{THIN}% range holds the overall {percent(overall)}: none is clearly higher or lower."
    told = [f"clearly {how}: {listed(names)}" for how, names in (("higher", above), ("lower", below)) if names]
    return f"Against the overall {percent(overall)}, {'; '.join(told)}."


def most_telling(bars: Sequence[Bar], overall: float | None, limit: int | None) -> list[int]:
    """Return the places of so many shares as are shown, in their order: what differs clearly, then what is known best.

    The first of them alone would be the highest, so that nobody saw the lowest.
    """

    def telling(at: int) -> tuple[bool, bool, float]:
        bar = bars[at]
        low, high = bar.range or (0.0, 1.0)
        return _differs(bar, overall) == 0, bar.faint or bar.range is None, high - low

    return sorted(sorted(range(len(bars)), key=telling)[:limit])


def _differs(bar: Bar, overall: float | None) -> int:
    """1 where a share is clearly higher than that of all, -1 where it is clearly lower, 0 where chance may be it."""
    if bar.range is None or bar.faint or overall is None:
        return 0
    return (bar.range[0] > overall) - (bar.range[1] < overall)


def _cell(answer: Answer, column: Column, value: Value) -> str:
    if not is_figure(column):
        return group_of(column, value)
    if column.name.endswith("_change") and value is not None:
        sign = "+" if isinstance(value, int | float) and value > 0 else ""
        return f"{sign}{percent(float(value))}"
    return said(value, column.unit, answer.currency)
