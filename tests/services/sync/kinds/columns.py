"""A column of text, decided and converted as an import does it, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

from models.values.meanings import Meaning
from services.entities import Field
from services.sync.kinds.column import Circumstances, Column
from services.sync.kinds.columns import make_converter
from services.sync.kinds.decisions import conclude, decide, observing, take
from services.sync.kinds.memo import Fault, Unsettled


def decided(
    cells: Sequence[str],
    kind: str,
    *,
    header: str = "Column",
    said: str = "",
    delimiter: str = "\t",
    first: int | None = None,
    survey: bool = False,
    zone: tzinfo = UTC,
) -> Column:
    """Decide a column; `first` says how many of its cells are among the file's first rows."""
    rows = [[cell] for cell in cells]
    about = Circumstances(delimiter, zone, "", "book.csv")
    columns = [Column(0, header, Field(header, kind, header), said)]
    if not survey:
        return decide(columns, rows[:first], lambda: [rows], about)[0]
    observed = observing(columns)
    take(observed, rows)
    conclude(observed, about, settled=True)
    return observed[0]


def meaning(cells: Sequence[str], kind: str, **how: Any) -> Meaning:
    """What a column means, from all its cells."""
    return decided(cells, kind, survey=True, **how).meaning()


def converted(cells: Sequence[str], kind: str, *, currency: str = "USD", **how: Any) -> tuple[Column, list[Any]]:
    """Decide and convert a column as an import does: by its first rows, and by all where a later cell objects."""
    zone = how.get("zone", UTC)
    one = decided(cells, kind, **how)
    try:
        return one, _values(one, cells, kind, zone, currency)
    except Unsettled:
        one = decided(cells, kind, **{**how, "survey": True})
        return one, _values(one, cells, kind, zone, currency)


def _values(one: Column, cells: Sequence[str], kind: str, zone: tzinfo, currency: str) -> list[Any]:
    return list(make_converter(one, zone, currency).convert(cells)[-1 if kind == "moment" else 0])


def faults(values: Sequence[Any]) -> list[str]:
    """Why cells did not fit."""
    return [value.why for value in values if isinstance(value, Fault)]
