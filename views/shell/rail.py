"""The navigation rail: 72 px, an icon over its word; the logo opens the menu of every command."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from views.actions import SPECS, Actions, Command, key_words
from views.shell.offers import can_act
from views.shell.pages import PageSpec
from views.theme import Theme, fonts
from views.widgets.painting import CENTRE, fill, focus_ring, line, rounded, snapped
from views.widgets.tabs import CountPill

WIDTH = 72


class RailButton(QAbstractButton):
    """One page."""

    def __init__(self, theme: Theme, spec: PageSpec) -> None:
        super().__init__()
        self._theme, self._icon_name = theme, spec.icon
        self.setText(spec.title)
        self.setCheckable(True)
        self.setFixedSize(WIDTH, 52)
        self.setAccessibleName(spec.title)
        self.setToolTip(f"{spec.title} ({key_words(spec.command)})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.pill = CountPill(theme, spec.count_ground, self)
        self.pill.move(39, 2)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 52)

    def set_count(self, count: int, words: str) -> None:
        """Show a number on the icon; ``words`` say what it counts."""
        self.pill.set_count(count)
        self.setAccessibleName(f"{self.text()}, {words}" if count else self.text())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, on = self._theme, self.isChecked()
            box = QRectF(4, 0, WIDTH - 8, 50)
            if on or self.underMouse():
                rounded(painter, box, 8, theme.color("rail_on"))
            if on:
                fill(painter, 0, 10, 3, 30, theme.color("rail_mark"))
            ink = "rail_ink_on" if on else "rail_ink"
            dpr = self.devicePixelRatioF()
            at = QPointF(snapped((WIDTH - 20) / 2, dpr), snapped(6, dpr))
            painter.drawPixmap(at, theme.pixmap(self._icon_name, ink, 20, dpr))
            weight = fonts.MEDIUM if on else fonts.REGULAR
            line(painter, QRectF(4, 30, WIDTH - 8, 15), self.text(), theme.color(ink), fonts.SMALL, weight, CENTRE)
            if self.hasFocus():
                rounded(painter, box, 8, None, theme.color("rail_mark"), 2)


class Logo(QToolButton):
    """The program's mark; opens the menu of all commands."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(36, 36)
        self.setAccessibleName("Menu")
        self.setToolTip("All commands")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            box = QRectF(2, 2, 32, 32)
            rounded(painter, box, 8, theme.color("logo"))
            ink = theme.color("rail_ink_on")
            line(painter, box, "B", ink, fonts.BODY, fonts.SEMIBOLD, CENTRE)
            if self.hasFocus():
                focus_ring(painter, theme, QRectF(self.rect()), 10)


class Rail(QWidget):
    """Buttons for the pages that exist."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, actions: Actions, pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self._theme, self._actions = theme, actions
        self.setFixedWidth(WIDTH)
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Pages")
        self.logo = Logo(theme)
        self.logo.setMenu(self._menu())
        self._buttons: dict[str, RailButton] = {}
        group = QButtonGroup(self)
        box = QVBoxLayout()
        box.setContentsMargins(0, 8, 0, 8)
        box.setSpacing(2)
        box.addWidget(self.logo, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(6)
        stretched = False
        for spec in pages:
            if spec.below and not stretched:
                box.addStretch(1)
                stretched = True
            button = self._buttons[spec.key] = RailButton(theme, spec)
            button.clicked.connect(partial(self._clicked, spec.key))
            group.addButton(button)
            box.addWidget(button)
        self.setLayout(box)
        theme.changed.connect(self._colour)
        self._colour()

    def show_page(self, key: str) -> None:
        """Mark the page that is shown."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> RailButton:
        """The button of a page."""
        return self._buttons[key]

    def _clicked(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)

    def _menu(self) -> QMenu:
        """Every command that has a heading, under it; made when it is opened first."""
        menu = QMenu(self)
        menu.aboutToShow.connect(partial(self._fill, menu))
        return menu

    def _fill(self, menu: QMenu) -> None:
        if not menu.isEmpty():
            return
        groups: dict[str, QMenu] = {}
        for command, spec in SPECS.items():
            if spec.group:
                inner = groups.get(spec.group)
                if inner is None:
                    inner = groups[spec.group] = menu.addMenu(spec.group)
                inner.addAction(self._twin(command, inner))
        menu.addSeparator()
        menu.addAction(self._twin(Command.HELP, menu))

    def _twin(self, command: Command, menu: QMenu) -> QAction:
        """A line of the menu for a command.

        It is not the command itself: in a menu of the window its key would hold on every page, and pages share keys.
        """
        action, key = self._actions[command], key_words(command)
        twin = QAction(f"{action.text()}\t{key}" if key else action.text(), menu)
        twin.setEnabled(can_act(action))
        twin.triggered.connect(lambda _checked=False: action.trigger())
        menu.aboutToShow.connect(lambda: twin.setEnabled(can_act(action)))
        return twin

    def _colour(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, self._theme.color("rail"))
        self.setPalette(palette)
