"""Give every phrase of a question its place in a draft: a condition, a group, a period, a bound, what customers did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.values.assistant import Leg
from models.values.metrics import Condition, Operator
from services.assistant.bounds import Bounds, Draft, words_of
from services.assistant.spans import Span
from services.assistant.vocabulary import Meaning
from services.metrics.catalogue import Metric
from services.metrics.periods import period_of


class Attaching(Bounds):
    """Places the phrases of one question, with one thing as what is asked for."""

    # ---- everything else ----------------------------------------------------------------------------------------
    def _attach(self, draft: Draft) -> None:
        host: Leg | None = None
        denied, grouped, linked = False, False, False
        for at, span in enumerate(self._spans):
            if span.of("not"):
                draft.penalty += 2.0 * denied
                denied = True
                draft.used[span] = "not"
                linked = linked or bool(span.of("link"))
                continue
            if span.of("link") and at > self._at:
                linked, grouped = True, False
                draft.used.setdefault(span, "")
                continue
            if span.of("by"):
                grouped = True
                draft.used[span] = ""
                continue
            if span in draft.used and span is not self._target:
                continue
            if span is self._target and self._meaning.kind in ("metric", "entity"):
                continue
            if span.time is not None:
                host = self._time(draft, span, host, denied)
                continue
            if span.comparisons:
                host = self._comparison(draft, at, host, denied)
                continue
            if grouped and self._group(draft, span):
                continue
            placed, host, denied = self._place(draft, at, host, denied, linked)
            if not placed:
                self._group(draft, span, named=True)
        draft.penalty += 2.0 * denied

    def _group(self, draft: Draft, span: Span, *, named: bool = False) -> bool:
        """A dimension that figures are told apart by, or after "by" the metric that puts them in order."""
        own = [one.name for one in (draft.metrics or [])]
        at = self._spans.index(span)
        valued = {one.what for one in self._spans[at + 1].of("value")} if at + 1 < len(self._spans) else set()
        for one in span.of("field"):
            name = one.what.partition(".")[2]
            if name in valued and named:  # "handled by Tomasz"
                draft.used[span] = ""
                return True
            if self._is_dimension(draft, one, name):
                if name not in draft.by:
                    draft.by.append(name)
                draft.used[span] = f"by {draft.entity.fields[name].title.lower()}"
                if named and not draft.top and not self._asks_which(span):
                    draft.penalty += 0.4
                return True
        if not named:
            for one in span.of("entity"):
                if one.what == "customers" and "customer" in draft.entity.fields:
                    draft.by.append("customer")
                    draft.used[span] = "by customer"
                    return True
            if not draft.metrics or draft.entity.name == "customers" or draft.by:
                for one in span.of("metric"):
                    if one.what not in own and self._order_by(draft, span, one):
                        return True
            for one in span.of("field"):
                name = one.what.partition(".")[2]
                if one.entity == draft.entity.name and (draft.top or not draft.by):
                    draft.top = draft.top or "most"
                    draft.order = name
                    draft.used[span] = f"in order of {draft.entity.fields[name].title.lower()}"
                    return True
        return False

    def _asks_which(self, span: Span) -> bool:
        before = [one for one in self._spans if one.end <= span.start]
        return bool(before) and any(one.what in ("list", "count") for one in before[-1].of("form"))

    def _is_dimension(self, draft: Draft, meaning: Meaning, name: str) -> bool:
        own = meaning.entity == draft.entity.name or (meaning.entity == "customers" and draft.entity.customer)
        if not own or name not in draft.entity.fields:
            return False
        if draft.metrics:
            return all(name in self._catalogue.dimensions_of(one) for one in draft.metrics)
        return name in draft.entity.dimensions

    def _order_by(self, draft: Draft, span: Span, meaning: Meaning) -> bool:
        metric = self._catalogue.metrics[meaning.what]
        wanted = draft.by or (["customer"] if draft.entity.name == "customers" else [])
        if not wanted or not all(one in self._catalogue.dimensions_of(metric) for one in wanted):
            return False
        draft.metrics, draft.by = [metric], list(wanted)
        draft.entity = self._catalogue.entities[metric.entity]
        draft.top = draft.top or "most"
        draft.used[span] = f"in order of {metric.title.lower()}"
        return True

    def _place(
        self, draft: Draft, at: int, host: Leg | None, denied: bool, linked: bool
    ) -> tuple[bool, Leg | None, bool]:
        """Place a phrase; return whether it has a place, whose what follows is, and whether "not" still waits."""
        span = self._spans[at]
        for one in span.of("span"):
            if draft.entity.name == "customers":
                self._lacking(draft, span, one, denied, at)
                return True, host, False
        for one in (*span.of("so"), *span.of("value")):
            placed = self._condition(draft, at, one, host, denied)
            if placed is not None:
                return True, placed if isinstance(placed, Leg) else host, False
        for one in span.of("event"):
            if one.entity == draft.entity.name:
                draft.where += self._denied(one.where, denied)
                draft.used[span] = words_of(one.where) or draft.entity.title
                return True, host, False
            if draft.entity.customer or draft.entity.name == "customers":
                return True, self._leg(draft, span, one.entity, one.where, denied), False
        for one in (*span.of("metric"), *span.of("entity")):
            placed, host = self._noun(draft, at, one, host, denied, linked)
            if placed:
                return True, host, False
        contact = any(one.what == "customers.days_since_contact" for one in span.of("field"))
        if contact and draft.entity.name == "deals":
            draft.used[span] = "days since contact"  # a column of every list of deals
            return True, host, denied
        if span.of("field") and self._is_mention(draft, at):
            draft.used[span] = ""
            return True, host, denied
        return False, host, denied

    def _noun(
        self, draft: Draft, at: int, meaning: Meaning, host: Leg | None, denied: bool, linked: bool
    ) -> tuple[bool, Leg | None]:
        span, name = self._spans[at], meaning.entity
        if meaning.kind == "entity" and name == draft.entity.name:
            draft.used[span] = ""
            return True, host
        if meaning.kind == "entity" and host is not None and host.entity == name:
            draft.used[span] = ""
            return True, host
        if meaning.kind == "entity" and name == "customers" and "customer" in draft.entity.fields:
            draft.used[span] = ""
            return True, None
        if meaning.kind == "metric":
            metric = self._catalogue.metrics[meaning.what]
            if draft.metrics and not linked and self._is_joined(span) and self._beside(draft, metric):
                draft.metrics.append(metric)
                draft.used[span] = metric.title
                return True, host
            if draft.top and draft.entity.name == "customers" and not draft.metrics and self._order_by(
                draft, span, meaning
            ):  # fmt: skip
                return True, host
            if metric.entity == draft.entity.name and metric.measure == "count" and not draft.metrics and metric.where:
                draft.where += self._denied(metric.where, denied)
                draft.used[span] = metric.title
                return True, host
            if metric.measure != "count" or metric.kind not in ("simple", "as_of"):
                return False, host
            if metric.entity in (draft.entity.name, "customers"):
                return False, host
            if draft.entity.name == "customers" and linked:
                return True, self._leg(draft, span, metric.entity, metric.where, denied)
            return False, host
        if draft.entity.name == "customers" and not draft.metrics and at > self._at and self._catalogue.entities[
            name
        ].customer:  # fmt: skip
            counting = self.counting(self._catalogue.entities[name])
            return True, self._leg(draft, span, name, counting.where if counting else (), denied)
        return False, host

    def _is_joined(self, span: Span) -> bool:
        """Whether a metric is named in one breath with another: "revenue and orders by month"."""
        before = self._found.tokens[span.start - 1].word if span.start else ""
        return before in ("and", ",", "plus", "&", "vs", "versus")

    def _beside(self, draft: Draft, metric: Metric) -> bool:
        if metric in draft.metrics:
            return False
        return all(name in self._catalogue.dimensions_of(metric) for name in draft.by) and self._is_list(draft)

    def _is_list(self, draft: Draft) -> bool:
        return not draft.where or all(
            one.name in self._catalogue.entities[metric.entity].fields
            for one in draft.where
            for metric in draft.metrics
        )

    def _is_mention(self, draft: Draft, at: int) -> bool:
        """Whether a field is only named for what a comparison or an order beside it says."""
        span = self._spans[at]
        near = self._spans[at + 1] if at + 1 < len(self._spans) else None
        if near is not None and near.comparisons:
            return True
        before = self._spans[at - 1] if at else None
        if before is not None and before.comparisons:
            return True
        if draft.top and not draft.order and not draft.metrics:
            for one in span.of("field"):
                name = one.what.partition(".")[2]
                if one.entity == draft.entity.name and draft.entity.fields[name].has_order:
                    draft.order = name
                    return True
        times = [one for one in (before, near) if one is not None and one.time is not None]
        return bool(times) and any(
            self._catalogue.entities[one.entity].fields[one.what.partition(".")[2]].kind == "day"
            and one.entity == draft.entity.name
            for one in span.of("field")
        )

    def _condition(self, draft: Draft, at: int, meaning: Meaning, host: Leg | None, denied: bool) -> Leg | bool | None:
        """A value or a state: of the noun that follows, of the leg that it stands in, of what is asked for."""
        span = self._spans[at]
        where, entity = meaning.where, meaning.entity
        if meaning.metric:
            where = self._catalogue.metrics[meaning.metric].where
        following = self._following(at, draft)
        own = following == "customers" and self._fits(where, entity, draft.entity.name)
        if following not in (None, draft.entity.name) and not own and self._fits(where, entity, following):
            return self._leg(draft, span, following, where, denied, adjective=True)
        if host is not None and self._fits(where, entity, host.entity) and denied and self._is_apart(at):
            counting = self.counting(self._catalogue.entities[host.entity])
            draft.open = None
            return self._leg(draft, span, host.entity, (*(counting.where if counting else ()), *where), True)
        if host is not None and self._fits(where, entity, host.entity):
            changed = replace(host, where=(*host.where, *self._denied(where, denied)))
            draft.legs[draft.legs.index(host)] = changed
            draft.used[span] = words_of(where)
            return changed
        if self._fits(where, entity, draft.entity.name):
            draft.where += self._denied(where, denied)
            draft.counts = draft.counts or (meaning if meaning.counts and not denied else None)
            draft.used[span] = words_of(where)
            return True
        if entity == "customers" and draft.entity.customer:
            self._leg(draft, span, "customers", where, denied)
            return True
        if draft.entity.name == "customers" and meaning.kind == "so" and not draft.metrics and at > self._at:
            return None
        return None

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

    def _lacking(self, draft: Draft, span: Span, meaning: Meaning, denied: bool, at: int) -> None:
        """How long nothing happened: "not engaged with any email in 60 days", "no contact for three months"."""
        days, used = float(meaning.usual), []
        operator: Operator = ">"
        for near in self._spans[max(0, at - 1) : at + 3]:
            if near in draft.used:
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
            draft.where += [*meaning.where, Condition(meaning.what, operator, int(days))]
        else:
            draft.where += [*meaning.where, Condition(meaning.what, "<=", int(days))]
        title = draft.entity.fields[meaning.what].title.partition(",")[0].lower()
        for read in (span, *used):
            draft.used[read] = f"{title} {operator if over else '<='} {days:g}"
