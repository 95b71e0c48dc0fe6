"""A deal as a form shows it before it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

STAGES: Final = ("Identified", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
LOST: Final = "Lost"
#: The stages in which a deal is decided.
CLOSED: Final = ("Won", LOST)


@dataclass(frozen=True, slots=True)
class DealFields:
    """What can be changed of a deal.

    Attributes
    ----------
    amount
        In whole units of its currency, as text; '' without one.
    customer
        The customer's name; '' for a deal that nobody is known of.
    probability
        In per cent, as text; '' without one.
    usual
        The same of the deals of a stage, where they share one.
    lost_reason
        Why it was lost; '' of one that was not, or where nobody said.
    """

    id: int
    name: str
    customer: str
    stage: str
    amount: str
    currency: str
    closes_on: str
    owner: str
    probability: str = ""
    usual: Mapping[str, str] = field(default_factory=dict, hash=False)
    lost_reason: str = ""

    @property
    def called(self) -> str:
        """Its name, with its customer's."""
        return " · ".join(part for part in (self.name, self.customer) if part)
