"""Files spoilt at random, as disks, mail apps, spreadsheets and people spoil them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tests.services.sync.book import FIXTURES

_SIGNS = [
    b'"', b"'", b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1f",
    b"\\", b"=", b"#", b"-", b"1e99", b"9" * 400, b"2026-02-31", b"(1.234,50)", b"PK\x03\x04", b"\x1f\x8b", b"<html>",
]  # fmt: skip


def sources() -> list[Path]:
    """Every export that the tests have."""
    found = [*FIXTURES.glob("*.*"), *(FIXTURES / "systems").glob("*.*")]
    return sorted(path for path in found if path.suffix != ".toml")


def _bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 9)):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _signs(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 9)):
        place = chance.randrange(len(data) + 1)
        data[place : place + chance.choice((0, 0, 1, 5))] = chance.choice(_SIGNS)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _hole(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data))
    del data[place : place + chance.randrange(1, 200)]


def _again(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data))
    piece = data[place : place + chance.randrange(1, 2_000)]
    data[place:place] = piece * chance.choice((1, 2, 50))


def _other_signs(data: bytearray, chance: random.Random) -> None:
    one, other = chance.choice(((b",", b";"), (b'"', b"'"), (b"\n", b"\r"), (b" ", b"\xc2\xa0"), (b".", b",")))
    data[:] = data.replace(one, other)


def _other_encoding(data: bytearray, chance: random.Random) -> None:
    encoding = chance.choice(("utf-16", "utf-16-be", "utf-8-sig", "mac-roman", "cp1252"))
    data[:] = data.decode("utf-8", "replace").encode(encoding, "replace")


def _lines(data: bytearray, chance: random.Random) -> None:
    lines = data.splitlines(keepends=True)
    moved = chance.sample(range(len(lines)), min(len(lines), 2))
    for place in moved:
        lines.insert(chance.randrange(len(lines) + 1), lines[place])
    data[:] = b"".join(lines)


_WAYS: list[Callable[[bytearray, random.Random], None]] = [
    _bits, _signs, _cut, _hole, _again, _other_signs, _other_encoding, _lines,
]  # fmt: skip


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """The content after up to four accidents."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not data:
            break
        chance.choice(_WAYS)(data, chance)
    return bytes(data)
