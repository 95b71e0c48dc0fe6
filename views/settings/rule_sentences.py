"""A rule in sentences, with a field where each of its figures stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget

from models.values.rule_records import FIGURE
from views.theme import fonts
from views.widgets.flow import FlowLayout
from views.widgets.labels import column, label, row

_GAP = 4


class RuleSentences(QWidget):
    """Sentences that flow around the fields; a figure that was changed has the one in force beside it, struck out."""

    def __init__(self, sentences: Sequence[str], fields: Mapping[str, QWidget]) -> None:
        super().__init__()
        self._before: dict[str, QLabel] = {}
        parts: list[QWidget | int] = []
        for sentence in sentences:
            line = QWidget()
            line.setAccessibleName(FIGURE.sub(lambda found: fields[found[1]].accessibleName(), sentence))
            flow = FlowLayout(line, gap=_GAP)
            said = FIGURE.split(sentence)
            for at in range(0, len(said), 2):
                after, *words = said[at].split(" ") if at else ("", *said[at].split(" "))
                if at:
                    flow.addWidget(self._figure(said[at - 1], fields[said[at - 1]], after))
                for word in filter(None, words):
                    flow.addWidget(label(word, fonts.BODY))
            parts += [line, 6]
        self.setLayout(column(*parts[:-1]))

    def _figure(self, name: str, field: QWidget, after: str) -> QWidget:
        """The field, the figure in force, and the mark that follows without a space."""
        struck = QFont(fonts.font(fonts.LIST))  # a copy: the font is everybody’s
        struck.setStrikeOut(True)
        before = self._before[name] = label("", fonts.LIST, ink="ink_2")
        before.setFont(struck)
        before.setContentsMargins(_GAP, 0, 0, 0)
        before.hide()
        host = QWidget()
        host.setLayout(row(field, before, *((label(after, fonts.BODY),) if after else ())))
        return host

    def show_before(self, name: str, figure: str) -> None:
        """Show the figure in force beside a changed one; '' for one that is as it was."""
        self._before[name].setText(figure)
        self._before[name].setVisible(bool(figure))
