"""Whether a customer has left: one meaning of it, for the scores, the rules and the pages.

Who has left at the end of a day is a customer with a day of leaving up to it. Who signs again is a customer from that
day on; where no contract is known, who buys again is one. The fragments read the customer's row as ``c`` and know
nothing after the day that they are given.
"""

from __future__ import annotations

from typing import Final

_NEVER: Final = "9999-12-31"
#: The day on which the contract began; where none is known, on which the customer signed up.
_SIGNED: Final = "coalesce(c.contract_starts_on, c.signed_up_on)"


def back_on(day: str) -> str:
    """SQL of the day, up to `day` (an SQL expression), on which who had left came back; far in the future without."""
    return (
        f"coalesce(CASE WHEN {_SIGNED} > c.churned_on AND {_SIGNED} <= {day} THEN {_SIGNED}"
        " WHEN c.contract_starts_on IS NULL THEN (SELECT min(b.ordered_on) FROM orders b WHERE b.customer_id = c.id"
        f" AND b.kind = 'purchase' AND b.ordered_on > c.churned_on AND b.ordered_on <= {day}) END, '{_NEVER}')"
    )


def left_on(day: str) -> str:
    """SQL of the day on which the customer left, null for one who is a customer at the end of `day`."""
    return f"(CASE WHEN c.churned_on <= {day} AND {back_on(day)} > {day} THEN c.churned_on END)"
