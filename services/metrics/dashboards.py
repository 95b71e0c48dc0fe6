"""Dashboards: read from ``resources/dashboards``, asked with the filters of a person, and drilled to rows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values.dashboards import (
    CHANGES_FORMS,
    COMPARED_FORMS,
    FIGURE_FORMS,
    FORMS,
    HEIGHTS,
    PERIODS,
    WIDEST,
    Dashboard,
    Drill,
    Filters,
    Form,
    Offered,
    TileAnswer,
    TileSpec,
)
from models.values.errors import UserError
from models.values.metrics import Answer, Condition, Query, RowsQuery, Value
from models.values.nearest import nearest
from models.values.notes import Note
from models.values.words import WEEKDAYS, full_day, listed
from services.metrics.answer import Metrics
from services.metrics.catalogue import TIME, Catalogue, Field, Metric
from services.metrics.changes import read_changes
from services.metrics.load import Place, conditions_in, the_catalogue
from services.metrics.periods import GRAINS, months_later, period_of
from services.metrics.why_empty import too_few, ungrouped, when_words, why_empty

FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "dashboards"
_TILE: Final = {"title", "form", "metrics", "by", "where", "period", "order", "limit", "compare", "having", "none",
         "wide", "height", "parts", "trend", "lens", "switch", "least",
         "opens", "beside"}  # fmt: skip
#: So many groups a tile may ask for; nobody reads more bars or rows of a table.
MOST_GROUPS: Final = 200
#: A day before which every period begins.
_LATEST: Final = date(9000, 1, 1)
_MONTHS: Final = re.compile(r"(\d+)m")
#: Ends of the names of columns that only a comparison has.
_COMPARED: Final = ("_before", "_change")
#: The metric by whose rows fields of customers are read.
_PEOPLE: Final = "customers"
_DASH: Final = "–"
#: The forms whose figures may be answered by one query, as they show no groups, or all of them.
_TOGETHER: Final = (*FIGURE_FORMS, *CHANGES_FORMS, "line")


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
        made = load_dashboard(path.stem, content, catalogue, file=path.name)
        found.append((content.get("position", 99), made))
    return tuple(one for _position, one in sorted(found, key=lambda pair: pair[0]))


def load_dashboard(
    name: str, content: Mapping[str, Any], catalogue: Catalogue, *, file: str = "", strict: bool = True
) -> Dashboard:
    """Return the dashboard that a document describes.

    Parameters
    ----------
    file
        Where the document comes from, for what is refused.
    strict
        Whether a tile that the catalogue cannot answer is refused, not left out and told.

    Raises
    ------
    UserError
        It is none: the sentence names the key.
    """
    place, rows, left_out = Place(file or name), list[tuple[TileSpec, ...]](), list[str]()
    place.only(content, {"title", "position", "rows"})
    title = place.text(content, "title")
    given = content.get("rows", [])
    if not isinstance(given, list) or not all(isinstance(tiles, list) for tiles in given):
        raise place.of("rows").wrong("this must be a list of rows, each a list of tiles")
    for down, tiles in enumerate(given):
        row = []
        for across, tile in enumerate(tiles):
            try:
                at = place.of("rows", str(down + 1), str(across + 1))
                row.append(_tile(at, f"{name}.{down}.{across}", tile, catalogue))
            except UserError as error:
                if strict:
                    raise
                left_out.append(str(error))
        if row:
            rows.append(tuple(row))
    return Dashboard(name, title, _together(tuple(rows), catalogue), left_out=tuple(left_out))


def document_of(dashboard: Dashboard) -> dict[str, Any]:
    """Return the document that describes a dashboard, in the form of ``resources/dashboards``."""
    return {"title": dashboard.title, "rows": [[_table_of(tile) for tile in row] for row in dashboard.rows]}


def _table_of(tile: TileSpec) -> dict[str, Any]:
    query = tile.query
    usual = tile.form in COMPARED_FORMS
    said = {
        "title": tile.title, "form": tile.form, "metrics": list(query.metrics), "by": list(query.by),
        "where": [_plain(one) for one in query.where], "period": query.period, "order": list(query.order),
        "limit": query.limit, "having": [_plain(one) for one in query.having], "none": tile.none,
        "parts": list(tile.parts), "trend": tile.trend, "lens": tile.lens,
        "switch": list(tile.switch), "least": tile.least, "opens": tile.opens,
        "beside": list(tile.beside),
    }  # fmt: skip
    more: dict[str, Any] = {} if (query.compare is not None) == usual else {"compare": not usual}
    if tile.wide > 1:
        more["wide"] = tile.wide
    if tile.height != "M":
        more["height"] = tile.height
    return {key: value for key, value in said.items() if value} | more


def _plain(one: Condition) -> list[Any]:
    if one.operator == "is-empty":
        return [one.name, one.operator]
    return [one.name, one.operator, list(one.value) if isinstance(one.value, tuple) else one.value]


def forms_of(by: Sequence[str], *, ranged: bool = False, parts: bool = False) -> tuple[Form, ...]:
    """Return the forms in which figures by these dimensions can be shown.

    Parameters
    ----------
    ranged
        Whether they are shares, or a median between its quartiles.
    parts
        Whether they are several that add up, so that bars can hold one beside the other.
    """
    more: tuple[Form, ...] = ("stacked",) if parts and len(by) == 1 else ()
    if not by:
        return (*FIGURE_FORMS, *CHANGES_FORMS)
    if len(by) == 1 and by[0] in GRAINS:
        return ("line", "bars", "table", *more)
    if len(by) == 2 and not set(by) & set(GRAINS):
        return ("bars", "table", "matrix")
    if ranged and len(by) == 1:
        more = (*more, "ranges")
    return ("bars", "table", "funnel", *more) if tuple(by) == ("stage",) else ("bars", "table", *more)


def offered(catalogue: Catalogue) -> tuple[Offered, ...]:
    """Return what a tile can be made of: every metric, by title, with the dimensions that it can be shown by."""
    found = []
    for one in catalogue.metrics.values():
        entity = catalogue.entities[catalogue.basis(one).entity]
        titles = {name: name.capitalize() for name in TIME} | {
            name: known.title for name, known in entity.fields.items()
        }
        by = tuple((name, titles[name]) for name in catalogue.dimensions_of(one))
        found.append(Offered(one.name, one.title, one.counts, entity.title, by, one.kind == "ratio", one.synonyms))
    return tuple(sorted(found, key=lambda one: one.title.lower()))


def meant(said: str, among: Iterable[Offered]) -> str:
    """Return a sentence with the titles of what is also called so, or else of what is named most like it."""
    known = tuple(among)
    wanted = " ".join(said.lower().split())
    called = [one.title for one in known if wanted in map(str.lower, one.synonyms)]
    return f"Did you mean {' or '.join(called)}?" if called else nearest(said, (one.title for one in known))


def _tile(place: Place, key: str, table: Any, catalogue: Catalogue) -> TileSpec:
    place.table(table)
    place.only(table, _TILE)
    names, by = place.texts(table, "metrics"), place.texts(table, "by")
    form: Any = place.of("form").among(table.get("form", "figure"), FORMS, "a form of a tile")
    if not names:
        raise place.of("metrics").wrong("a tile names at least one metric")
    if (form in (*FIGURE_FORMS, *CHANGES_FORMS)) == bool(by):
        raise place.of("by").wrong("a figure and changes have no dimension, and every other form has one")
    for name in names:
        place.of("metrics").among(name, catalogue.metrics, "a metric")
        for dimension in by:
            place.of("by").among(dimension, catalogue.dimensions_of(catalogue.metrics[name]), f"a dimension of {name}")
    metrics = [catalogue.metrics[name] for name in names]
    ranged = all(one.kind == "ratio" for one in metrics) or _are_quartiles(metrics)
    stacks = len(names) > 1 and all(one.adds_up and one.unit == metrics[0].unit for one in metrics)
    forms = forms_of(by, ranged=ranged, parts=stacks)
    if form not in forms:
        raise place.of("form").wrong(f"“{form}” does not show figures by {listed(by)}; choose {listed(forms)}")
    if form == "matrix" and not all(catalogue.adds_up(catalogue.metrics[name], one) for name in names for one in by):
        raise place.of("form").wrong("the cells of a matrix make its sums, and these figures do not add up")
    entity = catalogue.entities[catalogue.metrics[names[0]].entity]
    where = tuple(conditions_in(place.of("where"), table.get("where", []), entity.fields, entity.name))
    columns = {f"{name}{end}": Field(name, "", "number") for name in names for end in ("", "_before", "_change")}
    period = place.text(table, "period", "")
    try:
        period_of(period or "all", _LATEST)
    except UserError as error:
        raise place.of("period").wrong(str(error).rstrip(".")) from error
    query = Query(
        metrics=names, by=by, where=where, period=period,
        limit=place.number(table, "limit", 1, MOST_GROUPS),
        order=place.texts(table, "order"),
        compare="previous" if table.get("compare", form in COMPARED_FORMS) else None,
        having=tuple(conditions_in(place.of("having"), table.get("having", []), columns, "the answer")),
    )  # fmt: skip
    wide = place.number(table, "wide", 1, WIDEST) or 1
    height: Any = place.of("height").among(table.get("height", "M"), HEIGHTS, "a height of a tile")
    none, parts = place.text(table, "none", ""), place.texts(table, "parts")
    trend, lens = place.text(table, "trend", ""), place.text(table, "lens", "")
    if trend:
        place.of("trend").among(trend, catalogue.metrics, "a metric")
    if lens and not by:
        raise place.of("lens").wrong("only a tile with a dimension shows the figure that is chosen")
    switch = place.texts(table, "switch")
    if switch and (len(by) != 1 or switch[0] != by[0] or form not in ("bars", "ranges", "table")):
        raise place.of("switch").wrong("the first is the one dimension of bars, ranges or a table")
    for name in names:
        for dimension in switch:
            allowed = catalogue.dimensions_of(catalogue.metrics[name])
            place.of("switch").among(dimension, allowed, f"a dimension of {name}")
    beside = place.texts(table, "beside")
    if beside and (by != ("customer",) or form != "table"):
        raise place.of("beside").wrong("only a table by customer has fields of the customer beside the name")
    for name in beside:
        place.of("beside").among(name, catalogue.dimensions_of(catalogue.metrics[_PEOPLE]), "a field of customers")
    return TileSpec(key, place.text(table, "title"), form, query, none, wide=wide, height=height, parts=parts,
                    trend=trend, lens=lens, switch=switch,
                    least=place.number(table, "least", 1, MOST_GROUPS) or 0,
                    opens=place.text(table, "opens", ""), beside=beside)  # fmt: skip


def _are_quartiles(metrics: Sequence[Metric]) -> bool:
    """Whether these are a median, then the values below which a quarter and three quarters lie."""
    found = [(one.entity, one.of, one.quantile if one.measure == "quantile" else 0.5) for one in metrics]
    of = found[0][:2]
    return metrics[0].measure == "median" and found == [(*of, share) for share in (0.5, 0.25, 0.75)]


def _together(rows: tuple[tuple[TileSpec, ...], ...], catalogue: Catalogue) -> tuple[tuple[TileSpec, ...], ...]:
    """Let figures, summaries and lines over the same rows be answered by one query, which reads the rows once."""

    def over(tile: TileSpec, name: str) -> tuple[object, ...]:
        metric = catalogue.metrics[name]
        parts = [catalogue.metrics[one] for one in metric.uses] or [metric]
        plain = tile.form in _TOGETHER and all(
            one.kind in ("simple", "ratio", "as_of") and one.entity == metric.entity for one in parts
        )
        return (metric.entity, catalogue.of_scores(metric), replace(tile.query, metrics=())) if plain else (tile.key,)

    def goes_with(tile: TileSpec) -> tuple[object, ...]:
        return (catalogue.metrics[tile.trend].entity, replace(tile.query, metrics=())) if tile.trend else ()

    names: dict[tuple[object, ...], dict[str, None]] = {}
    courses: dict[tuple[object, ...], dict[str, None]] = {}
    for row in rows:
        for tile in row:
            keys = [over(tile, name) for name in tile.query.metrics]
            joined = [names.get(key, {}) for key in keys]
            whole = dict.fromkeys(name for each in (*joined, tile.query.metrics) for name in each)
            # What a summary says of several kinds of rows joins those that were apart so far.
            keys += [key for key, held in names.items() if any(held is one for one in joined)]
            names |= dict.fromkeys(keys, whole)
            courses.setdefault(goes_with(tile), {})[tile.trend] = None
    return tuple(
        tuple(
            replace(
                tile,
                together=tuple(names[over(tile, tile.query.metrics[0])]),
                courses=tuple(courses[goes_with(tile)]) if tile.trend else (),
            )
            for tile in row
        )
        for row in rows
    )


def _own(found: Answer, names: Sequence[str], catalogue: Catalogue) -> Answer:
    """The part of some metrics in an answer."""
    metrics = [catalogue.metrics[name] for name in names]
    own, all_ = ([f"{one}{end}" for one in of for end in ("", *_COMPARED)] for of in (names, found.totals))
    places = {one.name: at for at, one in enumerate(found.columns)}
    kept = [at for name, at in places.items() if name not in all_] + [places[name] for name in own if name in places]
    return replace(
        found,
        columns=tuple(found.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in found.rows),
        totals={name: found.totals[name] for name in names},
        intervals={one: ranges for one, ranges in found.intervals.items() if one in own},
        few={one: places for one, places in found.few.items() if one in names},
        noted=tuple(note for note in found.noted if note.metric in ("", *names)),
        definition=" ".join(f"{one.title}: {one.counts}" for one in metrics),
    )


def asked(tile: TileSpec, filters: Filters) -> Query:
    """Return a tile's query under the filters of a person; those that its rows do not have are left off."""
    tile = _going_with(tile, filters)
    left_off = unfiltered(tile, filters)
    kept = [Condition(name, "=", said) for name, title, said in filters.chosen if title not in left_off]
    period = tile.query.period or filters.period
    compare = filters.compare if tile.query.compare and period != "all" else None
    order, having = tile.query.order, tile.query.having
    if tile.query.period and any(one.name.endswith(_COMPARED) for one in having):
        compare = tile.query.compare  # it is about the change between these days
    if compare is None:  # then there is no change to order and choose by
        order = tuple(name for name in order if not name.endswith(_COMPARED))
        having = tuple(one for one in having if not one.name.endswith(_COMPARED))
    where = (*tile.query.where, *kept)
    # Of shares all groups are read: which of them are shown depends on how they differ, and that on all.
    limit = None if tile.form == "ranges" or tile.query.limit is None else max(tile.query.limit, tile.limit or 0)
    return replace(tile.query, where=where, period=period, compare=compare, order=order, having=having, limit=limit)


