"""What a question means, as one line: the same for a list of rows and for how many they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.values.assistant import Inquiry, SemiJoin
from models.values.metrics import Condition
from services.metrics.catalogue import Catalogue


def meaning(question: Inquiry, catalogue: Catalogue) -> str:
    """Return what a question asks, without its order and limit, and without days of the calendar."""
    parts: list[str] = []
    if question.query is not None:
        query = question.query
        parts = [f"figure {','.join(query.metrics)}", f"by {','.join(query.by)}" if query.by else "",
                 _where(query.where), _period(query.period), f"compare {query.compare}" if query.compare else "",
                 f"having {_where(query.having)}" if query.having else ""]  # fmt: skip
    elif question.rows is not None:
        rows = question.rows
        own = catalogue.metrics[rows.metric].where if rows.metric else ()
        parts = ["share" if question.form == "share" else "reasons" if question.form == "reasons" else "rows",
                 rows.entity, _where((*rows.where, *own)), _period(rows.period)]  # fmt: skip
    else:
        parts = [question.form, f"customer {question.customer}"]
    return " · ".join([*(one for one in parts if one), *map(_join, question.joins)])


def _join(join: SemiJoin) -> str:
    words = [
        "without" if join.denied else "with",
        f"{join.least}" if join.most == join.least else f"{join.least}+" if join.least > 1 else "",
        join.metric or join.entity,
        _where((*join.where, *join.having)),
        _period(join.period),
    ]
    return " ".join(one for one in words if one)


def _where(where: Iterable[Condition]) -> str:
    return "; ".join(sorted({f"{one.name} {one.operator} {_plain(one)}" for one in where}))


def _plain(one: Condition) -> str:
    values: Iterable[Any] = one.value if isinstance(one.value, tuple) else (one.value,)
    said = ["yes" if each is True else "no" if each is False else str(each) for each in values]
    return "a day" if len(said[0]) == 10 and said[0][4] == "-" else ",".join(said)


def _period(text: str) -> str:
    return "" if text == "all" else "calendar days" if ".." in text else text
