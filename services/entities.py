"""What files may be about. An entity is data: a file of `resources/entities` with its fields, keys and words.

A new entity is such a file, its table and the table's migration; no code names it. What cannot be data, such as what an
order is worth, is a hook: a name in the file, and code of the room that computes it. The headers under which files have
the fields are in `resources/synonyms`, by language, or in the entity's own file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from models.queries.churn_status import notices
from models.queries.invoices import amount_owed, is_overdue

FOLDER: Final = Path(__file__).resolve().parents[1] / "resources" / "entities"
_SHARED: Final = "shared.toml"
#: What a query of a file may name, with days: ``{overdue :as_of}``.
_CONDITIONS: Final[Mapping[str, Callable[..., str]]] = {
    "overdue": is_overdue,
    "owed": amount_owed,
    "notices": notices,
}
_CONDITION: Final = re.compile(r"\{(\w+)((?: :\w+)*)\}")
Role = Literal["row", "key", "customer", "item", "line", "reference", "control", "part"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    Attributes
    ----------
    name
        How mappings, receipts and ``--map`` call it.
    kind
        Its type; see ``services.sync.kinds``.
    label
        How the window calls it.
    columns
        Columns of the entity's table that hold it, where it is a ``row``; declared only where they have other names. A
        moment has two: the day as the file had it, and the moment in UTC.
    role
        ``row`` is kept as it is; ``key`` identifies the row; ``customer`` says whose it is; ``item`` says which
        product; ``line`` belongs to a line of an order; ``reference`` names a row of another entity; ``control``
        decides what happens to the row and is not kept; ``part`` is kept in a row of another entity.
    required
        Whether a row without it is rejected.
    once
        Headers that stand for it only where no text comes twice below them: the "id" of a list of purchases may be the
        buyer's.
    part
        For a field of that role: the field that it becomes in the contract of the row's customer.
    beside
        Fields of which a file must have one, else a header does not stand for this one.
    refers
        The entity whose row it names.
    either
        Whether a file may have it in several columns: the first filled one counts, and one of renewals comes last.
    words, otherwise, unknown
        For the kind ``one_of``: each value with the words for it, what any other word counts as, and what is said then.
    """

    name: str
    kind: str
    label: str
    _: KW_ONLY
    columns: tuple[str, ...] = ()
    role: Role = "row"
    required: bool = False
    once: tuple[str, ...] = ()
    part: str = ""
    beside: tuple[str, ...] = ()
    refers: str = ""
    either: bool = False
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    otherwise: str = ""
    unknown: str = ""

    def __post_init__(self) -> None:
        if self.role == "row" and not self.columns:
            object.__setattr__(self, "columns", self._usual_columns())

    def _usual_columns(self) -> tuple[str, ...]:
        if self.kind == "moment":
            return f"{self.name.removesuffix('_at')}_on", self.name
        return (f"{self.name}_minor",) if self.kind == "money" else (self.name,)


