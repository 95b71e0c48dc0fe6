"""Dashboards as plain values: rows of tiles, what a filter bar asks of them, and what a tile has to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from models.values.errors import UserError
from models.values.metrics import Answer, Compare, Query, RowsQuery, Value
from models.values.words import listed

Form = Literal[
    "figure", "line", "bars", "stacked", "ranges", "funnel", "table", "matrix", "changes", "headline", "glimpse"
]
FORMS: Final[tuple[Form, ...]] = (
    "figure",
    "line",
    "bars",
    "stacked",
    "ranges",
    "funnel",
    "table",
    "matrix",
    "changes",
    "headline",
    "glimpse",
)
Height = Literal["S", "M", "L"]
#: How high a tile may be: a lower line or the first groups alone, as it comes, a higher line or twice as many groups.
HEIGHTS: Final[tuple[Height, ...]] = ("S", "M", "L")
#: So many groups a low tile shows.
LOW_GROUPS: Final = 5
#: Forms that say a change unless they are told otherwise.
COMPARED_FORMS: Final[tuple[Form, ...]] = ("figure", "table", "changes", "headline", "glimpse")
#: Forms that tell what changed.
CHANGES_FORMS: Final[tuple[Form, ...]] = ("changes", "headline")
#: Forms of one figure, with how it went.
FIGURE_FORMS: Final[tuple[Form, ...]] = ("figure", "glimpse")
#: Longest name of a dashboard, a tile or a view.
LONGEST_NAME: Final = 60
#: So many figures, and so many charts and tables, stand in one row of what is added.
_IN_ROW: Final = {True: 7, False: 3}
#: How many columns of its row a tile may take.
WIDEST: Final = 3
#: Said of a figure that comes from too few rows.
FEW: Final = "not enough data"
#: Periods that the filter bar offers, with what they are called.
PERIODS: Final = (
    ("30d", "Last 30 days"), ("90d", "Last 90 days"), ("6m", "Last 6 months"), ("12m", "Last 12 months"),
    ("all", "All time"),
)  # fmt: skip


#: What rows may be chosen by, in the order of the filter bar: the field and its title.
FILTERED: Final = (
    ("segment", "Segment"), ("tier", "Tier"), ("owner", "Owner"), ("region", "Region"),
    ("category", "Category"),
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
    height
        How high it is, one of `HEIGHTS`; a figure and a headline have one height.
    courses
        Of a figure with a trend: such metrics of this and other tiles that one query answers.
    trend
        Of a figure: the metric that has its course over months, where it is not its own.
    lens
        The figure that is chosen on the dashboard rules this tile: how that figure is shown here, such as "by month".
    parts
        Of changes: dimensions; the first that a metric allows tells where it changed most.
    switch
        Dimensions by which a person can look at it, without changing it; the first is its own.
    least
        With fewer rows of its first metric it says how many there are, and compares none.
    opens
        Of a glimpse: the dashboard that it is of.
    beside
        Of a table by customer: fields of each customer that stand beside the name.
    """

    key: str
    title: str
    form: Form
    query: Query
    none: str = ""
    together: tuple[str, ...] = ()
    wide: int = 1
    height: Height = "M"
    trend: str = ""
    courses: tuple[str, ...] = ()
    lens: str = ""
    parts: tuple[str, ...] = ()
    switch: tuple[str, ...] = ()
    least: int = 0
    opens: str = ""
    beside: tuple[str, ...] = ()

    @property
    def limit(self) -> int | None:
        """How many groups it shows; None for all."""
        asked = self.query.limit
        if self.height == "S" and self.form != "table":  # a table scrolls
            return min(LOW_GROUPS, asked or LOW_GROUPS)
        return 2 * asked if self.height == "L" and asked is not None else asked

    def by_another(self, name: str) -> TileSpec:
        """Return it by another of its dimensions."""
        own = self.query.by[0]
        old, new = f"by {own}", f"by {name}"
        title, lens = self.title.replace(old, new), self.lens.replace(old, new)
        order = tuple(one.replace(own, name) if one.removeprefix("-") == own else one for one in self.query.order)
        return replace(self, title=title, lens=lens, query=replace(self.query, by=(name,), order=order))


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

    def with_tile(self, tile: TileSpec) -> Dashboard:
        """Return it with one tile more: in the first row of figures with room, or in the last row of charts."""
        small, rows = tile.form == "figure", list(self.rows)
        alike = [
            at for at, row in enumerate(rows)
            if _is_small(row) == small and len(row) < _IN_ROW[small] and not any(map(_is_band, row))
        ]  # fmt: skip
        if alike:
            at = alike[0] if small else alike[-1]
            rows[at] = (*rows[at], tile)
        else:
            after = max((at for at, row in enumerate(rows) if _is_small(row)), default=-1)
            rows.insert(after + 1 if small else len(rows), (tile,))
        return replace(self, rows=tuple(rows))

    def without_tile(self, key: str) -> Dashboard:
        """Return it without a tile; a row that is left without tiles goes."""
        gone = self._tile(key)
        rows = (tuple(tile for tile in row if tile is not gone) for row in self.rows)
        return replace(self, rows=tuple(row for row in rows if row))

    def with_changed(self, key: str, changed: TileSpec) -> Dashboard:
        """Return it with another tile in a tile's place."""
        return self._with({self._tile(key).key: changed})

    def with_width(self, key: str, by: int) -> Dashboard:
        """Return it with a tile that takes more or fewer columns of its row."""
        tile = self._tile(key)
        return self._with({key: replace(tile, wide=max(1, min(WIDEST, tile.wide + by)))})

    def with_height(self, key: str, by: int) -> Dashboard:
        """Return it with a tile that is a step higher or lower."""
        tile = self._tile(key)
        at = max(0, min(len(HEIGHTS) - 1, HEIGHTS.index(tile.height) + by))
        return self._with({key: replace(tile, height=HEIGHTS[at])})

    def with_moved(self, key: str, by: int) -> Dashboard:
        """Return it with a tile and its neighbour of the same kind, before or after it, in each other's place."""
        at = self.alike(key).index(self._tile(key)) + by
        return self.with_placed(key, at) if 0 <= at < len(self.alike(key)) else self

    def with_placed(self, key: str, at: int) -> Dashboard:
        """Return it with a tile at another place among those of its kind; those between move up by one."""
        places, moved = self.alike(key), self._tile(key)
        tiles = [tile for tile in places if tile is not moved]
        tiles.insert(at, moved)
        return self._with({place.key: tile for place, tile in zip(places, tiles, strict=True)})

    def alike(self, key: str) -> tuple[TileSpec, ...]:
        """Return the tiles with which a tile can change places, itself among them, in reading order."""
        kind = self._tile(key)
        return tuple(tile for tile in self.tiles
                     if (tile.form == "figure", _is_band(tile)) == (kind.form == "figure", _is_band(kind)))  # fmt: skip

    def _with(self, places: Mapping[str, TileSpec]) -> Dashboard:
        return replace(self, rows=tuple(tuple(places.get(tile.key, tile) for tile in row) for row in self.rows))

    def _tile(self, key: str) -> TileSpec:
        for tile in self.tiles:
            if tile.key == key:
                return tile
        raise UserError("The tile is not there any more. Somebody else changed this dashboard.")


