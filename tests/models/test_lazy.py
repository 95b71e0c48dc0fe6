"""What a room offers at its first use is what type checkers see."""

from __future__ import annotations

import ast
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import PROJECT

ROOMS = [
    path
    for path in sorted((PROJECT / "services").glob("*/__init__.py"))
    if "__getattr__ = offering" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.parent.name)
def test_a_room_offers_what_it_declares(path: Path) -> None:
    room = import_module(f"services.{path.parent.name}")
    (declared,) = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.If)]
    names = {
        name.asname or name.name: (node.module, name.name)
        for node in declared.body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(room.__name__)
        for name in node.names
    }
    modules = {one.name for one in pkgutil.iter_modules(room.__path__)}
    assert names
    assert not modules & names.keys(), "a module takes the place of a function as soon as it is imported"
    for name, (module, inner) in names.items():
        assert getattr(room, name) is getattr(import_module(str(module)), inner)


def test_a_name_that_no_room_offers_is_a_fault() -> None:
    from services import scoring

    with pytest.raises(AttributeError, match=r"'services\.scoring' has no attribute 'guess'"):
        scoring.guess  # noqa: B018
