"""Figures of deals after deals were edited by hand: the same as counted by hand, and as before once it is undone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models import sqlite
from models.journal import content_hash
from models.values.metrics import Query
from services.audit import undo_last
from services.metrics import Metrics
from services.scoring import as_of_day
from services.sync import edit_deals
from services.workspace import Workspace
from tests.services.metrics.conftest import Tables
from tests.services.metrics.test_brute_force import total
from tests.services.metrics.test_brute_force_of_work import test_deals as deals_agree
from tests.services.metrics.test_brute_force_of_work import test_stages_of_deals as stages_agree
from tests.views.books import opened, sample_copy


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path / "edited.bellwether"))
    yield workspace
    workspace.close()


def _open_deals(workspace: Workspace) -> list[int]:
    still_open = "stage NOT IN ('Won', 'Lost') AND customer_id IS NOT NULL"
    with workspace.store.snapshot() as driver:
        return [row[0] for row in driver.execute(f"SELECT id FROM opportunities WHERE {still_open} ORDER BY id")]


def _hash(workspace: Workspace) -> str:
    with workspace.store.read() as connection:
        return content_hash(connection)


def test_figures_agree_with_a_count_by_hand_after_edits_and_return_with_their_undo(edited: Workspace) -> None:
    before, path = _hash(edited), edited.store.path
    figures = ("open_deals", "pipeline_value", "weighted_pipeline", "stalled_deals", "deals_won")
    shown = {name: total(Metrics(edited), name) for name in figures}
    deals, chance, done = _open_deals(edited), random.Random(5), 0
    assert len(deals) > 4
    done += (
        edit_deals(edited, deals[:4], {"closes_on": "2027-03-01", "owner": "Cleo"}, new_owner=True).entry is not None
    )
    for stage in ("Qualified", "Proposal", "Negotiation", "Won", "Lost"):
        fields = {"stage": stage, "amount": str(chance.randrange(100, 9_000))}
        chosen = chance.sample(deals, 2)
        done += edit_deals(edited, chosen, fields).entry is not None
        deals = [one for one in deals if stage not in ("Won", "Lost") or one not in chosen]
    deals_agree(Metrics(edited), Tables(path))
    stages_agree(Metrics(edited), Tables(path))
    assert total(Metrics(edited), "open_deals") < shown["open_deals"]
    for _one in range(done):
        undo_last(edited)
    assert _hash(edited) == before
    assert {name: total(Metrics(edited), name) for name in figures} == shown


@pytest.mark.parametrize("name", ["open_deals", "pipeline_value", "weighted_pipeline"])
def test_a_deal_that_is_closed_today_leaves_every_month_before_as_it_was(edited: Workspace, name: str) -> None:
    by_month = Query((name,), ("month",), period="6m")
    compared = Query((name,), period="30d", compare="previous")

    def told() -> object:
        asking = Metrics(edited)
        months = asking.answer(by_month)
        behind = [asking.rows(asking.rows_of(by_month, name, months.cells(at))) for at in range(len(months.rows) - 1)]
        before = asking.answer(compared).cells(0)[f"{name}_before"]
        return months.rows[:-1], [(one.total, one.figure) for one in behind], before

    shown = told()
    deals = _open_deals(edited)
    edit_deals(edited, deals[:2], {"stage": "Lost"})
    edit_deals(edited, deals[2:4], {"stage": "Won"})
    edit_deals(edited, deals[4:6], {"stage": "Negotiation"})
    assert told() == shown


def test_a_change_that_its_system_tells_later_too_is_counted_once(edited: Workspace) -> None:
    deal = _open_deals(edited)[0]
    edit_deals(edited, [deal], {"stage": "Negotiation"})
    with closing(sqlite.connect(edited.store.path)) as driver:
        driver.execute("UPDATE stage_changes SET changed_on = '2026-11-17' WHERE source = 'bellwether'")
        driver.commit()
        moved = total(Metrics(edited), "stage_entries", period="all")
        driver.execute(
            "INSERT INTO stage_changes (opportunity_id, source, external_id, from_stage, to_stage, changed_on,"
            " changed_at) SELECT opportunity_id, 'crm', 'late', from_stage, to_stage, changed_on, changed_at || '9'"
            " FROM stage_changes WHERE source = 'bellwether'")  # fmt: skip
        driver.commit()
    assert total(Metrics(edited), "stage_entries", period="all") == moved


def test_a_deal_that_is_closed_here_moves_the_books_day_no_further(edited: Workspace) -> None:
    today = edited.clock.today()
    with edited.store.read() as connection:
        known = as_of_day(connection, today)
    assert known is not None and known < today, "the test needs a book that ends before today"
    edit_deals(edited, _open_deals(edited)[:2], {"stage": "Won"})
    with edited.store.read() as connection:
        assert as_of_day(connection, today) == known
