"""Figures of metrics by group, from what their statements found: shares, means, quantiles, sums over time, others."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING, Any, Final

from models.values.errors import UserError
from models.values.metrics import Condition, Interval, Period, Query, Value
from models.values.past_cases import wilson
from services.metrics.catalogue import Catalogue, Metric
from services.metrics.periods import GRAINS, buckets, first_day
from services.metrics.score_days import ScoreDays
from services.metrics.sources import Context
from services.metrics.statements import Scope, Statements

if TYPE_CHECKING:
    from sqlalchemy import CompoundSelect, Connection, Select

Key = tuple[Value, ...]
#: States of so many days are read at once; SQLite has a limit of columns.
_DAYS: Final = 16
_OPERATIONS: Final[dict[type, Callable[[float, float], float]]] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, of how many rows it is, the range of a share, and of a share or a mean what was divided.

    Attributes
    ----------
    without_rate
        Rows that a sum of money leaves out, as their currency has no rate.
    """

    value: Value
    rows: int
    interval: Interval | None = None
    top: float | None = None
    without_rate: int = 0


Figures = dict[Key, Figure]


@dataclass(frozen=True)
class Asked:
    """A question as it is reckoned: dimensions, conditions, period, and the days from which rows are looked at."""

    by: tuple[str, ...]
    where: tuple[Condition, ...]
    period: Period
    contexts: Mapping[str, Context]  # of an entity's `until`
    owners: tuple[str, ...] = ()
    beside: date | None = None  # the end of another period of which the same will be asked


