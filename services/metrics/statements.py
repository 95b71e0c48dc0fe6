"""Query module: one metric, by some dimensions, as a SELECT of SQLAlchemy Core; and the rows behind its figures.

A metric is aggregated over the rows of its own entity, joined only to what each row has one of: its customer, the
customer's score, its product. So no row is ever counted twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    UnaryExpression,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.operators import custom_op

from models.values.errors import UserError
from models.values.metrics import Condition, Period
from models.values.money import exponent
from services.metrics.catalogue import PLACES, TIME, Catalogue, Entity, Field, Metric
from services.metrics.sources import PARTS, Context, complained, engaged, nth, source, spending, table_as
from services.settings import Policy

_ALIASES: Final = re.compile(r"\b(at|c|s|p|e|y|m|k)\.")
#: What hooks name that is of one day.
_OF_A_DAY: Final = re.compile(r"\b(at\.(day|now)|y\.(this_year|year_before)|m\.lately|k\.tickets)\b")
#: A statement takes no more parameters than some thousands: more values come as one.
_MOST_BOUND: Final = 500
_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
_WEEKDAYS: Final = "MonTueWedThuFriSatSun"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows: of an entity, in a period, under conditions, of the customers of some owners.

    Attributes
    ----------
    earlier
        Further days, each before the one before it, of which the same states are asked.
    """

    entity: Entity
    context: Context
    where: tuple[Condition, ...] = ()
    period: Period | None = None
    day: str = ""
    owners: tuple[str, ...] = ()
    parts: bool = False
    earlier: tuple[Context, ...] = ()

    @property
    def main(self) -> str:
        """The alias of the rows themselves."""
        return "c" if self.entity.name == "customers" else "e"


