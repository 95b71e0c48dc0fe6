"""Write entries of the hash chain: each holds the digest of its payload and the hash of the entry before it.

Images lie in rows of their own with a digest each. Erasing a person's images leaves the digests, so the chain still
holds, and it shows a changed, missing or reordered entry all the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from models.tables import journal, journal_payloads
from models.values.journal import Actor

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Image:
    """The images of one row: fields before and after. An update holds only the fields that changed."""

    table: str
    row_id: int | str
    operation: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def sha256(text: str) -> str:
    """Return the hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(values: Mapping[str, Any] | None) -> str | None:
    """Return JSON with sorted keys, the same text for the same values."""
    if values is None:
        return None
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def row_digest(table: str, row_id: str | None, operation: str, before: str | None, after: str | None) -> str:
    """Return the digest of one payload row."""
    return sha256(json.dumps([table, row_id, operation, before, after], ensure_ascii=False))


def payload_digest(row_digests: Iterable[str]) -> str:
    """Return the digest of a payload from the digests of its rows, in their order."""
    return sha256("\n".join(row_digests))


def entry_hash(
    previous: str, number: int, at: str, actor: Actor, verb: str, subject: str, digest: str, undoes: int | None
) -> str:
    """Return the hash that closes an entry and opens the next."""
    return sha256(
        json.dumps([previous, number, at, actor.kind, actor.name, verb, subject, digest, undoes], ensure_ascii=False)
    )


def head(connection: Connection) -> tuple[int, str]:
    """Return number and hash of the last entry; ``(0, GENESIS)`` for an empty journal."""
    last = connection.execute(select(journal.c.id, journal.c.hash).order_by(journal.c.id.desc()).limit(1)).first()
    return (int(last[0]), str(last[1])) if last is not None else (0, GENESIS)


def stands(connection: Connection, remembered: tuple[int, str]) -> bool:
    """Return whether an entry is in the journal as it is remembered by number and hash."""
    number, known = remembered
    found = connection.execute(select(journal.c.hash).where(journal.c.id == number)).scalar()
    return remembered == (0, GENESIS) or found == known


def erasure(entry: int, position: int, digest: str, at: str) -> str:
    """Return what an entry that erases images says of each: its place, its digest and when it was erased."""
    return f"erased {entry}.{position} {digest} {at}"


def append_entry(
    connection: Connection,
    *,
    at: str,
    actor: Actor,
    verb: str,
    subject: str,
    words: str,
    images: Iterable[Image],
    digests: Iterable[str],
    undoes: int | None = None,
    role: str | None = None,
) -> int:
    """Append an entry with its payload inside the running transaction and return its number."""
    previous_number, previous = head(connection)
    number = previous_number + 1
    rows = _payload_rows(number, words, images, digests, role)
    digest = payload_digest(row["digest"] for row in rows)
    connection.execute(
        insert(journal).values(
            id=number,
            at=at,
            actor_kind=actor.kind,
            actor=actor.name,
            verb=verb,
            subject=subject,
            digest=digest,
            previous_hash=previous,
            hash=entry_hash(previous, number, at, actor, verb, subject, digest, undoes),
            undoes=undoes,
        )
    )
    if rows:
        connection.execute(insert(journal_payloads), rows)
    return number


def _payload_rows(
    number: int, words: str, images: Iterable[Image], digests: Iterable[str], role: str | None
) -> list[dict[str, Any]]:
    plain: list[tuple[str, str | None, str, str | None, str | None]] = []
    if words:
        plain.append(("", None, "words", None, canonical({"words": words})))
    if role is not None:
        plain.append(("", None, "role", None, canonical({"role": role})))
    plain += [("", None, "digest", None, canonical({"digest": text})) for text in digests]
    plain += [
        (image.table, str(image.row_id), image.operation, canonical(image.before), canonical(image.after))
        for image in images
    ]
    return [
        {
            "journal_id": number,
            "position": position,
            "table_name": table,
            "row_id": row_id,
            "operation": operation,
            "before": before,
            "after": after,
            "digest": row_digest(table, row_id, operation, before, after),
        }
        for position, (table, row_id, operation, before, after) in enumerate(plain)
    ]
