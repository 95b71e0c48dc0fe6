"""Templates: a letter with fields, filled from ticked facts, in the sandbox.

starter (the files of the starter set) · shelf (with the book's changes and its own) · fields · sandbox · write.
"""

from __future__ import annotations

import sqlite3

__all__ = ["fixed_parts"]


def fixed_parts(driver: sqlite3.Connection, code: str) -> tuple[str, ...]:
    """Return a template's own words between its fields, each a run of text on one line; () where there is none.

    What stands in a letter word for word as it does here was written by the template and is no statement of a writer.
    """
    from services.outreach.templates.sandbox import parse
    from services.outreach.templates.starter import starter_set

    row = driver.execute("SELECT subject, body FROM templates WHERE code = ?", (code,)).fetchone()
    starter = starter_set().get(code)
    if row is None and starter is not None:
        row = (starter.choice.subject, starter.choice.body)
    return (*parse(row[0]).fixed, *parse(row[1]).fixed) if row is not None else ()
