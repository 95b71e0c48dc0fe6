"""Values of the revenue forecast: calendar months to come with their ranges, and what winning customers cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

#: What the amounts of a past month were called in books of the first version.
_FORMER_NAMES: Final = {"came": "actual", "foretold": "predicted"}


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """Net revenue of one calendar month (``2026-12``), in minor units.

    Attributes
    ----------
    expected, low, high
        The mean, and the range that holds it in four months of five; of a month that has begun, with `so_far`.
    so_far
        What the book already has of this month.
    from_new
        Of `expected`: from customers who are still to come.
    """

    month: str
    expected: int
    low: int
    high: int
    so_far: int
    from_new: int


@dataclass(frozen=True, slots=True)
class PastMonth:
    """A month that is over, in minor units, next to its forecast at the end of the month before.

    `predicted`, `low` and `high` are None where the history before it was too short.
    """

    month: str
    actual: int
    predicted: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def within(self) -> bool | None:
        """Whether it came within the range; None without a forecast."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, slots=True)
class CostOfOne:
    """A customer who has not earned back what winning them cost; minor units, of the share that counts as value."""

    customer_id: int
    cost: int
    earned: int
    expected: int
    high: int


@dataclass(frozen=True, slots=True)
class AcquisitionValue:
    """The cost of winning customers beside what they bring, over those whose cost is known; minor units.

    Attributes
    ----------
    customers, of
        How many have a known cost, of how many who bought.
    cost, earned, expected
        Sums: what was paid; value of what they spent so far; lifetime value still expected.
    paid_back, never
        How many have earned their cost, and how many will not even at the upper end of their range.
    worst
        Those furthest from earning it back, the worst first.
    """

    customers: int
    of: int
    cost: int
    earned: int
    expected: int
    paid_back: int
    never: int
    worst: tuple[CostOfOne, ...]

    @property
    def ratio(self) -> float | None:
        """Value over cost, None where nothing was paid."""
        return (self.earned + self.expected) / self.cost if self.cost > 0 else None


@dataclass(frozen=True, slots=True)
class RevenueForecast:
    """The book's revenue by calendar month, and how such forecasts would have done so far.

    Attributes
    ----------
    as_of
        ISO day; nothing later was read.
    currency
        Of all amounts, which are net and in minor units.
    months, past
        The months to come, the present one first, and those that are over, the oldest first.
    index
        Twelve factors, January first, with a mean of one, by which months were weighted; empty under two years.
    bias
        (forecast − actual) / actual of all checked months together; None without any.
    at_risk, value, if_stays
        The book's value at risk, lifetime value, and what the latter would be if all stayed, summed over customers.
    acquisition
        None where no acquisition cost is known.
    sentences
        The same in words.
    low, high
        The range of all months to come together: narrower than that of their sums, as errors of months cancel.
    """

    as_of: str
    currency: str
    months: tuple[MonthForecast, ...]
    past: tuple[PastMonth, ...]
    index: tuple[float, ...]
    bias: float | None
    at_risk: int
    value: int
    acquisition: AcquisitionValue | None
    sentences: tuple[str, ...] = ()
    if_stays: int = 0
    low: int = 0
    high: int = 0

    @property
    def within(self) -> tuple[int, int]:
        """How many checked months came within their range, and how many were checked."""
        checked = [one.within for one in self.past if one.within is not None]
        return sum(checked), len(checked)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON that the store keeps."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> RevenueForecast:
        """The inverse of `as_json`."""
        acquisition = values["acquisition"]
        return RevenueForecast(
            **{
                **values,
                "months": tuple(MonthForecast(**one) for one in values["months"]),
                "past": tuple(map(_past, values["past"])),
                "index": tuple(values["index"]),
                "sentences": tuple(values["sentences"]),
                "acquisition": _acquisition(acquisition) if acquisition else None,
            }
        )


def _past(values: dict[str, Any]) -> PastMonth:
    """A month as it was kept; the first version called its amounts otherwise."""
    return PastMonth(**{_FORMER_NAMES.get(name, name): value for name, value in values.items()})


def _acquisition(values: dict[str, Any]) -> AcquisitionValue:
    return AcquisitionValue(**{**values, "worst": tuple(CostOfOne(**one) for one in values["worst"])})
