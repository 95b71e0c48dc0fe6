"""One question with what became of it: a sentence, tables, what must be known, and what may be asked next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from models.values.assistant import NextStep, Response, ResultTable
from models.values.metrics import Column
from views.insights.said import cell_words, group_of, is_figure
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import link, push
from views.widgets.flow import FlowLayout
from views.widgets.labels import clear, column, kind_of, label, note, row, rule, set_ink
from views.words import whole

#: So many rows are shown at first.
FIRST_ROWS = 8
_MOST_ROWS = 500
_WIDE = {"day": 104, "flag": 72, "money": 104, "percent": 84, "score": 84, "hours": 84, "days": 92, "count": 92}
_FREE = frozenset({"customer", "subject", "name", "title", "comment", "product", "text", "what", "said", "example"})
_STEPS: Final[Mapping[NextStep, str]] = {
    "customer": "Open the customer",
    "draft": "Write an email",
    "task": "Add a task",
}


class AnswerView(QWidget):
    """A question and its answer.

    Signals
    -------
    asked : another question is to be asked, in the words given.
    chosen : the reading with this number, from 1, is meant.
    customer_wanted : the number of a customer.
    customers_wanted : the customers whose rows the answer has are wanted as a list.
    step_wanted : what is to be done now for the customer of the answer.
    export_wanted : a table is wanted as a file.
    pin_wanted : the figures are wanted as a tile of Insights.
    model_wanted : a language model is to read the question as well.
    selected : this answer is to be explained.
    """

    asked = Signal(str)
    chosen = Signal(int)
    customer_wanted = Signal(int)
    customers_wanted = Signal()
    step_wanted = Signal(str)
    export_wanted = Signal(object)
    pin_wanted = Signal()
    model_wanted = Signal()
    selected = Signal()

    def __init__(self, theme: Theme, number: int, question: str, when: str) -> None:
        super().__init__()
        self._theme = theme
        self.found: Response | None = None
        self.question = question
        self.tables: list[WordTable] = []
        self.heading = label(question, fonts.HEADING, fonts.SEMIBOLD, wrap=True)
        self.sentence = label("Looking in the book …", fonts.BODY, ink="ink_2", wrap=True)
        self.explain = link("How?")
        self.explain.setToolTip("Show how this was answered")
        self.explain.clicked.connect(self.selected)
        self._body = column()
        top = row(label(str(number), fonts.LIST, fonts.SEMIBOLD, "primary_text"), 10, self.heading, 12,
                  label(when, fonts.SMALL, ink="ink_3"), 12, self.explain)  # fmt: skip
        top.setStretch(2, 1)
        self.setLayout(column(top, 8, self.sentence, 10, self._body, 4, rule(soft=True), margins=(24, 16, 24, 0)))
        self.setAccessibleName(question)

    def show_answer(
        self,
        found: Response,
        next_questions: Sequence[str],
        model: str = "",
        *,
        pinnable: bool = False,
    ) -> None:
        """Show what became of the question.

        Parameters
        ----------
        model
            The language model that may read the question as well; '' for none.
        pinnable
            Whether a tile can show it.
        """
        clear(self._body)
        self.found = found
        if found.status == "choose":
            self.sentence.setText("You may mean one of these. Which one?")
            said = [f"{one.sentence} (read by {one.by})" if one.by else one.sentence for one in found.readings]
            self._add(_flow([self._reading(at, words) for at, words in enumerate(said, 1)]))
            self._offer(model)
            return
        if found.status == "refused":
            self.sentence.setText(f"Not answered. {found.why}")
            offered = [one.sentence for one in found.readings] or list(found.examples)
            self._add(note("You can ask:"))
            self._add(_flow([self._asking(one) for one in offered]))
            self._offer(model)
            return
        set_ink(self.sentence, "ink")
        self.sentence.setText(found.sentence)
        for one in found.tables:
            self._show_table(one, named=len(found.tables) > 1)
        for words in found.notes:
            self._add(note(words, fonts.SMALL))
        buttons: list[QPushButton] = [*self._steps(found)]
        if found.tables and len(found.tables[0].rows) > 1:
            export = push("Export…")
            export.clicked.connect(lambda: self.export_wanted.emit(found.tables[0]))
            buttons.append(export)
        of_rows = bool(found.readings) and found.readings[0].question.rows is not None
        if of_rows and found.tables and len({*found.tables[0].customers} - {None}) > 1:
            opened = push("Open in Customers")
            opened.clicked.connect(self.customers_wanted)
            buttons.append(opened)
        if pinnable:
            pin = push("Pin to Insights")
            pin.clicked.connect(self.pin_wanted)
            buttons.append(pin)
        self._add(_flow([*buttons, *(self._asking(one) for one in next_questions)]))
        if found.readings and not found.next_steps:
            self._offer(model)

    def _offer(self, model: str) -> None:
        """Offer to let a language model read the question; it gets its words, names hidden, and no figures."""
        if model and self.found is not None and not any(one.by for one in self.found.readings):
            ask = link(f"Let {model} read it")
            ask.setToolTip("Sends your question with names hidden, and the names of metrics; no figures or rows")
            ask.clicked.connect(self.model_wanted)
            self._add(ask)

    def wait_for_model(self, model: str) -> None:
        """Say that a language model is reading the question."""
        clear(self._body)
        self.sentence.setText(f"{model} is reading your question …")

    def show_failure(self, words: str) -> None:
        """Say why there is no answer."""
        self.sentence.setText(words)

    def _add(self, part: QWidget) -> None:
        self._body.addWidget(part)
        self._body.addSpacing(8)

    def _reading(self, number: int, sentence: str) -> QPushButton:
        made = push(sentence)
        made.clicked.connect(partial(_plainly, partial(self.chosen.emit, number)))
        return made

    def _asking(self, words: str) -> QPushButton:
        made = link(words)
        made.setAccessibleName(f"Ask: {words}")
        made.clicked.connect(partial(_plainly, partial(self.asked.emit, words)))
        return made

    def _steps(self, found: Response) -> list[QPushButton]:
        made = []
        for what in found.next_steps:
            main = (found.readings[0].question.form, what) in (("email", "draft"), ("task", "task"))
            button = push(_STEPS[what], primary=main)
            button.clicked.connect(partial(_plainly, partial(self.step_wanted.emit, what)))
            made.append(button)
        return made

    def _show_table(self, one: ResultTable, *, named: bool) -> None:
        if not one.rows or (len(one.rows) == 1 and len(one.columns) == 1):
            return
        if named or one.prose:
            self._add(label(one.title, fonts.LIST, fonts.SEMIBOLD))
        if one.prose:
            self._add(_prose(one))
            return
        heads = [_head(each, at, len(one.columns)) for at, each in enumerate(one.columns)]
        table = WordTable(self._theme, one.title, heads, inset=8, whole=True)
        self.tables.append(table)
        table.opened.connect(self._open)
        table.linked.connect(lambda _what, key: self._open(key))
        lines = [_line(one, at) for at in range(min(len(one.rows), _MOST_ROWS))]
        table.show_lines(lines[:FIRST_ROWS])
        self._add(table)
        if len(lines) > FIRST_ROWS:
            more = link(f"Show all {whole(len(lines))}" if one.total == len(lines) else
                        f"Show {whole(len(lines))} of {whole(one.total)}")  # fmt: skip

            def show_all() -> None:
                table.show_lines(lines)
                more.hide()
                table.setFocus()

            more.clicked.connect(partial(_plainly, show_all))
            self._add(more)

    def _open(self, customer: object) -> None:
        if isinstance(customer, int):
            self.customer_wanted.emit(customer)


def _plainly(do: Callable[[], None], _checked: bool = False) -> None:
    do()


def _flow(parts: Sequence[QWidget]) -> QWidget:
    made = QWidget()
    flow = FlowLayout(made, gap=8)
    for part in parts:
        flow.addWidget(part)
    kind_of(made, "plain")
    return made


def _prose(one: ResultTable) -> QWidget:
    """Lines to read, each behind what it is about."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(8, 0, 8, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for at, (what, line) in enumerate(one.rows):
        text = label(str(line), fonts.LIST, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if what:
            grid.addWidget(label(str(what), fonts.LIST, ink="ink_2"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, at, 1)
        else:
            grid.addWidget(text, at, 0, 1, 2)
    return made


def _line(one: ResultTable, at: int) -> TableLine:
    customer = one.customers[at] if at < len(one.customers) else None
    cells = []
    for place, (column_, value) in enumerate(zip(one.columns, one.rows[at], strict=True)):
        grouped = not one.customers and place == 0 and not is_figure(column_)
        words = group_of(column_, value, column_.title) if grouped else cell_words(column_, value, one.currency)
        cells.append(TableCell(words, link="customer" if column_.name == "customer" and customer is not None else "",
                               tip=words if column_.name in _FREE else ""))  # fmt: skip
    return TableLine(tuple(cells), customer)


def _head(one: Column, at: int, number: int) -> TableColumn:
    name, title, unit = one.name, one.title, one.unit
    wide = max(_WIDE.get(unit, 128), round(fonts.width(title, fonts.SMALL, fonts.SEMIBOLD)) + 26)
    free = name in _FREE or (at == 0 and number <= 3 and unit == "text")
    keeps = 0 if at < 2 or at == number - 1 else number - at
    return TableColumn(title, 0 if free else wide, right=is_figure(one), keeps=keeps)
