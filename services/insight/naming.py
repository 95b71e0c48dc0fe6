"""Which customer a person means: by number, by the id of its system, or by the exact name."""

from __future__ import annotations

from models.values.errors import UserError
from models.values.nearest import nearest_of
from services.insight.reader import Reader

_SHOWN = 5


def read_customer_named(reader: Reader, text: str) -> int:
    """Return the customer's number.

    Raises
    ------
    UserError
        Nobody is called so, or several are; then they are named with their numbers.
    """
    wanted = text.strip()
    for query, key in (
        ("SELECT id, name FROM customers WHERE id = ?", int(wanted) if wanted.isascii() and wanted.isdigit() else -1),
        ("SELECT DISTINCT c.id, c.name FROM identities i JOIN customers c ON c.id = i.customer_id"
         " WHERE i.kind = 'external_id' AND i.value = ?", wanted),
        ("SELECT id, name FROM customers WHERE name = ? COLLATE NOCASE", wanted),
    ):  # fmt: skip
        found = reader.driver.execute(f"{query} ORDER BY 1 LIMIT {_SHOWN + 1}", (key,)).fetchall()
        if len(found) == 1:
            return int(found[0][0])
        if found:
            several = ", ".join(f"{row[0]} ({row[1]})" for row in found[:_SHOWN])
            raise UserError(f"“{wanted}” matches more than one customer: {several}. Give the number.")
    names = dict(reader.driver.execute("SELECT id, name FROM customers WHERE name <> ''").fetchall())
    near = [f"{names[number]} ({number})" for number in nearest_of(wanted, names)]
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    raise UserError(f"There is no customer “{wanted}”. {meant}`bellwether customers --query` finds them.")
