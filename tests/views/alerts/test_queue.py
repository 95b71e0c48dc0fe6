"""The queue's model and list: headers cannot be current, one alert is, ticks are apart from it."""

from __future__ import annotations

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from models.values.alerts import AT_STAKE, QueueGroup, Severity
from tests.views.alerts.open_alerts import alert, grouped, page
from views.actions import Command
from views.alerts.queue_delegate import CARD_HEIGHT, HEADER_HEIGHT
from views.alerts.queue_model import ORDER, QueueModel, spoken
from views.alerts.queue_view import QueueView
from views.lists.keyset_model import ROW_ROLE
from views.theme import Theme, ThemeChoice

GROUPS = st.fixed_dictionaries({"hour": st.integers(0, 3), "today": st.integers(0, 4), "week": st.integers(0, 9)})


@pytest.fixture
def model(qapp: object) -> QueueModel:
    made = QueueModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, model: QueueModel) -> QueueView:
    made = QueueView(theme, model)
    qtbot.addWidget(made)
    made.resize(372, 700)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GROUPS)
def test_rows_are_the_groups_with_their_alerts(model: QueueModel, counts: dict[str, int]) -> None:
    shown = grouped(counts)
    model.show_page(shown)
    assert model.rowCount() == len(counts) + sum(counts.values())
    assert tuple(model.open_alerts()) == shown.rows
    for row in range(model.rowCount()):
        index = model.index(row)
        selectable = bool(index.flags() & Qt.ItemFlag.ItemIsSelectable)
        assert selectable is not isinstance(index.data(ROW_ROLE), QueueGroup)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GROUPS, st.lists(st.sampled_from("jkJKhe"), max_size=15))
def test_keys_only_ever_reach_alerts(qtbot: QtBot, view: QueueView, counts: dict[str, int], keys: list[str]) -> None:
    model = view.model()
    assert isinstance(model, QueueModel)
    model.show_page(grouped(counts))
    press = {
        "j": Qt.Key.Key_Down,
        "k": Qt.Key.Key_Up,
        "J": Qt.Key.Key_PageDown,
        "K": Qt.Key.Key_PageUp,
        "h": Qt.Key.Key_Home,
        "e": Qt.Key.Key_End,
    }
    view.step(1)
    for key in keys:
        qtbot.keyClick(view, press[key])
        if model.open_alerts():
            assert view.current is not None


def test_the_last_alert_is_the_end_and_the_first_the_beginning(
    qtbot: QtBot, view: QueueView, model: QueueModel
) -> None:
    model.show_page(grouped({"today": 2, "week": 3}))
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.current and view.current.id == 5
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current.id == 5
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.current.id == 1
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current.id == 1


def test_making_an_alert_current_tells_it_unless_it_is_quiet(qtbot: QtBot, view: QueueView, model: QueueModel) -> None:
    model.show_page(grouped({"today": 3}))
    with qtbot.waitSignal(view.current_changed) as told:
        view.set_current(2)
    assert told.args[0].id == 2
    with qtbot.assertNotEmitted(view.current_changed):
        view.set_current(3, quiet=True)
    assert view.current and view.current.id == 3


def test_ticks_stay_with_their_alerts_and_go_with_them(model: QueueModel) -> None:
    model.show_page(grouped({"today": 3}))
    for row in (1, 3):
        model.tick(row)
    assert [one.id for one in model.ticked] == [1, 3]
    model.show_page(page(("today", [alert(3), alert(9)])))
    assert [one.id for one in model.ticked] == [3]
    model.clear_ticks()
    assert model.ticked == []


def test_a_header_says_how_its_group_is_sorted(model: QueueModel) -> None:
    model.show_page(grouped({"today": 2, "later": 1}))
    heads = [at for at in range(model.rowCount()) if model.alert_at(at) is None]
    assert [model.index(at).data(Qt.ItemDataRole.ToolTipRole) for at in heads] == [f"{ORDER}\n{AT_STAKE}"] * 2


def test_a_header_cannot_be_ticked(model: QueueModel) -> None:
    model.show_page(grouped({"today": 1}))
    model.tick(0)
    assert model.ticked == []


def test_shift_and_arrow_tick_on_the_way(qtbot: QtBot, view: QueueView, model: QueueModel) -> None:
    model.show_page(grouped({"today": 2, "week": 2}))
    view.set_current(2)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [one.id for one in model.ticked] == [2, 3]
    assert view.current and view.current.id == 3


