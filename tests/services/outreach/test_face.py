"""The room's public face: what it offers stays callable, whatever was imported first."""

from __future__ import annotations

import inspect
import pkgutil

from services import outreach


def test_no_module_takes_the_place_of_a_function() -> None:
    modules = {one.name for one in pkgutil.iter_modules(outreach.__path__)}
    functions = {name for name, _ in inspect.getmembers(outreach, inspect.isfunction)}
    assert "compose" in functions and "review" in functions
    assert not modules & functions
