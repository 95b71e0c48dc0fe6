"""Read what a question asks: choose what is asked for, and fit everything else that was said to it.

Each metric and each kind of rows that the question names is tried as what is asked for. Every other phrase must then
find its place (`attaching`); what finds none counts against the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from models.values.assistant import Form, Leg, Question
from models.values.metrics import Compare, Condition, Query, RowsQuery
from services.assistant.attaching import Attaching
from services.assistant.bounds import Draft
from services.assistant.spans import Found, Span
from services.assistant.vocabulary import Meaning
from services.metrics.catalogue import TIME, Catalogue, Metric
from services.metrics.periods import GRAINS

#: What is large of an entity's rows.
_LARGE: Final = {"deals": "value", "orders": "amount", "contracts": "contract_value", "invoices": "invoice_amount",
                 "customers": "spend", "order_lines": "amount"}  # fmt: skip
#: Fields by which customers are put in order, as the metric that has it.
_BY_METRIC: Final = {"spend": "revenue", "orders_so_far": "orders", "churn_risk": "churn_risk",
                     "lifetime_value": "mean_lifetime_value", "value_at_risk": "revenue_at_risk",
                     "engagement": "engagement", "health": "health"}  # fmt: skip
_FORM_WORDS: Final = {
    "count": "how many", "share": "share", "mean": "average", "latest": "newest first", "oldest": "oldest first",
}  # fmt: skip
#: By what customers may be the best: a question that does not say is asked back.
_BEST: Final = ("revenue", "mean_lifetime_value")
#: A question without a number has so many rows of a list that is put in order.
TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading that can run, and how well it fits.

    Attributes
    ----------
    used
        The spans that found a place, with what each was taken for.
    """

    question: Question
    score: float
    used: tuple[tuple[Span, str], ...]
    lost: tuple[Span, ...]


def candidates(found: Found, catalogue: Catalogue, today: date) -> list[Candidate]:
    """Return all readings of a question, the best first."""
    made: dict[object, Candidate] = {}
    for at, span in enumerate(found.spans):
        for meaning in span.meanings:
            if meaning.kind in ("metric", "entity", "event", "span"):
                for one in _Reader(found, catalogue, today, at, meaning).read():
                    key = _meant(one.question, catalogue)
                    known = made.get(key)
                    if known is None or (one.score, _named(one)) > (known.score, _named(known)):
                        made[key] = one
    return sorted(made.values(), key=lambda one: -one.score)


def _meant(question: Question, catalogue: Catalogue) -> object:
    """What a question of rows means, whether a metric chooses them or their conditions do."""
    rows = question.rows
    if rows is None:
        return question
    own = catalogue.metrics[rows.metric].where if rows.metric else ()
    where = frozenset((one.name, one.operator, _plain(one.value)) for one in (*rows.where, *own))
    return question.form, rows.entity, where, rows.period, question.legs, question.order, question.limit


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _named(one: Candidate) -> bool:
    return one.question.rows is not None and one.question.rows.metric is not None


def continued(found: Found, before: Question, catalogue: Catalogue, today: date) -> list[Candidate]:
    """Return how a question that goes on with the one before is read: "only Gold", "by tier", "and last year?"."""
    return list(_Continued(found, catalogue, today, before).read()) if before.query or before.rows else []