def trend_of(tile: TileSpec) -> TileSpec | None:
    """Return the line of a figure over the last 12 months; None of one that has no course."""
    name = tile.trend or tile.query.metrics[0]
    if tile.form not in FIGURE_FORMS or not _can_be_by(name, ("month",)):
        return None
    query = replace(tile.query, metrics=(name,), by=("month",), period="12m", compare=None, having=())
    return TileSpec(f"{tile.key}.trend", tile.title, "line", query, together=tile.courses)


def under_lens(tile: TileSpec, figure: TileSpec) -> TileSpec:
    """Return a tile as it shows the figure that is chosen on its dashboard."""
    over_time = tile.query.by[0] in GRAINS
    name = figure.trend if figure.trend and over_time else figure.query.metrics[0]
    if name in tile.query.metrics and not figure.query.where:
        return tile
    of = the_catalogue().metrics
    alike = of[name].entity == of[tile.query.metrics[0]].entity and not figure.query.where  # then it filters alike
    beside = tile.query.metrics[:1] if tile.form == "table" and alike else ()
    query = replace(tile.query, metrics=(name, *beside), where=figure.query.where, order=(), having=())
    if tile.beside:
        query = _most_telling(query, of[name])
    return replace(tile, title=f"{figure.title} {tile.lens}", query=query, together=())


