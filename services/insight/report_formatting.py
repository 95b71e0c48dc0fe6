"""The report card in words: a verdict first, then what each figure means. Pure: a check in, sentences out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
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
    ClvMeasures,
    Measures,
    ModelReport,
)
from models.values.forecast import AcquisitionValue
from models.values.report_card import Fact, ModelLine, Verdict
from services.insight.value_check import off_words, side_of, span_words

#: A total that is off by more than this share is told with a reserve; so is a range that holds outside these shares.
VALUE_OFF: Final = 0.15
RANGE_LOW, RANGE_HIGH = 0.75, 0.85

_PLAIN: Final = {
    PRIOR: "The same risk for everyone, while there is too little history to tell customers apart.",
    MBG: "Each customer’s own rhythm: how often they {bought}, and how long they have been silent.",
    LOGISTIC: "The purchase rhythm and a few signals, weighted by back-tests.",
    ADDITIVE: "Each signal adds or removes points. A worsening signal never lowers the risk.",
    DEPTH_3: "Combinations of signals. For comparison only: it gives no exact reasons.",
    RULE: "Baseline: every customer who matches is predicted to leave, everyone else to stay.",
}


def plain_words(name: str, label: str = "orders") -> str:
    """Return what a model does, in plain words; '' for one that is not known here."""
    return _PLAIN.get(name, "").format(bought="bought" if label == "orders" else "came")


def _plain_and_term(model: ModelReport, label: str) -> str:
    plain = plain_words(model.name, label)
    return f"{plain} Technical name: {model.label}." if plain and model.way != model.label else plain


def model_lines(report: BacktestReport) -> tuple[ModelLine, ...]:
    """Return every model with its measures over the same checks, the best of them marked.

    Equal in the digits shown is equal. Where no check could judge all, each has its own mean and none is marked.
    """
    common, means = report.compared()
    losses = [_shown(one.log_loss) for one in means.values() if one.log_loss is not None]
    ranks = [_shown(one.auc) for one in means.values() if one.auc is not None]
    return tuple(
        _model_line(report, one, means.get(one.name) if common else one.mean, losses, ranks) for one in report.models
    )


def _model_line(
    report: BacktestReport, one: ModelReport, mean: Measures | None, losses: Sequence[float], ranks: Sequence[float]
) -> ModelLine:
    loss, auc = (mean.log_loss, mean.auc) if mean is not None else (None, None)
    return ModelLine(
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
    """Return over which checks the models are compared: "over the four checks of six that judged all"."""
    common, _ = report.compared()
    checks = len({one.cutoff for model in report.models for one in model.cutoffs})
    if not common:
        return "no back-test covers all of them" if checks else ""
    if len(common) == checks:
        return f"over {words.count(checks, 'check')}"
    return f"over the {words.spelled(len(common))} of {words.count(checks, 'check')} that could judge all"


def _shown(value: float) -> float:
    return round(value, 3)


def said_words(report: BacktestReport, today: date) -> str:
    """Return when a forecast was made and when it was checked: "predicted on 22 Aug · checked on 20 Nov"."""
    days = _cutoffs(report)
    if not days:
        return ""
    horizon = timedelta(days=report.horizon_days)
    first, last = days[0], days[-1]
    if len(days) == 1:
        return f"predicted on {words.day(first, today)} · checked on {words.day(last + horizon, today)}"
    return (
        f"predicted on {words.spelled(len(days))} days, {words.day(first, today)} to {words.day(last, today)}"
        f" · each checked {words.count(report.horizon_days, 'day')} later"
    )


def misses_words(report: BacktestReport, *, missed: bool, warning: float, critical: float, today: date) -> str:
    """Return whose risk was wrong, and in which order they are listed.

    Parameters
    ----------
    missed
        Whether it is who left unseen, with less than ``warning``; else who was flagged from ``critical`` on and stayed.
    """
    days = _cutoffs(report)
    if not days:
        return ""
    of = f"On {words.day(days[-1], today)} the model predicted a {report.horizon_days}-day churn risk"
    if missed:
        said = f"{of} under {words.percent(warning)} for these customers, and they left."
    else:
        said = f"{of} of {words.percent(critical)} or more for these customers, and they stayed."
    if not any(one.value_minor is not None for one in (*report.missed, *report.alarmed)):
        return f"{said} Largest error first."
    return f"{said} Costliest error first: the error times what they had spent."


def judged_words(report: BacktestReport) -> str:
    """Return how many forecasts were judged: "4,856 forecasts, 1,204 left"."""
    judged = sum(one.customers for one in report.calibration)
    left = sum(one.left for one in report.calibration)
    return f"{words.count(judged, 'forecast')}, {left:,} left" if judged else ""


def _cutoffs(report: BacktestReport) -> list[date]:
    used = report.model(report.used)
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
    return Verdict("fair" if right else "bad", f"{'Roughly' if right else 'Use with care'}: {total}.", _held(clv))


def _held(clv: ClvMeasures) -> str:
    if clv.coverage80 is None:
        return ""
    said = f"{words.percent(clv.coverage80)} of customers fell within their {words.percent(0.8)} range."
    if clv.coverage80 > RANGE_HIGH:
        return f"{said} The ranges are too wide."
    return f"{said} The ranges are too narrow." if clv.coverage80 < RANGE_LOW else said


def value_facts(clv: ClvMeasures, currency: str) -> tuple[Fact, ...]:
    """Return the figures of lifetime value, each with what it means."""
    found = []
    if clv.bias is not None:
        side, share = side_of(clv.bias)
        figure = f"{share} too {side}" if side else share
        meaning = "The forecast for all customers together, compared with what they spent."
        found.append(Fact("Total", figure, meaning, abs(clv.bias) <= VALUE_OFF))
    if clv.coverage80 is not None:
        meaning = (
            f"How often actual spend fell within the range; it should be 80{words.THIN}%. A customer who spent nothing "
            "counts only in part, because a range that starts at zero is easy to hit."
        )
        if clv.inside80 is not None:
            meaning += f" Counting every customer in full, {words.percent(clv.inside80)} were in range."
        held = RANGE_LOW <= clv.coverage80 <= RANGE_HIGH
        found.append(Fact(f"Within the 80{words.THIN}% range", words.percent(clv.coverage80), meaning, held))
    if clv.top10_capture is not None:
        meaning = "The share of all spend that came from the top tenth of customers by forecast value."
        found.append(Fact(f"Revenue from the top 10{words.THIN}%", words.percent(clv.top10_capture), meaning))
    if clv.spearman is not None:
        meaning = "How well ranking by forecast matches ranking by spend: 1 is identical, 0 is chance."
        found.append(Fact("Rank correlation", f"{clv.spearman:.2f}", meaning))
    if clv.mae is not None:
        meaning = "The average difference between a customer’s forecast and what they spent."
        found.append(Fact("Average error per customer", words.money(round(clv.mae), currency), meaning))
    return tuple(found)


def cost_verdict(one: AcquisitionValue, currency: str) -> Verdict:
    """Answer whether winning customers was worth it, by what they have brought and are expected to bring."""

    def amount(minor: int) -> str:
        return words.money_short(minor, currency)

    brought = f"they have brought {amount(one.earned)} and {amount(one.expected)} more is expected"
    told = f"It cost {amount(one.cost)}; {brought}."
    back = f"{one.paid_back:,} of {words.count(one.customers, 'customer')} have earned that back"
    never = f"; {one.never:,} are unlikely to" if one.never else ""
    if one.ratio is None:
        return Verdict("open", "They cost nothing to acquire.", f"{back}{never}.")
    worth = one.ratio >= 1
    bold = f"{'Yes' if worth else 'Not yet'}: {one.ratio:.1f} times what was spent."
    return Verdict("good" if worth else "bad", bold, f"{told} {back}{never}.")


def costs_known(one: AcquisitionValue) -> str:
    """Return of how many customers the cost is known: "312 of 400 customers with a known cost"."""
    return f"{one.customers:,} of {words.count(one.of, 'customer')} with a known cost"


def value_span(clv: ClvMeasures, today: date) -> str:
    """Return over which time lifetime value was checked: "1,214 customers, 39 weeks from 22 Feb"."""
    cutoff = words.day_of(clv.cutoff)
    since = f" from {words.day(cutoff, today)}" if cutoff is not None else ""
    return f"{words.count(clv.customers, 'customer')}, {span_words(clv.days)}{since}"
