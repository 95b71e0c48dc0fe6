"""The trends of whoever is shown: read when the eye rests on a customer, as they are counted anew each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from models.values.anomalies import TrendWords
from views.background import Desk
from views.scores.course import ScoreCourse

#: Whoever goes through a list row by row is not kept waiting by figures that they never look at.
REST_MS: Final = 500


class TrendsOnRest(QWidget):
    """Asks for the trends of the customer whom it was told of last, and shows them in the course of their scores.

    Parameters
    ----------
    ask
        The trends of a customer; runs in the pool.
    """

    def __init__(self, desk: Desk, ask: Callable[[int], TrendWords], course: ScoreCourse) -> None:
        super().__init__(course)
        self.hide()
        self._desk, self._ask, self._course = desk, ask, course
        self._customer: int | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._read)

    @property
    def resting(self) -> bool:
        """Whether the question is still to be put."""
        return self._rest.isActive()

    def follow(self, customer_id: int | None) -> None:
        """Another customer is shown, the same one anew, or nobody (None)."""
        self._desk.drop("trends")
        self._customer = customer_id
        if customer_id is None:
            self._rest.stop()
        else:
            self._rest.start()

    def _read(self) -> None:
        customer, ask = self._customer, self._ask
        if customer is not None and self._course.isVisible():
            # Without an answer the trend of the orders stays, as the scores have it.
            self._desk.read("trends", lambda: ask(customer), self._course.show_trends)
