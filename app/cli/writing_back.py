"""The command that writes changed fields, stages, tasks and scores as files for other systems."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.cli.frame import Reply, in_book, table
from models.values.errors import UserError
from models.values.words import count
from models.values.write_back import WHATS, WriteBack, WrittenFile
from services.exporting import write_back as files
from services.workspace import Workspace

_SHOWN_ROWS = 5


class Part(StrEnum):
    """What of the book."""

    FIELDS = "fields"
    STAGES = "stages"
    TASKS = "tasks"
    SCORES = "scores"


@in_book(writes=lambda given: not given["dry_run"])
def write_back(
    workspace: Workspace,
    to: Annotated[
        Literal["salesforce", "hubspot", "csv"], typer.Option("--to", help="Whose import the files are for.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file, or a folder; several files add their name.")
    ] = None,
    what: Annotated[list[Part] | None, typer.Option("--what", help="Default: all four; repeatable.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also tasks and scores that an earlier file had already.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the first rows, and write nothing.")] = False,
) -> Reply:
    """Write what changed here as files that another system imports. Nothing is sent."""
    if out is None and not dry_run:
        raise typer.BadParameter("Name the file with --out FILE, or preview it with --dry-run.")
    wanted = [one for one in WHATS if one in (what or ())] or WHATS
    plan = files.write_back_plan(workspace, to, wanted, everything=everything)
    written: tuple[WrittenFile, ...] = ()
    if plan.files and out is not None and not dry_run:
        place = out.expanduser()
        if place.suffix and not place.absolute().parent.is_dir():
            raise UserError(f"There is no folder {place.absolute().parent}. Create it, or name another folder.")
        written, _changes = files.write_back(workspace, plan, place)
    return Reply(_document(plan, written), _words(plan, written))


def _document(plan: WriteBack, written: tuple[WrittenFile, ...]) -> dict[str, Any]:
    paths = {file.name: file.path for file in written}
    return {
        "to": plan.target,
        "files": [
            {
                "file": paths.get(file.name),
                "records": file.name,
                "what": file.what,
                "columns": list(file.columns),
                "rows": len(file.rows),
            }
            for file in plan.files
        ],
        "left_out": list(plan.left_out),
    }


def _words(plan: WriteBack, written: tuple[WrittenFile, ...]) -> str:
    if not plan.files:
        return "\n".join([f"None of your changes can go into a file for {plan.words}.", *plan.left_out])
    lines = [f"{file.path}: {count(file.rows, 'row')} of {file.name}" for file in written]
    if not written:
        for file in plan.files:
            lines += [f"{file.name}: {count(len(file.rows), 'row')}", table(file.columns, file.rows[:_SHOWN_ROWS]), ""]
    return "\n".join([*lines, *plan.left_out, plan.steps])
