"""Where IT's settings come from: a TOML file, a macOS configuration profile, or Group Policy in the Windows registry.

Each source is read into the same four tables, and knows where in it a field stands, so that a mistake can be named.
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args, get_origin

from models.values.errors import EnvironmentFault, UserError

#: Stands for Group Policy in a list of sources, which else are paths of files.
REGISTRY: Final = "registry"
REGISTRY_KEY: Final = r"SOFTWARE\Policies\Bellwether"
#: How a macOS configuration profile names the program.
MAC_DOMAIN: Final = "org.bellwether.Bellwether"
_ASK: Final = "Ask your IT to fix it."


@dataclass(frozen=True, slots=True)
class Source:
    """What one source says.

    Attributes
    ----------
    name
        What people call it: the file's name, or "Group Policy".
    document
        Table to field to value, as it was read.
    where
        Where a field of a table stands, for the sentence about a mistake.
    """

    name: str
    document: Mapping[str, Any]
    where: Callable[[str, str], str]

    def mistake(self, section: str, name: str, reason: str) -> UserError:
        """Return the error about a field: where it stands, and why it does not fit."""
        return UserError(f"{self.where(section, name)}: {name} {reason}. {_ASK}")


def read_source(source: str) -> Source | None:
    """Read one source, None where there is nothing.

    Raises
    ------
    UserError
        It is not what its name says: which line, and why.
    EnvironmentFault
        It is there and cannot be read.
    """
    if source == REGISTRY:
        document = registry_document(importlib.import_module("winreg"))
        return Source("Group Policy", document, _where_in_registry) if document else None
    path = Path(source)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read ({error.strerror}); ask your IT.") from error
    return _profile(path, raw) if path.suffix in (".plist", ".mobileconfig") else _toml(path, raw)


def _toml(path: Path, raw: bytes) -> Source:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text; ask your IT to save it again as UTF-8.") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: {error}. {_ASK}") from None

    def where(section: str, name: str) -> str:
        line = line_of(text, section, name)
        return f"{path}, line {line}" if line else str(path)

    return Source(path.name, document, where)


def line_of(text: str, section: str, name: str) -> int | None:
    """Return the line on which the innermost part of a field is first written in its table; None where it is not."""
    keys = [re.sub(r"\[\d+\]$", "", part) for part in name.split(".")]
    for key in reversed(keys):
        assigned = re.compile(rf"[{{,\s\"'.]?\b{re.escape(key)}\b[\"']?\s*=")
        table = ""
        for number, line in enumerate(text.splitlines(), start=1):
            code = line.partition("#")[0]
            if head := re.match(r"\s*\[{1,2}\s*([^\]]+?)\s*\]", code):
                table = head[1].partition(".")[0].strip(" \"'")
                if re.search(rf"(^|\.)[\"']?{re.escape(key)}[\"']?$", head[1]) and table == section:
                    return number
            elif (table == section and assigned.search(code)) or (
                not table
                and re.match(rf"\s*{re.escape(section)}\b", code)
                and re.search(rf"\b{re.escape(key)}\b", code)
            ):
                return number
    return None


def _profile(path: Path, raw: bytes) -> Source:
    """Read a property list: of managed preferences, or a whole profile that holds them among others."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        document = plistlib.loads(raw)
    except (ExpatError, ValueError, TypeError, AttributeError, plistlib.InvalidFileException) as error:
        raise UserError(f"{path} is not a property list ({error}). {_ASK}") from None
    payloads = document.get("PayloadContent", ()) if isinstance(document, dict) else ()
    if payloads:
        mine = [one for one in payloads if isinstance(one, dict) and one.get("PayloadType") == MAC_DOMAIN]
        document = mine[0] if mine else {}
    if not isinstance(document, dict):
        raise UserError(f"{path} does not hold names and values. {_ASK}")
    # What a profile says about itself stands among its settings.
    own = {name: value for name, value in document.items() if not name.startswith("Payload")}
    return Source(path.name, own, lambda section, name: f"{path}, key {section} › {name}")


def _where_in_registry(section: str, name: str) -> str:
    return f"Group Policy, {REGISTRY_KEY}\\{section}, value {name}"


def registry_document(hive: Any) -> dict[str, dict[str, Any]]:
    """Return what Group Policy has set, the computer's before the user's.

    Parameters
    ----------
    hive
        The module ``winreg``, or what answers like it.
    """
    from services.settings.declared import SECTIONS

    found: dict[str, dict[str, Any]] = {}
    for root in (hive.HKEY_LOCAL_MACHINE, hive.HKEY_CURRENT_USER):
        for section in SECTIONS:
            of_root: dict[str, Any] = {}
            for name, raw in _values(hive, root, f"{REGISTRY_KEY}\\{section}"):
                _put(of_root, name.split("."), _plain(section, name, raw))
            if of_root:
                found[section] = {**of_root, **found.get(section, {})}
    return found


def _values(hive: Any, root: Any, place: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    with suppress(FileNotFoundError), hive.OpenKey(root, place) as key, suppress(OSError):
        while True:  # the registry says by an error that there are no more
            name, raw, _type = hive.EnumValue(key, len(found))
            found.append((name, raw))
    return found


def _put(table: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[path[-1]] = value


def _plain(section: str, name: str, raw: Any) -> Any:
    """Return a registry value as a file would have it: it knows neither fractions, nor yes and no, nor tables."""
    from services.settings.declared import declared

    kind = next((one.kind for one in declared() if (one.section, one.path) == (section, name)), None)
    if kind is bool and raw in (0, 1):
        return bool(raw)
    if kind in (int, float) and isinstance(raw, str):
        with suppress(ValueError):
            return float(raw)
    if isinstance(raw, list):
        return [one for one in raw if one]
    if isinstance(raw, str) and (get_origin(kind) or (kind not in (str, None) and hasattr(kind, "__slots__"))):
        with suppress(ValueError):
            return json.loads(raw)
        if get_args(kind)[:1] == (str,):
            return [one.strip() for one in raw.splitlines() if one.strip()]
    return raw
