"""What the book knows that a text is judged by: names and products that occur in it, the alert's reasons, the cap."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from models import sqlite
from services.book.alert_phrasing import reason_words
from services.insight import Reader
from services.outreach.claims.context import Context
from services.outreach.claims.find import Text
from services.outreach.claims.lexicon import lexicon
from services.outreach.claims.names import opening_places
from services.outreach.claims.record import read_record
from services.outreach.claims.sentences import typed_signature
from services.outreach.claims.text import fold, lower
from services.outreach.facts import names_of

if TYPE_CHECKING:
    from models.values.outreach import Edit
    from services.workspace import Workspace

_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*")
#: So many customers are looked at whose name holds two words of the text in a row.
_NAMESAKES: Final = 100
_LONGEST_NAME: Final = 5
_REASONS: Final = (
    "SELECT reason FROM alerts WHERE customer_id = :customer"
    " UNION SELECT s.reason FROM alert_signals s JOIN alerts a ON a.id = s.alert_id WHERE a.customer_id = :customer"
)
_WORTH: Final = (
    "SELECT coalesce(clv_if_stays_minor, clv_minor, 0), segment, currency"
    " FROM customer_risk_scores WHERE customer_id = ?"
)


def read_context(workspace: Workspace, reader: Reader, edit: Edit, customer: sqlite.Row) -> Context:
    """Return what the text of an email is judged by.

    Parameters
    ----------
    customer
        The row of ``customers``, all columns.
    """
    names = names_of(customer["name"], customer["company"])
    text = lower(fold(f"{edit.subject}\n{edit.body}"))
    words = _TOKEN.findall(text)
    mail = workspace.preferences.mail
    typed = "" if workspace.preferences.signed_by else typed_signature(edit.body)
    ours = (workspace.person, workspace.login, mail.from_name, workspace.preferences.signature,
            reader.policy.sender_line, typed)  # fmt: skip
    record = read_record(reader, customer["id"])
    known_so = (names.full, names.company, names.short, names.first)
    cap, currency = read_cap(reader, customer["id"])
    alone, permit = min(cap, reader.policy.incentive_approval_minor), workspace.permit
    asks = bool(permit.why_not("approve-incentive"))
    return Context(
        today=reader.today,
        own_names=tuple(dict.fromkeys(one for one in known_so if one)),
        our_names=tuple(one for one in ours if one),
        other_names=_other_names(reader, customer, text, words),
        name_words=_name_words(reader, edit.body),
        products=_occurring(reader, "name", text),
        categories=_occurring(reader, "category", text),
        own_links=tuple(lower(fold(one)) for one in (mail.from_address, *ours) if one),
        reasons=tuple(
            reason_words(row[0], reader.today) for row in reader.driver.execute(_REASONS, {"customer": customer["id"]})
        ),
        record=record,
        resolutions=edit.resolutions,
        incentive_minor=edit.incentive_minor,
        cap_minor=alone if asks or permit.role is None else cap,
        beyond_cap="; a manager may approve more" if asks and alone < cap else "",
        currency=edit.currency or currency,
    )


def read_cap(reader: Reader, customer_id: int) -> tuple[int, str]:
    """Return the most that may be offered to a customer at all, in minor units, and its currency."""
    row = reader.driver.execute(_WORTH, (customer_id,)).fetchone()
    if row is None:
        return 0, reader.currency
    return int(max(row[0], 0) * reader.policy.incentive_share_of(row[1])), row[2] or reader.currency


def texts_of(edit: Edit) -> Text:
    """Return the parts of an email that are judged."""
    return Text(edit.subject, edit.greeting, edit.body)


def _other_names(reader: Reader, customer: sqlite.Row, text: str, words: list[str]) -> tuple[str, ...]:
    """Return names and companies of other customers that stand in the text, of two words or more, in small letters."""
    pairs = {
        (one, two)
        for one, two in pairwise(words)
        if not (_is_light(one) or _is_light(two)) or (one.isalnum() and two in ("and", "of"))
    }
    pairs = {(one, two) for one, two in pairs if not (_is_light(one) and _is_light(two))}
    if not pairs:
        return ()
    match = "{name company} : (" + " OR ".join(f'"{one} {two}"' for one, two in sorted(pairs)) + ")"
    found = reader.driver.execute(
        "SELECT c.name, c.company FROM customers c WHERE c.id <> ? AND c.id IN"
        " (SELECT rowid FROM customers_search WHERE customers_search MATCH ? LIMIT ?)",
        (customer["id"], match, _NAMESAKES),
    ).fetchall()
    found += _called_so(reader, customer, text)
    own = {_plain(one) for one in (customer["name"], customer["company"]) if one}
    said = f" {' '.join(words)} "
    names = {name for row in found for name in row if name and len(_TOKEN.findall(name)) > 1}
    return tuple(
        sorted(
            {
                lower(fold(" ".join(name.split())))
                for name in names
                if _plain(name) not in own and f" {_plain(name)} " in said
            }
        )
    )


def _called_so(reader: Reader, customer: sqlite.Row, text: str) -> list[tuple[str, str]]:
    """Return other customers whose whole name is a run of the text's words: however many share two of them."""
    words = text.split()
    runs = {
        " ".join(words[at : at + length]).strip(".,;:!?()\"'")
        for length in range(2, _LONGEST_NAME + 1)
        for at in range(len(words) - length + 1)
    }
    asked = sorted(run for run in runs if not all(_is_light(word) for word in _TOKEN.findall(run)))
    marks = ",".join("?" * len(asked))
    return reader.driver.execute(
        f"SELECT name, company FROM customers WHERE name COLLATE NOCASE IN ({marks}) AND id <> ?",
        (*asked, customer["id"]),
    ).fetchall()


def _name_words(reader: Reader, body: str) -> frozenset[str]:
    """Return words with which sentences begin and which some customer is called by."""
    text = fold(body)
    found = set()
    for place in opening_places(text):
        word = _TOKEN.match(text, place)
        if word is not None and word.group()[0].isupper() and not lexicon().is_common(word.group().lower()):
            found.add(word.group().lower())
    return frozenset(
        word
        for word in found
        if reader.value(
            "SELECT 1 FROM customers_search WHERE customers_search MATCH ? LIMIT 1", (f'{{name company}} : "{word}"',)
        )
    )


def _occurring(reader: Reader, column: str, text: str) -> tuple[str, ...]:
    """Return names of products, or categories, that stand in the text (in small letters)."""
    if not text.strip():
        return ()
    rows = reader.driver.execute(
        f"SELECT DISTINCT {column} FROM products WHERE length({column}) > 1 AND instr(?, lower(trim({column}))) > 0",
        (text,),
    )
    return tuple(row[0] for row in rows)


def _is_light(word: str) -> bool:
    return lexicon().is_common(word)


def _plain(name: str) -> str:
    return " ".join(_TOKEN.findall(name.lower() if name.isascii() else lower(fold(name))))
