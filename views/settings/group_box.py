"""One group of settings: heading, what it is for, a line for each setting, and the sum where parts must add up."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from views.settings.draft import sum_of
from views.settings.fields import Group, Setting
from views.settings.inputs import Input
from views.theme import Theme, fonts
from views.widgets.labels import column, headed, label, note, rule, set_ink
from views.words import THIN

_TITLE_WIDE = 250


class GroupBox(QWidget):
    """Shows the settings of a group.

    Signals
    -------
    edited : path of the setting that a person changed.
    """

    edited = Signal(str)

    def __init__(
        self,
        theme: Theme,
        group: Group,
        *,
        after: Mapping[str, tuple[str, QWidget]] | None = None,
        foot: QWidget | None = None,
    ) -> None:
        """
        Parameters
        ----------
        after : a further line, its title and its field, that stands below the setting with this path.
        foot : stands below all lines, such as buttons.
        """
        super().__init__()
        self.group = group
        self.inputs: dict[str, Input] = {}
        self._faults: dict[str, QLabel] = {}
        self._lines: dict[str, tuple[QWidget, QWidget]] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, _TITLE_WIDE)
        self._grid.setColumnStretch(1, 1)
        for setting in group.settings:
            self._add_setting(theme, setting)
            if after and setting.path in after:
                title, field = after[setting.path]
                self._add(title, title, field, field)
        self._sum = label("", fonts.LIST, fonts.SEMIBOLD, parent=self)
        self._sum.setVisible(bool(group.sums_to))
        if group.sums_to:
            self._grid.addWidget(label("Sum", fonts.LIST, fonts.SEMIBOLD), self._grid.rowCount(), 0)
            self._grid.addWidget(self._sum, self._grid.rowCount() - 1, 1)
        below: tuple[QWidget | int, ...] = (12, foot) if foot is not None else ()
        self.setLayout(headed(group.title, group.says, 12, self._grid, *below, 18, rule(soft=True), 18))

    def _add_setting(self, theme: Theme, setting: Setting) -> None:
        made = Input(theme, setting)
        made.edited.connect(self.edited)
        fault = label("", fonts.SMALL, fonts.REGULAR, "critical_text", wrap=True)
        fault.hide()
        below = note(setting.says, fonts.SMALL, "ink_3")
        if not setting.says or setting.kind == "tick":
            below.hide()
        cell = QWidget()
        cell.setLayout(column(made, 2, fault, below))
        self._add(setting.path, setting.title, cell, made.field)
        self.inputs[setting.path], self._faults[setting.path] = made, fault

    @property
    def first(self) -> QWidget:
        """The field of its first setting."""
        return next(iter(self.inputs.values())).field

    def show_line(self, key: str, on: bool) -> None:
        """Show or hide a line: the path of a setting, or the title of a further line."""
        for part in self._lines[key]:
            part.setVisible(on)

    def _add(self, key: str, words: str, field: QWidget, buddy: QWidget) -> None:
        title = label(words, fonts.LIST, wrap=True)
        title.setFixedWidth(_TITLE_WIDE)
        title.setMinimumHeight(32)
        title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        title.setBuddy(buddy)
        at = self._grid.rowCount()
        self._grid.addWidget(title, at, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(field, at, 1)
        self._lines[key] = (title, field)

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

    def lock(self, path: str, why: str, *, said_below: bool = True) -> None:
        """Disable a setting, with the reason as its tooltip and below it; in a group, once is enough."""
        self.inputs[path].setEnabled(False)
        self.inputs[path].setToolTip(why)
        if not said_below:
            return
        self._faults[path].setText(why)
        set_ink(self._faults[path], "ink_2")
        self._faults[path].show()
