"""How a file is written, as it was concluded: each part with its evidence, and a box to override it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from models.values.reading import Conclusion, Reading, ReadingChoice, also
from models.values.words import capital
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import clear, label
from views.words import percent

Offer = tuple[str, ReadingChoice]

TITLES = {
    "sheet": "Sheet",
    "file": "File in the archive",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "quote": "Text quotes",
    "header": "Header row",
    "tables": "Table",
}
_ENCODINGS = (
    ("UTF-8", "utf-8"),
    ("Windows-1252", "cp1252"),
    ("Latin-1", "latin-1"),
    ("Mac Roman", "mac_roman"),
    ("Windows-1250", "cp1250"),
    ("Windows-1251", "cp1251"),
    ("UTF-16, low byte first", "utf-16-le"),
    ("UTF-16, high byte first", "utf-16-be"),
)
_DELIMITERS = (
    ("comma", ","),
    ("semicolon", ";"),
    ("tab", "\t"),
    ("vertical bar", "|"),
    ("blank", " "),
    ("runs of spaces", "blanks"),
    ("fixed width", "fixed"),
)
_QUOTES = (("quotation marks", '"'), ("apostrophes", "'"), ("no quotes", ""))
_HEADER_ROWS = 8
_SURE = 0.95


def offers_for(one: Conclusion, choice: ReadingChoice) -> list[Offer]:
    """What may be chosen for a part of the reading: what holds now first, then likely ones, then all usual ones."""
    found: list[Offer] = [(one.words, choice)]
    if _said(one.part, choice):
        found.append(("detect automatically", _unsaid(one.part, choice)))
    found += [(option.words, also(choice, option.choice)) for option in one.options]
    found += [offer for offer in _usual(one.part, choice) if offer[0] != one.words]
    kept: list[Offer] = []
    for words, chosen in found:
        if not kept or chosen not in [seen for _words, seen in kept]:
            kept.append((words, chosen))
    return kept


def _usual(part: str, choice: ReadingChoice) -> list[Offer]:
    if part == "encoding":
        return [(words, replace(choice, encoding=name)) for words, name in _ENCODINGS]
    if part == "delimiter":
        return [(words, replace(choice, delimiter=sign)) for words, sign in _DELIMITERS]
    if part == "quote":
        return [(words, replace(choice, quote=sign)) for words, sign in _QUOTES]
    if part == "header":
        rows = [(f"row {n} names the columns", replace(choice, header_row=n)) for n in range(1, _HEADER_ROWS + 1)]
        two = [(f"{n} rows name the columns", replace(choice, header_rows=n)) for n in (2, 3)]
        return [*rows, *two, ("no row names the columns", replace(choice, header_row=0, header_rows=None))]
    return []


def _said(part: str, choice: ReadingChoice) -> bool:
    return _unsaid(part, choice) != choice


def _unsaid(part: str, choice: ReadingChoice) -> ReadingChoice:
    names = {"header": ("header_row", "header_rows"), "tables": ("table",), "file": ("member",)}.get(part, (part,))
    known = {name: None for name in names if name in ReadingChoice.__slots__}
    return replace(choice, **known)


def why_words(one: Conclusion) -> str:
    """Why a part was concluded so; how sure that is, where it is not plain."""
    if one.confidence >= _SURE:
        return capital(one.why)
    return f"{percent(one.confidence)} sure: {one.why}"


def parts_of(reading: Reading) -> tuple[Conclusion, ...]:
    """The conclusions that are shown, with further tables of the file as one more."""
    shown = [one for one in reading.conclusions if one.part in TITLES]
    further = tuple(one for one in reading.others if one.choice.table is not None)
    sheets = tuple(one for one in reading.others if one.choice.table is None)
    if further:
        number = reading.choice.table or 1
        shown.append(Conclusion("tables", f"table {number}", "the file has several, one below the other", 0.8, further))
    if sheets and all(one.part != "sheet" for one in shown):
        shown.insert(0, Conclusion("sheet", "this one", "the file has several", 0.8, sheets))
    return tuple(shown)


class FileReading(QWidget):
    """Shows how a file was read. `changed` tells the `ReadingChoice` that a person makes of it."""

    changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._shown: tuple[Conclusion, ...] = ()
        self.boxes: dict[str, ChoiceBox] = {}

    def show_reading(self, reading: Reading) -> None:
        """Show what was concluded, and offer what else it could be; boxes that fit stay, with their focus."""
        parts = parts_of(reading)
        if [one.part for one in parts] != [one.part for one in self._shown]:
            self._build(parts)
        self._shown = parts
        for one in parts:
            self._fill(one, offers_for(one, reading.choice))
        self.setVisible(bool(parts))

    def _build(self, parts: Sequence[Conclusion]) -> None:
        clear(self._grid)
        self.boxes = {}
        self._whys = {}
        for place, one in enumerate(parts):
            box = ChoiceBox(self._theme, f"{TITLES[one.part]} of the file")
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            caption = label(TITLES[one.part], fonts.SMALL, fonts.REGULAR, "ink_2")
            caption.setBuddy(box)
            why = label("", fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
            why.setContentsMargins(0, 0, 0, 6)
            self._grid.addWidget(caption, 2 * place, 0)
            self._grid.addWidget(box, 2 * place, 1)
            self._grid.addWidget(why, 2 * place + 1, 1)
            box.activated.connect(lambda at, part=one.part: self._chosen(part, at))
            self.boxes[one.part] = box
            self._whys[one.part] = why

    def _fill(self, one: Conclusion, offers: Sequence[Offer]) -> None:
        box = self.boxes[one.part]
        box.blockSignals(True)
        box.clear()
        for words, chosen in offers:
            box.addItem(capital(words), chosen)
        box.setCurrentIndex(0)
        box.blockSignals(False)
        self._whys[one.part].setText(why_words(one))
        box.setAccessibleDescription(why_words(one))

    def _chosen(self, part: str, at: int) -> None:
        chosen = self.boxes[part].itemData(at)
        if at > 0 and isinstance(chosen, ReadingChoice):
            self.changed.emit(chosen)
