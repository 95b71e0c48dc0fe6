"""Addresses that get no email, whoever has them: found, added, and lifted by a later consent, each with its history."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from models.values.changes import Changes
from models.values.customers import CONSENT_SOURCES, Suppression
from services import sync
from services.workspace import Workspace
from views.background import Failed
from views.settings import asks
from views.shell.page import Context
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import ElidedLabel, clear, column, headed, in_tab_order, note, row, rule
from views.widgets.overlay import FormPanel, consent_fields
from views.words import DOT

_NOBODY = "nobody in the book has this address"
_SHOWS = frozenset({"suppression_ledger", "customers", "contacts", "email_events"})


class SuppressionLine(QWidget):
    """One address in the list."""

    def __init__(self, theme: Theme, found: Suppression) -> None:
        super().__init__()
        self.found = found
        self.consent_button = push("Record consent")
        self.consent_button.setAccessibleName(f"Record consent of {found.address}")
        address = ElidedLabel(theme, found.address, fonts.BODY, fonts.SEMIBOLD)
        said = f"Since {found.since}{DOT}{found.who or _NOBODY}"
        history = note("\n".join(found.history), fonts.SMALL, "ink_3")
        words = column(address, 2, ElidedLabel(theme, said, fonts.SMALL, fonts.REGULAR, "ink_2"), 2, history)
        line = row(words, 16, self.consent_button)
        line.setStretch(0, 1)
        line.setAlignment(self.consent_button, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(8, line, 8, rule(soft=True)))


class SuppressionsBox(QWidget):
    """The list, the newest first, with what finds one and what adds one."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.book.desk(self)
        self.lines: list[SuppressionLine] = []
        self._shown = asks.Suppressions((), -1)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find an address")
        self.search.setAccessibleName("Find an address")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(lambda _text: self.arrive())
        self.add_button = push("Add an address")
        self.add_button.clicked.connect(self._add)
        says = (
            "These addresses get no email, whoever uses them: someone withdrew consent or unsubscribed. Undo, merges"
            " and imports leave them here; only a later consent lifts one."
        )
        self.count = note()
        self._list = column()
        above = row(self.search, 12, self.add_button, -1)
        parts = (12, above, 12, self.count, 6, rule(soft=True), self._list, -1)
        self.setLayout(headed("Suppressions", says, *parts))

    @property
    def first(self) -> QWidget:
        """The field that gets the focus first."""
        return self.search

    def arrive(self) -> None:
        """Read the list anew."""
        read = partial(asks.suppressions, self._context.book.workspace, self.search.text())
        self._desk.read("suppressions", read, self._take, self._context.book.failed.emit)

    def renew(self, changes: Changes) -> None:
        """Something in the book changed: read what that concerns."""
        if changes.everyone or changes.tables & _SHOWS:
            self.arrive()

    def _take(self, found: asks.Suppressions) -> None:
        if found == self._shown:
            return
        self._shown = found
        self.count.setText(self._counted(found))
        clear(self._list)
        self.lines = [SuppressionLine(self._context.theme, one) for one in found.shown]
        for line in self.lines:
            line.consent_button.clicked.connect(partial(self._lift, line))
            self._list.addWidget(line)
        in_tab_order(self.search, self.add_button, *(line.consent_button for line in self.lines))

    def _counted(self, found: asks.Suppressions) -> str:
        if not found.total:
            return "No address matches." if self.search.text().strip() else "No address is suppressed."
        addresses = "1 address" if found.total == 1 else f"{found.total:,} addresses"
        more = found.total - len(found.shown)
        return f"{addresses}; the newest {len(found.shown):,} are shown. Type to find others." if more else addresses

    def _add(self) -> None:
        address, how = QLineEdit(), QLineEdit()
        how.setPlaceholderText(CONSENT_SOURCES)

        def send(panel: FormPanel) -> None:
            if not address.text().strip():
                panel.object_to("Enter an email address.")
                return
            self._record(panel, address.text().strip(), "withdrawn", "", how.text())

        foot = "No email goes to this address from now on. Only later consent lifts this; undo does not."
        panel = FormPanel(self._context.theme, self.window(), "Suppress an address", "Suppress", send, foot)
        panel.add("Email address", address)
        panel.add("How did they ask for it?", how)
        panel.done().open_under(self.add_button)

    def _lift(self, line: SuppressionLine, _checked: bool = False) -> None:
        how, since = consent_fields(self._context.book.workspace.clock.today())

        def send(panel: FormPanel) -> None:
            if not how.text().strip():
                panel.object_to("Enter how they agreed: consent needs evidence.")
                return
            day = since.date().toString(Qt.DateFormat.ISODate)
            self._record(panel, line.found.address, "given", day, how.text())

        foot = "Consent later than the withdrawal counts for everyone with this address."
        panel = FormPanel(self._context.theme, self.window(), "Record consent", "Record consent", send, foot)
        panel.add("How did they agree?", how)
        panel.add("Since when?", since)
        panel.done().open_under(line.consent_button)

    def _record(self, panel: FormPanel, address: str, said: str, since: str, how: str) -> None:
        """Record it; what is refused is said in the panel, which keeps what was typed."""

        def refused(failed: Failed) -> None:
            panel.object_to(failed.words) if panel.isVisible() else self._context.book.failed.emit(failed)

        def record(workspace: Workspace) -> Changes:
            return sync.record_consent(workspace, address, said, since=since, how=how)

        self._context.book.act(record, "", lambda _changes: panel.dismiss(), refused)
