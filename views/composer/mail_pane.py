"""The middle column: the email itself, from its address to its earlier drafts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QTextEdit, QWidget

from views.actions import Actions, Command
from views.composer.drafts_list import DraftsList
from views.composer.editor import LEFT, MARGIN, TEXT_SIZE, TOP, BodyEditor, dotted, number_width, wave
from views.composer.fields import HeadFields
from views.composer.margin import Margin
from views.composer.sheet import Sheet
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, IconButton, link
from views.widgets.labels import ElidedLabel, column, kind_of, label, row, rule
from views.widgets.painting import fill, line

#: What stands under the text at sending, with a signature and without one.
FOOT, UNSIGNED = "Your signature · unsubscribe line", "No signature yet: write one in Settings · unsubscribe line"
LOW, NARROW = 560, 560


class MailPane(QWidget):
    """Head, toolbar, text with its margin, foot, drafts. It shows and tells; it decides nothing.

    Signals
    -------
    edited : a person changed subject, greeting or text.
    sheet_closed : the person is back from a comparison or from the bytes.
    cancel_wanted : stop writing.
    """

    edited = Signal()
    sheet_closed = Signal()
    cancel_wanted = Signal()

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._actions = theme, actions
        self.head = HeadFields(theme, actions)
        self.editor = BodyEditor(theme)
        self.editor.set_foot(FOOT)
        self.margin = Margin(theme, self.editor)
        self.drafts = DraftsList(theme)
        self.sheet = Sheet(theme, self.close_sheet)
        self.stream = _Stream(theme)
        self._notice = _Notice()
        self._legend = _Legend(theme)
        self.count = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_3")
        self._build_bar()
        mail = QWidget()
        foot = row(self.count, 8, self._legend, margins=(20, 4, 20, 8))
        foot.setStretch(0, 1)
        mail.setLayout(column(self.editor, foot))
        self._mail = mail
        writing = QWidget()
        writing.setLayout(column(self._writing_bar(), self.stream))
        self._writing = writing
        self._stack = QStackedWidget()
        for page in (mail, writing, self.sheet):
            self._stack.addWidget(page)
        self.setLayout(column(self.head, self._bar, rule(soft=True), self._notice, self._stack, self.drafts))
        self.head.edited.connect(self.edited)
        self.editor.edited.connect(self.edited)
        self.margin.chosen.connect(self.editor.go_to)
        self.margin.chosen.connect(lambda _mark: self.editor.setFocus())

    def _build_bar(self) -> None:
        theme, actions = self._theme, self._actions
        plain = {Command.SHORTER: "Shorter", Command.WARMER: "Warmer", Command.REWRITE: "Rewrite…",
                 Command.VARIANT: "New version"}  # fmt: skip
        self.rewriting = [_small(CommandButton.of(theme, actions[one], "", text=text)) for one, text in plain.items()]
        for button in self.rewriting:
            button.set_key("")
        self.undo = _small(CommandButton(theme, "Undo", "undo", "Ctrl Z"))
        self.undo.setToolTip("Undo in the text (Ctrl Z)")
        self.undo.clicked.connect(self.editor.undo)
        self.redo = _small(CommandButton(theme, "", "redo"))
        self.redo.setAccessibleName("Redo")
        self.redo.setToolTip("Redo in the text (Ctrl Shift Z)")
        self.redo.clicked.connect(self.editor.redo)
        for button, available in ((self.undo, self.editor.undoAvailable), (self.redo, self.editor.redoAvailable)):
            button.setEnabled(False)
            available.connect(button.setEnabled)
        self.discard = IconButton(theme, "bin", actions[Command.DISCARD].toolTip())
        self.discard.clicked.connect(actions[Command.DISCARD].trigger)
        self.add_fact = IconButton(theme, "plus", actions[Command.ADD_FACT].toolTip())
        self.add_fact.clicked.connect(actions[Command.ADD_FACT].trigger)
        self.own_sentence = IconButton(theme, "edit", actions[Command.OWN_SENTENCE].toolTip())
        self.own_sentence.clicked.connect(actions[Command.OWN_SENTENCE].trigger)
        self._bar = QWidget()
        self._bar.setFixedHeight(44)
        parts: list[QWidget | int] = []
        for button in self.rewriting:
            parts += [button, 6]
        put_in = (self.add_fact, self.own_sentence)
        taken_back = (self.undo, 6, self.redo, 4, self.discard)
        self._bar.setLayout(row(*parts, *put_in, -1, *taken_back, margins=(20, 0, 14, 0)))

    def _writing_bar(self) -> QWidget:
        self.writing_words = ElidedLabel(self._theme, "", fonts.LIST, fonts.MEDIUM, "primary_text")
        cancel = _small(CommandButton(self._theme, "Cancel", "close", "Esc"))
        cancel.clicked.connect(self.cancel_wanted)
        made = QWidget()
        kind_of(made, "wash")
        inner = row(self.writing_words, 8, cancel, margins=(20, 6, 20, 6))
        inner.setStretch(0, 1)
        made.setLayout(inner)
        return made

    # -- what is shown in the middle ----------------------------------------------------------------------------

    @property
    def shows(self) -> str:
        """mail, writing or sheet."""
        return ("mail", "writing", "sheet")[self._stack.currentIndex()]

    def show_writing(self, words: str) -> None:
        """A writer is at work: what it writes takes the place of the text, which is kept."""
        self.writing_words.setText(words)
        self.stream.clear()
        self._stack.setCurrentWidget(self._writing)

    def show_written(self, text: str) -> None:
        """Show the text so far."""
        self.stream.setPlainText(text)
        bar = self.stream.verticalScrollBar()
        bar.setValue(bar.maximum())

    def show_sheet(self) -> None:
        """Show the comparison or the bytes, filled before."""
        self._stack.setCurrentWidget(self.sheet)
        self.sheet.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_sheet(self) -> None:
        """Go back to the email."""
        if self._stack.currentWidget() is self.sheet:
            self.show_mail()
            self.sheet_closed.emit()

    def show_addresses(self, to: str, sender: str, consent: str, *, allowed: bool, signed: bool) -> None:
        """Show to whom and from whom, and what is added under the text; ``signed``: there is a signature."""
        self.head.show_addresses(to, sender, consent, allowed=allowed, signed=signed)
        self.editor.set_foot(FOOT if signed else UNSIGNED)

    def show_mail(self) -> None:
        """Show the email itself."""
        self._stack.setCurrentWidget(self._mail)

    def tell(self, words: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """Say one sentence above the text, with one thing that can be done; '' takes it away."""
        self._notice.tell(words, action, act)

    @property
    def told(self) -> str:
        """The sentence above the text, '' for none."""
        return self._notice.words

    def show_count(self, words: str, looks: Collection[str]) -> None:
        """Show the words, when it was saved and what is traced, with the legend of what occurs."""
        self.count.setText(words)
        self._legend.show_looks(looks)

    def set_writable(self, on: bool) -> None:
        """Whether the email can be changed."""
        self.editor.setReadOnly(not on)
        self.head.subject.setReadOnly(not on)
        self.head.greeting.setReadOnly(not on)
        self._bar.setVisible(on)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < LOW
        self.head.set_low(low)
        self.drafts.set_low(low)
        self._legend.setVisible(self.width() >= NARROW)
        self.rewriting[-1].setVisible(self.width() >= NARROW)


class _Notice(QWidget):
    """One sentence over the text, with one button."""

    def __init__(self) -> None:
        super().__init__()
        kind_of(self, "ground")
        self._words = label("", fonts.LIST, fonts.REGULAR, "ink", wrap=True)
        self._button = link("")
        self._button.clicked.connect(self._acted)
        self._act: Callable[[], None] | None = None
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        inner = row(self._words, 10, self._button, margins=(20, 7, 16, 7))
        inner.setStretch(0, 1)
        self.setLayout(column(inner, rule(soft=True)))
        self.hide()

    @property
    def words(self) -> str:
        return "" if self.isHidden() else self._words.text()

    def tell(self, words: str, action: str, act: Callable[[], None] | None) -> None:
        self._act = act
        self._words.setText(words)
        self.setAccessibleName(words)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.setVisible(bool(words))

    def _acted(self, _checked: bool = False) -> None:
        if self._act is not None:
            self._act()


#: What each look of a mark means, as the legend says it, in its order.
_LOOKS: Final = {"sourced": "sourced", "flagged": "no source", "warned": "second reading warns", "own": "your words"}
_BETWEEN: Final = 14


class _Legend(QWidget):
    """What the marks mean, where they occur."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._looks: Collection[str] = ()
        self.setFixedSize(0, 22)
        self.setAccessibleName(
            "Tinted with a number: sourced. Wavy: no source. Dotted: your words; in orange, the second reading warns."
        )
        theme.changed.connect(self.update)

    def show_looks(self, looks: Collection[str]) -> None:
        self._looks = looks
        shown = [_legend_width(look) for look in _LOOKS if look in looks]
        # As wide as what it shows: the rest of the line is the count's.
        self.setFixedWidth(round(sum(shown) + _BETWEEN * max(0, len(shown) - 1)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, x, base = self._theme, 2.0, 15.0
            for look, said in _LOOKS.items():
                if look not in self._looks:
                    continue
                wide = _legend_width(look) - 4
                if look in ("own", "warned"):
                    dotted(painter, x, x + wide, base + 4, theme.color("warning" if look == "warned" else "ink_3"))
                else:
                    ground = "warning_wash" if look == "flagged" else "selected"
                    fill(painter, x - 2, base - 13, wide + 4, 17, theme.color(ground))
                if look == "flagged":
                    wave(painter, x - 1, x + wide + 1, base + 4, QPen(theme.color("warning"), 1.5))
                line(painter, QRectF(x, 0, wide + 2, 22), said, theme.color("ink_2"), fonts.SMALL)
                if look == "sourced":
                    number = number_width(1)
                    at = QRectF(x + wide - number + 3, -2, number, 18)
                    line(painter, at, "1", theme.color("primary_text"), fonts.SMALL, fonts.SEMIBOLD)
                x += wide + 4 + _BETWEEN


def _legend_width(look: str) -> float:
    return fonts.width(_LOOKS[look], fonts.SMALL) + 4 + number_width(1) * (look == "sourced")


def _small(button: CommandButton) -> CommandButton:
    """As wide as its words."""
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button


class _Stream(QTextEdit):
    """Where a text appears while it is written, set as the email is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setReadOnly(True)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setFont(fonts.font(TEXT_SIZE))
        self.setAccessibleName("The draft as it is being written")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(MARGIN)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        t = self._theme.tokens
        self.setStyleSheet(
            f"QTextEdit {{ background: {t.panel}; color: {t.ink}; border: 0;"
            f" padding: {TOP}px {LEFT}px 8px {LEFT - MARGIN}px; }}"
        )