def _most_telling(query: Query, metric: Metric) -> Query:
    """Return a query by customer with those first who tell most.

    Of a count of customers, each of whom is one, those with most of the tile's own figure; of a mean or a share those
    with most rows, as that of one row tells nothing, or else the worst.
    """
    if metric.entity == "customers" and metric.measure == "count" and metric.kind == "as_of" and query.metrics[1:]:
        return replace(query, where=(*query.where, *metric.where), order=(f"-{query.metrics[1]}",))
    if metric.adds_up:
        return query
    worst = metric.name if metric.better == "higher" else f"-{metric.name}"
    return replace(query, order=(f"-{query.metrics[1]}" if query.metrics[1:] else worst,))


def _can_be_by(name: str, by: Sequence[str]) -> bool:
    return set(by) <= set(the_catalogue().dimensions_of(the_catalogue().metrics[name]))


def _going_with(tile: TileSpec, filters: Filters) -> TileSpec:
    """Let changes be those of metrics that go with the filters: an unfiltered one beside filtered ones misleads."""
    if tile.form not in CHANGES_FORMS:
        return tile
    alone = {name: replace(tile, query=replace(tile.query, metrics=(name,))) for name in tile.query.metrics}
    kept = tuple(name for name, one in alone.items() if not unfiltered(one, filters))
    return replace(tile, query=replace(tile.query, metrics=kept)) if kept else tile


