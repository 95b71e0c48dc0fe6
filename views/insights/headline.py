"""What matters first, in sentences: how many figures got worse or better, and each; a sentence opens its rows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from models.values.dashboards import Change, TileAnswer
from views.insights.said import said
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.flow import FlowLayout
from views.widgets.labels import label
from views.words import counted

#: So many changes are told, which is a line in a window of the usual width.
MOST = 3
_ICONS = {True: ("check", "good_text"), False: ("warning", "critical_text"), None: ("info", "ink_2")}


class Headline(QWidget):
    """A verdict, and a sentence for each change.

    Signals
    -------
    picked : the number of a change.
    """

    picked = Signal(int)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._mood, self._words = theme, _ICONS[None], ""
        self._icon, self._verdict = QLabel(), label("", fonts.LIST, fonts.SEMIBOLD)
        # Made once: what is made later comes last for Tab.
        self._links = [link("") for _ in range(MOST)]
        flow = FlowLayout(gap=2)
        for part in (self._icon, self._verdict, *self._links):
            flow.addWidget(part)
        for place, button in enumerate(self._links):
            button.clicked.connect(lambda _on=False, at=place: self.picked.emit(at))
            button.hide()
        self.setLayout(flow)
        self.setFocusProxy(self._links[0])
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self._paint_icon)

    @property
    def words(self) -> str:
        """Everything that is said."""
        return self._words

    def show_changes(self, shown: TileAnswer) -> None:
        """Say other changes."""
        verdict, sentences = sentences_of(shown)
        self._words = " ".join((verdict, *sentences))
        self._mood = _ICONS[shown.changes[0].good if shown.changes else None]
        self._paint_icon()
        self._verdict.setText(f" {verdict} ")
        for place, button in enumerate(self._links):
            words = sentences[place] if place < len(sentences) else ""
            button.setText(words)
            button.setToolTip(words)  # whole here, where the window is too narrow for it
            button.setVisible(bool(words))
        self.setAccessibleDescription(self._words)
        self.updateGeometry()

    def _paint_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(*self._mood, 16, self.devicePixelRatioF()))


def sentences_of(shown: TileAnswer) -> tuple[str, list[str]]:
    """Return the verdict on what changed, and a sentence for each of the first changes."""
    if shown.query.compare is None:
        return "Choose a period and a comparison to see what changed.", []
    worse, better = (sum(one.good is good for one in shown.changes) for good in (False, True))
    if worse and better:
        verdict = f"{counted(worse, 'figure')} got worse, {better} better."
    elif worse or better:
        verdict = f"{counted(worse or better, 'figure')} got {'worse' if worse else 'better'}."
    else:
        verdict = "No figure got better or worse by more than chance."
    return verdict, [_sentence(one, shown.answer.currency) for one in shown.changes[:MOST]]


def _sentence(one: Change, currency: str) -> str:
    words = f"{one.title} {_moved(one)} {_span(one, currency)}"
    return f"{words}, most in {one.part.title}: {_span(one.part, currency)}." if one.part is not None else f"{words}."


def _moved(one: Change) -> str:
    rose = isinstance(one.now, int | float) and isinstance(one.before, int | float) and one.now > one.before
    return "rose" if rose else "fell"


def _span(one: Change, currency: str) -> str:
    before, now = (said(value, one.unit, currency, short=True) for value in (one.before, one.now))
    return f"from {before} to {now}"
