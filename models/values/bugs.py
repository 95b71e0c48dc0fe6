"""What may be said of a bug: its kind and the places in the program's code, never a message, a value or a customer.

Plain text, so that a child process can hand its bug to the window, which writes the report.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class ChildBug(Exception):
    """A bug in a child process, as the window knows it.

    Attributes
    ----------
    kind
        Name of the child's exception, such as ``KeyError``.
    report
        Its `bug_text`.
    """

    def __init__(self, kind: str, report: str) -> None:
        super().__init__(kind)
        self.kind, self.report = kind, report


def kind_of(error: BaseException) -> str:
    """Return the name of an error's kind."""
    return error.kind if isinstance(error, ChildBug) else type(error).__name__


def bug_text(error: BaseException) -> str:
    """Return the kind of an error and the line numbers that led to it; no message and no local value."""
    if isinstance(error, ChildBug):
        return error.report
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    kind = type(error)
    return "\n".join([f"{kind.__module__}.{kind.__qualname__}", *places, ""])
