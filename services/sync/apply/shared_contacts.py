"""Contacts that several people share: a switchboard, a household, office@. Who bears another name is another customer.

An address is one person's, unless it is that of a desk; a number often is not. Where the names say that it is somebody
else, the row is a customer of its own, and whether the two are one after all is a question for the review.
"""

from __future__ import annotations

import sqlite3
from typing import Final

#: Below this likeness two names under one number are two people's.
_ANOTHER_NAME: Final = 0.7


def part_other_names(db: sqlite3.Connection) -> None:
    """Take back matches by number, and by the address of a desk, whose names contradict each other.

    Parameters
    ----------
    db : sqlite3.Connection
        Connection of the store with the staging file attached; its people are matched by contact.
    """
    found = db.execute(
        """
        SELECT p.who, iif(p.how = 'phone', '', p.email), p.name, p.company, p.phone_text, c.name, c.company, c.phone
        FROM stage.people p JOIN main.customers c ON c.id = p.customer_id
        WHERE p.how IN ('phone', 'email') AND p.name IS NOT NULL
        """
    )
    others = [(who,) for who, email, *names in found if _is_shared(email) and _are_others(*names)]
    db.executemany("UPDATE stage.people SET customer_id = NULL, how = NULL WHERE who = ?", others)


def _is_shared(email: str) -> bool:
    """Whether a contact may be several people's: a number ('' here), or the address of a desk."""
    from services.duplicates.nicknames import SHARED_MAILBOXES

    return not email or email.partition("@")[0] in SHARED_MAILBOXES


def _are_others(
    name: str, company: str | None, phone: str | None, known: str, firm: str | None, at: str | None
) -> bool:
    from services.duplicates.likeness import name_likeness
    from services.duplicates.normal import stands_in, words_of

    if stands_in(name, phone) or stands_in(known, at):
        return False
    mine = [words_of(one) for one in (name, company) if one]
    theirs = [words_of(one) for one in (known, firm) if one]
    persons = name_likeness(mine[0], theirs[0])
    if persons is None or persons >= _ANOTHER_NAME:
        return False
    # A person's name beside the name of the firm at which the number rings contradicts nothing.
    firms = [name_likeness(mine[0], one) or 0.0 for one in theirs[1:]]
    firms += [name_likeness(one, theirs[0]) or 0.0 for one in mine[1:]]
    return max(firms, default=0.0) < _ANOTHER_NAME
