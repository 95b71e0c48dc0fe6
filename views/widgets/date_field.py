"""A field for a day, with a calendar."""

from __future__ import annotations

from PySide6.QtCore import QDate, QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QDateEdit, QStyle, QStyleOptionComboBox


class DateField(QDateEdit):
    """A field for a day; Alt+Down opens its calendar, as it opens every other list."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._open_calendar()
        else:
            super().keyPressEvent(event)

    def _open_calendar(self) -> None:
        # Qt opens it for a press on the arrow alone.
        option = QStyleOptionComboBox()
        option.initFrom(self)
        option.editable = True
        part = QStyle.SubControl.SC_ComboBoxArrow
        arrow = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).center()
        left, kept = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            at = QPointF(arrow)
            QApplication.sendEvent(self, QMouseEvent(kind, at, QPointF(self.mapToGlobal(arrow)), left, left, kept))


def date_field(day: QDate, earliest: QDate | None = None, latest: QDate | None = None) -> DateField:
    """A field for a day, from ``earliest`` and up to ``latest`` where they are given."""
    field = DateField(day)
    if earliest is not None:
        field.setMinimumDate(earliest)
    if latest is not None:
        field.setMaximumDate(latest)
    field.setCalendarPopup(True)
    field.setDisplayFormat("ddd d MMM yyyy")
    return field
