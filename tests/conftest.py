"""What every test stands on: a home of its own, the real data, and a watch for what a test leaves behind.

Nothing here touches the user's book, settings or keyring: the variables below are set before anything of the
program is imported, and spawned children inherit them.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

from models import sqlite

HOME = Path(tempfile.mkdtemp(prefix="bellwether-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
#: The home of the process that started the others: what one of them builds there, all can use.
SHARED = Path(os.environ.setdefault("BELLWETHER_TESTS_SHARE", str(HOME)))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
os.environ["LC_ALL"] = "C.UTF-8"  # Qt warns of a locale without UTF-8, and a warning fails a test
# As the program has it (app.bootstrap): threads of BLAS that spin make a fit ten times slower beside another process.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
for variable, folder in (
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_CACHE_HOME", "cache"),
):
    (HOME / folder).mkdir()
    os.environ[variable] = str(HOME / folder)

# No test cuts the power, and each commit would wait for the disk: a killed process loses nothing without that.
importlib.import_module("models.store.connect").SYNCHRONOUS = "OFF"


def _copying(create: Callable[[sqlite.Connection, int], None]) -> Callable[[sqlite.Connection, int], None]:
    """Empty books as copies of the first one: thousands of tests open one, and its statements take twice as long."""
    one_at_a_time = threading.Lock()

    @cache
    def first(application_id: int) -> sqlite.Connection:
        made = sqlite.connect(":memory:", isolation_level=None, check_same_thread=False)
        create(made, application_id)
        return made

    def copied(connection: sqlite.Connection, application_id: int) -> None:
        with one_at_a_time:
            if connection.execute("PRAGMA cipher_status").fetchone() == ("1",):
                create(connection, application_id)  # nothing plain can be copied into an encrypted one
            elif not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                first(application_id).backup(connection)

    return copied


_schema = importlib.import_module("models.store.schema")
_schema.create_schema = _copying(_schema.create_schema)

PROJECT = Path(__file__).resolve().parent.parent
DATA_VARIABLE = "BELLWETHER_DATA"
REQUIRED_VARIABLE = "BELLWETHER_REQUIRE_DATA"

pytest_plugins = ["tests.measured", "tests.watch"]

# How long an example takes says something about the machine and nothing about the law. The same few examples each
# time, so that a test fails for what was changed; `make soak` looks for new ones, and for many.
FRESH = os.environ.get("BELLWETHER_FRESH_EXAMPLES") == "1"
settings.register_profile(
    "house", derandomize=not FRESH, max_examples=300 if FRESH else 40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("house")

#: How long an answer is waited for before it is said never to come: no measure of speed, the machine may be busy.
PATIENCE_MS = 300_000


_FILE = pytest.StashKey[Path]()  # of the test before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come first: a process that began the longest of them last would end long after the others."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/journeys/"))


def pytest_collection() -> None:
    """Ten thousand tests are collected without a search for rubbish, which walks them again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there before the first test stays until the last one: the collector need not walk it each time.

    Nor need it look each 700 new objects: a book or a window makes thousands that stay as long as their test.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Nor what a file left that is no rubbish: a long run would walk more and more of it.

    Before the next file and not at the end of this one, whose last test still held its windows then: they stayed.
    """
    if item.session.stash.setdefault(_FILE, item.path) != item.path:
        item.session.stash[_FILE] = item.path
        gc.collect()
        gc.freeze()


class PatientBot(QtBot):
    """Waits long for what is to come, as an answer may be late on a busy machine; a test that passes does not wait."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **how: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **how)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """Return the hands of a test, which are patient."""
    return PatientBot(request)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of the public data sets; without it the test is skipped, or fails where it must not."""
    named = os.environ.get(DATA_VARIABLE)
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    reason = f"the public data sets are not at {folder} ({DATA_VARIABLE} names another folder)"
    if os.environ.get(REQUIRED_VARIABLE) == "1":
        pytest.fail(f"{reason}, and {REQUIRED_VARIABLE}=1 asks for them", pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Return the path of a store that does not exist yet, in a folder of its own."""
    folder = tmp_path / "book"
    folder.mkdir()
    return folder / "book.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder, into which files may land."""
    made = tmp_path / "in"
    made.mkdir()
    return made


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the project's root."""
    return PROJECT


@pytest.fixture(scope="session")
def python() -> str:
    """Return the interpreter that runs the tests, for tests that start the program as a process."""
    return sys.executable
