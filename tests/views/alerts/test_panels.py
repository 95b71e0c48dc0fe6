"""Moments that a person picks: of this computer's zone, by the clock of their own day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import QDateTimeEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.views.alerts.open_alerts import alert
from views.alerts.panels import meeting_panel, outcome_choices
from views.composer.panels import moment_panel
from views.theme import Theme
from views.widgets.overlay import FormPanel

#: Summer time in Berlin; its clocks go back on 25 October.
NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def choose(panel: QWidget, window: QWidget, *moment: int) -> None:
    field = panel.findChild(QDateTimeEdit)
    assert field is not None and isinstance(panel, FormPanel)
    panel.open_under(window)
    field.setDateTime(QDateTime(*moment, 0))
    panel._sent()


@pytest.mark.usefixtures("berlin")
def test_a_meeting_after_the_change_of_clocks_begins_at_the_hour_that_was_picked(theme: Theme, window: QWidget) -> None:
    sent: list[datetime] = []
    now = NOW.astimezone()
    panel = meeting_panel(theme, window, "Call", now, now, lambda _title, at, _minutes: sent.append(at))
    choose(panel, window, 2026, 10, 27, 14, 0)
    assert sent == [datetime(2026, 10, 27, 13, 0, tzinfo=UTC)]


@pytest.mark.usefixtures("berlin")
def test_an_email_after_the_change_of_clocks_goes_out_at_the_hour_that_was_picked(
    theme: Theme, window: QWidget
) -> None:
    sent: list[str] = []
    choose(moment_panel(theme, window, NOW.astimezone(), sent.append), window, 2026, 10, 27, 14, 0)
    assert [datetime.fromisoformat(at) for at in sent] == [datetime(2026, 10, 27, 13, 0, tzinfo=UTC)]


def test_the_outcomes_offered_fit_what_an_alert_is_about() -> None:
    def offered(*open_alerts: tuple[str, str]) -> list[str]:
        rows = [alert(number, rule=rule, kind=kind) for number, (rule, kind) in enumerate(open_alerts, 1)]
        return [choice.value for choice in outcome_choices(rows)]

    assert offered(("urgent_ticket", "risk")) == ["solved", "saved", "lost", "no_issue", "known"]
    assert offered(("gap_beyond_usual", "risk")) == ["came_back", "saved", "lost", "no_issue", "known"]
    assert offered(("ready_for_more", "opportunity")) == ["came_back", "no_issue", "known"]
    assert offered(("data_stale", "data")) == ["solved", "no_issue", "known"]
    assert offered(("bad_review", "risk"), ("gap_beyond_usual", "risk")) == ["saved", "lost", "no_issue", "known"]
