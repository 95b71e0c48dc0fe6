"""Windows: what was known at the end of a cutoff's day, and who left in the days after it.

A window knows nothing later than its cutoff but its label, and its label nothing later than its own last day: the
closed form, usual gaps and typical values are fitted anew at each cutoff, and an order that was cancelled after the
label window had closed still counts in it, as it did then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.values.errors import Cancelled
from services.scoring.events import BookEvents
from services.scoring.features import features_at
from services.scoring.ledger import Ledger, Rows
from services.scoring.model_selection.frame import Frame, frame_at
from services.scoring.parameters import Parameters, fit_parameters

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: What leaving means: no purchase day, no day of other activity (of those who never ordered), or the contract's end.
Label = Literal["orders", "activity", "contract"]
#: Days between cutoffs: about a month, or half of one where the history is short; the horizon a whole number of them.
_STEP_DAYS, _SHORT_STEP_DAYS = 30, 15
_MANY = 6
#: Days of history before the first cutoff, and what is made do with where there is no more: in a book's first weeks
#: everybody is new, and what they do tells little of later ones.
_GOOD_HISTORY, _LEAST_HISTORY = 60, 30
MOST_WINDOWS = 24


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True)
class Window:
    """Customers who could leave at the end of day `cutoff`, and who did; `customers` are their ids, rising."""

    cutoff: int
    horizon_days: int
    customers: Whole
    frame: Frame
    left: Flags
    label: Label = "orders"

    @property
    def closes(self) -> int:
        """Day number of the last day of the label."""
        return self.cutoff + self.horizon_days


@dataclass
class Past:
    """A book's windows, each made once however often it is asked for.

    Attributes
    ----------
    until
        Day number after which nothing is looked at; by default the book's own day.
    """

    book: BookEvents
    horizon_days: int
    label: Label = "orders"
    cancelled: Callable[[], bool] = never
    until: int | None = None
    _ledgers: dict[int, Ledger] = field(default_factory=dict)
    _windows: dict[int, Window] = field(default_factory=dict)

    @property
    def channels(self) -> frozenset[str]:
        """Kinds of event that get columns."""
        return self.book.known_sources

    def ledger(self, day: int) -> Ledger:
        """The book at the end of a day."""
        if day not in self._ledgers:
            if self.cancelled():
                raise Cancelled("The back-test was cancelled.")
            self._ledgers[day] = Ledger(self.book, day)
        return self._ledgers[day]

    def window(self, cutoff: int) -> Window:
        """The window after a day; its label closes on or before the book's last day.

        Raises
        ------
        ValueError
            If the label is not closed yet.
        """
        if cutoff + self.horizon_days > (self.book.as_of if self.until is None else self.until):
            raise ValueError("The label window is not closed yet.")
        if cutoff not in self._windows:
            self._windows[cutoff] = self._made(cutoff)
        return self._windows[cutoff]

    def _made(self, cutoff: int) -> Window:
        ledger = self.ledger(cutoff)
        frame, _ = frame_of(ledger, self.book.currency, self.horizon_days, self.channels)
        could, left = leaving(self, ledger, cutoff)
        return Window(
            cutoff, self.horizon_days, self.book.customer_ids[could], frame.only(could), left[could], self.label
        )


def frame_of(
    ledger: Ledger, currency: str, horizon_days: int, channels: frozenset[str] | None = None
) -> tuple[Frame, Parameters]:
    """The frame at the ledger's day on parameters fitted on that day."""
    first = features_at(ledger)
    parameters = fit_parameters(first, currency, with_value=False)
    seen = features_at(ledger, parameters.gaps, first)
    return frame_at(ledger, seen, parameters, horizon_days, channels), parameters


def leaving(past: Past, ledger: Ledger, cutoff: int) -> tuple[Flags, Flags]:
    """Who could leave at the cutoff, and who did by the label's end; shape (customers,) each."""
    end = cutoff + past.horizon_days
    if past.label == "contract":
        under, ended = contract_days(ledger, cutoff)
        return under, ended <= end
    later = past.ledger(end)
    ordered = ledger.orders.end > ledger.orders.start
    silent = _silent(later.orders, cutoff, end)
    if past.label == "orders":
        return ordered & ~ledger.left, silent
    return ledger.by_activity & ~ledger.left, silent & _silent(later.activity, cutoff, end)


def contract_days(ledger: Ledger, day: int) -> tuple[Flags, Floats]:
    """Who is under contract at the end of a day, and on which day each left it (far future: never, as far as read)."""
    contracts = ledger.book.contracts
    begun, ended = np.full(ledger.customers, np.inf), np.full(ledger.customers, np.inf)
    begun[contracts.row], ended[contracts.row] = contracts.day, contracts.values["left"]
    return (begun <= day) & (ended > day), ended


def _silent(rows: Rows, cutoff: int, end: int) -> Flags:
    return np.asarray(rows.counted(cutoff, end) == 0.0)


def step_days(horizon_days: int, wanted: int) -> int:
    """Days between cutoffs: near those wanted, and the horizon a whole number of them, so that windows serve twice."""
    return max(round(horizon_days / max(round(horizon_days / wanted), 1)), 1)


def cutoffs_before(day: int, first_day: int, horizon_days: int, most: int = MOST_WINDOWS) -> list[int]:
    """Cutoffs, rising, of the windows that close on or before `day`: about one a month, the newest closing on it."""
    newest = day - horizon_days
    for history in (_GOOD_HISTORY, _LEAST_HISTORY):
        days = newest - first_day - history
        if days < 0:
            continue
        step = step_days(horizon_days, _STEP_DAYS)
        if days // step + 1 < _MANY:
            step = step_days(horizon_days, _SHORT_STEP_DAYS)
        return [newest - step * place for place in range(min(days // step + 1, most) - 1, -1, -1)]
    return []


def times_told(cutoffs: Sequence[int], horizon_days: int) -> float:
    """How many windows an average day of them lies in: windows a month apart of ninety days tell a day three times.

    What several windows say of the same days is no further evidence, so counts are divided by this.
    """
    days = np.array(cutoffs, np.float64)
    if not days.size:
        return 1.0
    shared = np.clip(1.0 - np.abs(days[:, None] - days[None, :]) / horizon_days, 0.0, None)
    return float(shared.sum(axis=1).mean())


def windows(
    book: BookEvents,
    cutoffs: Sequence[int],
    horizon_days: int,
    label: Label = "orders",
    cancelled: Callable[[], bool] = never,
) -> list[Window]:
    """The windows after each of `cutoffs` (day numbers), in their order."""
    past = Past(book, horizon_days, label, cancelled)
    return [past.window(cutoff) for cutoff in cutoffs]
