"""What a question asks and what came of it, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from models.values.assistant import Inquiry, ResultTable, SemiJoin
from models.values.metrics import Answer, Column, Condition, Query, RowList, Value
from models.values.words import capital, count, full_day, in_cell, in_unit, listed
from services.metrics.catalogue import Catalogue, Entity
from services.metrics.periods import GRAINS, period_of

_OPERATORS: Final = {
    "=": "is", "!=": "is not", ">": "above", ">=": "at least", "<": "below", "<=": "at most", "in": "is one of",
    "not-in": "is none of", "contains": "contains", "is-empty": "is empty",
}  # fmt: skip
_OF_DAYS: Final = {">": "after", ">=": "on or after", "<": "before", "<=": "up to"}
_BACK: Final = {"d": "day", "w": "week", "m": "month", "y": "year"}
_NAMED: Final = 3


def period_words(text: str, today: date) -> str:
    """Return a period in words, with its days: ``in the last 30 days``, ``from 1 Jul to 30 Sep 2026``."""
    if text == "all":
        return ""
    if text[:-1].isdigit() and text[-1] in _BACK:
        number = int(text[:-1])
        return f"in the last {count(number, _BACK[text[-1]]) if number > 1 else _BACK[text[-1]]}"
    period = period_of(text, today)
    if period.first == period.last:
        return f"on {full_day(period.last)}"
    if period.first is None or period.first.year < 1991:
        return f"up to {full_day(period.last)}"
    return f"from {full_day(period.first)} to {full_day(period.last)}"


def condition_words(one: Condition, entity: Entity, currency: str = "") -> str:
    """Return a condition in words: ``tier is Gold``, ``open``, ``value above 200``."""
    known = entity.fields.get(one.name)
    if one.operator == "is-empty" and known is not None:
        return f"no {known.title.lower()}"
    title = (known.title.partition(",")[0] if known is not None else one.name.replace("_", " ")).lower()
    if one.name == "customer_number":
        return "of the customers named"
    if one.value in ("yes", "no", True, False) and (known is None or known.kind == "flag"):
        return title if one.value in ("yes", True) else f"not {title}"
    if isinstance(one.value, str) and one.value.startswith("@"):
        return f"{title} {_OPERATORS[one.operator]} your policy's level"
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    said = listed(
        [_value(each, known.kind if known is not None else "text", currency) for each in values],
    )
    if one.operator == "=":
        return f"{title} {said}"
    if known is not None and known.kind == "day" and one.operator in _OF_DAYS:
        return f"{title} {_OF_DAYS[one.operator]} {said}"
    return f"{title} {_OPERATORS[one.operator]} {said}".strip()


def conditions_words(where: Sequence[Condition], entity: Entity) -> list[str]:
    """Return conditions in words, a lower and an upper bound of the same field in one."""
    said: list[str] = []
    for at, one in enumerate(where):
        before = where[at - 1] if at else None
        if before is not None and (before.name, before.operator, one.operator) == (one.name, ">=", "<="):
            known = entity.fields[one.name]
            low, high = (_value(each, known.kind, "") for each in (before.value, one.value))
            begun = "" if str(before.value) < "1991" and known.kind == "day" else f"from {low} "
            said[-1] = f"{known.title.lower()} {begun}{'to' if begun else 'up to'} {high}"
        else:
            said.append(condition_words(one, entity))
    return said


def _value(value: Value | tuple[Value, ...], kind: str, currency: str) -> str:
    if kind == "percent" and isinstance(value, int | float):
        return f"{value * 100:g}%"
    if kind == "day":
        return full_day(date.fromisoformat(str(value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,g}{' ' + currency if kind == 'money' and currency else ''}"
    return str(value).replace("_", " ")


def join_words(join: SemiJoin, catalogue: Catalogue, today: date) -> str:
    """Return what customers did or did not do: ``no orders in the last 90 days``."""
    entity = catalogue.entities[join.entity]
    when = period_words(join.period, today)
    if join.metric:
        metric = catalogue.metrics[join.metric]
        bounds = " and ".join(f"{_OPERATORS[one.operator]} {_value(one.value, metric.unit, '')}" for one in join.having)
        return f"{'not ' if join.denied else ''}{metric.title.lower()} {bounds} {when}".strip()
    counting = catalogue.metrics.get(join.entity)
    own = counting.where if counting is not None else ()
    where = conditions_words([one for one in join.where if one not in own], entity)
    if join.denied and join.least > 1:
        number = f"fewer than {join.least}"
    elif join.denied:
        number = "no"
    elif join.most is not None:
        number = f"{join.least}" if join.most == join.least else f"{join.least} to {join.most}"
    else:
        number = f"{join.least} or more" if join.least > 1 else ""
    if join.entity == "customers":
        return " and ".join(where)
    noun = entity.one if join.least == join.most == 1 else entity.title.lower()
    details = f" ({', '.join(where)})" if where else ""
    return " ".join(f"{number} {noun}{details} {when}".split())


def question_words(question: Inquiry, catalogue: Catalogue, today: date, head: str = "") -> str:
    """Return what a question asks, as one would say it.

    Parameters
    ----------
    head
        What the rows are called at the beginning, such as how many they are.
    """
    joins = _joins_words(question, catalogue, today)
    if question.query is not None:
        words = _query_words(question.query, catalogue, today)
        words = f"Share of {_lowered(words)}" if question.form == "share" else words
        return f"{words}, customers {joins}" if joins else words
    if question.rows is None or question.form == "reasons":
        rows = replace(question, form="rows") if question.rows is not None else None
        about = f" {_lowered(question_words(rows, catalogue, today))}" if rows is not None else ""
        return f"{_OF_A_KIND[question.form]}{about}"
    rows_query, entity = question.rows, catalogue.entities[question.rows.entity]
    metric = catalogue.metrics[rows_query.metric] if rows_query.metric else None
    named = metric.title if metric is not None else entity.title
    heads = {"count": f"How many {_lowered(named)}", "share": f"Share of {entity.title.lower()}"}
    own = catalogue.metrics[entity.name].where if entity.name in catalogue.metrics and metric is None else ()
    where = conditions_words([one for one in rows_query.where if one not in own], entity)
    begins = head or heads.get(question.form, named)
    whose = "" if entity.name == "customers" else "of customers "
    if joins and not where:
        begins += f" {whose}{joins}"
    words = ", ".join((begins, *where))
    if joins and where:
        words += f", {whose}{joins}"
    when = period_words(rows_query.period, today)
    words += f"{',' if where and when else ''} {when}" if when else ""
    return words + _order_words(question, entity)


def _joins_words(question: Inquiry, catalogue: Catalogue, today: date) -> str:
    """What the customers of a question did and did not do: ``with 3 or more tickets, except those with …``."""
    said: list[str] = []
    for begins, apart in (("with", False), ("except those with", True)):
        chosen = [one for one in question.joins if (one.entity == "customers" and one.denied) == apart]
        if chosen:
            said.append(f"{begins} {' and '.join(join_words(one, catalogue, today) for one in chosen)}")
    return ", ".join(said)


def _order_words(question: Inquiry, entity: Entity) -> str:
    if not question.order:
        return ""
    known, most = entity.fields[question.order.lstrip("-")], question.order.startswith("-")
    first = ("newest" if most else "oldest") if known.kind == "day" else ("largest" if most else "smallest")
    return f", {first} {known.title.lower()} first"


def _lowered(words: str) -> str:
    """A title within a sentence; what is written in capitals stays."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


