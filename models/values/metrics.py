"""A question to the catalogue of metrics, and its answer, as plain values that rooms and pages hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from models.values.notes import Note, phrased

Value = str | int | float | None
Operator = Literal["=", "!=", ">", ">=", "<", "<=", "in", "not-in", "contains", "is-empty"]
OPERATORS: Final[tuple[Operator, ...]] = ("=", "!=", ">", ">=", "<", "<=", "in", "not-in", "contains", "is-empty")
Compare = Literal["previous", "year"]
_CUT: Final = {"partial": "so far", "begins": "in part"}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field of a row must be; money in major units, shares of 1, days as ISO text.

    Attributes
    ----------
    value
        A list for ``in`` and ``not-in``; nothing for ``is-empty``.
    """

    name: str
    operator: Operator
    value: Value | tuple[Value, ...] = None

    @property
    def in_words(self) -> str:
        """As people write it: ``tier = Gold``."""
        given = self.value if isinstance(self.value, tuple) else (self.value,)
        words = ("yes" if one is True else "no" if one is False else str(one) for one in given if one is not None)
        return f"{self.name} {self.operator} {', '.join(words)}".strip()


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days from the first through the last; None: from the book's beginning."""

    first: date | None
    last: date

    @property
    def days(self) -> int | None:
        """How many days it has; None where it has no beginning."""
        return (self.last - self.first).days + 1 if self.first is not None else None


@dataclass(frozen=True, slots=True)
class Query:
    """A question: which metrics, by which dimensions, of which rows, in which period.

    Attributes
    ----------
    period
        As ``services.metrics`` reads periods: ``30d``, ``12m``, ``2026-01-01..2026-03-31``, ``2026-05``, ``all``.
    as_of
        The day that is looked from; None: the book's own.
    compare
        With the period before, or the same one a year before.
    order
        Columns by which rows are ordered, ``-`` before the name for the largest first; (): as `answer` finds best.
    having
        Conditions on figures of the answer's rows.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    period: str = "all"
    as_of: date | None = None
    compare: Compare | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None
    having: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer; unit: text, day, flag, count, number, money, percent, score, hours or days."""

    name: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % range of a share (Wilson), and of how many rows it is."""

    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found.

    Attributes
    ----------
    rows
        One a group, cells in the order of the columns; money in minor units of the currency.
    totals
        Each metric over all rows of the period, whatever the groups, the limit and `having`.
    intervals
        Of shares, by column of figures (`NAME`, and `NAME_before` of a comparison), one a row.
    few
        By metric, the numbers of rows that come from so few that they tell nothing.
    sql
        The statements that ran, with their parameters.
    """

    as_of: date
    period: Period
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    totals: Mapping[str, Value]
    currency: str
    noted: tuple[Note, ...] = ()
    definition: str = ""
    sql: str = ""
    intervals: Mapping[str, tuple[Interval | None, ...]] = field(default_factory=dict)
    few: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known of the figures, in sentences."""
        return phrased(self.noted, {column.name: column.title for column in self.columns})

    def cut(self, row: int, column: str = "") -> str:
        """Return how a row's week, month … is cut off: "so far" by the end of the data, "in part" by the period's
        beginning; '' for a whole one, and of a ``column`` that does not name it."""
        cells = self.cells(row)
        for note in (one for one in self.noted if one.code in _CUT):
            grain, name, _day = note.figures
            if column in ("", grain) and cells.get(str(grain)) == name:
                return _CUT[note.code]
        return ""

    def cells(self, row: int) -> dict[str, Value]:
        """Return one row as a mapping of column names to values."""
        return {column.name: value for column, value in zip(self.columns, self.rows[row], strict=True)}


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """The rows of an entity: all that fit, or those behind one figure.

    Attributes
    ----------
    metric
        The metric whose figure it is; None: simply the rows.
    cell
        The values of the dimensions by which the figure is grouped.
    """

    entity: str
    where: tuple[Condition, ...] = ()
    period: str = "all"
    as_of: date | None = None
    metric: str | None = None
    cell: tuple[tuple[str, Value], ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class RowList:
    """Rows of an entity.

    Attributes
    ----------
    total
        How many there are, shown or not.
    figure
        What the metric makes of all of them; None without a metric.
    value
        The column that holds what each row adds to the figure; None without a metric.
    customers
        The number of each shown row's customer, None where it has none.
    """

    entity: str
    as_of: date
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: int
    currency: str
    figure: Value = None
    value: str | None = None
    sql: str = ""
    customers: tuple[int | None, ...] = ()

    @property
    def shown(self) -> tuple[int, ...]:
        """The places of the columns that tell something of the rows: last what each adds to a figure, and not twice.

        What each adds to a count is 1. The first names the row, and stays.
        """
        places = range(len(self.columns))
        if self.value is None:
            return tuple(places)
        *others, adds = places
        if self.columns[adds].unit == "count":
            return tuple(others)
        return (*(at for at in others if at == 0 or self._differs(at, adds)), adds)

    def _differs(self, at: int, adds: int) -> bool:
        return not self.rows or any(cells[at] != cells[adds] for cells in self.rows)


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One metric as the list of the catalogue shows it."""

    name: str
    title: str
    unit: str
    entity: str
    kind: str
    definition: str
    by: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what ``metrics --json`` prints."""
        return {
            "name": self.name, "title": self.title, "unit": self.unit, "entity": self.entity, "kind": self.kind,
            "definition": self.definition, "by": list(self.by), "synonyms": list(self.synonyms),
        }  # fmt: skip
