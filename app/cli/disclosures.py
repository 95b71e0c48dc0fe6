"""The command that lists what left this computer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.frame import Reply, in_book, table
from services.book import disclosures as book
from services.workspace import Workspace


@in_book()
def disclosures(
    workspace: Workspace,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 50,
) -> Reply:
    """List what left this computer: emails, requests to language models, exports, files for other systems."""
    whole = book.disclosures(workspace)
    found = whole[:limit]
    rows = [
        (one.at, one.by, one.to, "" if one.size is None else f"{one.size:,}", one.what, ", ".join(one.fields))
        for one in found
    ]
    head = ("at", "by", "to", "bytes", "what", "fields")
    words = table(head, rows, frozenset({3})) if rows else "Nothing has left this computer."
    if len(whole) > len(found):
        words += f"\nThe newest {len(found):,} of {len(whole):,}. --limit {len(whole)} lists all."
    return Reply([asdict(one) for one in found], words)
