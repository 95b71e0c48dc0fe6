"""The pack of a portfolio that changes hands, from the question whose it is to the file.

Briefs are read one after another in the background and painted as they come, so that the window never waits; a bar
above the list says how far it is, and cancels it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QProgressBar, QSizePolicy, QWidget
from shiboken6 import isValid

from models.values.changes import Changes
from models.values.customers import FilterChoices
from models.values.reports import Brief, Handover
from services.insight import filter_choices
from services.workspace import Workspace
from views.background import Failed
from views.customers.brief import write_pdf
from views.shell.owner_box import OwnerBox, owner_named
from views.shell.page import Page
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import ElidedLabel, kind_of, row
from views.widgets.overlay import Choice, ChoicePanel, FormPanel
from views.words import counted

if TYPE_CHECKING:
    from views.printing.handover import HandoverPack


_SAVE = "Save pack"


@dataclass
class _Run:
    """A pack on its way."""

    path: Path
    pack: Handover
    made: HandoverPack
    gives: bool


class HandoverBar(QWidget):
    """Asks for a pack, makes it, and is seen while it does."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._desk = page.context.book.desk(self)
        self._run: _Run | None = None
        self.step = ElidedLabel(page.context.theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.progress.setAccessibleName("Hand-over pack progress")
        self.cancel = push("Cancel")
        self.cancel.clicked.connect(self.stop)
        self.cancel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setLayout(row(self.step, 10, self.progress, 10, self.cancel, -1, margins=(16, 6, 16, 6)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        kind_of(self, "panel")
        self.hide()

    def ask(self, owner: str, anchor: QWidget) -> None:
        """Ask who takes over from an owner; without one, first whose customers are meant."""
        book = self._page.context.book
        if self.isVisible():
            book.told.emit("A hand-over pack is still being written: wait for it, or cancel it first")
        elif owner:
            self._ask_whom(owner, anchor)
        else:
            read = partial(filter_choices, book.workspace)
            self._desk.read("owners", read, partial(self._ask_whose, anchor), book.failed.emit)

    def stop(self) -> None:
        """Give it up: nothing was written."""
        self._desk.drop("handover")
        self._end()
        self._page.context.book.told.emit("The hand-over pack was cancelled; no file was written")

    # -- asking -------------------------------------------------------------------------------------------------

    def _ask_whose(self, anchor: QWidget, known: FilterChoices) -> None:
        choices = [Choice(name, counted(count, "customer"), name) for name, count in known.owners if name]
        if not choices:
            self._page.context.book.told.emit("No customer has an owner yet")
        elif anchor.isVisible():
            then = partial(self._ask_whom, anchor=anchor)
            theme, window = self._page.context.theme, self._page.window()
            ChoicePanel(theme, window, "Whose customers?", choices, then).open_under(anchor)

    def _ask_whom(self, owner: str, anchor: QWidget) -> None:
        context = self._page.context
        gives = QCheckBox("Make them the owner as well")
        to = OwnerBox(context.theme, "Who takes over?", _SAVE, context.book)
        to.line.setPlaceholderText("Leave empty if it is not decided yet")

        def send(panel: FormPanel) -> None:
            if gives.isChecked() and not to.line.text().strip():
                panel.object_to("Enter who takes over, or leave the owner as it is.")
                return

            def refuse(failed: Failed) -> None:
                if isValid(panel):
                    panel.object_to(to.objection(failed))

            new = to.new or not gives.isChecked()  # a pack may be for anybody
            named = partial(owner_named, context.book.workspace, to.line.text(), new)
            self._desk.read("owner", named, partial(place, panel, gives.isChecked()), refuse)

        def place(panel: FormPanel, gives_them: bool, whom: str) -> None:
            if not isValid(panel) or not panel.isVisible():
                return
            panel.dismiss()
            called = re.sub(r"[^\w]+", "-", owner).strip("-").lower()
            name = f"hand-over-{called}-{self._page.context.book.workspace.clock.today()}.pdf"
            taken = partial(self._begin, owner, whom, gives_them)
            self._page.ask_place("Save hand-over pack", name, "PDF (*.pdf)", taken)

        foot = "One PDF: their figures, contents, and a page for each customer, the most urgent first."
        panel = FormPanel(
            self._page.context.theme, self._page.window(), f"Hand over from {owner}", f"{_SAVE}…", send, foot
        )
        panel.add("Who takes over?", to)
        panel.add("Owner of these customers", gives)
        panel.done().open_under(anchor)

    # -- making it ----------------------------------------------------------------------------------------------

    def _begin(self, owner: str, to: str, gives: bool, path: Path) -> None:
        book = self._page.context.book
        self.step.setText(f"Hand-over pack of {owner}")
        self.progress.setRange(0, 0)
        self.show()
        gather = partial(_gather, book.workspace, owner, to, self._page.context.book_name, path)
        self._desk.read("handover", gather, partial(self._have_pack, path, gives), self._failed)

    def _have_pack(self, path: Path, gives: bool, pack: Handover) -> None:
        from views.printing.handover import HandoverPack

        self._run = _Run(path, pack, HandoverPack(pack), gives)
        self.progress.setRange(0, len(pack.lines))
        self._next(0)

    def _next(self, done: int) -> None:
        assert self._run is not None
        lines, context = self._run.pack.lines, self._page.context
        self.progress.setValue(done)
        self.step.setText(f"Hand-over pack of {self._run.pack.owner}: {done:,} of {counted(len(lines), 'customer')}")
        if done == len(lines):
            self.cancel.setEnabled(False)  # the file is there before an answer could be given up
            write = partial(write_pdf, context.book.workspace, self._run.made.finish(), self._run.path)
            self._desk.read("handover", write, self._written, self._failed)
            return
        read = partial(_brief, context.book.workspace, lines[done].customer_id, context.book_name)
        self._desk.read("handover", read, partial(self._have_brief, done), self._failed)

    def _have_brief(self, done: int, brief: Brief) -> None:
        assert self._run is not None
        self._run.made.add(brief)
        self._next(done + 1)

    def _written(self, _size: int) -> None:
        run = self._run
        assert run is not None
        self._end()
        words = f"Hand-over pack of {counted(len(run.pack.lines), 'customer')} saved in {run.path.name}"
        self._page.written.emit(words, run.path)
        if run.gives:
            self._page.context.book.act(partial(_give, run.pack.owner, run.pack.to))

    def _failed(self, failed: Failed) -> None:
        self._end()
        self._page.context.book.failed.emit(failed)

    def _end(self) -> None:
        self._run = None
        self.cancel.setEnabled(True)
        self.hide()


def _gather(workspace: Workspace, owner: str, to: str, book: str, path: Path) -> Handover:
    from services.exporting import refuse_export
    from services.reports import handover_of

    import_module("views.printing.handover")  # here, as the window's thread has no time for it
    refuse_export(workspace, path)
    return handover_of(workspace, owner, to, book)


def _brief(workspace: Workspace, customer: int, book: str) -> Brief:
    from services.reports import brief_of

    return brief_of(workspace, customer, book)


def _give(owner: str, to: str, workspace: Workspace) -> Changes:
    from services.sync import hand_over

    return hand_over(workspace, owner, to, new_owner=True)  # the form has asked
