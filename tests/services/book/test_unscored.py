"""No false all-clear: until what came in is scored, every place says so; the next start or command finishes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from models.tables import CONTENT_TABLES
from models.values.facts import SCORED_TABLES
from models.values.imports import ImportOptions, ImportRequest
from services import insight
from services.audit import undo_last
from services.pipeline.jobs import ImportJob, RoundJob
from services.sync import add_contact, edit_customer
from services.workspace import Recipe, Workspace, open_workspace
from tests.app.conftest import ask, moment

__all__ = ["ask", "moment"]

NOW = "2026-11-19T09:00:00+00:00"
DAYS = ("2026-01-05", "2026-02-02", "2026-03-02", "2026-04-06", "2026-05-04")
#: What a killed process does: its import is in the book, its scoring has just begun.
STOPS = """
import sys, services.pipeline.jobs
def scoring(*_args, **_more):
    print("imported", flush=True)
    sys.stdin.read()
services.pipeline.jobs.after_change = scoring
"""
COMMAND = f"{STOPS}\nfrom app.cli import run_command\nrun_command(sys.argv[1:])"
CHILD = f"""{STOPS}
from tests.services.book.test_unscored import import_job
import_job(sys.argv[1], sys.argv[2])(lambda _progress: None, lambda: False)
"""
pytestmark = pytest.mark.usefixtures("moment")


def recipe(store: Path | str) -> Recipe:
    return Recipe(store=str(store), person="Mara", moment=NOW)


def import_job(store: str, file: str) -> ImportJob:
    request = ImportRequest(store=store, file=file, now="2026-11-19T09:00:00Z", actor="Mara", options=ImportOptions())
    return ImportJob(recipe(store), (request,))


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    rows = [f"O{customer}{day},C{customer},{day},40.00,USD" for customer in range(1, 9) for day in DAYS]
    path.write_text("\n".join(["Order ID,Customer ID,Ordered on,Amount,Currency", *rows, ""]), encoding="utf-8")
    return path


def killed_after_import(script: str, *words: str) -> None:
    """Run a real process and kill it between its import and its scoring."""
    process = subprocess.Popen([sys.executable, "-c", script, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"imported\n"
    process.kill()
    process.communicate()


@pytest.fixture
def book(store_path: Path, ask: Any) -> Iterator[Workspace]:
    ask("customer", "add", "name=Halden Stationery")
    workspace = open_workspace(recipe(store_path))
    yield workspace
    workspace.close()


def states(book: Workspace) -> tuple[bool, str, str]:
    return (
        insight.queue(book, "todo").lacks == "scoring",
        insight.today_tiles(book)[0].line,
        insight.freshness(book).warning,
    )


def test_a_command_that_was_killed_before_scoring_gives_no_all_clear_and_the_next_one_finishes(
    store_path: Path, book: Workspace, orders: Path, ask: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("alerts")[0] == 0
    killed_after_import(COMMAND, "import", str(orders), "--store", str(store_path))
    code, document, said = ask("alerts")
    assert (code, document["scored"], document["alerts"]) == (3, False, [])
    assert "Not scored yet" in said
    assert run_command(["alerts", "--store", str(store_path)]) == 3
    assert "No alerts today" not in capsys.readouterr().out
    assert ask("customer", "set", "1", "city=Riga")[0] == 0
    code, document, _ = ask("alerts")
    assert (code, document["scored"], document["as_of"]) == (0, True, DAYS[-1])
    assert states(book)[0] is False


def test_a_background_job_that_was_killed_is_finished_by_the_first_round_of_the_next_start(
    store_path: Path, book: Workspace, orders: Path
) -> None:
    killed_after_import(CHILD, str(store_path), str(orders))
    unscored, tile, warning = states(book)
    assert unscored and tile == "not scored yet" and warning.startswith("not scored yet")
    RoundJob(recipe(store_path))(lambda _progress: None, lambda: False)
    unscored, tile, warning = states(book)
    assert not unscored and "not scored" not in tile + warning


def test_a_book_without_customers_or_without_their_history_is_no_all_clear(
    tmp_path: Path, book: Workspace, orders: Path, ask: Any
) -> None:
    assert insight.queue(book, "todo").lacks == "history"
    assert (insight.today_tiles(book)[0].figure, insight.today_tiles(book)[0].line) == (
        "–",
        "no customer is scored yet",
    )
    empty = open_workspace(recipe(tmp_path / "empty.bellwether"))
    assert insight.queue(empty, "todo").lacks == "customers"
    assert (insight.today_tiles(empty)[0].figure, insight.today_tiles(empty)[0].line) == ("–", "no customers yet")
    empty.close()
    ask("import", str(orders))
    assert insight.queue(book, "todo").lacks == "" and insight.today_tiles(book)[0].figure != "–"


def test_an_edit_of_consent_or_phone_keeps_what_is_shown(book: Workspace, orders: Path, ask: Any) -> None:
    ask("import", str(orders))
    number, before = 1, states(book)
    assert before[0] is False
    edit_customer(book, number, {"phone": "+1 303 555 0105", "email_consent": "given", "owner": "Priya"})
    add_contact(book, number, {"name": "Farah Castell", "phone": "+1 303 555 0106"})
    assert states(book) == before
    undo_last(book)
    assert states(book) == before
    edit_customer(book, number, {"tier": "Gold"})
    assert states(book)[:2] == (True, "not scored yet")


def test_what_moves_no_score_leaves_nothing_unscored(book: Workspace, tmp_path: Path, orders: Path, ask: Any) -> None:
    ask("import", str(orders))
    products = tmp_path / "products.csv"
    products.write_text("SKU,Product name,Category,Price\nA1,Pencil,Writing,2.50\nA2,Pen,Writing,4.00\n")
    ask("import", str(products), "--no-score")
    assert insight.queue(book, "todo").lacks == "scoring" or insight.queue(book, "todo").rows
    ask("import", str(products))
    assert ask("alerts")[1]["scored"] is True
    ask("undo")
    assert ask("alerts")[1]["scored"] is True


def test_every_table_of_the_content_hash_is_scored() -> None:
    assert (*(table.name for table in CONTENT_TABLES), "score_overrides") == SCORED_TABLES
