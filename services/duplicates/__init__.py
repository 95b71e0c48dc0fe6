"""One customer: records of several systems that are the same person or firm are found, judged, and made one.

Looking for them (after every change, against the few that share an address, a number, or a part of name and place)
merges nothing. A person decides: merge, keep apart, later. A merge is one unit of work that loses no row and that an
undo takes back; later imports of either record land at the customer that is left.
"""

from __future__ import annotations

from services.duplicates.decide import decide_later, keep_apart
from services.duplicates.doubtful import doubtful_customers
from services.duplicates.erasure import ERASURE_KEY, Erasure, erase_again, erase_customer, lift, receipt_text
from services.duplicates.find import Search, find_duplicates
from services.duplicates.merge import merge_customers
from services.duplicates.parts import one_primary
from services.duplicates.quality import identifier_quality
from services.duplicates.removal import delete_customer
from services.duplicates.review import count_pairs, read_merged, read_pair, read_pairs

__all__ = [
    "ERASURE_KEY",
    "Erasure",
    "Search",
    "count_pairs",
    "decide_later",
    "delete_customer",
    "doubtful_customers",
    "erase_again",
    "erase_customer",
    "find_duplicates",
    "identifier_quality",
    "keep_apart",
    "lift",
    "merge_customers",
    "one_primary",
    "read_merged",
    "read_pair",
    "read_pairs",
    "receipt_text",
]