def unfiltered(tile: TileSpec, filters: Filters) -> tuple[str, ...]:
    """Return the titles of filters that do not go with a tile: some of its metrics count rows without such a field."""
    catalogue = the_catalogue()
    entities = {one for name in tile.query.metrics for one in _entities(catalogue, name)}
    return tuple(
        title for name, title, _said in filters.chosen
        if any(name not in catalogue.entities[one].fields for one in entities)
    )  # fmt: skip


def _entities(catalogue: Catalogue, name: str) -> set[str]:
    """The kinds of rows that a metric counts, also those of metrics that it is made of."""
    metric = catalogue.metrics[name]
    parts = [*metric.uses, *(one for one in (metric.base, metric.to) if one)]
    return {one for part in parts for one in _entities(catalogue, part)} | (
        {metric.entity} if not metric.uses else set()
    )


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
    tile = _going_with(tile, filters)
    query = asked(tile, filters)
    catalogue = metrics.catalogue
    if tile.lens and not all(_can_be_by(name, query.by) for name in query.metrics):
        found = metrics.answer(replace(query, by=(), limit=None, compare=None), cancelled)
        title = catalogue.metrics[query.metrics[0]].title
        return TileAnswer(query, found, empty=f"“{title}” cannot be shown {tile.lens}. Choose another figure above.")
    compare = query.compare
    if compare and all(catalogue.of_scores(catalogue.metrics[name]) for name in query.metrics):
        query = replace(query, compare=None)
    if query.period == "all" and any(one in GRAINS for one in query.by) and _are_states(catalogue, query):
        query = replace(query, period="12m")
    months = _MONTHS.fullmatch(query.period)
    by_month = any(name.endswith("month") for name in query.by)
    if months is not None and by_month:  # whole months: the first one is not cut off
        day = metrics.days()[0]
        query = replace(query, period=f"{months_later(day.replace(day=1), 1 - int(months[1]))}..{day}")
    left_off = unfiltered(tile, filters)
    found = metrics.answer(replace(query, metrics=_answered_with(tile, query, filters, left_off)), cancelled)
    if len(found.totals) > len(query.metrics):
        found = _own(found, query.metrics, catalogue)
    if tile.trend and compare and query.compare is None:
        query, found = _with_past(metrics, tile, replace(query, compare=compare), found, cancelled)
    if left_off:
        note = Note("unfiltered", "", (listed([title.lower() for title in left_off]),))
        found = replace(found, noted=(*found.noted, note))
    better = {name: catalogue.metrics[name].better for name in query.metrics}
    decides = query.metrics[:1] if tile.form == "glimpse" else query.metrics
    places = [place for place, column in enumerate(found.columns) if column.name in decides]
    values = [row[place] for row in found.rows for place in places]
    unknown = all(value is None for value in values)
    nothing = unknown or (tile.form not in FIGURE_FORMS and not any(values))
    if nothing:
        why = why_empty(metrics, tile, query, unknown=unknown)
    else:
        why = too_few(catalogue, tile, found) or ungrouped(metrics, tile, query, found)
    if why:
        return TileAnswer(query, found, better, why, unfiltered=left_off)
    if tile.least and (number := metrics.count_rows(metrics.rows_of(query, query.metrics[0]))) < tile.least:
        things = catalogue.metrics[query.metrics[0]].title
        why = f"{things}{when_words(catalogue, query)}: {number}. From {tile.least} on they are compared here."
        return TileAnswer(query, found, better, why, unfiltered=left_off)
    changes = read_changes(metrics, query, found, tile.parts, cancelled) if _shows_changes(tile, query) else ()
    across = _across(catalogue, query, found) if tile.form == "matrix" else ()
    span, held = _span(catalogue, query, found), _held(catalogue, query, found)
    if tile.beside:
        query, found = _with_beside(metrics, tile, query, found, cancelled)
    return TileAnswer(query, found, better, span=span, unfiltered=left_off, changes=changes, across=across, held=held)


