"""Write what IT's tools read about the policy: schema, Group Policy templates, configuration profile, reference.

All come from the declarations of the settings themselves. Usage, in the environment of the project:

    python packaging/policy_files.py            write them
    python packaging/policy_files.py --check    say which of them are not as they would be written; exit code 1
"""

from __future__ import annotations

import json
import plistlib
import sys
import types
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin
from xml.etree.ElementTree import Element, SubElement, indent, tostring

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from services.settings import title_of  # noqa: E402
from services.settings.codec import hints_of, to_json  # noqa: E402
from services.settings.declared import (  # noqa: E402
    CHOICES,
    NOT_MANAGED,
    RANGES,
    SECTIONS,
    Declared,
    declared,
    described,
    without_none,
)
from services.settings.managed_sources import MAC_DOMAIN, REGISTRY_KEY  # noqa: E402
from views.settings.fields import GROUPS  # noqa: E402

ABOUT = {
    "policy": "Figures of the business, the same for every book on the computer.",
    "preferences": "What a computer remembers: its look, its mail server, its language models.",
    "limits": "What is allowed at most. What a person sets holds within it.",
    "roles": "Who may do what. Where nobody has a role, everybody may do everything.",
}
_SCALARS: Mapping[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
}
#: Group Policy keeps whole numbers in 32 bits; larger ones are typed as text.
_MOST_DECIMAL = 2**32 - 1


def capital(words: str) -> str:
    """Return words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


@cache
def titles() -> Mapping[str, str]:
    """What the window calls the settings of the policy, by path."""
    return {
        one.path: one.title if one.title == group.title else f"{group.title}: {one.title}"
        for group in GROUPS
        for one in group.settings
    }


def title(one: Declared) -> str:
    """Return what a setting is called."""
    outer, _, inner = one.path.partition(".")
    plain = title_of(outer) + (f": {title_of(inner)}" if inner else "")
    return (titles().get(one.path) if one.section == "policy" else None) or capital(plain)


# -- schema -----------------------------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    """Return the JSON schema of policy.toml and of what a configuration profile holds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bellwether policy",
        "description": "What IT sets on a computer. A table inside [policy] or [preferences] is set as a whole.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            section: {"title": capital(section), "description": ABOUT[section], **of_class(kind, outer=True)}
            for section, kind in SECTIONS.items()
        },
    }


def of_class(kind: Any, *, outer: bool = False) -> dict[str, Any]:
    """Return the schema of a dataclass."""
    words, hints = described(kind), hints_of(kind)
    properties: dict[str, Any] = {}
    needed = []
    for field in fields(kind):
        if outer and field.name in NOT_MANAGED:
            continue
        found = of_type(hints[field.name])
        if says := words.get(field.name):
            found = {"description": says, **found}
        at = (kind.__name__, field.name)
        if at in CHOICES:
            found["enum"] = list(CHOICES[at])
        if at in RANGES:
            found["minimum"], found["maximum"] = map(plain_number, RANGES[at])
        if field.default is MISSING and field.default_factory is MISSING:
            needed.append(field.name)
        elif outer and field.default not in (MISSING, None) and not is_dataclass(field.default):
            found["default"] = to_json(field.default)
        properties[field.name] = found
    required = {"required": needed} if needed else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **required}


def of_type(kind: Any) -> dict[str, Any]:
    """Return the schema of a type."""
    if get_origin(kind) in (Union, types.UnionType) and without_none(kind) is Any:
        return {"type": sorted(_SCALARS[one]["type"] for one in get_args(kind))}
    kind = without_none(kind)
    parts = get_args(kind)
    if get_origin(kind) is tuple:
        if parts[-1] is Ellipsis:
            return {"type": "array", "items": of_type(parts[0])}
        return {"type": "array", "prefixItems": [of_type(one) for one in parts], "minItems": len(parts), "items": False}
    if get_origin(kind) is Mapping:
        return {"type": "object", "additionalProperties": of_type(parts[1])}
    return of_class(kind) if is_dataclass(kind) else dict(_SCALARS[kind])


def plain_number(figure: float) -> float:
    """Return a whole figure without its fraction."""
    return int(figure) if figure == int(figure) else figure


# -- Group Policy -----------------------------------------------------------------------------------------------------


def identifier(one: Declared) -> str:
    """Return the name of a setting in the templates."""
    return f"{one.section}_{one.path.replace('.', '_')}"


def admx() -> bytes:
    """Return the template: which values in the registry each policy writes."""
    root = Element(
        "policyDefinitions",
        {
            "xmlns": "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions",
            "revision": "1.0",
            "schemaVersion": "1.0",
        },
    )
    spaces = SubElement(root, "policyNamespaces")
    SubElement(spaces, "target", prefix="bellwether", namespace="Bellwether.Policies")
    SubElement(root, "resources", minRequiredRevision="1.0")
    supported = SubElement(SubElement(root, "supportedOn"), "definitions")
    SubElement(supported, "definition", name="any", displayName="$(string.any)")
    categories = SubElement(root, "categories")
    SubElement(categories, "category", name="bellwether", displayName="$(string.bellwether)")
    for section in SECTIONS:
        made = SubElement(categories, "category", name=section, displayName=f"$(string.{section})")
        SubElement(made, "parentCategory", ref="bellwether")
    policies = SubElement(root, "policies")
    for one in declared():
        _policy(policies, one)
    return _xml(root)


