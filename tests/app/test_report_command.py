"""The command `report`: which files it writes, and that its JSON has the figures of `query`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.cli import run_command
from tests.views.books import MOMENT, sample_copy
from views.insights.dashboard_view import DashboardView
from views.insights.figure import Figure


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(sample_copy(tmp_path_factory.mktemp("report") / "book.bellwether"))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLWETHER_NOW", MOMENT)


def test_a_report_has_the_figures_of_a_query(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--period", "12m", "--where", "tier", "=", "Gold", "--json", "--store", book]
    assert run_command(["report", "overview", *asked]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["book"], found["as_of"], found["filters"]) == ("book", "2026-11-17", "tier = Gold")
    revenue = next(one for one in found["tiles"] if one["title"] == "Revenue")
    assert run_command(["query", "revenue", *asked]) == 0
    assert revenue["totals"] == json.loads(capsys.readouterr().out)["totals"]


@pytest.mark.usefixtures("qapp")
def test_files_are_written_and_named(book: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / f"overview.{ending}" for ending in ("pdf", "xlsx", "csv", "png")]
    asked = [word for path in files for word in (f"--{path.suffix[1:]}", str(path))]
    assert run_command(["report", "overview", *asked, "--store", book]) == 0
    assert all(path.stat().st_size for path in files)
    assert capsys.readouterr().out.splitlines() == [f"Overview saved in {path}" for path in files]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing", "--json"], 1, "Choose one of overview"),
        (["nothing"], 1, "Choose one of overview"),
        (["overview"], 2, "Name a file"),
        (["overview", "--xlsx", "figures.txt"], 1, "figures.txt is not a .xlsx file"),
        (["overview", "--png", "figures.jpg"], 1, "figures.jpg is not a .png file"),
        (["overview", "--csv", "figures.xlsx"], 1, "figures.xlsx is not a .csv file"),
    ],
)
def test_what_it_refuses(book: str, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str) -> None:
    assert run_command(["report", *words, "--store", book]) == code
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("qapp")
def test_a_picture_holds_every_tile_of_a_tab(book: str, tmp_path: Path) -> None:
    path = tmp_path / "service.png"
    assert run_command(["report", "service", "--png", str(path), "--store", book]) == 0
    picture = QImage(str(path))
    assert picture.width() == 1366 and picture.height() > 900
    inks = {picture.pixelColor(x, picture.height() - 200).name() for x in range(0, 1366, 2)}
    assert len(inks) > 1, "the last row of tiles is empty"


@pytest.mark.usefixtures("qapp")
def test_a_picture_shows_how_each_figure_went(book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, drawn = tmp_path / "overview.png", dict[str, int]()

    def paint(figure: Figure, painter: QPainter, room: QRectF) -> None:
        drawn[figure.accessibleName().partition(":")[0]] = len(figure.course)
        painted(figure, painter, room)

    painted = Figure._paint_course
    monkeypatch.setattr(Figure, "_paint_course", paint)
    assert run_command(["report", "overview", "--png", str(path), "--store", book]) == 0
    figures = {"Active customers", "High churn risk", "Revenue at risk", "Revenue", "Net revenue retention"}
    figures |= {"Lifetime value", "NPS"}
    assert drawn.keys() == figures | {"Service", "Reviews", "Pipeline", "Email"}
    assert drawn["Revenue"] == 11


@pytest.mark.usefixtures("qapp")
def test_a_picture_shows_each_tile_as_it_is_stored(book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the window the first figure rules the tile; the figures of a report are those that are stored."""
    path, titles = tmp_path / "own.png", list[str]()
    tiles = [
        {"title": "Orders", "metrics": ["orders"]},
        {"title": "Revenue by tier", "form": "bars", "metrics": ["revenue"], "by": ["tier"], "lens": "by tier"},
    ]
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"title": "Own", "rows": [tiles]}), encoding="utf-8")
    assert run_command(["dashboards", "--add", str(own), "--store", book]) == 0
    picture = DashboardView.picture
    monkeypatch.setattr(
        DashboardView, "picture", lambda view: (titles.extend(one.title for one in view.built), picture(view))[1]
    )
    assert run_command(["report", "own", "--png", str(path), "--store", book]) == 0
    assert titles == ["Orders", "Revenue by tier"]


@pytest.mark.usefixtures("qapp")
def test_a_brief_is_one_file(book: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "brief.pdf"
    assert run_command(["brief", "Stone & Selby", "--pdf", str(path), "--store", book]) == 0
    assert path.read_bytes().startswith(b"%PDF-")
    assert capsys.readouterr().out.strip() == f"Brief of Stone & Selby saved in {path}"
    assert run_command(["brief", "Nobody Ltd", "--pdf", str(path), "--store", book]) == 1


def test_a_dashboard_of_ones_own_is_added_listed_reported_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = str(sample_copy(tmp_path / "book.bellwether"))
    file = tmp_path / "mine.toml"
    file.write_text('title = "Mine"\nrows = [[{ title = "All orders", metrics = ["orders"] }]]\n', encoding="utf-8")
    assert run_command(["dashboards", "--add", str(file), "--store", book]) == 0
    said = capsys.readouterr()
    assert said.err.strip() == "Added dashboard “Mine”." and said.out.splitlines()[-1].split() == [
        "mine",
        "Mine",
        "own",
        "1",
    ]
    assert run_command(["report", "Mine", "--json", "--period", "12m", "--store", book]) == 0
    (orders,) = json.loads(capsys.readouterr().out)["tiles"]
    assert run_command(["query", "orders", "--period", "12m", "--json", "--store", book]) == 0
    assert orders["totals"] == json.loads(capsys.readouterr().out)["totals"]
    assert run_command(["dashboards", "--json", "--store", book]) == 0
    mine = json.loads(capsys.readouterr().out)[-1]
    file.with_suffix(".json").write_text(json.dumps(mine["definition"]), encoding="utf-8")
    assert run_command(["dashboards", "--add", str(file.with_suffix(".json")), "--store", book]) == 0
    assert capsys.readouterr().err.strip() == "Nothing changed."
    assert run_command(["dashboards", "--remove", "mine", "--store", book]) == 0
    assert run_command(["undo", "--store", book]) == 0
    assert run_command(["report", "mine", "--json", "--store", book]) == 0
