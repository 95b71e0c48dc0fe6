"""What a person does with an email of the outbox: each deed is one unit of work, or a panel that leads to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.outreach import Message
from models.values.words import stored
from views.actions import Command
from views.file_dialog import choose_folder
from views.outbox import rooms, times
from views.outbox.rooms import Mailroom, ShownEmail, Work
from views.outbox.words import deeds
from views.shell.book import Book
from views.theme import Theme
from views.widgets.overlay import Choice, ChoicePanel

_EMAILS = Changes(tables=frozenset({"messages"}))


class Mailing(QObject):
    """Does the deeds. `opened` asks for the composer, `began` says that the current email is about to be put away."""

    opened = Signal(object)  # Message
    began = Signal(int)

    def __init__(self, book: Book, mailroom: Mailroom, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._book, self._mailroom, self._theme, self._page = book, mailroom, theme, page
        self._desk = book.desk(self)
        #: Who is asked for a folder, and who opens a link: the system, unless a test stands in for it.
        self.ask_folder: Callable[[str], str] = self._ask_folder
        self.open_link: Callable[[QUrl], bool] = QDesktopServices.openUrl

    def run(self, command: Command, email: ShownEmail, anchor: QWidget) -> None:
        """Do a command with the email that is shown, if its state allows it."""
        message = email.message
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
            case Command.MARK_SENT:
                self._ask_whether_it_left(message, anchor)
            case Command.SEND_NOW if message.state == "approved" and message.via:
                self._ask_for_one_way(message, anchor)
            case Command.SEND_NOW:
                self._book.act(rooms.reschedule(message.id, None, anyway=email.not_now is not None))
            case Command.RECALL:
                # Who takes an email back wants to change it.
                self._book.act(rooms.recall(message.id), then=lambda _changes: self.opened.emit(message))
            case Command.DISCARD:
                self.began.emit(message.id)
                self._book.act(rooms.discard(message.id))
            case _:
                self._book.act(self._work(command, message))

    def _work(self, command: Command, message: Message) -> Work:
        found: dict[Command, Work] = {
            Command.TRY_AGAIN: rooms.retry(message.id),
            Command.ARRIVED: rooms.settle(message.id, delivered=True),
            Command.NOT_ARRIVED: rooms.settle(message.id, delivered=False),
        }
        return found[command]

    def _ask_whether_it_left(self, message: Message, anchor: QWidget) -> None:
        """Ask once: a click that was meant for another button must not count an email as sent."""
        yes = Choice("Yes, it was sent", "counts as sent", rooms.handed_over(message.id, message.via or "mail_program"))
        self._ask("Did your mail app send it?", [yes, Choice("Not yet", "", None)], anchor)

    def _ask_for_one_way(self, message: Message, anchor: QWidget) -> None:
        """Ask once: an email that left by the mail app as well would arrive twice."""
        yes = Choice("My mail app did not send it: send it from here", "", rooms.reschedule(message.id, None))
        self._ask("It was opened in your mail app", [yes, Choice("Leave it as it is", "", None)], anchor)

    def _ask(self, title: str, choices: Sequence[Choice], anchor: QWidget) -> None:
        def chosen(work: Work | None) -> None:
            if work is not None:
                self._book.act(work)

        ChoicePanel(self._theme, self._page.window(), title, choices, chosen).open_under(anchor)

    def _ask_when(self, message: Message, anchor: QWidget) -> None:
        now = self._book.workspace.clock.now().astimezone()

        def at(moment: datetime | None) -> None:
            self._book.act(rooms.reschedule(message.id, stored(moment) if moment is not None else None))

        def chosen(value: object) -> None:
            if value == times.PICK:
                times.time_panel(self._theme, self._page.window(), now, at).open_under(anchor)
            elif value is None or isinstance(value, datetime):
                at(value)

        foot = "Quiet hours and the frequency cap still apply."
        offered = times.choices(self._book.workspace.policy, now)
        ChoicePanel(self._theme, self._page.window(), "Send it", offered, chosen, foot).open_under(anchor)

    def _open_elsewhere(self, message: Message) -> None:
        def have(link: str) -> None:
            self._book.heard(_EMAILS, own=True)
            if self.open_link(QUrl(link)):
                self._book.told.emit(f"It is open in your mail app. {_then(message)}")
            else:
                self._book.told.emit("No mail app opened. Save it as .eml, or add a mail account in Settings")

        self._desk.write(lambda: self._mailroom.link(message.id), have, self._book.failed.emit)

    def _save(self, message: Message) -> None:
        folder = self.ask_folder("Save the email in …")
        if not folder:
            return

        def have(path: Path) -> None:
            self._book.heard(_EMAILS, own=True)
            self._book.told.emit(f"Saved as {path.name}. {_then(message)}")

        self._desk.write(lambda: self._mailroom.write(message.id, Path(folder)), have, self._book.failed.emit)

    def _ask_folder(self, title: str) -> str:
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return choose_folder(self._page.window(), title, home)


def _then(message: Message) -> str:
    """What is to be done after an email was given to the mail app; one that was queued no longer goes out."""
    if message.state == "queued":
        return "Bellwether no longer sends it: mark it as sent once you have sent it, or recall it"
    return "Mark it as sent once you have sent it"
