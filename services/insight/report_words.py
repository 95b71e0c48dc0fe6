"""The report card in words: a verdict first, then what each figure means. Pure: a check in, sentences out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import pi, sqrt
from typing import Final

from models.values import words
from models.values.backtest import (
    ADDITIVE,
    DEPTH_3,
    LOGISTIC,
    MBG,
    PRIOR,
    RULE,
    BacktestReport,
    CalibrationBin,
    ClvMeasures,
    Measures,
    RungReport,
)
from models.values.forecast import AcquisitionValue
from models.values.report_card import Fact, RungLine, Verdict
from services.insight.value_check import off_words, side_of, span_words

#: Off by so much or less on average, shares of 1: the risk is as good as right, or roughly right. Where few leave, or
#: few stay, by no more than these parts of that share: two points are little of forty, and half of four.
RIGHT, ROUGHLY = 0.025, 0.06
_RIGHT_OF, _ROUGHLY_OF = 0.25, 0.5
#: With fewer than this share who left, "2 points" says nothing without it.
_FEW_LEAVE: Final = 0.1
#: By so many nats a customer one way tells clearly better than another.
_CLEARLY: Final = 0.01
#: A curve of so many groups has a riskiest one worth naming.
_GROUPS: Final = 5
#: Groups of a check's calibration error, and the mean distance from nought of a normal law in its spreads.
_ERROR_GROUPS, _MEAN_DISTANCE = 15, sqrt(2.0 / pi)
#: With fewer who left, or fewer who stayed, chance alone makes a pattern.
FEWEST_EACH: Final = 10
#: A total that is off by more than this share is told with a reserve; so is a range that holds outside these shares.
VALUE_OFF: Final = 0.15
RANGE_LOW, RANGE_HIGH = 0.75, 0.85

_PLAIN: Final = {
    PRIOR: "The book’s own average for everyone, as long as there is too little to tell customers apart.",
    MBG: "Each customer’s own rhythm: how often they bought, and how long they have been silent against it.",
    LOGISTIC: "The rhythm and a few facts, weighed against one another by what came in the past.",
    ADDITIVE: "Many small steps, one for each fact, that are added up; risk never falls where a fact gets worse.",
    DEPTH_3: "Facts in combination. Only held beside the others: its reasons could not be told exactly.",
    RULE: "Everyone of whom it holds counts as leaving, everyone else as staying. No model at all.",
}
#: What leaving means, by the kind of fact that it is told by.
_SILENCE: Final = {"orders": "no order", "activity": "no activity", "contract": "no renewal"}


def rule_words(report: BacktestReport) -> str:
    """Return the simple rule as sentences call it: "no order for 90 days"."""
    rule = report.rung(RULE)
    if rule is not None:
        return rule.label[:1].lower() + rule.label[1:]
    return f"{_SILENCE.get(report.label, 'no order')} for {words.count(report.horizon_days, 'day')}"


def off_by(report: BacktestReport) -> float | None:
    """Return how far what was said lay from what came within a check, in shares of 1: the mean over the checks.

    Checks are not thrown together: too many foretold in one season and too few in the next would cancel. What chance
    alone makes of risks that are right is taken off, as the squares of independent distances add up.
    """
    used = report.rung(report.used)
    checks = [one.measures for one in used.cutoffs] if used is not None and report.calibration else []
    in_groups = [(one.ece, _by_chance(one)) for one in checks if one.ece is not None]
    # How many leave in all is told by more customers than how many of a group: chance hides less of it.
    in_all = [(abs(one.bias), _MEAN_DISTANCE * _spread(one, 1)) for one in checks if one.bias is not None]
    if in_groups:
        return max(_beyond_chance(in_groups), _beyond_chance(in_all))
    judged = sum(one.customers for one in report.calibration)
    if not judged:
        return None
    return sum(abs(one.left - one.said * one.customers) for one in report.calibration) / judged


def _beyond_chance(told: Sequence[tuple[float, float]]) -> float:
    """The mean of some distances without what chance has in them, by the mean of what it has in right ones."""
    off, chance = (sum(part) / len(told) for part in zip(*told, strict=True)) if told else (0.0, 0.0)
    return sqrt(max(off * off - chance * chance, 0.0))


def _by_chance(check: Measures) -> float:
    """The error to expect by chance; of a report of an older version by the squared error, which is a little more."""
    return _MEAN_DISTANCE * _spread(check, _ERROR_GROUPS) if check.ece_chance is None else check.ece_chance


def _spread(check: Measures, groups: int) -> float:
    """By how much the share that leaves of a check's customers, in so many groups, strays by chance."""
    return sqrt((check.brier or 0.0) * groups / check.customers) if check.customers else 0.0


