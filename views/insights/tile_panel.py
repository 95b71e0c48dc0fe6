"""The panel in which a person makes a tile: what is counted, by what, in which form, over which days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from models.values.dashboards import COMPARED_FORMS, LONGEST_NAME, PERIODS, Form, Offered, TileSpec
from models.values.metrics import Query
from services.metrics import forms_of, meant
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import label
from views.widgets.overlay import FormPanel

_FORMS: dict[Form, str] = {
    "figure": "Figure", "line": "Line", "bars": "Bars", "stacked": "Stacked bars", "ranges": "Ranges",
    "table": "Table", "funnel": "Funnel", "matrix": "Matrix", "changes": "What changed",
    "headline": "Headline", "glimpse": "Glimpse",
}  # fmt: skip
#: So many groups are shown of a tile that a person makes.
_GROUPS: dict[Form, int] = {"bars": 12, "ranges": 12, "table": 50}


class TilePanel(FormPanel):
    """Metric, dimension, form, period and title; each offers only what goes with the ones before.

    Parameters
    ----------
    tile
        The tile that is changed; None for a new one. Of one with several metrics or dimensions only form, period and
        title change.
    send
        Called with the tile when the panel is closed.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        offered: Sequence[Offered],
        tile: TileSpec | None,
        send: Callable[[TileSpec], None],
    ) -> None:
        title, button = ("Add a tile", "Add tile") if tile is None else ("Change tile", "Change tile")
        super().__init__(theme, window, title, button, self._ask, "Undo with Ctrl+Z.")
        self._offered = {one.name: one for one in offered}
        self._tile, self._tell = tile, send
        self.what = ChoiceBox(theme, "What", editable=True)
        for one in offered:
            self.what.addItem(one.title, one.name)
        completer = QCompleter(self.what.model(), self.what)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.what.setCompleter(completer)
        self.by, self.form, self.period = (ChoiceBox(theme, name) for name in ("By", "Form", "Period"))
        self.period.addItem("As chosen above", "")
        for period, words in PERIODS:
            self.period.addItem(words, period)
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.counts = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self._many = tile is not None and (len(tile.query.metrics) > 1 or len(tile.query.by) > 1)
        self._lay_out()
        self._start()

    def _lay_out(self) -> None:
        self.add("What", self.what)
        self._box.insertWidget(self._box.count() - 1, self.counts)
        for words, field in (("By", self.by), ("Form", self.form), ("Period", self.period), ("Title", self.name)):
            self.add(words, field)
        if self._many:
            for field in (self.what, self.by):
                field.setEnabled(False)
            self._tail.append(
                label("This tile has several metrics or groups: make a new one for others.", fonts.SMALL, wrap=True)
            )
        self.done()

    def _start(self) -> None:
        self.what.currentIndexChanged.connect(self._metric_chosen)
        self.what.editTextChanged.connect(self._typed)
        self.by.currentIndexChanged.connect(self._by_chosen)
        self.form.currentIndexChanged.connect(self._propose)
        if self._tile is None:
            self.what.setCurrentIndex(-1)
            self._metric_chosen()
            return
        query = self._tile.query
        self.what.setCurrentIndex(self.what.findData(query.metrics[0]))
        self._metric_chosen()
        if self._many:
            self.by.addItem(", ".join(query.by).capitalize(), ",".join(query.by))
        self.by.setCurrentIndex(max(0, self.by.findData(",".join(query.by))))
        self._by_chosen()
        self.form.setCurrentIndex(self.form.findData(self._tile.form))
        if self.period.findData(query.period) < 0:  # of a file
            self.period.addItem(query.period, query.period)
        self.period.setCurrentIndex(self.period.findData(query.period))
        self.name.setText(self._tile.title)

    # -- what goes with what ------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        found = self.what.findText(text, Qt.MatchFlag.MatchFixedString)
        if found >= 0:
            self.what.setCurrentIndex(found)

    def _metric_chosen(self, _index: int = 0) -> None:
        one = self._offered.get(self.what.currentData() or "")
        chosen = self.by.currentData()
        self.counts.setText(f"{one.of}: {one.counts}" if one is not None else "Type to find a metric.")
        self.by.clear()
        self.by.addItem("Nothing: one figure", "")
        for name, title in one.by if one is not None else ():
            self.by.addItem(title, name)
        self.by.setCurrentIndex(max(0, self.by.findData(chosen)))
        self._propose()

    def _by_chosen(self, _index: int = 0) -> None:
        chosen = self.form.currentData()
        self.form.clear()
        one = self._offered.get(self.what.currentData() or "")
        forms = forms_of(self._dimensions, ranged=one is not None and one.share)
        own = (self._tile.form,) if self._tile is not None and self._many else ()  # of several metrics together
        for form in dict.fromkeys((*forms, *own)):
            self.form.addItem(_FORMS[form], form)
        self.form.setCurrentIndex(max(0, self.form.findData(chosen)))
        self._propose()

    def _propose(self, _index: int = 0) -> None:
        self.name.setPlaceholderText(self._title)
        self.fault.hide()

    @property
    def _title(self) -> str:
        metric = self.what.itemText(self.what.currentIndex())
        by = self.by.currentText().lower() if self.by.currentData() else ""
        return f"{metric} by {by}" if by else metric

    @property
    def _dimensions(self) -> tuple[str, ...]:
        return tuple(name for name in str(self.by.currentData() or "").split(",") if name)

    def _ask(self, _panel: FormPanel) -> None:
        name = self.what.currentData()
        if name is None or self.what.currentText() != self.what.itemText(self.what.currentIndex()):
            typed = self.what.currentText().strip()
            near = f" {meant(typed, self._offered.values())}" if typed else ""
            self.object_to(f"Choose what is counted: type a word of it and pick it from the list.{near}")
            self.what.setFocus()
            return
        self.dismiss()
        self._tell(self._made(name))

    def _made(self, name: str) -> TileSpec:
        form: Form = self.form.currentData()
        by = self._dimensions
        title = " ".join(self.name.text().split()) or self._title
        compare = "previous" if form in COMPARED_FORMS else None
        old = self._tile
        if old is not None and (name, by, form) == (old.query.metrics[0], old.query.by, old.form):
            compare = old.query.compare
        if old is not None and (name, by) == (old.query.metrics[0], old.query.by):
            query = replace(old.query, period=self.period.currentData(), compare=compare)  # type: ignore[arg-type]
            return replace(old, title=title, form=form, query=query, beside=old.beside if form == "table" else ())
        limit = _GROUPS.get(form) if forms_of(by)[0] != "line" else None
        query = Query((name,), by, period=self.period.currentData(), compare=compare, limit=limit)  # type: ignore[arg-type]
        return TileSpec("", title, form, query, wide=old.wide if old is not None else 1)
