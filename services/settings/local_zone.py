"""Which time zone this computer is set to, by name where it has one: summer time is then right all year."""

from __future__ import annotations

import os
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@cache
def this_computers_zone() -> tzinfo:
    """Return this computer's zone: TZ, then the system's own link or name, else today's fixed offset."""
    for name in _candidates():
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return datetime.now(UTC).astimezone().tzinfo or UTC


def _candidates() -> list[str]:
    names = [os.environ.get("TZ", "").lstrip(":")]
    link = Path("/etc/localtime")
    if link.is_symlink():
        _, _, name = str(link.resolve()).partition("zoneinfo/")
        names.append(name)
    written = Path("/etc/timezone")
    if written.is_file():
        names.append(written.read_text("utf-8", "replace").strip())
    return [name for name in names if name]
