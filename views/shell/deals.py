"""Deals worked where they are seen: a form for one or several of them, and a task for each.

A form stays open until the book has taken what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QDate, QObject, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from shiboken6 import isValid

from models.values.changes import Changes
from models.values.deals import CLOSED, LOST, STAGES, DealFields
from services import sync
from services.workspace import Workspace
from views.background import Failed
from views.shell.book import Book
from views.shell.owner_box import OwnerBox
from views.theme import Theme
from views.widgets.choice_box import ChoiceBox
from views.widgets.date_field import date_field
from views.widgets.labels import row
from views.widgets.overlay import Choice, ChoicePanel, FormPanel
from views.words import counted

_DAY_HINT = "2026-12-31"
_EACH = "Leave empty to keep each deal’s own"


class Deals(QObject):
    """Opens the panels of one page. `anchor` is the widget under which they open."""

    def __init__(self, book: Book, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._book, self._theme = book, theme
        self._desk = book.desk(self)

    def change(self, deal_ids: Sequence[int], anchor: QWidget) -> None:
        """Ask what is to change of these deals."""
        self._ask(deal_ids, partial(self._form, anchor))

    def add_tasks(self, deal_ids: Sequence[int], anchor: QWidget) -> None:
        """Ask for the task that each of these deals gets."""
        self._ask(deal_ids, partial(self._task_form, anchor))

    def of_customer(self, customer_id: int, anchor: QWidget, *, task: bool = False) -> None:
        """Ask which deal of a customer is meant, where there are several, and then the same."""
        then = self._task_form if task else self._form

        def have(found: Sequence[DealFields]) -> None:
            if not found:
                self._book.told.emit("This customer has no deals")
            elif len(found) == 1:
                then(anchor, found)
            elif anchor.isVisible():
                choices = [Choice(one.name, one.stage, (one,)) for one in found]
                choices += [Choice(f"All {len(found)} deals", "", tuple(found))]
                ChoicePanel(self._theme, anchor.window(), "Deals", choices, partial(then, anchor)).open_under(anchor)

        self._desk.read("deals", partial(_read, self._book.workspace, (), customer_id), have, self._book.failed.emit)

    def _ask(self, deal_ids: Sequence[int], then: Callable[[Sequence[DealFields]], None]) -> None:
        if deal_ids:
            read = partial(_read, self._book.workspace, tuple(deal_ids), None)
            self._desk.read("deals", read, then, self._book.failed.emit)

    # -- forms --------------------------------------------------------------------------------------------------

    def _form(self, anchor: QWidget, deals: Sequence[DealFields]) -> None:
        if not anchor.isVisible() or not deals:
            return
        one = deals[0] if len(deals) == 1 else None
        today = self._book.workspace.clock.today()
        stage = ChoiceBox(self._theme, "Stage")
        if one is None:
            stage.addItem("Keep each deal’s stage", "")
        for name in STAGES:
            stage.addItem(name, name)
        stage.setCurrentIndex(max(0, stage.findData(one.stage if one is not None else "")))
        reason = QLineEdit(one.lost_reason if one is not None else "")
        reason.setPlaceholderText("Price, timing, another supplier" if one is not None else _EACH)
        said_before = reason.text()
        closed = date_field(_date(today.isoformat()), latest=_date(today.isoformat()))
        owner = OwnerBox(self._theme, "Owner", "Save", self._book)
        lines = {"probability": QLineEdit(), "closes_on": QLineEdit(), "owner": owner.line}
        if one is not None:
            lines = {"amount": QLineEdit(one.amount), **lines, "next_step": QLineEdit(), "next_step_on": QLineEdit()}
            for key in ("probability", "closes_on", "owner"):
                lines[key].setText(getattr(one, key))
            lines["closes_on"].setPlaceholderText(_DAY_HINT)
            lines["next_step"].setPlaceholderText("Adds a task")
            lines["next_step_on"].setPlaceholderText(_DAY_HINT)
        else:
            for line in lines.values():
                line.setPlaceholderText(_EACH)
        before = {key: line.text() for key, line in lines.items()}

        def fields() -> dict[str, str]:
            shown = {key: line.text() for key, line in lines.items() if key != "closes_on" or line.isVisible()}
            said = {key: text for key, text in shown.items() if text.strip() != before[key]}
            chosen = str(stage.currentData())
            if chosen and (one is None or chosen != one.stage):
                said["stage"] = chosen
                if chosen in CLOSED:
                    said["closed_on"] = closed.date().toString(Qt.DateFormat.ISODate)
            if reason.isVisible() and reason.text().strip() != said_before:
                said["lost_reason"] = reason.text()
            return said

        title = one.called if one is not None else f"Change {counted(len(deals), 'deal')}"
        panel = self._panel(anchor, title, "Save", deals, fields, owner=owner)
        panel.add("Stage", stage)
        when = (panel.add("Closed on", closed), closed)
        why = (panel.add("Lost reason", reason), reason)
        planned = (panel.add("Close date", lines["closes_on"]), lines["closes_on"])
        if one is not None:
            panel.add(f"Amount ({one.currency})", lines["amount"])
        panel.add("Probability (%)", lines["probability"])
        panel.add("Owner", owner)
        if one is not None:
            panel.add("Next step, and when it is due", _beside(lines["next_step"], lines["next_step_on"]))

        def foresee() -> None:
            """Show the probability that comes with the stage, unless a person wrote another."""
            wanted, line = str(stage.currentData()), lines["probability"]
            usual = deals[0].usual.get(wanted, "")
            if one is None:
                line.setPlaceholderText(f"{usual} is usual in {wanted}" if usual else _EACH)
            elif line.text().strip() == before["probability"]:
                before["probability"] = usual if usual and wanted != one.stage else one.probability
                line.setText(before["probability"])

        def ask_day(_index: int = 0) -> None:
            foresee()
            wanted = str(stage.currentData())
            asked = wanted in CLOSED and (one is None or wanted != one.stage)
            for part in when:
                part.setVisible(asked)
            for part in why:
                part.setVisible(wanted == LOST)
            for part in planned:
                part.setVisible(not asked)

        stage.currentIndexChanged.connect(ask_day)
        ask_day()
        panel.done().open_under(anchor)

    def _task_form(self, anchor: QWidget, deals: Sequence[DealFields]) -> None:
        if not anchor.isVisible() or not deals:
            return
        title, due = QLineEdit(), QLineEdit()
        title.setPlaceholderText("Send the new prices")
        due.setPlaceholderText(_DAY_HINT)

        def fields() -> dict[str, str]:
            return {"next_step": title.text(), "next_step_on": due.text()}

        whom = deals[0].called if len(deals) == 1 else counted(len(deals), "deal")
        words = "Add task" if len(deals) == 1 else f"Add {counted(len(deals), 'task')}"
        panel = self._panel(anchor, f"Task for {whom}", words, deals, fields, needs="next_step")
        panel.add("What needs doing?", title)
        panel.add("Due", due)
        panel.done().open_under(anchor)

    def _panel(
        self,
        anchor: QWidget,
        title: str,
        button: str,
        deals: Sequence[DealFields],
        fields: Callable[[], Mapping[str, str]],
        needs: str = "",
        owner: OwnerBox | None = None,
    ) -> FormPanel:
        """A form that closes when the book has taken its fields, and says at its foot why it has not."""
        ids = [one.id for one in deals]

        def refuse(failed: Failed) -> None:
            if isValid(panel) and panel.isVisible():
                panel.object_to(owner.objection(failed) if owner is not None else failed.words)
            else:
                self._book.failed.emit(failed)

        def taken(_changes: Changes) -> None:
            if isValid(panel):
                panel.dismiss()

        def send(sent: FormPanel) -> None:
            said = fields()
            if needs and not said[needs].strip():
                sent.object_to("Enter what needs doing.")
            elif not said:
                sent.dismiss()
            else:
                self._book.act(partial(_write, ids, said, owner is not None and owner.new), "", taken, refuse)

        panel = FormPanel(self._theme, anchor.window(), title, button, send)
        return panel


def _beside(step: QLineEdit, due: QLineEdit) -> QWidget:
    """Two lines in one row, the second one for a day."""
    made = QWidget()
    step.setAccessibleName("Next step")
    due.setAccessibleName("Due")
    due.setFixedWidth(112)
    made.setLayout(row(step, 8, due))
    made.setFocusProxy(step)
    return made


def _date(text: str) -> QDate:
    return QDate.fromString(text, Qt.DateFormat.ISODate)


def _read(workspace: Workspace, deal_ids: Sequence[int], customer_id: int | None) -> tuple[DealFields, ...]:
    return sync.deals_to_edit(workspace, deal_ids, customer_id)


def _write(deal_ids: Sequence[int], fields: Mapping[str, str], new_owner: bool, workspace: Workspace) -> Changes:
    return sync.edit_deals(workspace, deal_ids, fields, new_owner=new_owner)
