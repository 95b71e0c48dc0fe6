"""The one line of a reason: a rule's template with the measured figures in an account manager's words."""

from __future__ import annotations

from collections.abc import Mapping

from models.values.words import count, money, percent, whole
from services.alerting.rules import PLACEHOLDER


class Wording:
    """A template that was read once and is filled many times.

    Parameters
    ----------
    template
        With placeholders ``{measure:kind}``; ``{measure:count:one|many}`` counts a noun.
    """

    def __init__(self, template: str) -> None:
        self._parts: list[tuple[str, str, str, str]] = []
        self._texts: list[str] = []
        end = 0
        for match in PLACEHOLDER.finditer(template):
            self._texts.append(template[end : match.start()])
            self._parts.append((match[1], match[2] or "text", match[3] or "", match[4] or ""))
            end = match.end()
        self._last = template[end:]

    def with_figures(self, figures: Mapping[str, object], currency: str) -> str:
        """The words with figures by measure; a missing one reads "no". Amounts are minor units of `currency`."""
        said = [
            text + _figure(figures.get(name), kind, one, many, currency)
            for text, (name, kind, one, many) in zip(self._texts, self._parts, strict=True)
        ]
        line = "".join(said) + self._last
        return line[:1].upper() + line[1:]


def _figure(value: object, kind: str, one: str, many: str, currency: str) -> str:
    if value is None:
        return "no"
    if kind == "text" or not isinstance(value, int | float):
        return str(value).replace("_", " ")
    if kind == "money":
        return money(round(value), currency)
    if kind == "percent":
        return percent(float(value))
    if kind == "decimal":
        return f"{value:.1f}"
    if kind == "days":
        return count(round(value), "day")
    if kind == "hours":
        return count(round(value), "hour") if value < 96 else count(int(value // 24), "day")
    if kind == "count":
        return count(round(value), one, many)
    return whole(float(value))
