"""Dashboards: read from ``resources/dashboards``, asked with the filters of a person, and drilled to rows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values.dashboards import FORMS, PERIODS, Dashboard, Drill, Filters, TileAnswer, TileSpec
from models.values.metrics import Answer, Condition, Query, RowsQuery, Value
from models.values.words import full_day, listed
from services.metrics.answer import Metrics
from services.metrics.catalogue import TIME, Catalogue, Field
from services.metrics.load import Place, conditions_in, the_catalogue
from services.metrics.periods import GRAINS, months_later

FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "dashboards"
_TILE: Final = {"title", "form", "metrics", "by", "where", "period", "order", "limit", "compare", "having", "none"}
_MONTHS: Final = re.compile(r"(\d+)m")
#: Ends of the names of columns that only a comparison has.
_COMPARED: Final = ("_before", "_change")
#: What to import where the book has no row of a kind.
_IMPORT: Final = "Import a file that has them on the Data page."


@cache
def the_dashboards() -> tuple[Dashboard, ...]:
    """Return the dashboards of the program, in the order of their tabs."""
    return load_dashboards(FOLDER, the_catalogue())


def load_dashboards(folder: Path, catalogue: Catalogue) -> tuple[Dashboard, ...]:
    """Read dashboards from a folder.

    Raises
    ------
    UserError
        A tile that the catalogue cannot answer: the sentence names the file and the key.
    """
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise Place(path.name).wrong(f"this is not TOML ({error})") from error
        place = Place(path.name)
        place.only(content, {"title", "position", "rows"})
        rows = tuple(
            tuple(
                _tile(place.of("rows", str(down + 1), str(across + 1)), f"{path.stem}.{down}.{across}", tile, catalogue)
                for across, tile in enumerate(tiles)
            )
            for down, tiles in enumerate(content.get("rows", ()))
        )
        rows = _together(rows, catalogue)
        found.append((content.get("position", 99), Dashboard(path.stem, place.text(content, "title"), rows)))
    return tuple(one for _position, one in sorted(found, key=lambda pair: pair[0]))


def _tile(place: Place, key: str, table: Mapping[str, Any], catalogue: Catalogue) -> TileSpec:
    place.only(table, _TILE)
    names, by = place.texts(table, "metrics"), place.texts(table, "by")
    form: Any = place.of("form").among(table.get("form", "figure"), FORMS, "a form of a tile")
    if not names:
        raise place.of("metrics").wrong("a tile names at least one metric")
    if (form == "figure") == bool(by):
        raise place.of("by").wrong("a figure has no dimension, and every other form has one")
    for name in names:
        place.of("metrics").among(name, catalogue.metrics, "a metric")
        for dimension in by:
            place.of("by").among(dimension, catalogue.dimensions_of(catalogue.metrics[name]), f"a dimension of {name}")
    entity = catalogue.entities[catalogue.metrics[names[0]].entity]
    where = tuple(conditions_in(place.of("where"), table.get("where", []), entity.fields, entity.name))
    columns = {f"{name}{end}": Field(name, "", "number") for name in names for end in ("", "_before", "_change")}
    compared = table.get("compare", form in ("figure", "table"))
    query = Query(
        metrics=names, by=by, where=where, period=place.text(table, "period", ""), limit=table.get("limit"),
        order=place.texts(table, "order"), compare="previous" if compared else None,
        having=tuple(conditions_in(place.of("having"), table.get("having", []), columns, "the answer")),
    )  # fmt: skip
    return TileSpec(key, place.text(table, "title"), form, query, place.text(table, "none", ""))


def _together(rows: tuple[tuple[TileSpec, ...], ...], catalogue: Catalogue) -> tuple[tuple[TileSpec, ...], ...]:
    """Let figures and lines over the same rows be answered by one query, which reads the rows once."""

    def over(tile: TileSpec) -> tuple[object, ...]:
        metric = catalogue.metrics[tile.query.metrics[0]]
        plain = tile.form in ("figure", "line") and metric.kind in ("simple", "ratio", "as_of")
        scores = catalogue.of_scores(metric)
        return (metric.entity, scores, replace(tile.query, metrics=())) if plain else (tile.key,)

    names: dict[tuple[object, ...], list[str]] = {}
    for row in rows:
        for tile in row:
            names.setdefault(over(tile), []).append(tile.query.metrics[0])
    return tuple(tuple(replace(tile, together=tuple(names[over(tile)])) for tile in row) for row in rows)


def _own(found: Answer, name: str, catalogue: Catalogue) -> Answer:
    """One metric's part of an answer."""
    metric = catalogue.metrics[name]
    others = set(found.totals) - {name}
    gone = {f"{one}{end}" for one in others for end in ("", *_COMPARED)}
    kept = [at for at, one in enumerate(found.columns) if one.name not in gone]
    return replace(
        found,
        columns=tuple(found.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in found.rows),
        totals={name: found.totals[name]},
        intervals={one: ranges for one, ranges in found.intervals.items() if one == name},
        few={one: places for one, places in found.few.items() if one == name},
        noted=tuple(note for note in found.noted if note.metric in ("", name)),
        definition=f"{metric.title}: {metric.counts}",
    )