class _Reader(Attaching):
    """One question, read with one thing as what is asked for."""

    def read(self) -> Iterator[Candidate]:
        """Yield the readings, one or none."""
        draft = self._begun()
        if draft is None:
            return
        self._settle(draft)
        self._attach(draft)
        for question in self._questions(draft):
            lost = tuple(one for one in self._spans if one not in draft.used and _matters(one))
            used = sum(one.weight for one in draft.used)
            far = 0.3 * len(draft.legs) if draft.metrics or draft.entity.name != "customers" else 0.0
            score = used - 2.0 * sum(one.weight for one in lost) - 0.12 * self._at - draft.penalty - far
            yield Candidate(question, score, tuple(draft.used.items()), lost)

    def _begun(self) -> Draft | None:
        meaning = self._meaning
        if meaning.kind == "metric":
            metric = self._catalogue.metrics[meaning.what]
            entity = self._catalogue.entities[metric.entity]
            if self.counting(entity) is not metric:
                return Draft(entity, [metric], used={self._target: metric.title})
        if meaning.kind in ("metric", "entity"):
            entity = self._catalogue.entities[meaning.entity]
            counting = self.counting(entity)
            return Draft(entity, where=list(counting.where) if counting else [], used={self._target: entity.title})
        if any(one.kind == "entity" for span in self._spans for one in span.meanings):
            return None  # something else is named that is asked for
        if meaning.kind == "event" and any(one.of("field") for one in self._spans):
            draft = Draft(self._catalogue.entities[meaning.entity], where=list(meaning.where))
            draft.used[self._target] = draft.entity.title
            draft.penalty = 0.5
            return draft
        draft = Draft(self._catalogue.entities["customers"])
        draft.penalty = 0.3
        return draft

    # ---- what is asked for --------------------------------------------------------------------------------------
    def _settle(self, draft: Draft) -> None:
        """Forms, superlatives and numbers beside them, grains and comparisons with an earlier time."""
        for at, span in enumerate(self._spans):
            if span is self._target:
                continue
            after = self._spans[at + 1] if at + 1 < len(self._spans) else None
            if span.number is not None and after is not None and after.of("top"):
                draft.limit = span.number
                draft.used[span] = f"{span.number} of them"
                continue
            forms, tops = span.of("form"), span.of("top")
            if span.number is not None:
                before = self._spans[at - 1] if at else None
                if before is not None and (before.of("top") or before.of("form")):
                    draft.limit = span.number
                    draft.used[span] = f"{span.number} of them"
                continue
            if forms and not span.of("entity"):
                self._form(draft, span, forms[0].what)
            if tops and not self._is_name(span):
                draft.top = draft.top or tops[0].what
                draft.used[span] = "the most first" if tops[0].what == "most" else "the least first"
            for one in span.of("grain"):
                if one.what in GRAINS or one.what == "weekday":
                    self._grain(draft, span, one.what)
            for one in span.of("compare"):
                draft.compare = "year" if one.what == "year" else "previous"
                draft.used[span] = "with a year before" if draft.compare == "year" else "with the period before"

    def _is_name(self, span: Span) -> bool:
        """Whether a superlative is meant as a word of the field or metric beside it: "main reason"."""
        return bool(span.of("field"))

    def _form(self, draft: Draft, span: Span, form: str) -> None:
        if form in ("latest", "oldest"):
            draft.top, draft.order = ("most" if form == "latest" else "least"), draft.entity.day
        elif form in ("mean", "median", "sum"):
            draft.aggregate = draft.aggregate or form
        elif form == "share" or (form == "count" and draft.form != "share") or not draft.form:
            draft.form = form
        draft.used[span] = _FORM_WORDS.get(form, "")

    def _grain(self, draft: Draft, span: Span, grain: str) -> None:
        if grain in draft.by:
            draft.used[span] = ""
            return
        if any(one in GRAINS for one in draft.by):
            return
        draft.by.append(grain)
        draft.used[span] = f"by {grain}"

    # ---- the question -------------------------------------------------------------------------------------------
    def _questions(self, draft: Draft) -> Iterator[Question]:
        legs = tuple(draft.legs)
        where = tuple(dict.fromkeys(draft.where))
        if not draft.metrics:
            yield from self._of_rows(draft, where, legs)
            return
        metric = draft.metrics[0]
        if not self._suits_aggregate(draft, metric):
            draft.penalty += 1.0
        after = self._spans[self._at + 1] if self._at + 1 < len(self._spans) else None
        if after is not None and after.comparisons and not draft.having:
            draft.penalty += 1.0  # it is what is compared, not what is asked for
        if self._is_plain_list(draft, metric):
            yield self._listed(draft, metric, where, legs)
            return
        if draft.form == "list" and not draft.by:
            draft.penalty += 0.2
        names = tuple(one.name for one in draft.metrics)
        order, limit = self._order(draft)
        if draft.top and not draft.by:
            draft.penalty += 1.5
        yield Question("figure", Query(names, tuple(draft.by), where, draft.period, None, self._compare(draft), order,
                                       limit, tuple(draft.having)), legs=legs)  # fmt: skip

    def _compare(self, draft: Draft) -> Compare | None:
        if draft.compare is not None and draft.period == "all":
            draft.period = f"{self._today:%Y-%m}" if draft.compare == "previous" else "12m"
        return draft.compare

    def _suits_aggregate(self, draft: Draft, metric: Metric) -> bool:
        if draft.aggregate == "median":
            return metric.measure == "median"
        if draft.aggregate == "mean":
            return metric.measure == "mean" or metric.kind in ("ratio", "derived") or "mean" in metric.name
        return not (draft.aggregate == "sum" and metric.measure in ("mean", "median"))

    def _is_plain_list(self, draft: Draft, metric: Metric) -> bool:
        counted = metric.kind in ("simple", "as_of") and metric.measure == "count"
        return counted and not draft.by and not draft.compare

    def _listed(self, draft: Draft, metric: Metric, where: tuple[Condition, ...], legs: tuple[Leg, ...]) -> Question:
        if metric.kind == "as_of" and (draft.period != "all" or legs) and draft.entity.day:
            return self._list(draft, RowsQuery(draft.entity.name, (*metric.where, *where), draft.period), legs)
        return self._list(draft, RowsQuery(draft.entity.name, where, draft.period, metric=metric.name), legs)

    def _of_rows(self, draft: Draft, where: tuple[Condition, ...], legs: tuple[Leg, ...]) -> Iterator[Question]:
        entity, metric = draft.entity, self.counting(draft.entity)
        if draft.counts is not None and metric is not None and (draft.by or draft.compare or draft.period != "all"):
            # Won, lost or resolved in a period: on the day on which they became so.
            where = tuple(one for one in where if one not in (*metric.where, *draft.counts.where))
            metric = self._catalogue.metrics[draft.counts.counts]
            if not draft.by and not draft.compare:
                yield self._list(draft, RowsQuery(entity.name, where, draft.period, metric=metric.name), legs)
                return
        if draft.by or draft.compare:
            if metric is None or not all(one in self._catalogue.dimensions_of(metric) for one in draft.by):
                return
            if (entity.name, draft.by) == ("customers", ["customer"]):
                return  # each would be 1
            draft.metrics = [metric]
            order, limit = self._order(draft)
            where = tuple(one for one in where if one not in metric.where)
            compare = self._compare(draft)
            query = Query((metric.name,), tuple(draft.by), where, draft.period, None, compare, order, limit)
            yield Question("figure", replace(query, having=tuple(draft.having)), legs=legs)
            return
        best = self._best(draft)
        for name in best:
            order = (f"{'-' if draft.top == 'most' else ''}{name}",)
            query = Query((name,), ("customer",), where, draft.period, order=order, limit=draft.limit or TOP)
            yield Question("figure", query, legs=legs)
        if not best:
            draft.penalty += 1.5 * (draft.aggregate in ("mean", "median"))
            yield self._list(draft, RowsQuery(entity.name, where, draft.period if entity.day else "all"), legs)

    def _best(self, draft: Draft) -> tuple[str, ...]:
        """The metrics by which customers are put in order; whoever asks for the best ones is asked by what."""
        if not draft.top or draft.entity.name != "customers" or draft.form in ("count", "share"):
            return ()
        if not draft.order:
            return _BEST
        return (_BY_METRIC[draft.order],) if draft.order in _BY_METRIC else ()

    def _list(self, draft: Draft, rows: RowsQuery, legs: tuple[Leg, ...]) -> Question:
        form: Form = "share" if draft.form == "share" else "count" if draft.form == "count" else "rows"
        draft.penalty += 0.8 * (form == "share" and rows.metric is None)
        limit = draft.limit or (TOP if draft.top else None)
        return Question(form, rows=rows, legs=legs, order=self._row_order(draft), limit=limit)

    def _row_order(self, draft: Draft) -> str:
        if not draft.top:
            return ""
        name = draft.order or _LARGE.get(draft.entity.name, "")
        return f"{'-' if draft.top == 'most' else ''}{name}" if name else ""

    def _order(self, draft: Draft) -> tuple[tuple[str, ...], int | None]:
        name = (
            draft.metrics[0].name
            if draft.metrics
            else (self.counting(draft.entity) or Metric("", "", "", "", "", "")).name
        )
        if not draft.top:
            return (), draft.limit
        timed = any(one in TIME for one in draft.by)
        return (f"{'-' if draft.top == 'most' else ''}{name}",), draft.limit or (None if timed else TOP)


