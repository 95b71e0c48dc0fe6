"""Whether a disk has room for a second copy of a book."""

from __future__ import annotations

import shutil
from pathlib import Path

from models.values.errors import EnvironmentFault

#: A copy is as large as the book, and a little is written beside it.
_SPARE = 1.1


def ask_room(path: Path, purpose: str) -> None:
    """Refuse to begin what needs a copy of a book where the disk has no room for it.

    Parameters
    ----------
    purpose
        What the copy is needed for: "Encrypting book.db".

    Raises
    ------
    EnvironmentFault
        Saying how much is needed.
    """
    needed = int(_SPARE * path.stat().st_size)
    if shutil.disk_usage(path.parent).free < needed:
        raise EnvironmentFault(
            f"{purpose} needs room for a second copy of it ({-(-needed // 2**20)} MB), and the disk has none. "
            "Nothing was changed; free some space and try again."
        )
