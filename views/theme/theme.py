"""The look of the running program: which theme rules, and everything that follows from it.

One `Theme` is made at the start and handed to every page. It sets palette and style sheet of the application,
answers for colours, fonts and icons, and says `changed` when a person or the system turns from light to dark.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from views.theme import fonts
from views.theme.icons import Icons
from views.theme.palette import palette_of, system_rules
from views.theme.stylesheet import stylesheet
from views.theme.tokens import Tokens, load_tokens


class ThemeChoice(Enum):
    """What a person chose in Settings; the value is how the preference is written."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours, fonts and icons by role.

    Parameters
    ----------
    app : the application whose palette and style sheet are set.
    choice : what the person chose; `SYSTEM` follows the system's colour scheme where that is known.
    reduced_motion : whether drawers and toasts appear at once.
    """

    changed = Signal()

    def __init__(
        self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM, *, reduced_motion: bool = False
    ) -> None:
        super().__init__(app)
        self._app = app
        self._themes = load_tokens()
        self._choice = choice
        self._motion = not reduced_motion
        self._colours: dict[str, QColor] = {}
        self._icons = Icons()
        self._tokens = self._themes["light"]
        self._applied = ""
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        fonts.load_fonts()
        app.setStyle("Fusion")
        app.setFont(fonts.font())
        self._apply()

    @property
    def tokens(self) -> Tokens:
        """The theme that rules now."""
        return self._tokens

    @property
    def dark(self) -> bool:
        """Whether the dark theme rules now."""
        return self._tokens.name == "dark"

    @property
    def choice(self) -> ThemeChoice:
        """What the person chose."""
        return self._choice

    @property
    def animation_ms(self) -> int:
        """How long a drawer or toast moves; 0 under reduced motion."""
        return 120 if self._motion else 0

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or hold one theme against it."""
        self._choice = choice
        self._apply()

    def color(self, role: str) -> QColor:
        """The colour of a role of `Tokens`, made once a theme."""
        found = self._colours.get(role)
        if found is None:
            found = self._colours[role] = QColor(getattr(self._tokens, role))
        return found

    def pixmap(self, icon: str, role: str, size: int, dpr: float) -> QPixmap:
        """An icon in a role's colour, sharp at this scale; kept for the next call."""
        return self._icons.pixmap(icon, self.color(role).name(), size, dpr)

    def icon(self, name: str, role: str = "ink_2") -> QIcon:
        """An icon for buttons, actions and menus, drawn at the size and scale it is asked for."""
        return self._icons.icon(name, lambda off: self.color("ink_3" if off else role).name())

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._apply()

    def _wanted(self) -> str:
        if self._choice is not ThemeChoice.SYSTEM:
            return str(self._choice.value)
        return "dark" if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"

    def _apply(self) -> None:
        name = self._wanted()
        if name == self._applied:
            return
        self._applied = name
        self._tokens = self._themes[name]
        self._colours.clear()
        if system_rules(self._app):
            self._tokens = self._themes["dark" if _is_dark(self._app.palette()) else "light"]
        else:
            self._app.setPalette(palette_of(self._tokens))
        self._app.setStyleSheet(stylesheet(self._tokens, high_contrast=system_rules(self._app)))
        self.changed.emit()


def _is_dark(palette: QPalette) -> bool:
    return palette.color(QPalette.ColorRole.Window).lightness() < 128
