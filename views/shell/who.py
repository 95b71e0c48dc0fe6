"""Asks on the first day whose customers are the person's own: the answer makes "My queue" and what is "Mine"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from views.shell.remembered import Remembered
from views.theme import Theme
from views.widgets.overlay import Choice, ChoicePanel, FormPanel
from views.words import counted

_SEVERAL = ("Which of these are you?", "None of these")
_ONE = ("Is this you?", "No, someone else")
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
        self.panel: ChoicePanel | FormPanel | None = None

    @property
    def wants_to_know(self) -> bool:
        """Whether the owners of the book have to be read for the question."""
        known = self._remembered.value
        return not (self._asked or known.me or known.asked_me)

    def ask(self, owners: Sequence[tuple[str, int]], anchor: QWidget) -> None:
        """Ask which of the owners the person is; where the book names none, ask for their name.

        Parameters
        ----------
        owners : name and number of customers, most customers first, '' for those without an owner; none where nobody
            read them.
        """
        if isinstance(QApplication.focusWidget(), QLineEdit | QTextEdit | QPlainTextEdit):
            return  # somebody is typing: the next reading asks
        if not owners or not self.wants_to_know:
            return
        self._asked = True
        named = [Choice(name, counted(count, "customer"), name) for name, count in owners if name][:_MOST]
        if named:
            title, nobody = _SEVERAL if len(named) > 1 else _ONE
            choices = [*named, Choice(nobody, "", "")]
            self.panel = ChoicePanel(self._theme, self._window, title, choices, self._chosen, _FOOT)
        else:
            self.panel = self._form()
        self.panel.open_under(anchor)

    def _form(self) -> FormPanel:
        """Ask for a name, once. Anyone who skips is not asked again."""
        self._remembered.set(asked_me=True)
        field = QLineEdit()
        field.setMaxLength(200)

        def sent(panel: FormPanel) -> None:
            panel.dismiss()
            self._remembered.set(me=field.text().strip())

        form = FormPanel(self._theme, self._window, "Who are you?", "Save name", sent, _FOOT, cancel="Skip")
        form.add("Your name", field)
        return form.done()

    def _chosen(self, name: str) -> None:
        self._remembered.set(me=name, asked_me=True)
        if name:
            self._known()
