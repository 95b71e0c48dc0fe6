"""Values of the watch between refits: whether customers, or what the risk says of them, are not what they were."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Shift = Literal["steady", "moved", "changed"]


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """One feature at the fit and now.

    Attributes
    ----------
    name, label
        Of the feature, for programs and for people.
    psi
        Population stability index over the tenths of the fit.
    before, now
        Medians.
    shift
        "moved" from .1 on, "changed" from .25 on, where it is more than chance would bring.
    """

    name: str
    label: str
    psi: float
    before: float | None
    now: float | None
    shift: Shift


@dataclass(frozen=True, slots=True)
class CalibrationDrift:
    """Predicted and actual churn of a day whose window has closed since.

    `said` and `left` are shares of the `customers` scored at `on`; `low` and `high` bound `left` (95 %).
    """

    on: str
    customers: int
    said: float
    left: float
    low: float
    high: float

    @property
    def off(self) -> bool:
        """Whether predicted churn lies outside of what chance allows, by more than two points."""
        return not self.low <= self.said <= self.high and abs(self.said - self.left) > 0.02


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The watch between refits, as of a day.

    Attributes
    ----------
    as_of, since
        ISO days; `since` is the day of the fit in force.
    customers
        Who had a history at the fit, and has one now.
    features
        Those that could be compared, the most shifted first.
    calibration
        None where no score is old enough to be judged.
    sentences
        The same in words; the first says it all.
    """

    as_of: str
    since: str
    customers: tuple[int, int]
    features: tuple[FeatureDrift, ...]
    calibration: CalibrationDrift | None
    sentences: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON that the store keeps."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> DriftReport:
        """The inverse of `as_json`."""
        calibration = values["calibration"]
        before, now = values["customers"]
        return DriftReport(
            **{
                **values,
                "customers": (before, now),
                "features": tuple(FeatureDrift(**one) for one in values["features"]),
                "calibration": CalibrationDrift(**calibration) if calibration else None,
                "sentences": tuple(values["sentences"]),
            }
        )
