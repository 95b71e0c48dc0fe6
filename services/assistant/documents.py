"""Questions as documents and back: what a conversation remembers, a pin keeps, and a language model may propose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from models.values.assistant import Form, Inquiry, SemiJoin
from models.values.errors import UserError
from models.values.metrics import OPERATORS, Condition, Query, RowsQuery, Value
from services.metrics.catalogue import Catalogue

_FORMS: Final = get_args(Form)


def document_of(question: Inquiry) -> dict[str, Any]:
    """Return a question as a JSON document; what is not set is left out."""
    made: dict[str, Any] = {"form": question.form}
    if question.query is not None:
        query = question.query
        made["query"] = _without_nothing({
            "metrics": list(query.metrics), "by": list(query.by), "where": _conditions(query.where),
            "period": query.period, "compare": query.compare, "order": list(query.order), "limit": query.limit,
            "having": _conditions(query.having),
        })  # fmt: skip
    if question.rows is not None:
        rows = question.rows
        made["rows"] = _without_nothing({
            "entity": rows.entity, "where": _conditions(rows.where), "period": rows.period, "metric": rows.metric,
        })  # fmt: skip
    if question.joins:
        made["customers"] = [_without_nothing({
            "entity": one.entity, "where": _conditions(one.where), "period": one.period, "least": one.least,
            "most": one.most, "metric": one.metric, "having": _conditions(one.having), "denied": one.denied,
        }) for one in question.joins]  # fmt: skip
    return made | _without_nothing({"order": question.order, "limit": question.limit, "customer": question.customer})


def _without_nothing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [], (), False)}


def _conditions(where: Sequence[Condition]) -> list[list[Any]]:
    return [[one.name, one.operator, list(one.value) if isinstance(one.value, tuple) else one.value] for one in where]


def question_of(document: Mapping[str, Any], catalogue: Catalogue) -> Inquiry:
    """Return the question of a document, each of whose names the catalogue has.

    Raises
    ------
    UserError
        It asks for what the catalogue does not have.
    """
    form = document.get("form", "figure")
    if form not in _FORMS:
        raise UserError(f"“{form}” is not a form of question.")
    query, rows = document.get("query"), document.get("rows")
    made = Inquiry(
        form,
        _query(query, catalogue) if isinstance(query, Mapping) else None,
        _rows(rows, catalogue) if isinstance(rows, Mapping) else None,
        tuple(_join(one, catalogue) for one in _list(document.get("customers")) if isinstance(one, Mapping)),
        _text(document.get("order")),
        _number(document.get("limit")),
        _number(document.get("customer")),
    )
    needed = {"figure": made.query, "rows": made.rows, "count": made.rows, "share": made.rows or made.query}
    if form in needed and needed[form] is None:
        raise UserError("The question names nothing that is asked for.")
    return made


def _query(said: Mapping[str, Any], catalogue: Catalogue) -> Query:
    names = tuple(_text(one) for one in _list(said.get("metrics")))
    metrics = [catalogue.metric(name) for name in names]
    if not metrics:
        raise UserError("The question names no metric.")
    by = tuple(_text(one) for one in _list(said.get("by")))
    for name in by:
        if any(name not in catalogue.dimensions_of(one) for one in metrics):
            raise UserError(f"“{metrics[0].title}” cannot be shown by “{name}”.")
    where = _read(said.get("where"), catalogue, metrics[0].entity)
    compare = said.get("compare")
    return Query(names, by, where, _text(said.get("period")) or "all", None,
                 compare if compare in ("previous", "year") else None,
                 tuple(_text(one) for one in _list(said.get("order"))), _number(said.get("limit")),
                 tuple(Condition(*each) for each in _triples(said.get("having"))))  # fmt: skip


def _rows(said: Mapping[str, Any], catalogue: Catalogue) -> RowsQuery:
    entity = catalogue.entity(_text(said.get("entity")))
    metric = _text(said.get("metric")) or None
    if metric is not None:
        catalogue.metric(metric)
    return RowsQuery(entity.name, _read(said.get("where"), catalogue, entity.name), _text(said.get("period")) or "all",
                     metric=metric)  # fmt: skip


def _join(said: Mapping[str, Any], catalogue: Catalogue) -> SemiJoin:
    entity = catalogue.entity(_text(said.get("entity")))
    metric = _text(said.get("metric"))
    if metric:
        catalogue.metric(metric)
    having = tuple(Condition(*each) for each in _triples(said.get("having")))
    where, period = _read(said.get("where"), catalogue, entity.name), _text(said.get("period")) or "all"
    least, most = _number(said.get("least")) or 1, _number(said.get("most"))
    return SemiJoin(entity.name, where, period, least, most, metric, having, said.get("denied") is True)


def _read(said: object, catalogue: Catalogue, entity: str) -> tuple[Condition, ...]:
    made = tuple(Condition(*each) for each in _triples(said))
    for one in made:
        catalogue.entities[entity].field(one.name)
    return made


def _triples(said: object) -> list[tuple[str, Any, Value | tuple[Value, ...]]]:
    found = []
    for one in _list(said):
        if not isinstance(one, Sequence) or isinstance(one, str) or len(one) not in (2, 3) or one[1] not in OPERATORS:
            raise UserError("A condition is a field, an operator and a value.")
        value = one[2] if len(one) == 3 else None
        found.append((_text(one[0]), one[1], tuple(value) if isinstance(value, list) else value))
    return found


def _list(said: object) -> list[Any]:
    return list(said) if isinstance(said, list | tuple) else []


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""


def _number(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else None
