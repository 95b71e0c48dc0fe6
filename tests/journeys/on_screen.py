"""A morning on a real screen, run as a process: by the mouse alone, or by the keyboard alone.

`python -m tests.journeys.on_screen BOOK mouse|keyboard|email [--text-size PERCENT]` prints what was done, a line
each. Only what can be seen is clicked, and only what has the focus gets keys.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from models.values.alerts import AlertRow
from services.settings import MailAccount, Preferences
from tests.views.books import opened
from views import desktop
from views.desktop import Desktop
from views.pictures import settle, wait_until
from views.widgets.overlay import ChoicePanel, FormPanel


class Person:
    """Somebody before a window: sees what is on screen, and uses it."""

    def __init__(self, desk: Desktop) -> None:
        self.desk, self.window = desk, desk.window

    def calm(self, holds: Callable[[], bool] = lambda: True) -> None:
        """Wait for an answer, and until nothing more is on its way."""
        wait_until(holds)
        assert holds(), "what was waited for did not come"
        settle(self.desk)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click on a widget where it is on screen and nothing lies over it."""
        at = at or widget.rect().center()
        where = widget.mapToGlobal(at)
        assert QGuiApplication.primaryScreen().availableGeometry().contains(where), f"{widget} is off the screen"
        there = QApplication.widgetAt(where)
        assert there is widget or (there is not None and widget.isAncestorOf(there)), f"{there} covers {widget}"
        QTest.mouseClick(there, Qt.MouseButton.LeftButton, pos=there.mapFromGlobal(where))
        self.calm()

    def press(self, *keys: str) -> None:
        """Press keys, as "J" or "Ctrl+Z", one after another, on what has the focus."""
        for key in keys:
            focus = QApplication.focusWidget()
            assert focus is not None, f"nothing has the focus for {key}"
            (combination,) = QKeySequence(key)  # type: ignore[misc]
            QTest.keyClick(focus, combination.key(), combination.keyboardModifiers())
            self.calm()

    def press_until(self, key: str, holds: Callable[[QWidget], bool]) -> None:
        """Press a key until what has the focus is what is looked for."""
        for _ in range(60):
            focus = QApplication.focusWidget()
            if focus is not None and holds(focus):
                return
            self.press(key)
        raise AssertionError(f"{key} never leads there")

    def type(self, words: str) -> None:
        """Type words into what has the focus."""
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClicks(focus, words)
        self.calm()

    @property
    def alerts(self) -> Any:
        """The page of alerts."""
        return self.window.page("alerts")

    @property
    def current(self) -> AlertRow:
        """The alert that is shown."""
        return cast(AlertRow, self.alerts.queue.view.current)

    def panel(self, kind: type[QWidget]) -> Any:
        """The panel that is open."""
        (found,) = [one for one in self.window.findChildren(kind) if one.isVisible()]
        return found


def by_mouse(person: Person) -> list[str]:
    """Choose an alert, snooze it and take that back, note something, open a customer, find the settings."""
    alerts, view = person.alerts, person.alerts.queue.view
    second = alerts.queue.model.next_alert(alerts.queue.model.next_alert(-1, 1), 1)
    person.click(view.viewport(), view.visualRect(alerts.queue.model.index(second)).center())
    chosen = person.current
    person.click(alerts.actions_pane.snooze)
    choice = person.panel(ChoicePanel)
    person.click(choice._rows[0])
    person.calm(lambda: person.current.id != chosen.id)
    person.click(person.window.toast.findChild(QPushButton))
    person.calm(lambda: any(alert.id == chosen.id for alert in alerts.queue.model.open_alerts()))
    person.click(alerts.actions_pane.note)
    form = person.panel(FormPanel)
    QTest.keyClicks(form.first_focus(), "Prefers a call")  # words are typed, whatever leads to the field
    person.click(form._button)
    person.click(person.window.rail.button("customers"))
    table = cast(Any, person.window.page("customers")).list.table
    person.click(table.viewport(), table.visualRect(table.model().index(2, 0)).center())
    for page in ("outbox", "insights", "data", "settings"):
        person.click(person.window.rail.button(page))
    return [f"snoozed {chosen.customer} and took it back", "noted", "customers", "settings"]


