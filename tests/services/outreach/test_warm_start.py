"""The warm-up: the first email of a run finds everything at hand, and nothing is kept of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from services import outreach
from services.workspace import Workspace
from tests.views.books import opened, sample_copy


def test_an_email_after_the_warm_up_imports_nothing(store_path: Path) -> None:
    sample_copy(store_path)
    lines = (
        "import sys",
        "from services import outreach",
        "from services.workspace import Recipe, open_workspace",
        f"workspace = open_workspace(Recipe({str(store_path)!r}, 'Ada', '2026-11-19T09:00:00+00:00'))",
        "outreach.warm_up(workspace)",
        "before = set(sys.modules)",
        "with workspace.store.snapshot() as driver:",
        "    rows = driver.execute('SELECT customer_id, id FROM alerts WHERE customer_id IS NOT NULL').fetchmany(8)",
        "for customer, alert in rows:",
        "    outreach.review(workspace, outreach.compose(workspace, customer, alert).edit)",
        "print(len(rows), sorted(set(sys.modules) - before))",
        "workspace.close()",
    )
    command = [sys.executable, "-c", "\n".join(lines)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert ended.stderr == ""
    assert ended.stdout.strip() == "8 []"


def test_nothing_is_kept_of_a_rehearsal(store_path: Path) -> None:
    workspace = opened(sample_copy(store_path))
    before = _counts(workspace)
    outreach.warm_up(workspace)
    after = _counts(workspace)
    workspace.close()
    assert after == before


def test_an_empty_book_has_nothing_to_rehearse_with(store_path: Path) -> None:
    workspace = opened(store_path)
    outreach.warm_up(workspace)
    workspace.close()


def _counts(workspace: Workspace) -> dict[str, int]:
    with workspace.store.snapshot() as driver:
        tables = [name for (name,) in driver.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: driver.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
