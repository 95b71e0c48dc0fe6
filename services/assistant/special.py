"""Questions of their own kind: all about a customer, what to do for them, an email, a task, why people complain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from models.values.assistant import Inquiry, Interpretation, Response, ResultTable
from models.values.errors import UserError
from models.values.metrics import Column, Condition, Query, RowsQuery
from models.values.words import count
from services.assistant.answering import CUSTOMER, Answering, text_table
from services.assistant.complaints import reasons
from services.assistant.naming import Named, name_of_customer
from services.assistant.phrasing import cell_words, period_words
from services.assistant.reading import candidates
from services.assistant.spans import Parsed
from services.insight import read_customer_document, reading, timeline
from services.metrics import Metrics
from services.outreach.templates.write import draft_by_template
from services.reports import brief_of
from services.workspace import Workspace

#: The figures of one customer, each by its metric.
_OF_A_CUSTOMER: Final = (
    "orders", "revenue", "mean_order_value", "returns", "tickets", "open_tickets", "mean_satisfaction", "reviews",
    "mean_rating", "fit_scans", "emails_sent", "open_rate", "click_rate", "open_deals", "pipeline_value",
)  # fmt: skip
_LATELY_DAYS: Final = 90
_MOST_EVENTS: Final = 40
_GOAL: Final = "check_in"


class SpecialQuestions:
    """Answers what no query can."""

    def __init__(self, workspace: Workspace, metrics: Metrics) -> None:
        self._workspace, self._metrics = workspace, metrics
        self._answering = Answering(metrics)

    def answer(
        self, text: str, found: Parsed, named: Sequence[Named], before: Inquiry | None, today: date
    ) -> Response | None:
        """Return the answer; None where the question is of no own kind."""
        asked = [one.what for span in found.spans for one in span.of("special")]
        if not asked:
            return None
        if "reasons" in asked:
            return self._reasons(text, found, today)
        missing = [one for one in named if not one.ids]
        if missing:
            raise UserError(f"There is no {_one(missing[0].entity)} {missing[0].said} in the book.")
        customers = [number for one in named for number in one.customers]
        if not customers and before is not None and before.customer is not None:
            customers = [before.customer]
        if not customers:
            if asked[0] in ("overview", "engagement") or any(span.of("metric") for span in found.spans):
                return None
            raise UserError("Name the customer, such as “customer 42” or their name.")
        kind = next(one for one in ("email", "task", "action", "engagement", "overview") if one in asked)
        return getattr(self, kind)(text, customers[0])  # type: ignore[no-any-return]

    def overview(self, text: str, customer: int) -> Response:
        """Everything about a customer: their figures, then what the customer brief says."""
        made = brief_of(self._workspace, customer, "")
        figures = []
        columns = (Column("what", "Figure", "text"), Column("value", "Value", "text"))
        for name in _OF_A_CUSTOMER:
            found = self._metrics.answer(Query((name,), (), (Condition(CUSTOMER, "=", customer),)))
            column = found.columns[0]
            figures.append((column.title, cell_words(found.rows[0][0], column, found.currency)))
        tables = [ResultTable("Figures", columns, tuple(figures), len(figures))]
        for section in (*made.left, *made.right):
            title = "Scores" if section.title == "Figures" else section.title
            tables.append(text_table(title, [("", line) for line in section.lines]))
        tables.append(text_table("Latest events", [(day, words) for day, words in made.events]))
        sentence = ". ".join(one for one in (f"{made.name}: {made.headline[0]}", made.headline[1]) if one)
        return self._asked(text, "overview", customer, f"{sentence.rstrip('.')}.", tables)

    def action(self, text: str, customer: int) -> Response:
        """What to do for a customer next, with why."""
        with reading(self._workspace) as reader:
            document = read_customer_document(reader, customer, newest=5)
        if document is None:
            raise UserError("The customer is no longer in the book.")
        alert = document["alert"]
        advice = alert["recommendation"] if alert is not None else None
        if alert is None or advice is None:
            sentence = f"No alert is open for {document['name']}, so nothing needs doing today."
            return self._asked(text, "action", customer, sentence, [])
        lines = [("Why", alert["reason"]), ("Severity", alert["severity"])]
        lines += [("Reason", str(one["words"])) for one in document["drivers"][:5] if one.get("words")]
        sentence = f"{document['name']}: {advice['title'].rstrip('.')}. {advice['why']}"
        return self._asked(text, "action", customer, sentence, [text_table("What it is based on", lines)])

    def email(self, text: str, customer: int) -> Response:
        """A draft to a customer; nothing is sent or saved."""
        draft = draft_by_template(self._workspace, customer, goal=_GOAL)
        lines = [("Subject", draft.subject), ("", draft.greeting), ("", draft.body)]
        sentence = f"A draft to {self._name(customer)}. Nothing is sent: open it to change, check and approve it."
        return self._asked(text, "email", customer, sentence, [text_table("Draft", lines)])

    def task(self, text: str, customer: int) -> Response:
        """A task for a customer, which a person has yet to confirm."""
        sentence = f"Create a task for {self._name(customer)}? Confirm it to add it; you can undo it."
        return self._asked(text, "task", customer, sentence, [])

    def engagement(self, text: str, customer: int) -> Response:
        """What happened with a customer lately, the newest first."""
        page = timeline(self._workspace, customer, limit=_MOST_EVENTS)
        first = (self._workspace.clock.today() - timedelta(days=_LATELY_DAYS)).isoformat()
        lately = [one for one in page.rows if one.at >= first] or list(page.rows[:5])
        columns = (
            Column("when", "When", "text"),
            Column("what", "What happened", "text"),
            Column("ref", "Source", "text"),
        )
        rows = tuple((one.when_words, f"{one.bold} {one.rest}".strip(), one.reference) for one in lately)
        sentence = f"{self._name(customer)}: {count(len(rows), 'event')} in the last {_LATELY_DAYS} days."
        if not any(one.at >= first for one in page.rows):
            sentence = f"{self._name(customer)}: nothing in the last {_LATELY_DAYS} days; the latest events are shown."
        return self._asked(
            text, "engagement", customer, sentence, [ResultTable("Latest events", columns, rows, len(rows))]
        )

    def _name(self, customer: int) -> str:
        with reading(self._workspace) as reader:
            return name_of_customer(reader.driver, customer)

    def _asked(self, text: str, form: str, customer: int, sentence: str, tables: Sequence[ResultTable]) -> Response:
        question = Inquiry(form, customer=customer)  # type: ignore[arg-type]
        steps = {"customer": "Open the customer", "draft": "Write an email", "task": "Create a task"}
        return Response("answered", text, sentence, self._metrics.days()[0], tuple(tables), next_steps=steps,
                     readings=(Interpretation(question, sentence, 0.0),))  # fmt: skip

    # ---- why people complain ----------------------------------------------------------------------------------------
    def _reasons(self, text: str, found: Parsed, today: date) -> Response:
        """Why reviews are bad; of customers that the question describes, what they complain of."""
        limit = next((one.number for one in found.spans if one.number is not None), None)
        rest = replace(found, spans=tuple(one for one in found.spans if not one.of("special")))
        described = [one for one in candidates(rest, self._metrics.catalogue, today) if one.question.joins]
        if described and described[0].question.rows is not None:
            reading_of = Interpretation(described[0].question, "", 0.0)
            asked = self._answering.answer(text, reading_of, today)
            customers = tuple(one for one in asked.tables[0].customers if one is not None)
            table = reasons(self._unhappy(customers, "all"), limit)
            best = f" Most of their complaints: {table.rows[0][0]} ({table.rows[0][1]})." if table.rows else ""
            return replace(asked, sentence=f"{asked.sentence}{best}", tables=(*asked.tables, table))
        period = next((one.time.text for one in found.spans if one.time is not None and one.time.text), "all")
        query = RowsQuery("reviews", (Condition("rating", "<=", 2),), period)
        table = reasons(self._texts(query), limit)
        total = self._metrics.count_rows(query)
        named = ", ".join(f"{row[0]} {row[1]}" for row in table.rows)
        words = f"Reasons for negative reviews {period_words(period, today)}".strip()
        sentence = (
            f"{words}, of {count(total, 'review')} with 1 or 2 of 5: {named}." if table.rows else f"{words}: none."
        )
        question = Inquiry("reasons", rows=query, limit=limit)
        notes = ("Reasons are read from the words of title and text; a review may name several.",)
        return Response("answered", text, sentence, self._metrics.days()[0], (table,), notes,
                     readings=(Interpretation(question, words, 0.0),))  # fmt: skip

    def _unhappy(self, customers: Sequence[int], period: str) -> list[tuple[str, int | None]]:
        whose = Condition(CUSTOMER, "in", tuple(customers))
        return [
            *self._texts(RowsQuery("reviews", (Condition("rating", "<=", 2), whose), period)),
            *self._texts(RowsQuery("tickets", (Condition("unhappy", "=", "yes"), whose), period)),
        ]

    def _texts(self, query: RowsQuery) -> list[tuple[str, int | None]]:
        """The title and text of reviews or tickets."""
        found = self._metrics.rows(query)
        ids = ",".join(str(int(str(row[0]))) for row in found.rows)
        columns = (
            "title, text" if query.entity == "reviews" else "coalesce(kind, '') || ' ' || coalesce(subject, ''), text"
        )
        with reading(self._workspace) as reader:
            rows = reader.driver.execute(
                f"SELECT {columns}, customer_id FROM {query.entity} WHERE id IN (SELECT value FROM json_each(?))",
                (f"[{ids}]",),
            ).fetchall()
        return [(f"{one[0] or ''}. {one[1] or ''}".strip(". "), one[2]) for one in rows]


def _one(entity: str) -> str:
    return {"customers": "customer", "deals": "deal", "tickets": "ticket", "orders": "order"}[entity]