def test_shift_and_click_tick_a_range_and_control_one(qtbot: QtBot, view: QueueView, model: QueueModel) -> None:
    model.show_page(grouped({"today": 4}))
    view.set_current(1)
    third = view.visualRect(model.index(3)).center() - QPoint(60, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, third)
    assert [one.id for one in model.ticked] == [1, 2, 3]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, third)
    assert [one.id for one in model.ticked] == [1, 2]
    assert view.current and view.current.id == 1


def test_an_alert_is_72_pixels_high_and_a_header_less(view: QueueView, model: QueueModel) -> None:
    model.show_page(grouped({"today": 1}))
    assert view.visualRect(model.index(1)).height() == CARD_HEIGHT == 72
    assert view.visualRect(model.index(0)).height() == HEADER_HEIGHT


def test_the_small_buttons_of_a_row_act_on_it(qtbot: QtBot, view: QueueView, model: QueueModel) -> None:
    model.show_page(grouped({"today": 3}))
    view.set_current(1)
    rect = view.visualRect(model.index(2))
    at = QPoint(rect.right() - 20, rect.top() + 54)
    with qtbot.waitSignal(view.quick) as asked:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked.args == [Command.RESOLVE]
    assert view.current and view.current.id == 2


def test_letters_are_commands_and_never_a_search(qtbot: QtBot, view: QueueView, model: QueueModel) -> None:
    model.show_page(page(("today", [alert(1), alert(2, customer="Tanaka Print Works")])))
    view.set_current(1)
    qtbot.keyClick(view, Qt.Key.Key_T)
    assert view.current and view.current.id == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"severity": Severity.CRITICAL, "due_aloud": "due in 47 minutes", "customer": "Marlow & Pike Outfitters"},
            "Marlow & Pike Outfitters, critical, due in 47 minutes, no order for 74 days; the usual gap is 21, "
            "$5,240 at stake",
        ),
        (
            {"kind": "opportunity", "upside_minor": 330_000, "due_aloud": "due Tue", "reason": "Usage up 63 %"},
            "Customer 1, opportunity, due Tue, usage up 63 %, $3,300 upside",
        ),
        (
            {"upside_minor": 900_000, "due_aloud": "due Tue", "reason": "Open deal of $12,000"},
            "Customer 1, high, due Tue, open deal of $12,000, $9,000 to win",
        ),
        (
            {"breached": True, "due_aloud": "2 hours late", "severity": Severity.MEDIUM},
            "Customer 1, medium, 2 hours late, no order for 74 days; the usual gap is 21, $5,240 at stake",
        ),
    ],
)
def test_a_row_is_read_aloud_in_one_sentence(values: dict[str, object], words: str) -> None:
    assert spoken(alert(1, **values)) == words


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("narrow", [False, True])
def test_every_kind_of_row_is_painted_in_both_themes(
    view: QueueView, model: QueueModel, theme: Theme, choice: ThemeChoice, narrow: bool
) -> None:
    theme.choose(choice)
    rows = [alert(n, severity=Severity(n)) for n in range(1, 5)]
    rows += [alert(5, kind="opportunity", sparkline=()), alert(6, due_within_hour=True, severity=Severity.CRITICAL)]
    rows += [alert(7, kind="data", customer_id=None, churn_risk=None, tier=None), alert(8, sparkline=(3, 3, 3))]
    model.show_page(page(("today", rows)))
    model.tick(2)
    view.set_current(3)
    view.delegate.narrow = narrow
    picture = view.grab().toImage()
    theme.choose(ThemeChoice.LIGHT)
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
    assert len(colours) > 20


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None lives for ever from Python 3.12 on")
def test_painting_keeps_no_reference_to_none(theme: Theme, view: QueueView, model: QueueModel) -> None:
    """PySide6 6.12.0 loses one at every void call, and ends in a fatal error after minutes."""
    import gc

    from PySide6.QtGui import QPainter

    model.show_page(grouped({"today": 2}))
    canvas = QPixmap(372, 72)
    option = QStyleOptionViewItem()
    option.rect = canvas.rect()
    painter = QPainter(canvas)
    view.delegate.paint(painter, option, model.index(1))  # fills the caches of icons and widths
    # What earlier tests left in cycles holds None thousands of times, and must not be collected while it is counted.
    gc.collect()
    gc.disable()
    try:
        before = sys.getrefcount(None)
        for _ in range(2_000):
            painter.save()
            painter.setOpacity(1.0)
            painter.restore()
        for _ in range(200):
            view.delegate.paint(painter, option, model.index(1))
        lost = before - sys.getrefcount(None)
    finally:
        gc.enable()
        painter.end()
    assert abs(lost) < 500
    assert view.delegate.sizeHint(option, model.index(1)) == QSize(100, 72)
