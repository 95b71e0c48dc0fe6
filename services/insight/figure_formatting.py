"""A customer's scores in lines of words, for whoever reads them without a window."""

from __future__ import annotations

from collections.abc import Iterator

from models.values import words
from models.values.alerts import ScoreFigures
from services.insight.said_of import full_day


def sure_words(figures: ScoreFigures) -> str:
    """Return how sure the scores are, what lowers that, and how such a risk did before; of who has left, since when."""
    if figures.left_on is not None:
        left = words.capital(words.left_words(figures.left_on))
        return f"{left}: no churn risk and no revenue at risk."
    why = " ".join(figures.confidence_why)
    if not why and not figures.record:
        orders = ", and orders up to date" if figures.last_order_on else ""
        why = f"enough history{orders}."
    mark = figures.mark_of("churn_risk")
    # What a person set is no figure of the model's: its confidence is in its own.
    head = "Confidence" if mark is None else f"Overridden; confidence in the model’s {mark.model} was"
    said = f"{head} {figures.confidence}: {why[:1].lower()}{why[1:]}" if why else f"{head} {figures.confidence}."
    return f"{said} {figures.record}".strip()


def figure_lines(figures: ScoreFigures) -> tuple[str, ...]:
    """Return the scores, a line each with horizon, range and change; what a person set says so in a line of its own."""
    return tuple(_lines(figures))


def _days_ago(days: int) -> str:
    return f"{words.count(days, 'day')} ago" if days else "today"


def _lines(f: ScoreFigures) -> Iterator[str]:
    by_hand = {mark.figure for mark in f.overridden}
    if f.left_on is not None:
        yield sure_words(f)
    horizon = words.count(f.churn_horizon_days, "day")
    if f.said_leaving:
        model = f". The model, without what they said: {words.chance(f.model_risk)}" if f.model_risk is not None else ""
        counted = f", which counts as {words.chance(f.said_chance)}" if f.said_chance is not None else ""
        yield f"Churn risk, {horizon}: they said that {f.said_leaving}{counted}{model}"
    elif f.churn_risk is not None:
        risk = words.percent(f.churn_risk) if "churn_risk" in by_hand else words.chance(f.churn_risk)
        # A change between risks that tell nobody apart says nothing.
        more = f"; {f.risk_note}" if f.risk_note else _change(f.churn_change_points, f, "pts")
        yield f"Churn risk, {horizon}: {risk}{more}"
    months = words.count(f.clv_horizon_months, "month")
    if f.value_at_risk_minor is not None:
        stays = f" of {f.stays_words} if they stay" if f.stays_words else ""
        between = f" ({f.value_at_risk_range()})" if f.value_at_risk_range() else ""
        yield f"Revenue at risk, {months}: {_money(f.value_at_risk_minor, f)}{stays}{between}"
    if f.clv_minor is not None:
        between = f" ({f.clv_range()})" if f.clv_range() else ""
        if f.said_leaving and f.mark_of("clv") is None:
            between = ", counting what they said"
        yield f"Lifetime value, {months}: {_money(f.clv_minor, f)}{between}"
    if f.engagement is not None:
        limit = f"; your threshold is {words.whole(f.engagement_threshold)}"
        yield f"Engagement: {words.whole(f.engagement)} of 100{_change(f.engagement_change, f)}{limit}"
    if f.health is not None:
        yield f"Health: {words.whole(f.health)} of 100, from {f.health_coverage} of 6 parts"
    if f.days_since_last_order is not None:
        gap = f"; {words.gap_words(f.usual_gap_days, f.own_rhythm)}" if f.usual_gap_days is not None else ""
        yield f"Last order: {f.last_order_words}, {_days_ago(f.days_since_last_order)}{gap}"
    if f.segment:
        before = f", was {f.segment_before}" if f.segment_before else ""
        yield f"Segment: {f.segment}{before}"
    if f.left_on is None:
        yield sure_words(f)
    yield from (mark.line for mark in f.overridden)
    if f.model_day is not None:
        yield f"Scores as of {full_day(f.as_of)}, by the model of {full_day(f.model_day)}"
    if f.week_line:
        yield f.week_line


def _change(points: float | None, f: ScoreFigures, unit: str = "") -> str:
    if points is None:
        return ""
    size = round(abs(points))
    if not size:
        return f", unchanged in {words.count(f.change_days, 'day')}"
    sign = "+" if points > 0 else words.MINUS
    return f", {' '.join(part for part in (f'{sign}{size}', unit) if part)} in {words.count(f.change_days, 'day')}"


def _money(minor: int | None, f: ScoreFigures) -> str:
    return words.money(minor or 0, f.currency)
