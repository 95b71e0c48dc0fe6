"""Encrypted books: what opens them, what is said where nothing does, and how a book gets a key."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models import sqlite
from models.journal import verify
from models.store import connect, open_store, sweep_converted
from models.store.book_key import MARK, BookKey, is_recovery_key, key_from_passphrase, key_from_words, random_key
from models.store.convert import _alike, _overwrite, convert
from models.store.encrypted import salt_of, sort_in_files
from models.store.migrate import backup_path, migrate
from models.tables import SCHEMA_VERSION, customers
from models.values.errors import EnvironmentFault, StoreBusy, StoreDamaged, StoreLocked
from models.values.journal import Actor
from tests.models.conftest import Key
from tests.models.test_store import _scripts

ANN = Actor("person", "Ann")
AT = "2026-11-20T08:00:00Z"
NAME = "Linden Supply of Thornbury"


def _filled(path: Path, key: Key, count: int = 300) -> str:
    """Make a book with customers and return its content hash."""
    store = open_store(path, key)
    with store.unit_of_work(ANN, "add", "customer:1", at=AT) as work:
        for number in range(count):
            work.insert(customers, {"source": "manual", "external_id": str(number), "name": f"{NAME} {number}"})
        work.commit()
    store.close()
    return _hash(path, key)


def _hash(path: Path, key: Key) -> str:
    store = open_store(path, key, create=False)
    try:
        with store.read() as connection:
            found = verify(connection)
        assert found.ok, found.problems
        return found.content_hash
    finally:
        store.close()


def test_a_key_is_typed_from_paper_and_a_slip_of_the_pen_makes_a_passphrase_of_it() -> None:
    key = random_key()
    typed = key.recovery.lower().replace("-", " ").replace("o", "0").replace("i", "1")
    assert key_from_words(typed, key.salt) == key
    slip = ("A" if key.recovery[7] != "A" else "B").join((key.recovery[:7], key.recovery[8:]))
    assert key_from_words(slip, key.salt) == key_from_passphrase(slip, key.salt) != key
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    after = letters[(letters.index(key.recovery[-1]) + 1) % len(letters)]  # its last bits say nothing of the key
    assert not is_recovery_key(key.recovery[:-1] + after) and is_recovery_key(key.recovery)


def test_a_passphrase_is_the_same_key_however_its_letters_are_written() -> None:
    salt = random_key().salt
    assert key_from_passphrase("caf\u00e9 au lait chaud", salt) == key_from_passphrase("cafe\u0301 au lait chaud", salt)
    assert key_from_passphrase("one and the same", random_key().salt).raw != key_from_passphrase("one and the same").raw


def test_a_key_is_never_in_its_own_words() -> None:
    key = random_key()
    assert key.raw.hex() not in repr(key) and repr(key.raw) not in repr(key)
    assert pickle.loads(pickle.dumps(key)) == key


def test_nothing_of_a_customer_can_be_read_in_an_encrypted_book_or_its_log(store_path: Path) -> None:
    key = random_key()
    store = open_store(store_path, key)
    with store.unit_of_work(ANN, "add", "customer:1", at=AT) as work:
        work.insert(customers, {"source": "manual", "external_id": "1", "name": NAME})
        work.commit()
    files = {one.name: one.read_bytes() for one in store_path.parent.iterdir()}
    store.close()
    assert files["book.db"].startswith(MARK) and len(files["book.db-wal"]) > 4_096
    assert [name for name, content in files.items() if b"Linden" in content or b"CREATE TABLE" in content] == []


def test_an_encrypted_book_keeps_its_pages_in_a_large_cache_and_nothing_of_it_in_temporary_files() -> None:
    connection = connect(":memory:", random_key())
    assert int(connection.execute("PRAGMA cache_size").fetchone()[0]) <= -65_536
    sort_in_files(connection, random_key())
    assert connection.execute("PRAGMA temp_store").fetchone() == (2,), "memory"
    sort_in_files(connection, None)
    assert connection.execute("PRAGMA temp_store").fetchone() == (1,), "a file"
    connection.close()


def test_another_key_no_key_and_another_book_are_told_apart(
    store_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = random_key()
    _filled(store_path, key)
    before = store_path.read_bytes()
    with pytest.raises(StoreLocked, match="does not open book"):
        open_store(store_path, BookKey(random_key().raw, key.salt))
    with pytest.raises(StoreLocked, match=r"is encrypted, and this computer has no key for it\. Enter"):
        open_store(store_path)
    with pytest.raises(StoreLocked, match="this computer has no key for it"):
        open_store(store_path, random_key())
    assert store_path.read_bytes() == before
    store_path.unlink()
    _filled(store_path, None, 1)
    with pytest.raises(StoreLocked, match="should be encrypted, but this file is not"):
        open_store(store_path, key)
    assert capfd.readouterr().err == "", "the library writes nothing of its own"


@pytest.mark.parametrize("place", [100, 8_192 * 2 + 100])
def test_a_damaged_page_is_no_wrong_key(store_path: Path, place: int) -> None:
    key = random_key()
    _filled(store_path, key)
    content = bytearray(store_path.read_bytes())
    content[place] ^= 1
    store_path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="damaged"):
        _hash(store_path, key)


def test_a_copy_before_a_migration_has_the_key_of_the_book(store_path: Path, tmp_path: Path) -> None:
    key = random_key()
    _filled(store_path, key, 1)
    migrate(store_path, SCHEMA_VERSION, key, to=SCHEMA_VERSION + 1, scripts=_scripts(tmp_path / "scripts"))
    copy = backup_path(store_path, SCHEMA_VERSION)
    assert salt_of(copy) == key.salt and NAME.encode() not in copy.read_bytes()
    _hash(copy, key)


def test_a_converted_book_holds_the_same_and_nothing_plain_is_left_beside_it(store_path: Path, key: Key) -> None:
    content, new = _filled(store_path, key), random_key()
    convert(store_path, key, new)
    assert [one.name for one in store_path.parent.iterdir()] == ["book.db"]
    assert _hash(store_path, new) == content and NAME.encode() not in store_path.read_bytes()
    with pytest.raises(StoreLocked):
        open_store(store_path, key)


def test_a_book_that_is_open_is_not_converted(store_path: Path, key: Key) -> None:
    content = _filled(store_path, key)
    store = open_store(store_path, key)
    with store.snapshot() as reading:
        reading.execute("SELECT count(*) FROM customers").fetchone()
        with pytest.raises(StoreBusy):
            convert(store_path, key, random_key())
    store.close()
    assert _hash(store_path, key) == content
    assert [one.name for one in store_path.parent.iterdir()] == ["book.db"]


def test_a_copy_that_is_not_the_same_never_takes_the_place_of_the_book(
    store_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _filled(store_path, key)
    monkeypatch.setattr("models.store.convert._alike", lambda *_sides: False)
    with pytest.raises(EnvironmentFault, match="could not be copied whole"):
        convert(store_path, key, random_key())
    assert _hash(store_path, key) == content
    assert [one.name for one in store_path.parent.iterdir()] == ["book.db"]


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ([(1, "a"), (2, "b")], True), ([(1, "a"), (2, "c")], False), ([(1, "a")], False),
        ([(1, "a"), (2, None)], False), ([(1, "a"), (2, "b"), (3, "c")], False),
    ],
)  # fmt: skip
def test_two_tables_are_compared_row_by_row(other: list[tuple[int, str | None]], alike: bool) -> None:
    connection = connect(":memory:")
    connection.execute("ATTACH ':memory:' AS made")
    for side, rows in (("main", [(1, "a"), (2, "b")]), ("made", other)):
        connection.execute(f"CREATE TABLE {side}.t (id INTEGER PRIMARY KEY, word TEXT)")
        connection.executemany(f"INSERT INTO {side}.t VALUES (?, ?)", rows)
    assert _alike(connection, "t") is alike
    connection.close()


def test_the_log_of_a_plain_book_is_overwritten_before_it_is_deleted(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(store_path, None)
    log, beside, overwrite, seen = Path(f"{store_path}-wal"), Path(f"{store_path}-kept"), _overwrite, []
    store = open_store(store_path, None)
    with store.unit_of_work(ANN, "add", "customer:x", at=AT) as work:
        work.insert(customers, {"source": "manual", "external_id": "x", "name": "Written last"})
        work.commit()
    shutil.copy(store_path, beside)
    shutil.copy(log, f"{beside}-wal")  # as a killed program leaves it
    store.close()
    shutil.move(beside, store_path)
    shutil.move(f"{beside}-wal", log)

    def looked(path: Path) -> None:
        overwrite(path)
        seen.append((path.name, path.stat().st_size > 0 and not any(path.read_bytes())))

    monkeypatch.setattr("models.store.convert._overwrite", looked)
    new = random_key()
    convert(store_path, None, new)
    assert [whole for _, whole in seen] == [True, True] and seen[0][0] == log.name and not log.exists()
    store = open_store(store_path, new, create=False)
    with store.snapshot() as reading:
        assert reading.execute("SELECT count(*) FROM customers").fetchone()[0] == 301
    store.close()


def test_without_room_for_two_books_nothing_is_begun(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _filled(store_path, None)
    usage = shutil.disk_usage(store_path)._replace(free=1_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    with pytest.raises(EnvironmentFault, match="needs room for a second copy"):
        convert(store_path, None, random_key())
    assert _hash(store_path, None) == content


#: Where a conversion is killed: the function before or after whose work the process kills itself.
KILLED = [
    ("models.store.convert._alike", "before"),
    ("models.store.convert.put_in_place", "before"),
    ("os.link", "before"),
    ("os.link", "after"),
    ("pathlib.Path.replace", "before"),
    ("pathlib.Path.replace", "after"),
    ("models.store.convert.wipe", "before"),
]
KILLING = """
import os, pkgutil, sys
from pathlib import Path
from models.store import convert as _room
from models.store.book_key import BookKey
from models.store.convert import _alike, convert
name, when, path, before, after = sys.argv[1:]
owner, _, last = name.rpartition(".")
owner = pkgutil.resolve_name(owner.replace(".Path", ":Path")) if ".Path" in owner else pkgutil.resolve_name(owner)
real = getattr(owner, last)
def killing(*args, **kwargs):
    if when == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), 9)