def asked(tile: TileSpec, filters: Filters) -> Query:
    """Return a tile's query under the filters of a person."""
    kept = [Condition(name, "=", said) for name in ("segment", "owner") if (said := getattr(filters, name))]
    period = tile.query.period or filters.period
    compare = filters.compare if tile.query.compare and period != "all" else None
    order, having = tile.query.order, tile.query.having
    if compare is None:  # then there is no change to order and choose by
        order = tuple(name for name in order if not name.endswith(_COMPARED))
        having = tuple(one for one in having if not one.name.endswith(_COMPARED))
    where = (*tile.query.where, *kept)
    return replace(tile.query, where=where, period=period, compare=compare, order=order, having=having)


def tile_answer(
    metrics: Metrics, tile: TileSpec, filters: Filters, cancelled: Callable[[], bool] = lambda: False
) -> TileAnswer:
    """Return what a tile shows.

    Raises
    ------
    UserError
        It takes too long.
    Cancelled
        It was cancelled.
    """
    query = asked(tile, filters)
    catalogue = metrics.catalogue
    if query.compare and all(catalogue.of_scores(catalogue.metrics[name]) for name in query.metrics):
        query = replace(query, compare=None)
    if query.period == "all" and any(one in GRAINS for one in query.by) and _are_states(catalogue, query):
        query = replace(query, period="12m")
    months = _MONTHS.fullmatch(query.period)
    if months is not None and "month" in query.by:  # whole months: the first one is not cut off
        day = metrics.days()[0]
        query = replace(query, period=f"{months_later(day.replace(day=1), 1 - int(months[1]))}..{day}")
    if len(tile.together) > 1:
        found = _own(metrics.answer(replace(query, metrics=tile.together), cancelled), query.metrics[0], catalogue)
    else:
        found = metrics.answer(query, cancelled)
    better = {name: catalogue.metrics[name].better for name in query.metrics}
    places = [place for place, column in enumerate(found.columns) if column.name in query.metrics]
    values = [row[place] for row in found.rows for place in places]
    unknown = all(value is None for value in values)
    if unknown or (tile.form != "figure" and not any(values)):
        why = _why_empty(metrics, tile, query, unknown=unknown)
        if why:
            return TileAnswer(query, found, better, why)
    return TileAnswer(query, found, better, span=_span(catalogue, query, found))


def _span(catalogue: Catalogue, query: Query, found: Answer) -> str:
    """Say of which days a figure is: a state of one, everything else of a period."""
    metric = _first(catalogue, query.metrics[0])
    day = full_day(found.period.last)
    if metric.kind == "as_of" or not (metric.day or catalogue.entities[metric.entity].day):
        return f"on {day}"
    return dict(PERIODS)[query.period].lower() if query.period in dict(PERIODS) else f"through {day}"


def _are_states(catalogue: Catalogue, query: Query) -> bool:
    return any(catalogue.metrics[name].kind == "as_of" for name in query.metrics)


def _why_empty(metrics: Metrics, tile: TileSpec, query: Query, *, unknown: bool) -> str:
    """Say what is missing, and how to get it; '' where rows count and their figures are simply 0."""
    entities = [metrics.catalogue.entities[_first(metrics.catalogue, name).entity] for name in query.metrics]
    entity = entities[0]
    things = entity.title.lower()
    if not metrics.has_rows(entity.name):
        how = _IMPORT if entity.until == "data" and entity.source != "scores" else "They appear as you work."
        return f"This book has no {things} yet. {how}"
    if metrics.needs_scores(query) and metrics.days()[1] is None:
        return "The book is not scored yet."
    period = dict(PERIODS).get(query.period, "").lower()
    when = f" in the {period}" if period.startswith("last") else ""
    if tile.none and query.having:
        return f"{tile.none}{when}."
    rows = metrics.rows_of(query, query.metrics[0])
    number = metrics.count_rows(rows)
    if number:
        title = metrics.catalogue.metrics[query.metrics[0]].title.split(",")[0].removeprefix("Mean ")
        noun = title if title.isupper() else f"{title[0].lower()}{title[1:]}"
        return f"{_so_many(number, things)}{when}, none with a value for {noun}." if unknown else ""
    number = metrics.count_rows(replace(rows, metric=None))
    return (
        f"{_so_many(number, things)}{when}, none of them counted here."
        if number
        else (f"No {things} match these filters{when}.")
    )


def _so_many(number: int, things: str) -> str:
    return f"{number:,} {things}" if number > 1 else f"1 row of {things}"


def _first(catalogue: Catalogue, name: str) -> Any:
    metric = catalogue.metrics[name]
    while metric.kind in ("derived", "cumulative", "conversion"):
        metric = catalogue.metrics[metric.uses[0] if metric.kind == "derived" else metric.base]
    return metric


def drill(metrics: Metrics, tile: TileSpec, query: Query, metric: str, cell: Mapping[str, Value]) -> Drill:
    """Return the way from a figure of a tile to its rows."""
    catalogue = metrics.catalogue
    rows: RowsQuery = metrics.rows_of(query, metric, cell)
    title = catalogue.metrics[metric].title if len(query.metrics) > 1 else tile.title
    said = [_named(name, value) for name, value in cell.items()]
    part = catalogue.metrics[rows.metric].title if rows.metric not in (None, metric) else ""
    return Drill(f"{title}: {listed(said)}" if said else title, rows, part)


def _named(name: str, value: Value) -> str:
    if value is None:
        return f"no {name}"
    return str(value) if name in TIME or not isinstance(value, int | float) else f"{name} {value}"
