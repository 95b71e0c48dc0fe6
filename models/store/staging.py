"""Where files that last no longer than a run lie beside a store, and how what was left of them is taken away.

The staging file of an import shares the store's disk and bears the number of the process that writes it.
"""

from __future__ import annotations

import glob
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")
_A_DAY_S: Final = 86_400
#: The system counts its own beginning in whole seconds.
_ROUNDED_S: Final = 2


def staging_path(store: str | Path) -> Path:
    """Return the path of this process's staging file."""
    store = Path(store)
    return store.with_name(f"{store.name}.staging-{os.getpid()}")


def remove_staging(path: Path) -> None:
    """Delete a staging file and what SQLite may have put beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def trial_folder(store: str | Path) -> Path:
    """Return the folder in which this process keeps the scored past between trials of rules: a copy of the book."""
    store = Path(store)
    return store.with_name(f"{store.name}.trial-{os.getpid()}")


def sweep_staging(store: Path) -> None:
    """Delete what a killed import or trial left beside the store; that of running processes stays."""
    for kind in ("staging", "trial"):
        for found in store.parent.glob(f"{glob.escape(store.name)}.{kind}-*"):
            owner = found.name.rpartition("-")[2]
            if not owner.isdecimal() or runs(int(owner), found):
                continue
            if kind == "trial":
                shutil.rmtree(found, ignore_errors=True)
            else:
                remove_staging(found)


def meetings_folder(store: Path) -> Path:
    """Return the folder of the invitations to meetings that a calendar was given; they name people."""
    return store.with_name(f"{store.name}.meetings")


def sweep_meetings(store: Path) -> None:
    """Delete the invitations of earlier runs; a calendar that was given one has read it."""
    shutil.rmtree(meetings_folder(store), ignore_errors=True)


def runs(pid: int, path: Path) -> bool:
    """Return whether the process that owns a file may still run.

    After a restart of the computer another process may have its number: one that began after the file was last
    written is not its owner.
    """
    if (_PROCESSES / "self").exists():
        began = _began(pid)
        return (
            began is not None and began <= path.stat().st_mtime + 2
        )  # the system counts its own beginning in whole seconds
    if os.name != "posix":
        # There is no harmless way to ask: a file that was not touched for a day has no owner any more.
        return time.time() - path.stat().st_mtime < _A_DAY_S
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _began(pid: int) -> float | None:
    """When a process began, in seconds since 1970; None where there is none of this number."""
    try:
        # The name before the last bracket may hold anything; the 22nd field is the beginning, in ticks since the start.
        words = (_PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        system = (_PROCESSES / "stat").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    started = next(int(line.split()[1]) for line in system.splitlines() if line.startswith("btime "))
    return started + int(words.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
