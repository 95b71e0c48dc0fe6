"""What a room offers, imported at its first use: a room's start costs nothing, and the window opens sooner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def offering(room: str, offered: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a room's package.

    Parameters
    ----------
    room
        The package's name.
    offered
        By module, the names that it offers, with blanks between them; ``inner:outer`` where they differ.
    """
    homes = {
        name.split(":")[-1]: (module, name.split(":")[0]) for module, names in offered.items() for name in names.split()
    }

    def look_up(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module, inner = homes[name]
        return getattr(import_module(module), inner)

    return look_up
