"""The demo: the sample book through the real import, then the window, or the list and pictures of the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import build_workspace
from app.cli.alerts import at_risk_list
from app.cli.frame import (
    DONE,
    JsonOption,
    StoreOption,
    answer,
    never_cancelled,
    progress_line,
    say,
    say_first_record,
    told,
)
from app.cli.secrets import PASSPHRASE
from app.paths import sample_book
from models.values.errors import UserError
from services import audit, insight, sync
from services.pipeline.jobs import ImportOutcome, build_sample
from services.workspace import Workspace


@told
def demo(
    store: StoreOption = None,
    no_window: Annotated[bool, typer.Option("--no-window", help="Print the at-risk list instead of a window.")] = False,
    customers: Annotated[int, typer.Option("--customers", min=1, help="How many customers the book has.")] = 400,
    seed: Annotated[int | None, typer.Option("--seed", help="Another made-up retailer.")] = None,
    pictures: Annotated[Path | None, typer.Option("--pictures", metavar="DIR", help="Pictures of the window.")] = None,
    json: JsonOption = False,
) -> int:
    """Build the sample book from generated exports, score it and raise alerts."""
    path = store or sample_book()
    headless = no_window or json or not has_display()
    workspace = build_workspace(path, given=os.environ.get(PASSPHRASE, ""), beginning="plain")
    try:
        outcome = _fill(workspace, customers, seed, json)
        say_first_record(workspace, json)  # before a window, whose figures would move when it comes
        if headless:
            _print_list(workspace, outcome, json)
        audit.remember_head(workspace)
    finally:
        workspace.close()
    if not headless:
        from app.desktop import open_desktop

        return open_desktop(store=str(path), sample=path)
    if pictures is not None or not (no_window or json):
        _write_pictures(path, pictures or path.absolute().parent / "pictures")
    return DONE


def has_display() -> bool:
    """Return whether a window can be shown to somebody."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _fill(workspace: Workspace, customers: int, seed: int | None, quiet: bool) -> ImportOutcome | None:
    """Import the sample's exports; a sample book that is there already is used as it is."""
    history = sync.imports_history(workspace)
    if any(record.receipt.rows["read"] for record in history):
        if not all(record.receipt.recognised_as.startswith("sample") for record in history if not record.undone):
            raise UserError(
                f"{workspace.store.path} holds data of your own. Name another file for the sample book with --store."
            )
        say(f"The sample book is at {workspace.store.path} already; it is used unchanged.")
        return None
    outcome = build_sample(workspace, customers, seed, progress=progress_line(quiet), cancelled=never_cancelled)
    for result in outcome.files:
        if result.error:
            raise UserError(f"{Path(result.file).name}: {result.error}")
    return outcome


def _print_list(workspace: Workspace, outcome: ImportOutcome | None, as_json: bool) -> None:
    with insight.reading(workspace) as reader:
        documents = list(insight.read_alert_documents(reader, insight.read_alert_ids(reader)))
        lacks = reader.lacks
    receipts = [result.receipt.as_json() for result in outcome.files if result.receipt] if outcome else []
    for receipt in receipts:
        rows = receipt["rows"]
        say(f"{Path(receipt['file']).name}: {rows['read']:,} rows read, {rows['inserted']:,} new")
    book = {"store": str(workspace.store.path), "imports": receipts, "alerts": documents}
    answer(book, at_risk_list(documents, lacks), as_json)


def _write_pictures(store: Path, folder: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.desktop import take_pictures

    for path in take_pictures(store, folder):
        say(f"picture: {path}")