def verdict(report: BacktestReport) -> Verdict:
    """Answer whether the risk can be trusted: how far off it is, and whether it tells more than the simple rule."""
    judged = sum(one.customers for one in report.calibration)
    left = sum(one.left for one in report.calibration)
    off = off_by(report)
    if off is None or min(left, judged - left) < FEWEST_EACH:
        return Verdict("open", "Too early to tell.", _too_few(report, judged, left))
    ranks = _ranks(report)
    if report.beats_rule is False:
        said = f"The risk is off by {_points(off)} on average, but {_rule_tells(report)}."
        return Verdict("bad", "No better than the simple rule.", f"{said} {ranks}".strip())
    share = left / judged
    rarer = min(share, 1.0 - share)
    far = f"off by {_points(off)} on average" + (f" where {words.percent(share)} left" if share < _FEW_LEAVE else "")
    top = report.calibration[-1]
    top_off = len(report.calibration) >= _GROUPS and not _holds(top)
    rest = " ".join(part for part in (_swing(report), _top(report, share) if top_off else "", ranks) if part)
    if off <= min(RIGHT, _RIGHT_OF * rarer) and not (top_off and _far_off(top, rarer)):
        return Verdict("good", f"Yes, {far}.", rest)
    # A small book is off by chance alone: each bar that holds the diagonal says that it may be right.
    if off <= min(ROUGHLY, _ROUGHLY_OF * rarer) or all(_holds(one) for one in report.calibration if one.customers):
        return Verdict("fair", f"Roughly, {far}.", rest)
    return Verdict("bad", f"With care: {far}.", rest)


def _rule_tells(report: BacktestReport) -> str:
    """How well the rule told who leaves, which was no worse: clearly better where both measures say so."""
    used, rule = (_compared(report).get(name) for name in (report.used, RULE))
    better = (
        used is not None
        and rule is not None
        and (rule.log_loss or 0.0) < (used.log_loss or 0.0) - _CLEARLY
        and (rule.auc or 0.0) > (used.auc or 0.0)
    )
    return f"“{rule_words(report)}” tells who leaves {'clearly better' if better else 'as well'}"


def _compared(report: BacktestReport) -> dict[str, Measures | None]:
    """The mean of each way of telling over the same checks; each its own where no check could judge all."""
    common, means = report.compared()
    return {one.name: means.get(one.name) if common else one.mean for one in report.rungs}


def _holds(group: CalibrationBin) -> bool:
    return group.low <= group.said <= group.high


def _far_off(group: CalibrationBin, rarer: float) -> bool:
    """Whether a group of the curve is further off than what is called roughly right."""
    return abs(group.said - group.left / group.customers) > min(ROUGHLY, rarer) if group.customers else False


def _top(report: BacktestReport, share: float) -> str:
    """What was said of those of the highest risk, and what came."""
    top = report.calibration[-1]
    who = "tenth" if len(report.calibration) == 10 else "group"
    came = words.percent(top.left / top.customers) if top.customers else words.percent(0.0)
    return (
        f"Of the riskiest {who} {words.percent(top.said)} were to leave and {came} did; of all, {words.percent(share)}."
    )


def _swing(report: BacktestReport) -> str:
    """How many too few or too many were foretold, from check to check; '' where that is hardly more than chance."""
    used = report.rung(report.used)
    told = [(one.measures.bias, one.measures) for one in used.cutoffs] if used is not None else []
    biases = [(bias, 2.0 * _spread(check, 1)) for bias, check in told if bias is not None and check.customers]
    if not any(abs(bias) > max(RIGHT, by_chance) for bias, by_chance in biases):
        return ""
    low, high = min(bias for bias, _ in biases), max(bias for bias, _ in biases)
    fewest, most = round(100 * low), round(100 * high)
    if fewest == most:
        return f"It foretold {_points(abs(high))} {_side(high)} leaving than did."
    if fewest < 0 < most:
        return (
            f"From check to check it swings from {_points(-low)} too few foretold to leave to {_points(high)} too many."
        )
    near, far = sorted((abs(low), abs(high)))
    span = f"{_points(near)} to {_points(far)}" if fewest * most else f"up to {_points(far)}"
    return f"From check to check it foretold {span} {_side(low + high)} leaving than did."


def _side(bias: float) -> str:
    return "more" if bias > 0 else "fewer"


def _too_few(report: BacktestReport, judged: int, left: int) -> str:
    if not judged:
        return report.why
    stayed = judged - left
    who, count = ("left", left) if left < stayed else ("stayed", stayed)
    few = "nobody" if not count else f"only {words.spelled(count)}"
    return (
        f"Of {words.count(judged, 'forecast')} that could be held against what came, {few} {who}. "
        f"It takes at least {words.spelled(FEWEST_EACH)} to see more than chance."
    )


