"""One figure has one value: pages, reports and commands of a book are walked, and no two of them say different ones."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pytestqt.qtbot import QtBot

from app.cli import run_command
from models.values.customers import STANDINGS, CustomerFilter
from models.values.dashboards import CHANGES_FORMS, TileSpec
from models.values.metrics import Condition
from models.values.words import major, money_short
from services.insight import customers_count, outcome_tiles, read_customers, reading, to_do, today_tiles
from services.metrics import the_catalogue, the_dashboards
from services.workspace import Workspace
from tests.views.books import MOMENT, opened, sample_copy
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.desktop import Desktop
from views.insights.figure import Figure
from views.insights.page import InsightsPage
from views.insights.said import said

Key = tuple[object, ...]


class Sightings:
    """What was seen where: for each metric, period, filter and group its values, each with the places that say it."""

    def __init__(self) -> None:
        self._seen: defaultdict[Key, dict[object, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.places: set[str] = set()

    def add(self, place: str, metric: str, period: tuple[Any, Any], value: Any, *of: object) -> None:
        kind = the_catalogue().metrics[metric].kind
        began = None if kind == "as_of" else period[0]  # a state is one of the last day
        known = value if value is None else round(float(value), 6)
        self._seen[metric, began, period[1], *of][known].append(place)
        self.places.add(place)

    def differing(self) -> dict[Key, dict[object, list[str]]]:
        return {key: dict(found) for key, found in self._seen.items() if len(found) > 1}

    def twice(self) -> int:
        """How many figures were seen in two places or more."""
        return sum(len({place for places in found.values() for place in places}) > 1 for found in self._seen.values())


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLWETHER_NOW", MOMENT)
    return sample_copy(tmp_path / "book.bellwether")


@pytest.fixture
def workspace(path: Path) -> Workspace:
    return opened(path)


def asked(capsys: pytest.CaptureFixture[str], book: Path, *words: str) -> Any:
    assert run_command([*words, "--json", "--store", str(book)]) == 0
    return json.loads(capsys.readouterr().out)


def days(document: Any) -> tuple[Any, Any]:
    return document["period"]["from"], document["period"]["to"]


def conditions(tile: TileSpec | None, tier: str = "") -> str:
    """What the rows of a tile are chosen by, and by a tier where one is named."""
    return repr((*(tile.query.where if tile else ()), *((Condition("tier", "=", tier),) if tier else ())))


def of_command(seen: Sightings, capsys: pytest.CaptureFixture[str], book: Path, tier: str = "") -> None:
    """Totals and groups of the reports, and of a query for each of their metrics; of a tier alone, or of everybody."""
    periods: defaultdict[str, set[str]] = defaultdict(set)
    of_tier = ["--where", f"tier={tier}"] if tier else []
    for dashboard in the_dashboards():
        found = asked(capsys, book, "report", dashboard.name, *of_tier)
        for tile, shown in zip(dashboard.tiles, found["tiles"], strict=True):
            if tile.form in CHANGES_FORMS or tile.query.having:
                continue
            where = conditions(tile, tier)
            heads = [column["name"] for column in shown["columns"]]
            for name in tile.query.metrics:
                seen.add(f"report {dashboard.name}", name, days(shown), shown["totals"][name], where)
                for row in shown["rows"]:
                    cell = tuple(zip(tile.query.by, map(str, row), strict=False))
                    seen.add(f"report {dashboard.name}", name, days(shown), row[heads.index(name)], where, *cell)
                if not tile.query.where:
                    periods[tile.query.period or "90d"].add(name)
    for period, names in periods.items():
        found = asked(capsys, book, "query", ",".join(sorted(names)), "--period", period, *of_tier)
        for name in names:
            seen.add("query", name, days(found), found["totals"][name], conditions(None, tier))


def of_files(seen: Sightings, capsys: pytest.CaptureFixture[str], book: Path, folder: Path) -> None:
    """The figures on top of each dashboard, as its workbook and its table have them."""
    for dashboard in the_dashboards():
        files = [folder / f"{dashboard.name}.{ending}" for ending in ("xlsx", "csv")]
        asked(capsys, book, "report", dashboard.name, "--xlsx", str(files[0]), "--csv", str(files[1]))
        sheet = {row[0]: row for row in load_workbook(files[0])["Figures"].iter_rows(values_only=True)}
        with files[1].open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                if not line["by"] and line["value"] and line["metric"] in the_catalogue().metrics:
                    seen.add("csv", line["metric"], (line["from"] or None, line["to"]), line["value"], "()")
        shown = asked(capsys, book, "report", dashboard.name)["tiles"]
        for tile, document in zip(dashboard.tiles, shown, strict=True):
            if tile.form == "figure" and document["rows"] and not document["empty"]:
                name = tile.query.metrics[0]
                if sheet[tile.title][1] is not None:
                    seen.add("xlsx", name, days(document), sheet[tile.title][1], "()")


def of_insights(seen: Sightings, qtbot: QtBot, desk: Desktop, tier: str = "") -> None:
    """Totals and groups of all tiles, and what the figures on top say."""
    for dashboard in the_dashboards():
        page = page_at(desk, f"insights/{dashboard.name}", InsightsPage)
        if page.filters.filters.tier != tier:
            page.filters.choose(replace(page.filters.filters, tier=tier))
            page.filters.changed.emit()
        qtbot.waitUntil(lambda: desk.background.idle, timeout=60_000)
        assert page.board.view is not None
        for tile in page.board.view.tiles.values():
            if tile.shown is None or tile.spec.form in CHANGES_FORMS or tile.spec.query.having:
                continue
            answer, period = tile.shown.answer, tile.shown.answer.period
            ends = (period.first.isoformat() if period.first else None, period.last.isoformat())
            units = {column.name: column.unit for column in answer.columns}
            groups = [answer.cells(at) for at in range(len(answer.rows))] if tile.spec.query.by else []
            for name in tile.spec.query.metrics:
                where = conditions(tile.spec, tier)
                for cells in (answer.totals, *groups):
                    value = cells[name]
                    if units[name] == "money" and isinstance(value, int | float):
                        value = float(major(round(value), answer.currency))
                    cell = [(one, str(cells[one])) for one in tile.spec.query.by if cells is not answer.totals]
                    seen.add(f"Insights {dashboard.name}", name, ends, value, where, *cell)
            if isinstance(tile.content, Figure) and not tile.shown.empty and not answer.few:
                name = tile.shown.query.metrics[0]
                figure = said(answer.totals[name], units[name], answer.currency, short=True)
                assert tile.content.parts[0] == figure, tile.title


def of_customers_and_alerts(
    seen: Sightings, capsys: pytest.CaptureFixture[str], book: Path, workspace: Workspace
) -> None:
    ends = (None, "2026-11-17")
    for words, wanted in (
        ("", CustomerFilter()), ("tier=Gold", CustomerFilter(tiers=frozenset({"Gold"}))),
        ("segment=Loyal", CustomerFilter(segments=frozenset({"Loyal"}))),
    ):  # fmt: skip
        where = repr((Condition(*words.partition("=")),) if words else ())  # type: ignore[arg-type]
        counted = customers_count(workspace, wanted)
        for name, value in (
            ("customers", counted.matching),
            ("win_back_customers", counted.win_back),
            ("revenue_at_risk", major(counted.value_at_risk_minor or 0, counted.currency)),
            ("revenue_at_risk_once", major(counted.once_minor, counted.currency)),
        ):
            seen.add("Customers", name, ends, value, where)
            asking = ["query", name, "--period", "all", *(["--where", words] if words else [])]
            seen.add("query", name, ends, asked(capsys, book, *asking)["totals"][name] or 0, where)
    for standing, name in zip(list(STANDINGS)[:3], ("active_customers", "win_back_customers", "churned"), strict=True):
        listed = asked(capsys, book, "customers", "--standing", standing, "--limit", "1")["total"]
        seen.add("customers", name, ends, listed, "()")
        page = customers_count(workspace, CustomerFilter(standings=frozenset({standing}))).matching
        seen.add("Customers", name, ends, page, "()")
        seen.add("query", name, ends, asked(capsys, book, "query", name, "--period", "all")["totals"][name], "()")
    with reading(workspace) as reader:
        rows = read_customers(reader, limit=1_000).rows
    seen.add("rows of Customers", "customers", ends, len(rows), "()")

    need, at_risk = today_tiles(workspace)
    total = asked(capsys, book, "query", "revenue_at_risk", "--period", "all")["totals"]["revenue_at_risk"]
    assert at_risk.figure == money_short(round(100 * float(total)), "USD")
    assert f"{customers_count(workspace).win_back:,} win-back" in at_risk.line
    in_time = asked(capsys, book, "query", "alerts_in_time", "--period", "30d")["totals"]["alerts_in_time"]
    assert outcome_tiles(workspace)[0].figure == ("–" if in_time is None else said(in_time, "percent", ""))
    open_ = asked(capsys, book, "query", "open_alerts", "--period", "all")["totals"]["open_alerts"]
    listed = asked(capsys, book, "alerts", "--all")["alerts"]
    assert open_ == len([one for one in listed if one["state"] not in ("resolved", "not_useful")])
    assert to_do(workspace) <= open_
    assert int(need.figure) <= to_do(workspace)


def test_no_figure_has_two_values(
    qtbot: QtBot, open_window: OpenWindow, capsys: pytest.CaptureFixture[str], path: Path, workspace: Workspace,
    tmp_path: Path,
) -> None:  # fmt: skip
    seen = Sightings()
    of_command(seen, capsys, path)
    of_files(seen, capsys, path, tmp_path)
    of_customers_and_alerts(seen, capsys, path, workspace)
    desk = open_window(workspace)
    of_insights(seen, qtbot, desk)
    everywhere = seen.twice()
    of_command(seen, capsys, path, "Gold")
    of_insights(seen, qtbot, desk, "Gold")
    assert not seen.differing()
    assert {"query", "xlsx", "csv", "Customers", "customers", "Insights overview", "report email"} <= seen.places
    assert everywhere > 400 and seen.twice() > everywhere + 400
