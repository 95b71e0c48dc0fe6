"""Exports that are known by their headers, declared in files: one for each system, with all that it exports.

A signature is a handful of headers that only this export has together; further columns, and their order, do not matter.
What a file declares is described in docs/adding-a-system.md; nothing in it is code. Rules of rows are small functions
that have a name (`services.sync.formats.rules`), and a file says which of them it needs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from services.sync.formats.headers import normal

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "systems"
_OF_FILE: Final = frozenset({"source", "aliases", "object"})
_AS_DECLARED: Final = ("words", "entity", "fixed", "currency", "date_order", "cancelled_prefix", "remark", "refuse")
_OF_OBJECT: Final = frozenset(
    {*_AS_DECLARED, *("must", "strong", "pattern", "columns", "rule", "also", "shape", "aliases")}
)
_STRONG_WEIGHT = 0.1
Says = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done to rows before they are mapped: a rule by its name, with what the file says about it."""

    name: str
    says: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Also:
    """A second entity that the same rows bring, such as the stages through which a deal went."""

    entity: str
    mapping: Mapping[str, str] = field(hash=False)
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """One export of one system.

    Attributes
    ----------
    name
        The system, as rows keep it in `source`.
    words
        How the window calls the export.
    entity
        What it is about.
    headers
        Sets of headers, one for each generation of the export; of one set it must have all. Headers between bars are
        alternatives: one of them is enough.
    strong
        Headers that speak for it where several exports are possible.
    pattern
        A form of headers and how many must have it; None for exports that are known by their own headers.
    mapping
        Header to field, the likelier first; columns that a rule makes are named like those of the file.
    aliases
        Headers of other languages to those that the export has in English, both normalised.
    fixed
        Field to the text that it has in every row.
    rules
        What is done to its rows before they are mapped, in order.
    also
        Further entities that the same rows bring.
    currency
        What its amounts are in where no column says so; '' if the export does not settle it.
    date_order
        How its dates are always written (dmy, mdy); '' where that depends on who exported it.
    cancelled_prefix
        First letter of order ids that are cancellations.
    shape
        For a file without headers: the types of its columns, in order.
    remark
        What a person should know about how the export is read; '' if nothing.
    refuse
        Why its rows cannot be imported and what can be exported instead; '' for all others.
    """

    name: str
    words: str
    entity: str
    headers: tuple[tuple[str, ...], ...]
    mapping: Mapping[str, str] = field(hash=False)
    strong: tuple[str, ...] = ()
    pattern: tuple[str, int] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)
    fixed: Mapping[str, str] = field(default_factory=dict, hash=False)
    rules: tuple[Rule, ...] = ()
    also: tuple[Also, ...] = ()
    currency: str = ""
    date_order: Literal["", "dmy", "mdy"] = ""
    cancelled_prefix: str = ""
    shape: tuple[str, ...] = ()
    remark: str = ""
    refuse: str = ""

    def evidence(self, columns: Sequence[str]) -> float:
        """How strongly headers speak for this export: 0 where one that it must have is missing."""
        found = {name for column in columns for name in (self.key(column), normal(column))}
        best = 0.0
        for generation in self.headers:
            if all(any(normal(one) in found for one in header.split("|")) for header in generation):
                best = max(best, float(len(generation)))
        if self.pattern is not None:
            form, at_least = self.pattern
            count = sum(bool(re.match(form, column.strip(), re.IGNORECASE)) for column in columns)
            best = best + at_least if count >= at_least and (best or not self.headers) else 0.0
        return best + _STRONG_WEIGHT * sum(normal(header) in found for header in self.strong) if best else 0.0

    def key(self, header: str) -> str:
        """A header as it is compared: normalised, and in the words of the export's own language."""
        text = normal(header)
        return self.aliases.get(text, text)

    def place(self, columns: Sequence[str], header: str) -> int | None:
        """Where a header of the export stands among a file's columns, or None."""
        wanted = normal(header)
        return next((place for place, column in enumerate(columns) if self.key(column) == wanted), None)


@cache
def all_systems() -> tuple[System, ...]:
    """All exports that are known, read once."""
    return tuple(system for path in sorted(FOLDER.glob("*.toml")) for system in read_system(path))