def by_keyboard(person: Person) -> list[str]:
    """Step through alerts, add a task, resolve one and take that back, find a customer, write to them, come back."""
    person.press("J", "T")
    person.press("Return")
    chosen = person.current
    person.press("R", "1")
    person.calm(lambda: person.current.id != chosen.id)
    person.press("Ctrl+Z")
    person.calm(lambda: any(alert.id == chosen.id for alert in person.alerts.queue.model.open_alerts()))
    person.press("Ctrl+Shift+Z")
    person.calm(lambda: all(alert.id != chosen.id for alert in person.alerts.queue.model.open_alerts()))
    person.press("Ctrl+K")
    person.type(chosen.customer)
    person.press("Return")
    person.calm(lambda: person.window.current_key == "customers")
    person.press("Ctrl+1", "E")
    person.calm(lambda: person.window.current_key == "composer")
    person.press("Escape")
    person.calm(lambda: person.window.current_key == "alerts")
    for number, page in enumerate(("customers", "outbox", "insights", "data"), 2):
        person.press(f"Ctrl+{number}")
        person.calm(lambda page=page: person.window.current_key == page)  # type: ignore[misc]
    return [f"resolved {chosen.customer}, took it back and did it again", "wrote to them", "all pages"]


def to_an_email(person: Person) -> list[str]:
    """Find whom one may email in the queue, write to them, read, approve, and see it in the outbox."""
    alerts, window = person.alerts, person.window
    for _ in range(40):
        detail = alerts.detail.detail
        if detail.permission is not None and detail.permission.allowed:
            break
        person.press("J")
    chosen = person.current
    person.press("E")
    composer = cast(Any, window.page("composer"))
    person.calm(lambda: window.current_key == "composer" and composer.session.review is not None)
    person.type("I hope that this finds you well. ")
    person.calm(lambda: not composer.session.checking and bool(composer.session.review.to_read))
    person.press_until("F6", lambda focus: composer.verdict.isAncestorOf(focus))
    person.press_until("Tab", lambda focus: focus is composer.verdict.read)
    assert _seen(composer.verdict.read), "the box that says that the sentences are read is not on screen"
    person.press("Space")
    person.calm(lambda: composer.session.review is not None and composer.session.review.ready)
    person.press("Ctrl+Return")
    person.calm(lambda: window.current_key == "alerts")
    person.press("Ctrl+3")
    outbox = cast(Any, window.page("outbox"))
    person.press_until("Tab", lambda focus: focus is outbox.list.tabs or outbox.list.tabs.isAncestorOf(focus))
    person.press("Right")
    person.calm(lambda: any(row.customer == chosen.customer for row in outbox.list.model.rows()))
    (row,) = [row for row in outbox.list.model.rows() if row.customer == chosen.customer]
    return [f"wrote to {chosen.customer}", row.state_words, row.state]


def _seen(widget: QWidget) -> bool:
    """Whether all of a widget is on screen and in view."""
    return widget.visibleRegion().boundingRect() == widget.rect()


_WAYS = {"mouse": by_mouse, "keyboard": by_keyboard, "email": to_an_email}
#: What the sender's name and server are: without them an email is not ready.
_ACCOUNT = MailAccount("mail.example", from_address="you@company.example", from_name="Ada")


def main() -> None:
    """Open the window as the program does, and spend the morning."""
    parser = argparse.ArgumentParser()
    parser.add_argument("book", type=Path)
    parser.add_argument("way", choices=tuple(_WAYS))
    parser.add_argument("--text-size", type=int, default=100)
    chosen = parser.parse_args()
    preferences = Preferences(
        theme="light", reduced_motion=True, asked_me=True, text_size=chosen.text_size, mail=_ACCOUNT
    )
    workspace = opened(chosen.book)
    desk = desktop.build(replace(workspace, preferences=preferences), preferences, None)
    desk.window.start()
    desk.window.show()
    desk.window.activateWindow()
    person = Person(desk)
    try:
        person.calm(lambda: person.current is not None and QApplication.focusWidget() is not None)
        done = _WAYS[chosen.way](person)
    finally:  # whose threads would keep a process that failed
        desk.window.close()
        desk.background.close()
        workspace.close()
    sys.stdout.write("\n".join(done) + "\n")


if __name__ == "__main__":
    main()
