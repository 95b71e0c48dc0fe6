"""Rules of rows and cells, by the names under which the files of `resources/systems` ask for them.

Each takes the sheet and what the file says, and gives back the step that is done to every batch of rows; None where the
file lacks the columns that the rule is about. A rule of cells changes a column in place, or makes one of others. Those
that lay a row out as several are in `wide`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from services.sync.formats.systems import Rows, Says, Sheet, Step
from services.sync.kinds.ids import salesforce_checksum
from services.sync.kinds.memo import Unfit
from services.sync.kinds.words import to_boolean
from services.sync.kinds.zones import behind_a_time
from services.sync.read.structure import TOTALS, is_footer

_TAG = re.compile(r"<[^<>]{1,200}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
_ZONE_IN_HEADER = re.compile(r"\(([A-Z]{2,5})\)\s*$")
# Nobody has been a customer for longer.
_MOST_DAYS = 100 * 366
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?\s*$")


def long_id(text: str) -> str:
    """The 18 characters of a Salesforce id that is written with 15: the last three say which letters are capitals."""
    if len(text) != 15 or not (text.isascii() and text.isalnum()):
        return text
    return text + salesforce_checksum(text)


def in_place(places: Sequence[int], change: Callable[[str], str]) -> Step | None:
    """A step that changes the cells of columns, each distinct text once."""
    if not places:
        return None
    known: dict[str, str] = {}

    def step(batch: Rows) -> None:
        if len(known) > 50_000:
            known.clear()
        for row in batch.rows:
            for place in places:
                cell = row[place]
                if cell not in known:
                    known[cell] = change(cell)
                row[place] = known[cell]

    return step


def derived(sheet: Sheet, says: Says, gather: Callable[[list[str]], str], *, always: bool = False) -> Step | None:
    """A step that makes a column of the cells of others; `always`: even where the file has none of them."""
    sources = sheet.places(says["from"])
    if not sources and not always:
        return None
    into = sheet.add(says["into"])

    def step(batch: Rows) -> None:
        for row in batch.rows:
            row[into] = gather([row[place].strip() for place in sources])

    return step


def join(sheet: Sheet, says: Says) -> Step | None:
    """Put the filled cells of several columns together."""
    between = says.get("with", " ")
    return derived(sheet, says, lambda cells: between.join(cell for cell in cells if cell))


def first(sheet: Sheet, says: Says) -> Step | None:
    """Take the first filled cell of several columns."""
    return derived(sheet, says, lambda cells: next((cell for cell in cells if cell), ""))


def fill(sheet: Sheet, says: Says) -> Step | None:
    """Fill the empty cells of a column from others, of which the first filled one counts."""
    into, others = sheet.changed([says["column"]])[0], sheet.places(says["from"])

    def step(batch: Rows) -> None:
        for row in batch.rows:
            row[into] = row[into] if row[into].strip() else next((row[one] for one in others if row[one].strip()), "")

    return step


def choose(sheet: Sheet, says: Says) -> Step | None:
    """Take one column where another has a form, else a third."""
    by, yes, no = (sheet.place(says[name]) for name in ("by", "then", "otherwise"))
    if by is None:
        return None
    form = re.compile(says["form"], re.IGNORECASE)
    into = sheet.add(says["into"])

    def step(batch: Rows) -> None:
        for row in batch.rows:
            place = yes if form.search(row[by]) else no
            row[into] = row[place] if place is not None else ""

    return step


def filled(sheet: Sheet, says: Says) -> Step | None:
    """Say something where one of several columns is filled."""
    return derived(sheet, says, lambda cells: says["says"] if any(cells) else "")


def words(sheet: Sheet, says: Says) -> Step | None:
    """Turn words of the export into those of this program.

    `other` is for words that are not known, which else stay as they are; `empty` for no word at all.
    """
    table = {word.casefold(): becomes for word, becomes in says["table"].items()}

    def change(cell: str) -> str:
        text = cell.strip()
        return str(table.get(text.casefold(), says.get("other", text)) if text else says.get("empty", ""))

    if "into" in says:
        return derived(
            sheet, says, lambda cells: change(next((cell for cell in cells if cell), "")), always="empty" in says
        )
    return in_place(sheet.changed(says["columns"]), change)


def file_name(sheet: Sheet, says: Says) -> Step | None:
    """Say what the file's name says of all its rows; where it says nothing, there is no such column."""
    name = sheet.file_name.casefold()
    said = next((word for part, word in says["says"].items() if part.casefold() in name), None)
    if said is None:
        return None
    into = sheet.add(says["into"])

    def step(batch: Rows) -> None:
        for row in batch.rows:
            row[into] = said

    return step


def dash_is_empty(sheet: Sheet, says: Says) -> Step:
    """Read a cell with nothing but a dash as empty, in every column."""
    marks = frozenset(says.get("marks", ("-",)))

    def step(batch: Rows) -> None:
        for place, row in enumerate(batch.rows):
            if not marks.isdisjoint(row):
                batch.rows[place] = ["" if cell in marks else cell for cell in row]

    return step


