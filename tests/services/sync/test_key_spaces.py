"""Calls and chats of one system may both begin at 1: each kind of activity and each channel counts for itself."""

from __future__ import annotations

from pathlib import Path

from services.sync import undo_import
from tests.services.sync.book import Book, counts, write_csv

TALKS = ["conversation_id", "customer_id", "channel", "text", "date"]
DEEDS = ["activity_id", "customer_id", "kind", "date"]


def talks(channel: str) -> list[list[str]]:
    return [[str(n), f"C{n:03}", channel, f"{channel} {n}", "2026-03-01"] for n in range(1, 6)]


def deeds(kind: str) -> list[list[str]]:
    return [[str(n), f"C{n:03}", kind, "2026-03-01"] for n in range(1, 6)]


def test_files_of_one_system_that_count_from_1_keep_all_their_rows(book: Book, tmp_path: Path) -> None:
    before = book.hash()
    files = [write_csv(tmp_path / f"{name}.csv", TALKS, talks(name)) for name in ("call", "chat", "letter")]
    files += [write_csv(tmp_path / f"{name}.csv", DEEDS, deeds(name)) for name in ("store_visit", "web_session")]
    silent = [[number, who, text, day] for number, who, _, text, day in talks("mute")]
    files.append(write_csv(tmp_path / "mute.csv", [name for name in TALKS if name != "channel"], silent))
    for again in (False, True):
        for file in files:
            entity = "activities" if "store" in file.name or "web" in file.name else "conversations"
            expected = (0, 0, 5, 0, 0) if again else (5, 0, 0, 0, 0)
            assert counts(book.bring(file, source="shop", entity=entity)) == expected
    assert book.one("SELECT count(*) FROM conversations") == 20
    assert book.one("SELECT count(*) FROM conversations WHERE channel = ''") == 5
    assert book.one("SELECT count(*) FROM activities") == 10
    for number in range(12, 0, -1):
        undo_import(book.workspace, number)
    assert book.hash() == before


def test_one_file_may_have_several_kinds_that_count_from_1(book: Book, tmp_path: Path) -> None:
    mixed = [row for pair in zip(deeds("call"), deeds("login"), strict=True) for row in pair]
    path = write_csv(tmp_path / "all.csv", DEEDS, mixed)
    assert counts(book.bring(path)) == (10, 0, 0, 0, 0)
    mixed[0][3] = "2026-03-02"
    assert counts(book.bring(write_csv(path, DEEDS, mixed))) == (0, 1, 9, 0, 0)
