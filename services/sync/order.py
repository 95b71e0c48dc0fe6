"""The order in which several files are imported: what others refer to first, as a customer before their orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.values.errors import BellwetherError
from models.values.imports import ImportRequest
from services.sync.entities import ENTITIES
from services.sync.map.plan import header_signature, what_was_said
from services.sync.mend import table_of
from services.sync.read import of_each_member
from services.sync.recognise import recognise
from services.sync.remember import recall

if TYPE_CHECKING:
    from services.workspace import Workspace


def place_of(entity: str) -> int:
    """Return the place of files about an entity in the order of import; what is not known is last."""
    known = ENTITIES.get(entity)
    return known.order if known is not None else max(one.order for one in ENTITIES.values()) + 1


def each_file(request: ImportRequest) -> tuple[ImportRequest, ...]:
    """Return a request for each file of an archive that holds several; of any other file the request itself."""
    options = request.options
    choices = of_each_member(Path(request.file), options.reading)
    return tuple(replace(request, options=replace(options, reading=choice)) for choice in choices)


def order_of_import(workspace: Workspace, requests: Sequence[ImportRequest]) -> tuple[int, ...]:
    """Find out in which order files should be imported; only their first rows are read.

    Returns
    -------
    tuple of int
        Places in `requests`. Files that are about the same keep their order; what cannot be imported comes last.
    """
    if len(requests) < 2:
        return tuple(range(len(requests)))

    def rank(place: int) -> tuple[bool, int]:
        try:
            return False, _rank(workspace, requests[place])
        except BellwetherError:
            # The import says what is wrong with it.
            return True, 0

    return tuple(sorted(range(len(requests)), key=rank))


def _rank(workspace: Workspace, request: ImportRequest) -> int:
    table = table_of(request)
    with workspace.store.read() as connection:
        recalled = recall(connection, header_signature(table), request.options, table.columns)
    return recognise(table, *what_was_said(recalled.options, recalled.remembered)).entity.order