def _points(share: float) -> str:
    points = round(100 * share)
    return words.count(points, "point") if points else "less than 1 point"


def _ranks(report: BacktestReport) -> str:
    """How often the one who left stood before the one who stayed, and how often by the rule."""
    told = _compared(report)
    used, rule = told.get(report.used), told.get(RULE)
    if used is None or used.auc is None:
        return ""
    said = f"It ranks the right customer first {round(100 * used.auc)} times in 100"
    if rule is None or rule.auc is None or report.used == RULE:
        return f"{said}."
    return f"{said}; “{rule_words(report)}” does {round(100 * rule.auc)}."


def plain_words(name: str, label: str = "orders") -> str:
    """Return what a way of telling does, in plain words; '' for one that is not known here."""
    plain = _PLAIN.get(name, "")
    return plain if label == "orders" else plain.replace("they bought", "they came")


def _plain_and_term(rung: RungReport, label: str) -> str:
    plain = plain_words(rung.name, label)
    return f"{plain} In the trade: {rung.label}." if plain and rung.way != rung.label else plain


def rung_lines(report: BacktestReport) -> tuple[RungLine, ...]:
    """Return every way of telling with its measures over the same checks, the best of them marked.

    Equal in the digits shown is equal. Where no check could judge all, each has its own mean and none is marked.
    """
    common, means = report.compared()
    losses = [_shown(one.log_loss) for one in means.values() if one.log_loss is not None]
    ranks = [_shown(one.auc) for one in means.values() if one.auc is not None]
    return tuple(
        _rung_line(report, one, means.get(one.name) if common else one.mean, losses, ranks) for one in report.rungs
    )


def _rung_line(
    report: BacktestReport, one: RungReport, mean: Measures | None, losses: Sequence[float], ranks: Sequence[float]
) -> RungLine:
    loss, auc = (mean.log_loss, mean.auc) if mean is not None else (None, None)
    return RungLine(
        name=one.name,
        label=one.way,
        plain=_plain_and_term(one, report.label),
        used=one.name == report.used,
        reference=one.name in (DEPTH_3, RULE),
        log_loss=loss,
        auc=auc,
        brier=mean.brier if mean is not None else None,
        ece=mean.ece if mean is not None else None,
        bias=mean.bias if mean is not None else None,
        best_log_loss=loss is not None and bool(losses) and _shown(loss) == min(losses),
        best_auc=auc is not None and bool(ranks) and _shown(auc) == max(ranks),
    )


def compared_words(report: BacktestReport) -> str:
    """Return over which checks the ways of telling are compared: "over the four checks of six that judged all"."""
    common, _ = report.compared()
    checks = len({one.cutoff for rung in report.rungs for one in rung.cutoffs})
    if not common:
        return "no check could judge all of them" if checks else ""
    if len(common) == checks:
        return f"over {words.count(checks, 'check')}"
    return f"over the {words.spelled(len(common))} of {words.count(checks, 'check')} that could judge all"


def _shown(value: float) -> float:
    return round(value, 3)


def said_words(report: BacktestReport, today: date) -> str:
    """Return when was foretold and held against what came: "said on 22 Aug · checked on 20 Nov"."""
    days = _cutoffs(report)
    if not days:
        return ""
    horizon = timedelta(days=report.horizon_days)
    first, last = days[0], days[-1]
    if len(days) == 1:
        return f"said on {words.day(first, today)} · checked on {words.day(last + horizon, today)}"
    return (
        f"said on {words.spelled(len(days))} days, {words.day(first, today)} to {words.day(last, today)}"
        f" · each checked {words.count(report.horizon_days, 'day')} later"
    )


def misses_words(report: BacktestReport, *, missed: bool, warning: float, critical: float, today: date) -> str:
    """Return who was told wrongly, and in which order they stand.

    Parameters
    ----------
    missed
        Whether it is who left unseen, with less than ``warning``; else who was flagged from ``critical`` on and stayed.
    """
    days = _cutoffs(report)
    if not days:
        return ""
    said = f"On {words.day(days[-1], today)} the risk for the next {words.count(report.horizon_days, 'day')} was said"
    if missed:
        told = f"to be under {words.percent(warning)} for these customers, and they left"
    else:
        told = f"to be {words.percent(critical)} or more for these customers, and they stayed"
    if not any(one.value_minor is not None for one in (*report.missed, *report.alarmed)):
        return f"{said} {told}. Where the risk was most wrong comes first."
    return f"{said} {told}. The dearest mistake comes first: how wrong the risk was, times what they had spent."


