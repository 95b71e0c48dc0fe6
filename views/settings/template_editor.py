"""A template being written: its words with fields, the fault at its place, and the preview beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from models.values.changes import Changes
from models.values.outreach import GOALS, TONES, TemplateChoice
from models.values.words import capital
from services import outreach
from views.background import Failed
from views.settings import asks
from views.settings.keys import saves, takes_over
from views.settings.template_fields import FieldChips, FieldTint
from views.settings.template_preview import PreviewPane
from views.shell.page import Context
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import FlowingContent, column, label, note, row, rule, scrolling

NARROW = 980
NEW = TemplateChoice("", "", "check_in", "warm", "", "", "own")
#: "In the text, line 3: there is no field “frist_name”".
_PLACE = re.compile(r"In the (subject|text), line (\d+): (.*)", re.DOTALL)


class TemplateEditor(QWidget):
    """Holds the draft of one template. Nothing is changed before Save, which can be undone.

    Signals
    -------
    left : saved, put back, or left; the list comes back.
    changed : the draft is another one than the book's, or is no longer.
    undo_offered : (words, how), after what was typed was discarded.
    """

    left = Signal()
    changed = Signal()
    undo_offered = Signal(str, object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.book.desk(self)
        #: The template as the book has it.
        self.before = NEW
        self._filling, self._written = False, ""
        theme = context.theme
        self.name = _line("Name")
        self.goal, self.tone = ChoiceBox(theme, "Goal"), ChoiceBox(theme, "Tone")
        for box, choices in ((self.goal, GOALS), (self.tone, TONES)):
            for value, words in choices.items():
                box.addItem(words, value)
        self.subject = _line("Subject")
        self.body = QPlainTextEdit()
        self.body.setFont(fonts.font(fonts.BODY))
        self.body.setAccessibleName("Text")
        self.body.setTabChangesFocus(True)
        self.body.setMinimumHeight(200)
        self._tinted = FieldTint(theme, self.body.document())
        self._writing: QLineEdit | QPlainTextEdit = self.body
        self.chips = FieldChips(theme)
        self.enabled = QCheckBox("Use this template for drafts")
        self.enabled.setFont(fonts.font(fonts.LIST))
        self.subject_fault = label("", fonts.SMALL, fonts.REGULAR, "critical_text", wrap=True)
        self.body_fault = label("", fonts.SMALL, fonts.REGULAR, "critical_text", wrap=True)
        self.fault = label("", fonts.LIST, fonts.REGULAR, "critical_text", wrap=True)
        self.save_button = push("Save", primary=True)
        self.save_button.setToolTip("Save (Ctrl ↵)")
        self.discard_button, self.reset_button = push("Discard changes"), push("")
        self.preview = PreviewPane(context, self._desk)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        choices = row(_titled("Goal", self.goal), 12, _titled("Tone", self.tone), -1)
        hint = note(
            "Leave out greeting and signature: both are added. Fields are filled from the ticked facts.",
            fonts.SMALL,
            "ink_3",
        )
        inserting = label("Insert a field", fonts.SMALL, fonts.REGULAR, "ink_2")
        buttons = row(self.reset_button, -1, self.discard_button, 8, self.save_button)
        head = column(_titled("Name", self.name), 10, choices, 10, _titled("Subject", self.subject), 2)
        text = column(self.subject_fault, 10, _titled("Text", self.body), 2, self.body_fault, 2, hint)
        foot = column(inserting, 4, self.chips, 12, self.enabled, 8, self.fault, 4, buttons)
        form = FlowingContent()
        form.setLayout(column(head, text, 10, foot, margins=(16, 20, 20, 20)))
        self._line = rule(vertical=True)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(0)
        for part, stretch in ((form, 5), (self._line, 0), (self.preview, 4)):
            self._sides.addWidget(part, stretch)
        inner = FlowingContent()
        inner.setLayout(self._sides)
        self._area = scrolling(inner)
        self.setLayout(column(self._area))

    def _wire(self) -> None:
        self.name.textEdited.connect(self._typed)
        self.subject.textEdited.connect(self._typed)
        self.body.textChanged.connect(self._typed_text)
        self.goal.currentIndexChanged.connect(self._typed)
        self.tone.currentIndexChanged.connect(self._typed)
        self.enabled.toggled.connect(self._typed)
        self.chips.field_wanted.connect(lambda name: self._insert(f"{{{{ {name} }}}}"))
        self.chips.condition_wanted.connect(self._wrap)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        self.reset_button.clicked.connect(self.reset)
        for field in (self.subject, self.body):
            field.installEventFilter(self)

    # -- the draft ----------------------------------------------------------------------------------------------

    @property
    def template(self) -> TemplateChoice:
        """The template as it stands in the fields."""
        return replace(
            self.before,
            name=self.name.text().strip(),
            goal=self.goal.currentData(),
            tone=self.tone.currentData(),
            subject=self.subject.text().strip(),
            body=self.body.toPlainText().strip(),
            enabled=self.enabled.isChecked(),
        )

    @property
    def dirty(self) -> bool:
        """Whether something was typed and not saved."""
        before = self.before
        return self.template != replace(before, subject=before.subject.strip(), body=before.body.strip())

    def offer(self, library: asks.TemplateLibrary) -> None:
        """Offer the fields, and the customers of the preview."""
        self.chips.offer(library.fields)
        self.preview.offer(library.customers)

    def begin(self, before: TemplateChoice, draft: TemplateChoice | None = None) -> None:
        """Show a template of the book, or what was typed of it and not saved yet."""
        self.before = before
        self._fill(draft or before)
        self.reset_button.setText("Remove this template" if before.origin == "own" else "Back to the starter text")
        self.reset_button.setVisible(before.origin == "changed" or (before.origin == "own" and bool(before.code)))
        self.preview.begin(self.template)
        self._show_fault("")
        self._show_state()
        self._area.verticalScrollBar().setValue(0)
        first: QWidget = self.body if before.code else self.name
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Keep the template, or say at its place what does not fit."""
        if not self.dirty:
            return
        self.save_button.setEnabled(False)
        kept = self.template
        self._context.book.act(lambda book: outreach.save_template(book, kept), "", self._done, self._refused)

    def discard(self) -> None:
        """Show the template of the book again; what was typed can be brought back."""
        before, typed = self.before, self.template
        self.begin(before)
        # Not in the text: there Ctrl+Z would be the text's own.
        self.enabled.setFocus(Qt.FocusReason.OtherFocusReason)
        self.undo_offered.emit("Your changes were discarded", partial(self._bring_back, before, typed))

    def _bring_back(self, before: TemplateChoice, typed: TemplateChoice) -> None:
        if self.isVisible() and self.before.code != before.code:
            return  # another one is being written
        self.begin(before, typed)
        if not self.isVisible():
            self.left.emit()  # the list keeps it until the template is opened again

    def reset(self) -> None:
        """Put the starter text back, or remove a template of the book's own; can be undone."""
        self.reset_button.setEnabled(False)
        code = self.before.code
        self._context.book.act(lambda book: outreach.reset_template(book, code), "", self._done, self._refused)

    def leave(self) -> None:
        """The list comes back; what was typed is kept there."""
        self.preview.leave()
        self.left.emit()

    def fit(self, width: int) -> None:
        """Put the preview below the words in a narrow window."""
        narrow = width < NARROW
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._sides.setDirection(direction)
        self._line.setFixedSize(16_777_215, 1) if narrow else self._line.setFixedSize(1, 16_777_215)

    def _done(self, _changes: Changes) -> None:
        self.before = self.template
        self.leave()

    def _refused(self, failed: Failed) -> None:
        self._show_state()
        self._show_fault(failed.words)
        if not self.subject_fault.isHidden():
            self.subject.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.body_fault.isHidden():
            self.body.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self, shown: TemplateChoice) -> None:
        self._filling = True
        self.name.setText(shown.name)
        self.goal.setCurrentIndex(self.goal.findData(shown.goal))
        self.tone.setCurrentIndex(self.tone.findData(shown.tone))
        self.subject.setText(shown.subject.strip())
        self.body.setPlainText(shown.body.strip())
        self.enabled.setChecked(shown.enabled)
        self._filling = False

    def _typed(self, *_args: object) -> None:
        if self._filling:
            return
        self._show_fault("")
        self._show_state()
        self.preview.follow(self.template)
        self.changed.emit()

    def _typed_text(self) -> None:
        """Colours say that they have changed too; what was told of the text holds as long as its words do."""
        text = self.body.toPlainText()
        if text != self._written:
            self._written = text
            self._typed()

    def _show_state(self) -> None:
        dirty = self.dirty
        self.save_button.setEnabled(dirty)
        self.discard_button.setVisible(dirty)
        self.reset_button.setEnabled(True)

    # -- fields and faults --------------------------------------------------------------------------------------

    def _insert(self, text: str) -> None:
        field = self._writing
        if isinstance(field, QLineEdit):
            field.insert(text)
            self._typed()
        else:
            field.insertPlainText(text)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wrap(self, name: str) -> None:
        field = self._writing
        selected = field.selectedText() if isinstance(field, QLineEdit) else field.textCursor().selectedText()
        words = selected.replace("\N{PARAGRAPH SEPARATOR}", "\n") or f"{{{{ {name} }}}}"
        self._insert(f"{{% if {name} %}}{words}{{% endif %}}")

    def _show_fault(self, words: str) -> None:
        found = _PLACE.match(words)
        where, line, reason = found.groups() if found else ("", "0", "")
        said = f"Line {line}: {reason}"
        self.subject_fault.setText(capital(reason))
        self.subject_fault.setVisible(where == "subject")
        self.body_fault.setText(said)
        self.body_fault.setVisible(where == "text")
        self.fault.setText(words)
        self.fault.setVisible(bool(words) and not found)
        self.body.setExtraSelections([self._marked(int(line))] if where == "text" else [])
        for field, own in ((self.subject, where == "subject"), (self.body, where == "text")):
            field.setAccessibleDescription(said if own else "")
        if bool(self.subject.property("faulty")) != (where == "subject"):
            self.subject.setProperty("faulty", where == "subject")
            self.subject.style().unpolish(self.subject)
            self.subject.style().polish(self.subject)

    def _marked(self, line: int) -> QTextEdit.ExtraSelection:
        marked = QTextEdit.ExtraSelection()
        block = self.body.document().findBlockByNumber(max(0, line - 1))
        cursor = QTextCursor(block)
        marked.cursor = cursor
        marked.format.setBackground(self._context.theme.color("critical_wash"))
        marked.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return marked

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._writing = self.subject if watched is self.subject else self.body
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        return takes_over(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if saves(event):
            self.save()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)


def _line(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setFont(fonts.font(fonts.BODY))
    made.setMaxLength(300)
    made.setAccessibleName(name)
    return made


def _titled(words: str, field: QWidget) -> QBoxLayout:
    title = label(words, fonts.SMALL, fonts.REGULAR, "ink_2")
    title.setBuddy(field)
    return column(title, 3, field)
