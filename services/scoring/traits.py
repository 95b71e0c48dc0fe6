"""Fields of customers under contract that may tell who leaves: kind of contract, charge, services, way of paying.

A field has no day: what a file says now is taken for what held at every day of the past. So fields are features of the
end of a contract alone, and only those that cannot tell of it what nobody knew before: a field leaks, and is left out,

- where it is filled in for those who left more often than for the others, or less often (a reason for leaving);
- where it counts up while the contract runs (total charges, months so far) or with what is bought (orders in all): at
  an earlier day it was less;
- where it alone all but tells who has left (a status, a churn score made afterwards).

What is left may still have changed since (a customer moved to a yearly contract), which no file tells.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: What the names of their columns begin with.
PREFIX = "field "
#: Columns of the table of customers that are fields like those of other systems.
OWN = ("tier", "region", "country", "gender")
#: A field is known of so many; a value of a field with values is that of so many customers; and it has so many at most.
_KNOWN, _SHARE, _FEWEST, _MOST_VALUES, _MOST_FIELDS = 0.5, 0.01, 20, 20, 60
#: By so much the shares of whom a field is known may differ; so closely a number may go with the time under contract,
#: or with what was bought; and so well (AUC) a field alone may tell who has left.
_FILLED, _COUNTS_UP, _TELLS = 0.05, 0.6, 0.9


def traits_of(
    texts: Sequence[Mapping[str, str]], days: Floats, ended: Flags, counted: Sequence[Floats] = ()
) -> dict[str, Floats]:
    """Columns of the fields that may be features, by name; numbers as they are, values as 1 or 0, nan where not known.

    Parameters
    ----------
    texts
        Fields of each customer as text, shape (customers,).
    days, ended
        How long the contract ran, to its end or to the day of the book (nan: none), and whether it ended.
    counted
        What else counts up with time: orders in all, spend in all.
    """
    under = np.isfinite(days)
    if under.sum() < _FEWEST or not ended[under].any() or ended[under].all():
        return {}
    names = Counter(name for one in texts for name in one)
    found: dict[str, Floats] = {}
    for name in sorted(name for name, count in names.items() if count >= _KNOWN * len(texts))[:_MOST_FIELDS]:
        cells = [one.get(name, "").strip() for one in texts]
        known = np.array([bool(cell) for cell in cells])
        if abs(known[under & ended].mean() - known[under & ~ended].mean()) <= _FILLED:
            found |= _columns(name, cells, known, (days, *counted), ended)
    return found


def _columns(name: str, cells: list[str], known: Flags, counted: Sequence[Floats], ended: Flags) -> dict[str, Floats]:
    told = known & np.isfinite(counted[0])
    numbers = _numbers(cells)
    if np.isfinite(numbers[known]).mean() > 1.0 - _FILLED:
        told &= np.isfinite(numbers)
        counts_up = any(abs(_rank_correlation(numbers[told], one[told])) > _COUNTS_UP for one in counted)
        return (
            {}
            if counts_up or _tells(numbers[told], ended[told]) or np.ptp(numbers[told]) == 0.0
            else {f"{PREFIX}{name}": numbers}
        )
    fewest = max(_FEWEST, _SHARE * len(cells))
    counts = Counter(cell for cell in cells if cell)
    values = sorted(value for value, count in counts.items() if count >= fewest)
    if not 1 < len(counts) <= _MOST_VALUES or not values:
        return {}
    text = np.array(cells, object)
    left = {value: float(ended[told & (text == value)].mean()) for value in set(text[told])}
    if _tells(np.array([left[value] for value in text[told]]), ended[told]):
        return {}
    return {f"{PREFIX}{name}: {value}": np.where(known, (text == value).astype(np.float64), np.nan) for value in values}


def _numbers(cells: list[str]) -> Floats:
    def number(cell: str) -> float:
        try:
            return float(cell)
        except ValueError:
            return float("nan")

    found = np.array([number(cell) for cell in cells])
    return np.where(np.isfinite(found), found, np.nan)


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2.0)[place])


def _rank_correlation(values: Floats, others: Floats) -> float:
    if np.ptp(values) == 0.0 or np.ptp(others) == 0.0:
        return 0.0
    return float(np.corrcoef(_ranks(values), _ranks(others))[0, 1])


def _tells(values: Floats, ended: Flags) -> bool:
    gone, stayed = int(ended.sum()), int((~ended).sum())
    if not gone or not stayed:
        return True
    area = (float(_ranks(values)[ended].sum()) - gone * (gone + 1) / 2.0) / (gone * stayed)
    return max(area, 1.0 - area) > _TELLS


def fields_of(attributes: str | None, own: Sequence[str | None]) -> dict[str, str]:
    """The fields of a customer as text, from the columns that nobody mapped and from its own."""
    kept = json.loads(attributes) if attributes else {}
    found = {name: str(value) for name, value in kept.items() if isinstance(value, str | int | float)}
    return found | {name: value for name, value in zip(OWN, own, strict=True) if value}
