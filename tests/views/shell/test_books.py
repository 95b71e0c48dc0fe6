"""Books in the window: another one takes its place, the sample book is one of its own, one window a book."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.store import open_store
from models.values.changes import Changes
from models.values.errors import StoreDamaged
from models.values.outbox import SendRun
from services.backups import back_up
from services.book.files import Library
from services.settings import Preferences, load_preferences
from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from tests.views.halting import Halting, anywhere
from views.actions import SPECS, Command
from views.shell.book_chooser import BookChooser
from views.shell.books import Going
from views.shell.manual import TOPIC_OF, TOPICS, Manual
from views.shell.one_window import OneWindow
from views.shell.pages import COMPOSER, PAGES
from views.shell.send_scheduler import Delivery
from views.theme import Theme
from views.theme.files import resource


def library_of(own: Workspace) -> Library:
    return Library(own.store.path, own.store.path.with_name("sample.bellwether"))


def test_another_book_takes_the_place_of_the_window_and_is_the_one_of_next_time(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "preferences.json"
    desk = open_window(sample, path=file)
    other = tmp_path / "North.bellwether"
    open_store(other).close()
    desk.window.books.open(other)
    qtbot.waitUntil(lambda: not desk.window.isVisible())
    assert desk.window.books.going == Going(str(other))
    kept = load_preferences(file).preferences
    assert kept.store_path == str(other)
    assert kept.recent_books == (str(sample.store.path),)


def test_what_is_no_book_is_said_and_the_window_stays(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    desk = open_window(sample)
    other = tmp_path / "other.bellwether"
    other.write_text("no book at all, and none that was ever one")
    with qtbot.waitSignal(desk.book.failed):
        desk.window.books.open(other)
    assert desk.window.isVisible() and desk.window.books.going is None


def test_the_sample_book_is_opened_beside_a_persons_own(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace
) -> None:
    library = library_of(empty)
    window = open_window(empty, library=library).window
    qtbot.waitUntil(window.first_start.isVisible)
    window.first_start.sample.click()
    assert window.books.going == Going(str(library.sample))
    assert not window.isVisible() and window.sample.run is None


def test_the_next_start_opens_the_sample_book_again_where_a_persons_own_is_empty(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace, tmp_path: Path
) -> None:
    library, file = library_of(empty), tmp_path / "preferences.json"
    window = open_window(empty, library=library, path=file).window
    qtbot.waitUntil(window.first_start.isVisible)
    window.first_start.sample.click()
    assert load_preferences(file).preferences.store_path == str(library.sample)


def test_a_look_at_the_sample_book_does_not_keep_a_persons_own_book_closed(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    library, file = library_of(sample), tmp_path / "preferences.json"
    library = Library(library.own, tmp_path / "made-up.bellwether")
    window = open_window(sample, library=library, path=file).window
    qtbot.waitUntil(lambda: window._freshness is not None)
    window.actions_registry[Command.SAMPLE_BOOK].trigger()
    assert window.books.going == Going(str(library.sample))
    assert load_preferences(file).preferences.store_path == ""


def test_files_of_a_person_do_not_go_into_the_sample_book(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    library = Library(tmp_path / "own.bellwether", sample.store.path)
    window = open_window(sample, library=library).window
    mine = tmp_path / "orders.csv"
    window.take_files([mine])
    assert window.current_key != "data"
    panel = window.books.panel
    assert panel is not None and panel.isVisible()
    panel._choose(0)
    assert window.books.going == Going(str(library.own), files=(mine,))


def test_recent_books_offer_what_is_still_there(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    there, gone = tmp_path / "there.bellwether", tmp_path / "gone.bellwether"
    open_store(there).close()
    desk = open_window(sample, Preferences(recent_books=(str(gone), str(there))), library=library_of(sample))
    desk.window.actions_registry[Command.RECENT_BOOKS].trigger()
    panel = desk.window.books.panel
    assert panel is not None
    assert [choice.words for choice in panel.choices] == ["there", "Sample book"]


def test_a_copy_is_saved_while_the_book_stays_open(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    desk = open_window(sample)
    with qtbot.waitSignal(desk.book.told):
        desk.window.books.copy(tmp_path / "copy.bellwether")
    assert (tmp_path / "copy.bellwether").is_file()
    assert desk.window.isVisible()


def test_who_goes_on_working_stays_in_the_book(qtbot: QtBot, open_window: OpenWindow, empty: Workspace) -> None:
    desk = open_window(empty)
    window = desk.window
    run_job = desk.book.run
    desk.book.run = lambda job: run_job(Halting(job, anywhere))  # type: ignore[method-assign]
    qtbot.waitUntil(window.first_start.isVisible)
    window.sample.open()
    window.books.go(Going())
    panel = window.closing.panel
    assert panel is not None and window.isVisible()
    panel.stay.click()
    qtbot.waitUntil(lambda: window.books.going is None)
    window.first_start.cancelled.emit()
    qtbot.waitUntil(lambda: window.sample.run is None)


def test_closing_the_book_asks_for_another_one(open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    window.actions_registry[Command.CLOSE_BOOK].trigger()
    assert window.books.going == Going()


def test_quitting_asks_for_nothing(open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    window.actions_registry[Command.QUIT].trigger()
    assert not window.isVisible() and window.books.going is None


def test_the_commands_about_books_are_in_the_menu_the_palette_and_have_keys(
    open_window: OpenWindow, sample: Workspace
) -> None:
    window = open_window(sample).window
    for command in window.books.commands():
        assert SPECS[command].group == "File"
        assert window.actions_registry[command].isEnabled()
    keys = [key for spec in SPECS.values() if spec.group in ("File", "Everywhere", "Go to") for key in spec.keys]
    assert len(set(keys)) == len(keys)
    assert SPECS[Command.QUIT].keys == ("Ctrl+Q",) and SPECS[Command.REDO].keys == ("Ctrl+Shift+Z",)


def test_the_chooser_offers_the_books_that_are_there(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    library = Library(tmp_path / "book.bellwether", tmp_path / "sample.bellwether")
    other = tmp_path / "North.bellwether"
    open_store(other).close()
    recent = (str(other), str(tmp_path / "gone.bellwether"))
    chooser = BookChooser(theme, library, recent, "The book is damaged.")
    chooser.show()
    assert [button.text() for button in chooser.books] == ["North", "My book", "Sample book"]
    assert chooser.fault.isVisible()
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.books[0].click()
    assert chosen.args == [Going(str(other))]


def test_a_chooser_that_is_closed_chooses_nothing(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    chooser = BookChooser(theme, Library(tmp_path / "a", tmp_path / "b"), ())
    chooser.show()
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.close()
    assert chosen.args == [None]


def test_a_second_opening_of_a_book_calls_its_window(qtbot: QtBot, tmp_path: Path) -> None:
    store = str(tmp_path / "book.bellwether")
    first, second, elsewhere = OneWindow(store), OneWindow(store), OneWindow(str(tmp_path / "other.bellwether"))
    assert first.claim() and elsewhere.claim()
    first.listen()
    assert not second.claim()
    with qtbot.waitSignal(first.asked):
        assert second.call()
    first.release()
    assert second.claim()
    assert not elsewhere.call()
    for one in (first, second, elsewhere):
        one.release()


def test_help_and_about_open_and_close(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    for command, title in ((Command.GUIDE, "Help"), (Command.ABOUT, "About Bellwether")):
        window.actions_registry[command].trigger()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None and dialog.windowTitle() == title
        dialog.close()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_help_opens_at_the_page_on_screen_and_every_topic_is_written(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    window = open_window(sample).window
    assert set(TOPIC_OF) == {spec.key for spec in (*PAGES, COMPOSER)} and set(TOPIC_OF.values()) <= set(TOPICS)
    for page, beginning in (("alerts", "Work through your alerts"), ("settings", "Decide what raises an alert")):
        window.show_page(page)
        window.actions_registry[Command.GUIDE].trigger()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        (manual,) = dialog.findChildren(Manual)
        assert manual.text.toPlainText().startswith(beginning)
        for number, title in enumerate(TOPICS.values()):
            manual.topics.setCurrentRow(number)
            assert manual.text.toPlainText().startswith(title)
            pictures = re.findall(
                r"!\[[^]]+\]\((\w+\.png)\)", resource("help", f"{list(TOPICS)[number]}.md").read_text("utf-8")
            )
            assert all(resource("help", one).is_file() for one in pictures)
        dialog.close()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_a_book_that_turns_out_to_be_damaged_is_offered_its_backup_once(
    qtbot: QtBot, open_window: OpenWindow, store_path: Path
) -> None:
    book = opened(sample_copy(store_path))
    made = back_up(book)
    desk = open_window(book)

    def damaged() -> None:
        raise StoreDamaged("book.bellwether is damaged.")

    for _ in range(2):
        desk.book.desk(desk.window).read("anything", damaged, lambda _none: None, lambda _failed: None)
    qtbot.waitUntil(lambda: desk.window.books.panel is not None)
    panel = desk.window.books.panel
    assert panel is not None and [one.value for one in panel.choices] == [str(made.path), ""]
    qtbot.keyClick(panel, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: desk.background.idle)
    assert desk.window.books.going is None and desk.window.books.panel is panel


def test_redo_does_again_what_was_undone(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    with qtbot.waitSignal(desk.book.acted):
        desk.book.act(lambda book: book.change_policy(card_budget=33))
    with qtbot.waitSignal(desk.book.told):
        desk.book.undo()
    assert sample.read_policy().card_budget == 25
    told: list[Changes] = []
    desk.book.told.connect(told.append)
    desk.window.actions_registry[Command.REDO].trigger()
    qtbot.waitUntil(lambda: bool(told))
    assert sample.read_policy().card_budget == 33


def test_a_name_that_ends_with_a_full_stop_gets_no_second_one(open_window: OpenWindow, sample: Workspace) -> None:
    desk, told = open_window(sample), list[str]()
    desk.book.told.connect(told.append)
    desk.book._undone(Changes(words="Undone: wrote to Abara Co.", kept=("The email to Abara Co. stays.",)))
    assert told == ["Undone: wrote to Abara Co. The email to Abara Co. stays."]
    desk.window.toast.tell("Resolved Abara Co.", lambda: None)
    assert desk.window.toast.accessibleName().startswith("Resolved Abara Co. Undo")
    sent = Delivery(SendRun(sent=(1,), failed=(2,)), Changes(), "Abara Co.", "Bo Ltd")
    assert sent.words == "Sent to Abara Co. Not sent to Bo Ltd: see the Outbox"
