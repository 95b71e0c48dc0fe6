"""Give every phrase of a question its place: as a condition, a group, a period, a bound, or what customers did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from models.values.assistant import SemiJoin
from models.values.metrics import Condition, Operator
from services.assistant.bounds import Bounds, Sketch, with_condition, with_other, words_of
from services.assistant.spans import Span
from services.assistant.vocabulary import Sense
from services.metrics.catalogue import Metric
from services.metrics.periods import period_of


def entity_of(host: SemiJoin | None) -> str:
    """Return whose rows a join is of; '' without one."""
    return host.entity if host is not None else ""


class Attaching(Bounds):
    """Places the phrases of one question, with one thing as what is asked for."""

    # ---- everything else ----------------------------------------------------------------------------------------
    def _attach(self, sketch: Sketch) -> None:
        host: SemiJoin | None = None
        denied, grouped, linked = False, False, False
        waiting: Span | None = None  # the "not" that is still without what it denies
        for at, span in enumerate(self._spans):
            if not denied:
                waiting = None
            if span.of("not"):
                if waiting is not None:
                    sketch.used.pop(waiting)
                denied, waiting = True, span
                sketch.used[span] = "not"
                linked = linked or bool(span.of("link"))
                continue
            if span.of("link") and at > self._at:
                linked, grouped = True, False
                sketch.used.setdefault(span, "")
                continue
            if span.of("by"):
                grouped = True
                sketch.used[span] = ""
                continue
            if span in sketch.used and span is not self._target:
                continue
            if span is self._target and self._meaning.kind in ("metric", "entity"):
                continue
            if span.time is not None and denied and waiting is not None and host is not None and host.period != "all":
                host, denied = self._neither(sketch, span, host, span.time.text), False
                continue
            if span.time is not None:
                host = self._time(sketch, span, host, denied)
                continue
            if span.of("since"):
                host, denied = self._since(sketch, span, host, denied), False
                continue
            if span.comparisons:
                host = self._comparison(sketch, at, host, denied)
                continue
            if grouped and self._group(sketch, span):
                continue
            placed, host, denied = self._place(sketch, at, host, denied, linked)
            if not placed:
                self._group(sketch, span, named=True)
        if denied and waiting is not None:
            sketch.used.pop(waiting)

    def _neither(self, sketch: Sketch, span: Span, host: SemiJoin, period: str) -> SemiJoin:
        """What they did in one period and not in another: "ordered in 2025 and nothing in 2026"."""
        join = replace(host, period=period, denied=True)
        sketch.joins.append(join)
        sketch.used[span] = f"no {self._catalogue.entities[host.entity].title.lower()} {period}"
        return join

    def _since(self, sketch: Sketch, span: Span, host: SemiJoin | None, denied: bool) -> SemiJoin | None:
        """What they have not done since the period named before: "bought boots last winter but none since"."""
        if host is None:
            return host
        known = sketch.joins if denied else sketch.joins[:-1]
        before = next((one for one in reversed(known) if one.period != "all" and not one.denied), None)
        last = period_of(before.period, self._today).last if before is not None else self._today
        if before is None or last >= self._today or not (denied or host.denied):
            return host
        after = f"{last + timedelta(days=1)}..{self._today}"
        if denied:
            return self._neither(sketch, span, before, after)
        changed = replace(host, period=after)
        sketch.joins[sketch.joins.index(host)] = changed
        sketch.used[span] = after
        return changed

    def _group(self, sketch: Sketch, span: Span, *, named: bool = False) -> bool:
        """A dimension that figures are told apart by, or after "by" the metric that puts them in order."""
        own = [one.name for one in (sketch.metrics or [])]
        at = self._spans.index(span)
        before = [one for one in self._spans[max(0, at - 1) : at] if one.end == span.start]
        valued = {one.what for near in self._spans[at + 1 : at + 2] for one in near.of("value")}
        own_values = {one.what for near in before for one in near.of("value") if one.entity == sketch.entity.name}
        own_values |= {"segment" for near in before for one in near.of("state") if one.entity == sketch.entity.name}
        for one in span.of("field"):
            name = one.what.partition(".")[2]
            mentioned = name in valued or (one.entity == sketch.entity.name and name in own_values)
            if mentioned and named:  # "handled by Tomasz", "Gold tier"
                sketch.used[span] = ""
                return True
            listed = named and not sketch.metrics and one.entity == sketch.entity.name == "customers"
            if listed and sketch.order and name != sketch.order:  # "the newest 5 and who looks after them": columns
                sketch.used[span] = ""
                return True
            if named and sketch.entity.fields.get(name) is not None and sketch.entity.fields[name].kind == "day":
                continue
            if self._is_dimension(sketch, one, name):
                if name not in sketch.by:
                    sketch.by.append(name)
                sketch.used[span] = f"by {sketch.entity.fields[name].title.lower()}"
                if named and not sketch.top and not self._asks_which(span):
                    sketch.penalty += 0.4
                return True
        if not named:
            for one in span.of("entity"):
                if one.what == "customers" and "customer" in sketch.entity.fields:
                    sketch.by.append("customer")
                    sketch.used[span] = "by customer"
                    return True
            if not sketch.metrics or sketch.entity.name == "customers" or sketch.by:
                for one in span.of("metric"):
                    if one.what not in own and self._order_by(sketch, span, one):
                        return True
            for one in span.of("field"):
                name = one.what.partition(".")[2]
                if one.entity == sketch.entity.name and (sketch.top or not sketch.by):
                    sketch.top = sketch.top or "most"
                    sketch.order = name
                    sketch.used[span] = f"in order of {sketch.entity.fields[name].title.lower()}"
                    return True
        return False

    def _asks_which(self, span: Span) -> bool:
        before = [one for one in self._spans if one.end <= span.start]
        return bool(before) and any(one.what in ("list", "count") for one in before[-1].of("form"))

    def _is_dimension(self, sketch: Sketch, meaning: Sense, name: str) -> bool:
        own = meaning.entity == sketch.entity.name or (meaning.entity == "customers" and sketch.entity.customer)
        if not own or name not in sketch.entity.fields:
            return False
        if sketch.metrics:
            return all(name in self._catalogue.dimensions_of(one) for one in sketch.metrics)
        return name in sketch.entity.dimensions

    def _order_by(self, sketch: Sketch, span: Span, meaning: Sense) -> bool:
        metric = self._catalogue.metrics[meaning.what]
        if metric is self.counting(sketch.entity) and not sketch.by:
            return False  # each customer is one
        wanted = sketch.by or (["customer"] if sketch.entity.name == "customers" else [])
        if not wanted or not all(one in self._catalogue.dimensions_of(metric) for one in wanted):
            return False
        own = [one for earlier in sketch.metrics for one in earlier.where]
        if any(one.name not in self._catalogue.entities[metric.entity].fields for one in own):
            return False
        sketch.where += own  # "lost customers by spend": they stay lost
        sketch.metrics, sketch.by = [metric], list(wanted)
        sketch.entity = self._catalogue.entities[metric.entity]
        sketch.top = sketch.top or "most"
        sketch.used[span] = f"in order of {metric.title.lower()}"
        return True

    def _place(
        self, sketch: Sketch, at: int, host: SemiJoin | None, denied: bool, linked: bool
    ) -> tuple[bool, SemiJoin | None, bool]:
        """Place a phrase; return whether it has a place, whose what follows is, and whether "not" still waits."""
        span = self._spans[at]
        for one in span.of("duration"):
            if sketch.entity.name == "customers":
                self._lacking(sketch, span, one, denied, at)
                return True, host, False
        if (noun := self._expected(sketch, span)) is not None:
            return True, self._join(sketch, span, noun.entity, self._own_where(noun), False), False
        said = (*span.of("state"), *span.of("value"))
        own = tuple(one for one in said if one.entity == sketch.entity.name)
        for one in own if own and host is None else said:  # a lost deal is none of a lost customer
            placed = self._condition(sketch, at, one, host, denied)
            if placed is not None:
                return True, placed if isinstance(placed, SemiJoin) else host, False
        for one in span.of("event"):
            if one.entity == sketch.entity.name and self._state(sketch, span, one.where, denied):
                return True, host, False
            if sketch.entity.customer or sketch.entity.name == "customers":
                sent = any(join.entity == "emails" for join in sketch.joins)
                if denied and one.entity == "emails" and not sent:  # whoever got none did not open any either
                    sketch.joins.insert(0, SemiJoin("emails"))
                return True, self._join(sketch, span, one.entity, one.where, denied), False
        for one in (*span.of("metric"), *span.of("entity")):
            placed, host = self._noun(sketch, at, one, host, denied, linked)
            if placed:
                return True, host, False
        if denied and self._names_value(at):  # "not looked after by Priya": the value is what is denied
            sketch.used[span] = ""
            return True, host, True
        if denied and self._empty(sketch, span):
            return True, host, False
        contact = any(one.what == "customers.days_since_contact" for one in span.of("field"))
        if contact and sketch.entity.name == "deals":
            sketch.used[span] = "days since contact"  # a column of every list of deals
            return True, host, denied
        if span.of("field") and self._is_mention(sketch, at):
            sketch.used[span] = ""
            return True, host, denied
        return False, host, denied

    def _noun(
        self, sketch: Sketch, at: int, meaning: Sense, host: SemiJoin | None, denied: bool, linked: bool
    ) -> tuple[bool, SemiJoin | None]:
        span, name = self._spans[at], meaning.entity
        if meaning.kind == "entity" and name == sketch.entity.name:
            sketch.used[span] = ""
            return True, host
        if meaning.kind == "entity" and host is not None and host.entity == name:
            sketch.used[span] = ""
            return True, host
        if meaning.kind == "entity" and name == "customers" and "customer" in sketch.entity.fields:
            sketch.used[span] = ""
            return True, None
        if meaning.kind == "metric":
            metric = self._catalogue.metrics[meaning.what]
            units = metric.name == "product_revenue" and any(one.name == "units_sold" for one in sketch.metrics)
            if metric in sketch.metrics or units:  # named once more: "how many pairs did we sell"
                sketch.used[span] = ""
                return True, host
            if sketch.metrics and not linked and self._is_joined(span) and self._beside(sketch, metric):
                sketch.metrics.append(metric)
                sketch.used[span] = metric.title
                return True, host
            if sketch.top and sketch.entity.name == "customers" and not sketch.metrics and self._order_by(
                sketch, span, meaning
            ):  # fmt: skip
                return True, host
            if (
                metric.entity == sketch.entity.name
                and metric.measure == "count"
                and metric.where
                and metric not in sketch.metrics
                and all(one.measure != "count" for one in sketch.metrics)
            ):
                return self._state(sketch, span, metric.where, denied), host
            if metric.measure != "count" or metric.kind not in ("simple", "as_of"):
                return False, host
            if metric.entity in (sketch.entity.name, "customers"):
                return False, host
            if sketch.entity.name == "customers" and linked:
                return True, self._join(sketch, span, metric.entity, metric.where, denied)
            return False, host
        if self._of_customers(sketch, at) and at > self._at and self._catalogue.entities[name].customer:
            return True, self._join(sketch, span, name, self._own_where(meaning), denied)
        return False, host

    def _names_value(self, at: int) -> bool:
        """Whether a field is followed by one of its values."""
        fields = {one.what.partition(".")[2] for one in self._spans[at].of("field")}
        return any(one.what in fields for near in self._spans[at + 1 : at + 2] for one in near.of("value"))

    def _empty(self, sketch: Sketch, span: Span) -> bool:
        """A field that is denied by itself, such as "no owner", has no value."""
        for one in span.of("field"):
            known = sketch.entity.fields.get(one.what.partition(".")[2])
            whose = one.entity in (sketch.entity.name, "customers")
            if known is not None and whose and known.kind in ("category", "text"):
                sketch.where.append(Condition(known.name, "is-empty"))
                sketch.used[span] = f"no {known.title.lower()}"
                return True
        return False

    def _expected(self, sketch: Sketch, span: Span) -> Sense | None:
        """The noun for which words before it wait: "returns" of "more than two returns", which may be a value too."""
        waiting = sketch.open.entity if sketch.open is not None else ""
        return next((one for one in (*span.of("entity"), *span.of("event")) if one.entity == waiting), None)

    def _own_where(self, noun: Sense) -> tuple[Condition, ...]:
        """What rows of a noun are besides: orders are purchases that were not cancelled."""
        counting = self.counting(self._catalogue.entities[noun.entity])
        return noun.where or (counting.where if counting is not None else ())

    def _is_joined(self, span: Span) -> bool:
        """Whether a metric is named in one breath with another: "revenue and orders by month"."""
        before = self._found.tokens[span.start - 1].word if span.start else ""
        return before in ("and", ",", "plus", "&", "vs", "versus")

    def _beside(self, sketch: Sketch, metric: Metric) -> bool:
        if metric in sketch.metrics or self._is_plain_list(sketch, sketch.metrics[0]):
            return False  # "lost customers, what were they worth": a list has no second figure
        return all(name in self._catalogue.dimensions_of(metric) for name in sketch.by) and self._is_list(sketch)

    def _is_plain_list(self, sketch: Sketch, metric: Metric) -> bool:
        counted = metric.kind in ("simple", "as_of") and metric.measure == "count"
        return counted and not sketch.by and not sketch.compare

    def _is_list(self, sketch: Sketch) -> bool:
        return not sketch.where or all(
            one.name in self._catalogue.entities[metric.entity].fields
            for one in sketch.where
            for metric in sketch.metrics
        )

    def _is_mention(self, sketch: Sketch, at: int) -> bool:
        """Whether a field is only named for what a comparison or an order beside it says."""
        span = self._spans[at]
        near = self._spans[at + 1] if at + 1 < len(self._spans) else None
        if near is not None and near.comparisons:
            return True
        before = self._spans[at - 1] if at else None
        if before is not None and before.comparisons:
            return True
        if sketch.top and not sketch.order and not sketch.metrics:
            for one in span.of("field"):
                name = one.what.partition(".")[2]
                if one.entity == sketch.entity.name and sketch.entity.fields[name].has_order:
                    sketch.order = name
                    return True
        times = [one for one in (before, near) if one is not None and one.time is not None]
        return bool(times) and any(
            self._catalogue.entities[one.entity].fields[one.what.partition(".")[2]].kind == "day"
            and one.entity == sketch.entity.name
            for one in span.of("field")
        )

    def _condition(
        self, sketch: Sketch, at: int, meaning: Sense, host: SemiJoin | None, denied: bool
    ) -> SemiJoin | bool | None:
        """A value or a state: of the noun that follows, of the join that it stands in, of what is asked for."""
        span = self._spans[at]
        where, entity = meaning.where, meaning.entity
        if meaning.metric:
            where = self._catalogue.metrics[meaning.metric].where
        following = self._following(at, sketch)
        if meaning.what == "segment" and "customers" not in (sketch.entity.name, following, entity_of(host)):
            return None  # "new tickets" are not those of the segment New
        whose = following == "customers" and self._fits(where, entity, sketch.entity.name)
        if entity == sketch.entity.name == "customers" and not sketch.metrics:
            host, whose = None, True  # "no order since Easter, Nora's": whose customers, and nothing of their orders
        if following not in (None, sketch.entity.name) and not whose and self._fits(where, entity, following):
            return self._join(sketch, span, following, where, denied, adjective=True)
        if host is not None and self._fits(where, entity, host.entity) and denied and self._is_apart(at):
            sketch.open = None
            own = self._own_where(Sense("entity", host.entity, host.entity))
            return self._join(sketch, span, host.entity, (*own, *where), True)
        if (
            host is not None
            and self._fits(where, entity, host.entity)
            and not denied
            and self._is_both(at, host, where)
        ):
            sketch.open = None
            return self._join(sketch, span, host.entity, with_other(host.where, where), host.denied)
        if host is not None and self._fits(where, entity, host.entity):
            turned = self._turned(where, denied)
            if turned is None:
                return None
            changed = replace(host, where=with_condition(host.where, turned))
            sketch.joins[sketch.joins.index(host)] = changed
            sketch.used[span] = words_of(turned)
            return changed
        if self._fits(where, entity, sketch.entity.name):
            sketch.counts = sketch.counts or (meaning if meaning.counts and not denied else None)
            return True if self._state(sketch, span, where, denied) else None
        if entity == "customers" and sketch.entity.customer:
            self._join(sketch, span, "customers", where, denied)
            return True
        return None

    def _is_both(self, at: int, host: SemiJoin, where: tuple[Condition, ...]) -> bool:
        """Whether a second value of a field is of other rows that they have too: "bought shoes and dresses"."""
        before = self._found.tokens[self._spans[at].start - 1].word if self._spans[at].start else ""
        names = {one.name for one in host.where if one.operator == "="}
        return before == "and" and len(where) == 1 and where[0].name in names and not host.denied

    def _is_apart(self, at: int) -> bool:
        """Whether "not" begins something else that they did not do: "bought shoes but not boots"."""
        before = self._spans[max(0, at - 2) : at]
        return any(one.of("not") for one in before) and any(
            link.what in ("but",) for one in before for link in one.of("link")
        )

    def _fits(self, where: Sequence[Condition], entity: str, wanted: str) -> bool:
        fields = self._catalogue.entities[wanted].fields
        if entity == wanted:
            return True
        if entity == "customers":
            return all(one.name in fields and fields[one.name].everywhere for one in where)
        if {entity, wanted} <= {"orders", "order_lines", "returns", "reviews"}:
            return all(one.name in fields and one.name in ("product", "category", "channel") for one in where)
        return entity == "deals" and wanted == "deal_stages" and all(one.name in fields for one in where)

    def _lacking(self, sketch: Sketch, span: Span, meaning: Sense, denied: bool, at: int) -> None:
        """How long nothing happened: "not engaged with any email in 60 days", "no contact for three months"."""
        days, used = float(meaning.usual), []
        operator: Operator = ">"
        for near in self._spans[max(0, at - 1) : at + 3]:
            if near in sketch.used:
                continue
            if near.time is not None and near.time.text:
                length = period_of(near.time.text, self._today).days if near.time.text != "all" else None
                days = float(length) if length else days
                used.append(near)
            for one in near.comparisons:
                if one.unit == "days":
                    days, operator = one.value, one.operator if one.operator != "=" else ">"
                    used.append(near)
        over = denied or any(one.of("not") for one in self._spans[max(0, at - 2) : at])
        if over:
            sketch.where += [*meaning.where, Condition(meaning.what, operator, int(days))]
        else:
            sketch.where += [*meaning.where, Condition(meaning.what, "<=", int(days))]
        title = sketch.entity.fields[meaning.what].title.partition(",")[0].lower()
        for read in (span, *used):
            sketch.used[read] = f"{title} {operator if over else '<='} {days:g}"
