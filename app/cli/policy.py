"""Commands about what IT sets: policy show, policy check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.frame import DONE, JsonOption, answer, table, told
from app.paths import managed_sources, policy_file
from models.values.errors import UserError
from models.values.words import count
from services.settings import Managed, load_managed


@told
def show(json: JsonOption = False) -> int:
    """List what your organisation has set on this computer, and where."""
    managed = load_managed(*managed_sources())
    words = _words(managed) or f"Nothing is set by your organisation. Its file would be {policy_file()}."
    answer(_document(managed), words, json)
    return DONE


@told
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy.toml, .mobileconfig or .plist.")],
    json: JsonOption = False,
) -> int:
    """Check a policy before it is rolled out; a mistake is named with its line. Exit code 1: it has one."""
    if not file.is_file():
        raise UserError(f"There is no file {file}.")
    managed = load_managed(file)
    found = count(len(managed.origins), "setting")
    answer(_document(managed), f"{file.name} is valid: {found}.\n{_words(managed)}".rstrip(), json)
    return DONE


def _document(managed: Managed) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in managed.lines():
        found.setdefault(one.section, {})[one.name] = {"value": one.value, "set_by": one.origin}
    return found


def _words(managed: Managed) -> str:
    rows = [(f"{one.section}.{one.name}", one.words, one.origin) for one in managed.lines()]
    return table(("setting", "value", "set by"), rows) if rows else ""
