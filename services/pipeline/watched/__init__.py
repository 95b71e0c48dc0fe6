"""Watched folders: a file that lands is known by its content, taken when it is whole, and imported as the book learned.

In this order: look (list a folder) · files (which files two looks show alike) · sort out (imported before, ready, or
for a person). Nothing is ever moved, changed or deleted in a folder.
"""

from __future__ import annotations

from services.pipeline.watched.files import FolderState, WatchedFiles
from services.pipeline.watched.look import each_file, is_still, left_alone, look_into, readable, why_left_alone
from services.pipeline.watched.memory import Memory
from services.pipeline.watched.rhythm import source_rhythms
from services.pipeline.watched.sort_out import (
    Ready,
    SortedOut,
    dealt_with_before,
    leave_out,
    memory_of,
    sort_out,
    was_imported,
    why_doubtful,
)

__all__ = [
    "FolderState",
    "Memory",
    "Ready",
    "SortedOut",
    "WatchedFiles",
    "dealt_with_before",
    "each_file",
    "is_still",
    "leave_out",
    "left_alone",
    "look_into",
    "memory_of",
    "readable",
    "sort_out",
    "source_rhythms",
    "was_imported",
    "why_doubtful",
    "why_left_alone",
]
