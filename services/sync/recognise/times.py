"""Rules of times whose zone stands elsewhere: in the header, in a column of its own, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from services.sync.recognise.cells import in_place
from services.sync.recognise.sheet import Rows, Says, Sheet, Step

_ZONE_IN_HEADER = re.compile(r"\(([A-Z]{2,5})\)\s*$")
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?\s*$")
_ZONES: Final = {
    "UTC": "+0000",
    "GMT": "+0000",
    "WET": "+0000",
    "WEST": "+0100",
    "BST": "+0100",
    "IST": "+0530",
    "CET": "+0100",
    "CEST": "+0200",
    "MEZ": "+0100",
    "MESZ": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "MSK": "+0300",
    "SGT": "+0800",
    "HKT": "+0800",
    "AWST": "+0800",
    "JST": "+0900",
    "KST": "+0900",
    "ACST": "+0930",
    "ACDT": "+1030",
    "AEST": "+1000",
    "AEDT": "+1100",
    "NZST": "+1200",
    "NZDT": "+1300",
    "NST": "-0330",
    "NDT": "-0230",
    "AST": "-0400",
    "ADT": "-0300",
    "EST": "-0500",
    "EDT": "-0400",
    "CST": "-0600",
    "CDT": "-0500",
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
    "AKST": "-0900",
    "AKDT": "-0800",
    "HST": "-1000",
    "BRT": "-0300",
    "ART": "-0300",
    "SAST": "+0200",
}


def in_zone(sheet: Sheet, says: Says) -> Step | None:
    """Add the zone in which an export writes all its times."""
    return in_place(sheet.mended(says["columns"]), _with_zone(_ZONES[says["zone"]]))


def zone_of_header(sheet: Sheet, says: Says) -> Step | None:
    """Add the zone that stands in a column's header to its times."""
    steps = []
    for place in sheet.mended(says["columns"]):
        found = _ZONE_IN_HEADER.search(sheet.columns[place])
        if found and found[1] in _ZONES:
            steps.append(in_place([place], _with_zone(_ZONES[found[1]])))
    return _all_of(steps)


def _with_zone(offset: str) -> Callable[[str], str]:
    return lambda cell: f"{cell.strip()} {offset}" if _TIME_OF_DAY.search(cell) else cell


def day_and_time(sheet: Sheet, says: Says) -> Step | None:
    """Make one moment of a day, a time and a zone that stand in columns of their own."""
    day, time = sheet.place(says["day"]), sheet.place(says["time"])
    zone = sheet.place(says.get("zone", ""))
    if day is None or time is None:
        return None
    into = sheet.add(says["into"])

    def step(batch: Rows) -> None:
        for row in batch.rows:
            offset = _ZONES.get(row[zone].strip().upper(), "") if zone is not None else ""
            row[into] = f"{row[day].strip()} {row[time].strip()} {offset}".strip() if row[day].strip() else ""

    return step


def _all_of(steps: Sequence[Step | None]) -> Step | None:
    found = [step for step in steps if step is not None]
    if not found:
        return None

    def step(batch: Rows) -> None:
        for one in found:
            one(batch)

    return step
