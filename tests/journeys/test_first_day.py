"""From files to worked alerts: drop, map, import, queue, five alerts, undo, restart; by keyboard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from models.values.alerts import AlertRow
from services import insight
from services.sample import write_exports
from services.workspace import Workspace
from tests.journeys.hands import CONTROL, SHIFT, Hands
from tests.views.books import opened
from tests.views.conftest import OpenWindow
from views.data.mapping_header import MappingHeader
from views.data.page import DataPage
from views.widgets.overlay import FormPanel


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A retailer's exports; one column of the orders has a name that nobody can know."""
    folder = tmp_path_factory.mktemp("exports")
    paths = [Path(path) for path in write_exports(folder, customers=120, today=date(2026, 11, 19)).paths]
    orders = next(path for path in paths if path.name == "orders.csv")
    orders.write_bytes(orders.read_bytes().replace(b"Channel", b"Bought by way of", 1))
    return paths


def states(workspace: Workspace, open_alerts: list[AlertRow]) -> list[str]:
    found = [insight.alert_detail(workspace, open_alert.id) for open_alert in open_alerts]
    return ["gone" if one is None else one.alert.state for one in found]


# An open box is a window of its own, which the offscreen platform can neither raise nor give the keyboard.
@pytest.mark.qt_log_ignore("This plugin does not support", "Keyboard event not accepted", extend=True)
def test_from_files_to_worked_alerts_and_back(
    qtbot: QtBot, open_window: OpenWindow, store_path: Path, exports: list[Path]
) -> None:
    workspace = opened(store_path)
    hands = Hands(qtbot, open_window(workspace))
    hands.wait(hands.window.first_start.isVisible)

    import_with_a_mapping(hands, exports)
    import_the_rest(hands, [path for path in exports if path.name not in ("orders.csv", "customers.csv")])
    open_alerts = five_worked_alerts(hands, workspace)
    undo_them(hands, workspace, open_alerts)

    hands.press(Qt.Key.Key_R)
    hands.press(Qt.Key.Key_1)
    hands.calm()
    left = insight.queue(workspace)
    hands.window.close()
    workspace.close()

    again = opened(store_path)
    later = Hands(qtbot, open_window(again))
    later.wait(lambda: later.alerts.detail.detail is not None)
    later.calm()
    assert [open_alert.id for open_alert in later.alerts.queue.model.open_alerts()] == [
        open_alert.id for open_alert in left.rows
    ]
    assert insight.queue(again).counts == left.counts
    assert states(again, open_alerts[:1]) == ["resolved"]
    later.window.close()
    again.close()


def import_with_a_mapping(hands: Hands, exports: list[Path]) -> None:
    """Customers first, then orders with one column that a person has to name."""
    data = hands.window.page("data")
    assert isinstance(data, DataPage)
    for name in ("customers.csv", "orders.csv"):
        hands.drop([path for path in exports if path.name == name])
        hands.wait(lambda: data.state is data.check)
        if name == "orders.csv":
            map_by_hand(hands, data)
        hands.calm()
        hands.tab_to(data.check.plan.go)
        hands.press(Qt.Key.Key_Space)
        hands.wait(lambda: data.state is data.receipt)
        hands.calm()
        hands.wait(lambda: not hands.desk.window.first_start.isVisible())
    assert data.receipt.content is not None


def map_by_hand(hands: Hands, data: DataPage) -> None:
    """The unknown column is shown when all columns are asked for, and gets its field from the box under it."""
    rows = data.check.rows
    hands.tab_to(rows._columns)
    hands.press(Qt.Key.Key_Space)
    header = rows.table.horizontalHeader()
    assert isinstance(header, MappingHeader)
    box = next(box for box in header.boxes if box.accessibleName() == "Column Bought by way of becomes")
    assert not box.currentData()
    hands.choose(box, "channel")
    hands.calm()
    assert dict(data.check.request.options.mapping) == {"Bought by way of": "channel"}  # type: ignore[union-attr]


def import_the_rest(hands: Hands, paths: list[Path]) -> None:
    """All other files at once; they are put into their order."""
    data = hands.window.page("data")
    assert isinstance(data, DataPage)
    hands.drop(paths[::-1])
    hands.wait(lambda: data.state is data.batch)
    hands.tab_to(data.batch.go)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: data.state is data.receipt)
    hands.calm()
    hands.press(Qt.Key.Key_1, CONTROL)
    hands.wait(lambda: len(hands.alerts.queue.model.open_alerts()) >= 5 and hands.alerts.detail.detail is not None)
    hands.calm()


def five_worked_alerts(hands: Hands, workspace: Workspace) -> list[AlertRow]:
    """Task, note, snooze, resolve, not useful, each on another alert."""
    page = hands.alerts
    open_alerts = page.queue.model.open_alerts()[:5]
    page.queue.view.setFocus()

    hands.press(Qt.Key.Key_T)
    assert isinstance(hands.focus, QLineEdit)
    hands.type("Call the store manager")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    hands.press(Qt.Key.Key_J)
    hands.press(Qt.Key.Key_N, SHIFT)
    hands.type("Prefers a call before noon")
    form = next(one for one in hands.window.findChildren(FormPanel) if one.isVisible())
    hands.press(Qt.Key.Key_Tab)
    hands.tab_to(form._button)
    hands.press(Qt.Key.Key_Space)
    hands.calm()
    hands.press(Qt.Key.Key_J)
    assert page.queue.view.current and page.queue.view.current.id == open_alerts[2].id
    for key, choice in ((Qt.Key.Key_S, Qt.Key.Key_2), (Qt.Key.Key_R, Qt.Key.Key_2), (Qt.Key.Key_N, Qt.Key.Key_1)):
        hands.press(key)
        hands.press(choice)
        hands.calm()
    assert states(workspace, open_alerts) == ["in_work", "seen", "snoozed", "resolved", "not_useful"]
    assert hands.window.toast.isVisible()
    return open_alerts


def undo_them(hands: Hands, workspace: Workspace, open_alerts: list[AlertRow]) -> None:
    """Ctrl+Z five times walks the journal back."""
    for _ in open_alerts:
        hands.press(Qt.Key.Key_Z, CONTROL)
        hands.calm()
    assert set(states(workspace, open_alerts)) <= {"open", "seen"}
    first = insight.alert_detail(workspace, open_alerts[0].id)
    second = insight.alert_detail(workspace, open_alerts[1].id)
    assert first is not None and not [item for item in first.open_work if item.kind == "task"]
    assert second is not None and second.notes == ()
    hands.alerts.queue.view.setFocus()
    hands.press(Qt.Key.Key_Home)
    hands.calm()
    assert hands.alerts.queue.view.current and hands.alerts.queue.view.current.id == open_alerts[0].id
