"""Dashboards as plain values: rows of tiles, what a filter bar asks of them, and what a tile has to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from models.values.metrics import Answer, Compare, Query, RowsQuery, Value

Form = Literal["figure", "line", "bars", "funnel", "table", "matrix", "changes"]
FORMS: Final[tuple[Form, ...]] = ("figure", "line", "bars", "funnel", "table", "matrix", "changes")
#: How many columns of its row a tile may take.
WIDEST: Final = 3
#: Said of a figure that comes from too few rows.
FEW: Final = "not enough data"
#: Periods that the filter bar offers, with what they are called.
PERIODS: Final = (
    ("30d", "Last 30 days"), ("90d", "Last 90 days"), ("6m", "Last 6 months"), ("12m", "Last 12 months"),
    ("all", "All time"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TileSpec:
    """One tile: a query, and how its answer is shown.

    Attributes
    ----------
    query
        Without a period (``""``) that of the filter bar counts.
    none
        What is said where no group has the figures that the query asks for, without a full stop.
    together
        Of a figure or a line: metrics of this and other tiles that one query answers, as they are over the same rows.
    wide
        How many columns of its row it takes, up to `WIDEST`.
    parts
        Of changes: dimensions; the first that a metric allows tells where it changed most.
    """

    key: str
    title: str
    form: Form
    query: Query
    none: str = ""
    together: tuple[str, ...] = ()
    wide: int = 1
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One tab: rows of tiles.

    Attributes
    ----------
    kind
        The program's as it comes, the program's as somebody changed it, or one that somebody made.
    left_out
        Of a stored one: why a tile is not shown, in sentences.
    """

    name: str
    title: str
    rows: tuple[tuple[TileSpec, ...], ...]
    kind: Literal["original", "changed", "own"] = "original"
    left_out: tuple[str, ...] = ()

    @property
    def tiles(self) -> tuple[TileSpec, ...]:
        """All tiles in reading order."""
        return tuple(tile for row in self.rows for tile in row)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the filter bar says; '' for all."""

    period: str = "90d"
    compare: Compare | None = "previous"
    segment: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """What a filter bar said, under the name that a person gave it."""

    name: str
    filters: Filters


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that changed by more than chance.

    Attributes
    ----------
    title
        Of the metric, or of the group whose figure it is.
    good
        Whether it changed for the better; None where neither way is better.
    part
        The group that changed most the same way.
    cell
        The dimension and value of a group.
    """

    metric: str
    title: str
    unit: str
    now: Value
    before: Value
    good: bool | None
    part: Change | None = None
    cell: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class TileAnswer:
    """What a tile shows.

    Attributes
    ----------
    better
        Of each metric, which way is better.
    empty
        Why there is nothing to show, in words; '' where there is something.
    span
        Of which day or period a figure is, in words.
    across
        Of a matrix: its columns.
    changes
        What changed by more than chance, the worst first.
    """

    query: Query
    answer: Answer
    better: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""
    span: str = ""
    across: tuple[Value, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Drill:
    """The rows behind one figure of a tile: what they are, in words, and the query for them."""

    title: str
    rows: RowsQuery
    of_part: str = ""  # of a figure made of others: whose rows they are