class Statements:
    """Builds statements over a catalogue, with the figures of a policy."""

    def __init__(self, catalogue: Catalogue, policy: Policy) -> None:
        self._catalogue, self._policy = catalogue, policy

    def figures(self, metrics: Sequence[Metric], by: Sequence[str], scope: Scope) -> Select[Any]:
        """Return metrics over the same rows by dimensions: their values, then what `measured` reads of each metric.

        The rows are read once: of several metrics each counts those that are its own. Of several days of the scope
        those of the first day come first, then those of the next.
        """
        rows = _Rows(self, scope)
        if scope.earlier:
            return self._of_days(metrics, by, rows)
        shared = tuple(one for one in metrics[0].where if all(one in other.where for other in metrics))
        measures: list[ColumnElement[Any]] = []
        for number, metric in enumerate(metrics):
            own = [rows.condition(one) for one in metric.where if one not in shared]
            made = self._measured(rows, metric, own, counted=self.counts_as(metrics, number) < number)
            measures += [one.label(f"{letter}{number}") for letter, one in made.items()]
        conditions = rows.conditions(shared)
        step = self._step(rows, metrics, by)
        if step is not None:
            first = select(step, *measures).select_from(rows.joined()).where(*conditions).group_by(step).subquery("e")
            rows, conditions = _Rows(self, scope, first), []
            measures = [func.sum(first.c[one.name]).label(one.name) for one in measures]
        groups = [rows.expression(name).label(f"d{number}") for number, name in enumerate(by)]
        read = rows.joined(in_order=rows.scope.main == "c")
        statement = select(*groups, *measures).select_from(read).where(*conditions)
        # By an index on the group the rows, and what is joined to each, would be read in any order but their own.
        return statement.group_by(*(_plainly(one.element) for one in groups)) if groups else statement

    def _of_days(self, metrics: Sequence[Metric], by: Sequence[str], rows: _Rows) -> Select[Any]:
        """States of several days: customers, and what they are joined to, are read once for all of them."""
        groups = [rows.expression(name).label(f"d{number}") for number, name in enumerate(by)]
        measures: list[ColumnElement[Any]] = []
        for number in range(len(metrics) * (1 + len(rows.scope.earlier))):
            day, at = divmod(number, len(metrics))
            then = rows.on(day)
            own = then.conditions(metrics[at].where)
            made = self._measured(then, metrics[at], own, counted=self.counts_as(metrics, at) < at)
            measures += [one.label(f"{letter}{number}") for letter, one in made.items()]
        statement = select(*groups, *measures).select_from(rows.joined(in_order=True))
        statement = statement.params({
            nth("as_of", number): one.as_of.isoformat() for number, one in enumerate(rows.scope.earlier, 1)
        })  # fmt: skip
        return statement.group_by(*(_plainly(one.element) for one in groups)) if groups else statement

    def of_a_day(self, entity: Entity, name: str) -> bool:
        """Return whether a field has other values on another day."""
        known = entity.field(name)
        if known.bands_of:
            return self.of_a_day(entity, known.bands_of)
        return bool(known.hook and _OF_A_DAY.search(known.computed))

    @staticmethod
    def largest(figures: Select[Any], metrics: Sequence[Metric], by: Metric, limit: int) -> CompoundSelect[Any]:
        """Return of figures by group a first row of all groups together, then the groups that may be among the largest.

        Those are also all that are as large as the last of them: who shows them orders these by name.
        """
        all_ = figures.cte("a")
        counts = [Statements.counts_as(metrics, at) for at in range(len(metrics))]
        groups = select(*all_.c).where(or_(*(all_.c[f"n{at}"] > 0 for at in sorted(set(counts))))).cte("g")
        sums = [func.coalesce(func.sum(one), 0) if one.name[0] == "n" else func.sum(one) for one in groups.c]
        whole = select(*(null() if one.name[0] == "d" else made for one, made in zip(groups.c, sums, strict=True)))
        at = metrics.index(by)
        value: ColumnElement[Any] = groups.c.get(f"v{at}", groups.c[f"n{counts[at]}"])
        if by.no_rows is not None:
            value = func.coalesce(value, by.no_rows)
        last = select(value).order_by(value.desc()).offset(limit - 1).limit(1).scalar_subquery()
        return union_all(whole, select(*groups.c).where(or_(value >= last, last.is_(None))))

    def _step(self, rows: _Rows, metrics: Sequence[Metric], by: Sequence[str]) -> ColumnElement[Any] | None:
        """What rows are added up by first, so that few are joined and sorted: their customer, or their day.

        None where groups are made of something else, or where not all that is measured adds up.
        """
        entity = rows.scope.entity
        if not by or rows.scope.main == "c":
            return None
        day = entity.fields.get(rows.scope.day or entity.day)
        if day is not None and day.place == "row" and day.column and all(
            name in TIME and name not in entity.fields for name in by
        ):  # fmt: skip
            step, kept = rows.expression(day.name), ""
        elif all(entity.is_of_customer(name) for name in by):
            step, kept = rows.customer, "customer_number"
        else:
            return None
        adds_up = all(
            one.kind == "ratio"
            or one.measure in ("count", "sum", "mean")
            or (one.measure == "distinct" and one.of == kept)
            for one in metrics
        )
        return step if adds_up else None

    @staticmethod
    def counts_as(metrics: Sequence[Metric], at: int) -> int:
        """Return which metric of a statement counts the rows of this one: the first with the same conditions."""
        return next(number for number, one in enumerate(metrics) if one.where == metrics[at].where)

    @staticmethod
    def _measured(
        rows: _Rows, metric: Metric, own: Sequence[ColumnElement[bool]], *, counted: bool
    ) -> dict[str, ColumnElement[Any]]:
        """What a statement says of one metric, over the rows for which its own conditions hold; see `measured`."""
        parts = rows.scope.parts

        def over(made: Any, *more: ColumnElement[bool]) -> ColumnElement[Any]:
            return made.filter(*own, *more) if own or more else made  # type: ignore[no-any-return]

        number = func.count(rows.key.distinct()) if parts else func.count()
        found = {} if counted else {"n": over(number)}
        without = rows.without_rate(metric)
        if without is not None:
            found["r"] = over(func.sum(without))
        if metric.kind == "ratio":
            # Of all rows that count, one that says nothing of the upper part is not in it.
            return found | {"v": over(number, rows.all_of(metric.part))}
        if not metric.of:
            return found
        value = rows.expression(metric.of)
        if metric.measure == "distinct":
            return found | {"v": over(func.count(value.distinct()))}
        if metric.measure == "sum":
            return found | {"v": over(func.sum(value))}
        if metric.measure == "mean":
            return found | {"v": over(func.sum(value))} | ({} if parts else {"k": over(func.count(value))})
        return found | {"v": over(func.json_group_array(value), value.is_not(None))}

    @staticmethod
    def measured(
        names: Sequence[str], metrics: Sequence[Metric], number: int
    ) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        """Return what reads of a row: how many rows a metric counts, its measure, of how many values, without a rate.

        A statement says nothing twice: of a count the rows are the measure too, and of a share the upper part is the
        number of its values. SQLite would work out each again.

        Parameters
        ----------
        names
            The columns of the row.
        number
            Which of the statement's metrics it is, the next day's after those of the day before.
        """
        day, at = divmod(number, len(metrics))
        metric = metrics[at]
        places = {letter: names.index(f"{letter}{number}") for letter in "vkr" if f"{letter}{number}" in names}
        rows = names.index(f"n{day * len(metrics) + Statements.counts_as(metrics, at)}")
        measure = places.get("v", rows)
        values, without = places.get("k", measure if metric.kind == "ratio" else rows), places.get("r")
        return lambda row: (row[rows], row[measure], row[values], row[without] if without is not None else 0)

    def undated(self, metrics: Sequence[Metric], scope: Scope) -> Select[Any]:
        """Return how many rows of each metric have no day, so that no period has them."""
        rows = _Rows(self, Scope(scope.entity, scope.context, scope.where, None, "", scope.owners, scope.parts))
        day = rows.expression(scope.day)
        counted: list[Any] = [func.count().filter(true(), *map(rows.condition, one.where)) for one in metrics]
        conditions = [*rows.conditions(()), day.is_(None)]
        return select(*counted).select_from(rows.joined()).where(*conditions)

    def converted(
        self, base: Metric, to: Metric, by: Sequence[str], within: int, scope: Scope, target: Scope
    ) -> Select[Any]:
        """Return, of the rows of one metric whose time is over, how many were followed by one of another."""
        rows = _Rows(self, scope)
        day = rows.expression(scope.day)
        groups = [rows.expression(name).label(f"d{number}") for number, name in enumerate(by)]
        over = func.date(day, f"+{within:d} days") <= scope.context.as_of.isoformat()
        conditions = [*rows.conditions(base.where), over]
        bases = select(*groups, rows.customer.label("customer_id"), day.label("day"))
        begun = bases.select_from(rows.joined()).where(*conditions).subquery("b")
        others = _Rows(self, target)
        conditions, reached = others.conditions(to.where), others.expression(target.day)
        targets = select(others.customer.label("customer_id"), reached.label("day"))
        found = targets.select_from(others.joined()).where(*conditions).subquery("t")
        followed = exists().where(
            found.c.customer_id == begun.c.customer_id,
            found.c.day > begun.c.day,
            found.c.day <= func.date(begun.c.day, f"+{within:d} days"),
        )
        heads = [begun.c[f"d{number}"] for number in range(len(by))]
        top = func.sum(case((followed, 1), else_=0))
        statement = select(*heads, func.count().label("n0"), top.label("v0"))
        statement = statement.select_from(begun)
        return statement.group_by(*heads) if heads else statement

    def values(self, scope: Scope, name: str) -> Select[Any]:
        """Return the different values of a field, over all rows of its source."""
        rows = _Rows(self, scope)
        value = rows.expression(name)
        return select(value).distinct().select_from(rows.joined())

    def field(self, scope: Scope, name: str, numbers: Sequence[int]) -> Select[Any]:
        """Return a field of the rows with some numbers, after the number."""
        rows = _Rows(self, scope)
        value = rows.expression(name)
        return select(rows.key, value).select_from(rows.joined()).where(rows.key.in_(_each_of(numbers)))

    def rows(self, scope: Scope, metric: Metric | None, cell: Mapping[str, Any]) -> Select[Any]:
        """Return the rows of a scope, or those behind a figure: number, customer, fields, what it adds to it."""
        rows = _Rows(self, scope)
        shown = [rows.expression(name).label(name) for name in scope.entity.shows]
        extra = metric.where if metric is not None else ()
        conditions = [*rows.conditions(extra), *(_is(rows.expression(name), value) for name, value in cell.items())]
        value = self._adds(metric, rows) if metric is not None else None
        if scope.parts and value is not None:
            summed = metric is not None and metric.measure in ("sum", "mean")
            value = func.sum(value) if summed else func.max(value)
        whose = rows.customer if scope.entity.customer else literal(None)
        columns = [
            rows.key.label("id"),
            whose.label("whose"),
            *shown,
            *([value.label("value")] if value is not None else []),
        ]
        day = scope.day or scope.entity.day
        order = [rows.expression(day).desc()] if day else []
        if metric is not None and value is not None and metric.measure == "sum" and metric.unit == "money":
            order.insert(0, value.desc())  # who and what makes most of the sum
        statement = select(*columns).select_from(rows.joined()).where(*conditions)
        if scope.parts:
            statement = statement.group_by(rows.key)
        return statement.order_by(*order, rows.key)

    def _adds(self, metric: Metric, rows: _Rows) -> ColumnElement[Any]:
        if metric.kind == "ratio":
            return case((rows.all_of(metric.part), 1), else_=0)
        return rows.expression(metric.of) if metric.of else literal(1)

    def parameter(self, value: Any) -> Any:
        """Return a value, or the figure of the policy that ``@name`` stands for."""
        return getattr(self._policy, value[1:]) if isinstance(value, str) and value.startswith("@") else value


