"""A score's note in words: who set it by hand, until when and why; and what moved it in a week."""

from __future__ import annotations

import json
from typing import Any

from models import sqlite
from models.values import words
from models.values.overrides import FIGURES, OverrideMark, model_words
from services.insight.reader import Reader
from services.scoring.phrasing import week_in_words

#: So many parts of a week's move are said; the rest are small.
_MOST_PARTS = 3
_LEAST_POINTS = 0.5


def marks_of(reader: Reader, text: str | None, currency: str) -> tuple[OverrideMark, ...]:
    """Return the marks of a customer's figures that a person set."""
    found: dict[str, dict[str, Any]] = json.loads(text) if text else {}
    return tuple(_mark(reader, figure, found[figure], currency) for figure in FIGURES if figure in found)


def _mark(reader: Reader, figure: str, one: dict[str, Any], currency: str) -> OverrideMark:
    until = words.day_of(one["until"])
    who = "you" if reader.is_mine(one["by"]) else one["by"]
    return OverrideMark(
        figure=figure,
        title=FIGURES[figure],
        value=one["value"],
        short=f"set by {who}" + (f" until {reader.day(until)}" if until is not None else ""),
        model=model_words(figure, one["computed"], currency),
        reason=one["reason"],
        until=one["until"],
    )


def week_line(reader: Reader, row: sqlite.Row, what: str, model_day: str | None) -> str:
    """Say what moved the churn risk (``what`` it is called) in the week before a score, the strongest part first.

    Nothing ('') where nothing did.
    "Risk 31 % → 44 % since 14 Nov: no order for 7 more days (+9), 1 unhappy ticket (+4)". Both are by the model that
    was fitted on `model_day` (ISO), which is said: a week ago another one may have told another figure.
    """
    parts = week_in_words(row["changed"], row["drivers"])
    if not parts:
        return ""
    risk, *moved = parts
    since = words.day_of(risk["since"])
    before, now = words.chance(risk["before"]), words.chance(risk["now"])
    went = f"{what} {before} → {now}" if before != now else f"{what} unchanged at {now}"
    said = [_part(one) for one in moved if one["points"] is None or abs(one["points"]) >= _LEAST_POINTS]
    model = words.day_of(model_day)
    by = f", by the model of {reader.day(model)}" if model is not None else ""
    head = words.capital(went) + (f" since {reader.day(since)}{by}" if since is not None else "")
    return f"{head}: {', '.join(said[:_MOST_PARTS])}" if said else head


def _part(one: dict[str, Any]) -> str:
    label = str(one["label"])
    label = label[:1].lower() + label[1:]
    if one["points"] is None:
        return label
    size = abs(round(one["points"]))
    return f"{label} ({words.MINUS if one['points'] < 0 else '+'}{size or 'under 1'})"
