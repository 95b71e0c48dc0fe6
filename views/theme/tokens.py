"""The colours of both themes as a frozen value: roles, not hues. A widget asks for `critical_text`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from views.theme.files import resource


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Each field is a colour as ``#rrggbb``, named as in ``resources/theme/tokens.toml``."""

    name: str
    ground: str
    panel: str
    raised: str
    rail: str
    rail_on: str
    rail_ink: str
    rail_ink_on: str
    rail_mark: str
    logo: str
    count_neutral: str
    ink: str
    ink_2: str
    ink_3: str
    line: str
    line_soft: str
    hover: str
    selected: str
    focus: str
    primary: str
    primary_hover: str
    primary_text: str
    primary_wash: str
    on_primary: str
    critical: str
    critical_text: str
    critical_wash: str
    critical_solid: str
    on_critical: str
    warning: str
    warning_text: str
    warning_wash: str
    opportunity: str
    opportunity_text: str
    opportunity_wash: str
    good: str
    good_text: str
    good_wash: str
    band: str
    axis: str
    control: str
    scroll: str
    skeleton: str
    toast: str
    toast_ink: str
    toast_line: str
    toast_link: str


def load_tokens(path: Path | None = None) -> dict[str, Tokens]:
    """Both themes by name.

    Raises
    ------
    ValueError
        If a theme misses a colour or has one that no widget knows; the message names theme and colour.
    """
    with (path or resource("theme", "tokens.toml")).open("rb") as file:
        themes = tomllib.load(file)
    wanted = {field.name for field in fields(Tokens)} - {"name"}
    for name, colours in themes.items():
        strange = wanted.symmetric_difference(colours)
        if strange:
            raise ValueError(f"Theme {name}: {', '.join(sorted(strange))} is missing or unknown")
    return {name: Tokens(name=name, **colours) for name, colours in themes.items()}
