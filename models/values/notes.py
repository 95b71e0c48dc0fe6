"""What must be known of an answer beside its figures: values while it is made and taken apart, sentences at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from models.values.words import count, listed

#: Said once of all the metrics that they are of.
_TOGETHER: Final = frozenset({"without_rate", "apart", "through", "unmatched"})


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that must be known of an answer.

    Attributes
    ----------
    metric
        The metric that it is of; '' for the whole answer.
    figures
        What its sentence names.
    """

    code: str
    metric: str = ""
    figures: tuple[str | int, ...] = ()


def phrased(notes: Sequence[Note], titles: Mapping[str, str]) -> tuple[str, ...]:
    """Return notes as sentences, with the titles of metrics by their names."""
    found: dict[tuple[object, ...], tuple[Note, list[str]]] = {}
    for note in _added_up(notes):
        key = (note.code, note.figures, "" if note.code in _TOGETHER else note.metric)
        found.setdefault(key, (note, []))[1].append(titles.get(note.metric, ""))
    return tuple(_SENTENCES[note.code](listed(list(dict.fromkeys(of))), *note.figures) for note, of in found.values())


def _added_up(notes: Sequence[Note]) -> Iterator[Note]:
    """Of several answers, how many figures of a metric are from too few rows is said once."""
    few: dict[tuple[object, ...], int] = {}
    for note in notes:
        if note.code == "few":
            key = (note.metric, *note.figures[:2])
            few[key] = few.get(key, 0) + int(note.figures[2])
    for note in notes:
        if note.code != "few":
            yield note
        elif places := few.pop((note.metric, *note.figures[:2]), 0):
            yield replace(note, figures=(*note.figures[:2], places))


def _few(title: str, least: Any, why: str, places: Any) -> str:
    said = f"“{title}” says too little below {least} rows{f': {why}' if why else ''}"
    return f"{said}; {count(places, 'figure is', 'figures are')} from fewer."


def _without_rate(titles: str, rows: Any) -> str:
    return f"{count(rows, 'row')} in a currency without a rate: not in {titles}. Add the rate in Settings."


_SENTENCES: Final[dict[str, Any]] = {
    "unscored": lambda _: "Not scored yet: figures of scores are empty.",
    "not_compared": lambda title, before: f"“{title}” comes from scores, which have no {before}.",
    "few": _few,
    "partial": lambda _, grain, last, day: f"The last {grain}, {last}, is partial: the data ends on {day}.",
    "begins": lambda _, grain, first, day: f"The first {grain}, {first}, is partial: the period begins on {day}.",
    "uneven": lambda _, names: f"Not compared, because the other period has too few known days: {names}.",
    "without_rate": _without_rate,
    "apart": lambda titles: f"The parts do not add up to the total: {titles}.",
    "through": lambda titles, day: f"Counted through {day}: {titles}.",
    "unfiltered": lambda _, names: f"Not filtered by {names}: its rows have none.",
    "unmatched": lambda _, things, field, words: f"No {things} of the book have {words} as their {field}.",
    "undated": lambda title, rows: f"“{title}”: {count(rows, 'row has', 'rows have')} no day and no period.",
}
