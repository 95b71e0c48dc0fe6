"""What changed between two periods by more than chance, and in which part of the rows it changed most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

from models.values.dashboards import Change
from models.values.metrics import Answer, Interval, Query, Value
from services.metrics.answer import Metrics
from services.metrics.catalogue import Metric
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
    counts as changed from 15 % on; a mean never does, as nothing says how far it varies.

    Parameters
    ----------
    answer
        Of the query, which has no dimension and a comparison.
    parts
        Dimensions; of each change the first that the metric allows tells which group changed most.
    """
    assert query.compare is not None and not query.by
    earlier = replace(query, compare=None, period="{0.first}..{0.last}".format(compared(answer.period, query.compare)))
    before = metrics.answer(earlier, cancelled)
    found = []
    for name in query.metrics:
        metric = metrics.catalogue.metrics[name]
        size = _moved(metric, (answer, name, 0), (before, name, 0))
        if not size:
            continue
        allowed = metrics.catalogue.dimensions_of(metric)
        by = next((one for one in parts if one in allowed), None)
        part = None
        if by is not None and metric.kind != "as_of":
            part = _most(metrics, replace(query, metrics=(name,), by=(by,)), earlier, size, cancelled)
        good = (size > 0) == (metric.better == "higher") if metric.better else None
        now, then = answer.cells(0)[name], before.cells(0)[name]
        found.append((size, Change(name, metric.title, metric.unit, now, then, good, part)))
    found.sort(key=lambda one: (one[1].good is True, one[1].good is None, -abs(one[0])))
    return tuple(change for _size, change in found)


def _most(metrics: Metrics, query: Query, earlier: Query, size: float, cancelled: Callable[[], bool]) -> Change | None:
    """The group whose figure moved most in the same direction, and by more than chance."""
    now = metrics.answer(replace(query, compare=None, order=(), limit=None, having=()), cancelled)
    before = metrics.answer(replace(earlier, metrics=query.metrics, by=query.by), cancelled)
    name, by = query.metrics[0], query.by[0]
    metric = metrics.catalogue.metrics[name]
    rows = {before.cells(at)[by]: at for at in range(len(before.rows))}

    def moves() -> Iterator[tuple[float, Change]]:
        for at in range(len(now.rows)):
            group = now.cells(at)[by]
            if group is None or group not in rows:
                continue
            moved = _moved(metric, (now, name, at), (before, name, rows[group]), parts=True)
            if moved * size > 0:
                figures = now.cells(at)[name], before.cells(rows[group])[name]
                yield abs(moved), Change(name, str(group), metric.unit, *figures, None, None, ((by, group),))

    return max(moves(), key=lambda one: one[0], default=(0.0, None))[1]


_At = tuple[Answer, str, int]


def _moved(metric: Metric, now: _At, before: _At, *, parts: bool = False) -> float:
    """How clearly a figure changed, with its sign; 0 where it may be chance."""
    a, b = _value(now), _value(before)
    if a is None or b is None or _is_few(now) or _is_few(before):
        return 0.0
    if metric.unit == "percent":
        return _of_shares(a, b, _interval(now), _interval(before))
    if metric.unit == "count" and metric.kind == "simple":
        clear = (a - b) / sqrt(a + b) if a + b >= 2 * _ROWS else 0.0
        return clear if abs(clear) >= _CLEAR else 0.0
    if parts or metric.measure not in ("count", "sum") or not b or abs(a - b) / abs(b) < _SHARE:
        return 0.0
    return _CLEAR * (a - b) / abs(b)


def _of_shares(a: float, b: float, now: Interval | None, before: Interval | None) -> float:
    if now is None or before is None or min(now.rows, before.rows) < _ROWS or abs(a - b) < _POINTS:
        return 0.0
    pooled = (a * now.rows + b * before.rows) / (now.rows + before.rows)
    spread = sqrt(pooled * (1 - pooled) * (1 / now.rows + 1 / before.rows))
    clear = (a - b) / spread if spread else 0.0
    return clear if abs(clear) >= _CLEAR else 0.0


def _value(at: _At) -> float | None:
    value: Value = at[0].cells(at[2]).get(at[1])
    return float(value) if isinstance(value, int | float) else None


def _is_few(at: _At) -> bool:
    return at[2] in at[0].few.get(at[1], ())


def _interval(at: _At) -> Interval | None:
    known = at[0].intervals.get(at[1], ())
    return known[at[2]] if at[2] < len(known) else None
