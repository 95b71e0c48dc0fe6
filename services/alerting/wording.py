"""The one line of a reason: a rule's template with the measured figures in an account manager's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from models.values.words import chance, count, money, percent, whole
from services.alerting.rules import PLACEHOLDER

Say = Callable[[Any, str], str]


class Wording:
    """A template that was read once and is filled many times.

    Parameters
    ----------
    template
        With placeholders ``{measure:kind}``; ``{measure:count:one|many}`` counts a noun.
    columns
        Where each measure stands in the rows that it is filled from.
    words
        What stands for the rule's own parameters.
    limits
        Figures that others are compared with: a number that only rounding makes one of them shows its decimal.
    """

    def __init__(
        self,
        template: str,
        columns: Mapping[str, int],
        words: Mapping[str, str] | None = None,
        limits: Collection[float] = (),
    ) -> None:
        self._parts: list[tuple[str, int, Say]] = []
        known, before, end = words or {}, "", 0
        for match in PLACEHOLDER.finditer(template):
            before += template[end : match.start()]
            end = match.end()
            if match[1] in known:
                before += known[match[1]].replace("_", " ")
                continue
            if not self._parts:
                before = before[:1].upper() + before[1:]
            self._parts.append((before, columns[match[1]], self._say(match, limits)))
            before = ""
        self._last = before + template[end:]
        self._begins = bool(self._parts and self._parts[0][0])

    def fill(self, row: Sequence[Any], currency: str) -> str:
        """The words for a row of figures; a missing one reads "no". Amounts are minor units of `currency`."""
        line = "".join([before + say(row[at], currency) for before, at, say in self._parts]) + self._last
        return line if self._begins else line[:1].upper() + line[1:]

    @staticmethod
    def _say(match: re.Match[str], limits: Collection[float]) -> Say:
        """A function that words a figure, and remembers: thousands of customers share a few hundred figures."""
        kind, one, many = match[2] or "text", match[3] or "", match[4] or ""
        return cache(lambda value, currency: _figure(value, kind, one, many, currency, limits))


def _figure(value: object, kind: str, one: str, many: str, currency: str, limits: Collection[float]) -> str:
    if value is None:
        return "no"
    if kind == "text" or not isinstance(value, int | float):
        return str(value).replace("_", " ")
    if kind == "money":
        return money(round(value), currency)
    if kind == "percent":
        return percent(float(value))
    if kind == "chance":
        return chance(float(value))
    if kind == "decimal":
        return f"{value:.1f}"
    if kind == "days":
        return count(round(value), "day")
    if kind == "count":
        return count(round(value), one, many)
    near = value not in limits and any(whole(float(value)) == whole(limit) for limit in limits)
    return f"{value:,.1f}" if near else whole(float(value))
