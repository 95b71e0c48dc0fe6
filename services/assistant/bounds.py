"""A reading in the making, and what bounds it: periods, comparisons, and what the customers did or did not do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from models.values.assistant import SemiJoin
from models.values.metrics import Compare, Condition, Operator
from services.assistant.spans import Comparison, Parsed, Span
from services.assistant.times import WEEKDAYS, Time
from services.assistant.vocabulary import Sense
from services.metrics.catalogue import Catalogue, Entity, Field, Metric
from services.metrics.periods import months_later, period_of

#: The day of an entity that lies ahead.
_AHEAD: Final = {"deals": "closes_on", "contracts": "ends_on", "customers": "renews_on", "tasks": "due_on",
                 "invoices": "due_on"}  # fmt: skip
#: What a bare comparison means, by its unit.
_BARE: Final = {
    ("deals", "money"): "value", ("deals", "%"): "probability", ("deals", "days"): "days_in_stage",
    ("customers", "money"): "spend", ("customers", "%"): "churn_risk", ("orders", "money"): "amount",
    ("reviews", "star"): "rating", ("tickets", "star"): "satisfaction", ("contracts", "money"): "contract_value",
    ("invoices", "money"): "invoice_amount",
}  # fmt: skip
_MONTH: Final = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b")
_YEAR: Final = re.compile(r"\b\d{4}\b|\b(?:last|past|ago|previous|this)\b")
#: A bare number from so much on is a sum of money.
_LARGE_SUM: Final = 100
#: An older row has an earlier day.
_OLDER: Final[dict[Operator, Operator]] = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_OPPOSITE: Final[dict[Operator, Operator]] = {
    "=": "!=",
    ">": "<=",
    ">=": "<",
    "<": ">=",
    "<=": ">",
    "in": "not-in",
    "not-in": "in",
    "!=": "=",
}


@dataclass
class Sketch:
    """A reading in the making.

    Attributes
    ----------
    counts
        What became so in the period, such as "won"; None for what simply is so.
    open
        The join whose noun is still to come: "urgent" of "with urgent tickets".
    penalty
        What speaks against the reading beside phrases that found no place.
    """

    entity: Entity
    metrics: list[Metric] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    where: list[Condition] = field(default_factory=list)
    joins: list[SemiJoin] = field(default_factory=list)
    having: list[Condition] = field(default_factory=list)
    period: str = "all"
    compare: Compare | None = None
    order: str = ""
    top: str = ""
    limit: int | None = None
    form: str = ""
    aggregate: str = ""
    aggregate_said: Span | None = None
    counts: Sense | None = None
    open: SemiJoin | None = None
    compared: set[str] = field(default_factory=set)
    used: dict[Span, str] = field(default_factory=dict)
    penalty: float = 0.0


class Bounds:
    """Bounds one reading of a question, with one thing as what is asked for."""

    def __init__(self, found: Parsed, catalogue: Catalogue, today: date, at: int, meaning: Sense) -> None:
        self._found, self._catalogue, self._today = found, catalogue, today
        self._spans, self._at, self._meaning = found.spans, at, meaning
        self._target = found.spans[at]

    def _following(self, at: int, sketch: Sketch) -> str | None:
        """The rows that a word before them speaks of: "urgent" of "urgent tickets"."""
        for span in self._spans[at + 1 : at + 4]:
            if span is self._target:
                return sketch.entity.name
            if span.of("link") or span.of("by") or span.of("not") or span.time is not None:
                return None
            for one in (*span.of("entity"), *span.of("event")):
                return one.entity
        return None

    def _join(
        self,
        sketch: Sketch,
        span: Span,
        entity: str,
        where: tuple[Condition, ...],
        denied: bool,
        *,
        adjective: bool = False,
    ) -> SemiJoin:
        """Something that customers did or not; words before its noun and the noun itself make one."""
        waiting = sketch.joins[-1] if sketch.joins else None
        if waiting is not None and waiting.entity == entity and sketch.open is waiting:
            where = with_condition(waiting.where, where)
            join = replace(waiting, where=where, denied=waiting.denied or denied)
            sketch.joins[-1] = join
        else:
            join = SemiJoin(entity, where, denied=denied)
            sketch.joins.append(join)
        sketch.open = join if adjective else None
        title = self._catalogue.entities[entity].title.lower()
        sketch.used[span] = f"{'no ' if denied else ''}{title}{': ' + words_of(where) if where else ''}"
        return join

    def _of_customers(self, sketch: Sketch, at: int) -> bool:
        """Whether what stands at a place may say what customers did: they are asked for, or whose the rows are."""
        named = any(one.what == "customers" for span in self._spans[:at] for one in span.of("entity"))
        return (sketch.entity.name == "customers" and not sketch.metrics) or (named and sketch.entity.customer)

    def counting(self, entity: Entity) -> Metric | None:
        """The metric that counts the rows of an entity."""
        return counting_metric(self._catalogue, entity)

    def _time(self, sketch: Sketch, span: Span, host: SemiJoin | None, denied: bool) -> SemiJoin | None:
        assert span.time is not None
        named = self._day_field(sketch, span)
        if named:
            first, last = self._ahead(named, span, *_ends(span.time, self._today))
            sketch.where += [Condition(named, ">=", first.isoformat()), Condition(named, "<=", last.isoformat())]
            if [one.name for one in sketch.metrics] == ["renewals_due"]:
                sketch.metrics = []  # its 90 days give way to the time that is said
                counting = self.counting(sketch.entity)
                sketch.where += counting.where if counting is not None else ()
            sketch.used[span] = f"{sketch.entity.fields[named].title.lower()} {first} to {last}"
            return host
        if not span.time.text:
            return host
        if host is not None and host.period == "all":
            changed = replace(host, period=span.time.text)
            sketch.joins[sketch.joins.index(host)] = changed
            sketch.used[span] = span.time.text
            return changed
        if sketch.period == "all" and (sketch.metrics or sketch.entity.day):
            sketch.period = span.time.text
            sketch.used[span] = span.time.text
        return host

    def _ahead(self, name: str, span: Span, first: date, last: date) -> tuple[date, date]:
        """A month without a year is the next one, of a day that lies ahead: "contracts that end before March"."""
        words = self._found.words(span)
        if any(one in WEEKDAYS for one in words.split()) and name == "due_on" and last < self._today:
            return first + timedelta(days=7), last + timedelta(days=7)
        bare = _MONTH.search(words) is not None and not _YEAR.search(words)
        if name not in _AHEAD.values() or last >= self._today or not bare:
            return first, last
        return max(self._today, next_year(first)), next_year(last)

    def _day_field(self, sketch: Sketch, span: Span) -> str:
        """The field with the day that a time chooses by, where it is not the entity's own."""
        at = self._spans.index(span)
        for near in (*self._spans[max(0, at - 2) : at][::-1], *self._spans[at + 1 : at + 2]):
            for one in near.of("field"):
                name = one.what.partition(".")[2]
                if (
                    one.entity == sketch.entity.name
                    and name != sketch.entity.day
                    and sketch.entity.fields[name].kind == "day"
                ):
                    sketch.used.setdefault(near, "")
                    return name
        forecast = any(one.name == "weighted_pipeline" for one in sketch.metrics)
        whole = span.time is not None and span.time.last is not None
        bare = _MONTH.search(self._found.words(span)) is not None and not _YEAR.search(self._found.words(span))
        ahead = whole or bare if forecast else span.time is not None and (
            not span.time.text or sketch.entity.name == "contracts"
        )  # fmt: skip
        return _AHEAD.get(sketch.entity.name, "") if ahead else ""

    def _comparison(self, sketch: Sketch, at: int, host: SemiJoin | None, denied: bool) -> SemiJoin | None:
        span = self._spans[at]
        counted = self._counted(sketch, at)
        if counted is not None:
            return self._count(sketch, at, counted, denied)
        if span.comparisons[0].unit == "days" and host is not None and denied and host.period == "all":
            changed = replace(host, period=f"{int(span.comparisons[0].value)}d")
            sketch.joins[sketch.joins.index(host)] = changed
            sketch.used[span] = changed.period
            return changed
        grouped = sketch.metrics[0] if sketch.metrics else self.counting(sketch.entity)
        if grouped is not None and sketch.by and span.comparisons[0].unit in ("", "%", "money") and host is None and (
            sketch.metrics or span.comparisons[0].unit == ""
        ):  # fmt: skip
            metric = grouped
            sketch.having += [
                Condition(metric.name, one.operator, _value(one, metric.unit)) for one in span.comparisons
            ]
            sketch.used[span] = f"{metric.title.lower()} {_compared(span)}"
            return host
        following = self._following(at, sketch)
        if following is not None and following != sketch.entity.name:
            name = self._compared_field(sketch, at, following)
            if name:
                where = self._compares(following, name, span)
                return self._join(sketch, span, following, where, denied, adjective=True)
        if host is not None and (name := self._compared_field(sketch, at, host.entity)):
            changed = replace(host, where=(*host.where, *self._compares(host.entity, name, span)))
            sketch.joins[sketch.joins.index(host)] = changed
            sketch.used[span] = f"{name.replace('_', ' ')} {_compared(span)}"
            return changed
        compared = self._compared_metric(sketch, at)
        if compared is not None:
            bounds = tuple(
                Condition(compared.name, one.operator, _value(one, compared.unit)) for one in span.comparisons
            )
            join = SemiJoin(compared.entity, metric=compared.name, denied=denied, having=bounds)
            sketch.joins.append(join)
            sketch.used[span] = f"{compared.title.lower()} {_compared(span)}"
            return join
        name = self._compared_field(sketch, at, sketch.entity.name)
        later = self._spans[at + 1 : at + 3]
        if name == "spend" and sketch.entity.name == "customers" and any(one.time is not None for one in later):
            bounds = tuple(Condition("revenue", one.operator, _value(one, "money")) for one in span.comparisons)
            join = SemiJoin("orders", metric="revenue", having=bounds, denied=denied)
            sketch.joins.append(join)
            sketch.used[span] = f"revenue {_compared(span)}"
            return join
        if name:
            if name not in sketch.compared:  # what was said wins over what is usual
                sketch.where = [one for one in sketch.where if one.name != name]
            sketch.compared.add(name)
            self._state(sketch, span, self._compares(sketch.entity.name, name, span), denied)
        elif host is None and sketch.entity.day and all(one.unit == "days" for one in span.comparisons):
            self._aged(sketch, span)
        return host

    def _aged(self, sketch: Sketch, span: Span) -> None:
        """How old rows are: "tickets older than two weeks", "open for more than a week"."""
        for one in span.comparisons:
            day = (self._today - timedelta(days=int(one.value))).isoformat()
            sketch.where.append(Condition(sketch.entity.day, _OLDER.get(one.operator, one.operator), day))
        sketch.used[span] = f"{sketch.entity.fields[sketch.entity.day].title.lower()} {_compared(span)} days ago"

    def _counted(self, sketch: Sketch, at: int) -> str | None:
        """The rows that a number counts: "3+ tickets", "more than two orders"."""
        span = self._spans[at]
        often = any(one.unit == "times" for one in span.comparisons)
        plain = often or not any(one.unit or not one.said for one in span.comparisons)
        if not plain or not self._of_customers(sketch, at):
            return None
        for near in () if often else self._spans[at + 1 : at + 4]:
            if near.time is not None or near.comparisons:
                break
            for one in (*near.of("entity"), *near.of("event")):
                if one.entity != "customers":
                    return one.entity
        for near in self._spans[max(0, at - 2 if often else at - 1) : at][::-1]:
            for one in near.of("event"):
                return one.entity
        return None

    def _count(self, sketch: Sketch, at: int, entity: str, denied: bool) -> SemiJoin:
        span = self._spans[at]
        least, most = 1, None
        for one in span.comparisons:
            number = int(one.value)
            if one.operator in (">", ">="):
                least = number + (one.operator == ">")
            elif one.operator in ("<", "<="):
                most = number - (one.operator == "<")
            else:
                least = most = number
        before = self._spans[max(0, at - 2) : at]
        counted = sketch.joins and sketch.joins[-1].entity == entity and any(
            one.entity == entity for near in before for one in near.of("event")
        )  # fmt: skip
        join = sketch.joins[-1] if counted else self._join(sketch, span, entity, (), denied)
        if most is not None and span.comparisons[0].operator in ("<", "<="):  # none at all is fewer, too
            join = replace(join, least=most + 1, denied=not denied)
        else:
            join = replace(join, least=least, most=most)
        sketch.joins[-1] = sketch.open = join
        sketch.used[span] = _compared(span)
        return join

    def _compared_metric(self, sketch: Sketch, at: int) -> Metric | None:
        """The metric of each customer that a comparison beside it speaks of: "average rating below 3"."""
        if sketch.entity.name != "customers" or sketch.metrics:
            return None
        for near in (*self._spans[max(0, at - 1) : at], *self._spans[at + 1 : at + 2]):
            fields = [one for one in near.of("field") if one.entity == "customers"]
            for one in near.of("metric"):
                metric = self._catalogue.metrics[one.what]
                unit = self._spans[at].comparisons[0].unit
                if (not fields and (unit == "") == (metric.unit not in ("percent", "money"))) or (
                    not fields and unit == {"percent": "%", "money": "money"}.get(metric.unit)
                ):
                    sketch.used[near] = metric.title
                    return metric
        return None

    def _compared_field(self, sketch: Sketch, at: int, entity: str) -> str:
        """Return the field that a comparison is about, by the phrase beside it or by its unit; '' for none."""
        fields = self._catalogue.entities[entity].fields
        unit = self._spans[at].comparisons[0].unit
        for near in (*self._spans[max(0, at - 2) : at][::-1], *self._spans[at + 1 : at + 3]):
            if near.comparisons or near.time is not None or near.of("link"):
                continue
            for one in near.of("field"):
                name = one.what.partition(".")[2]
                if one.entity != entity:
                    continue
                too_much = fields[name].kind == "percent" and self._spans[at].comparisons[0].value > 100
                if _suits(fields[name], unit) and not too_much:
                    sketch.used.setdefault(near, "")
                    return name
        large = unit == "" and self._spans[at].comparisons[0].value >= _LARGE_SUM
        return _BARE.get((entity, "money" if large else unit), "")

    def _compares(self, entity: str, name: str, span: Span) -> tuple[Condition, ...]:
        kind = self._catalogue.entities[entity].fields[name].kind
        return tuple(Condition(name, one.operator, _value(one, kind)) for one in span.comparisons)

    @staticmethod
    def _turned(where: Sequence[Condition], denied: bool) -> tuple[Condition, ...] | None:
        """Conditions as they are, or what holds where they do not; None where no conditions can say that.

        Where several hold together, "not" means that at least one of them does not.
        """
        if not denied:
            return tuple(where)
        if len(where) != 1 or where[0].operator not in _OPPOSITE:
            return None
        (one,) = where
        if one.operator == "=" and one.value in ("yes", "no", True, False):
            return (replace(one, value="no" if one.value in ("yes", True) else "yes"),)
        return (replace(one, operator=_OPPOSITE[one.operator]),)

    def _state(self, sketch: Sketch, span: Span, where: tuple[Condition, ...], denied: bool) -> bool:
        """Put conditions on what is asked for; whether that can be said. Of customers, several denied ones exclude."""
        turned = self._turned(where, denied)
        if turned is None and sketch.entity.name != "customers":
            return False
        if turned is None:
            self._join(sketch, span, "customers", where, denied)
        else:
            sketch.where = list(with_condition(sketch.where, turned))
            sketch.used[span] = words_of(turned)
        return True


