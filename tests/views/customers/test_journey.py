"""The journey strip shows titles whole."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from models.values.customers import Milestone
from views.customers.journey import JourneyStrip
from views.theme import Theme, fonts

LONG = ("Customer since", "Won: Trial order of boxers", "Late delivery", "Last order", "Said they are leaving")


@pytest.mark.parametrize("width", [320, 540, 760, 1000])
def test_no_title_is_cut_and_the_first_and_the_newest_stay(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    cut: list[str] = []
    whole = fonts.elided

    def noting(text: str, *told: int) -> str:
        shown = whole(text, *told)
        cut.extend([text] if shown != text else [])
        return shown

    monkeypatch.setattr(fonts, "elided", noting)
    strip = JourneyStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(width, strip.height())
    strip.show_milestones(tuple(Milestone("Jan 2026", title, "good") for title in LONG))
    strip.grab()
    assert cut == []
    assert all(title in strip.toolTip() for title in LONG)
