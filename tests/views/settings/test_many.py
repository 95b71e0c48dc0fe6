"""Fields for many values at once: their text is what was set, whether it is offered or not."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.values.scores import SEGMENTS
from views.settings.many import BySegment, Ticks, ToneBySegment
from views.theme import Theme


@pytest.fixture
def figures(qtbot: QtBot) -> BySegment:
    made = BySegment("Different for a segment", "%")
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tones(qtbot: QtBot, theme: Theme) -> ToneBySegment:
    made = ToneBySegment(theme, "Tone by segment")
    qtbot.addWidget(made)
    return made


def test_what_is_set_is_its_text_and_of_an_unknown_segment_too(figures: BySegment, tones: ToneBySegment) -> None:
    figures.put("Lost = 2\nGone for good = 7")
    assert figures.lines["Lost"].text() == "2" and figures.lines["New"].text() == ""
    assert set(figures.text().splitlines()) == {"Lost = 2", "Gone for good = 7"}
    tones.put("Lost = Brief\nGone for good = Warm")
    assert tones.boxes["Lost"].currentText() == "Brief" and tones.boxes["New"].currentText() == "As usual"
    assert set(tones.text().splitlines()) == {"Lost = Brief", "Gone for good = Warm"}


def test_what_is_put_takes_the_place_of_all_that_stood_there(figures: BySegment, tones: ToneBySegment) -> None:
    for field in (figures, tones):
        field.put("Lost = Formal\nGone for good = Warm")
        field.put("New = Brief")
        assert field.text() == "New = Brief"


def test_a_tone_that_is_not_offered_stands_as_it_is(tones: ToneBySegment) -> None:
    tones.put("Lost = Solemn")
    assert tones.boxes["Lost"].currentText() == "Solemn" and tones.text() == "Lost = Solemn"


def test_every_segment_has_a_field_with_a_name(figures: BySegment, tones: ToneBySegment) -> None:
    fields: list[dict[str, QWidget]] = [{**figures.lines}, {**tones.boxes}]
    for named in fields:
        assert set(named) == set(SEGMENTS)
        assert all(segment in field.accessibleName() for segment, field in named.items())


def test_a_person_who_types_or_chooses_is_heard(qtbot: QtBot, figures: BySegment, tones: ToneBySegment) -> None:
    with qtbot.waitSignal(figures.edited):
        qtbot.keyClicks(figures.lines["Lost"], "4")
    assert figures.text() == "Lost = 4"
    with qtbot.waitSignal(tones.edited):
        tones.boxes["New"].setCurrentIndex(1)


def test_what_was_ticked_stays_though_it_is_no_longer_offered(qtbot: QtBot) -> None:
    ticks = Ticks("Rules", [("gap", "Gap"), ("renewal", "Renewal")])
    qtbot.addWidget(ticks)
    ticks.put("gap\nold_rule")
    ticks.offer([("renewal", "Renewal")])
    assert set(ticks.text().splitlines()) == {"gap", "old_rule"}
    assert ticks.boxes["old_rule"].text() == "old rule"