setattr(owner, last, killing)
key = lambda text: BookKey(bytes.fromhex(text[:64]), bytes.fromhex(text[64:])) if text else None
convert(Path(path), key(before), key(after))
"""


@pytest.mark.skipif(os.name != "posix", reason="nothing can be killed so elsewhere")
@pytest.mark.parametrize(("name", "when"), KILLED)
def test_a_conversion_that_is_killed_leaves_one_book_whole(
    store_path: Path, key: Key, name: str, when: str, project: Path, python: str
) -> None:
    content, new = _filled(store_path, key), random_key()
    keys = [one.raw.hex() + one.salt.hex() if one else "" for one in (key, new)]
    ended = subprocess.run([python, "-c", KILLING, name, when, store_path, *keys], cwd=project, timeout=300)
    assert ended.returncode == -signal.SIGKILL
    sweep_converted(store_path)
    assert {one.name.removeprefix("book.db") for one in store_path.parent.iterdir()} <= {"", "-wal", "-shm", "-journal"}
    there = new if salt_of(store_path) == new.salt else key
    assert _hash(store_path, there) == content
    if there is new:
        assert not [one for one in store_path.parent.iterdir() if NAME.encode() in one.read_bytes()]


def test_what_a_conversion_that_still_runs_has_beside_the_book_stays(store_path: Path) -> None:
    _filled(store_path, None, 1)
    made = store_path.with_name(f"book.db.converting-{os.getpid()}")
    made.write_bytes(b"half")
    sweep_converted(store_path)
    assert made.exists()


def test_a_driver_without_encryption_sees_no_book(store_path: Path) -> None:
    _filled(store_path, random_key(), 1)
    connection = sqlite.connect(store_path)
    with pytest.raises(sqlite.DatabaseError, match="not a database"):
        connection.execute("SELECT * FROM customers")
    connection.close()


_WRITING = """
import sys; from models import sqlite
book = sqlite.connect(sys.argv[1], timeout=0)
try:
    with book:
        book.execute("UPDATE customers SET name = 'written meanwhile' WHERE id = 1")
