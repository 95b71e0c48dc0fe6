"""What became of the mails to a customer: one mail's events together, and the furthest thing that happened to it."""

from __future__ import annotations

from datetime import date, timedelta

from models import sqlite
from models.queries.emails import ONE_MAIL
from models.values import words
from models.values.outbox import OWN_SOURCE
from services.insight.reader import Reader

#: From the furthest on.
_REACHED = {"converted": "converted", "replied": "answered", "clicked": "clicked", "opened": "opened"}
#: Opens and clicks arrive over some days; before that, silence says nothing.
_OPENS_KNOWN_AFTER_DAYS = 3


def mail_through(reader: Reader) -> date | None:
    """Return the last day of the email events that files brought: of our own emails nothing tells who opened them."""
    # From the end of the index on the day, past the few of our own.
    found = "SELECT happened_on FROM email_events WHERE source <> ? ORDER BY happened_on DESC LIMIT 1"
    return words.day_of(reader.value(found, (OWN_SOURCE,)))


def unread_streaks(reader: Reader, customer_id: int) -> dict[str, int]:
    """Return of each mail, by its key in the timeline, how many before it and with it were not opened in a row."""
    streaks: dict[str, int] = {}
    streak = 0
    for key, read in reader.driver.execute(
        f"""SELECT printf('email:%012d', MIN(id)), MAX(kind IN ('opened', 'clicked', 'replied', 'converted'))
             FROM email_events WHERE customer_id = ? AND source <> ?
            GROUP BY {ONE_MAIL} ORDER BY MIN(happened_on), MIN(id)""",
        (customer_id, OWN_SOURCE),
    ):
        streak = 0 if read else streak + 1
        streaks[key] = streak
    return streaks


def names_by_address(reader: Reader, customer_id: int) -> dict[str, str]:
    """Return the names of a customer's contacts by their address."""
    found = "SELECT lower(email), name FROM contacts WHERE customer_id = ? AND email <> '' AND name <> ''"
    return dict(reader.driver.execute(found, (customer_id,)).fetchall())


def furthest(mail: sqlite.Row) -> str:
    """Return the furthest that a mail got in a word, '' where nobody is known to have opened it."""
    return next((said for kind, said in _REACHED.items() if mail[kind]), "")


def became(mail: sqlite.Row, known_to: date | None, in_a_row: int) -> tuple[list[str], bool]:
    """Return what became of a mail in a few words, and whether that is bad news.

    Parameters
    ----------
    known_to
        The last day of the book's email events.
    in_a_row
        How many up to this one were not opened.
    """
    reached = furthest(mail)
    if mail["unsubscribed"]:
        return [reached or "sent", "unsubscribed"], True
    if reached:
        return [reached], False
    if mail["bounced"]:
        return ["bounced"], True
    parts = ["sent"] if mail["sent"] else []
    sent_on = words.day_of(mail["day"])
    if sent_on and known_to and sent_on > known_to - timedelta(days=_OPENS_KNOWN_AFTER_DAYS):
        return [*parts, "opens not known yet"], False
    return [*parts, "not opened" + (f", {_nth(in_a_row)} in a row" if in_a_row > 1 else "")], False


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
