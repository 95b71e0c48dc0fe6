"""The log: what the program did, never what it did it with. No customer data, prompt, address or key is logged."""

from __future__ import annotations

import logging
import logging.handlers
from io import TextIOWrapper
from pathlib import Path
from typing import Final, cast

from models.private import close_to_others, make_folder, private

NAME = "bellwether.log"
MAX_BYTES = 1_000_000
KEPT_FILES = 3
#: Only these write words of which it is known what they hold.
_OWN: Final = frozenset({"app", "views", "services", "models"})


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A log that only its owner can read."""

    def _open(self) -> TextIOWrapper:
        return cast(TextIOWrapper, open(self.baseFilename, self.mode, encoding=self.encoding, opener=private))


class _OwnWords(logging.Formatter):
    """Of a library, that it warned and of what kind: its words may name addresses, keys or customers."""

    def format(self, record: logging.LogRecord) -> str:
        kind = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        own = record.name.partition(".")[0] in _OWN
        kept = f"{record.getMessage()}{kind}" if own else f"something happened{kind}; its words are not kept"
        return f"{self.formatTime(record)} {record.levelname} {record.name}: {kept}"


def _is_kept(record: logging.LogRecord) -> bool:
    """Libraries tell each request with its address: only their warnings count."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in _OWN


def start_log(folder: Path) -> None:
    """Write the log to a file of bounded size; a folder that cannot be written leaves warnings on standard error."""
    root = logging.getLogger()
    if any(isinstance(handler, logging.handlers.RotatingFileHandler) for handler in root.handlers):
        return
    try:
        make_folder(folder)
        for one in (folder, *folder.glob(f"{NAME}*")):  # of an older version
            close_to_others(one)
        handler = _PrivateFile(folder / NAME, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
    except OSError:
        logging.getLogger(__name__).warning("The log folder cannot be written; this run keeps no log.")
        return
    handler.addFilter(_is_kept)
    handler.setFormatter(_OwnWords())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