def _is_band(tile: TileSpec) -> bool:
    """Whether a tile has a row of its own."""
    return tile.form == "headline"


def _is_small(row: Sequence[TileSpec]) -> bool:
    return all(tile.form == "figure" for tile in row)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the filter bar says; '' for all."""

    period: str = "90d"
    compare: Compare | None = "previous"
    segment: str = ""
    owner: str = ""
    tier: str = ""
    region: str = ""
    category: str = ""

    @property
    def chosen(self) -> tuple[tuple[str, str, str], ...]:
        """What rows are chosen by: field, title and value each."""
        return tuple((name, title, said) for name, title in FILTERED if (said := getattr(self, name)))


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
    unfiltered
        Titles of filters that its rows do not have, so that they were left off.
    held
        Where only the largest groups are shown: their share of the total; None where all are.
    """

    query: Query
    answer: Answer
    better: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""
    span: str = ""
    across: tuple[Value, ...] = ()
    changes: tuple[Change, ...] = ()
    unfiltered: tuple[str, ...] = ()
    held: float | None = None

    @property
    def left_off(self) -> str:
        """The filters that its rows do not follow, in words; '' where they follow all."""
        return f"not filtered by {listed([one.lower() for one in self.unfiltered])}" if self.unfiltered else ""


@dataclass(frozen=True, slots=True)
class Drill:
    """The rows behind one figure of a tile: what they are, in words, and the query for them."""

    title: str
    rows: RowsQuery
    of_part: str = ""  # of a figure made of others: whose rows they are


@dataclass(frozen=True, slots=True)
class Offered:
    """A metric from which a tile can be made.

    Attributes
    ----------
    by
        The dimensions that it can be shown by: name and title each.
    share
        Whether it is a share, whose range is known.
    synonyms
        What else people call it.
    """

    name: str
    title: str
    counts: str
    of: str
    by: tuple[tuple[str, str], ...]
    share: bool = False
    synonyms: tuple[str, ...] = ()
