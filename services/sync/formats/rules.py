"""Rules of rows, by the names under which the files of `resources/systems` ask for them.

Each takes the sheet and what the file says, and gives back the step that is done to every batch of rows; None where the
file lacks the columns that the rule is about. Here are the rules of whole rows; those of cells are in `cells`, those of
times in `times`, those that lay a row out as several in `wide`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from services.sync.formats import cells, times
from services.sync.formats.sheet import Rows, Says, Sheet, Step
from services.sync.read.structure import TOTALS, is_footer

SECOND_HEADER = "further row of headings"


def carry(sheet: Sheet, says: Says) -> Step | None:
    """Fill in on further rows of a record what only its first row has; rows of a record follow each other."""
    places = sheet.changed(says["columns"])
    if not sheet.changed([says["by"]]) or not places:
        return None
    (by,) = sheet.changed([says["by"]])
    last: dict[str, list[str]] = {}

    def step(batch: Rows) -> None:
        for row in batch.rows:
            key = row[by].strip()
            kept = last.get(key)
            if kept is None:
                last.clear()
                last[key] = [row[place] for place in places]
            elif key:
                for number, place in enumerate(places):
                    row[place] = row[place] or kept[number]

    return step


def skip(sheet: Sheet, says: Says) -> Step | None:
    """Leave out rows in which a column is empty, has one of some words, or has a form."""
    test = _test(sheet, says)
    return _skip_where(test, says["why"]) if test else None


def keep(sheet: Sheet, says: Says) -> Step | None:
    """Leave out all rows but those in which a column is filled, has one of some words, or has a form."""
    test = _test(sheet, says)
    return _skip_where(lambda row: not test(row), says["why"]) if test else None


def headings(sheet: Sheet, says: Says) -> Step | None:
    """Leave out the second and third row of headings that some exports have, known by a form in one of them."""
    form = re.compile(says["form"], re.IGNORECASE)
    place = sheet.place(says["column"])
    if place is None:
        return None
    more = says.get("rows", 1)
    seen = 0

    def step(batch: Rows) -> None:
        nonlocal seen
        for number, row in enumerate(batch.rows[: max(0, more - seen)]):
            if form.search(row[place]):
                batch.skipped[number] = SECOND_HEADER
        seen += len(batch.rows)

    return step


def grouped(sheet: Sheet, says: Says) -> Step | None:
    """Give each row the name that stands alone above it; names and their totals are no rows."""
    place = sheet.place(says["column"])
    if place is None:
        return None
    into, width, name = sheet.add(says["into"]), sheet.own_width, ""

    def step(batch: Rows) -> None:
        nonlocal name
        for number, row in enumerate(batch.rows):
            filled = [at for at in range(width) if row[at].strip()]
            if filled == [place]:
                name = row[place].strip()
                batch.skipped.setdefault(number, "name above the rows")
            elif is_footer(row[:width]):
                batch.skipped.setdefault(number, TOTALS)
            else:
                row[into] = name

    return step


def _test(sheet: Sheet, says: Says) -> Callable[[list[str]], bool] | None:
    places = sheet.places(says["columns"] if "columns" in says else [says["column"]])
    if not places:
        return None
    if "form" in says:
        form = re.compile(says["form"], re.IGNORECASE)
        return lambda row: any(form.search(row[place]) for place in places)
    if "words" in says:
        wanted = {word.casefold() for word in says["words"]}
        return lambda row: any(row[place].strip().casefold() in wanted for place in places)
    if says.get("empty"):
        return lambda row: not any(row[place].strip() for place in places)
    return lambda row: any(row[place].strip() for place in places)


def _skip_where(test: Callable[[list[str]], bool], why: str) -> Step:
    def step(batch: Rows) -> None:
        for number, row in enumerate(batch.rows):
            if test(row):
                batch.skipped.setdefault(number, why)

    return step


RULES: Final[dict[str, Callable[[Sheet, Says], Step | None]]] = {
    rule.__name__: rule
    for rule in (
        *(carry, skip, keep, headings, grouped),
        *(cells.join, cells.first, cells.choose, cells.filled, cells.words, cells.consent, cells.file_name),
        *(cells.dash_is_empty, cells.first_of_list, cells.without, cells.tags, cells.html_text, cells.ended_stage),
        *(cells.salesforce_ids, cells.prefix, cells.matching),
        *(times.in_zone, times.zone_of_header, times.day_and_time),
    )
}
