"""Say in words what a tile cannot show, what is missing, and how to get it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from models.values.dashboards import PERIODS, TileSpec
from models.values.metrics import Answer, Query
from services.metrics.answer import Metrics
from services.metrics.catalogue import Catalogue, Entity

#: What to import where the book has no row of a kind.
_IMPORT: Final = "Import a file that has them on the Data page."


def why_empty(metrics: Metrics, tile: TileSpec, query: Query, *, unknown: bool) -> str:
    """Say what is missing, and how to get it; '' where rows count and their figures are simply 0."""
    metric = metrics.catalogue.basis(metrics.catalogue.metrics[query.metrics[0]])
    entity = metrics.catalogue.entities[metric.entity]
    things = entity.title.lower()
    if not metrics.has_rows(entity.name):
        how = _IMPORT if _imported(entity) else "They appear as you work."
        return f"This book has no {things} yet. {how}"
    if metrics.needs_scores(query) and metrics.days()[1] is None:
        return "The book is not scored yet."
    when = when_words(metrics.catalogue, query)
    if tile.none and query.having:
        return f"{tile.none}{when}."
    rows = metrics.rows_of(query, query.metrics[0])
    number = metrics.count_rows(rows)
    if tile.none and not number:
        return f"{tile.none}{when}."
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


def ungrouped(metrics: Metrics, tile: TileSpec, query: Query, found: Answer) -> str:
    """Say that no row has what the groups are told apart by, so that all stand in one; '' where some have it."""
    catalogue = metrics.catalogue
    metric = catalogue.basis(catalogue.metrics[query.metrics[0]])
    entity = catalogue.entities[metric.entity]
    field = entity.fields.get(query.by[0]) if len(query.by) == 1 else None
    if field is None or field.hook or field.bands_of or not _imported(entity):
        return ""
    if any(row[0] is not None for row in found.rows):
        return ""
    number = metrics.count_rows(metrics.rows_of(query, query.metrics[0]))
    said = f"{_so_many(number, entity.title.lower())}{when_words(catalogue, query)}"
    return f"{said}, none with a value for {field.title.lower()}. Import a file that has it on the Data page."


def too_few(catalogue: Catalogue, tile: TileSpec, found: Answer) -> str:
    """Say that each group has too few rows for its figure, so that a chart shows none; '' where one has enough."""
    metric, few = catalogue.metrics[tile.query.metrics[0]], found.few.get(tile.query.metrics[0], ())
    known = (at for at in range(len(found.rows)) if found.cells(at)[metric.name] is not None)
    if tile.form not in ("line", "ranges") or not all(at in few for at in known):
        return ""
    group = found.columns[0].title.lower()
    return f"{metric.title}: too few to tell. Each {group} has fewer than {metric.least} rows."


def when_words(catalogue: Catalogue, query: Query) -> str:
    """Return in which of the usual periods it counts, with a space before; '' of a state."""
    metric = catalogue.basis(catalogue.metrics[query.metrics[0]])
    period = dict(PERIODS).get(query.period, "").lower()
    state = metric.kind == "as_of" or not (metric.day or catalogue.entities[metric.entity].day)
    return f" in the {period}" if period.startswith("last") and not state else ""


def _so_many(number: int, things: str) -> str:
    return f"{number:,} {things}" if number > 1 else f"1 row of {things}"


def _imported(entity: Entity) -> bool:
    return entity.until == "data" and entity.source != "scores"