@cache
def known_sources() -> frozenset[str]:
    """The systems whose exports are known."""
    return frozenset(system.name for system in all_systems())


def read_system(path: Path) -> Iterator[System]:
    """Read one file of `resources/systems`.

    Raises
    ------
    ValueError
        Something in it is not understood; the message names the file and the place.
    """
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    _only(path.name, said, _OF_FILE)
    for declared in said["object"]:
        where = f"{path.name}, “{declared.get('words', '?')}”"
        _only(where, declared, _OF_OBJECT)
        pattern = declared.get("pattern")
        aliases = {**said.get("aliases", {}), **declared.get("aliases", {})}
        yield System(
            **{name: declared[name] for name in _AS_DECLARED if name in declared},
            name=said["source"],
            headers=_generations(declared.get("must", [])),
            mapping=declared.get("columns", {}),
            strong=tuple(declared.get("strong", ())),
            pattern=(pattern["form"], pattern["at_least"]) if pattern else None,
            aliases={normal(other): normal(own) for own, others in aliases.items() for other in others},
            rules=_rules(where, declared),
            also=tuple(
                Also(one["entity"], one.get("columns", {}), _rules(where, one)) for one in declared.get("also", ())
            ),
            shape=tuple(declared.get("shape", ())),
        )


def _generations(must: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    if not must:
        return ()
    return tuple(map(tuple, must)) if isinstance(must[0], list) else (tuple(must),)


def _rules(where: str, declared: Mapping[str, Any]) -> tuple[Rule, ...]:
    rules = []
    for said in declared.get("rule", ()):
        if "do" not in said:
            raise ValueError(f"{where}: a rule does not say what it does.")
        rules.append(Rule(said["do"], {name: value for name, value in said.items() if name != "do"}))
    return tuple(rules)


def _only(where: str, said: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(said.keys() - known)
    if unknown:
        raise ValueError(f"{where}: {', '.join(unknown)} is not understood.")


@dataclass
class Rows:
    """Consecutive rows, changed in place.

    Attributes
    ----------
    rows : list of list of str
        As wide as the sheet.
    skipped : dict of int to str
        Places of rows that are not imported, and why.
    """

    rows: list[list[str]]
    skipped: dict[int, str] = field(default_factory=dict)


Step = Callable[[Rows], None]
Expand = Callable[[list[str]], list[list[str]]]


class Sheet:
    """The columns of a file as an export's rules know them; rules add theirs at the right."""

    def __init__(self, system: System, file_name: str, columns: Sequence[str], sample: Sequence[Sequence[str]]) -> None:
        self._system = system
        self._named: dict[str, list[int]] = {}
        self.file_name = file_name
        self.columns = list(columns)
        self.own_width = len(self.columns)
        self.sample = sample
        self.used: set[int] = set()
        for place, column in enumerate(self.columns):
            self._named.setdefault(system.key(column), []).append(place)

    def place(self, header: str) -> int | None:
        """Where a column stands, by its header in any of the export's languages; None where the file has it not.

        What the column says is taken over by whoever asks: it need not be kept as an extra detail.
        """
        return next(iter(self.places([header])), None)

    def places(self, headers: Sequence[str]) -> list[int]:
        """Where those of several columns stand that the file has, in the order of the headers.

        A header may stand there twice: some exports have a column for each zone in which they write their times.
        """
        found = self.changed(headers)
        self.used.update(found)
        return found

    def changed(self, headers: Sequence[str]) -> list[int]:
        """Where those of several columns stand whose cells are only changed: they still say something of their own."""
        return [place for header in headers for place in self._named.get(self._system.key(header), ())]

    def add(self, header: str) -> int:
        """Add a column; one that an earlier rule added under the same header is that column."""
        named = self._named.setdefault(self._system.key(header), [])
        if named and named[-1] >= self.own_width:
            return named[-1]
        self.columns.append(header)
        named.append(len(self.columns) - 1)
        return named[-1]

    def cells(self, place: int) -> list[str]:
        """The filled cells of one of the file's own columns among its first rows."""
        return [row[place].strip() for row in self.sample if place < len(row) and row[place].strip()]
