"""The starter set: templates for every goal and tone, as files say them, each with the occasion that it is for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values.errors import UserError
from models.values.outreach import GOALS, TONES, TemplateChoice

TEMPLATE_FILES: Final = Path(__file__).resolve().parents[3] / "resources" / "templates"
_PART: Final = re.compile(r"\[\[.*?\]\]")
_KEYS: Final = frozenset({"code", "name", "goal", "tone", "when", "subject", "body"})


@dataclass(frozen=True, slots=True)
class Starter:
    """A template of the starter set.

    Attributes
    ----------
    when
        What must be known of a customer for it to fit, all of it: ``ticket.late``, ``a|b``, ``!feature.used``.
    """

    choice: TemplateChoice
    when: tuple[str, ...]


@cache
def starter_set(folder: Path = TEMPLATE_FILES) -> dict[str, Starter]:
    """Return the starter set by code, in the order of the files.

    Raises
    ------
    UserError
        With the file, the template and the field that is wrong.
    """
    found: dict[str, Starter] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            file = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as fault:
            raise UserError(f"{path.name} cannot be read as TOML: {fault}. Correct the file.") from None
        for entry in file.get("template", []):
            one = _starter(entry, file.get("parts", {}), path.name)
            if one.choice.code in found:
                raise UserError(f"{path.name}: the code “{one.choice.code}” is used twice; rename one of them.")
            found[one.choice.code] = one
    return found


def _starter(entry: dict[str, Any], parts: dict[str, str], where: str) -> Starter:
    code = entry.get("code")
    if not isinstance(code, str) or not code:
        raise UserError(f"{where}: each template needs a “code”.")
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise UserError(f"{where}: “{unknown[0]}” of “{code}” is not part of a template; remove or correct it.")
    for name, allowed in (("goal", GOALS), ("tone", TONES)):
        if entry.get(name) not in allowed:
            raise UserError(f"{where}: “{name}” of “{code}” must be one of {', '.join(allowed)}.")
    for name in ("name", "subject", "body"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise UserError(f"{where}: “{name}” of “{code}” must be a text.")
    body = entry["body"].strip()
    for name, part in parts.items():
        body = body.replace(f"[[{name}]]", part)
    missing = _PART.search(body)
    if missing is not None:
        raise UserError(f"{where}: “{missing[0]}” of “{code}” is not part of this file; correct it.")
    choice = TemplateChoice(
        code, entry["name"], entry["goal"], entry["tone"], entry["subject"].strip(), body, "starter"
    )
    return Starter(choice, tuple(entry.get("when", ())))
