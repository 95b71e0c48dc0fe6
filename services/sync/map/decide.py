"""What cannot be seen in one cell and is decided once for a column: order of day and month, decimal sign, zeros.

A decision is taken on evidence. If the first rows have none, the whole column is read; if that has none either, the
person is asked, because a date read the wrong way round is a silent lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.sync.read import Table
from services.sync.validate.numbers import currency_in

DateOrder = Literal["dmy", "mdy", "ymd"]
_THREE = re.compile(r"\s*(\d{1,4})([-/.])(\d{1,2})[-/.](\d{1,4})(?:[T\s,].*)?")
_GROUPED_COMMA = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_POINT = re.compile(r"\d{1,3}(?:[.\s]\d{3})+(?:,\d+)?")
_DIGITS = re.compile(r"[^\d.,]")


@dataclass
class DateEvidence:
    """What the cells of a column say about the order of day and month."""

    day_first: int = 0
    month_first: int = 0
    year_first: int = 0
    either: int = 0

    def take(self, cells: Iterable[str]) -> None:
        """Add cells to the evidence."""
        for cell in cells:
            match = _THREE.fullmatch(cell)
            if not match:
                continue
            first, sign, second = match[1], match[2], int(match[3])
            if len(first) > 2:
                self.year_first += 1
            elif sign == "." or (int(first) > 12 and second <= 12):
                self.day_first += 1
            elif second > 12 and int(first) <= 12:
                self.month_first += 1
            elif int(first) != second:
                self.either += 1

    @property
    def order(self) -> DateOrder | None:
        """The order that the evidence speaks for, or None where it must be asked."""
        if self.day_first or self.month_first:
            return "dmy" if self.day_first >= self.month_first else "mdy"
        return None if self.either else "ymd"


def date_orders(table: Table, columns: Sequence[int]) -> dict[int, DateOrder | None]:
    """Decide the order of day and month of columns; the whole file is read where its first rows do not settle it."""
    evidence = {place: DateEvidence() for place in columns}
    for place, found in evidence.items():
        found.take(row[place] for row in table.sample if place < len(row))
    open_columns = [place for place, found in evidence.items() if found.order is None]
    if open_columns:
        for batch in table.batches():
            for place in open_columns:
                evidence[place].take(row[place] for row in batch.rows)
            open_columns = [place for place in open_columns if evidence[place].order is None]
            if not open_columns:
                break
    orders = {place: found.order for place, found in evidence.items()}
    settled = {
        orders[place]
        for place in columns
        if orders[place] is not None and (evidence[place].day_first or evidence[place].month_first)
    }
    if len(settled) == 1:
        # One program wrote all columns of a file: what one column proves holds for its neighbours.
        agreed = settled.pop()
        orders = {place: order or agreed for place, order in orders.items()}
    return orders


def decimal_comma(cells: Iterable[str], *, continental: bool) -> bool:
    """Whether the comma is the decimal sign of a column.

    Parameters
    ----------
    cells : iterable of str
        Cells of the column.
    continental : bool
        Whether the file's other habits (semicolons between cells) speak for the comma where "1.234" could be both.
    """
    comma = point = grouped_comma = grouped_point = 0
    for cell in cells:
        text = _DIGITS.sub("", cell)
        if "," in text and "." in text:
            if text.rfind(",") > text.rfind("."):
                comma += 1
            else:
                point += 1
        elif "," in text:
            if _GROUPED_COMMA.fullmatch(text):
                grouped_comma += 1
            else:
                comma += 1
        elif "." in text:
            if _GROUPED_POINT.fullmatch(text) and not text.startswith("0"):
                grouped_point += 1
            else:
                point += 1
    if comma != point:
        return comma > point
    if grouped_comma or grouped_point:
        return continental if grouped_point else continental and grouped_comma == 0
    return False


def whole_number_ids(cells: Iterable[str]) -> bool:
    """Whether ids went through a table program and came out as 17850.0."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(re.fullmatch(r"\d+\.0", cell) for cell in filled)


def sign_currency(cells: Iterable[str]) -> str | None:
    """The one currency that is written with the amounts of a column, or None."""
    found = {currency for cell in cells if cell.strip() and (currency := currency_in(cell))}
    return found.pop() if len(found) == 1 else None


def shares_of_hundred(cells: Iterable[str]) -> bool:
    """Whether a column of probabilities counts to 100 and not to 1."""
    for cell in cells:
        text = cell.strip()
        try:
            if text.endswith("%") or float(text) > 1:
                return True
        except ValueError:
            continue
    return False