@dataclass
class Reckoning:
    """Runs the statements of one answer on one connection, and remembers them for whoever asks what ran.

    Attributes
    ----------
    largest
        The metric by which so many groups are the largest, where no other group is asked for.
    totals
        The figures of all groups together, where only the largest were read.
    """

    connection: Connection
    catalogue: Catalogue
    statements: Statements
    score_days: ScoreDays
    ran: dict[str, None] = field(default_factory=dict)
    expected: dict[str, Metric] = field(default_factory=dict)
    found: dict[tuple[object, ...], dict[str, Figures]] = field(default_factory=dict)
    largest: tuple[Metric, int] | None = None
    totals: dict[str, Figures] = field(default_factory=dict)

    def figures(self, metric: Metric, asked: Asked) -> Figures:
        """Return a metric by the dimensions; a group without rows is not among them."""
        if metric.kind in ("simple", "ratio") and self._is_state(metric):
            return self._states(metric, asked)
        return {
            "derived": self._derived, "cumulative": self._cumulative, "conversion": self._conversion,
            "as_of": self._states,
        }.get(metric.kind, self._simple)(metric, asked)  # fmt: skip

    def scope(self, metric: Metric, asked: Asked, period: Period | None, context: Context | None = None) -> Scope:
        """Return the rows that a metric is reckoned over."""
        entity = self.catalogue.entities[metric.entity]
        context = context or asked.contexts[entity.until]
        if entity.source == "scores":
            now = self.score_days.are_in_force(self.connection, context.as_of)
            at_once = now or self.score_days.are_one(self.connection, context.as_of)
            context = replace(context, scored_at_once=at_once, scored_now=now)
        # A row's own field, as the owner of a deal, is a field of it; only what it has several of makes parts.
        named = [*asked.by, *(one.name for one in (*asked.where, *metric.where))]
        parts = any(name in entity.fields and entity.fields[name].parts for name in named)
        return Scope(entity, context, asked.where, period, metric.day or entity.day, asked.owners, parts)

    def run(self, statement: Select[Any] | CompoundSelect[Any], context: Context) -> list[Any]:
        """Run a statement and keep its text."""
        answered = self.connection.execute(statement.params(context.parameters))
        said = answered.context
        parameters = json.dumps(list(said.parameters[0]), ensure_ascii=False)
        self.ran[f"{said.statement}\n-- {parameters}"] = None
        return list(answered)

    def _simple(self, metric: Metric, asked: Asked) -> Figures:
        scope = self.scope(metric, asked, self.within(metric, asked))
        return self._figures(metric, asked, scope)

    def within(self, metric: Metric, asked: Asked) -> Period:
        """The period, which of what the program writes itself reaches to today."""
        entity = self.catalogue.entities[metric.entity]
        data, own = asked.contexts["data"].as_of, asked.contexts[entity.until].as_of
        if entity.until == "today" and asked.period.last == data and own > data:
            return replace(asked.period, last=own)
        return asked.period

    def expect(self, metrics: Iterable[Metric]) -> None:
        """Say which metrics will be asked for, so that those over the same rows are reckoned by one statement."""
        for metric in metrics:
            if metric.kind == "derived":
                self.expect(self.catalogue.metrics[name] for name in metric.uses)
            else:
                self.expected[metric.name] = metric

    def _figures(self, metric: Metric, asked: Asked, scope: Scope) -> Figures:
        """The figures of a metric over a scope, reckoned together with others that are expected over the same rows."""
        known = self._known(asked, scope)
        if metric.name not in known or (scope.earlier and metric.name not in self._known(asked, _then(scope, -1))):
            mates = [one for one in self.expected.values() if one.name != metric.name and self._over(one, asked, scope)]
            together = [metric, *(one for one in mates if self._is_state(one) == self._is_state(metric))]
            if metric.name not in self.expected:
                together = [metric]
            width = len(asked.by)
            statement = self.statements.figures(together, asked.by, scope)
            names = [column.name for column in statement.selected_columns]
            only = (
                self.largest
                if width and not scope.earlier and set(self.expected) <= {one.name for one in together}
                else None
            )
            if only is not None:
                whole, *rows = self.run(self.statements.largest(statement, together, *only), scope.context)
                for number, one in enumerate(together):
                    self.totals[one.name] = self._grouped(together, number, [whole], 0, names)
            else:
                rows = self.run(statement, scope.context)
            for day in range(1 + len(scope.earlier)):
                known = self._known(asked, _then(scope, day))
                for number, one in enumerate(together, day * len(together)):
                    known[one.name] = self._grouped(together, number, rows, width, names)
        return self._known(asked, scope)[metric.name]

    def _known(self, asked: Asked, scope: Scope) -> dict[str, Figures]:
        key = (scope.entity.name, scope.day, scope.period, scope.parts, scope.context.as_of, asked.by)
        return self.found.setdefault(key, {})

    def _over(self, metric: Metric, asked: Asked, scope: Scope) -> bool:
        """Whether a metric is reckoned over the rows of a scope."""
        if metric.entity != scope.entity.name or metric.kind not in ("simple", "ratio", "as_of"):
            return False
        own = self.scope(metric, asked, scope.period, scope.context)
        return (own.day, own.parts) == (scope.day, scope.parts)

    def _is_state(self, metric: Metric) -> bool:
        return metric.kind == "as_of" or not (metric.day or self.catalogue.entities[metric.entity].day)

    def _grouped(
        self, metrics: Sequence[Metric], number: int, found_rows: Sequence[Any], width: int, names: Sequence[str]
    ) -> Figures:
        """The figures of one of a statement's metrics; `number` as `measured` has it."""
        found: Figures = {}
        metric = metrics[number % len(metrics)]
        measured_of = self.statements.measured(names, metrics, number)
        for row in found_rows:
            rows, measured, known, without = measured_of(row)
            if not rows and (width or metric.no_rows is None):
                continue
            figure = _figure(metric, rows, measured, known)
            found[tuple(row[:width])] = replace(figure, without_rate=int(without)) if without else figure
        return found

    def _states(self, metric: Metric, asked: Asked) -> Figures:
        """A state at the end of the period, or of each of its weeks, months …"""
        entity = self.catalogue.entities[metric.entity]
        context = asked.contexts[entity.until]
        grains = [name for name in asked.by if name in GRAINS]
        last = self.within(metric, asked).last
        if not grains:
            if asked.beside is not None and not self.catalogue.of_scores(metric):
                self._read_days(metric, asked, [last, asked.beside])
            return self._state(metric, asked, context.on(last), asked.by, last)
        if len(grains) > 1 or asked.period.first is None:
            raise UserError(f"“{metric.title}” by {grains[0]} needs a period with a beginning, such as 12m.")
        rest = tuple(name for name in asked.by if name not in GRAINS)
        at, found = asked.by.index(grains[0]), Figures()
        spans = list(buckets(replace(asked.period, last=last), grains[0]))
        self._read_days(metric, replace(asked, by=rest), sorted((bucket.last for _, bucket in spans), reverse=True))
        for name, bucket in spans:
            for key, figure in self._state(metric, asked, context.on(bucket.last), rest, bucket.last).items():
                found[(*key[:at], name, *key[at:])] = figure
        return found

    def _read_days(self, metric: Metric, asked: Asked, days: Sequence[date]) -> None:
        """Read the states of customers on several days at once, so that `_state` finds them; the latest day first."""
        entity = self.catalogue.entities[metric.entity]
        if entity.name != "customers" or any(self.statements.of_a_day(entity, name) for name in asked.by):
            return
        for start in range(0, len(days), _DAYS):
            first, *earlier = (asked.contexts[entity.until].on(day) for day in days[start : start + _DAYS])
            scope = self.scope(metric, asked, Period(None, first.as_of), first)
            self._figures(metric, asked, replace(scope, earlier=tuple(earlier)))

    def _state(self, metric: Metric, asked: Asked, context: Context, by: tuple[str, ...], last: Any) -> Figures:
        asked = replace(asked, by=by)
        return self._figures(metric, asked, self.scope(metric, asked, Period(None, last), context))

    def _cumulative(self, metric: Metric, asked: Asked) -> Figures:
        """Everything from the book's beginning to the end of the period, or of each of its weeks, months …"""
        base = self.catalogue.metrics[metric.base]
        period = self.within(metric, asked)
        grains = [name for name in asked.by if name in GRAINS]
        single = self._simple(base, replace(asked, period=Period(None, period.last)))
        if not grains:
            return single
        at = asked.by.index(grains[0])
        dated = sorted(str(key[at]) for key in single if key[at] is not None)
        first = period.first or (first_day(dated[0]) if dated else period.last)
        names = [name for name, _ in buckets(Period(first, period.last), grains[0])]
        lines: dict[Key, dict[str, Figure]] = defaultdict(dict)
        for key, figure in single.items():
            lines[(*key[:at], *key[at + 1 :])][str(key[at] or "")] = figure
        found: Figures = {}
        for rest, line in lines.items():
            for name in names:
                before = [figure for when, figure in line.items() if when <= name]
                value = sum(one.value or 0 for one in before)  # type: ignore[misc]
                rows, without = sum(one.rows for one in before), sum(one.without_rate for one in before)
                found[(*rest[:at], name, *rest[at:])] = Figure(value, rows, without_rate=without)
        return found

    def _conversion(self, metric: Metric, asked: Asked) -> Figures:
        base, to = self.catalogue.metrics[metric.base], self.catalogue.metrics[metric.to]
        within = int(self.statements.parameter(metric.within))
        scope = self.scope(base, asked, self.within(base, asked))
        target = self.scope(to, replace(asked, by=(), where=()), None)
        statement = self.statements.converted(base, to, asked.by, within, scope, target)
        names = [column.name for column in statement.selected_columns]
        ratio = replace(metric, kind="ratio")
        return self._grouped([ratio], 0, self.run(statement, scope.context), len(asked.by), names)

    def _derived(self, metric: Metric, asked: Asked) -> Figures:
        return self.derive(metric, {name: self.figures(self.catalogue.metrics[name], asked) for name in metric.uses})

    def derive(self, metric: Metric, used: Mapping[str, Figures]) -> Figures:
        """Return what a derived metric comes to over the figures of those that it is made of."""
        tree = ast.parse(metric.expression, mode="eval").body
        found: Figures = {}
        for key in dict.fromkeys(key for figures in used.values() for key in figures):
            each = {name: figures.get(key) or _none_of(self.catalogue.metrics[name]) for name, figures in used.items()}
            value = _reckoned(tree, {name: one.value for name, one in each.items()})
            without = max(one.without_rate for one in each.values())
            found[key] = Figure(value, min(one.rows for one in each.values()), without_rate=without)
        return found


