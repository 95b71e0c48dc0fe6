"""Backups of the book: the newest, making one now, and restoring one after it was compared with the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.backups import KINDS, Backup
from models.values.words import count
from services import backups
from services.book.encryption import recovery_key
from views.background import Failed
from views.shell.page import Context
from views.widgets.buttons import push
from views.widgets.labels import headed, note, row
from views.widgets.overlay import Choice, ChoicePanel
from views.words import megabytes

if TYPE_CHECKING:
    from services.backups import Since

_NONE = "There is no backup yet. Bellwether makes one a day, beside the book, once something has changed."
_KEPT = (
    "Bellwether keeps the book as it is now as a backup. Emails waiting to be sent go back to review. Anyone who "
    "has withdrawn consent since then stays blocked."
)


class BackupBox(QWidget):
    """A part of "This computer".

    Signals
    -------
    wanted : put this backup (its path) in the book's place.
    """

    wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._desk = context, context.book.desk(self)
        self._found: tuple[Backup, ...] = ()
        self.panel: ChoicePanel | None = None
        self.words = note()
        self.make_button, self.restore_button = push("Back up now"), push("Restore a backup…")
        self.make_button.clicked.connect(self._make)
        self.restore_button.clicked.connect(self._ask_which)
        buttons = row(self.make_button, 8, self.restore_button, -1)
        self.setLayout(headed("Backups", self.words, 12, buttons, 18))

    def arrive(self) -> None:
        """Read which backups there are."""
        store = self._context.book.workspace.store
        self._desk.read("backups", lambda: backups.backups_of(store.path), self._take, self._context.book.failed.emit)

    def _take(self, found: tuple[Backup, ...]) -> None:
        self._found = found
        self.restore_button.setVisible(bool(found))
        if not found:
            self.words.setText(_NONE)
            return
        whole = megabytes(sum(one.size for one in found))
        others = f" {count(len(found), 'backup is', 'backups are')} kept beside the book, {whole} together."
        self.words.setText(f"Newest: {_title(self._context, found[0])}, {KINDS[found[0].kind]}.{others}")

    def _make(self) -> None:
        self.make_button.setEnabled(False)
        workspace = self._context.book.workspace
        self._desk.read("make", lambda: backups.back_up(workspace), self._have_made, self._failed_to_make)

    def _have_made(self, _made: Backup) -> None:
        self.make_button.setEnabled(True)
        self._context.book.told.emit("Backed up the book and checked the copy")
        self.arrive()

    def _failed_to_make(self, failed: Failed) -> None:
        self.make_button.setEnabled(True)
        self._context.book.failed.emit(failed)

    def _ask_which(self) -> None:
        choices = [
            Choice(_title(self._context, one), f"{KINDS[one.kind]}, {megabytes(one.size)}", one) for one in self._found
        ]
        self._open("Restore a backup", choices, self._compare)

    def _compare(self, backup: Backup) -> None:
        def compare() -> Since:
            workspace = self._context.book.workspace
            return backups.compare(workspace.store.path, backup, workspace.keyring, recovery_key(workspace))

        self._desk.read("compare", compare, partial(self._ask, backup), self._context.book.failed.emit)

    def _ask(self, backup: Backup, since: Since) -> None:
        choices = (Choice("Restore it", "", str(backup.path)), Choice("Keep the book as it is", "", ""))
        title = f"Restore the backup of {_title(self._context, backup)}?"
        self._open(title, choices, lambda path: self.wanted.emit(path) if path else None, f"{since.words} {_KEPT}")

    def _open(self, title: str, choices: Sequence[Choice], chosen: Callable[[Any], None], foot: str = "") -> None:
        self.panel = ChoicePanel(self._context.theme, self.window(), title, choices, chosen, foot)
        self.panel.open_under(self.restore_button)


def _title(context: Context, backup: Backup) -> str:
    return backup.title(context.book.workspace.policy.zone_of(None))
