"""The chip of the top bar: whether emails go out, and how many wait. Neutral; a click opens the Outbox.

Where emails wait because the mail account does not work, the chip says why, and a click leads to its settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from views.theme import Theme, fonts
from views.widgets.painting import focus_ring, line, rounded, snapped

if TYPE_CHECKING:
    from models.values.outbox import OutboxStanding

_PAD, _ICON, _GAP = 11, 14, 7


class OutboxChip(QAbstractButton):
    """An icon and a few words; in a narrow bar the icon and a number, or nothing where nothing waits."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._standing: OutboxStanding | None = None
        self._fault = ""
        self._narrow = False
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)
        self.hide()

    def show_standing(self, standing: OutboxStanding, fault: str = "") -> None:
        """Say where the outbox stands; ``fault`` is why the last round ended early."""
        self._standing, self._fault = standing, fault
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """Say less in a narrow bar."""
        self._narrow = narrow
        self._fit()

    @property
    def leads_to_account(self) -> bool:
        """Whether a click opens the settings of the mail account, which does not work; else it opens the Outbox."""
        standing = self._standing
        return standing is not None and bool(standing.account_fault) and not (standing.doubt or standing.again)

    @property
    def _told(self) -> tuple[str, int]:
        """The tab of the outbox that the words speak of, and the number that they say: first what needs a person."""
        standing = self._standing
        if standing is None:
            return "", 0
        tabs = (("doubt", standing.doubt), ("review", standing.again), ("waiting", standing.waiting),
                ("failed", standing.failed))  # fmt: skip
        return next(((tab, count) for tab, count in tabs if count), ("", 0))

    @property
    def leads_to(self) -> str:
        """The place that a click opens: where what the words say stands."""
        if self.leads_to_account:
            return "settings/mail"
        tab, _count = self._told
        return f"outbox/{tab}" if tab else "outbox"

    @property
    def words(self) -> str:
        """What it says now."""
        return self.text()

    def sizeHint(self) -> QSize:
        wide = fonts.width(self.text(), fonts.SMALL, fonts.MEDIUM)
        return QSize(round(wide) + (_GAP if self.text() else 0) + _ICON + 2 * _PAD + 1, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, rect = self._theme, self.rect().toRectF()
            ground = theme.color("hover" if self.underMouse() else "panel")
            rounded(painter, rect, 8, ground, theme.color("line"))
            dpr = self.devicePixelRatioF()
            at = QPointF(snapped(_PAD, dpr), snapped((rect.height() - _ICON) / 2, dpr))
            painter.drawPixmap(at, theme.pixmap(self._icon(), "ink_2", _ICON, dpr))
            room = QRectF(_PAD + _ICON + _GAP, 0, rect.width() - _PAD * 2 - _ICON - _GAP + 4, rect.height())
            line(painter, room, self.text(), theme.color("ink_2"), fonts.SMALL, fonts.MEDIUM)
            if self.hasFocus():
                focus_ring(painter, theme, rect, 8)

    def _icon(self) -> str:
        standing = self._standing
        if standing is None:
            return "globe"
        if standing.doubt or (standing.failed and not standing.waiting):
            return "warning"
        return "offline" if standing.offline else "globe"

    def _fit(self) -> None:
        standing = self._standing
        words = standing.words if standing is not None else ""
        _tab, count = self._told
        self.setText((str(count) if count else "") if self._narrow else words)
        self.setVisible(bool(words) and (not self._narrow or count > 0 or self._icon() == "offline"))
        hint = "Open Settings › Mail server" if self.leads_to_account else "Open the Outbox (Ctrl 3)"
        self.setAccessibleName(f"{words}. {self._fault}".strip(". ") if words else "Outbox")
        self.setToolTip("\n".join(part for part in (words if self._narrow else "", self._fault, hint) if part))
        self.updateGeometry()
        self.update()
