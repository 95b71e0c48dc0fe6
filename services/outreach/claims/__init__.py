"""What a text states, at its place, with its source or without one.

text → sentences → clauses (which of them state something) → quotes, products, money, dates, names, numbers, offers →
statements that are left → the facts that support them. In doubt something is flagged: a person can source or confirm a
statement, but nobody sees an invention that was let pass. Nothing here reads the book, a clock or a network.
"""

from __future__ import annotations

from services.outreach.claims.context import Context
from services.outreach.claims.find import NEVER_CONFIRMED, Text, find_claims
from services.outreach.claims.sentences import is_sign_off, says_anything, sentences
from services.outreach.claims.text import fold

__all__ = ["NEVER_CONFIRMED", "Context", "Text", "find_claims", "fold", "is_sign_off", "says_anything", "sentences"]
