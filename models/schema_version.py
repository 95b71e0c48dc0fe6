"""What the store's schema is, apart from the tables: it is asked for before SQLAlchemy is needed."""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION = 20
#: The schema since which rows of imports say the same in the same columns: digests taken since then still hold.
ROWS_SCHEMA = 5
#: Tables of the content hash, in its order: what others refer to comes before them.
FACT_TABLES: Final = (
    "customers", "identities", "products", "orders", "order_lines", "tickets", "reviews", "email_events",
    "opportunities", "stage_changes", "activities", "surveys", "conversations", "contacts", "contracts", "documents",
    "invoices",
)  # fmt: skip
#: Those of them that came when there were content hashes already.
LATER_TABLES: Final = ("invoices",)
#: Columns of tables of the content hash that came when there were content hashes already, in the order of their coming.
#: A row that says nothing in them has the hash and the digest that it had before; new ones go to the end.
LATER_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "opportunities": ("lost_reason",), "contracts": ("noticed_on",), "tickets": ("reopens",),
}  # fmt: skip
