"""The catalogue as values: entities with their fields, and metrics over them. Read from files by `load`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from models.values.errors import UserError
from models.values.metrics import Condition, MetricLine
from models.values.nearest import nearest
from services.metrics.hooks import HOOKS, OF_ANY_DAY
from services.metrics.periods import GRAINS

FieldKind = Literal["text", "category", "flag", "number", "money", "percent", "score", "hours", "days", "day"]
FIELD_KINDS: Final = ("text", "category", "flag", "number", "money", "percent", "score", "hours", "days", "day")
#: Kinds of fields that are numbers, with which can be reckoned.
NUMERIC: Final = frozenset({"number", "money", "percent", "score", "hours", "days", "flag"})
KINDS: Final = ("simple", "ratio", "as_of", "cumulative", "conversion", "derived")
MEASURES: Final = ("count", "distinct", "sum", "mean", "median", "quantile")
UNITS: Final = ("count", "number", "money", "percent", "score", "hours", "days")
#: Dimensions that every entity with a day has.
TIME: Final = (*GRAINS, "weekday")
#: Where a field's column lies, as the alias of its table in every statement: the row itself, its customer, the
#: customer's score, its product.
PLACES: Final = {"row": "e", "customer": "c", "score": "s", "product": "p"}

#: Whether a hook reads the customer's score.
_OF_SCORE: Final = re.compile(r"\bs\.")


@dataclass(frozen=True, slots=True)
class Field:
    """What a row has: a column, what a hook computes, or the bands of a number.

    Attributes
    ----------
    place
        The table of the column; see `PLACES`.
    bands_of, edges, labels
        The number whose bands it is: below the first edge is the first label.
    dimension
        Whether figures are told apart by it.
    everywhere
        Whether it is the customer's, and so every row's that names a customer.
    parts
        Whether a row has several of it: an order has as many categories as its lines have. What is counted by it is
        counted in each.
    ordered
        Whether its words have an order of their own, as the names of months.
    bounds
        The figures that its hook asks for, by name.
    """

    name: str
    title: str
    kind: FieldKind
    place: str = "row"
    column: str = ""
    hook: str = ""
    bands_of: str = ""
    edges: tuple[float | str, ...] = ()
    labels: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    dimension: bool = False
    everywhere: bool = False
    parts: bool = False
    ordered: bool = False
    bounds: tuple[tuple[str, float], ...] = ()

    @property
    def computed(self) -> str:
        """The SQL of its hook, with its bounds."""
        found = HOOKS[self.hook]
        for name, bound in self.bounds:
            found = found.replace(f"{{{name}}}", f"{bound:g}")
        return found

    @property
    def has_order(self) -> bool:
        """Whether its values have an order of their own, as numbers, bands and months have."""
        return self.ordered or self.bands_of != "" or self.kind in NUMERIC or self.kind == "day"


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of row.

    Attributes
    ----------
    source
        Its table, or the name of a source of `sources`.
    day
        The field with its day; '' for a state that has none.
    customer
        Whether its rows name a customer.
    until
        ``data``: it is known through the book's as-of day; ``today``: the program writes it itself.
    reference
        What one row is called: "ticket #{external_id}".
    where
        Which rows of the source are its rows.
    """

    name: str
    title: str
    one: str
    source: str
    day: str
    customer: bool
    until: Literal["data", "today"]
    reference: str
    shows: tuple[str, ...]
    fields: Mapping[str, Field]
    where: tuple[Condition, ...] = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names by which its figures can be told apart."""
        own = tuple(one.name for one in self.fields.values() if one.dimension)
        return (*TIME, *own) if self.day else own

    def field(self, name: str) -> Field:
        """Return a field by name.

        Raises
        ------
        UserError
            It has none of that name; the nearest are named.
        """
        if name not in self.fields:
            raise UserError(f"“{name}” is not a field of {self.title.lower()}. {nearest(name, self.fields)}")
        return self.fields[name]

    def is_of_customer(self, name: str) -> bool:
        """Return whether a field is the same for all rows of a customer."""
        known = self.fields.get(name)
        return known is not None and known.everywhere and (not known.bands_of or self.is_of_customer(known.bands_of))


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure, defined once.

    Attributes
    ----------
    counts
        One sentence that says what it counts.
    measure, of
        What is done with which field; `quantile` is the share below the quantile.
    where
        Which rows count.
    part
        Of a ratio: what the rows of its upper part are besides.
    day
        The field with the day by which periods choose, where it is not the entity's.
    base, to, within
        Of a cumulative metric what is added up; of a conversion the metric whose rows are the target, and how many days
        it has.
    expression
        Of a derived metric, over names of others.
    unknown
        Whether nothing is known where it has no rows, as before the first scores: its figure is none then, not 0.
    least, least_why
        From so many rows on it tells something.
    """

    name: str
    title: str
    counts: str
    unit: str
    kind: str
    entity: str
    measure: str = "count"
    of: str = ""
    quantile: float = 0.5
    where: tuple[Condition, ...] = ()
    part: tuple[Condition, ...] = ()
    day: str = ""
    base: str = ""
    to: str = ""
    within: int | str = 0
    expression: str = ""
    uses: tuple[str, ...] = ()
    better: Literal["higher", "lower", ""] = ""
    least: int = 0
    least_why: str = ""
    synonyms: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the figures of groups make the total's by adding up."""
        return self.kind in ("simple", "as_of") and self.measure in ("count", "sum")

    @property
    def no_rows(self) -> int | None:
        """The figure of no rows: nothing was sold for 0, but a mean of nothing is none."""
        counted = self.measure in ("count", "distinct", "sum") and self.kind in ("simple", "as_of")
        return 0 if counted and not self.unknown else None


