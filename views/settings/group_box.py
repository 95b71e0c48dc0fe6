"""One group of settings: heading, what it is for, a line for each setting, and the sum where parts must add up."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from views.settings.draft import sum_of
from views.settings.fields import Group
from views.settings.inputs import Input
from views.theme import Theme, fonts
from views.widgets.labels import column, label, rule, set_ink
from views.words import THIN

_TITLE_WIDE = 250


class GroupBox(QWidget):
    """Shows the settings of a group. `edited` names the one that a person changed."""

    edited = Signal(str)

    def __init__(self, theme: Theme, group: Group) -> None:
        super().__init__()
        self.group = group
        self.inputs: dict[str, Input] = {}
        self._faults: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, _TITLE_WIDE)
        grid.setColumnStretch(1, 1)
        for at, setting in enumerate(group.settings):
            title = label(setting.title, fonts.LIST, wrap=True)
            title.setFixedWidth(_TITLE_WIDE)
            title.setMinimumHeight(32)
            title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            made = Input(theme, setting)
            made.edited.connect(self.edited)
            title.setBuddy(made.field)
            fault = label("", fonts.SMALL, fonts.REGULAR, "critical_text", wrap=True)
            fault.hide()
            below = label(setting.says, fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
            below.setVisible(bool(setting.says))
            grid.addWidget(title, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(column(made, 2, fault, below), at, 1)
            self.inputs[setting.path], self._faults[setting.path] = made, fault
        self._sum = label("", fonts.LIST, fonts.SEMIBOLD)
        if group.sums_to:
            grid.addWidget(label("Sum", fonts.LIST, fonts.SEMIBOLD), len(group.settings), 0)
            grid.addWidget(self._sum, len(group.settings), 1)
        heading = label(group.title, fonts.HEADING, fonts.SEMIBOLD)
        says = label(group.says, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.setLayout(column(heading, 2, says, 12, grid, 18, rule(soft=True), 18))

    def show_texts(self, texts: Mapping[str, str]) -> None:
        """Show these texts in the fields."""
        for path, made in self.inputs.items():
            if made.text != texts[path]:
                made.put(texts[path])

    def show_faults(self, faults: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Show the fault of each field, and the sum of the parts."""
        for path, made in self.inputs.items():
            fault = faults.get(path, "")
            made.set_fault(fault)
            self._faults[path].setText(fault)
            self._faults[path].setVisible(bool(fault))
        if self.group.sums_to:
            total = sum_of(texts, self.group.sums_to)
            right = total is not None and abs(total - 100) < 0.05
            shown = "–" if total is None else f"{total:.6g}{THIN}%"
            self._sum.setText(shown if right else f"{shown}, must be 100{THIN}%")
            set_ink(self._sum, "good_text" if right else "critical_text")

    def lock(self, path: str, why: str) -> None:
        """Disable a setting, with the reason below it."""
        self.inputs[path].setEnabled(False)
        self.inputs[path].setToolTip(why)
        self._faults[path].setText(why)
        set_ink(self._faults[path], "ink_2")
        self._faults[path].show()
