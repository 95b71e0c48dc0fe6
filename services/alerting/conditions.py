"""Turn a rule's conditions into SQL, and the book's quantiles that they compare with into figures.

The quantiles ("among the highest tenth of active customers") are taken over the whole book whenever every customer is
evaluated, and kept for the runs over a few customers in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.store import UnitOfWork
from services.alerting.driver import tuples
from services.alerting.measures import MEASURES, POPULATIONS
from services.alerting.rules import Condition, Rule, Test

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGNS: Final = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<=", "equals": "=", "not": "<>"}
_OF_THE_BOOK: Final = frozenset({"among_highest", "times_median", "above_median"})


@dataclass(frozen=True, order=True)
class Reference:
    """A quantile of the book: the lowest value of its highest `share`; a share of one half is the median."""

    subject: str
    measure: str
    of: str
    share: float

    @property
    def key(self) -> str:
        """The name under which the figure is kept."""
        return f"{self.subject}.{self.measure}.{self.of}.{self.share:g}"


@dataclass
class Bindings:
    """Texts that a statement compares with, passed beside it and never written into it."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: str) -> str:
        """Bind a text and return its placeholder."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def reference_of(rule: Rule, test: Test) -> Reference | None:
    """The quantile that a test compares with, or None for a plain comparison."""
    if test.comparator not in _OF_THE_BOOK:
        return None
    share = 0.5
    if test.comparator == "among_highest":
        share = float(rule.figure(test.value) or 0.0)
    measured = MEASURES[test.measure].among or test.measure
    subject = "deal" if "customer" not in MEASURES[measured].subjects else "customer"
    return Reference(subject, measured, test.of, share)


def references(rules: Iterable[Rule]) -> frozenset[Reference]:
    """All quantiles that the rules compare with."""
    found = (reference_of(rule, test) for rule in rules for test in rule.tests())
    return frozenset(reference for reference in found if reference is not None)


def compute_references(
    work: UnitOfWork, wanted: Iterable[Reference], bindings: Mapping[str, Any], prepare: Callable[[], None]
) -> dict[str, float]:
    """Quantiles over the run's tables; a measure that nobody has gets none, and its tests fail.

    Parameters
    ----------
    work
        The unit of work that holds ``facts``.
    wanted
        The quantiles.
    bindings
        Values that the measures' expressions name.
    prepare
        Builds the table of deals, where a quantile is over deals.
    """
    import numpy as np  # what people do with alerts imports this module too, and needs no quantiles

    figures: dict[str, float] = {}
    by_subject: dict[str, list[Reference]] = {}
    for reference in sorted(wanted):
        by_subject.setdefault(reference.subject, []).append(reference)
    for subject, same in by_subject.items():
        if subject == "deal":
            prepare()
        columns = _columns(work, subject, sorted({reference.measure for reference in same}), bindings)
        found: dict[tuple[str, str], NDArray[Any]] = {}
        for reference in same:
            source = (reference.measure, reference.of)
            if source not in found:
                values = columns[reference.measure]
                known = ~np.isnan(values)
                if reference.of != "book":
                    known &= columns[reference.of] == 1
                found[source] = np.sort(values[known])
            if found[source].size:
                figures[reference.key] = _quantile(found[source], reference.share)
    return figures


def _columns(work: UnitOfWork, subject: str, names: Sequence[str], bindings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the measures of every customer or deal and their populations, an array each; NaN for a missing value."""
    import numpy as np

    table = "temp.run_deals d" if subject == "deal" else "temp.run_facts f"
    among = {of: "1" if subject == "deal" else sql for of, sql in POPULATIONS.items() if of != "book"}
    expressions = [*(MEASURES[name].sql for name in names), *among.values()]
    rows = tuples(work.connection, f"SELECT {', '.join(expressions)} FROM {table}", bindings).fetchall()
    columns = zip(*rows, strict=True) if rows else ((),) * len(expressions)
    return {name: np.array(column, dtype=float) for name, column in zip((*names, *among), columns, strict=True)}


def _quantile(ascending: NDArray[Any], share: float) -> float:
    if share <= 0:
        return float("inf")
    if share == 0.5:
        middle = (len(ascending) - 1) / 2
        return float(ascending[int(middle)] + ascending[int(middle + 0.5)]) / 2
    rank = max(1, int(len(ascending) * share + 1e-9))
    lowest = ascending[len(ascending) - rank]
    equal_or_above = len(ascending) - int(ascending.searchsorted(lowest, side="left"))
    if equal_or_above <= 2 * rank:
        return float(lowest)
    # So many are equal that "the highest tenth" would be most of the book: only those above them count.
    above = int(ascending.searchsorted(lowest, side="right"))
    return float(ascending[above]) if above < len(ascending) else float("inf")


def to_sql(condition: Condition, rule: Rule, figures: Mapping[str, float], bindings: Bindings) -> str:
    """The SQL of a condition: 1 where it holds; 0 or null where it does not.

    Parameters
    ----------
    condition
        A test or a group of them.
    rule
        Whose parameters the tests name.
    figures
        Quantiles by their key.
    bindings
        Takes up the texts that are compared with.
    """
    if isinstance(condition, Test):
        return _test_sql(condition, rule, figures, bindings)
    parts = [to_sql(part, rule, figures, bindings) for part in condition.parts]
    if condition.how == "not":
        return f"NOT coalesce({parts[0]}, 0)"
    return "(" + (" AND " if condition.how == "all" else " OR ").join(parts) + ")"


def _test_sql(test: Test, rule: Rule, figures: Mapping[str, float], bindings: Bindings) -> str:
    sql = MEASURES[test.measure].sql
    reference = reference_of(rule, test)
    if reference is None:
        value = rule.figure(test.value)
        if isinstance(value, str):
            return f"{sql} {_SIGNS[test.comparator]} {bindings.add(value)}"
        assert value is not None
        return f"{sql} {_SIGNS[test.comparator]} {float(value)!r}"
    figure = figures.get(reference.key)
    if figure is None or figure == float("inf"):
        return "0"
    if test.comparator == "among_highest":
        # A book in which most have nothing: nobody with nothing is among the highest.
        among = f" AND {POPULATIONS[test.of]}" if test.of != "book" and reference.subject == "customer" else ""
        return f"({sql} >= {figure!r} AND {sql} > 0{among})"
    if test.comparator == "above_median":
        return f"{sql} > {figure!r}"
    times = rule.figure(test.value)
    assert isinstance(times, float | int)
    return f"{sql} >= {times_median(figure, float(times), probability=MEASURES[test.measure].probability)!r}"


def times_median(median: float, times: float, *, probability: bool) -> float:
    """`times` the median; for a probability never more than can be reached.

    Where the median risk is above 1 / (1 + times), a multiple of it soon lies beyond certainty (CDNOW's median risk is
    over 90 %); there the chance to stay must be smaller by the same factor instead.
    """
    plain = median * times
    return min(plain, 1 - (1 - median) / times) if probability else plain
