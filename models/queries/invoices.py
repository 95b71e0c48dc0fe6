"""What is still owed of an invoice, and whether it is overdue: one meaning for rules, metrics, pages and emails.

The status decides where a file has one, whatever day of payment stands beside it: of an invoice that was paid in part
that is the day of the last payment. A paid invoice was open until it was paid. Credit notes are never owed.
"""

from __future__ import annotations


def is_owed(day: str, invoice: str = "i") -> str:
    """SQL of whether an invoice is open at the end of `day` (an SQL expression); `invoice` names its table."""
    open_by_status = (
        f"CASE {invoice}.status WHEN 'void' THEN 0 WHEN 'paid' THEN coalesce({invoice}.paid_on, '') > {day}"
        f" ELSE {invoice}.status IS NOT NULL OR coalesce({invoice}.paid_on > {day}, 1) END"
    )
    # Without a rate into the reporting currency an amount is null, and the invoice is owed all the same.
    return f"(coalesce({invoice}.amount_minor, 1) > 0 AND {open_by_status})"


def is_overdue(day: str, known: str = "", invoice: str = "i") -> str:
    """SQL of whether it was due before `day` and is open at the end of the day `known`, without one of `day`."""
    return f"(coalesce({invoice}.due_on < {day}, 0) AND {is_owed(known or day, invoice)})"


def amount_owed(invoice: str = "i") -> str:
    """SQL of what is owed of an open invoice, null where a part was paid: files say the total, not the rest."""
    partly = f"{invoice}.status IS 'partly paid' OR {invoice}.paid_on IS NOT NULL"
    return f"iif({partly}, NULL, {invoice}.amount_minor)"
