"""Questions that no query answers: about a customer, what to do for them, an email, a task; why people complain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from models.values.assistant import Form, Inquiry, Interpretation, Response, ResultTable
from models.values.errors import UserError
from models.values.knowledge import Passage
from models.values.metrics import Column, Condition, Period, Query, RowsQuery
from models.values.words import count, day_of, full_day, in_cell, listed
from services.assistant.answering import CUSTOMER, Answering, text_table
from services.assistant.complaints import reasons
from services.assistant.naming import Named, name_of_customer
from services.assistant.phrasing import question_words
from services.assistant.spans import Parsed
from services.insight import customer_profile, read_customer_document, reading, timeline
from services.metrics import Metrics, field_of, period_of
from services.outreach.templates.write import draft_by_template
from services.reports import brief_of
from services.workspace import Workspace

#: The figures of one customer, each by its metric.
_OF_A_CUSTOMER: Final = (
    "orders", "revenue", "mean_order_value", "returns", "tickets", "open_tickets", "mean_satisfaction", "reviews",
    "mean_rating", "fit_scans", "emails_sent", "open_rate", "click_rate", "open_deals", "pipeline_value",
)  # fmt: skip
#: Recent means so many days.
_RECENT: Final = "90d"
_MOST_EVENTS: Final = 40
_GOAL: Final = "check_in"
#: Whom to speak to: the customer's own address first, then their contacts, the main one first.
_CONTACTS: Final = (
    "SELECT name, role, email, phone FROM (SELECT name, NULL role, email, phone, -1 AS at, id FROM customers"
    " WHERE id = ?1 AND (email <> '' OR phone <> '') UNION ALL"
    " SELECT name, role, email, phone, -is_primary + 1, id FROM contacts WHERE customer_id = ?1) ORDER BY at, id"
)
_NOUNS: Final = {"customers": "customer", "deals": "deal", "tickets": "ticket", "orders": "order"}


def refuse_unknown(named: Sequence[Named]) -> None:
    """Refuse a question about a customer, deal, ticket or order that the book does not have.

    Raises
    ------
    UserError
        It names one.
    """
    missing = next((one for one in named if not one.ids), None)
    if missing is not None:
        raise UserError(f"There is no {_NOUNS[missing.entity]} {missing.said} in the book.")


def refuse_unclear(named: Sequence[Named]) -> None:
    """Refuse a question with a part of a name that several customers have.

    Raises
    ------
    UserError
        It has one; their names are said.
    """
    unclear = next((one for one in named if one.among), None)
    if unclear is not None:
        names = [f"“{one}”" for one in unclear.among]
        known = listed(names) if len(names) <= 4 else f"{', '.join(names[:4])} and {len(names) - 4} others"
        raise UserError(f"“{unclear.said}” matches {known}. Use the full name.")


def of_documents(text: str, passages: Sequence[Passage]) -> Response | None:
    """Return what documents say of a question, word for word; None where they say nothing."""
    if not passages:
        return None
    first = passages[0]
    where = f"{first.document}, page {first.page}"
    lines = [(f"{one.document}, page {one.page}", f"{one.heading}: {one.text}" if one.heading else one.text)
             for one in passages]  # fmt: skip
    return Response("answered", text, f"From “{where}”{f', “{first.heading}”' if first.heading else ''}.",
                    tables=(text_table("What your documents say", lines),), passages=tuple(passages))  # fmt: skip


class SpecialQuestions:
    """Answers what no query can."""

    def __init__(self, workspace: Workspace, metrics: Metrics, answering: Answering) -> None:
        self._workspace, self._metrics, self._answering = workspace, metrics, answering
        self._kinds: Mapping[Form, Callable[[str, int, Period], Response]] = {
            "email": self._email, "task": self._task, "action": self._action, "engagement": self._engagement,
            "contacts": self._contacts, "overview": self._overview,
        }  # fmt: skip

    def answer(
        self, text: str, parsed: Parsed, named: Sequence[Named], before: Inquiry | None, today: date
    ) -> Response | None:
        """Return the answer to a question about one customer; None where the question is none."""
        asked = {one.what for span in parsed.spans for one in span.of("special")}
        kind = next((one for one in self._kinds if one in asked), None)
        if kind is None:
            return None
        customers = [number for one in named for number in one.customers]
        if not customers and before is not None and before.customer is not None:
            customers = [before.customer]
        if not customers:
            if kind in ("overview", "engagement"):
                return None
            raise UserError("Name the customer, such as “customer 42” or their name.")
        times = [one for one in parsed.spans if one.time is not None]
        period = times[0].time.text if kind == "engagement" and times and times[0].time is not None else ""
        unused = [*parsed.unread, *(parsed.words(one) for one in times if not period)]
        found = self._kinds[kind](text, customers[0], period_of(period or _RECENT, today))
        notes = (f"Not used for this answer: {listed([f'“{one}”' for one in unused])}.",) if unused else ()
        return replace(found, notes=(*found.notes, *notes))

    def again(self, text: str, question: Inquiry, today: date) -> Response:
        """Answer a question that was asked before about a customer."""
        assert question.customer is not None
        return self._kinds[question.form](text, question.customer, period_of(_RECENT, today))

    def overview(self, text: str, customer: int, today: date) -> Response:
        """Return everything about a customer: their figures, then what the customer brief says."""
        return self._overview(text, customer, period_of(_RECENT, today))

    def fields(self, text: str, customer: int, names: Sequence[str], today: date) -> Response:
        """Return fields of a customer, such as the day of their last order, with their row."""
        question = Inquiry("rows", rows=RowsQuery("customers", (Condition(CUSTOMER, "=", customer),)))
        found = self._answering.answer(text, Interpretation(question, "", 0.0), today)
        whose, titles, said = self._name(customer), list[str](), list[str]()
        for name in names:
            known = self._metrics.catalogue.entities["customers"].fields[name]
            value = field_of(self._metrics, "customers", name, [customer]).get(customer)
            shown = in_cell(value, known.kind, found.tables[0].currency) if value is not None else "not known"
            day = day_of(str(value)) if known.kind == "day" else None
            titles.append(known.title)
            said.append(f"{known.title.lower()} {full_day(day) if day is not None else shown}")
        read_as = Interpretation(question, f"{whose}: {listed(titles).lower()}", 0.0)
        tables = (*found.tables, self._last_order(customer, today)) if "last_order_on" in names else found.tables
        return replace(found, sentence=f"{whose}: {', '.join(said)}.", tables=tables, readings=(read_as,), notes=())

    def _last_order(self, customer: int, today: date) -> ResultTable:
        """What a customer ordered last."""
        day = field_of(self._metrics, "customers", "last_order_on", [customer]).get(customer)
        rows = RowsQuery("order_lines", (Condition(CUSTOMER, "=", customer), Condition("ordered_on", "=", str(day))))
        question = Inquiry("rows", rows=rows)
        return self._answering.answer("", Interpretation(question, "", 0.0), today).tables[0]

    def _contacts(self, text: str, customer: int, _period: Period) -> Response:
        """Whom to speak to at a customer, with addresses and numbers."""
        with reading(self._workspace) as reader:
            rows = reader.driver.execute(_CONTACTS, (customer,)).fetchall()
        columns = tuple(Column(name.lower(), name, "text") for name in ("Name", "Role", "Email", "Phone"))
        table = ResultTable("Contacts", columns, tuple(tuple(row) for row in rows), len(rows))
        known = ", ".join(" ".join(filter(None, (row[0], f"({row[1]})" if row[1] else ""))) for row in rows)
        return self._about(text, "contacts", customer, f"{self._name(customer)}: {known or 'no contacts'}.", [table])

    def _overview(self, text: str, customer: int, _period: Period) -> Response:
        made = brief_of(self._workspace, customer, "")
        figures = []
        for name in _OF_A_CUSTOMER:
            found = self._metrics.answer(Query((name,), (), (Condition(CUSTOMER, "=", customer),)))
            figures.append((found.columns[0].title, in_cell(found.rows[0][0], found.columns[0].unit, found.currency)))
        columns = (Column("what", "Figure", "text"), Column("value", "Value", "text"))
        tables = [ResultTable("Figures", columns, tuple(figures), len(figures))]
        for section in (*made.left, *made.right):
            title = "Scores" if section.title == "Figures" else section.title
            tables.append(text_table(title, [("", line) for line in section.lines]))
        tables.append(text_table("Latest events", made.events))
        sentence = ". ".join(one for one in (f"{made.name}: {made.headline[0]}", made.headline[1]) if one)
        return self._about(text, "overview", customer, f"{sentence.rstrip('.')}.", tables)

    def _action(self, text: str, customer: int, _period: Period) -> Response:
        """What to do for a customer next, with why."""
        with reading(self._workspace) as reader:
            document = read_customer_document(reader, customer, newest=5)
        if document is None:
            raise UserError("The customer is no longer in the book.")
        alert = document["alert"]
        advice = alert["recommendation"] if alert is not None else None
        if alert is None or advice is None:
            sentence = f"No alert is open for {document['name']}, so nothing needs doing today."
            return self._about(text, "action", customer, sentence, [])
        lines = [("Why", alert["reason"]), ("Severity", alert["severity"])]
        sentence = f"{document['name']}: {advice['title'].rstrip('.')}. {advice['why']}"
        return self._about(text, "action", customer, sentence, [text_table("Based on", lines)])

    def _email(self, text: str, customer: int, _period: Period) -> Response:
        """A draft to a customer; nothing is sent or saved."""
        draft = draft_by_template(self._workspace, customer, goal=_GOAL)
        lines = [("Subject", draft.subject), ("", draft.greeting), ("", draft.body)]
        sentence = f"A draft to {self._name(customer)}. Nothing is saved or sent: “Write an email” opens the composer."
        return self._about(text, "email", customer, sentence, [text_table("Draft", lines)])

    def _task(self, text: str, customer: int, _period: Period) -> Response:
        """A task for a customer, which a person has yet to confirm."""
        found = self._about(text, "task", customer, "", [])
        name = self._name(customer)
        if found.alert is None:
            return replace(found, sentence=f"Tasks belong to alerts, and {name} has no open alert.")
        return replace(found, sentence=f"“Add a task” adds “Follow up” to the open alert of {name}. You can undo it.")

    def _engagement(self, text: str, customer: int, period: Period) -> Response:
        """What happened with a customer in a period, the newest first."""
        page = timeline(self._workspace, customer, limit=_MOST_EVENTS)
        first, last = (period.first or date.min).isoformat(), (period.last + timedelta(days=1)).isoformat()
        today = self._workspace.clock.today()
        to_now = period.last >= self._metrics.days()[0]  # what happened since the last export is recent too
        until = "~" if to_now else last
        lately = [one for one in page.rows if first <= one.at < until]
        columns = (
            Column("when", "When", "text"),
            Column("what", "What happened", "text"),
            Column("source", "Source", "text"),
        )
        rows = tuple((one.when_words, f"{one.bold} {one.rest}".strip(), one.reference) for one in lately)
        begun = f" from {full_day(period.first)}" if period.first is not None else ""
        number = count(len(rows), "event") if rows else "nothing"
        sentence = f"{self._name(customer)}: {number}{begun} to {full_day(today if to_now else period.last)}."
        return self._about(
            text, "engagement", customer, sentence, [ResultTable("Latest events", columns, rows, len(rows))]
        )

    def _name(self, customer: int) -> str:
        with reading(self._workspace) as reader:
            return name_of_customer(reader.driver, customer)

    def _about(self, text: str, form: Form, customer: int, sentence: str, tables: Sequence[ResultTable]) -> Response:
        alert = customer_profile(self._workspace, customer).alert
        question = Inquiry(form, customer=customer)
        read_as = f"{question_words(question, self._metrics.catalogue, self._workspace.clock.today())}"
        return Response(
            "answered", text, sentence, self._metrics.days()[0], tuple(tables),
            readings=(Interpretation(question, read_as, 0.0),), alert=alert.id if alert is not None else None,
            next_steps=("customer", "draft", "task") if alert is not None else ("customer", "draft"),
        )  # fmt: skip

    # ---- why people complain ----------------------------------------------------------------------------------------
    def reasons(self, text: str, asked: Interpretation, today: date) -> Response:
        """Return why the reviews of a question are bad; of customers, what they complain of besides who they are."""
        question = asked.question
        assert question.rows is not None
        plain = replace(question, form="rows", order="", limit=None)
        listing = self._answering.answer(text, replace(asked, question=plain), today)
        if question.rows.entity == "customers":
            customers = tuple(one for one in listing.tables[0].customers if one is not None)
            table = reasons(self._unhappy(customers), question.limit)
            best = f" Their most frequent complaint: {table.rows[0][0]} ({table.rows[0][1]})." if table.rows else ""
            return replace(listing, sentence=f"{listing.sentence}{best}", tables=(*listing.tables, table),
                           readings=(asked,))  # fmt: skip
        table = reasons(self._texts(self._answering.rows_of(question)), question.limit)
        named = ", ".join(f"{row[0]} {row[1]}" for row in table.rows)
        of = f", of {count(listing.tables[0].total, 'review')}: {named}." if table.rows else ": none."
        sentence = f"{question_words(question, self._metrics.catalogue, today)}{of}"
        notes = ("Reasons are read from titles and texts; a review may name several.",)
        return replace(listing, sentence=sentence, tables=(table,), notes=notes, readings=(asked,))

    def _unhappy(self, customers: Sequence[int]) -> list[str]:
        whose = Condition(CUSTOMER, "in", tuple(customers))
        return [
            *self._texts(RowsQuery("reviews", (whose,), metric="negative_reviews")),
            *self._texts(RowsQuery("tickets", (Condition("unhappy", "=", "yes"), whose))),
        ]

    def _texts(self, query: RowsQuery) -> list[str]:
        """The title and text of reviews or tickets."""
        ids = ",".join(str(int(str(row[0]))) for row in self._metrics.rows(query).rows)
        title = "title" if query.entity == "reviews" else "coalesce(kind, '') || ' ' || coalesce(subject, '')"
        with reading(self._workspace) as reader:
            rows = reader.driver.execute(
                f"SELECT {title}, text FROM {query.entity} WHERE id IN (SELECT value FROM json_each(?))", (f"[{ids}]",)
            ).fetchall()
        return [f"{one[0] or ''}. {one[1] or ''}".strip(". ") for one in rows]
