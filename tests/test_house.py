"""The laws of the house: what must hold of the tree, the lock and the parts, whatever the program does."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.measured import Tell

CODE = ("app", "views", "models", "services")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
# Each costs 10 to 1,200 ms and belongs after the first painted page, or in a worker.
HEAVY = {
    "pandas",
    "sklearn",
    "scipy",
    "openai",
    "pyqtgraph",
    "alembic",
    "pydantic",
    "typer",
    "keyring",
    "msal",
    "authlib",
    "requests",
    "openpyxl",
    "numpy",
    "sqlalchemy",
    "jinja2",
    "ssl",
    "smtplib",
    "email",
    "httpx2",
    "httpcore2",
    "multiprocessing",
}


def sources(project: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((project / folder).rglob("*.py"))


def test_the_lock_names_no_host_and_no_path(project: Path) -> None:
    text = (project / "requirements.lock").read_text(encoding="utf-8")
    found = re.findall(
        r"(?im)^.*(?:https?:|file:|git\+|--(?:extra-)?index-url|--find-links|--trusted-host| @ ).*$", text
    )
    assert found == []


def test_every_requirement_of_the_lock_is_pinned_and_hashed(project: Path) -> None:
    text = (project / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_there_is_one_lock(project: Path) -> None:
    assert [
        name for name in ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock") if (project / name).exists()
    ] == []


def test_main_is_at_most_twenty_lines(project: Path) -> None:
    assert len((project / "main.py").read_text(encoding="utf-8").splitlines()) <= 20


def test_packaging_does_not_shadow_the_package_of_that_name(project: Path) -> None:
    assert not (project / "packaging" / "__init__.py").exists()
    assert list((project / "resources").rglob("*.py")) == []


def _lengths(project: Path) -> Iterator[tuple[str, int, int, int]]:
    """Yield each file and function with its lines, the length that is a sign to look at it, and its limit."""
    for path in sources(project, *CODE):
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(project))
        yield name, len(text.splitlines()), 400, 600
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                # The body counts: a signature of options and a docstring of numbers are declarations.
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                yield f"{name}: {node.name}", node.end_lineno - body[0].lineno + 1 if body else 0, 50, 80


def test_long_files_and_functions_are_named_and_none_is_over_its_limit(project: Path, tell: Tell) -> None:
    """A file over 400 lines or a function over 50 is a sign that it does two things; twice is too long."""
    long = sorted(
        ((lines, what, limit) for what, lines, sign, limit in _lengths(project) if lines > sign), reverse=True
    )
    if long:
        tell("\n".join(f"{lines} lines: {what}" for lines, what, _ in long))
    assert [f"{what}: {lines} lines" for lines, what, limit in long if lines > limit] == []


def test_one_module_names_the_driver_of_the_store(project: Path) -> None:
    """A second library of SQLite in a process would drop the first one's locks, and its errors would be others."""
    names = re.compile(r"^\s*(?:import|from)\s+(?:sqlite3|sqlcipher3)\b", re.MULTILINE)
    found = {
        str(path.relative_to(project))
        for path in sources(project, *CODE, "tests")
        if names.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"models/sqlite.py"}


def test_names_say_what_a_thing_is(project: Path) -> None:
    vague = [p for p in sources(project, *CODE) if p.stem in VAGUE_NAMES or p.parent.name in VAGUE_NAMES]
    assert vague == []


def test_no_module_is_a_stub(project: Path) -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX)\b")
    found = [
        f"{path.relative_to(project)}:{number}"
        for path in sources(project, *CODE)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    assert found == []


def test_every_folder_of_code_is_a_package_with_something_in_it(project: Path) -> None:
    bare = [
        folder
        for top in CODE
        for folder in [project / top, *(p for p in (project / top).rglob("*") if p.is_dir())]
        if not {"__pycache__", "versions"} & set(folder.parts)  # Alembic reads its versions as files
        and any(folder.glob("*.py"))
        and not (folder / "__init__.py").exists()
    ]
    assert bare == []


def test_the_loop_is_never_turned_by_hand_and_no_thread_is_ended_by_force(project: Path) -> None:
    forbidden = re.compile(r"\bprocessEvents\(|\bQThread\b.*\.terminate\(|\bsetIndexWidget\(")
    found = [
        f"{path.relative_to(project)}: {match.group()}"
        for path in sources(project, *CODE)
        for match in forbidden.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_there_is_one_command_for_each_habit(project: Path) -> None:
    for script in (project / ".ci" / "run", project / "packaging" / "setup.sh"):
        assert os.access(script, os.X_OK), script
        subprocess.run(["bash", "-n", str(script)], check=True, timeout=600)
    targets = set(re.findall(r"^([a-z]+):", (project / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"demo", "test", "run", "lint", "bench", "soak", "screenshots"} <= targets


def test_the_readme_names_only_what_there_is(project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    named = [name for name in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in name]
    assert named
    assert [name for name in named if not (project / name).exists()] == []


def test_imports_go_down_only(project: Path) -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    answer = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=600, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_painting_loses_no_reference_to_none(project: Path) -> None:
    """PySide6 6.12.0 loses one at every void call on Python 3.10 and 3.11, and ends in a fatal error."""
    script = """
import sys
from PySide6.QtGui import QColor, QImage, QPainter
image = QImage(64, 64, QImage.Format.Format_ARGB32_Premultiplied)
painter = QPainter(image)
color = QColor(0, 91, 136)
painter.fillRect(0, 0, 8, 8, color)
before = sys.getrefcount(None)
for i in range(2000):
    painter.fillRect(i % 50, 0, 8, 8, color)
lost = before - sys.getrefcount(None)
painter.end()
print(lost)
"""
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    assert abs(int(answer.stdout)) < 100


@pytest.mark.parametrize("module", ["app.run", "views.desktop"])
def test_nothing_heavy_is_imported_on_the_way_to_the_first_page(project: Path, module: str) -> None:
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    answer = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=600, check=False)
    assert answer.returncode == 0, answer.stderr[-2000:]
    imported = {
        line.rsplit("|", 1)[-1].strip() for line in answer.stderr.splitlines() if line.startswith("import time:")
    }
    assert sorted(name for name in imported if name.split(".")[0] in HEAVY) == []
