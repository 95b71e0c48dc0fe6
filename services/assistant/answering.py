"""Answer a question that has been read: run it over the catalogue, and say in a sentence what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from models.values.assistant import Inquiry, Interpretation, Response, ResultTable, SemiJoin
from models.values.errors import UserError
from models.values.metrics import Column, Condition, Query, RowList, RowsQuery
from services.assistant.phrasing import (
    condition_words,
    figure_sentence,
    join_words,
    period_words,
    question_words,
    rows_sentence,
    share_sentence,
    shares_of,
    table_of,
)
from services.metrics import Metrics, customers_of, field_of

CUSTOMER: Final = "customer_number"
#: Rows that the program or its people make: none of them is an answer. Of rows that files bring, a book without any
#: cannot say how many are late, unpaid or open.
_OWN: Final = frozenset({"customers", "alerts", "tasks", "sent_emails", "scores"})
#: A deal whose customer nobody spoke to for so long is marked.
_LONG_AGO_DAYS: Final = 10


class Answering:
    """Runs questions over one book."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._catalogue = metrics.catalogue

    def answer(self, text: str, reading: Interpretation, today: date) -> Response:
        """Return what the book answers.

        Raises
        ------
        UserError
            A name does not go with another, the book has no such rows at all, or the answer takes too long.
        """
        question = self._of_customers(reading.question)
        if question.query is not None:
            return self._figures(text, reading, question, question.query, today)
        assert question.rows is not None
        return self._rows(text, reading, question, question.rows, today)

    def steps(self, question: Inquiry, today: date) -> tuple[tuple[str, int], ...]:
        """Return from rows to answer: all rows of the entity, then what each condition leaves of them.

        On a large book it takes as long as the answer, so that it is asked for by itself.
        """
        rows = question.rows
        if question.query is not None:
            query = question.query
            rows = replace(self._metrics.rows_of(replace(query, by=()), query.metrics[0]), where=query.where)
        if rows is None or question.form == "reasons":
            return ()
        entity = self._catalogue.entities[rows.entity]
        metric = self._catalogue.metrics[rows.metric] if rows.metric else None
        own = metric.where if metric is not None else ()
        counting = self._catalogue.metrics.get(rows.entity)
        begun = counting.where if counting is not None else ()
        now = RowsQuery(rows.entity, begun)
        steps = [(f"{entity.title} in the book", self._metrics.count_rows(now))]
        if rows.period != "all":
            now = replace(now, period=rows.period)
            steps.append((period_words(rows.period, today), self._metrics.count_rows(now)))
        for one in dict.fromkeys((*own, *rows.where)):
            if one not in begun:
                now = replace(now, where=(*now.where, one))
                steps.append((condition_words(one, entity), self._metrics.count_rows(now)))
        for join in question.joins:
            now = replace(now, where=(*now.where, self._condition(join)))
            steps.append((join_words(join, self._catalogue, today), self._metrics.count_rows(now)))
        return tuple(steps)

    def rows_of(self, question: Inquiry) -> RowsQuery:
        """Return the rows that a question asks for, with what customers did as conditions on their numbers."""
        rows = self._of_customers(question).rows
        assert rows is not None
        return rows

    def _figures(self, text: str, reading: Interpretation, question: Inquiry, query: Query, today: date) -> Response:
        found = self._metrics.answer(query)
        title = question_words(reading.question, self._catalogue, today)
        if question.form == "share":
            grouped = bool(question.joins or query.where)
            whole = self._metrics.answer(replace(query, by=query.by if grouped else (), where=(), order=(), limit=None))
            table = shares_of(found, whole, title)
            sentence = share_sentence(table, title)
            return Response("answered", text, sentence, found.as_of, (table,), found.notes, found.definition,
                            f"{found.sql};\n\n{whole.sql}", readings=(reading,))  # fmt: skip
        sentence = figure_sentence(reading.question, found, self._catalogue, today)
        tables = (table_of(found, title),)
        return Response("answered", text, sentence, found.as_of, tables, found.notes, found.definition, found.sql,
                        readings=(reading,))  # fmt: skip

    def _rows(self, text: str, reading: Interpretation, question: Inquiry, query: RowsQuery, today: date) -> Response:
        found = self._metrics.rows(replace(query, limit=None if question.order else question.limit))
        if not found.total and query.entity not in _OWN and not self._metrics.has_rows(query.entity):
            raise UserError(f"The book has no {self._catalogue.entities[query.entity].title.lower()}.")
        total_of = None
        if question.form == "share":
            total_of = self._metrics.count_rows(RowsQuery(query.entity, self._rest(query), query.period))
        if question.order:
            ordered = self._with_column(found, query, question.order.lstrip("-"))
            found = self._in_order(ordered, question.order, question.limit)
        shown = [at for at in found.shown if found.columns[at].name != "id"]
        table = ResultTable(
            question_words(reading.question, self._catalogue, today),
            tuple(found.columns[at] for at in shown),
            tuple(tuple(row[at] for at in shown) for row in found.rows),
            found.total, found.currency, found.customers,
        )  # fmt: skip
        notes: tuple[str, ...] = ()
        if query.entity == "deals":
            table, notes = self._with_contact(table, waiting=any(one.name == "days_in_stage" for one in query.where))
        sentence = rows_sentence(reading.question, found, total_of, self._catalogue, today)
        metric = self._catalogue.metrics.get(query.metric or query.entity)
        definition = f"{metric.title}: {metric.counts}" if metric is not None else ""
        return Response(
            "answered", text, sentence, found.as_of, (table,), notes, definition, found.sql, readings=(reading,)
        )

    def _with_contact(self, table: ResultTable, *, waiting: bool) -> tuple[ResultTable, tuple[str, ...]]:
        """Deals with how long ago anybody was in contact; of those that wait in a stage, how many were left alone."""
        whose = [one for one in table.customers if one is not None]
        days = field_of(self._metrics, "customers", "days_since_contact", whose)
        late = sum(1 for one in whose if (said := days.get(one)) is None or float(str(said)) >= _LONG_AGO_DAYS)
        known = tuple(days.get(one) if one is not None else None for one in table.customers)
        columns = (*table.columns, Column("days_since_contact", "Days since contact", "days"))
        rows = tuple((*row, value) for row, value in zip(table.rows, known, strict=True))
        if not waiting:
            return replace(table, columns=columns, rows=rows), ()
        notes = [f"{late} of {len(table.rows)} had no contact in the last {_LONG_AGO_DAYS} days."] if table.rows else []
        if not self._metrics.has_rows("deal_stages"):
            notes.append(
                "The book has no dates of stage changes, so days in stage count from the day a deal was created."
            )
        return replace(table, columns=columns, rows=rows), tuple(notes)

    def _rest(self, query: RowsQuery) -> tuple[Condition, ...]:
        """The rows of which a share is: those of the entity itself."""
        counting = self._catalogue.metrics.get(query.entity)
        return counting.where if counting is not None else ()

    def _with_column(self, found: RowList, query: RowsQuery, name: str) -> RowList:
        """Rows of customers with the field by which they are put in order, where no column has it."""
        if query.entity != "customers" or any(one.name == name for one in found.columns):
            return found
        known = self._catalogue.entities["customers"].fields[name]
        values = field_of(self._metrics, "customers", name, [one for one in found.customers if one is not None])
        at = len(found.columns) - (found.value is not None)  # what each adds to a figure stays last
        rows = tuple((*row[:at], values.get(whose or 0), *row[at:])
                     for row, whose in zip(found.rows, found.customers, strict=True))  # fmt: skip
        column = Column(name, known.title, known.kind)
        return replace(found, columns=(*found.columns[:at], column, *found.columns[at:]), rows=rows)

    @staticmethod
    def _in_order(found: RowList, order: str, limit: int | None) -> RowList:
        name = order.lstrip("-")
        at = next((at for at, column in enumerate(found.columns) if column.name == name), None)
        if at is None:
            raise UserError(f"The list cannot be put in order by {name.replace('_', ' ')}.")
        known = [number for number, row in enumerate(found.rows) if row[at] is not None]
        known.sort(key=lambda number: found.rows[number][at], reverse=order.startswith("-"))  # type: ignore[arg-type,return-value]
        chosen = known[:limit] if limit is not None else known
        rows, customers = tuple(found.rows[one] for one in chosen), tuple(found.customers[one] for one in chosen)
        return replace(found, rows=rows, customers=customers)

    # ---- what customers did besides -----------------------------------------------------------------------------
    def _of_customers(self, question: Inquiry) -> Inquiry:
        """The question with its joins as conditions on the customers' numbers."""
        if not question.joins:
            return question
        conditions = tuple(self._condition(one) for one in question.joins)
        if question.query is not None:
            return replace(
                question, query=replace(question.query, where=(*question.query.where, *conditions)), joins=()
            )
        assert question.rows is not None
        rows = replace(question.rows, where=(*question.rows.where, *conditions))
        return replace(question, rows=rows, joins=())

    def _condition(self, join: SemiJoin) -> Condition:
        return Condition(CUSTOMER, "not-in" if join.denied else "in", self.customers_of(join))

    def customers_of(self, join: SemiJoin) -> tuple[int, ...]:
        """Return the numbers of the customers who did what a join says, whether it is denied or not."""
        if join.metric:
            found = self._metrics.answer(
                Query((join.metric,), (CUSTOMER,), join.where, join.period, having=join.having)
            )
            return tuple(int(str(row[0])) for row in found.rows if row[0] is not None)
        query = RowsQuery(join.entity, join.where, join.period)
        at_least = customers_of(self._metrics, query, join.least)
        if join.most is None:
            return at_least
        more = frozenset(customers_of(self._metrics, query, join.most + 1))
        return tuple(one for one in at_least if one not in more)


def text_table(title: str, rows: Sequence[tuple[str, str]]) -> ResultTable:
    """Return lines to read as a table: what each is about, '' for none, and the line."""
    columns = (Column("what", "", "text"), Column("said", "", "text"))
    return ResultTable(title, columns, tuple(rows), len(rows), prose=True)
