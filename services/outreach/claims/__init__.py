"""What a text says against its facts, at its place, and what never goes to a customer.

text → sentences → quotes, products, money, dates, names, numbers, offers, promises, states → the facts that hold them
or that they contradict. Only what can surely be called wrong is flagged; whatever else code did not write is to be
read by a person. Words and patterns are data in four languages. Nothing here reads a clock or a network.
"""

from __future__ import annotations

from services.outreach.claims.context import Context
from services.outreach.claims.find import NEVER_CONFIRMED, Text, find_claims
from services.outreach.claims.sentences import is_sign_off, says_anything, sentences
from services.outreach.claims.text import fold

__all__ = ["NEVER_CONFIRMED", "Context", "Text", "find_claims", "fold", "is_sign_off", "says_anything", "sentences"]
