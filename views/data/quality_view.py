"""Data quality: what is missing and what for, possible duplicates, contradictions, how old each kind of data is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.people import PairCounts, QualityRow
from models.values.quality import DataAge, DataQuality, FieldFill
from models.values.words import capital
from views.data.receipt_view import Band
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import column, kind_of, label, row, scrolling
from views.widgets.states import StatePane, rows_skeleton
from views.words import counted, percent, whole

#: Below this share a field that matters is called thin.
THIN = 0.8
_FIELDS = (
    TableColumn("Field", 200),
    TableColumn("Filled", 84, right=True),
    TableColumn("Missing", 92, right=True),
    TableColumn("If missing", keeps=1),
)
_AGES = (TableColumn("Kind of data"), TableColumn("Last day", 140), TableColumn("Age", 140, keeps=1))
_CONTRADICTIONS = (TableColumn("Contradiction"), TableColumn("Example", 220, keeps=1))


class QualityView(QWidget):
    """Shows a `DataQuality`. `duplicates_wanted` leads to the review list, `customer_wanted` to a customer."""

    duplicates_wanted = Signal()
    customer_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._pairs = label("", fonts.LIST, fonts.REGULAR, wrap=True)
        self.review = CommandButton(theme, "Review possible duplicates", "copy")
        self.review.clicked.connect(self.duplicates_wanted)
        self._fields_band, self._pairs_band = Band(theme), Band(theme)
        self._ages_band, self._contradictions_band = Band(theme), Band(theme)
        self.fields = WordTable(theme, "How complete fields are", _FIELDS, whole=True)
        self.ages = WordTable(theme, "How old each kind of data is", _AGES, whole=True, passive=True)
        self.contradictions = WordTable(theme, "Contradictions", _CONTRADICTIONS, whole=True)
        self.contradictions.linked.connect(lambda _what, key: self.customer_wanted.emit(key))
        self.contradictions.opened.connect(self._opened)
        pairs = QWidget()
        asked = row(self._pairs, 16, self.review, margins=(20, 10, 20, 12))
        asked.setStretch(0, 1)
        pairs.setLayout(asked)
        inner = QWidget()
        parts = (self._pairs_band, pairs, self._fields_band, self.fields)
        rest = (self._contradictions_band, self.contradictions, self._ages_band, self.ages)
        inner.setLayout(column(*parts, *rest, -1))
        kind_of(inner, "panel")
        self.state = StatePane(theme, scrolling(inner), rows_skeleton(32))
        self.setLayout(column(self.state))

    def show_quality(self, quality: DataQuality) -> None:
        """Show what is known about the data."""
        if not quality.fields:
            words = "Once you import data, this page shows what is missing, out of date or contradictory."
            self.state.show_empty("No data yet", words)
            return
        thin = [one for one in quality.fields if is_thin(one)]
        self._fields_band.say("Completeness", f"{counted(len(thin), 'field')} to look at" if thin else "")
        self.fields.show_lines(field_lines(quality.fields))
        self._pairs_band.say("Possible duplicates", "")
        self._pairs.setText(pair_words(quality.pairs))
        self.review.setVisible(any((quality.pairs.pending, quality.pairs.later, quality.pairs.merged)))
        found = quality.contradictions
        self._contradictions_band.say("Contradictions", "" if found else "None found")
        self.contradictions.show_lines([contradiction_line(one) for one in found])
        self.contradictions.setVisible(bool(found))
        stale = sum(1 for one in quality.ages if one.stale)
        self._ages_band.say("Age of the data", f"{counted(stale, 'kind')} older than usual" if stale else "")
        self.ages.show_lines([age_line(one) for one in quality.ages])
        self.state.show_content()

    def _opened(self, key: object) -> None:
        if isinstance(key, int):
            self.customer_wanted.emit(key)


def is_thin(one: FieldFill) -> bool:
    """Whether a field that something depends on is missing in many rows."""
    return bool(one.matters) and one.share < THIN


def pair_words(pairs: PairCounts) -> str:
    """How many pairs of customers wait for a decision."""
    if pairs.pending or pairs.later:
        later = f", {whole(pairs.later)} more left for later" if pairs.later else ""
        verb = "looks" if pairs.pending == 1 else "look"
        found = f"{counted(pairs.pending, 'pair')} {verb} like the same customer{later}"
        return f"{found}. None are merged until you decide."
    merged = (
        f" {counted(pairs.merged, 'record')} {'is' if pairs.merged == 1 else 'are'} merged." if pairs.merged else ""
    )
    return f"None found.{merged}"


def field_lines(fields: Sequence[FieldFill]) -> list[TableLine]:
    """Fields by kind, each kind under its own name."""
    lines: list[TableLine] = []
    kind = ""
    for one in fields:
        if one.kind != kind:
            kind = one.kind
            heading = TableCell(f"{kind}, {whole(one.of)}", strong=True)
            lines.append(TableLine((heading, TableCell(""), TableCell(""), TableCell("")), None))
        ink = "warning_text" if is_thin(one) else "ink"
        icon = "warning" if is_thin(one) else ""
        missing = TableCell(whole(one.missing) if one.missing else "none", "ink_2" if one.missing else "ink_3")
        why = capital(one.matters)
        cells = (TableCell(f"   {one.name}"), TableCell(share_words(one), ink, strong=bool(icon), icon=icon), missing)
        lines.append(TableLine((*cells, TableCell(why, "ink_2", small=True, tip=why)), None))
    return lines


def share_words(one: FieldFill) -> str:
    """The share that is filled; what is nearly all or nearly nothing is not called all or nothing."""
    if one.missing > 0 and one.share > 0.99:
        return f"over {percent(0.99)}"
    if one.filled and one.share < 0.01:
        return f"under {percent(0.01)}"
    return percent(one.share)


def contradiction_line(one: QualityRow) -> TableLine:
    """One contradiction, with the first customer whom it is about."""
    number, name = one.customers[0] if one.customers else (None, "")
    more = f" and {whole(one.count - 1)} more" if one.count > 1 else ""
    who = TableCell(f"{name or 'Customer'}{more}", link="customer" if number is not None else "")
    return TableLine((TableCell(one.words, tip=one.words), who), number)


def age_line(one: DataAge) -> TableLine:
    """How old one kind of data is."""
    day = f"{one.last_on.day} {one.last_on:%b %Y}"
    old = "today" if one.age_days == 0 else f"{counted(one.age_days, 'day')} old"
    age = TableCell(old, "warning_text", icon="warning", tip="Older than usual") if one.stale else TableCell(old)
    return TableLine((TableCell(capital(one.kind)), TableCell(day, "ink_2"), age), None)
