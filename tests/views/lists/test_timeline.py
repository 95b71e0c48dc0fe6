"""The timeline's list: painting it is cheap."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

from models.values.alerts import TimelineRow
from services import insight
from views.lists.keyset_model import ROW_ROLE
from views.lists.timeline import ICONS, TimelineList
from views.theme import Theme


@pytest.mark.parametrize("kinds, asked", [(tuple(ICONS), False), (("invoice",), True)])
def test_only_a_kind_that_the_page_does_not_know_has_declared_entities_read(
    qtbot: QtBot, theme: Theme, kinds: tuple[str, ...], asked: bool
) -> None:
    shown = TimelineList(theme)
    qtbot.addWidget(shown)
    shown.resize(600, 800)
    model = QStandardItemModel(shown)
    for kind in kinds:
        item = QStandardItem(kind)
        item.setData(TimelineRow(kind, "2026-11-05", "5 Nov", kind, "", "neutral", "", kind), ROW_ROLE)
        model.appendRow(item)
    shown.setModel(model)
    insight.timelines.cache_clear()
    assert not shown.grab().isNull()
    assert bool(insight.timelines.cache_info().misses) is asked