def _answered_with(tile: TileSpec, query: Query, filters: Filters, left_off: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics that one query answers together with a tile's own: those with which the same filters go."""
    if not tile.together:
        return query.metrics

    def same(name: str) -> bool:
        return unfiltered(replace(tile, query=replace(query, metrics=(name,))), filters) == left_off

    return tuple(name for name in tile.together if name in query.metrics or same(name))


def _with_past(
    metrics: Metrics, tile: TileSpec, query: Query, found: Answer, cancelled: Callable[[], bool]
) -> tuple[Query, Answer]:
    """Put the figure of the period before beside one of scores, by the metric that has its course.

    As it is where that counts another figure today, as words of leaving are not in the course of the churn risk.
    """
    name, trend = query.metrics[0], tile.trend
    past = metrics.answer(replace(query, metrics=tile.courses or (trend,)), cancelled).cells(0)
    if past[trend] != found.cells(0)[name] or past[f"{trend}_before"] is None:
        return replace(query, compare=None), found
    head = found.columns[0]
    columns = (head, replace(head, name=f"{name}_before"), replace(head, name=f"{name}_change", unit="percent"))
    row = (past[trend], past[f"{trend}_before"], past[f"{trend}_change"])
    return query, replace(found, columns=columns, rows=(row,))


def _held(catalogue: Catalogue, query: Query, found: Answer) -> float | None:
    """What share of the total the groups hold, of which only the largest are shown."""
    name = query.metrics[0]
    total, adds_up = found.totals[name], all(catalogue.adds_up(catalogue.metrics[name], one) for one in query.by)
    if not adds_up or query.having or len(found.rows) != query.limit or not isinstance(total, int | float):
        return None
    values = [found.cells(at)[name] for at in range(len(found.rows))]
    shown = sum(value for value in values if isinstance(value, int | float))
    return shown / total if 0 < shown < total else None


def _with_beside(
    metrics: Metrics, tile: TileSpec, query: Query, found: Answer, cancelled: Callable[[], bool]
) -> tuple[Query, Answer]:
    """Put what is known of each customer beside their name; nothing of several who have one name."""
    names = tuple(row[0] for row in found.rows)
    of = Query((_PEOPLE,), ("customer", *tile.beside), (Condition("customer", "in", names),))
    people = metrics.answer(of, cancelled)
    known: dict[Value, tuple[Value, ...]] = {}
    for row in people.rows:
        known[row[0]] = row[1:-1] if row[0] not in known else ()
    width = len(tile.beside)
    rows = tuple((row[0], *(known.get(row[0]) or (_DASH,) * width), *row[1:]) for row in found.rows)
    columns = (found.columns[0], *people.columns[1:-1], *found.columns[1:])
    return replace(query, by=("customer", *tile.beside)), replace(found, columns=columns, rows=rows)


def _across(catalogue: Catalogue, query: Query, found: Answer) -> tuple[Value, ...]:
    """The columns of a matrix, in the order that the dimension has."""
    fields = catalogue.entities[catalogue.metrics[query.metrics[0]].entity].fields
    labels = WEEKDAYS if query.by[1] == "weekday" else fields[query.by[1]].labels
    there = {row[1] for row in found.rows}
    places = {label.casefold(): place for place, label in enumerate(labels)}
    return tuple(sorted(there, key=lambda one: (one is None, places.get(str(one).casefold(), len(labels)), str(one))))


def _shows_changes(tile: TileSpec, query: Query) -> bool:
    return tile.form in CHANGES_FORMS and query.compare is not None


def _span(catalogue: Catalogue, query: Query, found: Answer) -> str:
    """Say which days a figure covers: a state one day, everything else a period."""
    metric = catalogue.basis(catalogue.metrics[query.metrics[0]])
    day = full_day(found.period.last)
    if metric.kind == "as_of" or not (metric.day or catalogue.entities[metric.entity].day):
        return f"on {day}"
    return dict(PERIODS)[query.period].lower() if query.period in dict(PERIODS) else f"through {day}"


def _are_states(catalogue: Catalogue, query: Query) -> bool:
    return any(catalogue.metrics[name].kind == "as_of" for name in query.metrics)


def drill(metrics: Metrics, tile: TileSpec, query: Query, metric: str, cell: Mapping[str, Value]) -> Drill:
    """Return the way from a figure of a tile to its rows."""
    catalogue = metrics.catalogue
    rows: RowsQuery = metrics.rows_of(replace(query, by=tuple(cell)), metric, cell)
    title = catalogue.metrics[metric].title if len(query.metrics) > 1 else tile.title
    said = [_named(name, value) for name, value in cell.items()]
    part = catalogue.metrics[rows.metric].title if rows.metric not in (None, metric) else ""
    return Drill(f"{title}: {listed(said)}" if said else title, rows, part)


def _named(name: str, value: Value) -> str:
    if value is None:
        return f"no {name}"
    return str(value) if name in TIME or not isinstance(value, int | float) else f"{name} {value}"
