"""The list: pages, order, filters, and a current row that live updates never move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.values.customers import CustomerFilter
from tests.views.customers.made import MadeCustomers
from views.background import Background
from views.customers.columns import AT, COLUMNS, NAME_AT_LEAST, sentence_of, shown_in, text_of
from views.customers.delegate import AFTER_BAR, GAP, Marks
from views.customers.filters import own_tabs
from views.customers.list_pane import ListPane
from views.customers.model import CustomersModel
from views.theme import Theme, fonts

_SAID = {"they are leaving": "leaving", "they may leave": "leaving?"}


@pytest.fixture
def customers() -> MadeCustomers:
    return MadeCustomers()


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme, background: Background, customers: MadeCustomers) -> Iterator[ListPane]:
    made = ListPane(theme, background.desk(background), customers, "Ines", Marks())
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.show_tabs(own_tabs("Ines", 0.4), "all")
    made.reload()
    qtbot.waitUntil(lambda: model_of(made).rowCount() == 200 and bool(made.currency))
    yield made
    made.state.show_content()


def model_of(pane: ListPane) -> CustomersModel:
    model = pane.table.model()
    assert isinstance(model, CustomersModel)
    return model


def settled(qtbot: QtBot, pane: ListPane, rows: int) -> None:
    qtbot.waitUntil(lambda: model_of(pane).rowCount() == rows)


def test_the_model_keeps_the_rules_of_item_models(qtbot: QtBot, pane: ListPane) -> None:
    model = model_of(pane)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    # The tester itself asks for more.
    settled(qtbot, pane, 450)
    pane.set_filter(CustomerFilter(tiers=frozenset({"Gold"})))
    qtbot.waitUntil(lambda: all(row.tier == "Gold" for row in model.rows()))
    assert tester.model() is model


def test_pages_follow_until_the_book_ends(qtbot: QtBot, pane: ListPane) -> None:
    model = model_of(pane)
    model.fetchMore(QModelIndex())
    settled(qtbot, pane, 400)
    model.fetchMore(QModelIndex())
    settled(qtbot, pane, 450)
    assert not model.canFetchMore(QModelIndex())
    assert len({row.id for row in model.rows()}) == 450


def test_scrolling_reads_ahead(qtbot: QtBot, pane: ListPane) -> None:
    bar = pane.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    settled(qtbot, pane, 400)


def test_a_header_sorts_the_whole_book(qtbot: QtBot, pane: ListPane) -> None:
    header = pane.table.horizontalHeader()
    header.sectionClicked.emit(AT["name"])
    qtbot.waitUntil(lambda: model_of(pane).rows()[0].name.startswith("Alder"))
    assert pane.table.order == ("name", False)
    header.sectionClicked.emit(AT["name"])
    qtbot.waitUntil(lambda: model_of(pane).rows()[0].name.startswith("Fathom"))
    header.sectionClicked.emit(AT["churn"])
    qtbot.waitUntil(lambda: pane.table.order == ("churn", True) and model_of(pane).rows()[0].churn_risk == 0.99)


def test_typing_filters_and_clearing_brings_the_book_back(qtbot: QtBot, pane: ListPane) -> None:
    qtbot.keyClicks(pane.field, "linden 1")
    qtbot.waitUntil(lambda: all("Linden 1" in row.name for row in model_of(pane).rows()))
    qtbot.keyClicks(pane.field, "zzz")
    qtbot.waitUntil(lambda: pane.state.state == "empty")
    pane.state.notice.primary.click()
    settled(qtbot, pane, 200)
    assert pane.state.state == "content"
    assert pane.field.text() == ""


def test_the_current_row_stays_when_the_list_is_read_again(
    qtbot: QtBot, pane: ListPane, customers: MadeCustomers
) -> None:
    pane.table.selectRow(40)
    chosen = pane.table.current_id
    customers.rows = [row for row in customers.rows if row.id != model_of(pane).rows()[0].id]
    with qtbot.assertNotEmitted(pane.selected), qtbot.waitSignal(model_of(pane).arrived):
        pane.reload()
    assert pane.table.current_id == chosen
    assert pane.table.currentIndex().row() == 39


def test_a_customer_can_be_wanted_before_the_list_has_them(qtbot: QtBot, pane: ListPane) -> None:
    last = 450
    pane.want(last)
    assert pane.table.current_id is None or pane.table.current_id == last
    pane.set_filter(CustomerFilter(text=str(last)))
    qtbot.waitUntil(lambda: pane.table.current_id == last)


def test_arrow_keys_tell_who_became_current(qtbot: QtBot, pane: ListPane) -> None:
    pane.table.setFocus()
    pane.table.selectRow(0)
    with qtbot.waitSignal(pane.selected) as told:
        qtbot.keyClick(pane.table, Qt.Key.Key_Down)
    assert told.args == [model_of(pane).rows()[1].id]
    with qtbot.waitSignal(pane.opened):
        qtbot.keyClick(pane.table, Qt.Key.Key_Return)


def test_a_saved_tab_brings_its_filter(qtbot: QtBot, pane: ListPane) -> None:
    pane.tabs.chosen.emit("mine")
    qtbot.waitUntil(lambda: all(row.owner == "Ines" for row in model_of(pane).rows()))
    assert pane.chosen == CustomerFilter(owners=frozenset({"Ines"}))


def test_the_row_is_said_in_one_sentence(pane: ListPane) -> None:
    index = model_of(pane).index(0, 0)
    sentence = index.data(Qt.ItemDataRole.AccessibleTextRole)
    row = model_of(pane).rows()[0]
    assert sentence.startswith(row.name) and "at risk" in sentence and "churn risk" in sentence
    assert all(model_of(pane).headerData(n, Qt.Orientation.Horizontal) for n in range(len(COLUMNS)))


@pytest.mark.parametrize("room", range(120, 1000, 20))
def test_name_and_money_never_leave_a_narrow_list(room: int) -> None:
    shown = shown_in(room)
    assert {AT["name"], AT["churn"], AT["at_risk"]} <= shown
    wide = sum(COLUMNS[place].width for place in shown if place)
    assert wide + NAME_AT_LEAST <= room or len(shown) == 3


def test_colour_starts_at_the_policys_warning_and_is_of_active_customers(pane: ListPane) -> None:
    marks = Marks(churn_warning=0.4, churn_critical=0.5)
    active = replace(model_of(pane).rows()[0], standing="active", said_leaving="", left_on=None)

    def icon(risk: float | None, **values: Any) -> str:
        return marks.churn_mark(replace(active, churn_risk=risk, **values))[0]

    assert icon(None) == icon(0.39) == ""
    assert icon(0.4) == "severity-high" and icon(0.5) == "severity-critical"
    for gone in ({"standing": "win_back"}, {"standing": "lost"}, {"left_on": "2026-10-01"}):
        assert marks.churn_mark(replace(active, churn_risk=0.9, **gone)) == ("", "", "ink_3")
    inks = [marks.churn_mark(replace(active, churn_risk=None, said_leaving=said))[2] for said in _SAID]
    assert inks == ["critical_text", "warning_text"]


def test_the_count_names_win_backs_where_there_is_room_and_its_tooltip_how_far_values_were_off(
    qtbot: QtBot, pane: ListPane
) -> None:
    assert pane.count_words.endswith(" at risk · 12 win-back")
    assert any(said.toolTip() == "12 win-back\nWhen last checked, …" for said in pane.findChildren(QLabel))
    pane.resize(560, 600)
    qtbot.waitUntil(lambda: pane.count_words.endswith(" revenue at risk"))
    pane.resize(800, 600)
    qtbot.waitUntil(lambda: pane.count_words.endswith(" win-back"))


def test_an_engagement_of_100_has_room_beside_its_bar(theme: Theme) -> None:
    room = COLUMNS[AT["engagement"]].width - 2 * GAP - AFTER_BAR
    assert fonts.width("100", fonts.LIST) <= room


@pytest.mark.parametrize(("said", "shown"), _SAID.items())
def test_words_of_leaving_stand_in_place_of_a_churn_risk_and_have_room(said: str, shown: str, pane: ListPane) -> None:
    row = replace(model_of(pane).rows()[0], churn_risk=None, said_leaving=said)
    assert text_of(row, AT["churn"], "Ada") == shown
    assert f"said that {said}" in sentence_of(row, "Ada")
    assert fonts.width(shown, fonts.SMALL, fonts.MEDIUM) <= COLUMNS[AT["churn"]].width - 2 * GAP
