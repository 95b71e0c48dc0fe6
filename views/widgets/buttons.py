"""Buttons: words with an icon and the key that does the same, quiet icon buttons, links."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from views.actions import words_of_keys
from views.theme import Theme, fonts
from views.widgets.painting import key_cap, line, snapped

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
#: Room of a link beside its words, for its focus ring.
LINK_PAD = 5


def press_focused(event: QKeyEvent, inside: QWidget) -> bool:
    """Press the button that has the focus if the key is Enter, as Space does; whether one was pressed.

    Qt has it in dialogs only. Enter does not change what is ticked.
    """
    focus = QApplication.focusWidget()
    if event.key() not in ENTER or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if not isinstance(focus, QAbstractButton) or isinstance(focus, QCheckBox | QRadioButton):
        return False
    if not inside.isAncestorOf(focus):
        return False
    if not event.isAutoRepeat():
        focus.click()
    return True


class PaintedButton(QPushButton):
    """A button with the frame of the style, whose words its own hand paints."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        with painter:
            option = QStyleOptionButton()
            self.initStyleOption(option)
            option.text = ""
            painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
            self._paint_content(painter)

    def _paint_content(self, painter: QPainter) -> None:
        raise NotImplementedError


class CommandButton(PaintedButton):
    """A button with icon, words and a key cap, e.g. "Snooze [S]". An action behind it gives all four.

    Where the room is too small the key cap goes first, then the icon; the tooltip keeps both.
    """

    def __init__(self, theme: Theme, text: str = "", icon: str = "", key: str = "", *, primary: bool = False) -> None:
        super().__init__(text)
        self._theme, self._icon, self._key, self._primary = theme, icon, key, primary
        self._action: QAction | None = None
        self.setFont(fonts.font(fonts.BODY if primary else fonts.LIST, fonts.SEMIBOLD if primary else fonts.REGULAR))
        if primary:
            self.setProperty("kind", "primary")
        self._high = 32
        self.set_tall(primary)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    @classmethod
    def of(
        cls, theme: Theme, action: QAction, icon: str, *, primary: bool = False, text: str | None = None
    ) -> CommandButton:
        """A button for an action: same words, key, tooltip and state."""
        key = words_of_keys(action.shortcut())
        made = cls(theme, action.text() if text is None else text, icon, key, primary=primary)
        made._action = action
        made.setAccessibleName(action.text())
        made.setToolTip(action.toolTip())
        made.clicked.connect(action.trigger)
        action.changed.connect(made._follow)
        made._follow()
        return made

    def set_key(self, key: str) -> None:
        """Show another key."""
        self._key = key
        self.update()

    def set_words(self, text: str) -> None:
        """Show other words than the action's."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    @property
    def is_primary(self) -> bool:
        """Whether it is the button of what is to be done first."""
        return self._primary

    def set_primary(self, primary: bool) -> None:
        """Make it the button of what is to be done first, or a plain one."""
        if primary == self._primary:
            return
        self._primary = primary
        self.setFont(fonts.font(fonts.BODY if primary else fonts.LIST, fonts.SEMIBOLD if primary else fonts.REGULAR))
        self.setProperty("kind", "primary" if primary else None)
        self.set_tall(primary)
        self.style().unpolish(self)
        self.style().polish(self)

    def set_tall(self, tall: bool) -> None:
        """40 px instead of 32. The style sheet is told too: it sets the smallest height anew with every theme."""
        self._high = 40 if tall else 32
        self.setProperty("tall", tall)
        self.setFixedHeight(self._high)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(round(self._content(2)) + 16, self._high)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._content(0)) + 10, self._high)

    def _parts(self) -> int:
        for parts in (2, 1):
            if self._content(parts) <= self.width() - 9:
                return parts
        return 0

    def _content(self, parts: int) -> float:
        """Width of the words (0), with the icon (1), with icon and key (2)."""
        weight = fonts.SEMIBOLD if self._primary else fonts.REGULAR
        size = fonts.BODY if self._primary else fonts.LIST
        wide = fonts.width(self.text(), size, weight) + (1 if self.text() else 0)
        icon = (16 if self._primary else 14) if self._icon else 0
        if icon and (parts >= 1 or not self.text()):
            wide += icon + (5 if self.text() else 0)
        if self._key and parts == 2:
            wide += fonts.width(self._key, fonts.SMALL, fonts.MEDIUM) + 12 + 6
        return wide

    def _paint_content(self, painter: QPainter) -> None:
        parts = self._parts()
        x = (self.width() - self._content(parts)) / 2
        middle = self.height() / 2
        enabled = self.isEnabled()
        plain = "primary_text" if self.property("kind") == "link" else "ink"
        ink = "ink_3" if not enabled else "on_primary" if self._primary else plain
        if self._icon and (parts >= 1 or not self.text()):
            size = 16 if self._primary else 14
            dpr = self.devicePixelRatioF()
            role = ink if self._primary or not enabled or plain != "ink" else "ink_2"
            top = snapped(middle - size / 2, dpr)
            painter.drawPixmap(QPointF(snapped(x, dpr), top), self._theme.pixmap(self._icon, role, size, dpr))
            x += size + 5
        size = fonts.BODY if self._primary else fonts.LIST
        weight = fonts.SEMIBOLD if self._primary else fonts.REGULAR
        room = QRectF(x, 0, self.width() - x - 2, self.height())
        x += line(painter, room, self.text(), self._theme.color(ink), size, weight)
        if self._key and parts == 2:
            wide = fonts.width(self._key, fonts.SMALL, fonts.MEDIUM) + 12
            key_cap(painter, self._theme, x + 7 + wide, middle, self._key, on_primary=self._primary and enabled)

    def _follow(self) -> None:
        if self._action is not None:
            self.setEnabled(self._action.isEnabled())
            self.setToolTip(self._action.toolTip())


class IconButton(QToolButton):
    """A quiet button that is only an icon; its name is its tooltip."""

    def __init__(self, theme: Theme, icon: str, name: str, *, size: int = 16, framed: bool = False) -> None:
        super().__init__()
        self.setIcon(theme.icon(icon))
        self.setIconSize(QSize(size, size))
        self.setFixedSize(32, 32)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if framed:
            self.setProperty("kind", "framed")
        theme.changed.connect(self.update)

    def say(self, word: str) -> None:
        """Put a word beside the icon: what nobody would look for behind the icon alone."""
        self.setText(word)
        self.setFont(fonts.font(fonts.LIST))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFixedWidth(max(self.width(), self.sizeHint().width()) + 8)


class MenuButton(QToolButton):
    """Words with a small arrow that open a menu: "Due, then value ⌄"."""

    def __init__(
        self, theme: Theme, text: str, *, size: int = fonts.SMALL, strong: bool = False, ink: str = "ink_2"
    ) -> None:
        super().__init__()
        self._theme, self._ink = theme, ink
        self._size, self._weight = size, fonts.SEMIBOLD if strong else fonts.REGULAR
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFixedHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.set_words(text)

    def set_words(self, text: str) -> None:
        """Show other words."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(round(fonts.width(self.text(), self._size, self._weight)) + 6 + 4 + 16 + 4, 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        with painter:
            option = QStyleOptionToolButton()
            self.initStyleOption(option)
            option.text = ""
            option.features = QStyleOptionToolButton.ToolButtonFeature.None_
            painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
            colour = self._theme.color(self._ink if self.isEnabled() else "ink_3")
            room = QRectF(6, 0, self.width() - 6 - 22, self.height())
            wide = line(painter, room, self.text(), colour, self._size, self._weight)
            dpr = self.devicePixelRatioF()
            top = snapped((self.height() - 16) / 2, dpr)
            picture = self._theme.pixmap("chevron-down", "ink_2", 16, dpr)
            painter.drawPixmap(QPointF(snapped(6 + wide + 2, dpr), top), picture)


def link(text: str) -> QPushButton:
    """A button that looks like a link."""
    made = QPushButton(text)
    made.setProperty("kind", "link")
    made.setFont(fonts.font(fonts.SMALL, fonts.MEDIUM))
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


def push(text: str, *, primary: bool = False) -> QPushButton:
    """A plain button, 32 px high."""
    made = QPushButton(text)
    made.setFont(fonts.font(fonts.LIST, fonts.SEMIBOLD if primary else fonts.REGULAR))
    if primary:
        made.setProperty("kind", "primary")
    return made
