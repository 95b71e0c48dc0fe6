"""How the composer words and lays out what the session holds."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QRectF

from models.values.outreach import Composition, Review
from views.composer.drafts_list import DraftLine
from views.composer.session import Session, first_draft
from views.composer.statements import statements_of
from views.composer.timing import Leaving, clock_words, goes_out
from views.composer.writers import MODEL, TEMPLATE, kind_of_writer
from views.words import counted, short_day


def writer_key(writer: str) -> str:
    """What stands in the list of writers for who wrote a text: one line for all templates."""
    return writer if kind_of_writer(writer) == MODEL else TEMPLATE


def day_words(day: str) -> str:
    """A day as "27 Nov"."""
    on = date.fromisoformat(day)
    return short_day(on, on)


def to_words(composition: Composition) -> str:
    """To whom an email goes: the contact with role and address, or the customer's own address; '' without one.

    Where a company has people, its own address stands beside its name: it is nobody's of them.
    """
    whom = composition.recipient
    if whom is not None and whom.email:
        return f"{whom.called} · {whom.email}"
    own = composition.to_address
    return f"{composition.customer} · {own}" if own and composition.recipients else own


def draft_lines(session: Session) -> list[DraftLine]:
    """The drafts as they are listed; a text that is not stored yet is a draft too."""
    versions = session.composition.versions
    edit = session.edit
    if not versions:
        words = first_draft(edit, session.template).words
        return [DraftLine(0, "now", 1, words, current=True)] if edit.body else []
    newest = versions[0]
    same = (newest.subject, newest.greeting, newest.body) == (edit.subject, edit.greeting, edit.body)
    made = []
    for version in versions:
        current = version is newest
        words = version.words if same or not current else f"{version.words}, edited"
        made.append(DraftLine(version.id, clock_words(version.written_at), version.number, words, current))
    return made


def skeleton(width: float, tall: float) -> list[QRectF]:
    """Skeleton in the geometry of the three columns."""
    side = 336.0 if width > 1_100 else 0.0
    left, middle = QRectF(16, 20, 180, 16), side + 20
    made = [left] if side else []
    made += [QRectF(16, 62 + 27 * place, side - 60, 10) for place in range(9) if side]
    made += [QRectF(middle, 12 + 34 * place, (width - 2 * side) * 0.5, 10) for place in range(4)]
    made += [QRectF(middle, 210 + 25 * place, (width - 2 * side) * 0.6, 10) for place in range(8) if tall > 230]
    made += [QRectF(width - side + 16, 20 + 52 * place, side - 40, 30) for place in range(4) if side]
    return made


def opens_words(composition: Composition, review: Review, moment: str, leaves: Leaving, *, account: bool) -> str:
    """What stands under the button: what approving does, or what opens it."""
    if review.ready:
        return goes_out(composition, moment, leaves, account=account)
    flags = len(statements_of(review.flagged))
    if flags:
        return "Opens when the statement is resolved." if flags == 1 else f"Opens when all {flags} are resolved."
    if review.to_read:
        return "Opens when the box is ticked. A changed sentence clears the tick."
    blocked = next((check for check in review.checks if not check.passed and check.blocks), None)
    if blocked is None:
        return ""
    # "You may not email them:" is said above with its reason.
    return "Opens when this is settled." if blocked.why else f"Opens when this is settled: {blocked.words}"


def count_words(session: Session, text: str) -> str:
    """The line under the text: words, when it was saved, how much of it is traced."""
    words = [counted(len(text.split()), "word")]
    if session.saved_at:
        words.append(f"saved {clock_words(session.saved_at)}")
    elif session.dirty:
        words.append("not saved yet")
    found = session.review.claims if session.review is not None else ()
    claims = statements_of(claim for claim in found if claim.kind not in ("own", "warned"))
    if claims:
        traced = sum(claim.verdict != "unsupported" for claim in claims)
        words.append(f"{traced} of {counted(len(claims), 'statement')} traced")
    if own := sum(claim.kind == "own" for claim in found):
        words.append(f"{counted(own, 'sentence')} of yours")
    return " · ".join(words)
