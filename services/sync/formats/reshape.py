"""A file as its export's rules leave it: cells changed, columns added, rows left out or laid out one below the other.

Only exports that have rules are read through this; all others come from the file as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from services.sync.formats.rules import RULES
from services.sync.formats.systems import Expand, Rows, Rule, Sheet, Step, System
from services.sync.formats.wide import WIDE
from services.sync.read import BATCH_ROWS, Batch, Table

NOTHING_IN_IT = "nothing in the row to import"


@dataclass(frozen=True)
class ShapedBatch(Batch):
    """Rows after an export's rules.

    Attributes
    ----------
    skipped : dict of int to str
        Places of rows that are not imported, and why.
    origin : tuple of int
        For each row the place of the file's row that it comes from; () where each is one row of the file.
    source_rows : int
        How many rows of the file these are.
    """

    skipped: dict[int, str] = field(default_factory=dict)
    origin: tuple[int, ...] = ()
    source_rows: int = 0


@dataclass(frozen=True)
class Reshaped(Table):
    """A table whose rows go through an export's rules; its own columns come first, those of the rules after them."""

    base: Table = field(kw_only=True)
    system: System = field(kw_only=True)
    rules: tuple[Rule, ...] = ()
    used: frozenset[int] = frozenset()

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Read the file's rows from the start, `rows` at a time, as the rules leave them."""
        shaper = _Shaper(self.base, self.system, self.rules)
        for batch in self.base.batches(rows):
            yield shaper.batch(batch)


def reshape(table: Table, system: System, rules: tuple[Rule, ...] | None = None) -> Table:
    """The table as an export's rules leave it, or the table itself where there are none.

    Parameters
    ----------
    table : Table
        As it was read.
    system : System
        The export that it was recognised as.
    rules : tuple of Rule, optional
        Other rules than the export's own: those of a second entity that its rows bring.
    """
    rules = system.rules if rules is None else rules
    if not rules and not system.fixed:
        return table
    shaper = _Shaper(table, system, rules)
    sample = Rows([shaper.wide(row) for row in table.sample])
    shaper.change(sample)
    shown = [row for place, row in enumerate(sample.rows) if place not in sample.skipped]
    values = {one.name: getattr(table, one.name) for one in fields(table)}
    values["columns"] = tuple(shaper.sheet.columns)
    values["sample"] = tuple(tuple(piece) for row in shown for piece in shaper.pieces(row))
    return Reshaped(**values, base=table, system=system, rules=rules, used=frozenset(shaper.sheet.used))


def own_columns(table: Table) -> tuple[str, ...]:
    """The columns that a file itself has, without those that rules add."""
    return as_read(table).columns


def as_read(table: Table) -> Table:
    """The table as it was read, before any rule."""
    return table.base if isinstance(table, Reshaped) else table


def is_used(table: Table, place: int) -> bool:
    """Whether a column is one that rules read or add: it says nothing further that would have to be kept."""
    return isinstance(table, Reshaped) and (place in table.used or place >= len(table.base.columns))


class _Shaper:
    """The rules of an export on their way through one reading of a file."""

    def __init__(self, table: Table, system: System, rules: Sequence[Rule]) -> None:
        self.sheet = Sheet(system, table.path.name, table.columns, table.sample)
        self._steps: list[Step] = []
        self._expand: Expand | None = None
        for rule in rules:
            if rule.name in WIDE:
                self._expand = WIDE[rule.name](self.sheet, rule.says) or self._expand
            else:
                step = RULES[rule.name](self.sheet, rule.says)
                if step is not None:
                    self._steps.append(step)
        self._fixed = [(self.sheet.add(fixed_header(name)), text) for name, text in system.fixed.items()]

    def wide(self, row: Sequence[str]) -> list[str]:
        """A row as wide as the sheet."""
        cells = list(row[: self.sheet.own_width])
        return cells + [""] * (len(self.sheet.columns) - len(cells))

    def change(self, batch: Rows) -> None:
        """Take rows, as wide as the sheet, through all rules but the one that lays them out one below the other."""
        for step in self._steps:
            step(batch)
        for place, text in self._fixed:
            for row in batch.rows:
                row[place] = text

    def pieces(self, row: list[str]) -> list[list[str]]:
        """The rows that one row of the file becomes."""
        return self._expand(row) if self._expand is not None else [row]

    def batch(self, batch: Batch) -> ShapedBatch:
        """One batch of the file as the rules leave it."""
        rows = Rows([self.wide(row) for row in batch.rows])
        self.change(rows)
        as_read = {one.name: getattr(batch, one.name) for one in fields(batch)}
        if self._expand is None:
            return ShapedBatch(
                **{**as_read, "rows": rows.rows, "skipped": rows.skipped, "source_rows": len(batch.rows)}
            )
        return ShapedBatch(**{**as_read, **self._laid_out(batch, rows), "source_rows": len(batch.rows)})

    def _laid_out(self, batch: Batch, rows: Rows) -> dict[str, Any]:
        laid: list[list[str]] = []
        origin: list[int] = []
        firsts: list[int] = []
        for place, row in enumerate(rows.rows):
            aside = place in rows.skipped or place in batch.blank or place in batch.overlong or place in batch.left_out
            pieces = [row] if aside else self.pieces(row)
            if not pieces:
                pieces = [row]
                rows.skipped[place] = NOTHING_IN_IT
            firsts.append(len(laid))
            laid += pieces
            origin += [place] * len(pieces)
        return {
            "rows": laid,
            "blank": frozenset(firsts[place] for place in batch.blank),
            "left_out": {firsts[place]: why for place, why in batch.left_out.items()},
            "repaired": {firsts[place]: why for place, why in batch.repaired.items()},
            "overlong": {firsts[place]: row for place, row in batch.overlong.items()},
            "skipped": {firsts[place]: why for place, why in rows.skipped.items()},
            "origin": tuple(origin),
        }


def fixed_header(field_name: str) -> str:
    """How the column is called that holds what an export says of all its rows."""
    return f"{field_name.replace('_', ' ')} (of the export)"
