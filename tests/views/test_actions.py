from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from views.actions import SPECS, Actions, Command, key_words
from views.theme import Theme
from views.theme.files import RESOURCES


def test_every_command_has_its_words() -> None:
    assert set(SPECS) == set(Command)
    assert all(spec.text for spec in SPECS.values())
    assert all(spec.group for spec in SPECS.values()), "what has no heading is not in the menu of all commands"


def test_every_icon_exists() -> None:
    missing = {spec.icon for spec in SPECS.values() if spec.icon} - {
        p.stem for p in (RESOURCES / "icons").glob("*.svg")
    }
    assert not missing


def test_no_key_is_given_twice_on_a_page() -> None:
    """The same key may mean different things on different pages, never beside what every page answers to."""
    everywhere = {"Go to", "Everywhere", "In the queue"}
    for group in {spec.group for spec in SPECS.values()} - everywhere:
        here = [spec for spec in SPECS.values() if spec.group in everywhere | {group} and spec.bound]
        keys = Counter(key for spec in here for key in spec.keys)
        assert [key for key, count in keys.items() if count > 1] == []


def test_an_action_is_made_once_with_key_and_tooltip(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window, theme)
    snooze = actions[Command.SNOOZE]
    assert actions[Command.SNOOZE] is snooze
    assert snooze.shortcut() == QKeySequence("S")
    assert snooze.toolTip().endswith("(S)")


def test_keys_are_named_in_one_way() -> None:
    assert key_words(Command.SEARCH) == "Ctrl K"
    assert key_words(Command.APPROVE) == "Ctrl ↵"
    assert key_words(Command.SAVE_EML) == "Ctrl Shift S"
    assert key_words(Command.SHOW_SETTINGS) == "Ctrl ,"
    assert key_words(Command.OPEN) == "↵"
    assert key_words(Command.ESCALATE) == ""


def test_a_key_that_the_list_answers_to_is_shown_but_not_bound(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    assert key_words(Command.OPEN)
    assert Actions(window, theme)[Command.OPEN].shortcut().isEmpty()
