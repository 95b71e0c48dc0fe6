"""Fields of the Settings page by kind; each shows and gives text."""

from __future__ import annotations

from zoneinfo import available_timezones

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget

from views.settings.fields import Setting
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import label, row

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
THIS_ZONE = "This computer's zone"


class Weekdays(QWidget):
    """Seven buttons, pressed for a working day."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._buttons = [QPushButton(day) for day in DAYS]
        for button in self._buttons:
            button.setCheckable(True)
            button.setFixedWidth(50)
            button.setFont(fonts.font(fonts.SMALL))
            button.toggled.connect(lambda on, button=button: self._toggled(button, on))
        parts: list[QWidget | int] = []
        for button in self._buttons:
            parts += [button, 4]
        self.setLayout(row(*parts, -1))

    def _toggled(self, button: QPushButton, on: bool) -> None:
        button.setAccessibleDescription("working day" if on else "free")
        button.setFont(fonts.font(fonts.SMALL, fonts.SEMIBOLD if on else fonts.REGULAR))
        self.edited.emit()

    def text(self) -> str:
        """Numbers of the working days, 0 for Monday."""
        return ",".join(str(day) for day, button in enumerate(self._buttons) if button.isChecked())

    def put(self, text: str) -> None:
        """Press the buttons of these days."""
        days = {int(day) for day in text.split(",") if day}
        for day, button in enumerate(self._buttons):
            button.setChecked(day in days)


class Input(QWidget):
    """The field of one setting with its unit."""

    edited = Signal(str)

    def __init__(self, theme: Theme, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self._zones_filled = False
        self.field = self._make(theme, setting)
        self.field.setAccessibleName(setting.title)
        parts: list[QWidget | int] = [self.field]
        if setting.unit:
            parts += [8, label(setting.unit, fonts.LIST, fonts.REGULAR, "ink_2")]
        self.setLayout(row(*parts, -1))
        self.setFocusProxy(self.field)

    @property
    def text(self) -> str:
        """What stands in it."""
        field = self.field
        if isinstance(field, QPlainTextEdit):
            return field.toPlainText()
        if isinstance(field, ChoiceBox):
            at = field.findText(field.currentText())
            return str(field.itemData(at)) if at >= 0 else field.currentText().strip()
        return field.text()

    def put(self, text: str) -> None:
        """Show a text, without telling anyone."""
        field = self.field
        field.blockSignals(True)
        if isinstance(field, QPlainTextEdit):
            field.setPlainText(text)
        elif isinstance(field, ChoiceBox):
            self._choose(field, text)
        elif isinstance(field, Weekdays):
            field.put(text)
        else:
            field.setText(text)
        field.blockSignals(False)

    def set_fault(self, fault: str) -> None:
        """Mark it as faulty, or as good."""
        self.field.setAccessibleDescription(fault)
        if bool(self.field.property("faulty")) != bool(fault):
            self.field.setProperty("faulty", bool(fault))
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    def _choose(self, field: ChoiceBox, text: str) -> None:
        at = field.findData(text)
        if at < 0:
            field.addItem(text, text)
            at = field.findData(text)
        field.setCurrentIndex(at)

    def _make(self, theme: Theme, setting: Setting) -> QLineEdit | QPlainTextEdit | ChoiceBox | Weekdays:
        tell = self._tell
        if setting.kind == "weekdays":
            days = Weekdays()
            days.edited.connect(tell)
            return days
        if setting.kind == "days":
            lines = QPlainTextEdit()
            lines.setFixedSize(180, 92)
            lines.setTabChangesFocus(True)
            lines.setFont(fonts.font(fonts.LIST))
            lines.textChanged.connect(tell)
            return lines
        if setting.kind in ("choice", "zone"):
            box = ChoiceBox(theme, setting.title, editable=setting.kind == "zone")
            zones = [("", THIS_ZONE), *((zone, zone) for zone in sorted(available_timezones()))]
            for value, words in zones if setting.kind == "zone" else setting.choices:
                box.addItem(words, value)
            box.setFixedWidth(260 if setting.kind == "zone" else 140)
            box.currentTextChanged.connect(tell)
            return box
        line = QLineEdit()
        line.setFont(fonts.font(fonts.LIST))
        line.setFixedWidth(92)
        line.setMaxLength(20)
        line.textEdited.connect(tell)
        return line

    def _tell(self, *_args: object) -> None:
        if not self.field.signalsBlocked():
            self.edited.emit(self.setting.path)
