"""Asks once before the window is closed over an import, an email that is being handed over, or one that is scheduled.

Esc, a click elsewhere or the button goes on working.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from views.background import Background
from views.shell.send_scheduler import SendScheduler
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, note, row
from views.widgets.overlay import Overlay

if TYPE_CHECKING:
    from views.shell.books import Going


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what is true whatever is answered, and what the two buttons say."""

    words: str
    truth: str = "Files already imported stay in your book; the one in progress is undone."
    leave: str = "Close and stop it"
    stay: str = "Keep working"


_OVER_MAIL = Question(
    "An email is being sent. Close once the server has replied?",
    "Bellwether finishes this email first, so that you know whether it was accepted. The others stay in the outbox.",
    "Close when it is sent",
)


_NOT_SENT = "Emails go out only while this book is open. Those due meanwhile go out when you open it again."
_WAITING = (
    "Waiting for the mail server’s reply … Close the window again to quit now; delivery may then stay unconfirmed."
)


class ClosePanel(Overlay):
    """The question, and the button that closes."""

    def __init__(self, theme: Theme, window: QWidget, question: Question, close: Callable[[], object]) -> None:
        super().__init__(theme, window, question.words, 360)
        self.stay = push(question.stay)
        self.stay.clicked.connect(self.dismiss)
        self.leave = push(question.leave, primary=True)
        self.leave.clicked.connect(close)
        words = label(question.words, fonts.BODY, fonts.SEMIBOLD, wrap=True)
        self._truth = note(question.truth)
        box = column(words, 8, self._truth, 14, row(-1, self.stay, 8, self.leave))
        box.setContentsMargins(16, 14, 16, 14)
        self.setLayout(box)

    def first_focus(self) -> QWidget:
        return self.stay

    def wait(self, words: str) -> None:
        """Say what is waited for; it can still be given up by going on."""
        self._truth.setText(words)
        self.leave.setEnabled(False)


class Closing(QObject):
    """Decides whether the window may close now, and asks once where something runs.

    Whoever closes a second time does not want to wait, for a mail server neither.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        background: Background,
        send_scheduler: SendScheduler,
        going: Callable[[], Going | None],
    ) -> None:
        super().__init__(window)
        self._theme, self._window, self._background, self._send_scheduler = theme, window, background, send_scheduler
        self._going = going
        self.panel: ClosePanel | None = None

    def holds(self) -> bool:
        """Whether the window must stay for a question, which is put now. A second closing is the answer."""
        question = self._question
        if question is None or self.panel is not None:
            if self.panel is not None:
                self.panel.dismiss()
            self._send_scheduler.abandon()
            return False
        panel = self.panel = ClosePanel(self._theme, self._window, question, self._after_mail)
        panel.destroyed.connect(lambda: setattr(self, "panel", None))
        panel.open_at(QPoint((self._window.width() + panel.width()) // 2, self._window.height() // 3))
        return True

    @property
    def _question(self) -> Question | None:
        going, scheduled = self._going(), self._send_scheduler.scheduled
        if going is not None and going.anew:
            scheduled = ""  # the same book is opened again
        if self._background.closing_question:
            asked = Question(self._background.closing_question)
            return replace(asked, truth=f"{asked.truth} {scheduled}. {_NOT_SENT}") if scheduled else asked
        if self._send_scheduler.running:
            return _OVER_MAIL
        if not scheduled:
            return None
        return Question(f"{scheduled}.", _NOT_SENT, "Close book anyway" if going is not None else "Quit anyway", "Stay")

    def _close(self) -> None:
        self._window.close()

    def _after_mail(self) -> None:
        """Close as soon as the server has answered; no further email is begun."""
        if not self._send_scheduler.running or self.panel is None:
            self._close()
            return
        self.panel.wait(_WAITING)
        self._send_scheduler.stop()
        self._send_scheduler.ended.connect(self._mail_is_done)

    def _mail_is_done(self) -> None:
        self._send_scheduler.ended.disconnect(self._mail_is_done)
        if self.panel is not None:
            self._close()
        else:
            self._send_scheduler.begin()
