"""Rules that lay a row out as several: items of an order, refunds, answers of a survey, the stages of a deal.

Each takes the sheet and what the file says, and gives back what makes the rows of one row; None where the file lacks
the columns that the rule is about. An empty list means that the row holds nothing of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Final

from services.sync.formats.looks import REMARK, kind_asked
from services.sync.formats.systems import Expand, Says, Sheet
from services.sync.kinds.dates import Dates
from services.sync.kinds.memo import Unfit
from services.sync.kinds.moments import parse_moment
from services.sync.kinds.words import to_boolean
from services.sync.read import celltypes

_ITEM_COLUMN = re.compile(r"line_item_\d+", re.IGNORECASE)
_STAGE_COLUMNS: Final = (
    re.compile(r'date entered "(?P<stage>[^"]+?)(?: \([^()"]*\))?"', re.IGNORECASE),
    re.compile(r"(?:hs_)?(?:v2_)?date_entered_(?P<stage>\w+)", re.IGNORECASE),
)
_ORDER: Final = {"nps": 0, "csat": 1, "ces": 2}
_LEADING_NUMBER = re.compile(r"\s*(\d{1,3}(?:[.,]\d+)?)(?!\d)")
_LONGEST_COUNT = 4
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def line_items(sheet: Sheet, says: Says) -> Expand | None:
    """One row for each item that stands in a column of its own, such as ``name:Tee|sku:T-1|quantity:2|total:40.00``.

    An order without items is one line of what the whole order cost.
    """
    places = [place for place, column in enumerate(sheet.columns) if _ITEM_COLUMN.fullmatch(column.strip())]
    if not places:
        return None
    into = {part: sheet.add(header) for part, header in says["parts"].items()}
    whole = sheet.place(says["whole"])

    def expand(row: list[str]) -> list[list[str]]:
        found = []
        for place in places:
            if not row[place].strip():
                continue
            parts = dict(part.split(":", 1) for part in row[place].split("|") if ":" in part)
            piece = [*row]
            for part, target in into.items():
                piece[target] = parts.get(part, "").strip()
            found.append(piece)
        if not found and whole is not None:
            row[into["total"]] = row[whole]
        return found or [row]

    return expand


def refund(sheet: Sheet, says: Says) -> Expand | None:
    """The order, and where money went back a return of that amount, linked to it."""
    order, back, into = sheet.place(says["order"]), sheet.place(says["amount"]), sheet.place(says["into"])
    if order is None or back is None or into is None:
        return None
    kind, of = sheet.add(says["kind"]), sheet.add(says["of"])
    empty = sheet.places(says.get("empty", ()))
    one = sheet.places(says.get("one", ()))

    def expand(row: list[str]) -> list[list[str]]:
        if not re.search("[1-9]", row[back]) or row[kind] == "cancelled":
            return [row]
        piece = [*row]
        for place in empty:
            piece[place] = ""
        for place in one:
            piece[place] = "1"
        piece[of], piece[order], piece[kind] = row[order], f"{row[order].strip()} refund", "return"
        piece[into] = row[back].strip().lstrip("-")
        return [row, piece]

    return expand


def given_back(sheet: Sheet, says: Says) -> Expand | None:
    """The sale, and where a column says that it came back a return of the same amount, linked to it."""
    flag = sheet.place(says["flag"])
    if flag is None:
        return None
    order = sheet.place(says["order"] or "")
    # A status of the file's own is that of the return too.
    own = sheet.changed([says["kind"]])
    kind, of = own[0] if own else sheet.add(says["kind"]), sheet.add(says["of"])

    def expand(row: list[str]) -> list[list[str]]:
        if not happened(row[flag]):
            return [row]
        piece = [*row]
        piece[kind] = "return"
        if order is not None and row[order].strip():
            piece[of], piece[order] = row[order], f"{row[order].strip()} return"
        return [row, piece]

    return expand


def events(sheet: Sheet, says: Says) -> Expand | None:
    """The mail that was sent, and each thing that a column says happened to it, on its own day where one is given.

    Where no column names the message, its events are held together by the row's id, or by what else the row says.
    """
    flags = [(place, kind) for column, kind in says["flags"].items() for place in sheet.places([column])]
    key, at = (next(iter(sheet.changed([says[name] or ""])), None) for name in ("key", "at"))
    into = sheet.add(says["into"])
    message = sheet.add(says["message"]) if says["message"] else None
    flagged = {place for place, _ in flags}
    sent = next((place for place, kind in flags if kind == "sent"), None)

    def expand(row: list[str]) -> list[list[str]]:
        found = []
        if message is not None:
            said = "\x1f".join(cell.strip() for place, cell in enumerate(row) if place not in flagged)
            row[message] = (row[key].strip() if key is not None else "") or sha256(said.encode()).hexdigest()[:16]
        for place, kind in [(sent, "sent"), *(one for one in flags if one[1] != "sent")]:
            if place is not None and not happened(row[place]):
                continue
            piece = [*row]
            piece[into] = kind
            if key is not None and row[key].strip() and kind != "sent":
                piece[key] = f"{row[key].strip()}/{kind}"
            if at is not None and place is not None and _is_moment(row[place]):
                piece[at] = row[place]
            found.append(piece)
        return found

    return expand


def happened(cell: str) -> bool | None:
    """Whether a cell says that something happened: yes, a count, or when it did; None where it says neither."""
    text = cell.strip()
    if text.isdecimal() and len(text) < _LONGEST_COUNT:
        return int(text) > 0
    try:
        return to_boolean(text) == 1
    except Unfit:
        return True if _is_moment(text) else None


def _is_moment(text: str) -> bool:
    return celltypes.cell_type(text) == celltypes.DATE


@dataclass(frozen=True, slots=True)
class _Question:
    place: int
    kind: str
    scale: str


def questions(sheet: Sheet, says: Says) -> Expand | None:
    """One row for each question of a survey that asks for a score: would recommend, satisfaction, effort."""
    known = set(sheet.places(says["known"]))
    heads = _heads(sheet, says)
    free = [place for place in range(sheet.own_width) if place not in known]
    asked = [question for place in free if (question := _asks_for_score(sheet, place, heads[place]))]
    # Wherever the columns stand, an answer keeps its number.
    asked.sort(key=lambda question: (_ORDER[question.kind], heads[question.place]))
    if not asked:
        return None
    remarks = [place for place in free if REMARK.search(heads[place]) and place not in {one.place for one in asked}]
    answer, respondent = sheet.place(says["answer"]), _respondent(sheet, says)
    sheet.used.update(remarks, (one.place for one in asked), () if respondent is None else (respondent,))
    kind, score, scale = sheet.add("Survey kind"), sheet.add("Survey score"), sheet.add("Survey scale")
    comment, number, email = sheet.add("Survey comment"), sheet.add("Survey answer"), sheet.add("Respondent")

    def expand(row: list[str]) -> list[list[str]]:
        found: list[list[str]] = []
        for place, question in enumerate(asked):
            given = _LEADING_NUMBER.match(row[question.place])
            if not row[question.place].strip():
                continue
            piece = [*row]
            piece[kind], piece[scale] = question.kind, question.scale
            piece[score] = given[1] if given else row[question.place]
            piece[comment] = "" if found else "\n".join(row[one].strip() for one in remarks if row[one].strip())
            own = row[answer].strip() if answer is not None else ""
            piece[number] = own if place == 0 or not own else f"{own}/{place + 1}"
            piece[email] = row[respondent].strip() if respondent is not None else ""
            found.append(piece)
        return found

    return expand


def _heads(sheet: Sheet, says: Says) -> list[str]:
    """What each column asks: its header, and what a further row of headings says below it."""
    place = sheet.place(says.get("heading", ""))
    more: list[list[str]] = []
    if place is not None:
        form = re.compile(says["form"], re.IGNORECASE)
        more = [list(row) for row in sheet.sample[:1] if place < len(row) and form.search(row[place])]
    return [
        " ".join([column, *(row[number] for row in more if number < len(row))])
        for number, column in enumerate(sheet.columns)
    ]


def _asks_for_score(sheet: Sheet, place: int, head: str) -> _Question | None:
    kind = kind_asked(head)
    cells = sheet.cells(place)
    numbers = [float(found[1].replace(",", ".")) for cell in cells if (found := _LEADING_NUMBER.match(cell))]
    if kind is None or not numbers or len(numbers) * 2 < len(cells) or max(numbers) > 10:
        return None
    return _Question(place, kind, "10" if kind == "nps" or max(numbers) > 7 else "7" if max(numbers) > 5 else "5")


def _respondent(sheet: Sheet, says: Says) -> int | None:
    """The column with the address of who answered: the export's own, else the first in which addresses stand."""
    places: list[int] = [*sheet.places(says.get("email", ())), *range(sheet.own_width)]
    for place in places:
        cells = sheet.cells(place)
        if any(_ADDRESS.fullmatch(cell) for cell in cells):
            return place
    return None


