"""A look into a folder, and whether a file that lies there is whole.

A folder is asked and asked again, as network drives tell nobody of a change. A file is whole when two looks show the
same size and time and it can be opened; who locks a file while it is written is waited for.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from models.values.errors import UserError
from models.values.imports import ImportRequest
from models.values.watching import FileMark, FolderLook, WaitingFile
from services.sync import of_each_member

#: Endings under which programs write a file before it has its name.
HALF_ENDINGS: Final = (".part", ".partial", ".crdownload", ".download", ".opdownload", ".filepart", ".tmp", ".temp")
#: Beginnings of files that programs keep beside an open document, and of hidden ones.
HALF_BEGINNINGS: Final = ("~$", ".", "._", ".~lock")
#: Kinds of documents that hold no table; a folder of downloads is full of them.
OTHER_ENDINGS: Final = (
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".ppt", ".pptx", ".odp", ".key", ".md", ".log"),
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".heic", ".bmp", ".tif", ".tiff", ".ico"),
    *(".mp3", ".mp4", ".mov", ".wav", ".eml", ".msg", ".mht", ".ics", ".vcf", ".html", ".htm"),
    *(".json", ".xml", ".yaml", ".yml", ".toml", ".ini", ".url", ".lnk", ".webloc", ".py", ".js", ".sh", ".bat"),
    *(".exe", ".msi", ".dmg", ".pkg", ".deb", ".rpm", ".iso", ".db", ".sqlite", ".bak", ".torrent"),
)
_WINDOWS_LOCKED = frozenset({32, 33})


def look_into(folder: str, book: Path | None = None) -> FolderLook:
    """Look into a folder once; what lies in folders inside it is not seen.

    Never raises for what the folder or the drive is like: that is the look's `fault`.

    Parameters
    ----------
    book
        The open book. It and what lies beside it are not seen: opening one of them would take SQLite's locks away.
    """
    marks: list[FileMark] = []
    others: list[str] = []
    try:
        beside = book.name if book is not None and book.parent.resolve() == Path(folder).resolve() else ""
        with os.scandir(folder) as entries:
            for entry in entries:
                if _is_half(entry.name) or (beside and entry.name.startswith(beside)):
                    continue
                mark = _mark_of(entry)
                if mark is None:
                    continue
                if entry.name.lower().endswith(OTHER_ENDINGS):
                    others.append(entry.path)
                else:
                    marks.append(mark)
    except OSError as error:
        return FolderLook(folder, fault=_fault(folder, error))
    return FolderLook(folder, tuple(sorted(marks, key=lambda one: one.path)), tuple(sorted(others)))


def settled(before: Iterable[FileMark], now: Iterable[FileMark]) -> tuple[FileMark, ...]:
    """Return the files of a look that the look before showed with the same size and time; empty ones never are."""
    earlier = frozenset(before)
    return tuple(mark for mark in now if mark.size and mark in earlier)


def is_still(mark: FileMark) -> bool:
    """Return whether a file is as it was seen and can be opened; one that is locked or gone is not."""
    try:
        with Path(mark.path).open("rb") as file:
            status = os.fstat(file.fileno())
            file.read(1)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (mark.size, mark.modified_ns)


def obstacle(mark: FileMark) -> str:
    """Return the sentence that says why a file cannot be read by this person; '' where waiting may help."""
    try:
        with Path(mark.path).open("rb"):
            return ""
    except OSError as error:
        locked = getattr(error, "winerror", None) in _WINDOWS_LOCKED
        forbidden = error.errno in (errno.EACCES, errno.EPERM) and not locked
        return "You do not have permission to read it. Ask its owner, then look again." if forbidden else ""


def readable(marks: Iterable[FileMark]) -> tuple[tuple[FileMark, ...], tuple[WaitingFile, ...]]:
    """Return which files can be opened as they were seen, and which this person may not read.

    A file that somebody locks or writes to is in neither: it is waited for.
    """
    good: list[FileMark] = []
    forbidden: list[WaitingFile] = []
    for mark in marks:
        if is_still(mark):
            good.append(mark)
        elif why := obstacle(mark):
            forbidden.append(WaitingFile(mark, why))
    return tuple(good), tuple(forbidden)


def _is_half(name: str) -> bool:
    return name.startswith(HALF_BEGINNINGS) or name.lower().endswith(HALF_ENDINGS)


def _mark_of(entry: os.DirEntry[str]) -> FileMark | None:
    try:
        if not entry.is_file():
            return None
        status = entry.stat()
    except OSError:  # it went between the listing and the question
        return None
    return FileMark(entry.path, status.st_size, status.st_mtime_ns)


def _fault(folder: str, error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return f"{folder} is not there. Connect its drive, or watch another folder; nothing is lost in the meantime."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{folder} cannot be read: you do not have permission. Ask its owner; Bellwether tries again."
    if error.errno == errno.ENOTDIR:
        return f"{folder} is no longer a folder. Watch another one."
    reason = error.strerror or type(error).__name__
    return f"{folder} does not answer ({reason}). Bellwether tries again; nothing is lost in the meantime."


def left_alone(request: ImportRequest) -> tuple[str, ...]:
    """Return the files of a folder that are documents, pictures or programs by their names; of another file none."""
    path = Path(request.file)
    return look_into(str(path), Path(request.store)).left_alone if path.is_dir() else ()


def why_left_alone(path: str) -> str:
    """Return the sentence about a file that `left_alone` names."""
    return f"{Path(path).name} is not a table; left out."


def each_file(request: ImportRequest) -> tuple[ImportRequest, ...]:
    """Return a request for each file of a folder, or of an archive that holds several; of another file the request."""
    options, path = request.options, Path(request.file)
    if path.is_dir():
        look = look_into(str(path), Path(request.store))
        if look.fault or not look.marks:
            raise UserError(look.fault or f"There is nothing to import in the folder {path}. Name one with exports.")
        return tuple(one for mark in look.marks for one in each_file(replace(request, file=mark.path)))
    choices = of_each_member(path, options.reading)
    return tuple(replace(request, options=replace(options, reading=choice)) for choice in choices)
