"""Values of segment migration: who went from which segment to which, and how many stayed where they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.values import words
from models.values.scores import SEGMENTS


@dataclass(frozen=True, slots=True)
class Move:
    """Customers of the segment ``before`` who are in ``now``; None: in none, as who had not ordered yet."""

    before: str | None
    now: str | None
    customers: int


@dataclass(frozen=True, slots=True)
class SegmentStability:
    """One segment: how many were in it before and are now, and how many of the former are in it still."""

    segment: str
    before: int
    now: int
    stayed: int

    @property
    def share(self) -> float | None:
        """The share that kept the segment; None where nobody was in it."""
        return self.stayed / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """Moves between segments over ``days``, up to the ISO day ``as_of``.

    Attributes
    ----------
    moves
        Every pair of segments with somebody in it, stayers included, in the order of the segments.
    """

    as_of: str
    since: str
    days: int
    moves: tuple[Move, ...]

    @property
    def segments(self) -> tuple[SegmentStability, ...]:
        """The segments that anybody was or is in, from the best to the lost."""
        found = []
        for name in reversed(SEGMENTS):
            before = sum(one.customers for one in self.moves if one.before == name)
            now = sum(one.customers for one in self.moves if one.now == name)
            if before or now:
                stayed = sum(one.customers for one in self.moves if one.before == one.now == name)
                found.append(SegmentStability(name, before, now, stayed))
        return tuple(found)

    @property
    def stability(self) -> float | None:
        """The share of customers who had a segment and kept it; None where nobody had one."""
        had = sum(one.customers for one in self.moves if one.before is not None)
        kept = sum(one.customers for one in self.moves if one.before is not None and one.before == one.now)
        return kept / had if had else None

    @property
    def joined(self) -> int:
        """How many have a segment now and had none."""
        return sum(one.customers for one in self.moves if one.before is None and one.now is not None)

    def count(self, before: str | None, now: str | None) -> int:
        """How many went from one segment to another."""
        return sum(one.customers for one in self.moves if (one.before, one.now) == (before, now))

    def words(self) -> str:
        """The report in a sentence or two."""
        share = self.stability
        if share is None:
            return f"No customer had a segment {words.count(self.days, 'day')} before."
        said = f"{words.percent(share)} of customers kept their segment in {words.count(self.days, 'day')}."
        changed = [one for one in self.moves if one.before is not None and one.before != one.now]
        if not changed:
            return said
        most = max(changed, key=lambda one: one.customers)
        return f"{said} Most moves: {most.customers:,} from {most.before} to {most.now or 'none'}."

    def as_json(self) -> dict[str, Any]:
        """Return plain values for the store and for other programs."""
        stable = [{**asdict(one), "share": one.share} for one in self.segments]
        return {**asdict(self), "stability": self.stability, "joined": self.joined, "segments": stable}

    @staticmethod
    def from_json(values: dict[str, Any]) -> MigrationReport:
        """The inverse of `as_json`."""
        found = tuple(Move(**one) for one in values["moves"])
        return MigrationReport(values["as_of"], values["since"], values["days"], found)

    @staticmethod
    def of(as_of: str, since: str, days: int, counts: Sequence[Sequence[int]]) -> MigrationReport:
        """Return the report of counts from (rows) and to (columns) each of `SEGMENTS`, and none as the last."""
        names: tuple[str | None, ...] = (*SEGMENTS, None)
        found = [
            Move(before, now, int(counts[row][column]))
            for row, before in enumerate(names)
            for column, now in enumerate(names)
            if counts[row][column] and (before is not None or now is not None)
        ]
        return MigrationReport(as_of, since, days, tuple(found))
