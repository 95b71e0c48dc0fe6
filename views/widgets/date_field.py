"""Fields for a day and for a moment, with a calendar."""

from __future__ import annotations

from PySide6.QtCore import QDate, QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QDateEdit, QDateTimeEdit, QStyle, QStyleOptionComboBox


class DateField(QDateEdit):
    """A field for a day; Alt+Down opens its calendar, as it opens every other list."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _opens_calendar(self, event):
            super().keyPressEvent(event)


class MomentField(QDateTimeEdit):
    """A field for a day and an hour; Alt+Down opens its calendar."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _opens_calendar(self, event):
            super().keyPressEvent(event)


def _opens_calendar(field: QDateTimeEdit, event: QKeyEvent) -> bool:
    """Open the calendar if that is what the key means: Qt opens it for a press on the arrow alone."""
    if event.key() != Qt.Key.Key_Down or not event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return False
    option = QStyleOptionComboBox()
    option.initFrom(field)
    option.editable = True
    part = QStyle.SubControl.SC_ComboBoxArrow
    arrow = field.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, field).center()
    at, on_screen = QPointF(arrow), QPointF(field.mapToGlobal(arrow))
    left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        QApplication.sendEvent(field, QMouseEvent(kind, at, on_screen, left, left, no_key))
    return True


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
