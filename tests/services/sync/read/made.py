"""Files for the tests of reading, and what is read of them."""

from __future__ import annotations

from pathlib import Path

from models.values.reading import ReadingChoice
from services.sync import read_table

AS_IT_IS = ReadingChoice()


def made(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    """A file with this content, to the byte."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path, choice: ReadingChoice = AS_IT_IS, *, at_once: int = 3) -> list[list[str]]:
    """The rows of a file that are data: what is blank or left out is not among them."""
    return [
        row
        for batch in read_table(path, choice, rowless=True).batches(rows=at_once)
        for place, row in enumerate(batch.rows)
        if place not in batch.blank and place not in batch.left_out
    ]


def left_out_of(path: Path) -> list[str]:
    """Why rows of a file are left out, in their order."""
    return [why for batch in read_table(path).batches() for _, why in sorted(batch.left_out.items())]
