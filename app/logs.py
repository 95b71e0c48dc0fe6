"""The log: what the program did, never what it did it with. No customer data, prompt or key is logged."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

MAX_BYTES = 1_000_000
KEPT_FILES = 3


def start_log(folder: Path) -> None:
    """Write the log to a file of bounded size; a folder that cannot be written leaves warnings on standard error."""
    root = logging.getLogger()
    if any(isinstance(handler, logging.handlers.RotatingFileHandler) for handler in root.handlers):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "bellwether.log", maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        logging.getLogger(__name__).warning("The log folder cannot be written; this run keeps no log.")
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
