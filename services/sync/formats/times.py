"""Rules of times whose zone stands elsewhere: in the header, in a column of its own, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from services.sync.formats.cells import in_place
from services.sync.formats.sheet import Rows, Says, Sheet, Step
from services.sync.kinds.zones import behind_a_time

_ZONE_IN_HEADER = re.compile(r"\(([A-Z]{2,5})\)\s*$")
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?\s*$")


def is_time_of_day(text: str) -> bool:
    """Whether a cell is a time on a day that stands elsewhere: "14:05", "2:05 PM"."""
    return _TIME_OF_DAY.match(text.strip()) is not None


def in_zone(sheet: Sheet, says: Says) -> Step | None:
    """Add the zone in which an export writes all its times."""
    return in_place(sheet.changed(says["columns"]), _with_zone(behind_a_time(says["zone"])))


def zone_of_header(sheet: Sheet, says: Says) -> Step | None:
    """Add the zone that stands in a column's header to its times."""
    steps = []
    for place in sheet.changed(says["columns"]):
        found = _ZONE_IN_HEADER.search(sheet.columns[place])
        zone = behind_a_time(found[1]) if found else ""
        if zone:
            steps.append(in_place([place], _with_zone(zone)))
    return _all_of(steps)


def _with_zone(zone: str) -> Callable[[str], str]:
    return lambda cell: f"{cell.strip()} {zone}" if _TIME_OF_DAY.search(cell) else cell


def day_and_time(sheet: Sheet, says: Says) -> Step | None:
    """Make one moment of a day, a time and a zone that stand in columns of their own."""
    day, time = sheet.place(says["day"]), sheet.place(says["time"])
    zone = sheet.place(says.get("zone", ""))
    if day is None or time is None:
        return None
    into = sheet.add(says["into"])
    known: dict[str, str] = {}

    def step(batch: Rows) -> None:
        for row in batch.rows:
            named = row[zone] if zone is not None else ""
            if named not in known:
                known[named] = behind_a_time(named)
            row[into] = f"{row[day].strip()} {row[time].strip()} {known[named]}".strip() if row[day].strip() else ""

    return step


def _all_of(steps: Sequence[Step | None]) -> Step | None:
    found = [step for step in steps if step is not None]
    if not found:
        return None

    def step(batch: Rows) -> None:
        for one in found:
            one(batch)

    return step