@dataclass(frozen=True)
class Catalogue:
    """All entities and metrics by name."""

    entities: Mapping[str, Entity]
    metrics: Mapping[str, Metric]
    titles: Mapping[str, str] = field(default_factory=dict)

    def metric(self, name: str) -> Metric:
        """Return a metric by name.

        Raises
        ------
        UserError
            There is none of that name; the nearest are named.
        """
        if name not in self.metrics:
            said = name.replace("_", " ").lower()
            called = {one.name: {one.title.lower(), *map(str.lower, one.synonyms)} for one in self.metrics.values()}
            meant = [one for one, words in called.items() if said in words]
            near = f"Did you mean {' or '.join(meant)}?" if meant else nearest(name, self.metrics)
            raise UserError(f"“{name}” is not a metric. {near} `bellwether metrics` lists all.")
        return self.metrics[name]

    def entity(self, name: str) -> Entity:
        """Return an entity by name.

        Raises
        ------
        UserError
            There is none of that name; all are named.
        """
        if name not in self.entities:
            raise UserError(f"“{name}” is not a kind of rows. Choose one of {', '.join(self.entities)}.")
        return self.entities[name]

    def dimensions_of(self, metric: Metric) -> tuple[str, ...]:
        """Return the names by which a metric can be told apart."""
        if metric.kind == "derived":
            of_parts = [self.dimensions_of(self.metrics[one]) for one in metric.uses]
            return tuple(name for name in of_parts[0] if all(name in other for other in of_parts[1:]))
        entity = self.entities[metric.entity]
        own = tuple(name for name in entity.dimensions if name not in TIME and name not in metric.not_by)
        if metric.measure in ("median", "quantile"):  # an order has no share of a median for each of its categories
            own = tuple(name for name in own if not entity.fields[name].parts)
        if metric.kind == "as_of":
            return own if self.of_scores(metric) else (*GRAINS, *own)
        if metric.kind == "cumulative":
            return (*GRAINS, *own)
        return (*TIME, *own) if metric.day or entity.day else own

    def basis(self, metric: Metric) -> Metric:
        """Return the metric whose rows a figure counts.

        Of a metric that is made of others it is the first of these, of a conversion the rows that it begins with.
        """
        while metric.kind in ("derived", "cumulative", "conversion"):
            metric = self.metrics[metric.uses[0] if metric.kind == "derived" else metric.base]
        return metric

    def adds_up(self, metric: Metric, dimension: str) -> bool:
        """Return whether the figures of a metric by a dimension make its total."""
        if not metric.adds_up or (metric.kind == "as_of" and dimension in TIME):
            return False
        known = self.entities[metric.entity].fields.get(dimension)
        return known is None or not known.parts or metric.measure == "sum"

    def parts_rows(self, metric: Metric, dimension: str) -> bool:
        """Return whether the groups by a dimension hold each row once and make the total's figure together."""
        if self.adds_up(metric, dimension):
            return True
        known = self.entities[metric.entity].fields.get(dimension)
        plain = metric.kind == "ratio" or (metric.kind == "simple" and metric.measure == "mean")
        return plain and (known is None or not known.parts)

    def of_scores(self, metric: Metric) -> bool:
        """Return whether a metric is made of scores, which are known as of the book's day alone."""
        if metric.kind == "derived":
            return any(self.of_scores(self.metrics[one]) for one in metric.uses)
        entity = self.entities[metric.entity]
        names = {metric.of, metric.day, entity.day, *(one.name for one in (*metric.where, *metric.part))} - {""}
        return any(self.is_score(entity, name) for name in names)

    def is_score(self, entity: Entity, name: str) -> bool:
        """Return whether a field is, or is made of, a customer's score."""
        known = entity.fields.get(name)
        if known is None:
            return False
        return (
            known.place == "score"
            or (known.hook not in OF_ANY_DAY and bool(_OF_SCORE.search(HOOKS.get(known.hook, ""))))
            or (known.bands_of != "" and self.is_score(entity, known.bands_of))
        )

    def lines(self) -> tuple[MetricLine, ...]:
        """Return the catalogue as a list, in its order."""
        return tuple(
            MetricLine(
                one.name, one.title, one.unit, one.entity, one.kind, one.counts, self.dimensions_of(one), one.synonyms
            )
            for one in self.metrics.values()
        )
