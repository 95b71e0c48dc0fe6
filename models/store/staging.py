"""Where the staging file of an import lies, and how what a killed import left is taken away.

It stands beside the store, so that both share a disk, and bears the number of the process that writes it.
"""

from __future__ import annotations

import glob
import os
import time
from contextlib import suppress
from pathlib import Path


def staging_path(store: str | Path) -> Path:
    """Return the path of this process's staging file."""
    store = Path(store)
    return store.with_name(f"{store.name}.staging-{os.getpid()}")


def remove_staging(path: Path) -> None:
    """Delete a staging file and what SQLite may have put beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def sweep_staging(store: Path) -> None:
    """Delete staging files that a killed import left beside the store; those of running processes stay."""
    for found in store.parent.glob(f"{glob.escape(store.name)}.staging-*"):
        owner = found.name.rpartition("-")[2]
        if owner.isdecimal() and not runs(int(owner), found):
            remove_staging(found)


def runs(pid: int, path: Path) -> bool:
    """Return whether the process that owns a file may still run."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}").exists()
    # Without /proc there is no harmless way to ask: a file that was not touched for a day has no owner any more.
    return time.time() - path.stat().st_mtime < 86_400
