"""What happened to an email, and what its checks say: the quiet lines beside or below the mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.values.outbox import Attempt
from models.values.outreach import GOALS, Check, Message
from views.outbox.rooms import ShownEmail
from views.theme import Theme, fonts
from views.widgets.labels import Pictogram, clear, column, label, row
from views.words import DOT, short_day

#: How the stored answer of a refusal begins; in the history the words before it say so already.
_REFUSED = "The mail server refused it: "
#: An email that the server put off all day has many attempts; the last ones tell enough.
LAST_ATTEMPTS = 6


class Record(QWidget):
    """Checks while somebody may still write, then the email's own history."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: list[tuple[str, str]] = []
        self._box = column(margins=(16, 0, 16, 16))
        self.setLayout(self._box)
        theme.changed.connect(self._redraw)
        self._checks: tuple[Check, ...] = ()

    def set_inset(self, inset: int) -> None:
        """Another margin at the sides."""
        self._box.setContentsMargins(inset, 0, inset, 16)

    @property
    def lines(self) -> Sequence[tuple[str, str]]:
        """What happened: (when, words), oldest first."""
        return self._lines

    def show_email(self, email: ShownEmail, now: datetime) -> str:
        """Show the checks and the history; returns the one line that stands under the customer's name."""
        self._checks = email.review.checks if email.review is not None else ()
        self._lines = history(email.message, email.attempts, now)
        self._redraw()
        return headline(email.message, now)

    def _redraw(self) -> None:
        clear(self._box)
        if self._checks:
            passed = sum(check.passed for check in self._checks)
            self._heading("Checks", f"{passed} of {len(self._checks)} passed")
            for check in self._checks:
                self._box.addLayout(self._check(check))
        if self._lines:
            self._heading("What happened", "")
            wide = max(fonts.width(when, fonts.SMALL) for when, _words in self._lines)
            for when, words in self._lines:
                self._box.addLayout(self._event(when, words, round(wide) + 14))

    def _heading(self, words: str, right: str) -> None:
        self._box.addSpacing(12)
        line = row(label(words, fonts.SMALL, fonts.SEMIBOLD), -1, label(right, fonts.SMALL, fonts.REGULAR, "ink_3"))
        self._box.addLayout(line)
        self._box.addSpacing(6)

    def _check(self, check: Check) -> QHBoxLayout:
        icon, ink = ("check", "good_text") if check.passed else ("warning", "warning_text")
        sign = Pictogram(self._theme, icon, ink, 14, (20, 16))
        weight = fonts.REGULAR if check.passed else fonts.MEDIUM
        said = f"{check.words}{check.rest}"
        words = label(said, fonts.SMALL, weight, "ink_2" if check.passed else "ink", wrap=True)
        words.setAccessibleName(f"{said}: {'passed' if check.passed else 'not passed'}")
        made = row(sign, words, margins=(0, 2, 0, 2))
        made.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
        return made

    def _event(self, when: str, words: str, wide: int) -> QHBoxLayout:
        moment = label(when, fonts.SMALL, fonts.REGULAR, "ink_3")
        moment.setFixedWidth(wide)
        moment.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        said = label(words, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        return row(moment, said, margins=(0, 2, 0, 2))


def headline(message: Message, now: datetime) -> str:
    """Goal, writer and approval in one line."""
    parts = [GOALS.get(message.goal, ""), _writer(message)]
    if message.approved_by and message.approved_at:
        parts.append(f"approved by {message.approved_by}, {moment_words(message.approved_at, now)}")
    return DOT.join(part for part in parts if part)


def history(message: Message, attempts: Sequence[Attempt], now: datetime) -> list[tuple[str, str]]:
    """What happened to an email as (when, words), oldest first."""
    written = "Drafted automatically for review" if message.origin == "flow" else f"Written{_by(message)}"
    lines = [(moment_words(message.created_at, now), written)]
    if message.approved_by and message.approved_at:
        lines.append((moment_words(message.approved_at, now), f"Approved by {message.approved_by}"))
    for attempt in attempts[-LAST_ATTEMPTS:]:
        answer = attempt.answer.removeprefix(_REFUSED)
        said = f"{attempt.words}: {answer}" if answer else attempt.words
        lines.append((moment_words(attempt.begun_at, now), said))
    if message.due_at and message.state in ("approved", "queued"):
        lines.append((moment_words(message.due_at, now), "Scheduled"))
    if message.sent_at and message.state == "sent" and message.via != "smtp":
        lines.append((moment_words(message.sent_at, now), "Sent from your mail app"))
    if message.state == "discarded":
        lines.append((moment_words(message.changed_at, now), "Discarded"))
    return lines


def moment_words(text: str, now: datetime) -> str:
    """A stored moment in local words: "11:02" today, "18 Nov, 11:02" otherwise."""
    then, here = datetime.fromisoformat(text).astimezone(now.tzinfo), now
    clock = f"{then:%H:%M}"
    return clock if then.date() == here.date() else f"{short_day(then.date(), here.date())}, {clock}"


def _writer(message: Message) -> str:
    kind, _, name = message.writer.partition(":")
    return {"template": "from a template", "model": f"by language model {name}"}.get(kind, "written by hand")


def _by(message: Message) -> str:
    kind, _, name = message.writer.partition(":")
    return {"template": " from a template", "model": f" with the language model {name}"}.get(kind, " by hand")