def _then(scope: Scope, number: int) -> Scope:
    """A scope of several days as it is on one of them alone."""
    context = (scope.context, *scope.earlier)[number]
    return replace(scope, context=context, period=Period(None, context.as_of)) if scope.earlier else scope


def _none_of(metric: Metric) -> Figure:
    return Figure(metric.no_rows, 0)


def _figure(metric: Metric, rows: int, measured: Any, known: Any) -> Figure:
    if metric.kind == "ratio":
        top = int(known or 0)
        low, high = wilson(top, rows) if rows else (0.0, 1.0)
        return Figure(top / rows if rows else None, rows, Interval(low, high, rows) if rows else None, top)
    if metric.measure == "mean":
        return Figure(measured / known if known else None, int(known or 0), top=measured or 0)
    if metric.measure in ("median", "quantile"):
        values = sorted(json.loads(measured or "[]"))
        return Figure(quantile(values, 0.5 if metric.measure == "median" else metric.quantile), len(values))
    return Figure(measured if measured is not None else metric.no_rows, int(rows))


def whole_of(metric: Metric, parts: Iterable[Figure]) -> Figure:
    """Return the figure of all groups of rows together, where no row is in two: of a count, a sum, a share, a mean."""
    known = list(parts)
    rows, without = sum(one.rows for one in known), sum(one.without_rate for one in known)
    if metric.kind == "ratio" or metric.measure == "mean":
        top = sum(one.top or 0 for one in known)
        return replace(_figure(metric, rows, top, top if metric.kind == "ratio" else rows), without_rate=without)
    values = [one.value for one in known if isinstance(one.value, int | float)]
    return Figure(sum(values) if values else metric.no_rows, rows, without_rate=without)


