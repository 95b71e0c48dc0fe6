"""A file spoilt at random is refused in a sentence, or the laws of imports hold for it."""

from __future__ import annotations

import random
from pathlib import Path

from tests.services.sync.book import open_book
from tests.services.sync.laws.hold import hold
from tests.services.sync.laws.spoil import sources, spoilt

FILES = 25


def test_spoilt_files_are_refused_in_a_sentence_or_keep_every_law(tmp_path: Path) -> None:
    chance = random.Random(4)
    seen = set()
    book = open_book(tmp_path / "book.db")
    try:
        for source in chance.sample(sources(), FILES):
            path = tmp_path / source.name
            path.write_bytes(spoilt(source.read_bytes(), chance))
            seen.add(hold(book, path))
    finally:
        book.workspace.close()
    assert seen == {"refused", "imported"}