@dataclass(frozen=True, slots=True)
class Stored:
    """A column of the table that is worked out: SQL over the staged row, and fields of which at least one is needed.

    ``{name}`` stands for the expression of another column, NULL where the file does not have it.
    """

    sql: str
    having: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What rows of a customer say: a query, and words over its columns.

    The query names the customer ``:customer``, the calendar day ``:today`` and the day that the book knows,
    ``:present``; and, like those of measures, conditions of `models.queries`.

    Attributes
    ----------
    sql
        The query.
    words
        Parts of a sentence, in which ``{amount_minor:money}``, ``{due_on:day}``, ``{late:days}`` and ``{number}`` stand
        for columns; a part of which a column is empty is left out.
    bold
        In the timeline: what stands before the parts, in bold.
    kind, label
        What such rows are, for a filter, and in words for the window.
    statements
        In an email: what a text may claim because of it; columns as in the words.
    """

    sql: str
    words: tuple[str, ...]
    kind: str = ""
    label: str = ""
    bold: str = ""
    icon: str = "info"
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of row that files bring.

    Attributes
    ----------
    name, label
        Its name in commands and receipts, and in the window.
    table
        The table that it is kept in.
    fields
        All its fields.
    telling
        Fields whose presence says that a file is about this entity.
    vague
        Headers that fields of it accept and that say nothing of the entity: a file that has no others of its telling
        fields is about something else.
    needs
        Groups of fields; of each group a file must have one, else it cannot be about this entity.
    known_by
        The field by which a file that has nothing of `needs` still says something of rows that are in the book.
    customer
        Whether a row must have a customer, may have one, or has none.
    day
        The field whose day says how far a file reaches.
    extras
        Whether columns that are not a field are kept with the row, as its attributes.
    like
        Columns in which an edited row of a file without ids still agrees with its earlier self, closest first.
    order
        Place in a batch of files: what others refer to comes first.
    asked_beside
        An entity of which the same rows may be: where a file can be both, a person says which.
    by_account
        Whether a file is about it only where a person says so, or where its rows name accounts that are in the book.
    key_of
        Fields that stand for the row's id where it has none, the first that is filled; without them a digest of the
        row's text does.
    computed
        Field to columns that rows have where the file has that field; under "" those that all rows have.
    stored
        Columns of the table that are more than the staged one.
    hooks
        What is computed of its rows by code; see `services.sync.stage.computed`.
    row_words
        Words of a header that only say what the rows are: "ticket" in "ticket opened date".
    headers
        By language: field to headers, likelier first, beside those of `resources/synonyms`.
    measures
        What rules may test of it: name to SQL over a customer ``f.customer_id`` at the end of the day ``:as_of``.
    timeline, detail, fact
        What its rows say in the timeline, beside the customer's other details, and as facts for an email.
    """

    name: str
    label: str
    table: str
    fields: tuple[Field, ...]
    telling: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    customer: Literal["self", "required", "optional", "none"]
    day: str = ""
    extras: bool = False
    like: tuple[tuple[str, ...], ...] = ()
    order: int = 50
    vague: tuple[str, ...] = ()
    asked_beside: str = ""
    by_account: bool = False
    known_by: str = ""
    key_of: tuple[str, ...] = ()
    hooks: frozenset[str] = frozenset()
    row_words: frozenset[str] = frozenset()
    computed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    stored: Mapping[str, Stored] = field(default_factory=dict, hash=False)
    headers: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict, hash=False)
    measures: Mapping[str, str] = field(default_factory=dict, hash=False)
    timeline: Told | None = None
    detail: Told | None = None
    fact: Told | None = None

    def __hash__(self) -> int:
        """Return the hash of its name: all that is known of an entity is looked up by it, many times a file."""
        return hash(self.name)

    def field(self, name: str) -> Field | None:
        """The field of this name, or None."""
        return next((one for one in self.fields if one.name == name), None)

    @property
    def key(self) -> str:
        """The field that identifies a row."""
        return next((one.name for one in self.fields if one.role == "key"), "")

    @property
    def reference(self) -> Field | None:
        """The field without whose row in the book a row cannot be kept, or None."""
        return next((one for one in self.fields if one.role == "reference"), None)

    @property
    def refers_to(self) -> frozenset[str]:
        """Entities without whose rows its own cannot be joined: those of its customers, orders and deals."""
        found = {one.refers for one in self.fields if one.refers}
        return frozenset(found | ({"customers"} if self.customer in ("required", "optional") else set()) - {self.name})

    @property
    def with_lines(self) -> bool:
        """Whether several rows may make up one record: an order and its lines."""
        return any(one.role == "line" for one in self.fields)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((name, _frozen(one)) for name, one in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _fields(said: Mapping[str, Mapping[str, Any]], shared: Mapping[str, Any]) -> Sequence[Field]:
    """The fields that a file declares, in its order; ``*group`` stands for fields that several entities have."""
    found: list[Field] = []
    for name, one in said.items():
        if name.startswith("*"):
            found += [replace(each, **one) for each in _fields(shared[name[1:]], shared)]
        else:
            found.append(Field(name, **{key: _frozen(value) for key, value in one.items()}))
    return found


def _query(sql: str) -> str:
    """A file's query, the conditions that it names written out."""
    return _CONDITION.sub(lambda found: _CONDITIONS[found[1]](*found[2].split()), sql)


def _told(said: Mapping[str, Any]) -> Told:
    return Told(**{key: _frozen(value) for key, value in {**said, "sql": _query(said["sql"])}.items()})


def _entity(said: dict[str, Any], shared: Mapping[str, Any]) -> Entity:
    known: dict[str, Any] = {
        "table": said["name"],
        **{name: value if isinstance(value, dict) else _frozen(value) for name, value in said.items()},
    }
    known["fields"] = tuple(_fields(said["fields"], shared))
    known["computed"] = {name: tuple(columns) for name, columns in said.get("computed", {}).items()}
    known["stored"] = {
        name: Stored(one["sql"], tuple(one.get("having", ()))) for name, one in said.get("stored", {}).items()
    }
    known["measures"] = {name: _query(sql) for name, sql in said.get("measures", {}).items()}
    for name in ("timeline", "detail", "fact"):
        known[name] = _told(said[name]) if name in said else None
    known["hooks"], known["row_words"] = frozenset(said.get("hooks", ())), frozenset(said.get("row_words", ()))
    return Entity(**known)


def _read() -> dict[str, Entity]:
    """All entities: those that the shared file lists in its order, then any others as they follow in an import."""
    files = {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
    shared = files.pop(_SHARED)
    listed = shared.pop("listed")
    found = {one.name: one for one in (_entity(said, shared) for said in files.values())}
    others = sorted(found.keys() - set(listed), key=lambda name: (found[name].order, name))
    return {name: found[name] for name in (*listed, *others)}


ENTITIES: Final = _read()
