"""The one line of a reason: a rule's template with the measured figures in an account manager's words."""

from __future__ import annotations

from collections.abc import Mapping

from services.alerting.rules import PLACEHOLDER
from services.insight.words import count, money, percent, whole


def words_of(template: str, figures: Mapping[str, object], currency: str) -> str:
    """Fill a template.

    Parameters
    ----------
    template
        With placeholders ``{measure:kind}``; ``{measure:count:one|many}`` counts a noun.
    figures
        Measure to value; a missing one reads "no".
    currency
        Of amounts in minor units.
    """
    text = PLACEHOLDER.sub(
        lambda match: _figure(figures.get(match[1]), match[2] or "text", match[3], match[4], currency), template
    )
    return text[:1].upper() + text[1:]


def _figure(value: object, kind: str, one: str | None, many: str | None, currency: str) -> str:
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
        return count(round(value), one or "", many or "")
    return whole(float(value))