def _policy(policies: Element, one: Declared) -> None:
    name, key = identifier(one), f"{REGISTRY_KEY}\\{one.section}"
    policy = SubElement(policies, "policy", {"name": name, "class": "Both", "displayName": f"$(string.{name})"})
    policy.attrib |= {"explainText": f"$(string.{name}_help)", "key": key}
    SubElement(policy, "parentCategory", ref=one.section)
    SubElement(policy, "supportedOn", ref="any")
    if one.kind is bool:
        policy.set("valueName", one.path)
        for state, figure in (("enabledValue", "1"), ("disabledValue", "0")):
            SubElement(SubElement(policy, state), "decimal", value=figure)
        return
    policy.set("presentation", f"$(presentation.{name})")
    if is_list(one):  # switched off, the list is there and empty: nothing is allowed
        item = SubElement(SubElement(policy, "disabledList"), "item", key=key, valueName=one.path)
        SubElement(SubElement(item, "value"), "string").text = "[]"
    elements = SubElement(policy, "elements")
    if one.choices:
        box = SubElement(elements, "enum", id="value", valueName=one.path, required="true")
        for at, choice in enumerate(one.choices):
            item = SubElement(box, "item", displayName=f"$(string.{name}_{at})")
            value = SubElement(item, "value")
            if isinstance(choice, int):
                SubElement(value, "decimal", value=str(choice))
            else:
                SubElement(value, "string").text = choice
    elif is_decimal(one):
        low, high = one.span or (0, _MOST_DECIMAL)
        box = SubElement(elements, "decimal", id="value", valueName=one.path, required="true")
        box.attrib |= {"minValue": str(int(low)), "maxValue": str(int(high))}
    elif is_list(one):
        SubElement(elements, "multiText", id="value", valueName=one.path)
    else:
        SubElement(elements, "text", id="value", valueName=one.path, required="true", maxLength="16383")


def is_list(one: Declared) -> bool:
    """Whether a setting is a list of texts, one a line."""
    return get_origin(one.kind) is tuple and get_args(one.kind) == (str, Ellipsis)


def is_decimal(one: Declared) -> bool:
    """Whether a setting is a whole number that the registry can hold."""
    return one.kind is int and (one.span or (0, 0))[1] <= _MOST_DECIMAL


def adml() -> bytes:
    """Return the words of the template, in English."""
    root = Element(
        "policyDefinitionResources",
        {
            "xmlns": "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions",
            "revision": "1.0",
            "schemaVersion": "1.0",
        },
    )
    SubElement(root, "displayName").text = "Bellwether"
    SubElement(root, "description").text = "Policies of Bellwether"
    resources = SubElement(root, "resources")
    table, shown = SubElement(resources, "stringTable"), SubElement(resources, "presentationTable")
    for name, words in _strings():
        SubElement(table, "string", id=name).text = words
    for one in declared():
        if one.kind is not bool:
            _presentation(shown, one)
    return _xml(root)


def _strings() -> Iterator[tuple[str, str]]:
    yield from (("bellwether", "Bellwether"), ("any", "Bellwether, every version that has this setting"))
    yield from ((section, capital(section)) for section in SECTIONS)
    for one in declared():
        name = identifier(one)
        yield name, title(one)
        yield f"{name}_help", explained(one)
        yield from ((f"{name}_{at}", str(choice) or "(not chosen)") for at, choice in enumerate(one.choices))


def explained(one: Declared) -> str:
    """Return what the template says of a setting."""
    said = [one.says, f"Default: {default_words(one)}."]
    if is_list(one) and one.section == "limits":
        said.append("Enabled: one entry a line. Disabled: an empty list. Not configured: no limit.")
    elif is_list(one):
        said.append("One entry a line.")
    elif one.kind is float:
        said.append(f"A number with a point, such as {plain_number(one.default)}.")
    elif hint := json_hint(one):
        said.append(hint)
    return " ".join(filter(None, said))


def json_hint(one: Declared) -> str:
    """Return how a table or list is typed where only text can be."""
    return (
        "As JSON; policy-reference.md shows its fields." if kind_words(one.kind).startswith(("list", "table")) else ""
    )


def _presentation(shown: Element, one: Declared) -> None:
    made = SubElement(shown, "presentation", id=identifier(one))
    if one.choices:
        SubElement(made, "dropdownList", refId="value", noSort="true").text = title(one)
    elif is_decimal(one):
        SubElement(made, "decimalTextBox", refId="value", defaultValue=str(one.default)).text = title(one)
    elif is_list(one):
        SubElement(made, "multiTextBox", refId="value").text = title(one)
    else:
        SubElement(SubElement(made, "textBox", refId="value"), "label").text = title(one)


