"""Values of the page Scores: how far the scores can be trusted, in finished words with the figures behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.values.backtest import BacktestReport
from models.values.drift import DriftReport
from models.values.emerging import EmergingReport
from models.values.forecast import RevenueForecast
from models.values.migration import MigrationReport

#: How a verdict is meant: good news, good with a reserve, bad news, or not known yet.
Tone = Literal["good", "fair", "bad", "open"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer in words: the bold beginning, and what stands behind it."""

    tone: Tone
    bold: str
    rest: str


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model of who leaves, over all checks.

    Attributes
    ----------
    label, plain
        Its name, and what it does in plain words.
    used, reference
        Whether the scores come from it, and whether it is only held beside them.
    log_loss, auc, brier, ece, bias
        Means over the checks that could judge every way; None where a measure could not be calculated.
    best_log_loss, best_auc
        Whether no other way did better.
    """

    name: str
    label: str
    plain: str
    used: bool
    reference: bool
    log_loss: float | None
    auc: float | None
    brier: float | None
    ece: float | None
    bias: float | None
    best_log_loss: bool = False
    best_auc: bool = False


@dataclass(frozen=True, slots=True)
class MissLine:
    """A customer about whom the last back-test was wrong; ``value_minor`` is what they spent in the year before it."""

    customer_id: int
    name: str
    tier: str | None
    risk: float
    value_minor: int | None


@dataclass(frozen=True, slots=True)
class Misses:
    """Customers of one kind of error: those who are named, the worst first, and how many the check found in all.

    Attributes
    ----------
    sentence
        What was predicted and when, and in which order they stand.
    at_least
        Whether there may be more: the check did not count them all.
    """

    lines: tuple[MissLine, ...]
    count: int
    sentence: str = ""
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class CostLine:
    """A customer who has not earned back what winning them cost; minor units of the book's currency."""

    customer_id: int
    name: str
    cost_minor: int
    earned_minor: int
    expected_minor: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What winning customers cost against what they bring: the answer, and who is furthest from earning it back."""

    verdict: Verdict
    known: str  # "312 of 400 customers have a known cost"
    lines: tuple[CostLine, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure with its name, what it means, and whether it is as it should be (None: nobody can say)."""

    label: str
    figure: str
    meaning: str
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One kind of data: through which day it reaches, whether it is fresh, whom it covers, what it is used for."""

    name: str
    through: str  # "20 Nov"
    state: str  # "fresh", "18 days old"
    stale: bool
    customers: int
    used_for: str


@dataclass(frozen=True, slots=True)
class Reliance:
    """What the scores stand on: the kinds of data, and how many customers have scores of low confidence.

    Attributes
    ----------
    low
        Customers whose scores are of low confidence, of ``scored``.
    few_orders
        Of them, those with fewer than three orders.
    why
        The most frequent reason among them, '' where there is none.
    left_out
        What no score knows yet: "12 orders are dated after 18 Nov; they count from their day on."; '' for nothing.
    """

    sources: tuple[SourceLine, ...]
    scored: int
    low: int
    few_orders: int
    why: str
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class ReportCard:
    """How far the scores can be trusted, from the last check against the book's own past.

    Attributes
    ----------
    report
        The check itself; None where there was none, or where it could tell nothing.
    verdict
        The answer; without a check it says what is missing, and when it can be known.
    used, why
        The model that the scores come from, in plain words, and the reason for it.
    compared
        Over which checks the models are compared, in words.
    said, checked
        When the forecast was made and when it was compared; when the back-test was run.
    judged
        How many forecasts were judged, in words.
    old
        What to say where the scores are of a much later day than the check, else "".
    value, value_verdict
        Lifetime value against what was spent; both empty where no window was long enough.
    value_note
        How far the total of lifetime value was off, in a sentence for beside other totals; '' where nobody can say.
    value_span
        Over which time lifetime value was compared with what was spent.
    rule
        The baseline as the sentences call it: "no order for 90 days".
    warning, critical
        The policy's risks: who left below the first was not seen, who stayed from the second on was flagged.
    forecast, drift, migration, emerging
        Revenue to come, what has shifted since the fit, moves between segments, what customers complain of more than
        they used to; None where not worked out yet.
    costs
        What winning customers cost against what they bring; None where nobody's cost is known.
    currency
        Of the amounts.
    empty
        Whether nothing was ever scored in this book.
    """

    report: BacktestReport | None
    verdict: Verdict
    used: str = ""
    why: str = ""
    said: str = ""
    checked: str = ""
    judged: str = ""
    old: str = ""
    models: tuple[ModelLine, ...] = ()
    compared: str = ""
    missed: Misses = Misses((), 0)
    alarmed: Misses = Misses((), 0)
    value: tuple[Fact, ...] = ()
    value_verdict: Verdict | None = None
    value_note: str = ""
    value_span: str = ""
    rule: str = ""
    warning: float = 0.0
    critical: float = 0.0
    forecast: RevenueForecast | None = None
    drift: DriftReport | None = None
    migration: MigrationReport | None = None
    emerging: EmergingReport | None = None
    costs: Costs | None = None
    currency: str = "USD"
    empty: bool = False
