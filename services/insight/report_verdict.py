"""The verdict on the risk: how far off it is within each check, how that swings, and what the baseline tells."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt
from typing import Final

from models.values import words
from models.values.backtest import PRIOR, RULE, BacktestReport, CalibrationBin, Measures
from models.values.report_card import Verdict

#: Off by so much or less on average, shares of 1: the risk is as good as right, or roughly right. Where few leave, or
#: few stay, by no more than these parts of that share: two points are little of forty, and half of four.
RIGHT, ROUGHLY = 0.025, 0.06
_RIGHT_OF, _ROUGHLY_OF = 0.25, 0.5
#: With fewer than this share who left, "2 points" says nothing without it.
_FEW_LEAVE: Final = 0.1
#: By so many nats a customer one way tells clearly better than another.
_CLEARLY: Final = 0.01
_CANNOT_TELL: Final = "With so few customers, a back-test cannot be more precise."
#: A curve of so many groups has a riskiest one worth naming.
_GROUPS: Final = 5
#: Groups of a check's calibration error, and the mean distance from nought of a normal law in its spreads.
_ERROR_GROUPS, _MEAN_DISTANCE = 15, sqrt(2.0 / pi)
#: With fewer who left, or fewer who stayed, chance alone makes a pattern.
FEWEST_EACH: Final = 10
#: What leaving means, by the kind of fact that it is told by.
_SILENCE: Final = {"orders": "no order", "activity": "no activity", "contract": "no renewal"}


def rule_words(report: BacktestReport) -> str:
    """Return the baseline as sentences call it: "no order for 90 days"."""
    rule = report.model(RULE)
    if rule is not None:
        return rule.label[:1].lower() + rule.label[1:]
    return f"{_SILENCE.get(report.label, 'no order')} for {words.count(report.horizon_days, 'day')}"


def off_by(report: BacktestReport) -> float | None:
    """Return how far predicted churn lay from actual churn within a check, in shares of 1: the mean over the checks.

    Checks are not pooled: too many predicted in one season and too few in the next would cancel. What chance
    alone makes of risks that are right is taken off, as the squares of independent distances add up.
    """
    used = report.model(report.used)
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


def _chance_in(report: BacktestReport) -> float:
    """How far off a risk that is right would look on average in these checks."""
    used = report.model(report.used)
    found = [_by_chance(one.measures) for one in used.cutoffs] if used is not None else []
    return sum(found) / len(found) if found else 0.0


def _by_chance(check: Measures) -> float:
    """The error to expect by chance; of a report of an older version by the squared error, which is a little more."""
    return _MEAN_DISTANCE * _spread(check, _ERROR_GROUPS) if check.ece_chance is None else check.ece_chance


def _spread(check: Measures, groups: int) -> float:
    """By how much the share that leaves of a check's customers, in so many groups, strays by chance."""
    return sqrt((check.brier or 0.0) * groups / check.customers) if check.customers else 0.0


def verdict(report: BacktestReport) -> Verdict:
    """Answer whether the risk can be trusted: how far off it is, and whether it tells more than the baseline."""
    judged = sum(one.customers for one in report.calibration)
    left = sum(one.left for one in report.calibration)
    off = off_by(report)
    if off is None or min(left, judged - left) < FEWEST_EACH:
        return Verdict("open", "Too early to tell.", _too_few(report, judged, left))
    ranks = _ranks(report)
    if _refuted(report):
        return Verdict(
            "bad",
            "No better than the average.",
            f"Giving every customer the average churn rate was more accurate in back-tests. {ranks}".strip(),
        )
    if report.beats_rule is False:
        said = f"The risk is off by {_points(off)} on average, but {_rule_tells(report)}."
        return Verdict("bad", "No better than the baseline.", f"{said} {ranks}".strip())
    share = left / judged
    rarer = min(share, 1.0 - share)
    far = f"off by {_points(off)} on average" + (f" where {words.percent(share)} left" if share < _FEW_LEAVE else "")
    top = report.calibration[-1]
    top_off = len(report.calibration) >= _GROUPS and not _holds(top)
    few = "" if _chance_in(report) <= ROUGHLY else _CANNOT_TELL
    rest = " ".join(part for part in (_swing(report), _top(report, share) if top_off else "", few, ranks) if part)
    if not few and off <= min(RIGHT, _RIGHT_OF * rarer) and not (top_off and _far_off(top, rarer)):
        return Verdict("good", f"Yes, {far}.", rest)
    # A small book is off by chance alone: each bar that holds the diagonal says that it may be right.
    if off <= min(ROUGHLY, _ROUGHLY_OF * rarer) or all(_holds(one) for one in report.calibration if one.customers):
        return Verdict("fair", f"Roughly, {far}.", rest)
    return Verdict("bad", f"Use with care: {far}.", rest)


