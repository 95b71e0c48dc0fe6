"""A customer's scores in lines of words, for whoever reads them without a window."""

from __future__ import annotations

from collections.abc import Iterator

from models.values import words
from models.values.alerts import ScoreFigures


def sure_words(figures: ScoreFigures) -> str:
    """Return how sure the scores are, what lowers that, and how such a risk did before; of who has left, since when."""
    if figures.left_on is not None:
        left = words.capital(words.left_words(figures.left_on))
        return f"{left}: neither a churn risk nor a value at risk is told of who has left."
    why = " ".join(figures.confidence_why)
    if not why and not figures.record:
        orders = ", and orders up to date" if figures.last_order_on else ""
        why = f"enough history{orders}."
    mark = figures.mark_of("churn_risk")
    # What a person set is no figure of the model's: its confidence is in its own.
    head = "Confidence" if mark is None else f"Set by hand; confidence in the model’s {mark.model} was"
    said = f"{head} {figures.confidence}: {why[:1].lower()}{why[1:]}" if why else f"{head} {figures.confidence}."
    return f"{said} {figures.record}".strip()


def figure_lines(figures: ScoreFigures) -> tuple[str, ...]:
    """Return the scores, a line each with horizon, range and change; what a person set says so in a line of its own."""
    return tuple(_lines(figures))


def _lines(f: ScoreFigures) -> Iterator[str]:
    by_hand = {mark.figure for mark in f.overridden}
    if f.left_on is not None:
        yield sure_words(f)
    horizon = words.count(f.churn_horizon_days, "day")
    if f.churn_risk is not None:
        told = words.percent(f.churn_risk) if "churn_risk" in by_hand else words.chance(f.churn_risk)
        yield f"Churn risk, {horizon}: {told}{_change(f.churn_change_points, f, 'pts')}"
    months = words.count(f.clv_horizon_months, "month")
    if f.value_at_risk_minor is not None:
        worth = f" of {_money(f.clv_if_stays_minor, f)}" if f.clv_if_stays_minor is not None else ""
        stays = f"{worth} over {months} if they stay" if worth else ""
        between = _range(f.value_at_risk_low_minor, f.value_at_risk_high_minor, f)
        yield f"At risk, {horizon}: {_money(f.value_at_risk_minor, f)}{stays}{between}"
    if f.clv_minor is not None:
        yield f"Lifetime value, {months}: {_money(f.clv_minor, f)}{_range(f.clv_low_minor, f.clv_high_minor, f)}"
    if f.engagement is not None:
        limit = f"; your threshold is {words.whole(f.engagement_threshold)}"
        yield f"Engagement: {words.whole(f.engagement)} of 100{_change(f.engagement_change, f)}{limit}"
    if f.health is not None:
        yield f"Health: {words.whole(f.health)} of 100, from {f.health_coverage} of 6 parts"
    if f.days_since_last_order is not None:
        gap = f"; the usual gap is {words.whole(f.usual_gap_days)}" if f.usual_gap_days is not None else ""
        yield f"Last order: {f.last_order_words}, {words.count(f.days_since_last_order, 'day')} ago{gap}"
    if f.segment:
        before = f", was {f.segment_before}" if f.segment_before else ""
        yield f"Segment: {f.segment}{before}"
    if f.left_on is None:
        yield sure_words(f)
    yield from (mark.line for mark in f.overridden)
    if f.model_day is not None:
        yield f"Scores as of {_full_day(f.as_of)}, by the model of {_full_day(f.model_day)}"
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


def _full_day(text: str) -> str:
    day = words.day_of(text)
    return words.full_day(day) if day is not None else text


def _money(minor: int | None, f: ScoreFigures) -> str:
    return words.money(minor or 0, f.currency)


def _range(low: int | None, high: int | None, f: ScoreFigures) -> str:
    if low is None or high is None:
        return ""
    return f" (80{words.THIN}%: {_money(low, f)}{words.DASH}{_money(high, f)})"
