"""What pages share: commands that several of them answer."""

from __future__ import annotations

from functools import partial

from pytestqt.qtbot import QtBot

from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.shell.page import Page


def test_a_command_that_pages_share_is_answered_by_the_one_in_front(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    context = open_window(empty).window.page("alerts").context
    first, second = Page(context), Page(context)
    answers: list[str] = []
    for name, page in (("first", first), ("second", second)):
        qtbot.addWidget(page)
        page.take_commands({Command.KEEP_APART: partial(answers.append, name)})
    action = context.actions[Command.KEEP_APART]
    action.setEnabled(True)
    action.trigger()
    assert answers == []
    for page in (first, second):
        page.show()
        action.trigger()
        page.hide()
    assert answers == ["first", "second"]
    assert action in first.actions() and action in second.actions()
