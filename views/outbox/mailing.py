"""What a person does with an email of the outbox: each deed is one unit of work, or a panel that leads to one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.outreach import Message
from views.actions import Command
from views.file_dialog import choose_folder
from views.outbox import rooms, times
from views.outbox.rooms import Letter, Mailroom, Work
from views.outbox.words import deeds
from views.shell.book import Book
from views.theme import Theme
from views.widgets.overlay import ChoicePanel

_EMAILS = Changes(tables=frozenset({"messages"}))


class Mailing(QObject):
    """Does the deeds. `opened` asks for the composer, `began` says that the current email is about to leave its tab."""

    opened = Signal(object)  # Message
    began = Signal(int)

    def __init__(self, book: Book, mailroom: Mailroom, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._book, self._mailroom, self._theme, self._page = book, mailroom, theme, page
        self._desk = book.desk(self)
        #: Who is asked for a folder, and who opens a link: the system, unless a test stands in for it.
        self.ask_folder: Callable[[str], str] = self._ask_folder
        self.open_link: Callable[[QUrl], bool] = QDesktopServices.openUrl

    def run(self, command: Command, letter: Letter, anchor: QWidget) -> None:
        """Do a command with the email that is shown, if its state allows it."""
        message = letter.message
        if command not in deeds(message, has_account=self._mailroom.has_account):
            return
        match command:
            case Command.OPEN_EMAIL:
                self.opened.emit(message)
            case Command.SEND_AT:
                self._ask_when(message, anchor)
            case Command.MAIL_PROGRAM:
                self._open_elsewhere(message)
            case Command.SAVE_EML:
                self._save(message)
            case _:
                self._act(message, self._work(command, message))

    def _work(self, command: Command, message: Message) -> Work:
        found: dict[Command, Work] = {
            Command.SEND_NOW: rooms.reschedule(message.id, None),
            Command.RECALL: rooms.recall(message.id),
            Command.TRY_AGAIN: rooms.retry(message.id),
            Command.ARRIVED: rooms.settle(message.id, delivered=True),
            Command.NOT_ARRIVED: rooms.settle(message.id, delivered=False),
            Command.MARK_SENT: rooms.handed_over(message.id, message.via or "mail_program"),
            Command.DISCARD: rooms.discard(message.id),
        }
        return found[command]

    def _act(self, message: Message, work: Work) -> None:
        self.began.emit(message.id)
        self._book.act(work)

    def _ask_when(self, message: Message, anchor: QWidget) -> None:
        now = self._book.workspace.clock.now().astimezone()

        def at(moment: datetime | None) -> None:
            self._act(message, rooms.reschedule(message.id, times.stored(moment)))

        def chosen(value: object) -> None:
            if value == times.PICK:
                times.time_panel(self._theme, self._page.window(), now, at).open_under(anchor)
            elif value is None or isinstance(value, datetime):
                at(value)

        foot = "Quiet hours and the frequency cap still hold then."
        offered = times.choices(self._book.workspace.policy, now)
        ChoicePanel(self._theme, self._page.window(), "Send it", offered, chosen, foot).open_under(anchor)

    def _open_elsewhere(self, message: Message) -> None:
        def have(link: str) -> None:
            self._book.heard(_EMAILS, own=True)
            if self.open_link(QUrl(link)):
                self._book.told.emit("It is open in your mail program. Mark it as sent when it has left")
            else:
                self._book.told.emit("No mail program answered. Save it as .eml, or add a mail account in Settings")

        self._desk.write(lambda: self._mailroom.link(message.id), have, self._book.failed.emit)

    def _save(self, message: Message) -> None:
        folder = self.ask_folder("Save the email in …")
        if not folder:
            return

        def have(path: Path) -> None:
            self._book.heard(_EMAILS, own=True)
            self._book.told.emit(f"Saved as {path.name}. Mark it as sent when it has left")

        self._desk.write(lambda: self._mailroom.write(message.id, Path(folder)), have, self._book.failed.emit)

    def _ask_folder(self, title: str) -> str:
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return choose_folder(self._page.window(), title, home)
