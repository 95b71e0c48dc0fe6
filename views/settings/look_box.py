"""The look: this computer's own, applied at once and not journalled."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from services.settings import Preferences
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import column, label, row

THEMES = (("system", "As the system is"), ("light", "Light"), ("dark", "Dark"))
_TITLE_WIDE = 250


class LookBox(QWidget):
    """Theme, motion, and whose customers are "mine" here."""

    changed = Signal(str, object)  # field of the preferences, value

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = ChoiceBox(theme, "Theme")
        for value, words in THEMES:
            self.theme.addItem(words, value)
        self.theme.setFixedWidth(200)
        self.theme.activated.connect(lambda _at: self.changed.emit("theme", self.theme.currentData()))
        self.motion = QCheckBox("Drawers and messages appear without moving")
        self.motion.setFont(fonts.font(fonts.LIST))
        self.motion.toggled.connect(lambda on: self.changed.emit("reduced_motion", on))
        self.me = QLineEdit()
        self.me.setFont(fonts.font(fonts.LIST))
        self.me.setFixedWidth(200)
        self.me.setPlaceholderText("Your name as your exports have it")
        self.me.setAccessibleName("Your name as owner")
        self.me.editingFinished.connect(lambda: self.changed.emit("me", self.me.text().strip()))
        lines = column()
        lines.setSpacing(10)
        says = label(
            "Customers of this owner are “Mine” on this computer.", fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True
        )
        for words, made in (("Theme", self.theme), ("Motion", self.motion), ("You are", self.me)):
            title = label(words, fonts.LIST)
            title.setFixedWidth(_TITLE_WIDE)
            title.setBuddy(made)
            lines.addLayout(row(title, 16, made, -1))
        lines.addLayout(row(_TITLE_WIDE + 16, says))
        heading = label("This computer", fonts.HEADING, fonts.SEMIBOLD)
        note = label("Applied at once; other computers keep their own.", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.setLayout(column(heading, 2, note, 12, lines, 18))

    def show_preferences(self, preferences: Preferences) -> None:
        """Show what this computer remembers."""
        for made in (self.theme, self.motion, self.me):
            made.blockSignals(True)
        self.theme.setCurrentIndex(max(0, self.theme.findData(preferences.theme)))
        self.motion.setChecked(preferences.reduced_motion)
        if not self.me.hasFocus():
            self.me.setText(preferences.me)
        for made in (self.theme, self.motion, self.me):
            made.blockSignals(False)

    def lock(self, name: str, why: str) -> None:
        """Disable a preference that IT has set."""
        found: dict[str, QWidget] = {"theme": self.theme, "reduced_motion": self.motion}
        if name in found:
            found[name].setEnabled(False)
            found[name].setToolTip(why)
