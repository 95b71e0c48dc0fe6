"""The order in which several files are imported: what others refer to first, as a customer before their orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.gc_pause import gc_paused
from models.store import remove_staging, staging_path
from models.values.errors import BellwetherError, UserError
from models.values.imports import ImportRequest
from services.entities import ENTITIES, Entity
from services.sync.apply.analysis import Analysis, CancelCall, Watch
from services.sync.formats.plan import MeaningOpen, header_signature, what_was_said
from services.sync.formats.ranking import Undecided
from services.sync.formats.recognise import contacts_of, recognise
from services.sync.run import comparing, plan_for, told
from services.sync.said import recall, table_of

if TYPE_CHECKING:
    from services.workspace import Workspace


def place_of(entity: str) -> int:
    """Return the place of files about an entity in the order of import; what is not known is last."""
    known = ENTITIES.get(entity)
    return known.order if known is not None else max(one.order for one in ENTITIES.values()) + 1


def together(requests: Sequence[ImportRequest]) -> tuple[ImportRequest, ...]:
    """Requests of one drop, each with the files beside it; what is said of columns holds for files that have them.

    Raises
    ------
    UserError
        No file has a column that something is said of.
    """
    paths = tuple((str(Path(one.file).resolve()), "") for one in requests)
    if len(requests) < 2:
        return tuple(requests)
    requests = [replace(one, beside=one.beside or paths) for one in requests]
    said = {column for one in requests for column, _ in (*one.options.mapping, *one.options.meanings)}
    if not said:
        return tuple(requests)
    columns = [_columns(one) for one in requests]
    for column in said:
        if not any(column in known for known in columns):
            raise UserError(f"No file has a column “{column}”. Check the spelling in your file.")
    return tuple(
        replace(
            one,
            options=replace(
                one.options,
                mapping=tuple(pair for pair in one.options.mapping if pair[0] in known),
                meanings=tuple(pair for pair in one.options.meanings if pair[0] in known),
            ),
        )
        for one, known in zip(requests, columns, strict=True)
    )


def _columns(request: ImportRequest) -> tuple[str, ...]:
    try:
        return table_of(request).columns
    except BellwetherError:
        return ()  # the import says what is wrong with it


def waits_for(workspace: Workspace, request: ImportRequest, refused: Sequence[ImportRequest]) -> str:
    """Return the name of a refused file of customers, orders or deals whose rows a file refers to; '' for none.

    A refused file of another folder is not waited for where the own folder's file of the same is in the book.
    """
    if not refused:
        return ""
    own, folder = _entity(workspace, request), Path(request.file).resolve().parent
    with workspace.store.snapshot() as db:
        listed = db.execute(
            "SELECT json_extract(receipt, '$.remembered.entity'), file_path FROM imports WHERE undone_by IS NULL"
        ).fetchall()
    there = {entity for entity, path in listed if Path(path).parent == folder}
    for other in refused:
        named = _entity(workspace, other)
        # People may be customers themselves or contacts of some: which, the import decides.
        name = "" if named is None else "customers" if named.name == "contacts" else named.name
        apart = name in there and Path(other.file).resolve().parent != folder
        if own is not None and name in own.refers_to and not apart:
            return Path(other.shown).name
    return ""


def source_question(
    workspace: Workspace, requests: Sequence[ImportRequest], cancelled: CancelCall
) -> MeaningOpen | None:
    """Ask which system files dropped together come from, before the first is imported; None where that is clear.

    Only files are looked at of which neither their headers nor their folder tell the system. What follows a file of a
    system that is new to the book belongs with it, and is asked, if at all, when that one is in.
    """
    store, watch = Path(workspace.store.path), Watch(None, cancelled)
    with workspace.store.snapshot() as db:
        places = {Path(row[0]).parent for row in db.execute("SELECT file_path FROM imports WHERE undone_by IS NULL")}
        systems = {row[0] for row in db.execute("SELECT source FROM imports WHERE undone_by IS NULL")}
    decided: dict[str, str] = {}
    for request in requests if systems and len(requests) > 1 else ():
        path = Path(request.file).resolve()
        beside = tuple((name, source or decided.get(name, "")) for name, source in request.beside)
        try:
            plan = plan_for(workspace, replace(request, beside=beside))
        except BellwetherError:
            continue  # its import says so
        if (
            plan.doubts
            or plan.source_said
            or plan.recognition.system
            or plan.origin.by_headers
            or path.parent in places
        ):
            continue
        staging = staging_path(store)
        try:
            with told(store, watch), gc_paused():
                analysis = Analysis(plan, watch)
                analysis.stage(staging, workspace.store.key, keep_raw=False)
                with comparing(workspace.store, staging, watch) as connection:
                    analysis.find_system(connection)
        except UserError:
            continue
        finally:
            remove_staging(staging)
        if analysis.doubt is not None:
            return MeaningOpen.of(analysis.doubt)
        decided[str(path)] = analysis.plan.source
        if analysis.plan.source not in systems:
            return None
    return None


def order_of_import(workspace: Workspace, requests: Sequence[ImportRequest]) -> tuple[int, ...]:
    """Find out in which order files should be imported; only their first rows are read.

    Returns
    -------
    tuple of int
        Places in `requests`. Files that are about the same keep their order; what cannot be imported comes last.
    """
    if len(requests) < 2:
        return tuple(range(len(requests)))

    def rank(place: int) -> tuple[int, bool]:
        entity, persons = _about(workspace, requests[place])
        return place_of(entity.name if entity is not None else ""), persons

    return tuple(sorted(range(len(requests)), key=rank))


def _entity(workspace: Workspace, request: ImportRequest) -> Entity | None:
    return _about(workspace, request)[0]


def _about(workspace: Workspace, request: ImportRequest) -> tuple[Entity | None, bool]:
    """Return what a file is about, or looks most like where the import will ask; None where nothing tells.

    The second is whether it lists persons under ids of their own: they come after customers who name a company, too.
    """
    try:
        table = table_of(request)
        with workspace.store.read() as connection:
            recalled = recall(connection, header_signature(table), request.options, table.columns)
        found = recognise(table, *what_was_said(recalled.options, recalled.remembered))
        # The people of accounts come after the accounts.
        people = contacts_of(found, {}) if found.entity.name == "customers" else None
        return (people or found).entity, people is not None and "contact_id" in people.mapping.values()
    except Undecided as open_question:
        return ENTITIES.get(request.options.entity or open_question.entity), False
    except BellwetherError:
        return None, False
