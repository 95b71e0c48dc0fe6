"""What a text is judged by besides the ticked facts: the day, the names of the book, what may be offered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from models.values.outreach import Fact, Resolution
from services.outreach.claims.record import Record


@dataclass(frozen=True, slots=True)
class Context:
    """Values with which a text is judged. Money is in minor units.

    Attributes
    ----------
    today
        The day on which the email is read, as near as can be told.
    own_names
        Full name, company and contacts of this customer.
    our_names
        Words with capitals that are ours: who signs, the sender's company.
    other_names
        Names of other customers that occur in the text, in small letters.
    name_words
        Words at the beginning of a sentence of the text, in small letters, that are part of a customer's name.
    products, categories
        Names of the book's products and categories that occur in the text.
    own_links
        Addresses and numbers of ours, in small letters.
    reasons
        The alert's reasons in words: none of it is said to the customer.
    record, known
        What else is on record of the customer, and all facts, ticked or not.
    incentive_minor, cap_minor, currency, beyond_cap
        What the email offers, the most that may be offered, and who may offer more.
    """

    today: date
    own_names: tuple[str, ...] = ()
    our_names: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    name_words: frozenset[str] = frozenset()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    own_links: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    resolutions: tuple[Resolution, ...] = field(default=())
    record: Record = field(default_factory=Record)
    known: tuple[Fact, ...] = ()
    incentive_minor: int = 0
    cap_minor: int = 0
    beyond_cap: str = ""
    currency: str = ""
