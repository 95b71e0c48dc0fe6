"""What the figures of a dashboard are of: the period, what it is compared with, a segment, an owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.customers import FilterChoices
from models.values.dashboards import PERIODS, Filters
from views.background import Failed
from views.theme import Theme
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import row

_NARROW: Final = 92
_NARROW_BELOW: Final = 1000
_COMPARED: Final = (("previous", "Period before"), ("year", "A year before"), ("", "No comparison"))


class FilterBar(QWidget):
    """Four boxes; `changed` when a person chose in one."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.period = ChoiceBox(theme, "Period", small=True)
        self.compare = ChoiceBox(theme, "Compared with", small=True)
        self.segment = ChoiceBox(theme, "Segment", small=True)
        self.owner = ChoiceBox(theme, "Owner", small=True)
        for box, choices in ((self.period, PERIODS), (self.compare, _COMPARED)):
            for data, words in choices:
                box.addItem(words, data)
        self.period.setCurrentIndex(self.period.findData(Filters().period))
        self._fill(self.segment, "All segments", ())
        self._fill(self.owner, "All owners", ())
        for box in self.boxes:
            box.currentTextChanged.connect(lambda words, box=box: box.setToolTip(f"{box.accessibleName()}: {words}"))
            box.setToolTip(f"{box.accessibleName()}: {box.currentText()}")
            box.activated.connect(self.changed)
        bar = row(*self.boxes, margins=(8, 6, 16, 6))
        bar.setSpacing(6)
        self.setLayout(bar)

    def fit(self, width: int) -> None:
        """Leave room for the tabs in a window of this width; what is elided is in the tooltip."""
        for box in self.boxes:
            box.setMaximumWidth(_NARROW if width < _NARROW_BELOW else 320)

    @property
    def boxes(self) -> tuple[ChoiceBox, ...]:
        """The boxes from left to right."""
        return (self.period, self.compare, self.segment, self.owner)

    @property
    def filters(self) -> Filters:
        """What is chosen."""
        return Filters(
            period=self.period.currentData(), compare=self.compare.currentData() or None,
            segment=self.segment.currentData(), owner=self.owner.currentData(),
        )  # fmt: skip

    @property
    def kept(self) -> tuple[str, ...]:
        """What is chosen, as it is remembered."""
        return tuple(box.currentData() for box in self.boxes)

    def recall(self, kept: Sequence[str]) -> None:
        """Choose what was remembered; segments and owners of the book are offered later."""
        for box, said in zip(self.boxes, kept, strict=False):
            if said and box in (self.segment, self.owner):
                box.addItem(said, said)
            box.setCurrentIndex(max(0, box.findData(said)))

    def offer(self, choices: FilterChoices) -> None:
        """Offer the segments and owners of the book; what is chosen stays, if the book has it."""
        before = self.filters
        self._fill(self.segment, "All segments", [name for name, _ in choices.segments])
        self._fill(self.owner, "All owners", [name for name, _ in choices.owners])
        if self.filters != before:
            self.changed.emit()

    def show_failure(self, failed: Failed) -> None:
        """Say on the boxes why segments and owners are not offered."""
        for box in (self.segment, self.owner):
            box.setToolTip(f"{box.accessibleName()}: could not be loaded. {failed.words}")

    @staticmethod
    def _fill(box: ChoiceBox, everyone: str, names: Sequence[str]) -> None:
        chosen = box.currentData()
        box.clear()
        box.addItem(everyone, "")
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.updateGeometry()
