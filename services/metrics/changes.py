"""What changed between two periods by more than chance, and in which part of the rows it changed most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

from models.values.dashboards import Change
from models.values.metrics import Answer, Interval, Period, Query
from services.metrics.answer import Metrics
from services.metrics.catalogue import Metric
from services.metrics.coverage import Coverage
from services.metrics.periods import compared

#: Of two hundred figures that did not change, two look as if they had: a dashboard watches some ten.
_CLEAR: Final = 2.58
#: A share moves by so much at least, and a sum or a state by so much of what it was.
_POINTS, _SHARE = 0.03, 0.15
#: A part is told where it holds so many rows in both periods.
_ROWS: Final = 10


def read_changes(
    metrics: Metrics,
    query: Query,
    answer: Answer,
    parts: Sequence[str],
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Change, ...]:
    """Return the changes of a query's figures that are more than chance, the worst first and the good ones last.

    A share is compared by a two-proportion test, a count as one of a Poisson process, both at 1 %. A sum or a state
    counts as changed from 15 % on; a mean never does, as nothing says how far it varies. Where the data do not reach
    back to the beginning of the period before, or end well before this one, no difference is a change.

    Parameters
    ----------
    answer
        Of the query, which has no dimension and a comparison.
    parts
        Dimensions; of each change the first that the metric allows tells which group changed most.
    """
    assert query.compare is not None
    found, coverage, before = [], metrics.coverage(), compared(answer.period, query.compare)
    for name in query.metrics:
        metric = metrics.catalogue.metrics[name]
        size = _moved(metric, answer, 0)
        if not size or not coverage.begins(metric, before) or _lacks_days(coverage, metric, answer.period):
            continue
        allowed = metrics.catalogue.dimensions_of(metric)
        by = next((one for one in parts if one in allowed), None)
        most = None
        if by is not None and metric.kind != "as_of":
            groups = replace(query, metrics=(name,), by=(by,), order=(), limit=None, having=())
            most = _most(metric, by, metrics.answer(groups, cancelled), size)
        good = (size > 0) == (metric.better == "higher") if metric.better else None
        cells = answer.cells(0)
        found.append((size, Change(name, metric.title, metric.unit, cells[name], cells[f"{name}_before"], good, most)))
    found.sort(key=lambda one: (one[1].good is True, one[1].good is None, -abs(one[0])))
    return tuple(change for _size, change in found)


def _lacks_days(coverage: Coverage, metric: Metric, period: Period) -> bool:
    """Whether more than a twentieth of a period is not in the book: its source ended, or is late."""
    _, age = coverage.of(metric, period.last)
    return age is not None and (age.stale or 20 * age.age_days > (period.days or 0))


def _most(metric: Metric, by: str, answer: Answer, size: float) -> Change | None:
    """The group whose figure moved most in the same direction, and by more than chance."""

    def moves() -> Iterator[tuple[float, Change]]:
        for at in range(len(answer.rows)):
            cells, moved = answer.cells(at), _moved(metric, answer, at, part=True)
            group = cells[by]
            if group is not None and moved * size > 0:
                figures = cells[metric.name], cells[f"{metric.name}_before"]
                yield abs(moved), Change(metric.name, str(group), metric.unit, *figures, None, None, ((by, group),))

    return max(moves(), key=lambda one: one[0], default=(0.0, None))[1]


def _moved(metric: Metric, answer: Answer, at: int, *, part: bool = False) -> float:
    """How clearly a figure changed, with its sign; 0 where it may be chance."""
    cells, earlier = answer.cells(at), f"{metric.name}_before"
    now, before = cells[metric.name], cells[earlier]
    if not isinstance(now, int | float) or not isinstance(before, int | float) or at in answer.few.get(metric.name, ()):
        return 0.0
    if metric.unit == "percent":
        ranges = [answer.intervals.get(name, ())[at : at + 1] for name in (metric.name, earlier)]
        return _of_shares(now, before, *(one[0] if one else None for one in ranges))
    if metric.unit == "count" and metric.measure == "count":
        clear = (now - before) / sqrt(now + before) if now + before >= 2 * _ROWS else 0.0
        return clear if abs(clear) >= _CLEAR else 0.0
    if part or metric.measure not in ("count", "sum") or not before or abs(now - before) / abs(before) < _SHARE:
        return 0.0
    return _CLEAR * (now - before) / abs(before)


def _of_shares(a: float, b: float, now: Interval | None, before: Interval | None) -> float:
    if now is None or before is None or min(now.rows, before.rows) < _ROWS or abs(a - b) < _POINTS:
        return 0.0
    pooled = (a * now.rows + b * before.rows) / (now.rows + before.rows)
    spread = sqrt(pooled * (1 - pooled) * (1 / now.rows + 1 / before.rows))
    clear = (a - b) / spread if spread else 0.0
    return clear if abs(clear) >= _CLEAR else 0.0
