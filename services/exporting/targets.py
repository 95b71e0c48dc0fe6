"""What other systems call our fields, declared in files: one for each system that takes files back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values.errors import UserError

FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "write_back"
#: The systems that files can be written for.
TARGETS: Final = ("salesforce", "hubspot", "csv")


@dataclass(frozen=True, slots=True)
class Only:
    """A field that the system takes only in one form, and what is said of any other."""

    form: re.Pattern[str]
    why: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record of a system.

    Attributes
    ----------
    name, of
        What it is called there, and which of our tables hold such records: a person may be a customer or a contact.
    id_column, ids
        The column of its id, and which of our external ids are of this kind; the group is the id over there.
    source_column, changed_column
        Columns for the name of the source and for the names of the changed fields; '' without.
    fields
        Our column to theirs.
    scores
        Our figure to their column.
    words
        Our column to {our value: theirs}; a value that is not named cannot be written.
    only, refused
        Our column to the form that can be written, or to why it cannot be.
    stages
        What the last stages are called where no deal has shown it.
    """

    name: str
    of: tuple[str, ...]
    id_column: str
    ids: re.Pattern[str]
    fields: Mapping[str, str] = field(hash=False)
    source_column: str = ""
    changed_column: str = ""
    scores: Mapping[str, str] = field(default_factory=dict, hash=False)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    only: Mapping[str, Only] = field(default_factory=dict, hash=False)
    refused: Mapping[str, str] = field(default_factory=dict, hash=False)
    stages: Mapping[str, str] = field(default_factory=dict, hash=False)

    def id_of(self, external_id: str) -> str:
        """The id over there, '' where our id is of another kind of record."""
        found = self.ids.match(external_id)
        return found.group(1) if found else ""


@dataclass(frozen=True, slots=True)
class TaskKind:
    """How a system takes tasks.

    Attributes
    ----------
    title, due_on, status
        Its columns.
    open, done
        Its words for the two states.
    whose
        (column, form of ids): where the customer's id stands, by what kind of id it is.
    key
        A column for our own id, '' where there is none.
    again
        Whether a task may be written a second time: its own id tells the two apart.
    """

    title: str
    due_on: str
    status: str
    open: str
    done: str
    whose: tuple[tuple[str, re.Pattern[str]], ...]
    key: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One system that takes files back."""

    name: str
    words: str
    system: str
    sources: tuple[str, ...]
    recognised: str
    steps: str
    kinds: tuple[Kind, ...]
    tasks: TaskKind
    percent: int = 1
    empties: bool = False


@cache
def target_of(name: str) -> Target:
    """Return a system that files can be written for.

    Raises
    ------
    UserError
        There is none of this name.
    """
    if name not in TARGETS:
        raise UserError(f"Files cannot be written for “{name}”. Choose {', '.join(TARGETS[:-1])} or {TARGETS[-1]}.")
    said = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Target(
        name=name,
        words=said["words"],
        system=said["system"],
        sources=tuple(said["sources"]),
        recognised=said["recognised"],
        steps=said["steps"],
        kinds=tuple(_kind(one) for one in said["object"]),
        tasks=_tasks(said["tasks"]),
        percent=said.get("percent", 1),
        empties=said.get("empties", False),
    )


def _kind(said: Mapping[str, Any]) -> Kind:
    return Kind(
        name=said["name"],
        of=tuple(said["of"]),
        id_column=said["id"],
        ids=re.compile(said["ids"], re.DOTALL),
        fields=said["fields"],
        source_column=said.get("source", ""),
        changed_column=said.get("changed", ""),
        scores=said.get("scores", {}),
        words=said.get("words", {}),
        only={name: Only(re.compile(one["form"]), one["why"]) for name, one in said.get("only", {}).items()},
        refused=said.get("refused", {}),
        stages=said.get("stages", {}),
    )


def _tasks(said: Mapping[str, Any]) -> TaskKind:
    return TaskKind(
        title=said["title"],
        due_on=said["due_on"],
        status=said["status"],
        open=said["open"],
        done=said["done"],
        whose=tuple((one["column"], re.compile(one["ids"], re.DOTALL)) for one in said["whose"]),
        key=said.get("key", ""),
        again=said.get("again", False),
    )
