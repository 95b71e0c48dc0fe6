"""How a file is read, as far as a person may decide it: what it is about, day or month first, currency, time zone."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import available_timezones

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QSizePolicy, QWidget

from models.values.imports import ImportOptions, Preview
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import label

BY_EVIDENCE = "as the file shows"
UNSAID = "choose what it contains"
ORDERS = (
    ("dmy", "Day first: 31.12.2026"),
    ("mdy", "Month first: 12/31/2026"),
    ("ymd", "Year first: 2026-12-31"),
)
#: Kinds of activities that scores and rules know; any other word is kept as it is.
KINDS = ("login", "document_view", "feature_use", "web_session", "store_visit", "fit_scan", "call")
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "SEK", "NOK", "DKK", "PLN", "INR", "BRL")


class ReadingOptions(QWidget):
    """Boxes for each decision; a change is told with the options that follow from it."""

    changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._options = ImportOptions()
        self._entity = ChoiceBox(theme, "What the file contains")
        self._kind = ChoiceBox(theme, "Kind of every row", editable=True)
        self._kind.setToolTip("No column says what the rows are. Choose a kind, or type one.")
        self._order = ChoiceBox(theme, "Order of day and month")
        self._currency = ChoiceBox(theme, "Currency", editable=True)
        self._zone = ChoiceBox(theme, "Time zone", editable=True)
        self._source = ChoiceBox(theme, "Source of the IDs", editable=True)
        self._source.setToolTip("Files from one source share IDs: the same ID means the same customer or order.")
        self._zone_filled = False
        self._fill(self._order, [("", BY_EVIDENCE), *ORDERS], "")
        self._fill(self._currency, [("", BY_EVIDENCE), *((one, one) for one in CURRENCIES)], "")
        self._fill(self._zone, [("", "this computer's zone")], "")
        self._form = form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        rows = (
            *(
                ("Record type", self._entity),
                ("Kind", self._kind),
                ("Date order", self._order),
                ("Currency", self._currency),
                ("Time zone", self._zone),
            ),
            ("Source", self._source),
        )
        for title, box in rows:
            caption = label(title, fonts.SMALL, fonts.REGULAR, "ink_2")
            caption.setFixedHeight(30)
            caption.setBuddy(box)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            form.addRow(caption, box)
        self.setLayout(form)
        self._entity.activated.connect(lambda _at: self._tell(entity=_chosen(self._entity)))
        self._order.activated.connect(lambda _at: self._tell(date_order=_chosen(self._order)))
        for box, name in (
            (self._kind, "kind"),
            (self._currency, "currency"),
            (self._zone, "timezone"),
            (self._source, "source"),
        ):
            box.activated.connect(lambda _at, box=box, name=name: self._tell(**{name: _chosen(box)}))
            line = box.lineEdit()
            assert line is not None
            line.editingFinished.connect(lambda box=box, name=name: self._typed(box, name))

    def show_options(self, preview: Preview, options: ImportOptions) -> None:
        """Show what was decided, and what the file is about where nothing was."""
        self._options = options
        unsaid = [] if preview.entity else [("", UNSAID)]
        self._fill(self._entity, [*unsaid, *preview.entities], preview.entity)
        self._fill(self._order, [("", BY_EVIDENCE), *ORDERS], options.date_order or "")
        self._show_kind(preview, options)
        _put(self._currency, options.currency)
        _put(self._zone, options.timezone)
        said = options.source or ""
        known = sorted({*preview.sources, said} - {"", preview.source if not said else ""})
        proposed = BY_EVIDENCE if said else preview.source or BY_EVIDENCE
        self._fill(self._source, [("", proposed), *((one, one) for one in known)], said)

    def _show_kind(self, preview: Preview, options: ImportOptions) -> None:
        """Ask for the kind of activities only where no column of the file says it."""
        said = [one for one in preview.columns if one.field == "kind"]
        self._form.setRowVisible(self._kind, preview.entity == "activities" and not any(one.fixable for one in said))
        taken = next((_worded(one.samples[0]) for one in said if one.samples and not options.kind), BY_EVIDENCE)
        self._fill(self._kind, [("", taken), *((one, _worded(one)) for one in KINDS)], options.kind or "")
        _put(self._kind, options.kind)

    def showEvent(self, event: object) -> None:
        if not self._zone_filled:
            self._zone_filled = True
            zones = sorted(available_timezones())
            self._fill(self._zone, [("", "this computer's zone"), *((zone, zone) for zone in zones)],
                       self._options.timezone or "")  # fmt: skip

    def _fill(self, box: QComboBox, rows: list[tuple[str, str]], chosen: str) -> None:
        box.blockSignals(True)
        box.clear()
        for value, words in rows:
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.blockSignals(False)

    def _typed(self, box: QComboBox, name: str) -> None:
        text = box.currentText().strip()
        known = box.findText(text, Qt.MatchFlag.MatchFixedString)
        value = str(box.itemData(known) or "") if known >= 0 else text.upper() if name == "currency" else text
        if value != (getattr(self._options, name) or ""):
            self._tell(**{name: value or None})

    def _tell(self, **changes: object) -> None:
        options = replace(self._options, **changes)  # type: ignore[arg-type]
        if "entity" in changes:
            # Another entity has other fields: a mapping for the old one means nothing.
            options = replace(options, mapping=(), kind=None)
        self._options = options
        self.changed.emit(options)


def _chosen(box: QComboBox) -> str | None:
    return str(box.currentData() or "") or None


def _worded(kind: str) -> str:
    return kind.replace("_", " ")


def _put(box: QComboBox, value: str | None) -> None:
    at = box.findData(value or "")
    box.setCurrentIndex(max(0, at))
    if at < 0 and value:
        box.setEditText(value)