def replace(sheet: Sheet, says: Says) -> Step | None:
    """Write something else for what matches a form, or leave it out."""
    form, becomes = re.compile(says["form"], re.IGNORECASE), says.get("with", "")
    return in_place(sheet.changed(says["columns"]), lambda cell: form.sub(becomes, cell).strip())


def tags(sheet: Sheet, says: Says) -> Step | None:
    """Write a list whose members stand in quotation marks plainly, with commas."""

    def change(cell: str) -> str:
        return ", ".join(part.strip() for part in re.findall(r'"([^"]+)"', cell)) or cell

    return in_place(sheet.changed(says["columns"]), change)


def html_text(sheet: Sheet, says: Says) -> Step | None:
    """Read text out of markup."""
    return in_place(sheet.changed(says["columns"]), lambda cell: plain(cell) if "<" in cell or "&" in cell else cell)


def plain(markup: str) -> str:
    """The text of markup, with its breaks."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup))).strip()


def salesforce_ids(sheet: Sheet, says: Says) -> Step | None:
    """Write ids of 15 characters with the 18 that the other exports have."""
    return in_place(sheet.changed(says["columns"]), lambda cell: long_id(cell.strip()))


def prefix(sheet: Sheet, says: Says) -> Step | None:
    """Tell ids of two kinds of records apart that an export numbers alike."""
    before = says["with"]
    if "into" in says:
        return derived(sheet, says, lambda cells: before + cells[0] if cells[0] else "")
    return in_place(sheet.changed(says["columns"]), lambda cell: before + cell.strip() if cell.strip() else "")


def matching(sheet: Sheet, says: Says) -> Step | None:
    """Take a cell where it has a form, or the part of it that the form's group names."""
    form = re.compile(says["form"], re.IGNORECASE)

    def gather(cells: list[str]) -> str:
        found = next((match for cell in cells if (match := form.search(cell))), None)
        return "" if found is None else found[1] if form.groups else found.string

    return derived(sheet, says, gather)


def ended_stage(sheet: Sheet, says: Says) -> Step | None:
    """The stage of a deal, unless its status says that it is won or lost."""
    status, stage = sheet.place(says["status"]), sheet.place(says["stage"])
    if status is None and stage is None:
        return None
    ended = {word.casefold(): "Won" for word in says["won"]} | {word.casefold(): "Lost" for word in says["lost"]}
    into = sheet.add(says["into"])

    def step(batch: Rows) -> None:
        for row in batch.rows:
            end = ended.get(row[status].strip().casefold()) if status is not None else None
            row[into] = end or (row[stage] if stage is not None else row[status or 0])

    return step


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


def to_length(text: str) -> float:
    """How long something lasted, in whatever it is counted; below 0 where the text is no number."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0


def began(sheet: Sheet, says: Says) -> Step | None:
    """The day on which something began that has lasted so long on a day, and that day as its end where a flag says so.

    What is no length that anybody can have had began on no known day.
    """
    lasted, flag = sheet.place(says["lasted"]), sheet.place(says["flag"])
    if lasted is None:
        return None
    into, left, day = sheet.add(says["into"]), sheet.add(says["left"]), says["day"]

    def step(batch: Rows) -> None:
        for row in batch.rows:
            days = to_length(row[lasted]) * says["unit"]
            known = 0 <= days <= _MOST_DAYS
            row[into] = (day - timedelta(days=round(days))).isoformat() if known else ""
            row[left] = day.isoformat() if flag is not None and _is_yes(row[flag]) else ""

    return step


def _is_yes(text: str) -> bool:
    try:
        return to_boolean(text) == 1
    except Unfit:
        return False


def _all_of(steps: Sequence[Step | None]) -> Step | None:
    found = [step for step in steps if step is not None]
    if not found:
        return None

    def step(batch: Rows) -> None:
        for one in found:
            one(batch)

    return step


def carry(sheet: Sheet, says: Says) -> Step | None:
    """Fill in on further rows of a record what only its first row has; rows of a record follow each other.

    ``blank``: further rows have not even the key by which the record is known.
    """
    places = sheet.changed(says["columns"])
    if not sheet.changed([says["by"]]) or not places:
        return None
    (by,) = sheet.changed([says["by"]])
    last: dict[str, list[str]] = {}

    def step(batch: Rows) -> None:
        for row in batch.rows:
            key = row[by].strip()
            if says.get("blank") and not key and any(row):
                key = row[by] = next(iter(last), "")
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
        *(carry, skip, keep, grouped),
        *(join, first, fill, choose, filled, words, file_name),
        *(dash_is_empty, replace, tags, html_text, ended_stage),
        *(salesforce_ids, prefix, matching),
        *(in_zone, zone_of_header, day_and_time, began),
    )
}