def _xml(root: Element) -> bytes:
    indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"


# -- macOS ------------------------------------------------------------------------------------------------------------


def profile() -> bytes:
    """Return a configuration profile that changes nothing until a key is added; its comment lists the keys."""

    def number(name: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{MAC_DOMAIN}")).upper()

    mine = {
        "PayloadType": MAC_DOMAIN, "PayloadIdentifier": f"{MAC_DOMAIN}.policy.settings", "PayloadVersion": 1,
        "PayloadUUID": number("settings"), "PayloadDisplayName": "Bellwether",
        "limits": {"export_allowed": True, "write_back_allowed": True},
    }  # fmt: skip
    whole = {
        "PayloadType": "Configuration", "PayloadIdentifier": f"{MAC_DOMAIN}.policy", "PayloadVersion": 1,
        "PayloadUUID": number("policy"), "PayloadDisplayName": "Bellwether policy", "PayloadScope": "System",
        "PayloadContent": [mine],
    }  # fmt: skip
    keys = "\n".join(f"    {one.section} > {one.path}: {kind_words(one.kind)}" for one in declared())
    head = "The dictionaries policy, preferences, limits and roles may have these keys (a dot: a dictionary inside):"
    note = f"<!--\n{head}\n{keys}\n-->\n"
    return plistlib.dumps(whole, sort_keys=False).replace(b"<plist", note.encode() + b"<plist", 1)


# -- reference --------------------------------------------------------------------------------------------------------


def reference() -> str:
    """Return the reference for people, made from the schema."""
    lines = [
        "# Policy reference",
        "",
        "Written by `make policy` from the settings themselves; change those, not this page. [it.md](it.md) says how",
        "a policy is rolled out. A table such as `sla_hours` is set as a whole: fields left out take their default.",
    ]
    properties = schema()["properties"]
    for section in SECTIONS:
        lines += ["", f"## [{section}]", "", ABOUT[section], "", "| Setting | Type | Default | What it is |"]
        lines += ["|---|---|---|---|"]
        lines += [row_of(one) for one in declared() if one.section == section]
    lines += ["", "## Fields of tables in lists", ""]
    for section, name, inner in _inner_tables(properties):
        listed = ", ".join(
            f"`{field}`" + ("" if field in inner.get("required", ()) else " (optional)")
            for field in inner["properties"]
        )
        lines.append(f"- `{section}.{name}`: {listed}")
    return "\n".join(lines) + "\n"


def row_of(one: Declared) -> str:
    """Return the line of a setting."""
    kind = " or ".join(f"`{choice}`" for choice in one.choices if choice != "") or kind_words(one.kind)
    if one.span is not None:
        kind += f", {plain_number(one.span[0])} to {plain_number(one.span[1])}"
    return f"| `{one.path}` | {kind} | {default_words(one)} | {one.says} |"


def _inner_tables(properties: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for section, table in properties.items():
        for name, found in table["properties"].items():
            inner = found.get("items", found.get("additionalProperties"))
            if isinstance(inner, dict) and "properties" in inner:
                yield section, name, inner


def kind_words(kind: Any) -> str:
    """Return a type in words."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple:
        return f"list of {'tables' if is_dataclass(parts[0]) else f'{kind_words(parts[0])}s'}"
    if origin is Mapping:
        return "table of tables"
    named = {bool: "true or false", int: "whole number", float: "number", str: "text", date: "day", time: "time"}
    return "table" if is_dataclass(kind) else named[kind]


def default_words(one: Declared) -> str:
    """Return a default in words."""
    if one.default is None:
        return "no limit"
    if isinstance(one.default, bool):
        return "true" if one.default else "false"
    value = to_json(one.default)
    if is_dataclass(one.default):
        return "the program’s own"
    if isinstance(value, dict | list):
        return f"`{json.dumps(value)}`" if value else "none"
    return "empty" if value == "" else str(plain_number(value) if isinstance(value, float) else value)


# -- all --------------------------------------------------------------------------------------------------------------


def files() -> dict[Path, bytes]:
    """Return every file with what it should hold."""
    folder = ROOT / "packaging" / "policy"
    return {
        folder / "bellwether-policy.schema.json": (json.dumps(schema(), indent=2, ensure_ascii=False) + "\n").encode(),
        folder / "bellwether.admx": admx(),
        folder / "en-US" / "bellwether.adml": adml(),
        folder / "bellwether.mobileconfig": profile(),
        ROOT / "docs" / "policy-reference.md": reference().encode(),
    }


def main(check: bool) -> int:
    """Write the files, or say which differ."""
    differ = [path for path, text in files().items() if not path.is_file() or path.read_bytes() != text]
    for path in differ:
        if check:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not as the settings are: run make policy\n")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files()[path])
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 1 if check and differ else 0


if __name__ == "__main__":
    raise SystemExit(main("--check" in sys.argv[1:]))
