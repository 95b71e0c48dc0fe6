"""A brief is one page on either paper, however much there is to say, and no words of it are cut."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtGui import QPageSize

from models.values.reports import Brief, Section
from services.reports import brief_of
from services.workspace import Workspace
from tests.views.printing.painted import Painted
from views.printing.brief import brief_pdf

PAPERS = [QPageSize(one) for one in (QPageSize.PageSizeId.A4, QPageSize.PageSizeId.Letter)]
LONG = "A sentence that is long enough to be wrapped at the end of a line, and then goes on for a while. " * 2


@pytest.fixture
def brief(workspace: Workspace) -> Brief:
    return brief_of(workspace, 133, "Sample book")


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("paper", PAPERS, ids=lambda one: one.name())
def test_it_is_one_page_without_cut_words(brief: Brief, painted: Painted, paper: QPageSize) -> None:
    pdf = brief_pdf(brief, paper)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    painted.assert_readable(paper)
    said = [text for _, _, text in painted.words]
    assert {text for _, text in brief.events} <= set(said)
    assert "Page 1 of 1" in said


@pytest.mark.usefixtures("theme")
def test_its_figures_can_be_searched_and_copied(brief: Brief) -> None:
    told = re.findall(rb"beginbfrange(.*?)endbfrange", brief_pdf(brief, PAPERS[0]), re.DOTALL)
    characters = {int(code, 16) for text in told for code in re.findall(rb"<([0-9A-Fa-f]{4})>", text)}
    assert set(map(ord, "0123456789%.,")) <= characters
    assert not [hex(one) for one in characters if 0xE000 <= one < 0xF900]  # private: a glyph without its character


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("paper", PAPERS, ids=lambda one: one.name())
def test_where_there_is_much_to_say_older_events_go(brief: Brief, painted: Painted, paper: QPageSize) -> None:
    full = replace(brief, left=(*brief.left, Section("More", (LONG,) * 8)), events=(("17 Nov 2026", LONG),) * 10)
    pdf = brief_pdf(full, paper)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    painted.assert_readable(paper)
    shown = sum(text == "17 Nov 2026" for _, _, text in painted.words)
    assert 0 < shown < 10
    assert f"{brief.earlier + 10 - shown} earlier events in the book" in [text for _, _, text in painted.words]
