"""Ask: a question in plain words, its answer below the ones before, and beside it how it was found.

A question goes on from the one before ("only Gold", "by owner") until a new one is begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from models.values.assistant import EXAMPLES, Inquiry, NextStep, ResultTable
from models.values.changes import Changes
from views.ask.answer_view import AnswerView
from views.ask.documents_box import DocumentsBox
from views.ask.explained_pane import ExplainedPane
from views.ask.history_pane import HistoryPane
from views.ask.rooms import AskRoom, Reply, add_follow_up, added, pinned, removed, write_of
from views.background import Failed
from views.shell.page import Context, Page
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import FlowingContent, column, kind_of, label, note, row, rule, scrolling
from views.widgets.splitter import PaneSplitter

KEY = "ask"
SIDE_FROM, LISTS_FROM = 1180, 860


class AskPage(Page):
    """Questions, answers, explanation in a splitter; in a narrow window the explanation and the lists go."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._room, self._desk = AskRoom(context.book), context.book.desk(self)
        self._before: Inquiry | None = None
        self._wanted: AnswerView | None = None  # which answer is scrolled to, until a person scrolls
        self.answers: list[AnswerView] = []
        self._replies: dict[int, Reply] = {}
        self.documents = DocumentsBox(Path.home())
        self.history = HistoryPane(EXAMPLES, self.documents)
        self.explained = ExplainedPane()
        self.input = QLineEdit()
        self.input.setPlaceholderText("Ask about customers, orders, tickets, reviews, deals or emails …")
        self.input.setAccessibleName("Your question")
        self.input.setFont(fonts.font(fonts.BODY, fonts.REGULAR))
        self.input.setMaxLength(1_000)
        self.button = push("Ask", primary=True)
        self._empty = column(
            label("Ask your book", fonts.HEADING, fonts.SEMIBOLD), 4,
            note("Type a question as you would ask a colleague. Every figure comes from the book and shows its rows; "
                 "what the book does not know is not answered."),
            margins=(24, 24, 24, 0),
        )  # fmt: skip
        self._list = column(self._empty)
        self._list.addStretch(1)
        content = FlowingContent()
        content.setLayout(self._list)
        self.area = scrolling(content)
        field = QWidget()
        field.setLayout(column(rule(), row(self.input, 8, self.button, margins=(24, 12, 24, 12))))
        kind_of(field, "panel")
        middle = QWidget()
        middle.setLayout(column(self.area, field))
        self.splitter = PaneSplitter(KEY)
        self.splitter.add(self.history, stretch=0, minimum=220)
        self.splitter.add(middle, stretch=1, minimum=420)
        self.splitter.add(self.explained, stretch=0, minimum=260)
        self.splitter.setSizes([256, 720, 360])
        self.splitter.restore(context.remembered.splitter(KEY))
        self.setLayout(column(self.splitter))
        self._connect()

    def _connect(self) -> None:
        self.input.returnPressed.connect(self._ask_typed)
        self.button.clicked.connect(self._ask_typed)
        bar = self.area.verticalScrollBar()
        bar.rangeChanged.connect(lambda *_: self._scroll())
        bar.sliderMoved.connect(lambda *_: self._let_go())
        bar.actionTriggered.connect(lambda *_: self._let_go())
        self.history.begun.connect(self._begin)
        self.history.asked.connect(self._ask_anew)
        self.history.wanted.connect(self._show_number)
        self.documents.added.connect(lambda paths: self.context.book.act(partial(added, paths)))
        self.documents.removed.connect(lambda number: self.context.book.act(partial(removed, number)))
        self.splitter.resized.connect(self.context.remembered.set_splitter)

    # -- what the shell asks ------------------------------------------------------------------------------------

    def arrive(self) -> None:
        self.input.setFocus()
        self.input.selectAll()
        self._list_documents()
        self.settled.emit()

    def renew(self, changes: Changes) -> None:
        self._list_documents()

    def _list_documents(self) -> None:
        self._desk.read("documents", self._room.documents, self.documents.show_documents)

    def show_section(self, key: str) -> None:
        """Ask a question that was typed elsewhere, such as in the palette."""
        self._ask_anew(key)

    def fit(self, width: int, height: int) -> None:
        self.explained.setVisible(width >= SIDE_FROM)
        self.history.setVisible(width >= LISTS_FROM)

    def panes(self) -> Sequence[QWidget]:
        tables = [one for each in self.answers for one in each.tables]
        found: list[QWidget] = [self.input, *tables[-1:], self.history.ready]
        return [pane for pane in found if pane.isVisible()]

    # -- asking -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The next question stands by itself."""
        self._before = None
        self.input.clear()
        self.input.setFocus()

    def _ask_typed(self) -> None:
        text = self.input.text().strip()
        if text:
            self.input.clear()
            self.ask(text)

    def _ask_anew(self, text: str) -> None:
        self._before = None
        self.ask(text)

    def ask(self, text: str, choose: int | None = None, question: Inquiry | None = None) -> None:
        """Ask the book, and show the answer below the ones before; ``question``: as it was read already."""
        number = len(self.answers) + 1
        clock = self.context.book.workspace.clock.now().astimezone()
        view = AnswerView(self.context.theme, number, text, f"{clock:%H:%M}")
        self.answers.append(view)
        self._list.insertWidget(self._list.count() - 1, view)
        view.asked.connect(self.ask)
        view.chosen.connect(partial(self._choose, view))
        view.model_wanted.connect(partial(self._ask_model, number))
        view.customer_wanted.connect(self.wants_customer)
        view.customers_wanted.connect(partial(self._open_customers, view))
        view.step_wanted.connect(partial(self._take_step, view))
        view.export_wanted.connect(self._export)
        view.pin_wanted.connect(partial(self._pin, number))
        view.selected.connect(partial(self._explain, number))
        self.history.add(number, text, "")
        work = partial(self._room.ask, text, self._before, choose)
        if question is not None:
            work = partial(self._room.again, text, question)
        done, failed = partial(self._show, number), partial(self._fail, number)
        self._desk.read(f"ask {number}", work, done, failed)
        self._scroll_to(view)

    def _show(self, number: int, reply: Reply) -> None:
        view, found = self.answers[number - 1], reply.found
        self._replies[number] = reply
        pinnable = reply.figure is not None
        view.show_answer(found, reply.next_questions, self._room.model, pinnable=pinnable)
        outcome = {"choose": "Several readings", "refused": "Not answered"}.get(found.status, "")
        if found.passages:
            outcome = f"{found.passages[0].document}, page {found.passages[0].page}"
        elif found.status == "answered" and found.tables:
            outcome = f"{found.tables[0].total:,} rows" if found.tables[0].total != 1 else "1 row"
        self.history.add(number, view.question, outcome)
        if found.status == "answered" and found.readings:
            self._before = found.readings[0].question
        self._explain(number)
        self._scroll_to(view)

    def _choose(self, view: AnswerView, number: int) -> None:
        """One of several readings is meant; that of a language model is run as it stands."""
        chosen = view.found.readings[number - 1] if view.found is not None else None
        self.ask(view.question, number, chosen.question if chosen is not None and chosen.by else None)

    def _ask_model(self, number: int) -> None:
        """Let the language model read a question as well."""
        view, model = self.answers[number - 1], self._room.model
        view.wait_for_model(model)
        work = partial(self._room.ask_model, view.question, None, model)
        self._desk.read(f"ask {number}", work, partial(self._show, number), partial(self._fail, number))

    def _fail(self, number: int, failed: Failed) -> None:
        self.answers[number - 1].show_failure(failed.words)

    def _explain(self, number: int) -> None:
        reply = self._replies.get(number)
        if reply is None:
            return
        found, took = reply.found, reply.milliseconds
        self.explained.explain(number, found, took)
        if found.status == "answered" and found.readings:
            work = partial(self._room.steps, found.readings[0].question)
            self._desk.read("steps", work, partial(self.explained.explain, number, found, took))

    def _show_number(self, number: int) -> None:
        self._explain(number)
        self._scroll_to(self.answers[number - 1])

    def _scroll_to(self, view: AnswerView) -> None:
        self._wanted = view
        self._scroll()

    def _scroll(self) -> None:
        """Bring the wanted answer to the top, again whenever the layout has made room for more of it."""
        if self._wanted is not None:
            self.area.verticalScrollBar().setValue(self._wanted.y())

    def _let_go(self) -> None:
        self._wanted = None

    def _take_step(self, view: AnswerView, what: NextStep) -> None:
        """Do what was offered for the customer of an answer."""
        found = view.found
        customer = found.readings[0].question.customer if found is not None else None
        if found is None or customer is None:
            return
        if what == "draft":
            self.wants_email.emit(customer, found.alert)
        elif what == "task" and found.alert is not None:
            self.context.book.act(partial(add_follow_up, found.alert))
        else:
            self.wants_customer.emit(customer)

    def _pin(self, number: int) -> None:
        """Keep an answer as a tile: its figures, or how many rows its list has."""
        reply = self._replies[number]
        if reply.figure is not None:
            self.context.book.act(partial(pinned, reply.found.readings[0].sentence, reply.figure))

    def _open_customers(self, view: AnswerView) -> None:
        """Show the customers of an answer as a list, to filter, sort, hand over or write to."""
        found = view.found
        if found is not None:
            work, opened = partial(self._room.customers, found), self.wants_customers.emit
            self._desk.read("customers", work, opened, self.context.book.failed.emit)

    def _export(self, table: ResultTable) -> None:
        self.export_list("answer", write_of(table))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leads back to the question."""
        if event.key() == Qt.Key.Key_Escape and not self.input.hasFocus():
            self.input.setFocus()
            return
        super().keyPressEvent(event)