except sqlite.OperationalError as error:
    print(error)
"""


def test_nobody_writes_to_a_book_between_its_copy_and_its_replacement(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, said, fsync = _filled(store_path, None), [], os.fsync

    def meanwhile(descriptor: int) -> None:
        if not said:
            ran = subprocess.run([sys.executable, "-c", _WRITING, str(store_path)], capture_output=True, text=True)
            said.append(ran.stdout.strip() + ran.stderr)
        fsync(descriptor)

    monkeypatch.setattr("models.store.convert.os.fsync", meanwhile)
    new = random_key()
    convert(store_path, None, new)
    assert said == ["database is locked"]
    assert _hash(store_path, new) == content


def test_where_a_file_cannot_have_two_names_the_book_stays_and_a_sentence_says_why(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _filled(store_path, None, 3)

    def refused(*_names: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("models.store.convert.os.link", refused)
    with pytest.raises(EnvironmentFault, match="under two names"):
        convert(store_path, None, random_key())
    assert _hash(store_path, None) == content
    assert [one.name for one in store_path.parent.glob("*ing-*")] == []


def test_what_a_killed_conversion_of_a_copy_left_is_swept(store_path: Path) -> None:
    copy = backup_path(store_path, 15)
    copy.write_bytes(b"a copy")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [copy.with_name(f"{copy.name}.{kind}-{gone.pid}") for kind in ("converting", "before")]
    for one in left:
        one.write_bytes(b"plain rows")
    sweep_converted(store_path)
    assert not any(one.exists() for one in left) and copy.read_bytes() == b"a copy"
