"""Books with a past for the tests of model selection: customers who buy, drop out and, in some, complain before."""

from __future__ import annotations

import numpy as np

from services.scoring.events import BookEvents
from tests.services.scoring.made_up import made_up_book

AS_OF = 20_000


def buying_book(customers: int, seed: int, days: int = 500, *, with_tickets: bool = False) -> BookEvents:
    """Customers who buy at rates of their own until they leave; with tickets, half of the leavers open a sad one."""
    rng = np.random.default_rng(seed)
    orders, tickets = [], []
    for customer in range(customers):
        rate, leaves = rng.gamma(1.5, 0.03), rng.beta(1.0, 7.0)
        day, value = float(rng.integers(0, days * 4 // 5)), rng.gamma(4.0, 900.0)
        while day <= days:
            orders.append((customer, AS_OF - days + int(day), round(value * rng.gamma(5.0, 0.2))))
            if rng.random() < leaves:
                if with_tickets and rng.random() < 0.7:
                    tickets.append((customer, AS_OF - days + int(day), 3e6, -0.8, np.nan))
                break
            day += max(rng.exponential(1.0 / max(rate, 1e-3)), 1.0)
    kept = [ticket for ticket in tickets if ticket[1] <= AS_OF]
    return made_up_book(customers, AS_OF, orders=orders, tickets=kept)
