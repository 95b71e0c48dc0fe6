"""Panes side by side, or one of them alone."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from views.widgets.splitter import PaneSplitter


def test_one_pane_stands_alone_and_all_come_back_as_wide_as_they_were(qtbot: QtBot) -> None:
    splitter = PaneSplitter("halves")
    qtbot.addWidget(splitter)
    panes = QLabel("list"), QLabel("detail")
    for stretch, pane in enumerate(panes):
        splitter.add(pane, stretch=stretch, minimum=100)
    splitter.resize(801, 300)
    splitter.setSizes([300, 500])
    splitter.show()
    before = splitter.sizes()

    def fills(pane: QLabel) -> bool:
        return pane.width() == splitter.width()

    for alone, other in (panes, panes[::-1]):
        splitter.show_only(alone)
        assert alone.isVisible() and not other.isVisible()
        qtbot.waitUntil(partial(fills, alone))
    splitter.show_only(None)
    assert all(pane.isVisible() for pane in panes)
    qtbot.waitUntil(lambda: splitter.sizes() == before)