class _Continued(_Reader):
    """A question that changes or adds to the one before."""

    def __init__(self, found: Found, catalogue: Catalogue, today: date, before: Question) -> None:
        query, rows = before.query, before.rows
        name = catalogue.metrics[query.metrics[0]].entity if query is not None else rows.entity if rows else ""
        nothing = Span(-1, -1, (Meaning("entity", name, name),), weight=0.0)
        super().__init__(replace(found, spans=(nothing, *found.spans)), catalogue, today, 0, nothing.meanings[0])
        self._before = before

    def _begun(self) -> Draft | None:
        query, rows = self._before.query, self._before.rows
        if query is not None:
            metrics = [self._catalogue.metrics[one] for one in query.metrics]
            return Draft(self._catalogue.entities[metrics[0].entity], metrics, used={self._target: ""})
        assert rows is not None
        metric = [self._catalogue.metrics[rows.metric]] if rows.metric else []
        form = {"count": "count", "share": "share"}.get(self._before.form, "list")
        return Draft(self._catalogue.entities[rows.entity], metric, form=form, used={self._target: ""})

    def _questions(self, draft: Draft) -> Iterator[Question]:
        query, rows = self._before.query, self._before.rows
        earlier = query.where if query is not None else rows.where if rows is not None else ()
        changed = {one.name for one in draft.where}
        draft.where = [*(one for one in earlier if one.name not in changed), *draft.where]
        draft.legs = [*self._before.legs, *draft.legs]
        draft.period = draft.period if draft.period != "all" else (query or rows).period  # type: ignore[union-attr]
        if query is not None:
            draft.by = draft.by or list(query.by)
            draft.compare = draft.compare or query.compare
            draft.having = [*query.having, *draft.having]
            if not draft.top and query.order and set(query.by) == set(draft.by):
                draft.top = "most" if query.order[0].startswith("-") else "least"
                draft.limit = draft.limit or query.limit
        elif not draft.top and self._before.order:
            draft.top, draft.order = ("most" if self._before.order.startswith("-") else "least",
                                      self._before.order.lstrip("-"))  # fmt: skip
            draft.limit = draft.limit or self._before.limit
        yield from super()._questions(draft)


def _matters(span: Span) -> bool:
    """Whether a span that found no place leaves something of the question unread."""
    if span.time is not None or span.comparisons:
        return True
    if not span.meanings and span.number is None:
        return False  # a customer's name, which the asking itself places
    if span.number is not None:
        return span.number != 1
    if span.quiet:
        return False
    quiet = {"form", "link", "by"}
    return not any(one.kind in quiet for one in span.meanings)
