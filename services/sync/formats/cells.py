"""Rules of cells: a column changed in place, or one made of others. See `services.sync.formats.rules`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from services.sync.formats.sheet import Rows, Says, Sheet, Step
from services.sync.kinds.ids import salesforce_checksum

_TAG = re.compile(r"<[^<>]{1,200}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)


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


def consent(sheet: Sheet, says: Says) -> Step | None:
    """Read a mark of consent that may also be the moment at which it was given."""

    def change(cell: str) -> str:
        text = cell.strip()
        return "given" if re.match(r"\d{4}-\d\d-\d\d", text) else text

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


def first_of_list(sheet: Sheet, says: Says) -> Step | None:
    """Keep the first of several values that share a cell."""
    between = says["between"]
    return in_place(sheet.changed(says["columns"]), lambda cell: cell.split(between)[0].strip())


def without(sheet: Sheet, says: Says) -> Step | None:
    """Leave out what matches a form."""
    form = re.compile(says["form"], re.IGNORECASE)
    return in_place(sheet.changed(says["columns"]), lambda cell: form.sub("", cell).strip())


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
