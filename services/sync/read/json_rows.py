"""Objects of JSON as rows of text: one a line (JSON Lines), a list of them, or a list in an object: {"orders": […]}.

An object within an object is columns of its own: {"visitor": {"email": …}} is "visitor.email". Numbers stay as written.
An object with lines is an order, and a row for each: {"id": 7, "items": [{"sku": …}]} has "order.id" and "item.sku".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TextIO

from models.values.errors import UserError
from services.sync.read.content import Content, open_text, reading
from services.sync.read.stream import Chunk

_BLOCK: Final = 1 << 18
_LOOKED_AT: Final = 200
_LONGEST: Final = 32 << 20
_MOST_COLUMNS: Final = 2_000
_BETWEEN: Final = re.compile(r"[\s,\[\]\ufeff]*")
# Of an object with one of these a list within it is a part; of all others it is what they were written for.
_OWN: Final = re.compile(r"(?:.*_)?(?:id|uuid|key|email|name|number)", re.IGNORECASE)
_OF_ORDER: Final = frozenset({"id", "name", "number"})
_COUNTED: Final = frozenset({"quantity", "qty"})
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


@dataclass(frozen=True)
class JsonRows:
    """The rows of a file of JSON objects; the first names the columns."""

    content: Content
    columns: tuple[str, ...]
    lines: str

    def chunks(self, size: int, first: int) -> Iterator[Chunk]:
        """Rows from row `first` on (from 0), `size` at a time."""
        with open_text(self.content) as (text, raw):
            rows = self._rows(text)
            for _ in islice(rows, first):
                pass
            while found := list(islice(rows, size)):
                yield Chunk(found, min(1.0, raw.tell() / max(1, self.content.size_bytes)), {})

    def _rows(self, text: TextIO) -> Iterator[list[str]]:
        yield list(self.columns)
        for one in _records(text, self.content.name):
            for row in _laid_out(one, self.lines):
                yield [row.get(column, "") for column in self.columns]


def json_rows(content: Content) -> JsonRows:
    """The rows of a file whose first bytes are those of JSON; all are looked at for what columns there are.

    Raises
    ------
    UserError
        It is damaged, or is not a list of objects.
    """
    columns: dict[str, None] = {}
    records: list[bool] = []  # of the first two, whether they hold further records
    with reading(content.path), open_text(content) as (text, _):
        lines = _lines_of(_records(text, content.name))
    with reading(content.path), open_text(content) as (text, _):
        for one in _records(text, content.name):
            rows = _laid_out(one, lines)
            if len(records) < 2:
                records.append(any(cell.startswith("[{") for cell in rows[0].values()))
            for row in rows:
                columns.update(dict.fromkeys(row))
            if len(columns) > _MOST_COLUMNS:
                raise _no_list(content.name)
    if not columns or records == [True]:
        raise _no_list(content.name)
    return JsonRows(content, tuple(columns), lines)


def _no_list(name: str) -> UserError:
    return UserError(f"{name} is a JSON document, but not a list of records: export the same data as CSV.")


def _records(text: TextIO, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a text; of a single one that is written around a list, the objects of that list."""
    objects = _objects(text, name)
    first = next(objects, None)
    second = next(objects, None)
    if first is not None and second is None:
        yield from _within(first) or [first]
        return
    yield from (one for one in (first, second) if one is not None)
    yield from objects


def _within(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of the only list of records in an object that is none itself."""
    lists = [one for one in value.values() if _are_records(one)]
    return lists[0] if len(lists) == 1 and not any(map(_OWN.fullmatch, value)) else []


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _lines_of(records: Iterator[dict[str, Any]]) -> str:
    """Return the key of the objects' lines, where each line has a quantity; '' where there are none."""
    for record in islice(records, _LOOKED_AT):
        for key, one in record.items():
            if _are_records(one) and all(map(_COUNTED.intersection, one)):
                return key
    return ""


def _laid_out(record: dict[str, Any], lines: str) -> list[dict[str, str]]:
    """A record as column to cell, once for each of its lines."""
    if not lines:
        return [dict(_cells(record, ""))]
    whole = {f"order.{key}" if key in _OF_ORDER else key: one for key, one in record.items() if key != lines}
    rest = dict(_cells(whole, ""))
    parts = record[lines] if _are_records(record.get(lines)) else [{}]
    return [rest | dict(_cells(line, f"{lines.removesuffix('s')}.")) for line in parts]


def _objects(text: TextIO, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a text, as they stand in it."""
    rest, count = "", 0
    while block := text.read(_BLOCK):
        rest += block
        place = _next(rest, 0)
        while place < len(rest):
            if rest[place] != "{":
                raise _no_list(name)
            try:
                found, place = _DECODER.raw_decode(rest, place)
            except (json.JSONDecodeError, RecursionError):
                break
            count += 1
            yield found
            place = _next(rest, place)
        rest = rest[place:]
        if len(rest) > _LONGEST:
            raise _no_list(name)
    if rest:
        raise UserError(f"{name} is damaged after record {count:,}: what follows is not valid JSON. Export it again.")


def _next(text: str, place: int) -> int:
    found = _BETWEEN.match(text, place)
    return found.end() if found else place


def _cells(value: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, one in value.items():
        if isinstance(one, dict):
            yield from _cells(one, f"{before}{key}.")
        else:
            yield f"{before}{key}", _text(one)


def _text(value: Any) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        plain = all(isinstance(one, str) for one in value)
        return ", ".join(value) if plain else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
