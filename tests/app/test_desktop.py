"""The desktop: one book after another, one window a book, and what is told where a book cannot be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import null
from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import desktop as app_desktop
from app import unlocking
from models.store import open_store
from models.store.book_key import random_key
from models.store.encrypted import salt_of
from models.values.errors import EnvironmentFault
from services.backups import back_up
from services.book.encryption import check_key
from services.settings import Preferences, save_preferences
from services.sync import add_customer
from services.workspace import Recipe, open_workspace
from tests.vault import Vault
from views.actions import Command
from views.shell.book_chooser import BookChooser
from views.shell.books import Going
from views.shell.key_window import ProtectWindow, UnlockWindow
from views.shell.one_window import OneWindow
from views.shell.stand_in import Frame
from views.shell.window import MainWindow

Step = Callable[[Any], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vault: Vault) -> Path:
    """A computer on which the program never ran, with a keyring."""
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
    open_store(north).close()

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
        build = unlocking.build_workspace

        def opening(*named: Any, **how: Any) -> Any:
            self._look("opening")
            return build(*named, **how)

        monkeypatch.setattr(unlocking, "build_workspace", opening)

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
    open_store(north).close()
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


def test_a_damaged_book_comes_back_from_its_backup(home: Path, person: Callable[..., None]) -> None:
    path = home / "book.bellwether"
    workspace = open_workspace(Recipe(str(path), "Ana"))
    add_customer(workspace, {"name": "Zyx Quarnell"})
    back_up(workspace)
    workspace.close()
    path.write_bytes(b"\x00garbage" * 4_096)
    told: list[str] = []

    def see(window: MainWindow) -> None:
        told.append(window.toast.words)
        window.close()

    person((BookChooser, lambda chooser: chooser.restore.click()), (MainWindow, see))
    assert app_desktop.open_desktop() == 0
    assert "The backup is restored" in told[0]
    store = open_store(path, create=False)
    with store.snapshot() as driver:
        assert driver.execute("SELECT name FROM customers").fetchall() == [("Zyx Quarnell",)]
    store.close()


def test_a_book_of_last_time_that_is_gone_is_not_begun_anew(home: Path, person: Callable[..., None]) -> None:
    gone = home / "drive" / "North.bellwether"
    save_preferences(home / "preferences.json", Preferences(store_path=str(gone)))
    told: list[str] = []

    def choose(chooser: BookChooser) -> None:
        told.append(chooser.fault.text())
        chooser.close()

    person((BookChooser, choose))
    assert app_desktop.open_desktop() == 1
    assert told == [f"The book at {gone} no longer exists."]
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


PASSPHRASE = "correct horse battery"


def test_without_a_keyring_a_new_book_gets_a_passphrase_which_opens_it(home: Path, person: Callable[..., None]) -> None:
    keyring.set_keyring(null.Keyring())
    told: list[str] = []

    def protect(window: ProtectWindow) -> None:
        window.words.setText("short")
        window.encrypt_button.click()
        told.append(window.fault.text())
        window.words.setText(PASSPHRASE)
        window.encrypt_button.click()
        told.append(window.fault.text())
        window.again.setText(PASSPHRASE)
        window.encrypt_button.click()

    def look(window: MainWindow) -> None:
        told.append(window.toast.words)
        window.close()

    person((ProtectWindow, protect), (MainWindow, look))
    assert app_desktop.open_desktop() == 0
    assert "at least 12 characters" in told[0] and "do not match" in told[1] and "recovery key" in told[2]
    assert salt_of(home / "book.bellwether")

    def wrong(window: UnlockWindow) -> None:
        told.append(window.fault.text())
        window.words.setText("another horse battery")
        window.open_button.click()

    def right(window: UnlockWindow) -> None:
        told.append(window.fault.text())
        assert not window.keep.isVisible(), "there is no keyring"
        window.words.setText(PASSPHRASE)
        window.open_button.click()

    person((UnlockWindow, wrong), (UnlockWindow, right), (MainWindow, lambda window: window.close()))
    assert app_desktop.open_desktop() == 0
    assert told[3] == "" and "does not open book.bellwether" in told[4]


def test_without_a_keyring_a_new_book_may_be_left_plain(home: Path, person: Callable[..., None]) -> None:
    keyring.set_keyring(null.Keyring())
    person((ProtectWindow, lambda window: window.plain_button.click()), (MainWindow, lambda window: window.close()))
    assert app_desktop.open_desktop() == 0
    assert (home / "book.bellwether").exists() and salt_of(home / "book.bellwether") is None


def test_a_book_whose_key_is_elsewhere_is_left_for_another_one(
    home: Path, person: Callable[..., None], vault: Vault
) -> None:
    open_store(home / "book.bellwether", random_key()).close()
    person((UnlockWindow, lambda window: window.other.click()), (BookChooser, lambda chooser: chooser.close()))
    assert app_desktop.open_desktop() == 0
    assert vault.secrets == {}


def test_a_recovery_key_that_opened_a_book_is_kept_in_the_keyring(
    home: Path, person: Callable[..., None], vault: Vault
) -> None:
    key = random_key()
    open_store(home / "book.bellwether", key).close()

    def unlock(window: UnlockWindow) -> None:
        window.words.setText(key.recovery)
        window.keep.setChecked(True)
        window.open_button.click()

    person((UnlockWindow, unlock), (MainWindow, lambda window: window.close()))
    assert app_desktop.open_desktop() == 0
    assert vault.get_password("bellwether", key.name) == key.raw.hex()
    person((MainWindow, lambda window: window.close()))
    assert app_desktop.open_desktop() == 0


def test_a_plain_book_is_encrypted_in_place_of_its_window_and_given_another_key(
    home: Path, person: Callable[..., None], vault: Vault
) -> None:
    path = home / "book.bellwether"
    open_store(path).close()
    salts: list[bytes | None] = []

    def encrypt(passphrase: str) -> Callable[[MainWindow], None]:
        def act(window: MainWindow) -> None:
            salts.append(salt_of(path))
            window.page("settings").wants_encryption.emit(passphrase)

        return act

    def end(window: MainWindow) -> None:
        salts.append(salt_of(path))
        assert "recovery key on paper" in window.toast.words
        window.close()

    person((MainWindow, encrypt("")), (MainWindow, encrypt("")), (MainWindow, encrypt(PASSPHRASE)), (MainWindow, end))
    assert app_desktop.open_desktop() == 0
    assert salts[0] is None and None not in salts[1:] and len(set(salts)) == 4
    assert check_key(path, PASSPHRASE)


def test_where_encryption_is_required_a_plain_book_is_encrypted_before_it_opens(
    home: Path, person: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked, told = home / "book.bellwether", [], []
    open_store(path).close()
    monkeypatch.setattr(unlocking, "encryption_required", lambda: True)

    def protect(window: ProtectWindow) -> None:
        asked.append((window.plain_button.isVisible(), window.words.isVisible()))
        window.encrypt_button.click()

    def full(*_given: object) -> None:
        raise EnvironmentFault("The disk is full.")

    def look(chooser: BookChooser) -> None:
        told.append(chooser.fault.text())
        chooser.close()

    with monkeypatch.context() as patched:
        patched.setattr(unlocking, "encrypt_book", full)
        person((ProtectWindow, protect), (BookChooser, look))
        assert app_desktop.open_desktop() == 1
    assert told == ["The disk is full."] and salt_of(path) is None
    person((ProtectWindow, protect), (MainWindow, lambda window: window.close()))
    assert app_desktop.open_desktop() == 0
    assert asked == [(False, False)] * 2 and salt_of(path)
