"""Read the catalogue from its files. What cannot be compiled is refused, with the file and the key."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values.errors import UserError
from models.values.metrics import OPERATORS, Condition
from services.metrics.catalogue import (
    FIELD_KINDS,
    KINDS,
    MEASURES,
    NUMERIC,
    PLACES,
    TIME,
    UNITS,
    Catalogue,
    Entity,
    Field,
    Metric,
)
from services.metrics.hooks import HOOKS
from services.metrics.sources import columns_of, is_source
from services.settings import Policy

FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "metrics"
#: The entity whose fields every other one has, where they say so.
_SHARED: Final = "customers"
_ENTITY: Final = {
    "name",
    "title",
    "one",
    "source",
    "day",
    "customer",
    "until",
    "reference",
    "shows",
    "where",
    "position",
}
#: What a hook asks of the field's definition.
_BOUND: Final = re.compile(r"\{(\w+)\}")
_FIELD: Final = {
    "title", "kind", "place", "column", "hook", "bands_of", "edges", "labels", "synonyms", "dimension",
    "everywhere", "parts", "ordered", "bounds",
}  # fmt: skip
_METRIC: Final = {
    "title", "counts", "unit", "kind", "measure", "of", "quantile", "where", "part", "day", "base", "to", "within",
    "expression", "better", "least", "least_why", "synonyms", "not_by",
    "unknown",
}  # fmt: skip
#: What a derived metric may be made with.
_ARITHMETIC: Final = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.USub, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Name, ast.Constant,
    ast.Load,
)  # fmt: skip


class Place:
    """Where in the files something stands; what is wrong there is told with it."""

    def __init__(self, file: str, *keys: str) -> None:
        self._at = f"{file}, {'.'.join(keys)}" if keys else file
        self._file, self._keys = file, keys

    def of(self, *keys: str) -> Place:
        return Place(self._file, *self._keys, *keys)

    def wrong(self, why: str) -> UserError:
        return UserError(f"{self._at}: {why}.")

    def among(self, value: Any, known: Collection[str], what: str) -> str:
        """Return a word that must be one of those that are known."""
        if not isinstance(value, str) or value not in known:
            raise self.wrong(f"“{value}” is not {what}; known are {', '.join(sorted(known))}")
        return value

    def text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.of(key).wrong("a text is missing here")
        return value

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.of(key).wrong("this must be a list of texts")
        return tuple(value)

    def table(self, given: Any) -> None:
        if not isinstance(given, Mapping):
            raise self.wrong("this must be a table")

    def number(self, table: Mapping[str, Any], key: str, least: int, most: int) -> int | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, int) or not least <= value <= most):
            raise self.of(key).wrong(f"this must be a whole number from {least} to {most}")
        return value

    def only(self, table: Mapping[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                raise self.of(key).wrong(f"this key is not known; known are {', '.join(sorted(known))}")


@cache
def the_catalogue() -> Catalogue:
    """Return the catalogue of the program."""
    return load_catalogue(FOLDER)


def load_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue from a folder.

    Raises
    ------
    UserError
        A definition that cannot be compiled: the sentence names the file and the key.
    """
    files = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            files[path.name] = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise Place(path.name).wrong(f"this is not TOML ({error})") from error
    files = dict(sorted(files.items(), key=lambda one: one[1].get("position", 99)))
    entities: dict[str, Entity] = {}
    for file, content in files.items():
        entity = _entity(Place(file), content)
        if entity.name in entities:
            raise Place(file, "name").wrong(f"“{entity.name}” is defined twice")
        entities[entity.name] = entity
    shared = [one for one in entities[_SHARED].fields.values() if one.everywhere] if _SHARED in entities else []
    for name, entity in entities.items():
        if name != _SHARED and entity.customer:
            entities[name] = replace(entity, fields={**{one.name: one for one in shared}, **entity.fields})
    metrics: dict[str, Metric] = {}
    places: dict[str, Place] = {}
    for file, content in files.items():
        entity = entities[content["name"]]
        _check_entity(Place(file), entity)
        for name, table in content.get("metrics", {}).items():
            places[name] = Place(file, "metrics", name)
            if name in metrics:
                raise places[name].wrong("a metric of this name is defined twice")
            metrics[name] = _metric(places[name], name, table, entity)
    for name, metric in metrics.items():
        if name in TIME or any(name in one.dimensions for one in entities.values()):
            raise places[name].wrong("a dimension has this name: an answer would have two columns of one name")
        _check_uses(places[name], metric, metrics)
    _refuse_cycles(metrics, places)
    return Catalogue(entities, metrics)


