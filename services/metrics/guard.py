"""Statements that end: when a person cancels, and when they take longer than anybody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from models import sqlite
from models.values.errors import Cancelled, UserError

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Steps of SQLite's machine between two looks at the clock: some tenths of a millisecond.
_STEPS: Final = 20_000


@contextmanager
def guarded(connection: Connection, cancelled: Callable[[], bool], seconds: float) -> Iterator[None]:
    """End what a connection runs when it is cancelled, or after so many seconds.

    Raises
    ------
    Cancelled
        It was cancelled.
    UserError
        It took longer.
    """
    from sqlalchemy.exc import OperationalError

    driver: Any = connection.connection.driver_connection
    until = monotonic() + seconds
    why: list[Exception] = []

    def look() -> int:
        if cancelled():
            why.append(Cancelled("Cancelled."))
        elif monotonic() > until:
            why.append(UserError(f"No answer within {seconds:g} seconds. Choose a shorter period or fewer groups."))
        return len(why)

    driver.set_progress_handler(look, _STEPS)
    try:
        yield
    except OperationalError as error:
        if why and getattr(error.orig, "sqlite_errorcode", None) == sqlite.SQLITE_INTERRUPT:
            raise why[0] from None
        raise
    finally:
        driver.set_progress_handler(None, 0)
