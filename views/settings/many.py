"""Fields for many values at once: boxes to tick, and a figure or a tone for each segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from models.values.outreach import TONES
from models.values.scores import SEGMENTS
from views.settings.typed import joined, pairs
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import clear, in_tab_order, label

_COLUMNS = 2
_ROOM = 360

Field = TypeVar("Field", bound=QWidget)


class _Many(QWidget):
    """Several fields that are one setting: the focus goes to the first."""

    edited = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.grid = QGridLayout()
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(2)
        self.setLayout(self.grid)

    def _tell(self, *_args: object) -> None:
        if not self.signalsBlocked():
            self.edited.emit()


class Ticks(_Many):
    """Boxes to tick. Its text has a line for each that is ticked; one that is no longer offered is kept."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(title)
        #: The boxes by what they stand for.
        self.boxes: dict[str, QCheckBox] = {}
        self._choices: tuple[tuple[str, str], ...] = ()
        self.offer(choices)

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these (text, words); what is ticked stays ticked."""
        if tuple(choices) == self._choices and self.boxes:
            return
        ticked = self.text().split("\n") if self.boxes else []
        self._choices = tuple(choices)
        self._lay_out([name for name in ticked if name])

    def text(self) -> str:
        """What is ticked, a line each."""
        return "\n".join(name for name, box in self.boxes.items() if box.isChecked())

    def put(self, text: str) -> None:
        """Tick these and no others."""
        ticked = [line.strip() for line in text.splitlines() if line.strip()]
        if any(name not in self.boxes for name in ticked):
            self._lay_out(ticked)
        for name, box in self.boxes.items():
            box.setChecked(name in ticked)

    def _lay_out(self, ticked: Sequence[str]) -> None:
        clear(self.grid)
        self.boxes = {}
        offered = dict(self._choices)
        rest = {name: name.replace("_", " ") for name in ticked if name not in offered}
        shown = {**offered, **rest}
        widest = max((fonts.width(words, fonts.LIST) for words in shown.values()), default=0) + 46
        columns = max(1, min(3, int(_ROOM // widest)))
        for at, (name, words) in enumerate(shown.items()):
            box = self.boxes[name] = QCheckBox(words)
            box.setFont(fonts.font(fonts.LIST))
            box.setAccessibleName(f"{self._title}: {words}")
            box.setChecked(name in ticked)
            box.toggled.connect(self._tell)
            self.grid.addWidget(box, at // columns, at % columns)
        for column in range(columns):
            self.grid.setColumnStretch(column, 1)
        self._put_in_order(list(self.boxes.values()))

    def _put_in_order(self, boxes: Sequence[QWidget]) -> None:
        before = self._before()
        in_tab_order(*([before] if before is not None else []), *boxes)
        if boxes:
            self.setFocusProxy(boxes[0])

    def _before(self) -> QWidget | None:
        """The field that Tab reaches before these; None as long as it stands alone."""
        at = self.previousInFocusChain()
        while at is not None and at is not self:
            if at.focusPolicy() & Qt.FocusPolicy.TabFocus and not self.isAncestorOf(at):
                return at
            at = at.previousInFocusChain()
        return None


class _EachSegment(_Many, Generic[Field]):
    """A field for each segment. What is set for one that is not known is kept."""

    def __init__(self, title: str, field: Callable[[str], Field], unit: str = "") -> None:
        super().__init__(title)
        self._rest: dict[str, str] = {}
        self._fields = {segment: field(f"{title}: {segment}") for segment in reversed(SEGMENTS)}
        for at, (segment, one) in enumerate(self._fields.items()):
            where, column = at // _COLUMNS, 3 * (at % _COLUMNS)
            words = label(segment, fonts.LIST, fonts.REGULAR, "ink_2")
            words.setBuddy(one)
            self.grid.addWidget(words, where, column)
            self.grid.addWidget(one, where, column + 1)
            if unit:
                self.grid.addWidget(label(unit, fonts.LIST, fonts.REGULAR, "ink_2"), where, column + 2)
        self.setFocusProxy(next(iter(self._fields.values())))
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnMinimumWidth(0, 78)
        self.grid.setColumnMinimumWidth(2, 14)
        self.grid.setColumnMinimumWidth(3, 78)
        self.grid.setColumnStretch(5, 1)

    def text(self) -> str:
        """What is set, a line a segment."""
        return joined({**{segment: self._said(one) for segment, one in self._fields.items()}, **self._rest})

    def put(self, text: str) -> None:
        """Show this, and the usual where a segment has no line."""
        given = pairs(text)
        for segment, one in self._fields.items():
            self._show(one, given.pop(segment, ""))
        self._rest = given

    def _said(self, field: Field) -> str:
        raise NotImplementedError

    def _show(self, field: Field, text: str) -> None:
        raise NotImplementedError


class BySegment(_EachSegment[QLineEdit]):
    """A figure for each segment; an empty one is the general figure."""

    def __init__(self, title: str, unit: str) -> None:
        super().__init__(title, self._line, unit)

    @property
    def lines(self) -> dict[str, QLineEdit]:
        """The fields by segment."""
        return self._fields

    def _line(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setFont(fonts.font(fonts.LIST))
        made.setFixedWidth(60)
        made.setMaxLength(12)
        made.setAccessibleName(name)
        made.textEdited.connect(self._tell)
        return made

    def _said(self, field: QLineEdit) -> str:
        return field.text()

    def _show(self, field: QLineEdit, text: str) -> None:
        field.setText(text)


class ToneBySegment(_EachSegment[ChoiceBox]):
    """A tone to choose for each segment; the first choice is the usual one."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__(title, lambda name: self._box(theme, name))

    @property
    def boxes(self) -> dict[str, ChoiceBox]:
        """The boxes by segment."""
        return self._fields

    def _box(self, theme: Theme, name: str) -> ChoiceBox:
        made = ChoiceBox(theme, name)
        made.addItem("As usual", "")
        for words in TONES.values():
            made.addItem(words, words)
        made.setMinimumWidth(64)  # elided in the narrowest window
        made.setMaximumWidth(112)
        made.currentIndexChanged.connect(self._tell)
        return made

    def _said(self, field: ChoiceBox) -> str:
        return str(field.currentData())

    def _show(self, field: ChoiceBox, text: str) -> None:
        if field.findData(text) < 0:
            field.addItem(text, text)
        field.setCurrentIndex(field.findData(text))
