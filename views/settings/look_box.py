"""The look: this computer's own, not journalled. All but the size of text is applied at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QWidget

from services.settings import TEXT_SIZES, Preferences
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import ElidedLabel, column, headed, label, note, row
from views.words import THIN

THEMES = (("system", "Match the system"), ("light", "Light"), ("dark", "Dark"))
_TITLE_WIDE = 250


class LookBox(QWidget):
    """Theme, size of text, motion, whose customers are "mine" here, and where the book lies.

    Signals
    -------
    changed : (field of the preferences, value).
    restart_wanted : text is to have its new size now; Qt takes it when the program starts.
    """

    changed = Signal(str, object)
    restart_wanted = Signal()

    def __init__(self, theme: Theme, store: Path) -> None:
        super().__init__()
        self.theme = ChoiceBox(theme, "Theme")
        for value, words in THEMES:
            self.theme.addItem(words, value)
        self.theme.setFixedWidth(200)
        self.theme.activated.connect(lambda _at: self.changed.emit("theme", self.theme.currentData()))
        self.text_size = ChoiceBox(theme, "Text size")
        for size in TEXT_SIZES:
            self.text_size.addItem(f"{size}{THIN}%", size)
        self.text_size.setFixedWidth(200)
        self.text_size.activated.connect(lambda _at: self.changed.emit("text_size", self.text_size.currentData()))
        self.restart = link("Restart to apply")
        self.restart.clicked.connect(self.restart_wanted)
        self.motion = QCheckBox("Panels and messages appear without animation")
        self.motion.setFont(fonts.font(fonts.LIST))
        self.motion.toggled.connect(lambda on: self.changed.emit("reduced_motion", on))
        self.me = QLineEdit()
        self.me.setFont(fonts.font(fonts.LIST))
        self.me.setFixedWidth(260)
        self.me.setPlaceholderText("Your name as it appears in your exports")
        self.me.setAccessibleName("Your name as owner")
        self.me.editingFinished.connect(lambda: self.changed.emit("me", self.me.text().strip()))
        lines = column()
        lines.setSpacing(10)
        says = note(
            "Your actions are recorded under this name. Customers of this owner are “Mine” on this computer.",
            fonts.SMALL,
            "ink_3",
        )
        fields = (
            ("Theme", self.theme),
            ("Text size", self.text_size),
            ("Motion", self.motion),
            ("You are", self.me),
        )
        self.place = ElidedLabel(theme, str(store), fonts.LIST, fonts.REGULAR, "ink_2")
        self.folder = link("Open folder")
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(store.parent))))
        for words, made in fields:
            title = label(words, fonts.LIST)
            title.setFixedWidth(_TITLE_WIDE)
            title.setBuddy(made)
            beside = (8, self.restart) if made is self.text_size else ()
            lines.addLayout(row(title, 16, made, *beside, -1))
        lines.addLayout(row(_TITLE_WIDE + 16, says))
        book = label("Book", fonts.LIST)
        book.setFixedWidth(_TITLE_WIDE)
        lines.addLayout(row(book, 16, self.place, 8, self.folder))
        self.setLayout(headed("This computer", "These settings apply to this computer only.", 12, lines, 18))

    def show_preferences(self, preferences: Preferences) -> None:
        """Show what this computer remembers."""
        fields = (self.theme, self.text_size, self.motion, self.me)
        for made in fields:
            made.blockSignals(True)
        self.theme.setCurrentIndex(max(0, self.theme.findData(preferences.theme)))
        self.text_size.setCurrentIndex(self.text_size.findData(preferences.text_size))
        at_start = (QApplication.instance() or self).property("text_size") or 100
        self.restart.setVisible(preferences.text_size != at_start)
        self.motion.setChecked(preferences.reduced_motion)
        if not self.me.hasFocus():
            self.me.setText(preferences.me)
        for made in fields:
            made.blockSignals(False)

    def lock(self, name: str, why: str) -> None:
        """Disable a preference that IT has set."""
        found: dict[str, QWidget] = {
            "theme": self.theme,
            "text_size": self.text_size,
            "reduced_motion": self.motion,
        }
        if name in found:
            found[name].setEnabled(False)
            found[name].setToolTip(why)