def judged_words(report: BacktestReport) -> str:
    """Return how many forecasts were judged: "4,856 forecasts, 1,204 left"."""
    judged = sum(one.customers for one in report.calibration)
    left = sum(one.left for one in report.calibration)
    return f"{words.count(judged, 'forecast')}, {left:,} left" if judged else ""


def _cutoffs(report: BacktestReport) -> list[date]:
    used = report.rung(report.used)
    found = used.cutoffs if used is not None else ()
    return sorted(day for one in found if (day := words.day_of(one.cutoff)) is not None)


def value_verdict(clv: ClvMeasures) -> Verdict | None:
    """Answer whether lifetime value can be trusted; None where its total could not be told."""
    if clv.bias is None:
        return None
    right = abs(clv.bias) <= VALUE_OFF
    honest = clv.coverage80 is None or RANGE_LOW <= clv.coverage80 <= RANGE_HIGH
    total = f"the total was {off_words(clv.bias)}"
    if right and honest:
        return Verdict("good", f"Yes: {total}.", _held(clv))
    return Verdict("fair" if right else "bad", f"{'Roughly' if right else 'With care'}: {total}.", _held(clv))


def _held(clv: ClvMeasures) -> str:
    if clv.coverage80 is None:
        return ""
    said = f"The range of a customer’s value held {round(100 * clv.coverage80)} times in 100; it should be 80."
    if clv.coverage80 > RANGE_HIGH:
        return f"{said} The ranges are too wide."
    return f"{said} The ranges are too narrow." if clv.coverage80 < RANGE_LOW else said


def value_facts(clv: ClvMeasures, currency: str) -> tuple[Fact, ...]:
    """Return the figures of lifetime value, each with what it means."""
    found = []
    if clv.bias is not None:
        side, share = side_of(clv.bias)
        figure = f"{share} too {side}" if side else share
        meaning = "What was foretold for all customers together, against what they spent."
        found.append(Fact("The total", figure, meaning, abs(clv.bias) <= VALUE_OFF))
    if clv.coverage80 is not None:
        meaning = (
            f"How often spend lay in the range, which should hold for 80{words.THIN}%. Who spent nothing counts in "
            "part: a range that begins at nothing would hold them too easily."
        )
        if clv.inside80 is not None:
            meaning += f" Of all customers, {words.percent(clv.inside80)} lay inside."
        held = RANGE_LOW <= clv.coverage80 <= RANGE_HIGH
        found.append(Fact(f"Within the 80{words.THIN}% range", words.percent(clv.coverage80), meaning, held))
    if clv.top10_capture is not None:
        meaning = "The share of all spend that the tenth of customers with the highest value brought."
        found.append(Fact("Spend of the top tenth", words.percent(clv.top10_capture), meaning))
    if clv.spearman is not None:
        meaning = "Order by value against order by spend: 1 is the same order, 0 is chance."
        found.append(Fact("Right order (Spearman)", f"{clv.spearman:.2f}", meaning))
    if clv.mae is not None:
        meaning = "The mean distance between what was foretold for a customer and what they spent."
        found.append(Fact("Off for one customer", words.money(round(clv.mae), currency), meaning))
    return tuple(found)


def cost_verdict(one: AcquisitionValue, currency: str) -> Verdict:
    """Answer whether winning customers was worth it, by what they have brought and are expected to bring."""

    def amount(minor: int) -> str:
        return words.money_short(minor, currency)

    brought = f"they have brought {amount(one.earned)} and {amount(one.expected)} more is expected"
    told = f"It cost {amount(one.cost)}; {brought}."
    back = f"{one.paid_back:,} of {words.count(one.customers, 'customer')} have earned it back"
    never = f"; {one.never:,} will hardly ever" if one.never else ""
    if one.ratio is None:
        return Verdict("open", "Nothing was paid for them.", f"{back}{never}.")
    worth = one.ratio >= 1
    bold = f"{'Yes' if worth else 'Not yet'}: {one.ratio:.1f} for each 1 spent."
    return Verdict("good" if worth else "bad", bold, f"{told} {back}{never}.")


def costs_known(one: AcquisitionValue) -> str:
    """Return of how many customers the cost is known: "312 of 400 customers with a known cost"."""
    return f"{one.customers:,} of {words.count(one.of, 'customer')} with a known cost"


def value_span(clv: ClvMeasures, today: date) -> str:
    """Return over which time lifetime value was checked: "1,214 customers, 39 weeks from 22 Feb"."""
    cutoff = words.day_of(clv.cutoff)
    since = f" from {words.day(cutoff, today)}" if cutoff is not None else ""
    return f"{words.count(clv.customers, 'customer')}, {span_words(clv.days)}{since}"
