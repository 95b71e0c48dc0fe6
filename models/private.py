"""Files and folders that the program makes for itself: for their owner alone, whatever the umask.

Windows and other systems without such modes keep files by the rights of the folder; nothing is claimed there.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700
_HAS_MODES = os.name == "posix"


def private(path: str, flags: int) -> int:
    """Open a file for its owner alone: an `opener` for `open`; one that others could read is closed to them.

    Raises
    ------
    OSError
        As `open` does.
    """
    descriptor = os.open(path, flags, _FILE)
    if _HAS_MODES:
        with suppress(OSError):  # a file of somebody else
            os.fchmod(descriptor, _FILE)
    return descriptor


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing; one that is there is left as it is.

    Raises
    ------
    OSError
        It cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(_FOLDER, exist_ok=True)
    close_to_others(folder)


def close_to_others(path: Path) -> None:
    """Take from all but its owner what they may do with a file or folder; what cannot be written stays as it is.

    The file is not opened: closing it again would drop the locks of a store that is open in this process.
    """
    if not _HAS_MODES:
        return
    with suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
        kept = mode & _FOLDER
        if mode != kept and mode & stat.S_IWUSR:
            path.chmod(kept)


def make_file(path: Path) -> None:
    """Make an empty file where there is none, and close one that is there to others.

    Where it cannot be made, whoever opens it says so.
    """
    with suppress(OSError):
        os.close(private(str(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    close_to_others(path)
