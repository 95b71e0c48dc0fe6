"""Read what a question asks: choose what is asked for, and fit everything else that was said to it.

Each metric and each kind of rows that the question names is tried as what is asked for. Every other phrase must then
find its place (`attaching`); what finds none counts against the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from models.values.assistant import Form, Inquiry, SemiJoin
from models.values.metrics import Compare, Condition, Query, RowsQuery
from services.assistant.attaching import Attaching
from services.assistant.bounds import Sketch, in_plain
from services.assistant.spans import Parsed, Span
from services.assistant.vocabulary import Sense
from services.metrics.catalogue import TIME, Catalogue, Metric
from services.metrics.periods import GRAINS, months_later, period_of

#: What is large of an entity's rows.
_LARGE: Final = {"deals": "value", "orders": "amount", "contracts": "contract_value", "invoices": "invoice_amount",
                 "customers": "spend", "order_lines": "amount"}  # fmt: skip
#: Fields by which customers are put in order, as the metric that has it.
_BY_METRIC: Final = {"spend": "revenue", "orders_so_far": "orders", "churn_risk": "churn_risk",
                     "lifetime_value": "mean_lifetime_value", "value_at_risk": "revenue_at_risk",
                     "engagement": "engagement", "health": "health"}  # fmt: skip
#: Rows that a value or a state asks for by itself: "anything in Negotiation above 50k?"
_IMPLIED: Final = ("deals", "tickets", "tasks", "alerts")
#: The day on which rows without a day of their own began.
_BEGAN: Final = {"customers": "signed_up_on", "contracts": "starts_on"}
#: What the average of an entity's rows is the average of.
_MEANS: Final = {"reviews": "mean_rating", "orders": "mean_order_value", "deals": "mean_deal_value"}
_ASKING: Final = frozenset({"how", "what", "why"})
_COMPARED: Final = {"year": "with a year before", "previous": "with the period before"}
_FORM_WORDS: Final = {
    "count": "how many", "share": "share", "mean": "average", "latest": "newest first", "oldest": "oldest first",
}  # fmt: skip
#: Superlatives that judge: whether the most or the least is meant depends on the figure.
_JUDGED: Final = ("best", "worst")
#: By what customers may be the best: where a question does not say, Ask asks which.
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

    question: Inquiry
    score: float
    used: tuple[tuple[Span, str], ...]
    lost: tuple[Span, ...]


def candidates(found: Parsed, catalogue: Catalogue, today: date) -> list[Candidate]:
    """Return all readings of a question, the best first."""
    made: dict[object, Candidate] = {}
    asked: tuple[str, ...] = ("metric", "entity", "event", "duration")
    if not any(one.kind in asked for span in found.spans for one in span.meanings):
        asked = ("value", "state")  # "anything in Negotiation above 50k?"
    for at, span in enumerate(found.spans):
        for meaning in span.meanings:
            if meaning.kind in asked and (meaning.kind not in ("value", "state") or meaning.entity in _IMPLIED):
                for one in _Reader(found, catalogue, today, at, meaning).read():
                    key = _meant(one.question, catalogue)
                    known = made.get(key)
                    if known is None or (one.score, _named(one)) > (known.score, _named(known)):
                        made[key] = one
    if not made and _are_compared(found):
        made |= enumerate(_of_customers(found, catalogue, today))
    if not made and any(one.of("compare") or one.of("versus") or one.of("grain") for one in found.spans):
        made |= enumerate(_of_sales(found, catalogue, today))
    return sorted(made.values(), key=lambda one: -one.score)


def _are_compared(found: Parsed) -> bool:
    """Whether customers are named to be compared: "Compare Harbor & Page with Stone & Selby"."""
    return any(one.of("versus") for one in found.spans) and sum(map(_is_name, found.spans)) > 1


def _of_customers(found: Parsed, catalogue: Catalogue, today: date) -> Iterator[Candidate]:
    """Customers side by side, by what they ordered."""
    for one in _asking_for(Sense("metric", "revenue", "orders"), found, catalogue, today).read():
        if one.question.query is not None:
            query = replace(one.question.query, metrics=("revenue", "orders", "mean_order_value"), order=())
            yield replace(one, question=replace(one.question, query=query))


def _of_sales(found: Parsed, catalogue: Catalogue, today: date) -> Iterator[Candidate]:
    """What is said of goods and times alone is of what they sold: "is knitwear down on last year?"."""
    if any(one.entity == "order_lines" for span in found.spans for one in span.of("value")):
        yield from _asking_for(Sense("metric", "product_revenue", "order_lines"), found, catalogue, today).read()


def _asking_for(sense: Sense, found: Parsed, catalogue: Catalogue, today: date) -> _Reader:
    """A question read as one for something that none of its words names."""
    return _Reader(replace(found, spans=(_unsaid(sense), *found.spans)), catalogue, today, 0, sense)


def _unsaid(sense: Sense) -> Span:
    return Span(-1, -1, (sense,), weight=0.0)


def _meant(question: Inquiry, catalogue: Catalogue) -> object:
    """What a question of rows means, whether a metric chooses them or their conditions do."""
    rows = question.rows
    if rows is None:
        return question
    own = catalogue.metrics[rows.metric].where if rows.metric else ()
    where = frozenset((one.name, one.operator, in_plain(one.value)) for one in (*rows.where, *own))
    return question.form, rows.entity, where, rows.period, question.joins, question.order, question.limit


def _named(one: Candidate) -> bool:
    return one.question.rows is not None and one.question.rows.metric is not None


def continued(found: Parsed, before: Inquiry, catalogue: Catalogue, today: date) -> list[Candidate]:
    """Return how a question that goes on with the one before is read: "only Gold", "by tier", "and last year?"."""
    return list(_Continued(found, catalogue, today, before).read()) if before.query or before.rows else []


class _Reader(Attaching):
    """One question, read with one thing as what is asked for."""

    def read(self) -> Iterator[Candidate]:
        """Yield the readings, one or none."""
        sketch = self._begun()
        if sketch is None:
            return
        self._settle(sketch)
        self._attach(sketch)
        for question in self._questions(sketch):
            unplaced = (one for one in self._spans if one not in sketch.used and _matters(one))
            lost = (*unplaced, *self._alternatives(), *self._second_questions(), *self._foretold())
            used = sum(one.weight for one in sketch.used)
            far = 0.3 * len(sketch.joins) if sketch.metrics or sketch.entity.name != "customers" else 0.0
            score = used - 2.0 * sum(one.weight for one in lost) - 0.12 * self._at - sketch.penalty - far
            yield Candidate(question, score, tuple(sketch.used.items()), lost)

    def _begun(self) -> Sketch | None:
        meaning = self._meaning
        if meaning.kind == "metric":
            metric = self._catalogue.metrics[meaning.what]
            entity = self._catalogue.entities[metric.entity]
            if self.counting(entity) is not metric:
                sketch = Sketch(entity, [metric], used={self._target: metric.title})
                if (tops := self._target.of("top")) and "product" in self._catalogue.dimensions_of(metric):
                    sketch.top, sketch.by = tops[0].what, ["product"]  # "best selling"
                return sketch
        if meaning.kind in ("metric", "entity"):
            entity = self._catalogue.entities[meaning.entity]
            counting = self.counting(entity)
            return Sketch(entity, where=list(counting.where) if counting else [], used={self._target: entity.title})
        if any(one.kind == "entity" for span in self._spans for one in span.meanings):
            return None  # something else is named that is asked for
        if meaning.kind == "event":
            sketch = Sketch(self._catalogue.entities[meaning.entity], where=list(meaning.where))
            sketch.used[self._target] = sketch.entity.title
            sketch.penalty = 0.5
            return sketch
        entity = self._catalogue.entities[meaning.entity if meaning.kind in ("value", "state") else "customers"]
        counting = self.counting(entity)
        where = list(counting.where) if counting and meaning.kind != "duration" else []
        return Sketch(entity, where=where, penalty=0.3)

    def _alternatives(self) -> Iterator[Span]:
        """Each "or" that is not between two values of one field: no conditions can say it."""
        for at, token in enumerate(self._found.tokens):
            inside = any(span.start <= at < span.end for span in self._spans)
            if token.word != "or" or inside:
                continue
            before = next((span for span in reversed(self._spans) if span.end <= at), None)
            after = next((span for span in self._spans if span.start > at), None)
            if before is None or after is None or not _alike(before, after):
                yield Span(at, at + 1)

    def _second_questions(self) -> Iterator[Span]:
        """Each "and how many", "and what": a second question, which no answer to the first holds."""
        for at, (token, after) in enumerate(pairwise(self._found.tokens)):
            inside = [span for span in self._spans if span.start <= at + 1 < span.end]
            read = any(one.kind not in ("form", "link") for span in inside for one in span.meanings)
            asks = token.word in ("and", ",") and after.word in _ASKING and at > self._target.start and not read
            if asks and any(span.start > at + 1 + len(inside) for span in self._spans):
                yield inside[0] if inside else Span(at + 1, at + 2)

    def _foretold(self) -> Iterator[Span]:
        """A "will" beside a time that is over: the book knows what was, and no forecast of it."""
        times = [one.time for one in self._spans if one.time is not None]
        over = times and all(one.text and period_of(one.text, self._today).last < self._today for one in times)
        for at, token in enumerate(self._found.tokens):
            if over and token.word == "will":
                yield Span(at, at + 1)

    # ---- what is asked for --------------------------------------------------------------------------------------
    def _settle(self, sketch: Sketch) -> None:
        """Forms, superlatives and numbers beside them, grains and comparisons with an earlier time."""
        for at, span in enumerate(self._spans):
            if span is self._target:
                continue
            after = self._spans[at + 1] if at + 1 < len(self._spans) else None
            ordered = after is not None and (
                after.of("top") or any(one.what in ("latest", "oldest") for one in after.of("form"))
            )
            if span.number is not None and ordered:
                sketch.limit = span.number
                sketch.used[span] = f"{span.number} of them"
                continue
            forms, tops = span.of("form"), span.of("top")
            if span.number is not None:
                before = self._spans[at - 1] if at else None
                if before is not None and (before.of("top") or before.of("form")):
                    sketch.limit = span.number
                    sketch.used[span] = f"{span.number} of them"
                continue
            if forms and not span.of("entity"):
                self._form(sketch, span, forms[0].what)
            if tops and not self._is_name(span):
                sketch.top = sketch.top or tops[0].what
                sketch.used[span] = f"the {tops[0].what} first"
            for one in span.of("grain"):
                if one.what in GRAINS or one.what == "weekday":
                    self._grain(sketch, span, one.what)
            for one in span.of("compare"):
                sketch.compare = "year" if one.what == "year" else "previous"
                sketch.used[span] = _COMPARED[sketch.compare]
        self._settle_periods(sketch)

    def _settle_periods(self, sketch: Sketch) -> None:
        """Two periods side by side: "last week against the week before", "October vs September"."""
        times = [one for one in self._spans if one.time is not None and one.time.text and one.time.text != "all"]
        if len(times) != 2 or sketch.compare or not any(one.of("versus") for one in self._spans):
            return
        periods = [(span, period_of(span.time.text, self._today)) for span in times if span.time is not None]
        periods.sort(key=lambda one: one[1].last)
        (earlier, before), (later, after) = periods
        if before.first is None or after.first is None:
            return
        if before.first == months_later(after.first, -12):
            sketch.compare = "year"
        elif before.last == after.first - timedelta(days=1):
            sketch.compare = "previous"
        else:
            return
        sketch.period = later.time.text if later.time is not None else "all"
        sketch.used |= {later: sketch.period, earlier: _COMPARED[sketch.compare]}

    def _side_by_side(self, sketch: Sketch) -> None:
        """Two values, or two customers, are compared: "outerwear vs shirts", "Nora and Jonas"."""
        said = [one for one in self._spans if one.of("versus")]
        names = sum(1 for one in self._spans if one is not self._target and _is_name(one))
        metric = sketch.metrics[0] if sketch.metrics else self.counting(sketch.entity)
        if not said or metric is None:
            return
        known = self._catalogue.dimensions_of(metric)
        several = [one.name for one in sketch.where if one.operator == "in" and one.name in known]
        if names > 1 and "customer" in known:
            several.append("customer")
        sketch.by += [one for one in several[:1] if one not in sketch.by]
        if several or sketch.compare:
            sketch.used |= dict.fromkeys(said, "side by side")

    def _is_name(self, span: Span) -> bool:
        """Whether a superlative is meant as a word of the field or metric beside it: "main reason"."""
        return bool(span.of("field"))

    def _form(self, sketch: Sketch, span: Span, form: str) -> None:
        if form in ("latest", "oldest"):
            order = sketch.entity.day or _BEGAN.get(sketch.entity.name, "")
            if not order or sketch.metrics:
                return  # nothing says which of them is new
            sketch.top, sketch.order = ("most" if form == "latest" else "least"), order
        elif form in ("mean", "median", "sum"):
            sketch.aggregate, sketch.aggregate_said = form, span
        elif form == "share" or (form == "count" and sketch.form != "share") or not sketch.form:
            sketch.form = form
        sketch.used[span] = _FORM_WORDS.get(form, "")

    def _grain(self, sketch: Sketch, span: Span, grain: str) -> None:
        if grain in sketch.by:
            sketch.used[span] = ""
            return
        if any(one in GRAINS for one in sketch.by):
            return
        sketch.by.append(grain)
        sketch.used[span] = f"by {grain}"

    # ---- the question -------------------------------------------------------------------------------------------
    def _questions(self, sketch: Sketch) -> Iterator[Inquiry]:
        said = sketch.aggregate_said is not None and not self._is_habit(sketch.aggregate_said)
        if not sketch.metrics and said and sketch.aggregate == "mean" and sketch.entity.name in _MEANS:
            sketch.metrics = [self._catalogue.metrics[_MEANS[sketch.entity.name]]]
            sketch.where = [one for one in sketch.where if one not in sketch.metrics[0].where]
        if self._target.of("top") and len(sketch.by) > 1 and sketch.by[0] == "product":
            sketch.by = sketch.by[1:]  # "best selling category"
        self._side_by_side(sketch)
        self._judge(sketch)
        if self._contradicts(sketch) and not any(self._alternatives()):
            return
        joins = tuple(sketch.joins)
        where = tuple(dict.fromkeys(sketch.where))
        if not sketch.metrics:
            yield from self._of_rows(sketch, where, joins)
            return
        metric = sketch.metrics[0]
        if not self._suits_aggregate(sketch, metric):
            self._drop_aggregate(sketch)
        after = self._spans[self._at + 1] if self._at + 1 < len(self._spans) else None
        if after is not None and after.comparisons and not sketch.having:
            sketch.penalty += 1.0  # it is what is compared, not what is asked for
        if self._is_plain_list(sketch, metric):
            yield self._listed(sketch, metric, where, joins)
            return
        if sketch.form == "list" and not sketch.by:
            sketch.penalty += 0.2
        names = tuple(one.name for one in sketch.metrics)
        order, limit = self._order(sketch)
        if sketch.top and not sketch.by:
            sketch.penalty += 1.5
            self._unsaid(sketch, "top")  # the most of what, one figure does not say
        compare = self._compare(sketch)
        query = Query(names, tuple(sketch.by), where, sketch.period, None, compare, order, limit, tuple(sketch.having))
        yield Inquiry(self._figure_form(sketch, query), query, joins=joins)

    @staticmethod
    def _contradicts(sketch: Sketch) -> bool:
        """Whether a condition denies what the figure counts: the value of lost deals is no open pipeline."""
        own = {
            one.name: in_plain(one.value) for metric in sketch.metrics for one in metric.where if one.operator == "="
        }
        return any(
            one.operator == "=" and one.name in own and in_plain(one.value) != own[one.name] for one in sketch.where
        )

    def _figure_form(self, sketch: Sketch, query: Query) -> Form:
        """Whether figures are asked for, or which share of the whole they are."""
        if sketch.form != "share":
            return "figure"
        metric = sketch.metrics[0]
        apart = bool(query.where or sketch.joins or (query.by and query.by[0] not in GRAINS))
        if apart and metric.adds_up and len(query.metrics) == 1 and not query.compare and not query.having:
            return "share"
        if metric.unit != "percent":
            self._unsaid(sketch, "form")
        return "figure"

    @staticmethod
    def _unsaid(sketch: Sketch, kind: str) -> None:
        """Leave a superlative or a form unread, as the reading does not say it."""
        for span in [one for one in sketch.used if one.of(kind) and not one.of("field")]:
            sketch.used.pop(span)

    def _judge(self, sketch: Sketch) -> None:
        """Take the best and the worst for the most or the least, by what is good; of reviews the rating is meant."""
        if sketch.top not in _JUDGED:
            return
        metric = sketch.metrics[0] if sketch.metrics else None
        counted = metric is None or metric.measure == "count"
        if sketch.entity.name == "reviews" and counted:
            if sketch.by:
                sketch.metrics = [self._catalogue.metrics["mean_rating"]]
            else:
                sketch.order = sketch.order or "rating"
        elif counted and (sketch.by or metric is not None) and not sketch.order and not (metric and metric.better):
            self._unsaid(sketch, "top")  # the best by a number of rows is not the best
        lower = bool(sketch.metrics) and sketch.metrics[0].better == "lower"
        sketch.top = "most" if (sketch.top == "best") != lower else "least"

    def _compare(self, sketch: Sketch) -> Compare | None:
        if sketch.compare is not None and sketch.period == "all":
            sketch.period = f"{self._today:%Y-%m}" if sketch.compare == "previous" else "12m"
        return sketch.compare

    def _suits_aggregate(self, sketch: Sketch, metric: Metric) -> bool:
        if sketch.aggregate == "median":
            return metric.measure == "median"
        if sketch.aggregate == "mean":
            return metric.measure == "mean" or metric.kind in ("ratio", "derived") or "mean" in metric.name
        return not (sketch.aggregate == "sum" and metric.measure in ("mean", "median"))

    def _is_habit(self, span: Span) -> bool:
        """Whether "usually" is said, which asks for no average where figures are told apart."""
        return self._found.words(span) in ("usually", "typically", "usual")

    def _drop_aggregate(self, sketch: Sketch) -> None:
        """An average that the figure is not leaves a word unread."""
        if sketch.aggregate_said is not None and not (sketch.by and self._is_habit(sketch.aggregate_said)):
            sketch.used.pop(sketch.aggregate_said, None)

    def _listed(
        self, sketch: Sketch, metric: Metric, where: tuple[Condition, ...], joins: tuple[SemiJoin, ...]
    ) -> Inquiry:
        if metric.kind == "as_of" and (sketch.period != "all" or joins) and sketch.entity.day:
            return self._list(sketch, RowsQuery(sketch.entity.name, (*metric.where, *where), sketch.period), joins)
        return self._list(sketch, RowsQuery(sketch.entity.name, where, sketch.period, metric=metric.name), joins)

    def _of_rows(self, sketch: Sketch, where: tuple[Condition, ...], joins: tuple[SemiJoin, ...]) -> Iterator[Inquiry]:
        entity, metric = sketch.entity, self.counting(sketch.entity)
        if sketch.counts is not None and metric is not None and (sketch.by or sketch.compare or sketch.period != "all"):
            # Won, lost or resolved in a period: on the day on which they became so.
            where = tuple(one for one in where if one not in (*metric.where, *sketch.counts.where))
            metric = self._catalogue.metrics[sketch.counts.counts]
            if not sketch.by and not sketch.compare:
                yield self._list(sketch, RowsQuery(entity.name, where, sketch.period, metric=metric.name), joins)
                return
        if sketch.by or sketch.compare:
            if metric is None or not all(one in self._catalogue.dimensions_of(metric) for one in sketch.by):
                return
            if (entity.name, sketch.by) == ("customers", ["customer"]):
                return  # each would be 1
            sketch.metrics = [metric]
            if not self._suits_aggregate(sketch, metric):
                self._drop_aggregate(sketch)
            order, limit = self._order(sketch)
            where = tuple(one for one in where if one not in metric.where)
            compare = self._compare(sketch)
            query = Query((metric.name,), tuple(sketch.by), where, sketch.period, None, compare, order, limit)
            query = replace(query, having=tuple(sketch.having))
            yield Inquiry(self._figure_form(sketch, query), query, joins=joins)
            return
        did = self._most_of(sketch, where)
        if did is not None:
            yield Inquiry("figure", did)
            return
        best = self._best(sketch)
        for name in best:
            order = (f"{'-' if sketch.top == 'most' else ''}{name}",)
            query = Query((name,), ("customer",), where, sketch.period, order=order, limit=sketch.limit or TOP)
            yield Inquiry("figure", query, joins=joins)
        if not best:
            if sketch.aggregate in ("mean", "median"):
                self._drop_aggregate(sketch)
            yield self._list(sketch, RowsQuery(entity.name, where, sketch.period if entity.day else "all"), joins)

    def _most_of(self, sketch: Sketch, where: tuple[Condition, ...]) -> Query | None:
        """The customers who did most of the one thing that is said of them: "who returned the most this year"."""
        if not sketch.top or sketch.entity.name != "customers" or sketch.order or len(sketch.joins) != 1:
            return None
        if self._found.tokens[0].said == "what" and sketch.joins[0].entity == "orders":
            return self._what_sold(sketch, where)
        (join,), fields = sketch.joins, self._catalogue.entities[sketch.joins[0].entity].fields
        metric = self._catalogue.metrics["revenue"] if join.entity == "orders" else self.counting(
            self._catalogue.entities[join.entity]
        )  # fmt: skip
        plain = not join.denied and join.least == 1 and join.most is None and not join.metric and sketch.form != "count"
        if metric is None or not plain or "customer" not in fields or any(one.name not in fields for one in where):
            return None
        own = tuple(one for one in join.where if one not in self._own_where(Sense("entity", join.entity, join.entity)))
        order = (f"{'-' if sketch.top == 'most' else ''}{metric.name}",)
        return Query((metric.name,), ("customer",), (*own, *where), join.period, order=order, limit=sketch.limit or TOP)

    def _what_sold(self, sketch: Sketch, where: tuple[Condition, ...]) -> Query:
        """What customers bought most, where that is asked and not who: "what do our Loyal customers buy most?"."""
        order, name = "-" if sketch.top == "most" else "", "product_revenue"
        limit = sketch.limit or TOP
        return Query((name,), ("product",), where, sketch.joins[0].period, order=(f"{order}{name}",), limit=limit)

    def _best(self, sketch: Sketch) -> tuple[str, ...]:
        """The metrics by which customers are put in order; whoever asks for the best ones is asked by what."""
        if not sketch.top or sketch.entity.name != "customers" or sketch.form in ("count", "share"):
            return ()
        if not sketch.order:
            return _BEST
        return (_BY_METRIC[sketch.order],) if sketch.order in _BY_METRIC else ()  # else rows in that order

    def _list(self, sketch: Sketch, rows: RowsQuery, joins: tuple[SemiJoin, ...]) -> Inquiry:
        form: Form = "share" if sketch.form == "share" else "count" if sketch.form == "count" else "rows"
        sketch.penalty += 0.8 * (form == "share" and rows.metric is None)
        limit, order = sketch.limit or (TOP if sketch.top else None), self._row_order(sketch)
        if sketch.top and not order:  # the most of what, such rows do not say
            self._unsaid(sketch, "top")
        return Inquiry(form, rows=rows, joins=joins, order=order, limit=limit)

    def _row_order(self, sketch: Sketch) -> str:
        if not sketch.top:
            return ""
        name = sketch.order or _LARGE.get(sketch.entity.name, "")
        return f"{'-' if sketch.top == 'most' else ''}{name}" if name else ""

    def _order(self, sketch: Sketch) -> tuple[tuple[str, ...], int | None]:
        name = (
            sketch.metrics[0].name
            if sketch.metrics
            else (self.counting(sketch.entity) or Metric("", "", "", "", "", "")).name
        )
        if not sketch.top:
            return (), sketch.limit
        timed = any(one in TIME for one in sketch.by)
        return (f"{'-' if sketch.top == 'most' else ''}{name}",), sketch.limit or (None if timed else TOP)


class _Continued(_Reader):
    """A question that changes or adds to the one before."""

    def __init__(self, found: Parsed, catalogue: Catalogue, today: date, before: Inquiry) -> None:
        query, rows = before.query, before.rows
        name = catalogue.metrics[query.metrics[0]].entity if query is not None else rows.entity if rows else ""
        sense = Sense("entity", name, name)
        super().__init__(replace(found, spans=(_unsaid(sense), *found.spans)), catalogue, today, 0, sense)
        self._before = before

    def _begun(self) -> Sketch | None:
        query, rows = self._before.query, self._before.rows
        if query is not None:
            metrics = [self._catalogue.metrics[one] for one in query.metrics]
            return Sketch(self._catalogue.entities[metrics[0].entity], metrics, used={self._target: ""})
        assert rows is not None
        metric = [self._catalogue.metrics[rows.metric]] if rows.metric else []
        form = {"count": "count", "share": "share"}.get(self._before.form, "list")
        return Sketch(self._catalogue.entities[rows.entity], metric, form=form, used={self._target: ""})

    def _questions(self, sketch: Sketch) -> Iterator[Inquiry]:
        query, rows = self._before.query, self._before.rows
        earlier = query.where if query is not None else rows.where if rows is not None else ()
        changed = {one.name for one in sketch.where}
        sketch.where = [*(one for one in earlier if one.name not in changed), *sketch.where]
        sketch.joins = [*self._before.joins, *sketch.joins]
        sketch.period = sketch.period if sketch.period != "all" else (query or rows).period  # type: ignore[union-attr]
        if query is not None:
            sketch.by = sketch.by or list(query.by)
            sketch.compare = sketch.compare or query.compare
            sketch.having = [*query.having, *sketch.having]
            if not sketch.top and query.order and set(query.by) == set(sketch.by):
                sketch.top = "most" if query.order[0].startswith("-") else "least"
                sketch.limit = sketch.limit or query.limit
        elif not sketch.top and self._before.order:
            sketch.top, sketch.order = ("most" if self._before.order.startswith("-") else "least",
                                      self._before.order.lstrip("-"))  # fmt: skip
            sketch.limit = sketch.limit or self._before.limit
        yield from super()._questions(sketch)


def _alike(one: Span, other: Span) -> bool:
    """Whether two spans name two values of one field, or two words for the same rows."""
    kinds = ("value", "entity")
    said = [{(sense.kind, sense.what, sense.entity) for sense in span.meanings if sense.kind in kinds}
            for span in (one, other)]  # fmt: skip
    return bool(said[0] & said[1])


def _is_name(span: Span) -> bool:
    """Whether a span is a customer's name, which the asking itself places."""
    return not span.meanings and span.time is None and not span.comparisons and span.number is None


def _matters(span: Span) -> bool:
    """Whether a span that found no place leaves something of the question unread."""
    if span.time is not None or span.comparisons:
        return True
    if _is_name(span):
        return False
    if span.number is not None:
        return span.number != 1
    if span.quiet:
        return False
    if any(one.what in ("mean", "median") for one in span.of("form")):
        return True
    return not any(one.kind in ("form", "link", "by") for one in span.meanings)
