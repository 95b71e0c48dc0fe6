"""Commands about watched folders: watch add, list, remove; and what `run` does with them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.frame import Reply, in_book, keep_preferences, never_cancelled, own_preferences, progress_line, table
from models.values.errors import UserError
from models.values.words import count
from services.pipeline.folder_import import FolderImport, import_watched
from services.pipeline.watched import look_into, source_rhythms
from services.settings import Preferences, WatchedFolder, with_watched, without_watched
from services.workspace import Workspace

#: Between the two looks that show whether a file is still written to.
LOOK_AGAIN_SECONDS = 2.0
Folder = Annotated[str, typer.Argument(metavar="FOLDER", help="The folder; its subfolders are not watched.")]


@in_book(create=True)
def add(workspace: Workspace, folder: Folder) -> Reply:
    """Watch a folder: files that land in it are imported by the open window and by `run`."""
    path = Path(folder).expanduser().absolute()
    if not path.is_dir():
        raise UserError(f"{path} is not a folder. Name an existing one.")
    workspace.managed.refuse_change("watched", "The list of watched folders")
    workspace.managed.limits.refuse_watched(path)
    watched = WatchedFolder(str(path), workspace.recipe.store)
    return _listed(keep_preferences(with_watched(own_preferences(), watched)), watched.store)


@in_book()
def remove(workspace: Workspace, folder: Folder) -> Reply:
    """Stop watching a folder. Its files, and what was imported from them, stay."""
    workspace.managed.refuse_change("watched", "The list of watched folders")
    before = own_preferences()
    named = (folder, str(Path(folder).expanduser().absolute()))
    watched = next((path for path in before.watched_for(workspace.recipe.store) if path in named), None)
    if watched is None:
        raise UserError(f"{folder} is not watched for this book. `watch list` names the folders that are.")
    found = keep_preferences(without_watched(before, WatchedFolder(watched, workspace.recipe.store)))
    return _listed(found, workspace.recipe.store)


@in_book()
def show(workspace: Workspace) -> Reply:
    """List the folders that are watched for this book, with what keeps one from being read."""
    return _listed(workspace.preferences, workspace.recipe.store)


@dataclass(frozen=True, slots=True)
class FromFolders:
    """What `run` says of watched folders and sources.

    Attributes
    ----------
    found, document, words
        What was imported, as JSON has it and in words.
    concerns
        A sentence for each thing that was not done and needs a person.
    silent
        A sentence for each source whose files used to come and do not.
    """

    found: FolderImport
    document: dict[str, Any]
    words: str
    concerns: tuple[str, ...]
    silent: tuple[str, ...]


def import_from_folders(workspace: Workspace, as_json: bool) -> FromFolders:
    """Import what landed in the watched folders, score it, and see which sources have fallen silent."""
    folders = workspace.preferences.watched_for(workspace.recipe.store)
    found, states = import_watched(
        workspace,
        folders,
        pause=lambda: time.sleep(LOOK_AGAIN_SECONDS),
        progress=progress_line(as_json),
        cancelled=never_cancelled,
    )
    document: dict[str, Any] = {
        "imported": [result.receipt.as_json() for result in found.imported if result.receipt is not None],
        "waiting": [{"file": one.mark.path, "why": one.why} for one in found.waiting],
        "folders": [{"folder": state.folder, "fault": state.fault or None} for state in states],
    }
    concerns = [state.fault for state in states if state.fault]
    concerns += [f"{one.mark.name} needs your attention: {one.why}" for one in found.waiting]
    concerns += [found.fault] if found.fault else []
    concerns += [
        f"{Path(result.file).name}: {_rejected(result.receipt.rows['rejected'])}; see {rejects}."
        for result in found.imported
        if result.receipt is not None and (rejects := result.receipt.rejects_file)
    ]
    late = [one for one in source_rhythms(workspace) if one.stale]
    document["late_sources"] = [
        {"source": one.source, "last_on": one.last_on, "usual_days": one.usual_days, "age_days": one.age_days}
        for one in late
    ]
    silent = tuple(f"Files of {one.source} have stopped coming: {one.rhythm}. Export them again." for one in late)
    return FromFolders(found, document, _words(found, len(folders)), tuple(concerns), silent)


def _rejected(rows: int) -> str:
    return f"{count(rows, 'row')} {'was' if rows == 1 else 'were'} rejected"


def _words(found: FolderImport, folders: int) -> str:
    if not folders:
        return ""
    named = ", ".join(Path(one.file).name for one in found.imported)
    said = f"{count(len(found.imported), 'file')} imported from {count(folders, 'watched folder')}"
    return f"{said}: {named}. " if named else f"{said}. "


def _listed(preferences: Preferences, store: str) -> Reply:
    looks = [look_into(folder) for folder in preferences.watched_for(store)]
    documents = [{"folder": one.folder, "files": len(one.marks), "fault": one.fault or None} for one in looks]
    rows = [(one.folder, str(len(one.marks)), one.fault) for one in looks]
    said = table(("folder", "files", ""), rows, frozenset({1})) if rows else "No folder is watched for this book."
    return Reply({"watched": documents}, said)
