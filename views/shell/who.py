"""Asks on the first day whose customers are the person's own: the answer makes "My queue" and what is "Mine"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from views.shell.remembered import Remembered
from views.theme import Theme
from views.widgets.overlay import Choice, ChoicePanel
from views.words import counted

_NOBODY = Choice("None of these", "", "")
_FOOT = (
    "Your actions are recorded under this name. It sets what “My queue” and “Mine” show."
    " You can change it in Settings › This computer."
)
_MOST = 12


class Who:
    """Asks once a window, as long as this computer knows no answer and has not been told that there is none."""

    def __init__(self, theme: Theme, remembered: Remembered, window: QWidget, known: Callable[[], None]) -> None:
        self._theme, self._remembered, self._window, self._known = theme, remembered, window, known
        self._asked = False
        self.panel: ChoicePanel | None = None

    @property
    def wants_to_know(self) -> bool:
        """Whether the owners of the book have to be read for the question."""
        known = self._remembered.value
        return not (self._asked or known.me or known.asked_me)

    def ask(self, owners: Sequence[tuple[str, int]], anchor: QWidget) -> None:
        """Ask which of the owners the person is, where the book names more than one.

        Parameters
        ----------
        owners : name and number of customers, most customers first.
        """
        if isinstance(QApplication.focusWidget(), QLineEdit | QTextEdit | QPlainTextEdit):
            return  # somebody is typing: the next reading asks
        named = [Choice(name, counted(count, "customer"), name) for name, count in owners if name][:_MOST]
        if len(named) < 2 or not self.wants_to_know:
            return
        self._asked = True
        self.panel = ChoicePanel(
            self._theme, self._window, "Which of these are you?", [*named, _NOBODY], self._chosen, _FOOT
        )
        self.panel.open_under(anchor)

    def _chosen(self, name: str) -> None:
        self._remembered.set(me=name, asked_me=True)
        if name:
            self._known()
