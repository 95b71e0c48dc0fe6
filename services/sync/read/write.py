"""A table as a file that every program reads alike: UTF-8, RFC 4180, and quotes where another reader could go wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

# What needs quotes by the standard, what another program may take for a quote, a remark or an escape, and blanks at the
# ends, which many readers drop.
_NEEDS_QUOTES = re.compile(r"[\",\r\n\\]|^[\s'#]|\s$|^sep=", re.IGNORECASE)


def write_rows(file: SupportsWrite[str], rows: Iterable[Sequence[str]]) -> int:
    """Write rows and return how many; `file` is opened with ``newline=""``."""
    count = 0
    for row in rows:
        line = ",".join(map(_cell, row))
        # A line with nothing on it would be no row.
        file.write(f"{line or _quoted(line)}\r\n")
        count += 1
    return count


def _cell(text: str) -> str:
    return _quoted(text) if _NEEDS_QUOTES.search(text) else text


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
