"""One customer: records of several systems that are the same person or firm are found, judged, and made one.

Looking for them (after every change, against the few that share an address, a number, or a part of name and place)
merges nothing. A person decides: merge, keep apart, later. A merge is one unit of work that loses no row and that an
undo takes back; later imports of either record land at the customer that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.duplicates.decide import decide_later, keep_apart
    from services.duplicates.doubtful import doubtful_customers
    from services.duplicates.erasure import (
        ERASURE_KEY,
        Erasure,
        erase_again,
        erase_customer,
        erase_one_of,
        lift,
        receipt_lines,
        receipt_text,
        rewrite_book,
    )
    from services.duplicates.find import Search, find_duplicates
    from services.duplicates.merge import merge_customers
    from services.duplicates.parts import one_primary
    from services.duplicates.quality import identifier_quality
    from services.duplicates.removal import delete_customer, email_on_its_way
    from services.duplicates.review import count_pairs, read_merged, read_pair, read_pairs
else:
    __getattr__ = offering(
        __name__,
        {
            "services.duplicates.decide": "decide_later keep_apart",
            "services.duplicates.doubtful": "doubtful_customers",
            "services.duplicates.erasure": (
                "ERASURE_KEY Erasure erase_again erase_customer erase_one_of lift"
                " receipt_lines receipt_text rewrite_book"
            ),
            "services.duplicates.find": "Search find_duplicates",
            "services.duplicates.merge": "merge_customers",
            "services.duplicates.parts": "one_primary",
            "services.duplicates.quality": "identifier_quality",
            "services.duplicates.removal": "delete_customer email_on_its_way",
            "services.duplicates.review": "count_pairs read_merged read_pair read_pairs",
        },
    )
