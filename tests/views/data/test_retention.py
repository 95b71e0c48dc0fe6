"""The section that lists who is due to be erased."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.values.imports import Progress
from models.values.retention import Due, Retention
from services.pipeline.retention import due_for_erasure
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.data.test_watched import texts
from tests.views.pages import page_at
from views.actions import Command
from views.data.page import DataPage
from views.data.retention_pane import RetentionPane
from views.shell.page import Page
from views.theme import Theme
from views.widgets.overlay import ChoicePanel


def test_who_is_due_is_listed_and_erased_after_a_question(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    pane = page_at(desk, "data/retention", DataPage).keeping.retention
    qtbot.waitUntil(lambda: pane.words.text().startswith("Customers are kept indefinitely."))
    assert not pane.erase.isVisible() and not pane.table.isVisible()
    with sample.store.unit_of_work(sample.me, "age", "customers", at=sample.at) as work:
        for table, day in (("orders", "ordered_on"), ("activities", "happened_on"), ("conversations", "happened_on"),
                           ("tickets", "opened_on"), ("tickets", "resolved_on"), ("reviews", "reviewed_on"),
                           ("surveys", "answered_on"), ("email_events", "happened_on")):  # fmt: skip
            work.sql(f"UPDATE {table} SET {day} = '2016-01-01' WHERE customer_id = 3")
        work.sql("UPDATE customers SET signed_up_on = '2015-01-01', email_consent_since = NULL WHERE id = 3")
        for table in ("tasks", "notes", "contacts", "contracts"):
            work.sql(f"DELETE FROM {table} WHERE customer_id = 3")
        work.commit()
    sample.change_policy(retention_months=60)
    (due,) = due_for_erasure(sample).due
    desk.window.actions_registry[Command.SHOW_RETENTION].trigger()
    qtbot.waitUntil(lambda: pane.table.isVisible())
    assert [line[:2] for line in texts(pane.table)] == [[due.name, "1 Jan 2016"]]
    assert pane.erase.text() == "Erase 1 customer…"
    receipt = tmp_path / "receipt.txt"
    monkeypatch.setattr(Page, "ask_place", lambda _page, _title, _name, _kinds, taken: taken(receipt))
    pane.erase.click()
    (panel,) = [one for one in desk.window.findChildren(ChoicePanel) if one.isVisible()]
    qtbot.keyClicks(panel, "2")
    qtbot.waitUntil(lambda: not pane.table.isVisible())
    assert "Customer 3 was erased on" in receipt.read_text(encoding="utf-8")
    assert pane.words.text().startswith("No customer is due to be erased after 60 months")


def test_while_it_goes_on_it_can_be_stopped_and_after_a_fault_no_older_list_is_offered(
    qtbot: QtBot, theme: Theme
) -> None:
    pane = RetentionPane(theme)
    qtbot.addWidget(pane)
    pane.show_found(Retention(36, date(2023, 11, 21), (Due(7, "Gone Ltd", date(2020, 3, 5), "orders"),)))
    assert not pane.erase.isHidden() and pane.stop.isHidden()
    pane.show_progress(Progress("Erasing customers", 3, 12))
    assert pane.going.text() == "Erasing customers 3 of 12" and pane.erase.isHidden()
    with qtbot.waitSignal(pane.stop_wanted):
        pane.stop.click()
    pane.end_progress()
    pane.show_fault("The book is damaged.")
    assert pane.words.text() == "The book is damaged." and pane.table.isHidden() and pane.erase.isHidden()
