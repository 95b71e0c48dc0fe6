"""Crash reports: written to a file on this computer, shown before anything is shared, free of customer data.

A report holds versions and the places in the program's code that were active. It leaves out every message and value,
because those may hold what customers wrote.
"""

from __future__ import annotations

import logging
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from app import __version__
from models.private import make_folder, private
from models.values.bugs import bug_text, kind_of

KEPT_REPORTS = 10


def report_text(error: BaseException) -> str:
    """Return the report's text: versions, the kind of error and the line numbers, no message and no local value."""
    system = f"{platform.system()} {platform.release()}"
    return f"Bellwether {__version__} on Python {platform.python_version()}, {system}\n{bug_text(error)}"


def write_report(folder: Path, error: BaseException) -> Path | None:
    """Write a crash report and return its path, or None where the folder cannot be written."""
    logging.getLogger(__name__).error("Crash: %s", kind_of(error))
    path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    try:
        make_folder(folder)
        with open(path, "w", encoding="utf-8", opener=private) as file:
            file.write(report_text(error))
        for old in sorted(folder.glob("crash-*.txt"))[:-KEPT_REPORTS]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def tell(error: BaseException, report: Path | None) -> None:
    """Say on standard error that the program failed, and where the report lies."""
    where = f" A report without customer data is at {report}." if report else ""
    name = kind_of(error)
    sys.stderr.write(f"Bellwether ran into an internal error ({name}). Nothing half-finished was kept.{where}\n")
