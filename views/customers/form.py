"""The form to add or edit a customer: one column, checked while typing, each fault said at its field."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QScrollArea, QWidget

from models.values.customers import CONSENT_WORDS, FilterChoices
from models.values.errors import UnknownOwner
from models.values.words import capital
from views.background import Failed
from views.customers.form_fields import FIELDS, FormField, changed, fault_of, faults_of
from views.shell.owner_box import OwnerBox
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.choice_box import ChoiceBox
from views.widgets.date_field import date_field
from views.widgets.labels import column, kind_of, label, row, rule
from views.widgets.overlay import FormPanel
from views.words import sentence


class CustomerForm(QWidget):
    """Shows the fields of one customer. `save_wanted` carries only what changed, as text by field."""

    save_wanted = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._before: dict[str, str] = {}
        self._inputs: dict[str, QLineEdit | QComboBox] = {}
        self._faults: dict[str, QLabel] = {}
        self.customer_id: int | None = None
        self._owner = OwnerBox(theme, "Owner", "Save")
        self._title = label("", fonts.CUSTOMER, fonts.SEMIBOLD)
        self._notice = label("", fonts.LIST, fonts.REGULAR, "critical_text", wrap=True)
        self._notice.hide()
        self._save = push("Save", primary=True)
        self._save.setToolTip("Save (Ctrl ↵)")
        self._save.clicked.connect(self.save)
        self._cancel = push("Cancel")
        self._cancel.setToolTip("Close without saving (Esc)")
        self._cancel.clicked.connect(self.leave)
        self._lay_out()
        theme.changed.connect(self.update)

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the fields."""
        return {key: _text(field) for key, field in self._inputs.items()}

    @property
    def new_owner(self) -> bool:
        """Whether the owner is meant who was said to be unknown."""
        return self._owner.new

    @property
    def dirty(self) -> bool:
        """Whether something was changed and not saved."""
        return bool(changed(self._before, self.texts))

    def input(self, key: str) -> QLineEdit | QComboBox:
        """The field with this key."""
        return self._inputs[key]

    def fault(self, key: str) -> str:
        """The fault that is shown at a field, '' for none."""
        return self._faults[key].text() if not self._faults[key].isHidden() else ""

    def begin(self, customer_id: int | None, name: str, texts: Mapping[str, str], choices: FilterChoices) -> None:
        """Show a customer's fields, or empty ones to add a customer (id None)."""
        self.customer_id = customer_id
        self._title.setText(f"Edit {name}" if customer_id is not None else "Add a customer")
        self._owner.button = "Save" if customer_id is not None else "Add customer"
        self._save.setText("Save" if customer_id is not None else "Add customer")
        offered = {"tier": choices.tiers, "region": choices.regions, "owner": choices.owners}
        for field in FIELDS:
            entry = self._inputs[field.key]
            if isinstance(entry, QComboBox) and field.kind == "choice":
                names = [value for value, _count in offered[field.key] if value]
                if entry is self._owner:
                    self._owner.offer(names)
                else:
                    entry.clear()
                    entry.addItems(names)
            _put(entry, texts.get(field.key, "unknown" if field.kind == "consent" else ""))
            self._show_fault(field.key, "")
        self._before = self.texts
        self._notice.hide()
        self.set_busy(False)
        self._inputs["name"].setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Ask to save what changed, or show what is wrong and go there."""
        faults = faults_of(self.texts)
        for field in FIELDS:
            self._show_fault(field.key, faults.get(field.key, ""))
        if faults:
            first = next(field.key for field in FIELDS if field.key in faults)
            self._inputs[first].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        fields = changed(self._before, self.texts)
        if not fields:
            self.left.emit()
            return
        self._notice.hide()
        self.set_busy(True)
        self.save_wanted.emit(fields)

    def leave(self) -> None:
        """Close the form; where something was changed, only after a question."""
        if not self.dirty:
            self.left.emit()
            return

        def send(panel: FormPanel) -> None:
            panel.dismiss()
            self.left.emit()

        words = "What you typed is not saved."
        panel = FormPanel(self._theme, self.window(), "Discard the changes?", "Discard", send, words, "Keep editing")
        panel.done().open_under(self._cancel)

    def remind(self, chosen: int) -> None:
        """Say why customers who were selected meanwhile are not shown."""
        one = "To see the customer selected in the list, save or cancel first."
        several = f"To act on the {chosen:,} customers selected in the list, save or cancel first."
        self._notice.setText(several if chosen > 1 else one)
        self._notice.show()

    def refuse(self, failed: Failed) -> None:
        """Say why it was not saved: at the field where the book names one, else above the fields."""
        self.set_busy(False)
        if isinstance(failed.error, UnknownOwner):
            self._show_fault("owner", self._owner.objection(failed))
            self._inputs["owner"].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        at = str(getattr(failed.error, "field", ""))
        if at in self._inputs:
            self._show_fault(at, sentence(str(getattr(failed.error, "reason", failed.words))))
            self._inputs[at].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        named = next((field.key for field in FIELDS if failed.words.startswith(f"{field.label} ")), "")
        if named:
            self._show_fault(named, failed.words)
            self._inputs[named].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._notice.setText(failed.words)
        self._notice.show()

    def set_busy(self, busy: bool) -> None:
        """While it is being saved nothing can be pressed twice."""
        self._save.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (control or self._in_a_line()):
            self.save()
            return
        super().keyPressEvent(event)

    def _in_a_line(self) -> bool:
        return isinstance(self.focusWidget(), QLineEdit)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in FIELDS:
            entry = self._make(field)
            fault = label("", fonts.SMALL, fonts.REGULAR, "critical_text", wrap=True)
            fault.hide()
            self._inputs[field.key], self._faults[field.key] = entry, fault
            name = label(field.label, fonts.LIST, fonts.REGULAR, "ink_2")
            name.setBuddy(entry)
            name.setFixedHeight(32)
            form.addRow(name, column(entry, fault))
        inner = QWidget()
        inner.setMaximumWidth(560)
        box = column(self._notice, 6, margins=(20, 12, 20, 20))
        box.addLayout(form)
        box.addStretch(1)
        inner.setLayout(box)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = row(self._title, -1, self._cancel, 8, self._save, margins=(20, 14, 16, 12))
        kind_of(self, "panel")
        self.setLayout(column(head, rule(soft=True), area))

    def _make(self, field: FormField) -> QLineEdit | QComboBox:
        entry: QLineEdit | QComboBox
        if field.kind == "consent":
            entry = ChoiceBox(self._theme, field.label)
            for value, words in CONSENT_WORDS.items():
                entry.addItem(capital(words), value)
            entry.currentIndexChanged.connect(self._said_anew)
        elif field.kind == "choice":
            owner = field.key == "owner"
            entry = self._owner if owner else ChoiceBox(self._theme, field.label, editable=True)
            line = entry.lineEdit()
            assert line is not None
            line.setPlaceholderText(field.hint)
        else:
            entry = QLineEdit()
            entry.setPlaceholderText(field.hint)
            entry.editingFinished.connect(lambda: self._check(field))
            entry.textEdited.connect(lambda _text: self._corrected(field))
            if field.kind == "day":
                pick = entry.addAction(self._theme.icon("calendar"), QLineEdit.ActionPosition.TrailingPosition)
                pick.setToolTip(f"Choose a date: {field.label}")
                pick.triggered.connect(lambda: self._pick(field, entry))
        entry.setFont(fonts.font(fonts.LIST))
        entry.setAccessibleName(field.label)
        entry.setMinimumHeight(32)
        return entry

    def _said_anew(self, _index: int) -> None:
        """Another answer has a day and a way of its own."""
        for key in ("email_consent_since", "email_consent_how"):
            _put(self._inputs[key], "")

    def _pick(self, field: FormField, entry: QLineEdit) -> None:
        """Choose a day in a calendar."""
        day = QDate.fromString(entry.text().strip(), Qt.DateFormat.ISODate)
        chosen = date_field(day if day.isValid() else QDate.currentDate())

        def send(panel: FormPanel) -> None:
            panel.dismiss()
            entry.setText(chosen.date().toString(Qt.DateFormat.ISODate))
            self._corrected(field)

        panel = FormPanel(self._theme, self.window(), field.label, "Choose", send)
        panel.add("Day", chosen)
        panel.done().open_under(entry)

    def _check(self, field: FormField) -> None:
        """Say a fault when the field is left, not while it is being typed; an empty required one only on saving."""
        text = self.texts[field.key]
        if text.strip():
            self._show_fault(field.key, fault_of(field, text))

    def _corrected(self, field: FormField) -> None:
        if self.fault(field.key):
            self._show_fault(field.key, fault_of(field, self.texts[field.key]))

    def _show_fault(self, key: str, fault: str) -> None:
        entry, words = self._inputs[key], self._faults[key]
        words.setText(fault)
        words.setVisible(bool(fault))
        entry.setAccessibleDescription(fault)
        if bool(entry.property("faulty")) != bool(fault):
            entry.setProperty("faulty", bool(fault))
            entry.style().unpolish(entry)
            entry.style().polish(entry)


def _text(entry: QLineEdit | QComboBox) -> str:
    if isinstance(entry, QLineEdit):
        return entry.text()
    return entry.currentText() if entry.isEditable() else str(entry.currentData() or "")


def _put(entry: QLineEdit | QComboBox, text: str) -> None:
    if isinstance(entry, QLineEdit):
        entry.setText(text)
    elif entry.isEditable():
        entry.setEditText(text)
    else:
        entry.setCurrentIndex(max(0, entry.findData(text)))
