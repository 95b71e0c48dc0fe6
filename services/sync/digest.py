"""The digest by which a file's content is known again, whatever it is called and wherever it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

_CHUNK_BYTES = 1 << 20


def sha256_of(path: Path, go_on: Callable[[], None]) -> str:
    """SHA-256 of a file.

    Parameters
    ----------
    path : Path
    go_on : callable
        Called before each part is read; raises where it is not to be.

    Raises
    ------
    OSError
        It cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            go_on()
            digest.update(chunk)
    return digest.hexdigest()
