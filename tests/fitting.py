"""Walks through every page of a real window and says what does not fit: run as a process, on a screen of its own.

`python -m tests.fitting BOOK [--text-size PERCENT] [--no-walk]` prints one JSON document.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from services.settings import Preferences
from tests.views.books import opened
from views import desktop, pictures
from views.desktop import Desktop
from views.lists.timeline import ROW_HEIGHT, TimelineList
from views.pictures import settle
from views.shell.key_help import show_keys
from views.shell.pages import PAGES
from views.shell.whole import Whole
from views.shell.window import SMALLEST
from views.theme import fonts

#: A stroke may reach so far out of the box that its letter is measured by.
SLACK = 1
#: Left and right of what is typed into a field.
_PADDING = 16


def main() -> None:
    """Open the window as the program does, visit the pages, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("book", type=Path)
    parser.add_argument("--text-size", type=int, default=100)
    parser.add_argument("--no-walk", dest="walk", action="store_false")
    chosen = parser.parse_args()
    pictures.QUIET_MS = 40
    preferences = Preferences(theme="light", reduced_motion=True, asked_me=True, text_size=chosen.text_size)
    workspace = opened(chosen.book)
    desk = desktop.build(replace(workspace, preferences=preferences), preferences, None)
    desk.window.start()
    desk.window.show()
    desk.window.activateWindow()
    settle(desk)
    found: dict[str, Any] = {"screen": _screen(desk), "window": _box(desk.window.frameGeometry())}
    found |= {"pages": {}, "pictures": {}, "timelines": {}}
    for name, show in _places(desk) if chosen.walk else ():
        show()
        settle(desk)
        image, cut = _picture(desk)
        found["pages"][name] = sorted({*_problems(desk.window), *_unexplained(cut), *_under_toast(desk)})
        found["pictures"][name] = hashlib.sha256(bytes(image.constBits())).hexdigest()
        for timeline in desk.window.findChildren(TimelineList):
            if timeline.isVisible():
                found["timelines"][name] = timeline.visibleRegion().boundingRect().height() // ROW_HEIGHT
    desk.window.close()
    desk.background.close()
    workspace.close()
    sys.stdout.write(json.dumps(found))


def _places(desk: Desktop) -> Iterator[tuple[str, Callable[[], None]]]:
    """Every page, every section of Settings and Data, the composer, the actions of an alert."""
    window = desk.window
    for spec in PAGES:
        yield spec.key, lambda spec=spec: window.show_page(spec.key)  # type: ignore[misc]
    settings = cast(Any, window.page("settings"))
    for key in [tab.key for tab in settings.tabs.tabs][1:]:
        yield f"settings-{key}", lambda key=key: window.show_page(f"settings/{key}")  # type: ignore[misc]
    for key in ("quality", "folders", "write-back", "left"):
        yield f"data-{key}", lambda key=key: window.show_page(f"data/{key}")  # type: ignore[misc]
    alerts = cast(Any, window.page("alerts"))
    alert = alerts.queue.model.open_alerts()[0]
    yield "composer", lambda: window.show_email(alert.customer_id, alert.id)
    yield "keys", lambda: show_keys(desk.theme, window)
    yield "duplicates", lambda: window.show_page("duplicates/customers")
    yield "alerts-actions", lambda: _open_actions(desk)


def _open_actions(desk: Desktop) -> None:
    desk.window.show_page("alerts")
    settle(desk)
    page = cast(Any, desk.window.page("alerts"))
    if not page.actions_pane.isVisible():
        page.detail.wants_actions.emit()


def _problems(window: QWidget) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        words = _words(widget) if widget.isVisible() else None
        if words is None or (widget.visibleRegion().isEmpty() and _scroller(widget) is None):
            continue
        if _is_cut(widget):
            yield f"cut: {_named(widget, words)} has {widget.width()}×{widget.height()}, needs {_needs(widget)}"
        if isinstance(widget, QAbstractButton) and not _reachable(widget, window):
            yield f"off: {_named(widget, words)} at {_box(_in(widget, window))}"


def _picture(desk: Desktop) -> tuple[QImage, list[tuple[QWidget, str]]]:
    """The window as it is, and the texts that were cut as it was painted."""
    cut: list[tuple[QWidget, str]] = []
    whole = fonts.elided

    def noting(text: str, *room: Any) -> str:
        shown, frame = whole(text, *room), sys._getframe(1)
        painter = frame.f_locals.get("painter")
        device = painter.device() if painter is not None else None
        if shown != text and isinstance(device, QWidget):
            cut.append((device, text))
        return shown

    fonts.elided = noting  # type: ignore[assignment]
    try:
        return desk.window.grab().toImage(), cut
    finally:
        fonts.elided = whole  # type: ignore[assignment]


