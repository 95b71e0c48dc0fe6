"""A backup of a book, as the window lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final, Literal

from models.values import words

BackupKind = Literal["daily", "import", "restore", "asked"]
KINDS: Final[dict[BackupKind, str]] = {
    "daily": "daily",
    "import": "before an import",
    "restore": "before a restore",
    "asked": "made by hand",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup of a book.

    Attributes
    ----------
    path
        Where it lies.
    at
        When it was made, UTC.
    size
        Bytes.
    """

    path: Path
    at: datetime
    kind: BackupKind
    size: int

    def title(self, zone: tzinfo) -> str:
        """When it was made, as a person says it."""
        local = self.at.astimezone(zone)
        return f"{words.full_day(local.date())}, {local:%H:%M}"
