"""Values of the backtest: how well each model would have predicted the past, and which one is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

#: Names of the models, from the simplest.
PRIOR, MBG, LOGISTIC, ADDITIVE = "prior", "mbg_nbd", "logistic", "additive"
#: References: never used for scores, only shown beside them.
DEPTH_3, RULE = "depth_3", "recency_rule"
CANDIDATES = (PRIOR, MBG, LOGISTIC, ADDITIVE)
REFERENCES = (DEPTH_3, RULE)
#: What each model is called where people read of it, inside a sentence.
WAYS: Final = {
    PRIOR: "the average risk",
    MBG: "the purchase rhythm",
    LOGISTIC: "the logistic model",
    ADDITIVE: "the additive model",
    DEPTH_3: "the tree model",
}
#: What the store calls each model.
MODELS: Final = dict(zip(CANDIDATES, ("Prior", "MBG/NBD", "Logistic", "Additive"), strict=True))


def model_words(stored: str) -> str:
    """Return what the model of a score is called in words: ``Additive v4 (rung 3)`` is ``the additive model``."""
    return next((WAYS[model] for model, name in MODELS.items() if stored.startswith(name)), stored.split(" v", 1)[0])


@dataclass(frozen=True, slots=True)
class Measures:
    """How well probabilities predicted one window, or the mean over several; None where it cannot be worked out.

    Attributes
    ----------
    auc
        Share of pairs (left, stayed) in which the one who left had the higher risk.
    brier, log_loss
        Mean squared error, and mean negative log likelihood in nats.
    ece
        Expected calibration error over 15 bins of equal count.
    top_decile_lift
        Share of those who left among the tenth of highest risk / the share in all.
    bias
        Mean risk − share that left: positive where too much churn was predicted.
    customers, left
        Counts; of a mean: summed over its windows.
    ece_chance
        The `ece` to expect by chance alone of risks that are right; None in a report of an older version.
    """

    auc: float | None
    brier: float | None
    log_loss: float | None
    ece: float | None
    top_decile_lift: float | None
    bias: float | None
    customers: int
    left: int
    ece_chance: float | None = None


def mean_of(windows: Sequence[Measures]) -> Measures:
    """The mean over windows of each measure, over those that could tell it; counts are summed."""

    def mean(name: str) -> float | None:
        told = [value for one in windows if (value := getattr(one, name)) is not None]
        return float(sum(told) / len(told)) if told else None

    return Measures(
        **{name: mean(name) for name in ("auc", "brier", "log_loss", "ece", "top_decile_lift", "bias", "ece_chance")},
        customers=sum(one.customers for one in windows),
        left=sum(one.left for one in windows),
    )


@dataclass(frozen=True, slots=True)
class CutoffMeasures:
    """One window: scored at the end of `cutoff` (ISO day), judged by the days after it."""

    cutoff: str
    measures: Measures


@dataclass(frozen=True, slots=True)
class ModelReport:
    """One model, or one reference, over all windows in which it could be judged; `label` is its name in the trade."""

    name: str
    label: str
    mean: Measures
    cutoffs: tuple[CutoffMeasures, ...]

    @property
    def way(self) -> str:
        """What it is called where people read of it, as a heading."""
        name = WAYS.get(self.name, self.label)
        return name[:1].upper() + name[1:]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Customers of like risk, of the model in use over all windows: predicted risk, and how many left.

    `said` is their mean risk; `low` and `high` bound the share that left (95 %, Wilson).
    """

    said: float
    left: int
    customers: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A customer for whom the model in use was wrong at the last window's cutoff."""

    customer_id: int
    risk: float
    left: bool
    value_minor: int | None  # spend of the year before the cutoff