_OF_A_KIND: Final = {
    "overview": "Everything about the customer", "action": "What to do for the customer next",
    "email": "An email to the customer", "task": "A task for the customer",
    "contacts": "Contacts at the customer", "engagement": "What the customer did lately",
    "reasons": "Reasons for",
}  # fmt: skip


def _query_words(query: Query, catalogue: Catalogue, today: date) -> str:
    metrics = [catalogue.metrics[name] for name in query.metrics]
    entity = catalogue.entities[metrics[0].entity]
    words = listed([metrics[0].title, *(one.title.lower() for one in metrics[1:])])
    if query.by:
        words += " by " + " and ".join(_title(name, entity) for name in query.by)
    where = conditions_words(query.where, entity)
    words += f", {', '.join(where)}" if where else ""
    words += f" {period_words(query.period, today)}" if query.period != "all" else ""
    if query.order and query.limit:
        words += f", the {query.limit} {'highest' if query.order[0].startswith('-') else 'lowest'}"
    if query.compare:
        words += ", compared with " + ("a year before" if query.compare == "year" else "the period before")
    if query.having:
        bounds = [f"{_OPERATORS[one.operator]} {_value(one.value, catalogue.metrics[one.name].unit, '')}"
                  for one in query.having]  # fmt: skip
        words += f", {' and '.join(bounds)}"
    return words


def _title(name: str, entity: Entity) -> str:
    return entity.fields[name].title.lower() if name in entity.fields else name


