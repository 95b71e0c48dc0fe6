"""Values of the backtest: how well each rung of the ladder would have told the past, and which one is used."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: Names of the rungs and of what they are held against, in the order of the ladder.
PRIOR, MBG, LOGISTIC, ADDITIVE = "prior", "mbg_nbd", "logistic", "additive"
#: References: never used for scores, only shown beside them.
DEPTH_3, RULE = "depth_3", "recency_rule"
RUNGS = (PRIOR, MBG, LOGISTIC, ADDITIVE)
REFERENCES = (DEPTH_3, RULE)


@dataclass(frozen=True, slots=True)
class Measures:
    """How well probabilities told one window, or the mean over several; None where the window cannot tell.

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
        Mean risk − share that left: positive where too much churn was foretold.
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


@dataclass(frozen=True, slots=True)
class CutoffMeasures:
    """One window: scored at the end of `cutoff` (ISO day), judged by the days after it."""

    cutoff: str
    measures: Measures


@dataclass(frozen=True, slots=True)
class RungReport:
    """One rung, or one reference, over all windows; `label` is its name for people."""

    name: str
    label: str
    mean: Measures
    cutoffs: tuple[CutoffMeasures, ...]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Customers of like risk, of the rung in use over all windows: what was said, and how many left.

    `said` is their mean risk; `low` and `high` bound the share that left (95 %, Wilson).
    """

    said: float
    left: int
    customers: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A customer whom the rung in use told wrongly at the last window's cutoff."""

    customer_id: int
    risk: float
    left: bool
    value_minor: int | None  # spend of the year before the cutoff


@dataclass(frozen=True, slots=True)
class ClvMeasures:
    """Lifetime value against what was spent in the window of `days` after `cutoff`; money in minor units.

    `bias` is (foretold − spent) / spent of the total; `top10_capture` the share of all spend that the tenth of
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
        Name of the rung in use and the reason in a sentence.
    beats_rule
        Whether the rung in use told later windows better (log loss) than "no order for N days"; None: not known.
    label
        What leaving means here: "orders", "activity", or "contract".
    rungs
        Those of the ladder that could be judged, and the references.
    calibration, missed, alarmed
        Of the rung in use: its curve; who left unseen and who was flagged and stayed, the worst first.
    missed_count, alarmed_count
        How many they are in all: of very many only the worst are named. None in a report of an older version.
    clv
        None where no closed window is long enough.
    seasonal
        A sentence where this time last year was told with a bias, else "".
    """

    as_of: str
    horizon_days: int
    label: str
    used: str
    why: str
    beats_rule: bool | None
    rungs: tuple[RungReport, ...]
    calibration: tuple[CalibrationBin, ...]
    missed: tuple[Miss, ...]
    alarmed: tuple[Miss, ...]
    clv: ClvMeasures | None
    seasonal: str = ""
    seconds: float = 0.0
    missed_count: int | None = None
    alarmed_count: int | None = None

    def rung(self, name: str) -> RungReport | None:
        """The report of one rung or reference, or None."""
        return next((one for one in self.rungs if one.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON that ``backtest --json`` prints and the store keeps."""
        plain = asdict(self)
        rungs = plain.pop("rungs")
        used = {"rung": plain.pop("used"), "why": plain.pop("why"), "beats_rule": plain.pop("beats_rule")}
        return {**plain, "used": used, "rungs": {one.pop("name"): one for one in rungs}}

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
                "rungs": tuple(_rung(name, one) for name, one in values["rungs"].items()),
                "calibration": tuple(CalibrationBin(**one) for one in values["calibration"]),
                "missed": tuple(Miss(**one) for one in values["missed"]),
                "alarmed": tuple(Miss(**one) for one in values["alarmed"]),
                "clv": ClvMeasures(**values["clv"]) if values["clv"] else None,
            }
        )


def _rung(name: str, one: dict[str, Any]) -> RungReport:
    cutoffs = tuple(CutoffMeasures(each["cutoff"], Measures(**each["measures"])) for each in one["cutoffs"])
    return RungReport(name, one["label"], Measures(**one["mean"]), cutoffs)