def counting_metric(catalogue: Catalogue, entity: Entity) -> Metric | None:
    """Return the metric that counts the rows of an entity, if there is one."""
    named = catalogue.metrics.get(entity.name)
    if named is not None:
        return named
    counts = (
        one
        for one in catalogue.metrics.values()
        if (one.entity, one.measure, one.where) == (entity.name, "count", ()) and one.kind in ("simple", "as_of")
    )
    return next(counts, None)


def next_year(day: date) -> date:
    """Return the same day a year later; of 29 February the day before."""
    return months_later(day, 12)


def _suits(known: Field, unit: str) -> bool:
    kinds = {
        "money": {"money"}, "%": {"percent"}, "days": {"days"}, "star": {"score", "number"}, "hours": {"hours"},
    }.get(unit)  # fmt: skip
    return known.kind in (kinds or {"money", "percent", "days", "score", "number", "hours"})


def _value(one: Comparison, unit: str) -> float | int:
    value = one.value / 100 if unit == "percent" and (one.unit == "%" or one.value > 1) else one.value
    return int(value) if float(value).is_integer() else value


def _ends(time: Time, today: date) -> tuple[date, date]:
    if time.first is not None and time.last is not None:
        return time.first, time.last
    period = period_of(time.text, today)
    return period.first or date(1990, 1, 1), period.last


def with_condition(where: Iterable[Condition], more: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return conditions with further ones; two values of one field are alternatives, as no row has both."""
    made = list(where)
    for one in more:
        at = next((at for at, other in enumerate(made) if other.name == one.name and other.operator in ("=", "in")), -1)
        same = at >= 0 and in_plain(made[at].value) == in_plain(one.value)
        if at >= 0 and one.operator == "=" and not same:
            known = made[at].value
            values = known if isinstance(known, tuple) else (known,)
            made[at] = Condition(one.name, "in", (*values, one.value))  # type: ignore[arg-type]
        elif one not in made and not (same and one.operator == "="):
            made.append(one)
    return tuple(made)


def in_plain(value: object) -> str:
    """Return a value as words, a truth as the yes or no that questions say."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def with_other(where: Iterable[Condition], instead: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return conditions with other values of some of their fields."""
    names = {one.name for one in instead}
    return (*(one for one in where if one.name not in names), *instead)


def words_of(where: Iterable[Condition]) -> str:
    return ", ".join(one.in_words for one in where)


def _compared(span: Span) -> str:
    return " and ".join(f"{one.operator} {one.value:g}{'%' if one.unit == '%' else ''}" for one in span.comparisons)
