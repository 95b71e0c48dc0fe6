"""Commands about backups: make one, list them, put one in the book's place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import recipe_for
from app.cli.frame import DONE, JsonOption, Reply, StoreOption, answer, in_book, table, told
from app.cli.secrets import PASSPHRASE
from app.keyrings import LazyKeyring
from models.store import sweep_converted
from models.values.backups import KINDS, Backup
from models.values.errors import UserError
from services import backups as kept
from services.settings import load_managed
from services.workspace import Workspace


@in_book()
def backup(workspace: Workspace) -> Reply:
    """Back up the book now, check the copy, and delete backups past their time."""
    made = kept.back_up(workspace)
    return Reply(_document(made), f"Backed up to {made.path}")


@told
def backups(store: StoreOption = None, json: JsonOption = False) -> int:
    """List the backups of the book, the newest first."""
    known = kept.backups_of(Path(recipe_for(store).store))
    rows = [(one.path.name, f"{one.at:%Y-%m-%d %H:%M} UTC", KINDS[one.kind], f"{one.size:,}") for one in known]
    words = table(("backup", "at", "kind", "bytes"), rows, frozenset({3})) if rows else "There is no backup yet."
    answer({"backups": [_document(one) for one in known]}, words, json)
    return DONE


@told
def restore(
    name: Annotated[str, typer.Argument(metavar="BACKUP", help="Its name, as “backups” lists it, or “newest”.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what the backup lacks.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Put a backup in the book's place; the book as it was becomes a backup."""
    recipe = recipe_for(store)
    path, keyring, given = Path(recipe.store), LazyKeyring(), os.environ.get(PASSPHRASE, "")
    managed = load_managed(*recipe.managed)
    managed.limits.refuse_store(path)
    managed.permit(recipe.person).refuse("restore")
    sweep_converted(path)
    chosen = _named(name, kept.backups_of(path))
    since = kept.compare(path, chosen, keyring, given)
    if dry_run:
        answer({**_document(chosen), "since": since.words}, since.words, json)
        return DONE
    done = kept.restore(path, chosen, keyring, person=recipe.person, clock=recipe.clock, given=given)
    files = [str(one) for one in done.files]
    answer({**_document(chosen), "since": since.words, "files": files}, "\n".join([done.words, *files]), json)
    return DONE


def _named(name: str, known: tuple[Backup, ...]) -> Backup:
    found = next((one for one in known if name in (one.path.name, "newest")), None)
    if found is None:
        raise UserError(f"There is no backup called “{name}”. “bellwether backups” lists them.")
    return found


def _document(one: Backup) -> dict[str, object]:
    return {"backup": one.path.name, "at": one.at.isoformat(), "kind": one.kind, "bytes": one.size}
