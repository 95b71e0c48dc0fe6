"""The send scheduler: hands approved emails over when they are due, as long as the window is open.

Nothing polls. The outbox says when the next email is due, and a timer waits for that moment; whatever changes an email
sets it anew. A round runs on a thread of the network, one at a time. What it did is told once, and every page hears of
it: an email that was sent is an event of its customer.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from models.values.changes import Changes
from models.values.errors import BellwetherError
from services import outreach
from services.workspace import Workspace
from views.background import Background, Failed
from views.shell.book import Book
from views.words import counted, sentence

if TYPE_CHECKING:
    from models.values.outbox import OutboxStanding, SendRun

#: An email is due at its second, so the round begins just after it.
AFTER_MS = 500
#: After a round that left an email which was due: the send policy or the server holds it.
LATER_MS = 60_000
#: A timer stands still while the computer sleeps, and knows nothing of a clock that is put right: so long at most
#: until the clock is looked at again. Nothing is read for it.
LONGEST_MS = 5 * 60_000
_CONCERNED = frozenset({"messages", "sendings", "policies"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a round did, with the name of whom the first email went to or failed for."""

    run: SendRun
    changes: Changes
    sent_to: str = ""
    failed_for: str = ""

    @property
    def words(self) -> str:
        """One line to tell, '' for nothing."""
        run, parts = self.run, []
        if run.sent:
            others = len(run.sent) - 1
            rest = f" and {counted(others, 'other')}" if others else ""
            parts.append(f"Sent to {self.sent_to}{rest}")
        if run.failed:
            others = len(run.failed) - 1
            rest = f" and {counted(others, 'other')}" if others else ""
            parts.append(f"Not sent to {self.failed_for}{rest}: see the Outbox")
        if run.in_doubt:
            deliveries = counted(len(run.in_doubt), "delivery", "deliveries")
            parts.append(f"{deliveries} not confirmed: see the Outbox")
        return " ".join([*map(sentence, parts[:-1]), *parts[-1:]])


class SendScheduler(QObject):
    """Reads where the outbox stands, waits for the next email, and sends what is due.

    Signals
    -------
    stands : (OutboxStanding, fault) for the chip and the rail; the fault is of the last round, '' if it had none.
    ended : a round is over.
    """

    stands = Signal(object, str)
    ended = Signal()

    def __init__(self, book: Book, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._background = book, background
        self._desk = book.desk(self)
        self._due: datetime | None = None
        self._begun = self.running = False
        self._rests = False  # the last round left something that was due
        self._fault = ""
        self.scheduled = ""  # how many emails the outbox sends by itself, and when
        self._account = book.workspace.preferences.mail
        self._stop = threading.Event()
        self._abandoned = threading.Event()
        self._unfinished = False  # an email was being handed over when a program ended
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._fired)
        book.changed.connect(self._changed)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._state_changed)

    def look(self) -> None:
        """Read where the outbox stands; the timer follows."""
        self._desk.read("standing", partial(outreach.read_standing, self._book.workspace), self._have)

    def begin(self) -> None:
        """From now on send what is due."""
        self._begun = True
        self._stop.clear()
        self._abandoned.clear()
        self.look()

    def know(self) -> None:
        """The preferences have changed: another account may send what this one could not."""
        account = self._book.workspace.preferences.mail
        if account != self._account:
            self._account, self._fault, self._rests = account, "", False
            self.look()

    def stop(self) -> None:
        """Hand nothing more over; an email that is being handed over is still finished."""
        self._begun = False
        self._stop.set()
        self.timer.stop()

    def abandon(self) -> None:
        """Wait for no server any more: the next round, of whatever program, decides on what was being handed over."""
        self.stop()
        self._abandoned.set()

    # -- waiting ------------------------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        if changes.everyone or changes.tables & _CONCERNED:
            self._rests = self._rests and not self._book.own
            self.look()

    def _have(self, standing: OutboxStanding) -> None:
        self._unfinished, self.scheduled = standing.unfinished, standing.scheduled
        before, now = self._due, self._now()
        self._due = datetime.fromisoformat(standing.next_due).astimezone(UTC) if standing.next_due else None
        if self._due is not None and before is not None and before > now >= self._due:
            self._fault = ""  # somebody wants it to be tried: what comes of that is told, also if it is nothing new
        self.stands.emit(standing, standing.fault or self._fault)
        self._wait()

    def _wait(self) -> None:
        if not self._begun or self.running or self._due is None:
            self.timer.stop()
            return
        left = round((self._due - self._now()).total_seconds() * 1_000)
        soonest = LATER_MS if self._rests and left <= 0 else 0
        self.timer.start(min(LONGEST_MS, max(soonest, left + AFTER_MS if left > 0 else 0)))

    def _fired(self) -> None:
        if self._due is not None and self._due <= self._now():
            self._run()
        else:
            self._wait()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        # The computer may have slept until now.
        if state == Qt.ApplicationState.ApplicationActive and self.timer.isActive():
            self._wait()

    def _now(self) -> datetime:
        return self._book.workspace.clock.now().astimezone(UTC)

    # -- a round ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        if self.running or not self._begun or self._background.closed:
            return
        account = bool(self._account.host)
        if not account and not self._unfinished:
            return
        #: Whether a round is under way.
        self.running = True
        ask = partial(_round, self._book.workspace, self._stop, self._abandoned, account)
        self._desk.reach("round", ask, self._delivered, self._failed)

    def _delivered(self, delivery: Delivery) -> None:
        self.running = False
        run = delivery.run
        self._rests = bool(run.fault or run.held) or not (run.sent or run.failed or run.in_doubt)
        news = run.fault if run.fault != self._fault else ""
        self._fault = run.fault
        if delivery.changes != Changes():
            self._book.heard(delivery.changes)
            self._book.renew(delivery.changes)
        told = ". ".join(words.rstrip(".") for words in (delivery.words, news) if words)
        if told:
            self._book.told.emit(told)
        self.ended.emit()
        self.look()

    def _failed(self, failed: Failed) -> None:
        self.running = False
        self._rests = True
        if not isinstance(failed.error, BellwetherError) or failed.words != self._fault:
            self._book.failed.emit(failed)
        self._fault = failed.words
        self.ended.emit()
        self.look()


def _round(workspace: Workspace, stop: threading.Event, abandoned: threading.Event, account: bool) -> Delivery:
    """Send what is due, in a thread of the network; without an account only look at what an ended program left."""
    run, changes = outreach.send_due(
        workspace, only=None if account else (), cancelled=stop.is_set, abandoned=abandoned.is_set
    )
    return Delivery(run, changes, _name(workspace, run.sent), _name(workspace, run.failed))


def _name(workspace: Workspace, ids: tuple[int, ...]) -> str:
    return outreach.read_message(workspace, ids[0]).customer if ids else ""