def only_largest(query: Query, order: Sequence[str], metrics: Iterable[Metric]) -> tuple[Metric, int] | None:
    """Return the metric by which only so many groups are the largest; None where others have a part in the answer."""
    if not query.limit or query.having or query.compare or not order or set(query.by) & set(GRAINS):
        return None
    first = next((one for one in metrics if order[0] == f"-{one.name}"), None)
    if first is None or first.kind not in ("simple", "as_of") or first.measure not in ("count", "sum", "distinct"):
        return None
    return first, query.limit


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the value below which a share of ordered values lies, between two of them in proportion; None of none."""
    if not ordered:
        return None
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def figure_of_rows(metric: Metric, values: Sequence[Any]) -> Value:
    """Return the figure that a metric makes of what each row behind it adds to it."""
    known: list[Any] = [value for value in values if value is not None]
    if metric.kind == "ratio":
        return sum(known) / len(values) if values else None
    if metric.unknown and not values:
        return None
    if metric.measure == "distinct":
        return len(set(known))
    if metric.measure in ("count", "sum"):
        whole: Value = sum(known)
        return whole
    return _figure(metric, len(values), sum(known) if metric.measure == "mean" else json.dumps(known), len(known)).value


def _reckoned(tree: ast.expr, values: Mapping[str, Value]) -> Value:
    """What an expression comes to; None where a part of it is not known, or is divided by nothing."""
    if isinstance(tree, ast.Constant):
        return tree.value  # type: ignore[return-value]
    if isinstance(tree, ast.Name):
        return values[tree.id]
    if isinstance(tree, ast.UnaryOp):
        one = _reckoned(tree.operand, values)
        return -one if isinstance(one, int | float) else None
    assert isinstance(tree, ast.BinOp)
    left, right = _reckoned(tree.left, values), _reckoned(tree.right, values)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    if isinstance(tree.op, ast.Div) and right == 0:
        return None
    return _OPERATIONS[type(tree.op)](left, right)