def stages(sheet: Sheet, says: Says) -> Expand | None:
    """One row for each stage that a deal entered, in the order of their dates; the stages stand in the headers."""
    entered = []
    for place, column in enumerate(sheet.columns[: sheet.own_width]):
        found = next((match for form in _STAGE_COLUMNS if (match := form.fullmatch(column.strip()))), None)
        if found:
            entered.append((place, found["stage"].strip()))
    deal = sheet.place(says["deal"])
    if not entered or deal is None:
        return None
    to, before, at, change = (sheet.add(says[name]) for name in ("to", "before", "at", "change"))
    evidence = Dates()
    for place, _ in entered:
        evidence.take(sheet.cells(place))
    order = evidence.order or "one"

    def expand(row: list[str]) -> list[list[str]]:
        found = []
        last = ""
        cells = [(row[place].strip(), stage) for place, stage in entered if row[place].strip()]
        for moment, stage in sorted(cells, key=lambda one: (_when(one[0], order), one[1])):
            piece = [*row]
            piece[to], piece[before], piece[at] = stage, last, moment
            piece[change] = f"{row[deal].strip()}/{stage}"
            found.append(piece)
            last = stage
        return found

    return expand


def _when(text: str, order: str) -> str:
    """A moment as it can be sorted, however the export writes it."""
    try:
        day, at = parse_moment(text, order, UTC)
    except Unfit:
        return text
    return at or day


WIDE: Final[dict[str, Callable[[Sheet, Says], Expand | None]]] = {
    rule.__name__: rule for rule in (line_items, refund, given_back, events, questions, stages)
}
