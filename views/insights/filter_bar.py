"""What the figures of a dashboard are of: the period, the comparison, and chips for what rows are chosen by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from models.values.dashboards import FILTERED, PERIODS, Filters
from views.background import Failed
from views.theme import Theme
from views.widgets.chip import AddChip, Chip
from views.widgets.choice_box import ChoiceBox
from views.widgets.flow import FlowLayout
from views.widgets.labels import clear, row

_NARROW: Final = 100
_NARROW_BELOW: Final = 1000
#: So many values of a filter a menu lists; more are in menus of their own, by name.
_MOST: Final = 40
_COMPARED: Final = (("previous", "Period before"), ("year", "A year before"), ("", "No comparison"))
_TITLES: Final = dict(FILTERED)
#: What the boxes say where they are narrow; the tooltip has the whole.
_SHORT: Final = {
    "Last 30 days": "30 days", "Last 90 days": "90 days", "Last 6 months": "6 months", "Last 12 months": "12 months",
    "Period before": "Before", "A year before": "Year before", "No comparison": "None",
}  # fmt: skip


class FilterBar(QWidget):
    """Two boxes and "+ Filter"; `changed` when a person chose something. The chips stand where the page puts `line`."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = Filters()  # what rows are chosen by; period and comparison are the boxes'
        self._choices: Mapping[str, Sequence[str]] = {}
        self._fault = ""
        self.period = ChoiceBox(theme, "Period", small=True)
        self.compare = ChoiceBox(theme, "Compared with", small=True)
        for box, choices in zip(self.boxes, (PERIODS, _COMPARED), strict=True):
            for data, words in choices:
                box.addItem(words, data)
            say = partial(self._say_whole, box, dict(choices))
            box.currentIndexChanged.connect(say)
            say()
            box.activated.connect(self.changed)
        self.period.setCurrentIndex(self.period.findData(Filters().period))
        self.add = AddChip(theme, "Filter")
        self.add.clicked.connect(self.open_menu)
        bar = row(*self.boxes, self.add, margins=(8, 6, 0, 6))
        bar.setSpacing(6)
        self.setLayout(bar)
        self.line = QWidget(self)
        self.line.setAccessibleName("Filters")
        self._shown: list[Chip] = []
        chips = QWidget()
        self._chips = FlowLayout(chips)
        self.line.setLayout(row(chips, margins=(16, 0, 16, 8)))
        self._show_chips()

    def fit(self, width: int) -> None:
        """Leave room for the tabs in a window of this width, with shorter words where it is narrow."""
        narrow = width < _NARROW_BELOW
        for box, choices in zip(self.boxes, (PERIODS, _COMPARED), strict=True):
            box.setMaximumWidth(_NARROW if narrow else 320)
            for at, (_data, words) in enumerate(choices):
                box.setItemText(at, _SHORT.get(words, words) if narrow else words)

    @staticmethod
    def _say_whole(box: ChoiceBox, words: Mapping[str, str], _at: int = 0) -> None:
        box.setToolTip(f"{box.accessibleName()}: {words[box.currentData()]}")

    @property
    def boxes(self) -> tuple[ChoiceBox, ...]:
        """The boxes from left to right."""
        return (self.period, self.compare)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The filters that are set, from left to right."""
        return tuple(self._shown)

    @property
    def filters(self) -> Filters:
        """What is chosen."""
        return replace(self._rows, period=self.period.currentData(), compare=self.compare.currentData() or None)

    @property
    def kept(self) -> tuple[str, ...]:
        """What is chosen, as it is remembered."""
        now = self.filters
        return (now.period, now.compare or "", now.segment, now.owner, now.tier, now.region, now.category)

    def recall(self, kept: Sequence[str]) -> None:
        """Choose what was remembered."""
        if len(kept) > 1:
            period, compare, segment, owner, tier, region, category = (*kept, *[""] * 5)[:7]
            known = Filters().compare if compare not in ("previous", "year", "") else compare or None
            self.choose(Filters(period, known, segment, owner, tier, region, category))  # type: ignore[arg-type]

    def choose(self, filters: Filters) -> None:
        """Choose all of it without telling anyone; values that the book has not are let go when it is known."""
        for box, data in ((self.period, filters.period), (self.compare, filters.compare or "")):
            box.setCurrentIndex(max(0, box.findData(data)))
        self._rows = filters
        self._show_chips()

    def offer(self, choices: Mapping[str, Sequence[str]]) -> None:
        """Offer what the book has; what is chosen stays, if the book has it."""
        self._choices, self._fault = choices, ""
        gone = {name: "" for name, _title, said in self._rows.chosen if said not in choices.get(name, ())}
        if gone:
            self._set(**gone)

    def show_failure(self, failed: Failed) -> None:
        """Say in the menu why nothing is offered."""
        self._fault = f"Could not be loaded. {failed.words}"

    # -- chips ----------------------------------------------------------------------------------------------------

    def _set(self, **values: str) -> None:
        before = self._rows
        self._rows = replace(before, **values)  # type: ignore[arg-type]
        if self._rows != before:
            self._show_chips()
            self.changed.emit()

    def _show_chips(self) -> None:
        focus = next((at for at, chip in enumerate(self._shown) if chip.hasFocus()), None)
        clear(self._chips)
        self._shown = []
        for name, title, said in self._rows.chosen:
            chip = Chip(self._theme, f"{title}: {said}")
            chip.clicked.connect(partial(self._open_values, chip, name))
            chip.removed.connect(partial(self._remove, name))
            self._chips.addWidget(chip)
            self._shown.append(chip)
        self.line.setVisible(bool(self._shown))
        if focus is not None:
            after = self._shown[min(focus, len(self._shown) - 1)] if self._shown else self.add
            after.show()  # now, as nothing hidden takes the focus
            after.setFocus()

    def _remove(self, name: str) -> None:
        self._set(**{name: ""})

    def open_menu(self) -> None:
        """Offer every filter with its values."""
        self.menu().popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    def menu(self) -> QMenu:
        """Every filter with its values."""
        menu = self._menu("Add a filter")
        for name, title in FILTERED:
            values = self._choices.get(name, ())
            inner = menu.addMenu(title)
            inner.setEnabled(bool(values))
            self._fill(inner, name)
        if self._fault or not any(self._choices.values()):
            menu.addAction(self._fault or "This book has nothing to filter by yet").setEnabled(False)
        return menu

    def _open_values(self, chip: Chip, name: str) -> None:
        menu = self._menu(_TITLES[name])
        self._fill(menu, name)
        menu.popup(chip.mapToGlobal(QPoint(0, chip.height())))

    def _menu(self, title: str) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(title)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _fill(self, menu: QMenu, name: str) -> None:
        values = self._choices.get(name, ())
        if len(values) > _MOST:
            by_name = sorted(values, key=str.casefold)
            size = -(-len(values) // -(-len(values) // _MOST))  # menus of like length
            for at in range(0, len(values), size):
                part = by_name[at : at + size]
                self._list(menu.addMenu(f"{part[0]} to {part[-1]}".replace("&", "&&")), name, part)
        else:
            self._list(menu, name, values)

    def _list(self, menu: QMenu, name: str, values: Sequence[str]) -> None:
        for value in values:
            action = menu.addAction(value.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(value == getattr(self._rows, name))
            action.triggered.connect(partial(self._toggle, name, value))

    def _toggle(self, name: str, value: str, _checked: bool = False) -> None:
        self._set(**{name: "" if getattr(self._rows, name) == value else value})
