"""What the pages for IT and for data protection name is there: commands, settings, files and other pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli.main import build
from services.settings.declared import declared

PAGES = ("it.md", "privacy.md", "policy-reference.md", "encryption.md", "threats.md")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, project: Path) -> Path:
    return project / "docs" / str(request.param)


def test_the_commands_of_a_page_are_those_of_the_program(page: Path) -> None:
    program = get_command(build())
    known: dict[str, object] = getattr(program, "commands", {})
    for words in re.findall(r"bellwether ((?:[a-z][a-z-]*(?= |`|\n|$) ?)+)", page.read_text("utf-8")):
        first, *rest = words.split()
        command = known.get(first)
        assert command is not None, f"bellwether {words}"
        inner = getattr(command, "commands", {})
        assert not rest or not inner or rest[0] in inner, f"bellwether {words}"


def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).is_file(), target


def test_the_example_of_a_policy_is_one(project: Path, tmp_path: Path) -> None:
    from services.settings import load_managed

    text = (project / "docs" / "it.md").read_text("utf-8")
    example = "\n".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL))
    path = tmp_path / "policy.toml"
    path.write_text(example.replace(r"C:\Exports", "/srv/exports"), encoding="utf-8")
    limits = {one.path for one in declared() if one.section == "limits"}
    assert limits <= set(load_managed(path).origins)
    debian = (project / "packaging" / "debian" / "policy.toml").read_text("utf-8")
    path.write_text(re.sub(r"^# (?=\[|\w+ = )", "", debian, flags=re.MULTILINE), encoding="utf-8")
    assert load_managed(path).origins


def test_each_test_that_shows_how_a_threat_is_met_is_there(project: Path) -> None:
    named = set(re.findall(r"`((?:test|nothing)_\w+)`", (project / "docs" / "threats.md").read_text("utf-8")))
    written = "".join(one.read_text("utf-8") for one in (project / "tests").rglob("*.py"))
    assert named and [one for one in sorted(named) if f"def {one}(" not in written] == []


def test_make_demo_makes_the_folder_of_its_book(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "not-there-yet"
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # of the make around us
    asked = ["make", "-n", "--no-print-directory", "demo", f"PYTHON={sys.executable}", f"DEMO={folder}"]
    asked.append("ARGS=--no-window --customers 20")
    told = subprocess.run(asked, cwd=project, env=quiet, capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        if str(folder) in line:
            subprocess.run(["bash", "-c", line], cwd=project, env=quiet, capture_output=True, check=True)
    assert (folder / "sample.bellwether").is_file()
