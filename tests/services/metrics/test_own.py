"""Dashboards and views of one's own: stored in the book, checked as the program's are, undone, and reset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from models import sqlite
from models.journal import verify
from models.values.dashboards import Dashboard, Filters, SavedView, TileSpec
from models.values.errors import UserError
from models.values.metrics import Query
from services.audit import redo_last, undo_last
from services.metrics import (
    Metrics,
    all_dashboards,
    dashboard_named,
    document_of,
    the_catalogue,
    the_dashboards,
    tile_answer,
)
from services.metrics.dashboards import load_dashboard
from services.metrics.own import (
    Edit,
    edit_dashboard,
    load_into,
    make_dashboard,
    remove_dashboard,
    remove_view,
    rename_dashboard,
    rename_view,
    save_view,
    saved_views,
)
from services.workspace import Workspace
from tests.views.books import opened, sample_copy

ORDERS = TileSpec("", "Orders", "figure", Query(("orders",), period="", compare="previous"))
BY_TIER = TileSpec("", "Orders by tier", "bars", Query(("orders",), ("tier",), period="12m"))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = opened(sample_copy(tmp_path / "book.bellwether"))
    yield made
    made.close()


def board(workspace: Workspace, name: str = "overview") -> Dashboard:
    return dashboard_named(name, all_dashboards(workspace))


def titles(workspace: Workspace, name: str = "overview") -> list[list[str]]:
    return [[tile.title for tile in row] for row in board(workspace, name).rows]


@pytest.mark.parametrize("dashboard", the_dashboards(), ids=lambda one: one.name)
def test_what_is_written_of_a_dashboard_is_read_as_the_same(dashboard: Dashboard) -> None:
    document = json.loads(json.dumps(document_of(dashboard)))
    assert load_dashboard(dashboard.name, document, the_catalogue()) == dashboard


def test_each_edit_of_a_tab_is_undone_and_done_again_until_the_original_is_back(workspace: Workspace) -> None:
    states = [titles(workspace)]
    edits: list[Edit] = [
        lambda one: one.with_tile(ORDERS), lambda one: one.with_tile(BY_TIER),
        lambda one: one.without_tile("overview.1.1"), lambda one: one.with_moved("overview.1.0", 1),
    ]  # fmt: skip
    for edit in edits:
        edit_dashboard(workspace, "overview", edit, "Changed the overview")
        states.append(titles(workspace))
    edit_dashboard(workspace, "overview", lambda one: one.with_width("overview.3.0", 1), "Changed the overview")
    assert board(workspace).rows[3][0].wide == 2
    assert all(before != after for before, after in pairwise(states))
    assert board(workspace).kind == "changed"
    undo_last(workspace)
    for state in reversed(states):
        assert titles(workspace) == state
        if state is not states[0]:
            undo_last(workspace)
    assert board(workspace) == the_dashboards()[0]
    for state in states[1:]:
        redo_last(workspace)
        assert titles(workspace) == state


def test_a_changed_tab_is_reset_and_the_reset_is_undone(workspace: Workspace) -> None:
    edit_dashboard(workspace, "overview", lambda one: one.without_tile("overview.1.0"), "Removed a tile")
    changed = titles(workspace)
    assert remove_dashboard(workspace, "overview").words == "Reset “Overview” to the original"
    assert board(workspace) == the_dashboards()[0]
    undo_last(workspace)
    assert titles(workspace) == changed
    with workspace.store.read() as connection:
        assert verify(connection).problems == ()


def test_a_dashboard_of_ones_own_is_made_renamed_and_deleted(workspace: Workspace) -> None:
    make_dashboard(workspace, "  My week ")
    edit_dashboard(workspace, "my-week", lambda one: one.with_tile(ORDERS), "Added tile “Orders”")
    mine = board(workspace, "My week")
    assert (mine.name, mine.kind, mine.title) == ("my-week", "own", "My week")
    assert all_dashboards(workspace)[-1] == mine
    figures = tile_answer(Metrics(workspace), mine.tiles[0], Filters()).answer
    assert figures.totals["orders"]
    rename_dashboard(workspace, "my-week", "Mondays")
    assert board(workspace, "mondays").name == "my-week"
    with pytest.raises(UserError, match="There is a dashboard “service” already"):
        rename_dashboard(workspace, "my-week", "service")
    with pytest.raises(UserError, match="There is a dashboard “Scores” already"):
        make_dashboard(workspace, "Scores")
    with pytest.raises(UserError, match="Give the dashboard a name"):
        make_dashboard(workspace, "  ")
    remove_dashboard(workspace, "my-week")
    assert all_dashboards(workspace) == the_dashboards()
    undo_last(workspace)
    assert board(workspace, "Mondays").tiles[0].title == "Orders"
    with pytest.raises(UserError, match="Only your own dashboards can be deleted"):
        remove_dashboard(workspace, "service")


def test_figures_go_to_the_figures_and_charts_to_the_charts(workspace: Workspace) -> None:
    for tile in (BY_TIER, ORDERS, BY_TIER):
        edit_dashboard(workspace, "overview", lambda one, tile=tile: one.with_tile(tile), "Added a tile")  # type: ignore[misc]
    rows = board(workspace).rows
    assert [[tile.form == "figure" for tile in row] for row in rows] == [
        [False], [True] * 10, [True], [False] * 3, [False] * 3, [False] * 3, [False] * 4, [False],
    ]  # fmt: skip
    edit_dashboard(workspace, "overview", lambda one: one.with_moved("overview.3.0", -1), "Moved a tile")
    assert board(workspace).rows == rows  # it is the first of its kind


def test_a_tile_that_cannot_be_answered_is_not_stored(workspace: Workspace) -> None:
    wrong = TileSpec("", "Orders by stage", "bars", Query(("orders",), ("stage",), period=""))
    with pytest.raises(UserError, match="“stage” is not a dimension of orders"):
        edit_dashboard(workspace, "overview", lambda one: one.with_changed("overview.1.0", wrong), "Changed a tile")
    line = TileSpec("", "Orders by tier", "line", Query(("orders",), ("tier",), period=""))
    with pytest.raises(UserError, match="“line” does not show figures by tier; choose bars and table"):
        edit_dashboard(workspace, "overview", lambda one: one.with_tile(line), "Added a tile")
    with pytest.raises(UserError, match="not there any more"):
        edit_dashboard(workspace, "overview", lambda one: one.without_tile("overview.9.9"), "Removed a tile")
    assert board(workspace).kind == "original"


def test_what_a_later_version_wrote_is_left_out_and_told(workspace: Workspace) -> None:
    edit_dashboard(workspace, "overview", lambda one: one.with_tile(ORDERS), "Added a tile")
    make_dashboard(workspace, "Mine")
    with closing(sqlite.connect(workspace.store.path)) as driver:
        driver.execute("UPDATE dashboards SET definition = replace(definition, '\"revenue_at_risk\"', '\"joy\"')")
        driver.execute("UPDATE dashboards SET definition = 'nonsense' WHERE name = 'mine'")
        driver.commit()
    overview, mine = board(workspace), board(workspace, "mine")
    assert [tile.title for tile in overview.tiles].count("Revenue") == 1 and "Revenue at risk" not in titles(workspace)[
        0
    ]
    assert overview.left_out and all("“joy” is not a metric" in one for one in overview.left_out)
    assert not mine.tiles and mine.left_out[0].startswith("This dashboard cannot be read")
    for name in ("overview", "mine"):
        with pytest.raises(UserError, match="this version cannot show, and a change would lose them"):
            rename_dashboard(workspace, name, "Renamed")
    remove_dashboard(workspace, "mine")


def test_the_name_of_a_renamed_original_stays_its_own(workspace: Workspace) -> None:
    rename_dashboard(workspace, "pipeline", "Sales")
    with pytest.raises(UserError, match="There is a dashboard “Pipeline” already"):
        make_dashboard(workspace, "Pipeline")
    make_dashboard(workspace, "Mine")
    with pytest.raises(UserError, match="There is a dashboard “pipeline” already"):
        rename_dashboard(workspace, "mine", "pipeline")
    rename_dashboard(workspace, "mine", "MINE")
    rename_dashboard(workspace, "pipeline", "pipeline")
    assert [board(workspace, one).name for one in ("mine", "Pipeline")] == ["mine", "pipeline"]
    remove_dashboard(workspace, "pipeline")
    assert len({one.title.lower() for one in all_dashboards(workspace)}) == len(all_dashboards(workspace))


def test_a_file_becomes_a_tab_and_a_second_time_changes_it(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\nrows = [[{ title = "Orders", metrics = ["orders"] }]]\n', encoding="utf-8")
    load_into(workspace, path)
    assert titles(workspace, "mine") == [["Orders"]]
    assert load_into(workspace, path).entry is None
    again = tmp_path / "other.json"
    again.write_text(json.dumps(document_of(board(workspace, "mine")) | {"rows": []}), encoding="utf-8")
    load_into(workspace, again)
    assert titles(workspace, "mine") == []
    path.write_text("title = 3", encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.toml, title: a text is missing"):
        load_into(workspace, path)
    with pytest.raises(UserError, match="cannot be read as a dashboard"):
        load_into(workspace, tmp_path / "nowhere.toml")


def test_a_view_is_saved_chosen_renamed_and_deleted(workspace: Workspace) -> None:
    north, south = Filters("30d", None, owner="Priya Raman"), Filters("12m", "year", segment="Loyal")
    save_view(workspace, "North", north)
    save_view(workspace, "South", south)
    assert saved_views(workspace) == (SavedView("North", north), SavedView("South", south))
    save_view(workspace, "north", south)
    assert saved_views(workspace)[0] == SavedView("North", south)
    with pytest.raises(UserError, match="There is a view “South” already"):
        rename_view(workspace, "North", "South")
    rename_view(workspace, "North", "Up north")
    remove_view(workspace, "South")
    assert [one.name for one in saved_views(workspace)] == ["Up north"]
    for _ in range(3):
        undo_last(workspace)
    assert saved_views(workspace) == (SavedView("North", north), SavedView("South", south))
    remove_view(workspace, "South")
    with pytest.raises(UserError, match="The view “South” no longer exists"):
        remove_view(workspace, "South")
