"""What a book may expect of the disk it lies on: room for a second copy, and that nobody pulls it out."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Final

from models.values.errors import EnvironmentFault

#: A copy is as large as the book, and a little is written beside it.
_SPARE = 1.1
_MOUNTS: Final = Path("/proc/self/mountinfo")
#: File systems of built-in disks; sticks have others, and so have shares.
_BUILT_IN: Final = frozenset({"ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "overlay", "tmpfs"})
#: What Windows calls a disk that stays in the computer.
_DRIVE_FIXED: Final = 3


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


@cache
def is_built_in(folder: Path) -> bool:
    """Return whether a folder is on a disk of this computer that stays there; False where nobody can tell.

    A page that is read through a memory map ends the program if its disk is gone, where a plain read is refused.
    """
    if sys.platform == "win32":
        return ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _DRIVE_FIXED
    try:
        mounts = [line.split() for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return False
    at = os.path.realpath(folder)
    # The mount point is the fifth field, and the kind of file system the first after the dash.
    kinds = {one[4]: one[one.index("-") + 1] for one in mounts if "-" in one}
    within = [point for point in kinds if at == point or at.startswith(point.rstrip("/") + "/")]
    return bool(within) and kinds[max(within, key=len)] in _BUILT_IN