def _entity(place: Place, table: Mapping[str, Any]) -> Entity:
    place.only(table, {*_ENTITY, "fields", "metrics"})
    source = place.text(table, "source")
    if not is_source(source):
        raise place.of("source").wrong(f"“{source}” is not a table of the store or a source of the program")
    name = place.text(table, "name")
    fields = {}
    for field_name, content in table.get("fields", {}).items():
        fields[field_name] = _field(place.of("fields", field_name), field_name, content, name)
    made = conditions_in(place.of("where"), table.get("where", []), fields, name)
    until = place.of("until").among(table.get("until", "data"), ("data", "today"), "an end")
    return Entity(
        name=name,
        title=place.text(table, "title"),
        one=place.text(table, "one"),
        source=source,
        day=place.text(table, "day", ""),
        customer=bool(table.get("customer", True)),
        until="today" if until == "today" else "data",
        reference=place.text(table, "reference"),
        shows=place.texts(table, "shows"),
        fields=fields,
        where=tuple(made),
    )


def _field(place: Place, name: str, table: Mapping[str, Any], entity: str) -> Field:
    place.only(table, _FIELD)
    if name in TIME:
        raise place.wrong("this is the name of a dimension of time")
    kind: Any = place.of("kind").among(table.get("kind", "category"), FIELD_KINDS, "a kind of field")
    given = [key for key in ("column", "hook", "bands_of") if table.get(key)]
    if len(given) > 1:
        raise place.wrong(f"it has {' and '.join(given)}; one says where it comes from")
    hook = table.get("hook", "")
    if hook:
        place.of("hook").among(hook, HOOKS, "a hook of the program")
    bounds: Mapping[str, Any] = table.get("bounds", {})
    place.of("bounds").table(bounds)
    if set(bounds) != set(_BOUND.findall(HOOKS.get(hook, ""))):
        raise place.of("bounds").wrong("these must be the bounds that the hook asks for")
    if not all(isinstance(one, int | float) for one in bounds.values()):
        raise place.of("bounds").wrong("a bound is a number")
    edges, labels = tuple(table.get("edges", ())), place.texts(table, "labels")
    if table.get("bands_of") and (not edges or len(labels) != len(edges) + 1):
        raise place.of("labels").wrong("bands need edges, and one label more than edges")
    for edge in edges:
        _parameter(place.of("edges"), edge)
    usual = "customer" if entity == _SHARED else "row"
    return Field(
        name=name,
        title=place.text(table, "title"),
        kind=kind,
        place=place.of("place").among(table.get("place", usual), PLACES, "a place"),
        column="" if hook or table.get("bands_of") else place.text(table, "column", name),
        hook=hook,
        bands_of=place.text(table, "bands_of", ""),
        edges=edges,
        labels=labels,
        synonyms=place.texts(table, "synonyms"),
        dimension=bool(table.get("dimension", kind in ("category", "flag"))),
        everywhere=bool(table.get("everywhere", False)),
        parts=bool(table.get("parts", False)),
        ordered=bool(table.get("ordered", False)),
        bounds=tuple(bounds.items()),
    )


def _parameter(place: Place, value: Any) -> None:
    """Refuse a figure of the policy that there is not."""
    if isinstance(value, str) and value.startswith("@") and not hasattr(Policy, value[1:]):
        raise place.wrong(f"“{value[1:]}” is not a figure of the policy")


def _check_entity(place: Place, entity: Entity) -> None:
    for one in entity.fields.values():
        at = place.of("fields", one.name)
        if one.column:
            known = columns_of(entity.source if one.place == "row" or entity.name == _SHARED == one.place
                               else {"customer": "customers", "score": "customer_risk_scores",
                                     "product": "products", "row": entity.source}[one.place])  # fmt: skip
            at.of("column").among(one.column, known, f"a column of {entity.source}")
        if one.bands_of:
            at.of("bands_of").among(one.bands_of, entity.fields, "a field of this file")
    for name in entity.shows:
        place.of("shows").among(name, entity.fields, "a field of this file")
    if entity.day:
        place.of("day").among(entity.day, entity.fields, "a field of this file")


