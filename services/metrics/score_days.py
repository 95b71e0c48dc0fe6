"""Query module: where the last scores by a day stand: those in force, or rows of one day or of several."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from models.queries.churn_status import NEVER

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COUNTED: Final = (
    "SELECT last, (SELECT count(*) FROM score_history WHERE as_of = last), (SELECT count(*) FROM customers)"
    " FROM (SELECT max(as_of) AS last FROM score_history WHERE as_of <= ?)"
)
_BEGUN: Final = (
    "SELECT began, count(*) FROM (SELECT (SELECT min(as_of) FROM score_history WHERE customer_id = c.id) AS began"
    " FROM customers c) WHERE began IS NOT NULL GROUP BY began"
)


class ScoreDays:
    """The days of scores of one state of the book, read as they are needed."""

    def __init__(self) -> None:
        self._known: dict[date, bool] = {}
        self._begun: list[tuple[str, int]] | None = None  # how many were scored for the first time on each day
        self._in_force: str | None = None

    def are_in_force(self, connection: Connection, day: date) -> bool:
        """Return whether the last scores by a day are those in force."""
        if self._in_force is None:
            found = connection.exec_driver_sql("SELECT max(as_of) FROM customer_risk_scores").scalar()
            self._in_force = str(found or NEVER)
        return day.isoformat() >= self._in_force

    def are_one(self, connection: Connection, day: date) -> bool:
        """Return whether nobody's last score by a day is older than the last score of all by then.

        A full scoring leaves a row for everyone, so that it is mostly so. Then as many have a row of that day as had
        their first one by then.
        """
        if day not in self._known:
            self._known[day] = self._are_one(connection, day)
        return self._known[day]

    def _are_one(self, connection: Connection, day: date) -> bool:
        last, scored, customers = connection.exec_driver_sql(_COUNTED, (day.isoformat(),)).one()
        if last is None or scored == customers:
            return True
        if self._begun is None:
            self._begun = [(began, number) for began, number in connection.exec_driver_sql(_BEGUN)]
        return bool(scored == sum(number for began, number in self._begun if began <= last))
