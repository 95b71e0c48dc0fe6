"""The badge of a customer's open alert, beside a name."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.alerts import AlertRow
from views.theme import Theme
from views.widgets.painting import badge, badge_width, mark_of


class AlertBadge(QWidget):
    """The open alert of a customer: shape, word, time left. A click asks for it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._alert: AlertRow | None = None
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_alert(self, alert: AlertRow | None) -> None:
        """Show an alert's severity and time, or nothing."""
        self._alert = alert
        self.setVisible(alert is not None)
        if alert is not None:
            mark = mark_of(alert.severity, alert.kind)
            self.setFixedWidth(round(badge_width(mark, alert.due_words)) + 1)
            self.setAccessibleName(f"Open alert: {mark.word}, {alert.due_words}, {alert.reason}")
            self.setToolTip(alert.reason)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._alert is not None:
            alert = self._alert
            urgent = alert.breached or alert.due_within_hour
            mark = mark_of(alert.severity, alert.kind, urgent=urgent and alert.breached)
            badge(QPainter(self), self._theme, 0, 0, mark, alert.due_words)
