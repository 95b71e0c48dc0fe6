"""The verdict on top: the answer in words, then which model is used and why, then when it was checked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from models.values.report_card import ReportCard, Tone
from views.theme import Theme, fonts
from views.widgets.labels import Pictogram, column, kind_of, label, row, set_ink
from views.words import DOT

QUESTION: Final = "Can the risk be trusted?"
#: Shape and colour of an answer; the words say the same.
_LOOKS: Final[dict[Tone, tuple[str, str]]] = {
    "good": ("check", "good_text"),
    "fair": ("info", "primary_text"),
    "bad": ("warning", "warning_text"),
    "open": ("clock", "ink_3"),
}
_WIDE: Final = 860


class VerdictBand(QWidget):
    """The answer with what stands behind it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        kind_of(self, "ground")
        self._sign = Pictogram(theme, "clock", "ink_3", 20, (28, 26))
        self.question = label(QUESTION, fonts.SMALL, fonts.MEDIUM, "ink_2")
        self.bold = label("", fonts.CUSTOMER, fonts.SEMIBOLD, wrap=True)
        self.rest = label("", fonts.BODY, fonts.REGULAR, "ink", wrap=True)
        self.used = label("", fonts.LIST, fonts.SEMIBOLD, "ink_2", wrap=True)
        self.why = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.when = label("", fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
        self.old = label("", fonts.SMALL, fonts.MEDIUM, "warning_text", wrap=True)
        words = QWidget()
        words.setMaximumWidth(_WIDE)
        parts = (self.question, 2, self.bold, 2, self.rest, 8, self.used, 1, self.why, 6, self.when, self.old)
        words.setLayout(column(*parts))
        box = row(self._sign, words, -1, margins=(16, 12, 16, 12))
        box.setStretch(1, 1_000)
        box.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        self.setLayout(box)
        self._sign.setContentsMargins(0, 0, 0, 0)

    def show_card(self, card: ReportCard) -> None:
        """Show another answer."""
        verdict = card.verdict
        icon, ink = _LOOKS[verdict.tone]
        self._sign.show_icon(icon, ink)
        self.bold.setText(verdict.bold)
        set_ink(self.bold, "ink" if verdict.tone in ("good", "fair") else ink if verdict.tone == "bad" else "ink_2")
        used = f"In use: {card.used}." if card.used else ""
        when = DOT.join(part for part in (card.said, card.judged, card.checked) if part)
        for part, words in ((self.rest, verdict.rest), (self.used, used), (self.why, card.why),
                            (self.when, when[:1].upper() + when[1:]), (self.old, card.old)):  # fmt: skip
            part.setText(words)
            part.setVisible(bool(words))
        self.setAccessibleName(f"{QUESTION} {verdict.bold} {verdict.rest} {used} {card.why}".strip())