def figure_sentence(question: Inquiry, found: Answer, catalogue: Catalogue, today: date) -> str:
    """Return an answer of figures as one sentence."""
    assert question.query is not None
    asked = capital(question_words(question, catalogue, today))
    columns, query = found.columns, question.query
    if not found.rows:
        return f"{asked}: nothing in the book matches."
    if not query.by:
        cells = list(zip(columns, found.rows[0], strict=True))
        said = [in_cell(value, column.unit, found.currency) for column, value in cells]
        if query.compare and len(said) >= 3:
            return f"{asked}: {said[0]}, before {said[1]} ({said[2]})."
        if len(said) == 1:
            return f"{asked}: {said[0] if cells[0][1] is not None else 'the book has no rows for this figure'}."
        return f"{asked}: {listed([f'{column.title.lower()} {words}' for (column, _), words in zip(cells, said, strict=True)])}."  # noqa: E501
    groups = len(query.by)
    value_column = columns[groups]
    rows = found.rows[::-1] if query.by[0] in GRAINS else found.rows  # of a line over time the latest is told first
    named = [
        f"{' · '.join(in_cell(row[at], columns[at].unit, found.currency) for at in range(groups))}"
        f" {in_cell(row[groups], value_column.unit, found.currency)}"
        for row in rows[:_NAMED]
    ]
    more = len(found.rows) - _NAMED
    rest = f", and {more} more" if more > 0 else ""
    return f"{asked}: {listed(named) if more <= 0 else ', '.join(named)}{rest}."


def rows_sentence(question: Inquiry, found: RowList, total_of: int | None, catalogue: Catalogue, today: date) -> str:
    """Return an answer of rows as one sentence.

    Parameters
    ----------
    total_of
        Of a share, how many rows there are in all.
    """
    assert question.rows is not None
    entity = catalogue.entities[question.rows.entity]
    if question.form == "share" and total_of is not None:
        share = f" ({in_unit(found.total / total_of, 'percent', '')})" if total_of else ""
        asked = capital(question_words(question, catalogue, today))
        return f"{asked}: {found.total:,} of {count(total_of, entity.one, entity.title.lower())}{share}."
    if question.rows.metric:
        named = capital(question_words(replace(question, form="rows"), catalogue, today))
        first = f"{len(found.rows):,} of " if question.order and len(found.rows) < found.total else ""
        return f"{named}: {first}{f'{found.total:,}' if found.total else 'none'}."
    number = count(found.total, entity.one, entity.title.lower()) if found.total else f"No {entity.title.lower()}"
    number = f"{len(found.rows):,} of {number}" if question.limit and len(found.rows) < found.total else number
    return f"{question_words(question, catalogue, today, number)}."


def shares_of(found: Answer, whole: Answer, title: str) -> ResultTable:
    """Return figures with the whole that each is a part of, and its share; of groups where the whole has them too."""
    groups = len(found.columns) - 1
    unit = found.columns[-1].unit
    of = {tuple(row[:-1]): row[-1] for row in whole.rows}
    rows = []
    for row in found.rows:
        part, all_ = row[-1] or 0, of.get(tuple(row[:groups]), of.get((), 0)) or 0
        share = float(str(part)) / float(str(all_)) if all_ else None
        rows.append((*row[:groups], part, all_, share))
    columns = (*found.columns, Column("whole", "Of", unit), Column("share", "Share", "percent"))
    return ResultTable(title, columns, tuple(rows), len(rows), found.currency)


def share_sentence(table: ResultTable, title: str) -> str:
    """Return an answer of shares as one sentence."""
    units = [one.unit for one in table.columns]

    def said(row: tuple[Value, ...], at: int) -> str:
        return in_cell(row[at], units[at], table.currency)

    if not table.rows:
        return f"{capital(title)}: nothing in the book matches."
    if len(table.columns) == 3:
        (row,) = table.rows
        return f"{capital(title)}: {said(row, 0)} of {said(row, 1)} ({said(row, 2)})."
    timed = table.columns[0].name in GRAINS
    rows = table.rows[::-1] if timed else table.rows
    named = [f"{' · '.join(said(row, at) for at in range(len(row) - 3))} {said(row, -1)}" for row in rows[:_NAMED]]
    more = len(rows) - _NAMED
    rest = f", and {more} more" if more > 0 else ""
    wholes = {row[-2] for row in rows}
    shares = [float(str(row[-1])) for row in rows if row[-1] is not None]
    together = f" Together {in_unit(sum(shares), 'percent', '')}." if len(wholes) == 1 and len(shares) > 1 else ""
    return f"{capital(title)}: {listed(named) if more <= 0 else ', '.join(named)}{rest}.{together}"


def table_of(found: Answer, title: str) -> ResultTable:
    """Return figures as a table."""
    return ResultTable(title, found.columns, found.rows, len(found.rows), found.currency)
