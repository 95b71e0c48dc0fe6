"""Books of contracts that end for causes no model assumes, with what could be known of them at best.

Months count from each contract's begin. Each month a contract may end, by a chance that depends on the way of paying,
the charge, how much it rose lately, complaints of the two latest months, how long it runs, and something that nobody
ever sees. What is charged is invoiced. Two processes:

- ``network``: billed monthly; a rise of up to 20 % a year; the chance falls for as long as the contract runs;
- ``software``: billed and left by the quarter; a first year at a discount, after which the price jumps; the chance
  does not depend on how long it runs.

The oracle knows the process, and of a customer what it is told of: the rest it draws many times, and weighs each draw
by the chance that such a contract would have lasted until the day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import BookEvents, Series
from services.scoring.traits import traits_of
from tests.services.scoring.made_up import NEVER, made_up_book

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

AS_OF: Final = 20_000
#: Days of a month, months of the history, and months in which a contract may end within a horizon of 90 days.
MONTH, _MONTHS, _AHEAD = 30, 48, 3
PAYING: Final = ("Card", "Transfer", "Cheque", "Direct debit")
#: What may be known of a customer beside the days of their contract.
INVOICES, TICKETS, FIELDS = "invoices", "tickets", "fields"
EVERYTHING: Final = frozenset({INVOICES, TICKETS, FIELDS})
#: How far apart customers are by what nobody sees (log-odds), and complaints a month.
_HIDDEN_SPREAD, _COMPLAINTS = 0.5, 0.12


@dataclass(frozen=True)
class _Process:
    """Log-odds that a month is the last: at its base, by a doubled charge, a rise of 10 %, a complaint, ln months."""

    base: float
    charge: float
    rise: float
    ticket: float
    age: float
    paying: tuple[float, float, float, float]
    every: int
    jump: float

    @property
    def ends(self) -> slice:
        """The months with which a contract may end."""
        return slice(self.every - 1, None, self.every)


_PROCESSES: Final = {
    "network": _Process(-3.7, 1.2, 1.0, 1.0, -0.6, (0.0, 0.3, 1.8, -1.0), 1, 0.0),
    "software": _Process(-3.8, 0.8, 0.5, 1.2, 0.0, (1.2, 0.0, 0.8, -0.8), 3, 0.4),
}
PROCESSES: Final = tuple(_PROCESSES)


@dataclass(frozen=True)
class _Lives:
    """What happens to customers: shape (customers,), and (customers, months) where it is of each month."""

    charge: Floats
    paying: Whole
    hidden: Floats
    rises: Floats
    tickets: Floats

    def odds(self, process: _Process) -> Floats:
        """Log-odds that a contract ends with a month, shape (customers, months in which it may)."""
        ends, months = process.ends, np.arange(1, _MONTHS + 1)[process.ends]
        lately = self.rises[:, ends] + _before(self.rises, 1)[:, ends] + _before(self.rises, 2)[:, ends]
        charged = np.log(self.charge)[:, None] + np.cumsum(self.rises, axis=1)[:, ends]
        total = process.base + np.array(process.paying)[self.paying][:, None] + self.hidden[:, None]
        total = total + process.charge / np.log(2.0) * charged + process.rise * lately / np.log(1.1)
        total = total + process.ticket * np.minimum(self.tickets[:, ends] + _before(self.tickets, 1)[:, ends], 3.0)
        return np.asarray(total + process.age * np.log(months))

    def chances(self, process: _Process) -> Floats:
        """Chance that a contract ends with a month, shape (customers, months in which it may)."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.odds(process))))


def _before(monthly: Floats, months: int) -> Floats:
    found = np.zeros_like(monthly)
    found[:, months:] = monthly[:, :-months]
    return found