def _unexplained(cut: list[tuple[QWidget, str]]) -> Iterator[str]:
    """Painted texts that are cut, of which nothing under the mouse says the rest; rows of lists say theirs by row."""
    for widget, text in cut:
        by_row = isinstance(widget.parentWidget(), QAbstractScrollArea)
        if not by_row and text not in widget.toolTip():
            yield f"elided: {_named(widget, text)} has no tooltip that says it"
        elif isinstance(widget, QAbstractButton) and not widget.isCheckable():
            yield f"elided: button {_named(widget, text)}"


def _under_toast(desk: Desktop) -> Iterator[str]:
    """Buttons that a message covers; in less than the smallest window the page scrolls away from under it."""
    toast, window = desk.window.toast, desk.window
    if window.size().expandedTo(QSize(*SMALLEST)) != window.size():
        return
    toast.tell("Changed email consent, consent since and consent source of Ramsey & Daughters", lambda: None)
    settle(desk)
    for button in window.findChildren(QAbstractButton):
        seen = button.isVisible() and not button.visibleRegion().isEmpty() and not toast.isAncestorOf(button)
        if seen and _in(button, window).intersects(toast.geometry()):
            yield f"covered: {_named(button, button.text() or button.accessibleName())} by the toast"
    toast.dismiss()
    settle(desk)


def _words(widget: QWidget) -> str | None:
    """What a widget says; None where it says nothing, or shortens by design and says the rest in its tooltip."""
    if isinstance(widget, QLabel | QAbstractButton):
        words = widget.text() or widget.accessibleName()
        return words or None
    if isinstance(widget, QLineEdit) and not widget.text():
        return widget.placeholderText() or None
    return None


def _is_cut(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + SLACK
    if isinstance(widget, QLineEdit):
        wide = widget.fontMetrics().horizontalAdvance(widget.placeholderText())
        return wide + widget.textMargins().left() + widget.textMargins().right() > widget.width() - _PADDING
    needs = _needs(widget)
    return needs.width() > widget.width() + SLACK or needs.height() > widget.height() + SLACK


def _needs(widget: QWidget) -> QSize:
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            return QSize(widget.width(), widget.heightForWidth(widget.width()))
        return QSize(widget.sizeHint().width(), 0)
    if isinstance(widget, QAbstractButton) and widget.text():
        wide = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", ""))
        return QSize(wide, widget.fontInfo().pixelSize())
    return QSize(0, 0)


def _scroller(widget: QWidget) -> QAbstractScrollArea | None:
    """The innermost area that can scroll to a widget."""
    area = widget.parentWidget()
    while area is not None and not (isinstance(area, QScrollArea) and not _is_whole(area)):
        area = area.parentWidget()
    return area if isinstance(area, QAbstractScrollArea) else None


def _is_whole(area: QWidget) -> bool:
    """Whether an area is the window's own, where that has the room that it needs: nothing may be scrolled there."""
    return isinstance(area, Whole) and area.viewport().size().expandedTo(QSize(*SMALLEST)) == area.viewport().size()


def _reachable(widget: QWidget, window: QWidget) -> bool:
    """Whether a button is wholly on screen, or only further down in a pane that scrolls."""
    area = _scroller(widget)
    if area is None:
        return window.rect().contains(_in(widget, window))
    inside, room = _in(widget, area.viewport()), area.viewport().rect()
    across = area.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return across or (room.left() - SLACK <= inside.left() and inside.right() <= room.right() + SLACK)


def _in(widget: QWidget, other: QWidget) -> QRect:
    return QRect(widget.mapTo(other, QPoint(0, 0)), widget.size())


def _named(widget: QWidget, words: str) -> str:
    return f"{type(widget).__name__} “{words[:60]}”"


def _box(rect: QRect) -> list[int]:
    return [rect.x(), rect.y(), rect.width(), rect.height()]


def _screen(desk: Desktop) -> dict[str, Any]:
    shown = desk.window.screen()
    return {"room": _box(shown.availableGeometry()), "scale": shown.devicePixelRatio(), "body": fonts.width("Alerts")}


if __name__ == "__main__":
    main()
