"""Values of watched folders: what was seen in one, which file waits for a person and why, what became of its import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileMark:
    """A file as it was seen: whoever writes to it changes its size or its time."""

    path: str
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """Its name without the folder."""
        return Path(self.path).name


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What one look into a folder showed.

    Attributes
    ----------
    folder
        Its path, as it is watched.
    marks
        Files that may be exports, by name; half files and other kinds of documents are not among them.
    left_alone
        The files of other kinds that lie there.
    fault
        One sentence where the folder could not be looked into; '' else.
    """

    folder: str
    marks: tuple[FileMark, ...] = ()
    left_alone: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that a person must look at before it can be imported, and the question or the reason."""

    mark: FileMark
    why: str


@dataclass(frozen=True, slots=True)
class SourceRhythm:
    """How regularly the files of one source come.

    Attributes
    ----------
    source
        As rows are known by it, such as "shopify".
    words
        What its newest file was recognised as.
    files
        How many of its imports stand.
    last_on
        Day of the newest, ISO.
    age_days
        Days from it to today.
    usual_days
        The median distance between the days of its imports; None where too few tell one.
    stale
        Whether it is older than both the policy's number of times its usual distance and the policy's least age.
    rhythm
        "usually every 7 days, last 16 days ago".
    """

    source: str
    words: str
    files: int
    last_on: str
    age_days: int
    usual_days: float | None
    stale: bool
    rhythm: str