class _Rows:
    """The rows of one scope: their expressions, and the joins that these need."""

    def __init__(self, made_by: Statements, scope: Scope, main: FromClause | None = None) -> None:
        self._by, self.scope = made_by, scope
        name = scope.entity.source
        self._main = (
            main if main is not None else source(PARTS[name] if scope.parts else name, scope.context, scope.main)
        )
        self._joins: set[str] = set()
        self._customers = table_as("customers", "c")
        self._scores = table_as("customer_risk_scores", "s")
        self._products = table_as("products", "p")
        self._number = 0
        days = [
            literal(said).label(nth(name, number))
            for number, one in enumerate(scope.earlier, 1)
            for name, said in (("day", one.as_of.isoformat()), ("now", one.now))
        ]
        at: Any = select(
            bindparam("as_of").label("day"),
            bindparam("now").label("now"),
            bindparam("currency").label("currency"),
            *days,
        )
        self._at = at.subquery("at")

    def on(self, number: int) -> _Rows:
        """The same rows as they were on another day of the scope."""
        found = copy(self)
        found._number = number
        return found

    @property
    def key(self) -> ColumnElement[Any]:
        """The number of a row."""
        return self._main.c.id

    @property
    def customer(self) -> ColumnElement[Any]:
        """The number of a row's customer."""
        return self._main.c.id if self.scope.main == "c" else self._main.c.customer_id

    def expression(self, name: str) -> ColumnElement[Any]:
        """Return a field or a dimension of time as an expression.

        Raises
        ------
        UserError
            The entity has none of that name.
        """
        entity = self.scope.entity
        if name in TIME and name not in entity.fields:
            day = self.scope.day or entity.day
            if not day:
                raise UserError(f"{entity.title} have no day, so they cannot be shown by {name}.")
            return _grain(self.expression(day), name)
        known = entity.field(name)
        if known.bands_of:
            return self._banded(known)
        if known.name == "customer_number":
            return self.customer
        if known.hook:
            return self._hooked(known.computed)
        return self._place(known.place).c[known.column]

    def _place(self, place: str) -> FromClause:
        alias = PLACES[place]
        if alias in ("e", self.scope.main):
            return self._main
        self._joins.add(alias)
        return {"c": self._customers, "s": self._scores, "p": self._products}[alias]

    def _hooked(self, sql: str) -> ColumnElement[Any]:
        self._joins |= set(_ALIASES.findall(sql)) - {"e", self.scope.main}
        return literal_column(f"({_OF_A_DAY.sub(lambda one: nth(one[0], self._number), sql)})")

    def _banded(self, known: Field) -> ColumnElement[Any]:
        value = self.expression(known.bands_of)
        edges = [self._by.parameter(edge) for edge in known.edges]
        if self.scope.entity.field(known.bands_of).kind == "money":
            edges = [edge * 10 ** exponent(self.scope.context.currency) for edge in edges]
        steps = [(value < edge, label) for edge, label in zip(edges, known.labels, strict=False)]
        return case((value.is_(None), None), *steps, else_=known.labels[-1])

    def without_rate(self, metric: Metric) -> ColumnElement[Any] | None:
        """Whether a row is not in a sum of money because its currency has no rate; None where there is no such sum."""
        money = metric.of and self.scope.entity.field(metric.of).kind == "money"
        if not money or self.scope.main == "c" or "no_rate" not in self._main.c:
            return None
        return case((self._main.c.no_rate, 1), else_=0)

    def conditions(self, extra: Sequence[Condition]) -> list[ColumnElement[bool]]:
        """All conditions on the rows: the query's, the metric's, the period's, and whose customers they are."""
        scope = self.scope
        # Those that choose most first: of a row that one leaves out SQLite does not ask the others.
        found = [self.condition(one) for one in (*scope.where, *extra, *scope.entity.where)]
        day = scope.day or scope.entity.day
        if day and scope.period is not None:
            value = self.expression(day)
            last = scope.period.last.isoformat()
            if scope.period.first is not None:
                found += [value >= scope.period.first.isoformat(), value <= last]
            else:  # without a beginning, what has no day is of the period too; by no index, as it is most of the rows
                found.append(func.coalesce(value, "") <= last)
        if scope.owners:
            found.append(self._place("customer").c.owner.in_(scope.owners))
        return found

    def all_of(self, conditions: Sequence[Condition]) -> ColumnElement[bool]:
        return and_(*(self.condition(one) for one in conditions))

    def condition(self, one: Condition) -> ColumnElement[bool]:
        """Return a condition as an expression; text is compared without regard to case."""
        value = self.expression(one.name)
        if one.operator == "is-empty":
            return or_(value.is_(None), value == "")
        kind = "text" if one.name in TIME else self.scope.entity.field(one.name).kind
        given = one.value if isinstance(one.value, tuple) else (one.value,)
        said = [self._value(kind, one.name, self._by.parameter(each)) for each in given]
        if one.operator == "=" and self._is_hooked_flag(one.name):
            # A condition itself, not its value beside another: SQLite then looks no further than the first of several
            # alternatives that holds.
            return value if said[0] else not_(value)
        if kind in ("text", "category"):
            value = value.collate("NOCASE")
        if one.operator == "contains":
            return value.contains(str(said[0]), autoescape=True)
        if one.operator == "in":
            return value.in_(said) if len(said) <= _MOST_BOUND else value.in_(_each_of(said))
        if one.operator == "not-in":
            return or_(value.is_(None), value.not_in(said if len(said) <= _MOST_BOUND else _each_of(said)))
        if one.operator == "!=":
            return or_(value.is_(None), value != said[0])
        compare = {"=": value.__eq__, ">": value.__gt__, ">=": value.__ge__, "<": value.__lt__, "<=": value.__le__}
        return compare[one.operator](said[0])

    def _is_hooked_flag(self, name: str) -> bool:
        known = self.scope.entity.fields.get(name)
        return known is not None and known.kind == "flag" and known.hook != ""

    def _value(self, kind: str, name: str, value: Any) -> Any:
        """A value as the store has it: money in minor units, yes as 1."""
        if kind in ("text", "category"):
            return str(value)
        if kind == "day":
            try:
                return date.fromisoformat(str(value)).isoformat()
            except ValueError:
                raise UserError(f"“{value}” is not a day for {name}. Write YYYY-MM-DD.") from None
        if kind == "flag":
            said = str(int(value) if isinstance(value, bool) else value).strip().lower()
            if said not in _YES | _NO:
                raise UserError(f"“{value}” is not a value of {name}. Write yes or no.")
            return int(said in _YES)
        try:
            text = str(value).strip()
            number = float(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
        except ValueError:
            raise UserError(f"“{value}” is not a number, and {name} is one.") from None
        return number * 10 ** exponent(self.scope.context.currency) if kind == "money" else number

    def joined(self, *, in_order: bool = False) -> FromClause:
        """Return the rows with everything that the expressions asked for so far; call it last.

        Parameters
        ----------
        in_order
            Whether most of the rows are read, so that they are best read in their own order.
        """
        found, days = self._main, 1 + len(self.scope.earlier)
        if "at" in self._joins:
            found = found.join(self._at, true())
        if "c" in self._joins:
            found = found.outerjoin(self._customers, self._customers.c.id == self.customer)
        if "s" in self._joins:
            # By an index on a score everything else would be read in no order.
            whose = _plainly(self.customer) if in_order else self.customer
            found = found.outerjoin(self._scores, self._scores.c.customer_id == whose)
        if "y" in self._joins:
            spent = spending(days)
            found = found.outerjoin(spent, spent.c.customer_id == self.customer)
        if "m" in self._joins:
            mailed = engaged(days)
            found = found.outerjoin(mailed, mailed.c.customer_id == self.customer)
        if "k" in self._joins:
            tickets = complained(days)
            found = found.outerjoin(tickets, tickets.c.customer_id == self.customer)
        if "p" in self._joins:
            found = found.outerjoin(self._products, self._products.c.id == self._main.c.product_id)
        return found


def _each_of(values: Sequence[Any]) -> Select[Any]:
    """All values as a select, bound as one parameter."""
    return select(func.json_each(json.dumps(list(values))).table_valued("value").c.value)


def _plainly(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, for which no index is used."""
    return UnaryExpression(value, operator=custom_op("+"))


def _is(value: ColumnElement[Any], said: Any) -> ColumnElement[bool]:
    return value.is_(None) if said is None else value == said


def _grain(day: ColumnElement[Any], grain: str) -> ColumnElement[Any]:
    """A day as the name of its week, month, quarter, year or weekday, as `periods.label` has them."""
    if grain == "week":
        return func.date(day, "weekday 0", "-6 days")
    if grain == "month":
        return func.substr(day, 1, 7)
    if grain == "quarter":
        quarters = {f"{month:02d}": f"-Q{(month + 2) // 3}" for month in range(1, 13)}
        return func.substr(day, 1, 4).concat(case(quarters, value=func.substr(day, 6, 2)))
    if grain == "year":
        return func.substr(day, 1, 4)
    if grain == "weekday":
        return _weekday(day)
    return func.substr(day, 1, 10)


def _weekday(day: ColumnElement[Any]) -> ColumnElement[Any]:
    names = {str((number + 1) % 7): _WEEKDAYS[3 * number : 3 * number + 3] for number in range(7)}
    return case(names, value=func.strftime("%w", day))
