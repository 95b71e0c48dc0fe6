"""The self-test: an installed program does in a folder of its own what a first morning does, and says what failed.

IT runs it after an installation (`bellwether --self-test`), and so does every build. It touches no book, setting or log
of whoever runs it, needs no network, and takes about half a minute. Each step runs the program itself in a process of
its own; one that ends with another exit code than expected, says something that it should not, or leaves a warning in
the log or a crash report has failed. What IT does not allow on the computer is told as such, and is no failure.
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from app.cli.frame import NOT_ALLOWED
from app.cli.secrets import PASSPHRASE
from app.paths import managed_sources
from models.schema_version import SCHEMA_VERSION
from services.settings import load_managed

#: A book of the first release, from which those of all later ones are made.
FIRST_RELEASE: Final = Path(__file__).resolve().parents[1] / "resources" / "self_test" / "0.1.0.bellwether.gz"
CUSTOMERS: Final = 60
#: The places of a person's files, on each system; in the self-test they all lie in its folder.
_HOMES: Final = (
    "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
    "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
)  # fmt: skip
_AT_MOST_SECONDS: Final = 600
_IMPORTED: Final = r"[\w.]+: [\d,]+ rows read, [\d,]+ new"
_WARNED: Final = re.compile(r" (WARNING|ERROR|CRITICAL) .*")


@dataclass(frozen=True)
class Step:
    """One thing that must work.

    Attributes
    ----------
    title
        What it is, as it is told.
    arguments
        Of the program; `{folder}` and `{customer}` are filled in.
    says
        What each line on standard error must be like.
    makes
        Files that must be there afterwards, in the folder of the test.
    before
        Prepares it, given that folder.
    """

    title: str
    arguments: tuple[str, ...]
    says: str = ""
    makes: tuple[str, ...] = ()
    before: Callable[[Path], None] = lambda _folder: None


_BOOK: Final = ("--store", "{folder}/sample.bellwether")
_PAGES: Final = ("alerts", "customers", "outbox", "insights", "data", "settings")
STEPS: Final = (
    Step(
        "import the sample book, score it and open every page",
        ("demo", "--customers", str(CUSTOMERS), "--no-window", "--pictures", "{folder}/pages", *_BOOK),
        rf"{_IMPORTED}|picture: .+",
        ("sample.bellwether", *(f"pages/{page}.png" for page in _PAGES)),
    ),
    Step("read the customers", ("customers", "--json", *_BOOK)),
    Step("draft an email by a template", ("draft", "{customer}", "--no-save", *_BOOK)),
    Step(
        "write a dashboard as PDF and as a workbook",
        ("report", "overview", "--pdf", "{folder}/overview.pdf", "--xlsx", "{folder}/overview.xlsx", *_BOOK),
        makes=("overview.pdf", "overview.xlsx"),
    ),
    Step("encrypt the book", ("encryption", "on", *_BOOK)),
    Step("check the journal", ("verify", *_BOOK)),
    Step("say what is installed", ("doctor", *_BOOK)),
)


def run_self_test(tell: Callable[[str], None]) -> bool:
    """Do every step, and return whether all went well.

    Parameters
    ----------
    tell
        Gets a line for each step, and the reasons of one that failed.
    """
    with TemporaryDirectory(prefix="bellwether-self-test-", dir=_place(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        environment = _environment(folder)
        customer, failed = "1", 0
        for step in (*(_opens(version) for version in range(1, SCHEMA_VERSION)), *STEPS):
            arguments = [one.format(folder=folder, customer=customer) for one in step.arguments]
            output, problems, allowed = _run(arguments, step, folder, environment)
            if "--json" in arguments and (found := re.search(r'"id": (\d+)', output)):
                customer = found[1]
            failed += bool(problems)
            tell(f"{'failed' if problems else 'ok' if allowed else 'locked':<7} {step.title}")
            for problem in problems:
                tell(f"        {problem}")
        tell("The self-test passed." if not failed else f"The self-test failed: {failed} of its steps.")
    return not failed


def _opens(version: int) -> Step:
    return Step(
        f"open a book of schema {version}",
        ("imports", "--store", f"{{folder}}/schema-{version}.bellwether"),
        before=partial(_older_book, version),
    )


def _older_book(version: int, folder: Path) -> None:
    """Make a book of an earlier schema, with the rows of the first release."""
    from models.store.migrate import backup_path, migrate

    path = folder / f"schema-{version}.bellwether"
    path.write_bytes(gzip.decompress(FIRST_RELEASE.read_bytes()))
    if version > 1:
        migrate(path, 1, to=version)
        backup_path(path, 1).unlink()


def _environment(folder: Path) -> dict[str, str]:
    """The surroundings of the steps: a home of their own, no keyring of a person, and no screen unless one is named."""
    homes = {name: str(folder / "home") for name in _HOMES}
    alone = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "TMPDIR": str(folder)}
    alone[PASSPHRASE] = "of the book of this test"
    # No clock that stands still either: it is the installation that is tested, under what IT has set.
    given = {name: value for name, value in os.environ.items() if not name.startswith("BELLWETHER_")}
    return {"QT_QPA_PLATFORM": "offscreen", **given, **homes, **alone}


def _place() -> Path | None:
    """Where the books of the test may lie: in a folder for books where IT has named some, else anywhere."""
    folders = load_managed(*managed_sources()).limits.places_for_books()
    found = next(iter(folders or ()), None)
    if found is not None:
        found.mkdir(parents=True, exist_ok=True)
    return found


def _run(arguments: list[str], step: Step, folder: Path, environment: dict[str, str]) -> tuple[str, list[str], bool]:
    """Run one step; return what it printed, what was wrong with it, and whether IT allows it."""
    program = (
        [sys.executable]
        if getattr(sys, "frozen", False)
        else [sys.executable, str(Path(__file__).resolve().parents[1] / "main.py")]
    )
    try:
        step.before(folder)
    except Exception as error:  # noqa: BLE001  whatever it is, it is this step that failed, and the others go on
        return "", [f"it could not be prepared ({type(error).__name__})"], True
    try:
        done = subprocess.run(
            [*program, *arguments],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_AT_MOST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", [f"it did not end by itself ({type(error).__name__})"], True
    if done.returncode == NOT_ALLOWED:
        return "", list(_logged(folder)), False
    problems = [f"exit code {done.returncode}"] if done.returncode else []
    problems += [f"said: {line}" for line in done.stderr.splitlines() if not re.fullmatch(step.says, line)]
    problems += [f"{name} was not written" for name in step.makes if not _is_there(folder / name)]
    return done.stdout, problems + list(_logged(folder)), True


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _logged(folder: Path) -> Iterator[str]:
    """What warnings and crash reports say; both are taken away, so that they count for one step."""
    for path in sorted((folder / "home").rglob("*.log")):
        yield from (f"logged: {line}" for line in path.read_text("utf-8").splitlines() if _WARNED.search(line))
        path.unlink()
    for path in sorted((folder / "home").rglob("crash-*.txt")):
        yield from (f"crash report: {line}" for line in path.read_text("utf-8").splitlines())
        path.unlink()
