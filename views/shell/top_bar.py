"""The top bar, 48 px: title or way back, freshness with its warning, what runs, search and commands, the outbox."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QSpacerItem, QWidget

from models.values.alerts import AlertRow, Freshness
from views.shell.chip import OutboxChip
from views.shell.palette import Palette
from views.theme import Theme, fonts
from views.widgets.alert_badge import AlertBadge
from views.widgets.buttons import CommandButton
from views.widgets.labels import ElidedLabel, column, kind_of, label, row, rule

#: Below this width of the bar the freshness says only how far the data reach, and the chip only a number.
NARROW = 1_040
_EDGE = 16
#: The margins and gaps between the parts, and the sign before a warning.
_GAPS, _SIGN = 106, 24


class TopBar(QWidget):
    """Title, freshness, search, chip."""

    back = Signal()

    def __init__(self, theme: Theme, search: Palette) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme = theme
        self._freshness: Freshness | None = None
        self._unknown = ""
        self.setFixedHeight(49)
        self._back = CommandButton(theme, "", "chevron-left")
        self._back.setProperty("kind", "link")
        self._back.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._back.clicked.connect(self.back)
        self._back.hide()
        self.title = ElidedLabel(theme, "", fonts.TITLE, fonts.SEMIBOLD)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._words = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._sign = label()
        self._sign.hide()
        self._warning = ElidedLabel(theme, "", fonts.SMALL, fonts.MEDIUM, "warning_text")
        self._warning.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._busy = ElidedLabel(theme, "", fonts.SMALL, fonts.MEDIUM, "primary_text")
        self._busy.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._badge = AlertBadge(theme)
        self._badge.hide()
        self._fresh = True
        self._way = QSpacerItem(0, 0)
        self._beside = QSpacerItem(0, 0)  # as wide as a gap where the chip is shown
        inner = row(
            self._back, self.title, 10, self._badge, 4, self._words, 6, self._sign, 4, self._warning, 10, self._busy, -1
        )
        inner.insertSpacerItem(1, self._way)
        inner.setContentsMargins(_EDGE, 8, _EDGE, 8)
        inner.addSpacing(12)
        inner.addWidget(search, 0)
        self.chip = OutboxChip(theme)
        self.chip.installEventFilter(self)
        inner.addSpacerItem(self._beside)
        inner.addWidget(self.chip, 0)
        self._inner = inner
        self._search = search
        self.setLayout(column(inner, rule()))
        theme.changed.connect(self._draw_sign)
        self._draw_sign()

    def show_title(self, title: str, back: str, alert: AlertRow | None = None, *, freshness: bool = True) -> None:
        """Show a page's title, with a way back where it has one and the alert that it is about."""
        self.title.setText(title)
        self._badge.show_alert(alert)
        self._fresh = freshness
        self._back.setVisible(bool(back))
        self._back.setText(back)
        self._back.setAccessibleName(f"Back to {back}")
        self._back.setToolTip(f"Back to {back} (Esc)" if back else "")
        self._back.updateGeometry()
        # The link's own room for the mouse reaches to the left of its words, which stand where a title would.
        self._inner.setContentsMargins(_EDGE - 8 if back else _EDGE, 8, _EDGE, 8)
        self._way.changeSize(12 if back else 0, 0)
        self._inner.invalidate()
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.chip and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._beside.changeSize(0 if self.chip.isHidden() else 12, 0)
            self._inner.invalidate()
            self._fit()
        return False

    def show_freshness(self, freshness: Freshness) -> None:
        """Show how far the data reach and what is stale."""
        self._freshness = freshness
        self._fit()

    def show_unknown(self) -> None:
        """The freshness could not be read; the page itself says why."""
        self._freshness = None
        self._unknown = "Data freshness unavailable"
        self._fit()

    def show_busy(self, words: str) -> None:
        """Say what runs in the background, '' for nothing."""
        self._busy.setText(words)
        self._busy.setVisible(bool(words))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chip.set_narrow(self.width() < NARROW)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window the freshness says less: first how long ago, then nothing but the warning."""
        known = self._freshness if self._fresh else None
        words, warning = (known.words, known.warning) if known is not None else (self._unknown, "")
        self._search.setMaximumWidth(300 if self.width() > 900 else 200)
        if self.width() < 1340:
            words = words.replace("synced and ", "")
        if self.width() < NARROW:
            words = words.partition(" · ")[0]
        if self.width() < 760:
            words = ""
        while words and not self._has_room(words, warning):
            words = words.rpartition(" · ")[0]
        if not self._has_room(words, warning):
            warning = ""
        lack = self._wide(words, warning) - self.width()
        if lack > 0:
            self._search.setMaximumWidth(max(self._search.minimumWidth(), self._search.maximumWidth() - lack))
        self._words.setVisible(bool(words))
        self._words.setText(f"{words} ·" if warning and words else words)
        self._warning.setVisible(bool(warning))
        self._sign.setVisible(bool(warning))
        self._warning.setText(warning)

    def _has_room(self, words: str, warning: str) -> bool:
        """Whether the freshness leaves the title whole."""
        return self._wide(words, warning) <= self.width()

    def _wide(self, words: str, warning: str) -> int:
        others = (self._back, self.title, self._badge, self._busy, self.chip)
        wide = sum(max(part.sizeHint().width(), part.minimumWidth()) for part in others if not part.isHidden())
        wide += round(fonts.width(words, fonts.SMALL) + fonts.width(warning, fonts.SMALL, fonts.MEDIUM))
        return wide + self._search.maximumWidth() + _GAPS + (_SIGN if warning else 0)

    def _draw_sign(self) -> None:
        dpr = self.devicePixelRatioF()
        self._sign.setPixmap(self._theme.pixmap("warning", "warning_text", 16, dpr))
