"""Numbers as the window shows them: as the sentences have them, and a dash where there is none.

The queries give finished sentences; these functions are for figures that the window puts together itself.
"""

from __future__ import annotations

from models.values import words
from models.values.money import exponent as minor_digits
from models.values.words import DASH, MINUS, MONTHS, THIN, WEEKDAYS, sentence, whole
from models.values.words import count as counted
from models.values.words import day as short_day

__all__ = [
    "DASH", "DOT", "MINUS", "MONTHS", "THIN", "WEEKDAYS", "chance", "counted", "days", "duration",
    "megabytes", "minor_digits", "money", "money_short", "percent", "points", "sentence", "short_day",
    "short_leaving", "whole",
]  # fmt: skip

DOT = " \N{MIDDLE DOT} "


def short_leaving(said: str) -> str:
    """What stands in place of a churn risk of who said that "they are leaving": "leaving", else "leaving?"."""
    return "leaving" if "are" in said.split() else "leaving?"


def percent(share: float | None) -> str:
    """``0.72`` as "72 %"."""
    return DASH if share is None else words.percent(share)


def chance(share: float | None) -> str:
    """A predicted chance: "72 %", and ">99 %" or "<1 %" where that would say that it is certain."""
    return DASH if share is None else words.chance(share)


def money(minor: int | None, currency: str, *, cents: bool = False) -> str:
    """Minor units as "$5,240", or "$386.00" with ``cents``."""
    if minor is None:
        return DASH
    return words.money_exact(minor, currency) if cents else words.money(minor, currency)


def money_short(minor: int | None, currency: str) -> str:
    """Minor units in at most four figures: "$184k", "$5.2k", "$1.3m", "$980"."""
    return DASH if minor is None else words.money_short(minor, currency)


def megabytes(size: int) -> str:
    """Bytes as "42 MB"; less than one is one."""
    return f"{max(1, round(size / 1e6)):,} MB"


def points(change: float) -> str:
    """Signed points without a unit: "+31", "−4"; what is not nothing but less than half of one: "<1"."""
    rounded = round(change)
    if not rounded and change:
        return "<1"
    return f"+{rounded}" if rounded >= 0 else f"{MINUS}{-rounded}"


def duration(seconds: float) -> str:
    """A rough span of work: "9 seconds", "2 min"."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    return f"{round(seconds / 60)} min"


def days(number: int) -> str:
    """A span: "1 day", "74 days"."""
    return counted(number, "day")