@dataclass(frozen=True, slots=True)
class ClvMeasures:
    """Lifetime value against what was spent in the window of `days` after `cutoff`; money in minor units.

    `bias` is (predicted − spent) / spent of the total; `top10_capture` the share of all spend that the tenth of
    customers with the highest value brought; `coverage80` the share whose spend lay in their 80 % range, in which
    those who spent nothing count with the part of the chance of nothing that their range is to hold (see
    `services.scoring.lifetime_value`); `inside80` the bare share, which is higher the more are all but sure to buy
    nothing.
    """

    cutoff: str
    days: int
    customers: int
    spearman: float | None
    mae: float | None
    bias: float | None
    top10_capture: float | None
    coverage80: float | None
    inside80: float | None = None


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """The report card of the scores on the book's own past.

    Attributes
    ----------
    as_of
        ISO day; nothing later was read.
    used, why
        Name of the model in use and the reason in a sentence.
    beats_rule
        Whether the model in use predicted later windows better (log loss) than "no order for N days"; None: not known.
    label
        What leaving means here: "orders", "activity", or "contract".
    models
        Those that could be judged, and the references.
    calibration, missed, alarmed
        Of the model in use: its curve; who left unseen and who was flagged and stayed, the worst first.
    missed_count, alarmed_count
        How many they are in all: of very many only the worst are named. None in a report of an older version.
    clv
        None where no closed window is long enough.
    seasonal
        A sentence where this time last year was predicted with a bias, else "".
    """

    as_of: str
    horizon_days: int
    label: str
    used: str
    why: str
    beats_rule: bool | None
    models: tuple[ModelReport, ...]
    calibration: tuple[CalibrationBin, ...]
    missed: tuple[Miss, ...]
    alarmed: tuple[Miss, ...]
    clv: ClvMeasures | None
    seasonal: str = ""
    seconds: float = 0.0
    missed_count: int | None = None
    alarmed_count: int | None = None

    def model(self, name: str) -> ModelReport | None:
        """The report of one model or reference, or None."""
        return next((one for one in self.models if one.name == name), None)

    def compared(self) -> tuple[tuple[str, ...], dict[str, Measures]]:
        """The windows in which every model could be judged, and the mean of each over these alone.

        A model that takes longer to learn is judged on fewer windows, and windows differ more than models do. The
        deeper model, which takes most customers, is left out where it lacks one of them.
        """
        told = {one.name: {each.cutoff: each.measures for each in one.cutoffs} for one in self.models}
        days = [set(by_day) for name, by_day in told.items() if name != DEPTH_3]
        common = tuple(sorted(set.intersection(*days))) if days else ()
        means = {
            name: mean_of([by_day[day] for day in common])
            for name, by_day in told.items()
            if common and by_day.keys() >= set(common)
        }
        return common, means

    def as_json(self) -> dict[str, Any]:
        """Return the JSON that ``backtest --json`` prints and the store keeps; its keys are those of earlier books."""
        plain = asdict(self)
        models = plain.pop("models")
        used = {"rung": plain.pop("used"), "why": plain.pop("why"), "beats_rule": plain.pop("beats_rule")}
        return {**plain, "used": used, "rungs": {one.pop("name"): one for one in models}}

    @staticmethod
    def from_json(values: dict[str, Any]) -> BacktestReport:
        """The inverse of `as_json`."""
        rest = {name: value for name, value in values.items() if name not in ("used", "rungs")}
        return BacktestReport(
            **{
                **rest,
                "used": values["used"]["rung"],
                "why": values["used"]["why"],
                "beats_rule": values["used"]["beats_rule"],
                "models": tuple(_model(name, one) for name, one in values["rungs"].items()),
                "calibration": tuple(CalibrationBin(**one) for one in values["calibration"]),
                "missed": tuple(Miss(**one) for one in values["missed"]),
                "alarmed": tuple(Miss(**one) for one in values["alarmed"]),
                "clv": ClvMeasures(**values["clv"]) if values["clv"] else None,
            }
        )


def _model(name: str, one: dict[str, Any]) -> ModelReport:
    cutoffs = tuple(CutoffMeasures(each["cutoff"], Measures(**each["measures"])) for each in one["cutoffs"])
    return ModelReport(name, one["label"], Measures(**one["mean"]), cutoffs)
