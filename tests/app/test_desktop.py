"""The desktop: one book after another, one window a book, and what is told where a book cannot be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import desktop as app_desktop
from services.book.files import begin_book
from services.settings import Preferences, save_preferences
from views.actions import Command
from views.shell.book_chooser import BookChooser
from views.shell.books import Going
from views.shell.one_window import OneWindow
from views.shell.stand_in import Frame
from views.shell.window import MainWindow

Step = Callable[[Any], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer on which the program never ran."""
    monkeypatch.setattr(app_desktop, "default_path", lambda: tmp_path / "preferences.json")
    monkeypatch.setattr(app_desktop, "default_book", lambda: tmp_path / "book.bellwether")
    monkeypatch.setattr(app_desktop, "sample_book", lambda: tmp_path / "sample.bellwether")
    return tmp_path


@pytest.fixture
def person(qtbot: QtBot) -> Iterator[Callable[..., None]]:
    """Somebody who does one thing in each window that comes, and goes on to the next."""
    timer = QTimer(interval=20)
    done: set[QWidget] = set()

    def follow(*steps: tuple[type[QWidget], Step]) -> None:
        left = list(steps)

        def look() -> None:
            shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one not in done]
            if left and (window := next((one for one in shown if isinstance(one, left[0][0])), None)) is not None:
                done.add(window)
                left.pop(0)[1](window)

        timer.timeout.connect(look)
        timer.start()

    yield follow
    timer.stop()


def test_one_book_after_another(home: Path, person: Callable[..., None]) -> None:
    north, titles = home / "North.bellwether", []
    begin_book(north)

    def first(window: MainWindow) -> None:
        titles.append(window.windowTitle())
        window.books.open(north)

    def second(window: MainWindow) -> None:
        titles.append(window.windowTitle())
        window.close()

    person((MainWindow, first), (MainWindow, second))
    assert app_desktop.open_desktop() == 0
    assert titles == ["Alerts – My book – Bellwether", "Alerts – North – Bellwether"]


class Watch(QObject):
    """Counts the windows that stay at each hiding of a window and at each opening of a book."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []
        self.frames: list[tuple[str, QRect]] = []
        build = app_desktop.build_workspace

        def opening(store: str) -> Any:
            self._look("opening")
            return build(store)

        monkeypatch.setattr(app_desktop, "build_workspace", opening)

    def _look(self, what: str) -> None:
        there = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        self.seen.append((what, [type(one).__name__ for one in there]))
        if what != "opening":
            self.frames += [(one.words.text(), one.geometry()) for one in there if isinstance(one, Frame)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and isinstance(watched, MainWindow | BookChooser | Frame):
            self._look(f"{type(watched).__name__} hidden")
        return False


def test_a_window_stands_while_one_book_is_closed_and_the_next_one_opened(
    qapp: QApplication, home: Path, person: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    north = home / "North.bellwether"
    begin_book(north)
    watch = Watch(monkeypatch)
    qapp.installEventFilter(watch)
    place = QRect(20, 90, 760, 640)

    def change(window: MainWindow) -> None:
        window.setGeometry(place)
        QTimer.singleShot(0, window, lambda: window.books.open(north))

    person(
        (MainWindow, change), (MainWindow, lambda window: window.books.go(Going())),
        (BookChooser, lambda chooser: chooser.books[0].click()), (MainWindow, lambda window: window.close()),
    )  # fmt: skip
    assert app_desktop.open_desktop() == 0
    qapp.removeEventFilter(watch)
    whats = [what for what, _there in watch.seen]
    assert whats.count("opening") == 3 and whats.count("MainWindow hidden") == 3 and "BookChooser hidden" in whats
    end = max(at for at, what in enumerate(whats) if what == "MainWindow hidden")
    assert all(there for _what, there in watch.seen[1:end]), watch.seen
    assert not [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    assert ("Closing My book …", place) in watch.frames


def test_the_book_of_last_time_comes_again(home: Path, person: Callable[..., None]) -> None:
    test_one_book_after_another(home, person)
    titles: list[str] = []

    def look(window: MainWindow) -> None:
        titles.append(window.windowTitle())
        window.close()

    person((MainWindow, look))
    assert app_desktop.open_desktop() == 0
    assert titles == ["Alerts – North – Bellwether"]


def test_a_book_that_cannot_be_opened_is_told_with_others_to_choose(home: Path, person: Callable[..., None]) -> None:
    (home / "broken.bellwether").write_text("no book at all, and none that was ever one")
    told: list[str] = []

    def choose(chooser: BookChooser) -> None:
        told.append(chooser.fault.text())
        chooser.books[0].click()

    person((BookChooser, choose), (MainWindow, lambda window: window.close()))
    assert app_desktop.open_desktop(str(home / "broken.bellwether")) == 0
    assert "broken.bellwether is damaged" in told[0]


def test_a_book_of_last_time_that_is_gone_is_not_begun_anew(home: Path, person: Callable[..., None]) -> None:
    gone = home / "drive" / "North.bellwether"
    save_preferences(home / "preferences.json", Preferences(store_path=str(gone)))
    told: list[str] = []

    def choose(chooser: BookChooser) -> None:
        told.append(chooser.fault.text())
        chooser.close()

    person((BookChooser, choose))
    assert app_desktop.open_desktop() == 1
    assert told == [f"There is no book at {gone} any more."]
    assert not gone.parent.exists()


def test_nothing_chosen_ends_the_program(home: Path, person: Callable[..., None]) -> None:
    (home / "broken.bellwether").write_text("no book at all, and none that was ever one")
    person((BookChooser, lambda chooser: chooser.close()))
    assert app_desktop.open_desktop(str(home / "broken.bellwether")) == 1


def test_a_book_that_has_a_window_is_not_opened_again(qtbot: QtBot, home: Path) -> None:
    there = OneWindow(str(home / "book.bellwether"))
    assert there.claim()
    there.listen()
    with qtbot.waitSignal(there.asked):
        assert app_desktop.open_desktop() == 0
    there.release()
    assert not (home / "book.bellwether").exists()


def test_a_restart_begins_a_process_of_its_own(
    home: Path, person: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(app_desktop, "start_again", begun.append)
    person((MainWindow, lambda window: window.actions_registry[Command.RESTART].trigger()))
    assert app_desktop.open_desktop() == 0
    assert begun == [str(home / "book.bellwether")]