def _metric(place: Place, name: str, table: Mapping[str, Any], entity: Entity) -> Metric:
    place.only(table, _METRIC)
    kind = place.of("kind").among(table.get("kind", "simple"), KINDS, "a kind of metric")
    measure = place.of("measure").among(table.get("measure", "count"), MEASURES, "a measure")
    of = place.text(table, "of", "")
    if kind in ("simple", "as_of") and (measure != "count") != bool(of):
        raise place.of("of").wrong("a count is of rows; every other measure names its field here")
    if of:
        place.of("of").among(of, entity.fields, f"a field of {entity.name}")
        if measure != "distinct" and entity.fields[of].kind not in NUMERIC:
            raise place.of("of").wrong(f"“{of}” is not a number")
    where = tuple(conditions_in(place.of("where"), table.get("where", []), entity.fields, entity.name))
    part = tuple(conditions_in(place.of("part"), table.get("part", []), entity.fields, entity.name))
    if (kind == "ratio") != bool(part):
        raise place.of("part").wrong("a ratio says here which rows its upper part has, and no other metric does")
    expression = place.text(table, "expression", "")
    if (kind == "derived") != bool(expression):
        raise place.of("expression").wrong("a derived metric says here what it is made of, and no other one does")
    day = place.text(table, "day", "")
    if day:
        place.of("day").among(day, entity.fields, f"a field of {entity.name}")
    within = table.get("within", 0)
    _parameter(place.of("within"), within)
    better: Any = place.of("better").among(table.get("better", ""), ("higher", "lower", ""), "a direction")
    return Metric(
        name=name,
        title=place.text(table, "title"),
        counts=place.text(table, "counts"),
        unit=place.of("unit").among(table.get("unit"), UNITS, "a unit"),
        kind=kind,
        entity=entity.name,
        measure=measure,
        of=of,
        quantile=float(table.get("quantile", 0.5)),
        where=where,
        part=part,
        day=day,
        base=place.text(table, "base", ""),
        to=place.text(table, "to", ""),
        within=within,
        expression=expression,
        uses=tuple(_names_in(place.of("expression"), expression)) if expression else (),
        better=better,
        least=int(table.get("least", 0)),
        least_why=place.text(table, "least_why", ""),
        synonyms=place.texts(table, "synonyms"),
        not_by=place.texts(table, "not_by"),
        unknown=bool(table.get("unknown", False)),
    )


def conditions_in(place: Place, given: Any, fields: Mapping[str, Field], entity: str) -> Iterator[Condition]:
    for one in given:
        if not isinstance(one, list) or not 2 <= len(one) <= 3:
            raise place.wrong("a condition is a list of a field, an operator and a value")
        name, operator, value = (*one, None)[:3]
        place.among(name, fields, f"a field of {entity}")
        operator = place.among(operator, OPERATORS, "an operator")
        _parameter(place, value)
        yield Condition(name, operator, tuple(value) if isinstance(value, list) else value)  # type: ignore[arg-type]


def _names_in(place: Place, expression: str) -> Iterator[str]:
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise place.wrong("this cannot be calculated") from error
    for node in ast.walk(tree):
        if not isinstance(node, _ARITHMETIC) or (
            isinstance(node, ast.Constant) and not isinstance(node.value, int | float)
        ):
            raise place.wrong("only names of metrics, numbers and + - * / ( ) are known here")
    # In the order in which they stand: the rows behind the figure are those of the first.
    names = sorted((one for one in ast.walk(tree) if isinstance(one, ast.Name)), key=lambda one: one.col_offset)
    yield from dict.fromkeys(one.id for one in names)


def _check_uses(place: Place, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    for name in metric.uses:
        place.of("expression").among(name, metrics, "a metric")
    if metric.kind == "cumulative":
        base = metrics[place.of("base").among(metric.base, metrics, "a metric")]
        if not base.adds_up or base.kind != "simple" or base.entity != metric.entity:
            raise place.of("base").wrong("only a count or a sum of this file can be added up over time")
    if metric.kind == "conversion":
        for key, name in (("base", metric.base), ("to", metric.to)):
            one = metrics[place.of(key).among(name, metrics, "a metric")]
            if one.kind != "simple":
                raise place.of(key).wrong("a conversion goes from the rows of one simple metric to those of another")
        if not metric.within:
            raise place.of("within").wrong("the days that the target has are missing here")


def _refuse_cycles(metrics: Mapping[str, Metric], places: Mapping[str, Place]) -> None:
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise places[above[0]].of("expression").wrong(f"it is made of itself: {' → '.join((*above, name))}")
        if name not in done:
            for used in metrics[name].uses:
                walk(used, (*above, name))
            done.add(name)

    for name in metrics:
        walk(name, ())