def _drawn(rng: np.random.Generator, process: _Process, customers: int) -> _Lives:
    rises = np.zeros((customers, _MONTHS))
    rises[:, 12::12] = np.log1p(rng.choice((0.0, 0.03, 0.1, 0.2), (customers, _MONTHS // 12 - 1)))
    rises[:, 12] += np.log1p(process.jump * rng.uniform(0.0, 1.5, customers))
    return _Lives(
        rng.lognormal(0.0, 0.4, customers),
        rng.integers(0, len(PAYING), customers),
        rng.normal(0.0, _HIDDEN_SPREAD, customers),
        rises,
        rng.poisson(_COMPLAINTS, (customers, _MONTHS)).astype(np.float64),
    )


@dataclass(frozen=True)
class ContractBook:
    """A book with what was drawn for it; `begun`: day numbers, shape (customers,)."""

    book: BookEvents
    process: str
    seed: int
    begun: Whole
    lives: _Lives

    def best(self, cutoff: int, known: Collection[str], draws: int = 150) -> Floats:
        """Chance that a contract ends within 90 days after a day, by all that can be told from what is `known`.

        Shape (customers,); of contracts that do not run then it means nothing.
        """
        process, rng = _PROCESSES[self.process], np.random.default_rng([self.seed, 9])
        runs = (cutoff - self.begun)[:, None]
        month, months = np.clip(runs // MONTH, 0, _MONTHS - _AHEAD), np.arange(_MONTHS)[None, :]
        written = self._complaints(cutoff)
        still = np.clip(months + 1 - runs / MONTH, 0.0, 1.0)  # what of each month lies after the day
        may = months[:, process.ends]
        past, ahead = may < month, (may >= month) & (may < month + _AHEAD)
        weight, leaves, true = np.zeros(self.begun.size), np.zeros(self.begun.size), self.lives
        for _ in range(draws):
            lives = _drawn(rng, process, self.begun.size)
            if INVOICES in known or FIELDS in known:
                lives = replace(lives, charge=true.charge)
            if INVOICES in known:
                lives = replace(lives, rises=np.where(months <= month, true.rises, lives.rises))
            if TICKETS in known:
                lives = replace(lives, tickets=written + rng.binomial(lives.tickets.astype(np.int64), still))
            if FIELDS in known:
                lives = replace(lives, paying=true.paying)
            stays = np.log1p(-lives.chances(process))
            lasted = np.exp(np.sum(np.where(past, stays, 0.0), axis=1))
            weight += lasted
            leaves += lasted * -np.expm1(np.sum(np.where(ahead, stays, 0.0), axis=1))
        return np.asarray(leaves / weight)

    def _complaints(self, cutoff: int) -> Floats:
        """Complaints through a day by customer and month of the contract."""
        found, tickets = np.zeros((self.begun.size, _MONTHS)), self.book.tickets.until(cutoff)
        np.add.at(found, (tickets.row, (tickets.day - self.begun[tickets.row]) // MONTH), 1.0)
        return found


def contract_book(process: str, seed: int, customers: int = 2_000, known: Collection[str] = EVERYTHING) -> ContractBook:
    """Draw a book of which the days of contracts and what is `known` is recorded; a seed draws the same lives."""
    rng = np.random.default_rng([seed, PROCESSES.index(process)])
    law = _PROCESSES[process]
    lives = _drawn(rng, law, customers)
    begun = AS_OF - rng.integers(MONTH, MONTH * (_MONTHS - _AHEAD), customers)
    ends = np.zeros((customers, _MONTHS), dtype=bool)
    ends[:, law.ends] = rng.random((customers, _MONTHS))[:, law.ends] < lives.chances(law)
    last = np.where(ends.any(axis=1), ends.argmax(axis=1), _MONTHS)
    left = np.where(begun + MONTH * (last + 1) <= AS_OF, begun + MONTH * (last + 1), NEVER)
    through = np.minimum(left - 1, AS_OF)
    book = made_up_book(
        customers,
        AS_OF,
        orders=_invoices(law, lives, begun, through) if INVOICES in known else (),
        tickets=_tickets(rng, lives, begun, through) if TICKETS in known else (),
    )
    contracts = Series(np.arange(customers), begun, {"left": left.astype(np.float64)})
    fields = [
        {"Payment": PAYING[paying], "First charge": f"{charge:.2f}"}
        for paying, charge in zip(lives.paying.tolist(), (40.0 * lives.charge).tolist(), strict=True)
    ]
    gone = left <= AS_OF
    traits = traits_of(fields, (np.minimum(left, AS_OF) - begun).astype(float), gone) if FIELDS in known else {}
    return ContractBook(replace(book, contracts=contracts, traits=traits), process, seed, begun, lives)


def _invoices(process: _Process, lives: _Lives, begun: Whole, through: Floats) -> list[tuple[float, ...]]:
    charged = 4_000.0 * lives.charge[:, None] * np.exp(np.cumsum(lives.rises, axis=1))
    return [
        (who, int(begun[who]) + MONTH * month, float(round(process.every * charged[who, month])))
        for who in range(begun.size)
        for month in range(0, _MONTHS, process.every)
        if begun[who] + MONTH * month <= through[who]
    ]


def _tickets(rng: np.random.Generator, lives: _Lives, begun: Whole, through: Floats) -> list[tuple[float, ...]]:
    found = []
    for who, month in np.argwhere(lives.tickets > 0).tolist():
        for _ in range(int(lives.tickets[who, month])):
            day = int(begun[who]) + MONTH * month + int(rng.integers(0, MONTH))
            if day <= through[who]:
                found.append((who, day, day + 2, float(rng.uniform(-0.9, -0.2)), np.nan))
    return found
