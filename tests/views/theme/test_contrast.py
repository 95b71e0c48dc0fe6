"""Every pair of colours that the views put together, in both themes: 4.5 : 1 for text, 3 : 1 for marks."""

from __future__ import annotations

import pytest

from tests.views.theme.contrast import contrast
from views.theme.tokens import Tokens, load_tokens

THEMES = load_tokens()
GROUNDS = ("panel", "ground", "raised", "hover", "selected", "primary_wash")
INKS = (
    "ink",
    "ink_2",
    "ink_3",
    "critical_text",
    "warning_text",
    "opportunity_text",
    "good_text",
    "primary_text",
)
TEXT = [(ink, ground) for ink in INKS for ground in GROUNDS] + [
    ("critical_text", "critical_wash"),
    ("warning_text", "warning_wash"),
    ("opportunity_text", "opportunity_wash"),
    ("good_text", "good_wash"),
    ("on_primary", "primary"),
    ("on_primary", "primary_hover"),
    ("on_critical", "critical_solid"),
    ("on_critical", "count_neutral"),
    ("rail_ink", "rail"),
    ("rail_ink", "rail_on"),
    ("rail_ink_on", "rail_on"),
    ("rail_ink_on", "logo"),
    ("toast_ink", "toast"),
    ("toast_link", "toast"),
    ("toast_link", "toast_line"),
    ("ink", "critical_wash"),
    # The composer: what has no source, and the text under a mark; a template's fields on a faulty line.
    ("ink", "warning_wash"),
    ("ink_2", "warning_wash"),
    ("primary_text", "critical_wash"),
    ("ink_3", "critical_wash"),
]
MARKS = [
    (mark, ground)
    for mark in ("critical", "warning", "opportunity", "good", "control", "axis", "focus", "scroll")
    for ground in ("panel", "ground", "hover", "selected")
] + [
    ("primary_text", "band"),
    ("critical", "band"),
    ("opportunity", "opportunity_wash"),
    ("rail_mark", "rail"),
    ("rail_mark", "rail_on"),
    ("critical", "critical_wash"),
    # The composer: underline and wave, on their tint and on the page; the bar beside a verdict of the outbox.
    ("warning", "warning_wash"),
    ("primary_text", "selected"),
    ("primary_text", "panel"),
    ("warning_text", "panel"),
    ("critical_text", "panel"),
    ("good_text", "panel"),
    ("toast_link", "toast"),
]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_seen(theme: Tokens, mark: str, ground: str) -> None:
    assert contrast(getattr(theme, mark), getattr(theme, ground)) >= 3


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