def _refuted(report: BacktestReport) -> bool:
    """Whether the share that left before was as accurate as the model in use, over the same back-tests."""
    compared = _compared(report)
    used, average = compared.get(report.used), compared.get(PRIOR)
    if used is None or average is None or report.used == PRIOR:
        return False
    return (average.log_loss or 0.0) <= (used.log_loss or 0.0)


def _rule_tells(report: BacktestReport) -> str:
    """How well the rule told who leaves, which was no worse: clearly better where both measures say so."""
    used, rule = (_compared(report).get(name) for name in (report.used, RULE))
    better = (
        used is not None
        and rule is not None
        and (rule.log_loss or 0.0) < (used.log_loss or 0.0) - _CLEARLY
        and (rule.auc or 0.0) > (used.auc or 0.0)
    )
    return f"“{rule_words(report)}” predicts who leaves {'clearly better' if better else 'just as well'}"


def _compared(report: BacktestReport) -> dict[str, Measures | None]:
    """The mean of each model over the same checks; each its own where no check could judge all."""
    common, means = report.compared()
    return {one.name: means.get(one.name) if common else one.mean for one in report.models}


def _holds(group: CalibrationBin) -> bool:
    return group.low <= group.said <= group.high


def _far_off(group: CalibrationBin, rarer: float) -> bool:
    """Whether a group of the curve is further off than what is called roughly right."""
    return abs(group.said - group.left / group.customers) > min(ROUGHLY, rarer) if group.customers else False


def _top(report: BacktestReport, share: float) -> str:
    """Predicted and actual churn of those of the highest risk."""
    top = report.calibration[-1]
    who = "tenth" if len(report.calibration) == 10 else "group"
    came = words.percent(top.left / top.customers) if top.customers else words.percent(0.0)
    return (
        f"Of the riskiest {who} {words.percent(top.said)} were predicted to leave and {came} did; "
        f"of all customers, {words.percent(share)}."
    )


def _swing(report: BacktestReport) -> str:
    """How far predicted churn was off, from check to check; '' where that is hardly more than chance."""
    used = report.model(report.used)
    told = [(one.measures.bias, one.measures) for one in used.cutoffs] if used is not None else []
    biases = [(bias, 2.0 * _spread(check, 1)) for bias, check in told if bias is not None and check.customers]
    if not any(abs(bias) > max(RIGHT, by_chance) for bias, by_chance in biases):
        return ""
    low, high = min(bias for bias, _ in biases), max(bias for bias, _ in biases)
    fewest, most = round(100 * low), round(100 * high)
    if fewest == most:
        return f"It predicted {_points(abs(high))} {_side(high)} leaving than left."
    if fewest < 0 < most:
        return f"Across back-tests, predicted churn was between {_points(-low)} too low and {_points(high)} too high."
    near, far = sorted((abs(low), abs(high)))
    span = f"{_points(near)} to {_points(far)}" if fewest * most else f"up to {_points(far)}"
    return f"Across back-tests, predicted churn was {span} too {'high' if low + high > 0 else 'low'}."


def _side(bias: float) -> str:
    return "more" if bias > 0 else "fewer"


def _too_few(report: BacktestReport, judged: int, left: int) -> str:
    if not judged:
        return report.why
    stayed = judged - left
    who, count = ("left", left) if left < stayed else ("stayed", stayed)
    few = "nobody" if not count else f"only {words.spelled(count)}"
    return (
        f"Of {words.count(judged, 'forecast')} that can be checked, {few} {who}. "
        f"It takes at least {words.spelled(FEWEST_EACH)} to tell skill from chance."
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
    said = f"The model ranks a customer who leaves above one who stays {words.percent(used.auc)} of the time"
    if rule is None or rule.auc is None or report.used == RULE:
        return f"{said}."
    return f"{said}; “{rule_words(report)}” does so {words.percent(rule.auc)}."
