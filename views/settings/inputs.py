"""Fields of the Settings page by kind; each shows and gives text."""

from __future__ import annotations

from zoneinfo import available_timezones

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from views.settings.fields import Setting
from views.settings.many import BySegment, Ticks, ToneBySegment
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.choice_box import ChoiceBox
from views.widgets.date_field import date_field
from views.widgets.labels import column, label, row

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
THIS_ZONE = "This computer's zone"
#: Fields of several lines with their width (0: all there is) and height.
_LINES = {"days": (180, 92), "rates": (180, 92), "text": (0, 108)}
_WIDE = {"line": 0, "name": 260}


class Weekdays(QWidget):
    """Seven buttons, pressed for a working day."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._buttons = [QPushButton(day) for day in DAYS]
        for button in self._buttons:
            button.setCheckable(True)
            button.setFixedWidth(46)
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


class DayPicker(QWidget):
    """A day chosen from a calendar, and the button that adds it to a field of days, a line each, in their order."""

    def __init__(self, title: str, lines: QPlainTextEdit) -> None:
        super().__init__()
        self._lines = lines
        self.day = date_field(QDate.currentDate())
        self.day.setFont(fonts.font(fonts.LIST))
        for part in (self.day, self.day.lineEdit()):
            part.setAccessibleName(f"{title}: day to add")
        self.add = push("Add day")
        self.add.clicked.connect(self._add)
        self.setLayout(column(self.day, 8, self.add, -1))

    def _add(self) -> None:
        days = {line.strip() for line in self._lines.toPlainText().splitlines() if line.strip()}
        days.add(self.day.date().toString(Qt.DateFormat.ISODate))
        self._lines.setPlainText("\n".join(sorted(days)))


Field = QLineEdit | QPlainTextEdit | ChoiceBox | QCheckBox | Weekdays | Ticks | BySegment | ToneBySegment
#: Several fields that are one setting.
_MANY = frozenset({"weekdays", "ticks", "by_segment", "percent_by_segment", "tone_by_segment"})


class Input(QWidget):
    """The field of one setting with its unit."""

    edited = Signal(str)

    def __init__(self, theme: Theme, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.field = self._make(theme, setting)
        self.field.setAccessibleName(setting.title if setting.kind != "tick" else setting.says)
        #: What takes the focus.
        self.parts: tuple[QWidget, ...] = (self.field,)
        self.unit = label(setting.unit, fonts.LIST, fonts.REGULAR, "ink_2", parent=self)
        self.unit.hide()
        if setting.kind == "days" and isinstance(self.field, QPlainTextEdit):
            picker = DayPicker(setting.title, self.field)
            self.parts += (picker.day, picker.add)
            self.setLayout(row(self.field, 12, picker, -1))
        elif setting.kind in ("line", "text", *(_MANY - {"weekdays"})):
            self.setLayout(row(self.field))
        else:
            self.setLayout(row(self.field, 8, self.unit, -1))
            self.unit.setVisible(bool(setting.unit))
        self.setFocusProxy(self.field)

    @property
    def text(self) -> str:
        """What stands in it."""
        field = self.field
        if isinstance(field, QPlainTextEdit):
            return field.toPlainText()
        if isinstance(field, QCheckBox):
            return "yes" if field.isChecked() else "no"
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
        elif isinstance(field, QCheckBox):
            field.setChecked(text == "yes")
        elif isinstance(field, ChoiceBox):
            self._choose(field, text)
        elif isinstance(field, QLineEdit):
            field.setText(text)
            field.setCursorPosition(0)
        else:
            field.put(text)
        field.blockSignals(False)

    def set_unit(self, unit: str) -> None:
        """Show another unit behind the field, such as the book's currency."""
        self.unit.setText(unit)
        self.unit.setVisible(bool(unit))

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

    def _make(self, theme: Theme, setting: Setting) -> Field:
        tell = self._tell
        if setting.kind in _MANY:
            many = _many(theme, setting)
            many.edited.connect(tell)
            return many
        if setting.kind in _LINES:
            lines = QPlainTextEdit()
            wide, high = _LINES[setting.kind]
            lines.setFixedHeight(high)
            if wide:
                lines.setFixedWidth(wide)
            lines.setPlaceholderText(setting.hint)
            lines.setTabChangesFocus(True)
            lines.setFont(fonts.font(fonts.LIST))
            lines.textChanged.connect(tell)
            return lines
        if setting.kind == "tick":
            box = QCheckBox(setting.says)
            box.setFont(fonts.font(fonts.LIST))
            box.setMinimumHeight(32)
            box.toggled.connect(tell)
            return box
        if setting.kind in ("choice", "zone"):
            return self._choice(theme, setting)
        line = QLineEdit()
        line.setFont(fonts.font(fonts.LIST))
        wide = _WIDE.get(setting.kind, 92)
        if wide:
            line.setFixedWidth(wide)
        line.setMaxLength(300 if setting.kind in _WIDE else 20)
        line.setPlaceholderText(setting.hint)
        line.textEdited.connect(tell)
        return line

    def _choice(self, theme: Theme, setting: Setting) -> ChoiceBox:
        box = ChoiceBox(theme, setting.title, editable=setting.kind == "zone")
        zones = [("", THIS_ZONE), *((zone, zone) for zone in sorted(available_timezones()))]
        for value, words in zones if setting.kind == "zone" else setting.choices:
            box.addItem(words, value)
        box.setFixedWidth(260 if setting.kind == "zone" else max(140, box.sizeHint().width() + 8))
        box.currentTextChanged.connect(self._tell)
        return box

    def _tell(self, *_args: object) -> None:
        if not self.field.signalsBlocked():
            self.edited.emit(self.setting.path)


def _many(theme: Theme, setting: Setting) -> Weekdays | Ticks | BySegment | ToneBySegment:
    if setting.kind == "weekdays":
        return Weekdays()
    if setting.kind == "ticks":
        return Ticks(setting.title, setting.choices)
    if setting.kind == "tone_by_segment":
        return ToneBySegment(theme, setting.title)
    return BySegment(setting.title, "%" if setting.kind == "percent_by_segment" else "")
