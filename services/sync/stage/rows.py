"""From batches of text to staged rows: convert, sort out what is rejected or ignored, number customers, write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import compress, product
from operator import lt
from typing import Any

from models import sqlite
from models.values.words import count as counted
from services.sync.formats.headers import REJECT_COLUMNS
from services.sync.formats.plan import Plan
from services.sync.formats.reshape import ShapedBatch, own_columns
from services.sync.kinds import words
from services.sync.kinds.column import Column
from services.sync.kinds.columns import Amounts, Converter, Told, make_converter
from services.sync.kinds.memo import Fault
from services.sync.kinds.words import stricter
from services.sync.read import Batch, ragged
from services.sync.read.structure import is_footer, trailer
from services.sync.stage import faults
from services.sync.stage.computed import (
    OrderColumns,
    Scales,
    by_the_year,
    contact_keys,
    contradictions_words,
    first_of,
    settle_contracts,
    settle_contradictions,
)
from services.sync.stage.faults import CellFault, LeftOut
from services.sync.stage.layout import PIECE, Layout
from services.sync.stage.people import Items, People

_BETWEEN = "\x1f"
_ITEM = ("sku", "product")


class Stager:
    """Takes batches of a file and writes its rows, converted, into the staging file."""

    def __init__(self, plan: Plan, layout: Layout, db: sqlite.Connection, *, keep_raw: bool) -> None:
        self._plan = plan
        self._layout = layout
        self._db = db
        self._keep_raw = keep_raw
        self._converters = [
            (column, make_converter(column, plan.zone, plan.currency))
            for column in plan.columns
            if column.field.role not in ("customer", "item", "part")
            and (column.field.role != "line" or column.field.name not in _ITEM)
        ]
        self._currency_first = sorted(self._converters, key=lambda pair: pair[0].field.kind != "currency")
        self._left_out = LeftOut(plan.entity)
        self._people = People(plan, db, self._left_out) if layout.has_people else None
        self._items = Items(plan, db) if layout.has_items else None
        self._orders = OrderColumns(plan, layout.lines) if "order" in plan.entity.hooks else None
        self._scales = Scales(plan) if "scale" in plan.entity.hooks else None
        self._last_key = ""
        self._last_row = 0
        self.in_pieces = False
        self.rows_read = 0
        self.zero_rows = 0
        self.repaired = 0
        self._contradicting: Counter[str] = Counter()
        self.kinds_of_money: set[tuple[Any, Any]] = set()
        self.keys_ascend = True
        self.ignored: Counter[str] = Counter()
        self.rejected_by: Counter[str] = Counter()
        db.execute(layout.create())
        db.execute("CREATE TABLE rejects (row INTEGER PRIMARY KEY, place INTEGER, header TEXT, why TEXT, cells TEXT)")
        db.execute("CREATE TABLE ignored (row INTEGER PRIMARY KEY, reason TEXT)")
        if keep_raw:
            db.execute("CREATE TABLE raw (row INTEGER PRIMARY KEY, cells TEXT)")

    def add(self, batch: Batch) -> None:
        """Stage one batch."""
        count = len(batch.rows)
        rejects: dict[int, CellFault] = {}
        ignored: dict[int, str] = {**dict.fromkeys(batch.blank, faults.BLANK), **batch.left_out}
        self.repaired += len(batch.repaired)
        for place, row in batch.overlong.items():
            rejects[place] = CellFault(-1, "The row", self._ragged(row))
        cells = list(zip(*batch.rows, strict=True))
        values = self._convert(cells, rejects, ignored)
        keys = self._keys(values, cells)
        self._add_computed(values, cells, count, keys, rejects)
        if None in keys:
            nameless = CellFault(-1, "The row", faults.NAMELESS)
            rejects.update({place: nameless for place, key in enumerate(keys) if key is None and place not in rejects})
        who = self._who(cells, rejects, ignored)
        what = self._what(cells, rejects)
        numbers: Any = range(batch.first, batch.first + count)
        if isinstance(batch, ShapedBatch):
            numbers = self._shaped(batch, rejects, ignored)
        self.rows_read += count if not isinstance(batch, ShapedBatch) else batch.source_rows
        if self._keep_raw:
            kept = zip(numbers, map(_as_json, batch.rows), strict=True)
            self._db.executemany("INSERT INTO raw VALUES (?, ?)", [one for one in kept if one[0] < PIECE])
        staged = {"key": keys, "who": who, "what": what, **values}
        present = {name: column for name, column in staged.items() if column is not None}
        if rejects or ignored:
            self._sort_out(batch, numbers, rejects, ignored)
            keep = [place not in rejects and place not in ignored for place in range(count)]
            numbers = list(compress(numbers, keep))
            present = {name: list(compress(column, keep)) for name, column in present.items()}
        self._write(numbers, present)

    def _ragged(self, row: Sequence[str]) -> str:
        """Say that a row has a cell too many or too few; columns that this program added do not count."""
        columns = own_columns(self._plan.table)
        added = len(set(REJECT_COLUMNS) & set(columns))
        return ragged(len(row) - added, len(columns) - added)

    def finish(self) -> None:
        """Write what still waits."""
        if self._people:
            self._people.finish()
        if self._items:
            self._items.flush()

    def reject_more(self, reasons: Counter[str]) -> None:
        """Count rows that a further part of the file rejected."""
        self.rejected_by.update(reasons)

    @property
    def warnings(self) -> list[str]:
        """What a person should know about the rows."""
        said = []
        if self.repaired:
            said.append(f"{counted(self.repaired, 'row')} fixed: a stray quotation mark, a cell too many or too few.")
        said += contradictions_words(self._contradicting)
        if self.zero_rows:
            said.append(f"{counted(self.zero_rows, 'row')} {'has' if self.zero_rows == 1 else 'have'} a value of zero.")
        if self._orders and self._orders.cancelled_positive:
            count = self._orders.cancelled_positive
            which = "order that was cancelled or returned counts" if count == 1 else "orders that were {} count"
            said.append(f"{count:,} {which.format('cancelled or returned')} as nothing.")
        for column, converter in self._converters:
            for about, texts in converter.found.items() if isinstance(converter, Told) else ():
                if texts:
                    shown = ", ".join(sorted(texts)[:5])
                    more = f" and {len(texts) - 5:,} more" if len(texts) > 5 else ""
                    said.append(f"{about}: {shown}{more} (“{column.header}”).")
        return said + self._left_out.warnings

    def _convert(
        self, cells: Sequence[Sequence[str]], rejects: dict[int, CellFault], ignored: dict[int, str]
    ) -> dict[str, list[Any]]:
        values: dict[str, list[Any]] = {}
        currencies: list[Any] | None = None
        for column, converter in self._currency_first:
            if isinstance(converter, Amounts) and currencies is None:
                currencies = converter.currencies_of(cells[column.place])
                if currencies is not None and "currency" in self._layout.columns:
                    values["currency"] = currencies
            if isinstance(converter, Amounts) and currencies is not None:
                found = converter.convert_in(cells[column.place], currencies)
            else:
                found = converter.convert(cells[column.place])
            if converter.faulty and self._left_out.may(column.field):
                self._left_out.clear(column.header, cells[column.place], found)
            self._note_faults(column, converter, found[0], rejects)
            if column.field.kind == "currency":
                currencies = found[0]
            if column.field.kind == "flag_deleted":
                ignored.update({place: faults.DELETED for place, flag in enumerate(found[0]) if flag == 1})
            names = column.field.columns or (column.field.name,)
            values.update(zip(names, found, strict=False))
        return values

    def _note_faults(
        self, column: Column, converter: Converter, found: list[Any], rejects: dict[int, CellFault]
    ) -> None:
        if converter.faulty:
            _reject_faulty(found, column.place, column.header, rejects)
        if column.field.required and None in found:
            empty = CellFault(column.place, column.header, "is empty")
            for place in compress(range(len(found)), (value is None for value in found)):
                rejects.setdefault(place, empty)

    def _keys(self, values: dict[str, list[Any]], cells: Sequence[Sequence[str]]) -> list[Any]:
        """The key of each row; where the file has none, a digest of the row's mapped text stands for it."""
        plan, layout = self._plan, self._layout
        entity = plan.entity
        given = values.pop(entity.key, None)
        if entity.key_of:
            known = {**values, **({"name": self._names(values, cells)} if "names" in entity.hooks else {})}
            if not entity.by_account:
                return first_of(given, *map(known.get, entity.key_of))
            whose = [cells[column.place] for column in plan.columns if column.field.role == "customer"]
            return contact_keys(given, whose, *map(known.get, entity.key_of))
        if "return" in entity.hooks and given is not None:
            # A return and an order of one system may bear the same number.
            given = [f"return:{key}" if key and key.isdecimal() else key for key in given]
        if layout.lines:
            lines = values.pop("line_id", None)
            if given is not None:
                if None in given:
                    # A row without a number is an order of its own.
                    given = [key or digest for key, digest in zip(given, self._digests(cells), strict=True)]
                values["ord"] = given
            if lines is not None and given is not None and None not in lines:
                return [f"{order}/{line}" for order, line in zip(given, lines, strict=True)]
            if given is not None:
                # A line is known within its order: its keys then lie in the store as the file's orders do.
                return [f"{order}/{digest}" for order, digest in zip(given, self._digests(cells, 6), strict=True)]
        elif given is not None and None not in given:
            return given
        digests = self._digests(cells)
        if given is None:
            return digests
        return [key or digest for key, digest in zip(given, digests, strict=True)]

    def _digests(self, cells: Sequence[Sequence[str]], size: int = 10) -> list[str]:
        mapped = zip(*(cells[column.place] for column in self._plan.columns), strict=True)
        return [blake2b(_BETWEEN.join(texts).encode(), digest_size=size).hexdigest() for texts in mapped]

    def _names(self, values: dict[str, list[Any]], cells: Sequence[Sequence[str]]) -> list[Any]:
        """The name of each customer, put together from its parts where the file has no whole one."""
        count = len(cells[0])
        nothing: list[Any] = [None] * count
        first, last = values.pop("first_name", nothing), values.pop("last_name", nothing)
        company = values.get("company", nothing)
        whole = values.get("name", nothing)
        values["name"] = [
            name or " ".join(part for part in (given, family) if part) or firm
            for name, given, family, firm in zip(whole, first, last, company, strict=True)
        ]
        return [words.name_key(name) if name else None for name in values["name"]]

    def _add_computed(
        self,
        values: dict[str, list[Any]],
        cells: Sequence[Sequence[str]],
        count: int,
        keys: list[Any],
        rejects: dict[int, CellFault],
    ) -> None:
        entity = self._plan.entity
        if self._orders is not None:
            values.pop("reason", None)
            amounts = self._orders.add(values, count, values.get("ord", keys if self._plan.has("order_id") else None))
            if Fault in set(map(type, amounts)):
                _reject_faulty(amounts, *self._orders.column_of_amount(), rejects)
        elif "currency" in self._layout.columns:
            given = values.get("currency", [None] * count)
            values["currency"] = [currency or self._plan.currency for currency in given]
        if entity.reference is not None:
            values["ref"] = values.pop(entity.reference.name)
        if self._scales is not None:
            score = self._plan.column("score")
            for place, why in self._scales.add(values, count).items():
                if score is not None:
                    rejects.setdefault(place, CellFault(score.place, score.header, why))
        if "sentiment" in entity.hooks:
            self._contradicting += settle_contradictions(values, count)
        if "left" in entity.hooks:
            settle_contracts(values, count)
            by_the_year(values, count)
        if "email_opt_out" in values:
            values["email_consent"] = stricter(values.get("email_consent"), values.pop("email_opt_out"))
        if entity.extras:
            values["attributes"] = self._extras(cells, count)

    def _extras(self, cells: Sequence[Sequence[str]], count: int) -> list[Any]:
        if not self._plan.extra:
            return [None] * count
        headers = [header for _, header in self._plan.extra]
        rows = zip(*(cells[place] for place, _ in self._plan.extra), strict=True)
        # Of rows with the same id the last one counts: those that it repeats would only repeat the headers, too.
        counting: Iterable[int] = range(count)
        if self._plan.has(self._plan.entity.key):
            counting = {row: place for place, row in enumerate(zip(*cells, strict=True))}.values()
        counted = frozenset(counting)
        return [
            json.dumps(found, ensure_ascii=False)
            if place in counted
            and (found := {header: cell.strip() for header, cell in zip(headers, row, strict=True) if cell.strip()})
            else None
            for place, row in enumerate(rows)
        ]

    def _who(
        self, cells: Sequence[Sequence[str]], rejects: dict[int, CellFault], ignored: dict[int, str]
    ) -> list[Any] | None:
        if self._people is None:
            return None
        who = self._people.convert(cells)
        if self._people.faulty:
            for place, one in enumerate(who):
                if one.__class__ is CellFault:
                    rejects.setdefault(place, one)
        if self._plan.entity.customer != "optional" and None in who:
            for place, one in enumerate(who):
                if one is None:
                    ignored.setdefault(place, faults.NO_CUSTOMER)
        return who

    def _what(self, cells: Sequence[Sequence[str]], rejects: dict[int, CellFault]) -> list[Any] | None:
        if self._items is None:
            return None
        what = self._items.convert(cells)
        if self._items.faulty:
            for place, one in enumerate(what):
                if not isinstance(one, CellFault):
                    continue
                if self._layout.lines:
                    rejects.setdefault(place, one)
                else:
                    self._left_out.note(one, cells[one.place][place])
                    what[place] = None
        return what

    def _shaped(self, batch: ShapedBatch, rejects: dict[int, CellFault], ignored: dict[int, str]) -> Sequence[int]:
        """The number of each row; what is said of one piece of a row of the file is said of all its pieces."""
        ignored |= batch.skipped
        if not batch.origin:
            return range(batch.first, batch.first + len(batch.rows))
        self.in_pieces = True
        numbers: list[int] = []
        firsts: dict[int, int] = {}
        for place, origin in enumerate(batch.origin):
            first = firsts.setdefault(origin, place)
            numbers.append(batch.first + origin + PIECE * (place - first))
            if place in rejects:
                rejects.setdefault(first, rejects[place])
            if place in ignored:
                ignored.setdefault(first, ignored[place])
        for place, origin in enumerate(batch.origin):
            if firsts[origin] in rejects:
                rejects[place] = rejects[firsts[origin]]
            if firsts[origin] in ignored:
                ignored[place] = ignored[firsts[origin]]
        return numbers

    def _sort_out(
        self, batch: Batch, numbers: Sequence[int], rejects: dict[int, CellFault], ignored: dict[int, str]
    ) -> None:
        tail = trailer(batch.rows)
        for place in rejects.keys() | ignored.keys():
            if ignored.get(place) != faults.BLANK and (place > tail or is_footer(batch.rows[place])):
                ignored[place] = faults.TOTALS
        for place in ignored:
            rejects.pop(place, None)
        faults_of = {place: fault for place, fault in rejects.items() if numbers[place] < PIECE}
        reasons = {place: reason for place, reason in ignored.items() if numbers[place] < PIECE}
        self._db.executemany(
            "INSERT INTO rejects VALUES (?, ?, ?, ?, ?)",
            [
                (
                    *(numbers[place], fault.place, fault.header, fault.why),
                    _as_json(batch.overlong.get(place, batch.rows[place])),
                )
                for place, fault in faults_of.items()
            ],
        )
        self._db.executemany(
            "INSERT INTO ignored VALUES (?, ?)", [(numbers[place], reason) for place, reason in reasons.items()]
        )
        self.rejected_by.update(fault.reason for fault in faults_of.values())
        self.ignored.update(reasons.values())

    def _write(self, numbers: Sequence[int], present: dict[str, list[Any]]) -> None:
        keys = present["key"]
        if not keys:
            return
        if self.keys_ascend:
            self.keys_ascend = self._last_key < keys[0] and all(map(lt, keys, keys[1:]))
            self._last_key = keys[-1]
        if self._orders:
            self.zero_rows += present["amount_minor"].count(0)
            self.kinds_of_money.update(product(set(present["kind"]), set(present["currency"])))
        usual = self._layout.usual
        names = [
            name
            for name in ("key", "who", "what", "ord", "ref", *self._layout.columns)
            if name in present and not (name in usual and set(present[name]) == {usual[name]})
        ]
        columns: list[Any] = [present[name] for name in names]
        if self.in_pieces or numbers[0] != self._last_row + 1 or numbers[-1] - numbers[0] + 1 != len(numbers):
            # Where rows are missing before this one, SQLite would number it differently.
            names.insert(0, "row")
            columns.insert(0, numbers)
        self._last_row = numbers[-1]
        marks = ", ".join("?" * len(names))
        self._db.executemany(f"INSERT INTO r ({', '.join(names)}) VALUES ({marks})", zip(*columns, strict=True))
        if self._people:
            self._people.staged(present["who"])
            self._people.flush()
        if self._items:
            self._items.flush()


def _reject_faulty(values: Sequence[Any], place_of: int, header: str, rejects: dict[int, CellFault]) -> None:
    """Reject the rows whose value of a column is a fault."""
    for place, value in enumerate(values):
        if value.__class__ is Fault:
            rejects.setdefault(place, CellFault(place_of, header, value.why))


def _as_json(row: list[str]) -> str:
    return json.dumps(row, ensure_ascii=False)
