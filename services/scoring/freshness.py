"""How far the sources of a book reach: which end long before its other data, and by how many days.

What a score makes of a customer's silence in a channel is only as good as the channel's file is new. Ages are told
against the book's own newest day; against the clock they are the business of `services.book.sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection

from models.store.driver import driver_of
from services.book.sources import source_ages
from services.scoring.phrasing import SOURCE_WORDS
from services.settings import Policy

#: A source is taken for old from so many days before the book's newest day on, and from so many times its usual
#: interval: where a review comes every other month, a month without one is none of a missing file.
OLD_DAYS: Final = 30
_TIMES: Final = 2.0
#: Of `old_sources`: the whole book, where the day of the scores lies after all of its data.
EVERYTHING: Final = "everything"


def old_sources(connection: Connection, newest: Mapping[str, date], as_of: date) -> dict[str, int]:
    """Sources of the whole book that are old, with the days by which each ends before the book's newest day.

    Parameters
    ----------
    newest
        The newest day of each source, none of them after `as_of`.
    as_of
        Day of the scores; `EVERYTHING` is old where it lies long after the book's newest day.
    """
    if not newest:
        return {}
    last = max(newest.values())
    behind = {name: (last - day).days for name, day in newest.items() if (last - day).days > OLD_DAYS}
    if behind:
        driver = driver_of(connection)
        usual = {one.words: one.usual_days or 0.0 for one in source_ages(driver, as_of, Policy())}
        often = {name: _TIMES * usual.get(SOURCE_WORDS.get(name, ""), 0.0) for name in behind}
        behind = {name: days for name, days in behind.items() if days > often[name]}
    if (as_of - last).days > OLD_DAYS:
        behind[EVERYTHING] = (as_of - last).days
    return behind
