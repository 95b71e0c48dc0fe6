"""Backups: made, checked, thinned out; restored without bringing back a "yes" or an email that went out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keyrings import SystemKeyring
from models.store.book_key import random_key
from models.store.convert import wipe
from models.store.copies import backups_folder
from models.values.backups import KINDS, Backup
from models.values.errors import EnvironmentFault, StoreBusy, UserError
from services.audit import remember_head, undo_last, verify_book
from services.backups import (
    Restored,
    back_up,
    back_up_before_import,
    backups_of,
    compare,
    daily_backup,
    restore,
    restoring,
)
from services.backups.keeping import ASKED, DAYS, LARGE_BYTES, OF_A_KIND, WEEKS, not_kept
from services.outreach import read_message, send_due
from services.sync import record_consent
from services.workspace import FixedClock, Recipe, Workspace, open_workspace
from tests.services.outreach.outbox.post import Post
from tests.services.sync.book import Book, open_book, write_csv
from tests.vault import Vault

HEADER = ["customer_id", "name", "email", "created"]
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def keyring() -> SystemKeyring:
    return SystemKeyring(Vault())


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    opened = open_book(store_path)
    yield opened
    opened.workspace.close()


def _bring(book: Book, folder: Path, first: int = 0, count: int = 3) -> Path:
    rows = [[str(n), f"Customer {n}", f"c{n}@example.org", "2026-01-05"] for n in range(first, first + count)]
    file = write_csv(folder / f"{first}.csv", HEADER, rows)
    book.bring(file, source="crm")
    return file


def _moved(workspace: Workspace, **delta: float) -> Workspace:
    return replace(workspace, clock=FixedClock(workspace.clock.now() + timedelta(**delta)))


def _restored(path: Path, backup: Backup, keyring: SystemKeyring) -> Restored:
    return restore(path, backup, keyring, person="Ana", clock=FixedClock(datetime(2026, 11, 24, 8, tzinfo=UTC)))


def test_a_backup_is_a_whole_book_for_its_owner_alone(book: Book, store_path: Path, tmp_path: Path) -> None:
    _bring(book, tmp_path)
    content = book.hash()
    made = back_up(book.workspace)
    assert backups_of(store_path) == (made,) and made.title(UTC_ZONE) == "21 Nov 2026, 08:00"
    assert made.path.stat().st_mode & 0o077 == made.path.parent.stat().st_mode & 0o077 == 0
    copy = Book(open_workspace(Recipe(str(shutil.copy(made.path, tmp_path / "copy.db")), "Ana")))
    assert copy.hash() == content
    copy.workspace.close()


def test_a_book_is_backed_up_once_a_day_and_only_if_something_changed(book: Book, tmp_path: Path) -> None:
    assert daily_backup(book.workspace) is None, "an empty book"
    _bring(book, tmp_path)
    assert daily_backup(book.workspace) is not None
    _bring(book, tmp_path, 10)
    assert daily_backup(book.workspace) is None, "the same day"
    tomorrow = _moved(book.workspace, days=1)
    assert daily_backup(tomorrow) is not None
    assert daily_backup(_moved(tomorrow, days=1)) is None, "nothing changed since"


def test_a_large_import_is_preceded_by_a_backup_and_never_stopped_by_one(
    book: Book, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_logs: list[str]
) -> None:
    expected_logs.append("No backup before an import")
    small = _bring(book, tmp_path)
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * LARGE_BYTES)
    full = shutil.disk_usage(store_path)._replace(free=1_000)
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _path: full)
        back_up_before_import(book.workspace, [large])
    back_up_before_import(book.workspace, [small])
    back_up_before_import(book.workspace, [tmp_path / "gone.csv"])
    assert backups_of(store_path) == ()
    back_up_before_import(book.workspace, [large])
    back_up_before_import(_moved(book.workspace, minutes=59), [large])
    assert [one.kind for one in backups_of(store_path)] == ["import"]


def test_a_damaged_book_makes_no_backup_and_costs_none(book: Book, store_path: Path, tmp_path: Path) -> None:
    _bring(book, tmp_path, count=300)
    good = back_up(book.workspace)
    book.workspace.close()
    with store_path.open("r+b") as file:
        file.seek(store_path.stat().st_size // 2)
        file.write(b"\xff" * 8_192)
    damaged = open_workspace(Recipe(str(store_path), "Ana", "2026-11-23T08:00:00+00:00"))
    with pytest.raises(EnvironmentFault, match="damaged"):
        back_up(damaged)
    damaged.close()
    assert backups_of(store_path) == (good,)


@given(st.lists(st.tuples(st.integers(0, 24 * 90), st.sampled_from(sorted(KINDS))), unique=True, max_size=80))
def test_the_newest_is_always_kept_and_never_too_many(found: list[tuple[int, str]]) -> None:
    start = datetime(2026, 8, 1, tzinfo=UTC)
    known = [
        Backup(Path(f"{hours}-{kind}"), start + timedelta(hours=hours), kind, 1)  # type: ignore[arg-type]
        for hours, kind in found
    ]
    gone = not_kept(known, UTC_ZONE)
    kept = [one for one in known if one not in gone]
    assert len(kept) <= DAYS + WEEKS + ASKED + OF_A_KIND * (len(KINDS) - 1)
    asked = sorted((one for one in known if one.kind == "asked"), key=lambda one: one.at, reverse=True)
    assert set(asked[:ASKED]) <= set(kept)
    assert not known or max(one.at for one in kept) == max(one.at for one in known)
    assert not_kept(kept, UTC_ZONE) == ()
    days = {one.at.date() for one in known}
    assert {one.at.date() for one in kept} >= set(sorted(days, reverse=True)[:DAYS])


def test_a_restored_book_is_that_of_the_backup_and_the_other_can_be_restored_again(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring
) -> None:
    _bring(book, tmp_path)
    backup, before = back_up(book.workspace), book.ask("SELECT name FROM customers ORDER BY id")
    file = _bring(book, tmp_path, 10)
    after = book.ask("SELECT name FROM customers ORDER BY id")
    remember_head(replace(book.workspace, keyring=keyring))
    book.workspace.close()
    since = compare(store_path, backup, keyring)
    assert since.words == "Since then: 1 import." and since.files == (file,)
    done = _restored(store_path, backup, keyring)
    assert done.files == (file,) and "1 file imported since can be imported again" in done.words
    book.workspace = replace(open_workspace(Recipe(str(store_path), "Ana")), keyring=keyring)
    assert book.ask("SELECT name FROM customers ORDER BY id") == before
    assert verify_book(book.workspace).ok and remember_head(book.workspace) == ""
    book.workspace.close()
    kept = next(one for one in backups_of(store_path) if one.kind == "restore")
    _restored(store_path, kept, keyring)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.ask("SELECT name FROM customers ORDER BY id") == after
    assert sorted(one.name for one in store_path.parent.iterdir() if "converting" in one.name) == []


def test_who_said_no_since_has_said_so_and_no_email_goes_out_twice(
    store_path: Path, post: Post, keyring: SystemKeyring
) -> None:
    sent, waiting = post.approved(), post.approved()
    drafted = post.written(post.customer(email="left@example.org"))
    backup = back_up(post.workspace)
    post.move(minutes=11)
    assert send_due(post.workspace, now=True)[0].sent == (sent.id, waiting.id)
    record_consent(post.workspace, "left@example.org", "withdrawn")
    post.close()
    done = restore(store_path, backup, keyring, person="Ada", clock=post.workspace.clock)
    assert "2 emails wait for review" in done.words
    again = Post(store_path, post.workspace.preferences.mail)
    assert again.states([sent, waiting, drafted]) == ["in_review"] * 3
    assert "sent after the restored backup" in (read_message(again.workspace, sent.id).fault or "")
    assert again.value("SELECT count(*) FROM suppression_ledger WHERE address = 'left@example.org'") == 1
    again.move(minutes=30)
    assert not send_due(again.workspace, now=True)[0].sent
    again.close()


def test_an_open_book_is_not_restored(book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring) -> None:
    _bring(book, tmp_path)
    backup = back_up(book.workspace)
    _bring(book, tmp_path, 10)
    content = book.hash()
    with pytest.raises(StoreBusy):
        _restored(store_path, backup, keyring)
    assert book.hash() == content and [one.kind for one in backups_of(store_path)] == ["asked"]


def test_what_is_written_while_a_backup_is_restored_is_not_lost(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    _bring(book, tmp_path)
    backup = back_up(book.workspace)
    book.workspace.close()
    hold = restoring._hold

    def later(*given: object) -> None:
        book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
        record_consent(book.workspace, "c1@example.org", "withdrawn")
        book.workspace.close()
        hold(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "_hold", later)
    with pytest.raises(StoreBusy, match="was changed while"):
        _restored(store_path, backup, keyring)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.ask("SELECT address FROM suppression_ledger") == [("c1@example.org",)]
    assert [one.kind for one in backups_of(store_path)] == ["asked"]


def test_a_book_damaged_in_its_middle_is_no_backup_and_ctrl_z_takes_no_restore_back(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring
) -> None:
    _bring(book, tmp_path, count=300)
    backup = back_up(book.workspace)
    book.workspace.close()
    with store_path.open("r+b") as file:
        file.seek(store_path.stat().st_size // 2)
        file.write(b"\xff" * 8_192)
    since = compare(store_path, backup, keyring)
    assert since.readable and not since.whole
    _restored(store_path, backup, keyring)
    assert backups_of(store_path) == (backup,)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.one("SELECT count(*) FROM customers") == 300 and book.hash()
    with pytest.raises(UserError, match="import"):
        undo_last(book.workspace)


@pytest.mark.parametrize("damage", ["garbage", "gone"])
def test_a_book_that_is_damaged_or_gone_comes_back_and_the_damaged_file_is_kept(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring, damage: str
) -> None:
    _bring(book, tmp_path)
    backup, content = back_up(book.workspace), book.ask("SELECT name FROM customers ORDER BY id")
    book.workspace.close()
    if damage == "gone":
        store_path.unlink()
    else:
        store_path.write_bytes(b"\x00garbage" * 4_096)
        store_path.with_name(f"{store_path.name}-wal").write_bytes(b"a log of another book")
    assert not compare(store_path, backup, keyring).readable
    _restored(store_path, backup, keyring)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.ask("SELECT name FROM customers ORDER BY id") == content and book.hash()
    assert len(list(backups_folder(store_path).glob("*.damaged"))) == (damage == "garbage")


def test_a_damaged_backup_is_refused_and_the_book_stays(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring
) -> None:
    _bring(book, tmp_path, count=300)
    backup, content = back_up(book.workspace), book.hash()
    book.workspace.close()
    with backup.path.open("r+b") as file:
        file.seek(backup.size // 2)
        file.write(b"\xff" * 8_192)
    with pytest.raises(EnvironmentFault, match="damaged"):
        _restored(store_path, backup, keyring)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.hash() == content


def test_a_backup_of_an_encrypted_book_is_encrypted_and_restored(
    store_path: Path, tmp_path: Path, keyring: SystemKeyring
) -> None:
    key = random_key()
    keyring.set(key.name, key.raw.hex())
    book = Book(open_workspace(Recipe(str(store_path), "Ana", "2026-11-21T08:00:00+00:00", key=key)))
    _bring(book, tmp_path)
    backup = back_up(book.workspace)
    assert b"example.org" not in backup.path.read_bytes()
    _bring(book, tmp_path, 10)
    book.workspace.close()
    _restored(store_path, backup, keyring)
    book = Book(open_workspace(Recipe(str(store_path), "Ana", key=key)))
    assert book.one("SELECT count(*) FROM customers") == 3
    book.workspace.close()
    assert b"example.org" not in b"".join(one.read_bytes() for one in backups_folder(store_path).iterdir()), (
        "what was the book is encrypted too"
    )


def test_a_restore_that_cannot_replace_the_book_leaves_no_second_name_of_it(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    _bring(book, tmp_path)
    backup, content = back_up(book.workspace), book.hash()
    book.workspace.close()

    def refused(*_names: Path) -> None:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refused)
        with pytest.raises(OSError, match="in use"):
            _restored(store_path, backup, keyring)
    assert backups_of(store_path) == (backup,)
    second = backup.path.with_name(backup.path.name.replace("asked", "restore"))
    os.link(store_path, second)  # as a kill between the two leaves it
    wipe(second)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.hash() == content and not second.exists()


def test_what_a_backup_lacks_is_counted_from_where_both_went_apart(
    book: Book, store_path: Path, tmp_path: Path, keyring: SystemKeyring
) -> None:
    _bring(book, tmp_path)
    first = back_up(book.workspace)
    for number in range(3):
        _bring(book, tmp_path, 10 * number + 10)
    book.workspace.close()
    _restored(store_path, first, keyring)
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    file = _bring(book, tmp_path, 90)
    book.workspace.close()
    other = next(one for one in backups_of(store_path) if one.kind == "restore")
    since = compare(store_path, other, keyring)
    assert since.imports == 1 and since.files == (file,)


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from services.backups import backups_of, restore
from services.workspace import FixedClock, SessionKeyring
import models.store.convert as convert
name, when = sys.argv[2:]
owner, function = {"link": (os, os.link), "replace": (Path, Path.replace)}[name]
def killed(*given, **more):
    if when == "after":
        function(*given, **more)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, killed)
path = Path(sys.argv[1])
restore(path, backups_of(path)[0], SessionKeyring(), person="Ana", clock=FixedClock(datetime(2026, 11, 24, tzinfo=UTC)))
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["link", "replace"])
def test_a_restore_that_is_killed_leaves_one_book_whole(
    book: Book, store_path: Path, tmp_path: Path, name: str, when: str
) -> None:
    from models.store import sweep_converted

    _bring(book, tmp_path)
    back_up(book.workspace)
    _bring(book, tmp_path, 10)
    book.workspace.close()
    ran = subprocess.run([sys.executable, "-c", _KILLED, str(store_path), name, when], capture_output=True, text=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    sweep_converted(store_path)
    assert not any(one.path.samefile(store_path) for one in backups_of(store_path)), "a second name of the book"
    book.workspace = open_workspace(Recipe(str(store_path), "Ana"))
    assert book.one("SELECT count(*) FROM customers") == (3 if (name, when) == ("replace", "after") else 6)
    assert book.hash() and [one.name for one in store_path.parent.iterdir() if "converting" in one.name] == []
