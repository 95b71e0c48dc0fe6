"""What a rule itself said stands beside its signal where a person's figure overrides it; it was found in the words.

The forms of the words stand here as books of before hold them.
"""

from __future__ import annotations

import re

from alembic import op

revision = "0011"
down_revision = "0010"

_SAID = re.compile(r"[^·]*(?:verridden to [^·]*; model:|et to [^·]* by hand; the model said) [^·]* · ")
_BEHIND = " · overridden"


def upgrade() -> None:
    """Take it from the words of each signal that says that it is overridden."""
    book = op.get_bind()
    for number, reason in book.exec_driver_sql("SELECT id, reason FROM alert_signals WHERE reason LIKE '% · %'").all():
        said = _SAID.match(reason)
        plain = (reason[said.end() :] if said else reason).removesuffix(_BEHIND)
        if plain != reason:
            kept = "json_set(coalesce(evidence, '{}'), '$.overridden', ?)"
            book.exec_driver_sql(f"UPDATE alert_signals SET evidence = {kept} WHERE id = ?", (plain, number))
