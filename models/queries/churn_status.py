"""Contracts of customers, and whether a customer has left: one meaning of both, for scores, rules and pages.

A customer has left at the end of a day if the last contract ended by then and no other one ran on. Who signs again is a
customer from that day on; where no contract has a day of start, who signs up or buys again is one. Of several contracts
the one that runs speaks, the latest first. The fragments read the customer's row as ``c`` and know nothing after the
day that they are given.
"""

from __future__ import annotations

from typing import Final

from models.queries.purchases import is_cancelled

NEVER: Final = "9999-12-31"
#: Of each customer's contracts: the last day on which one ended, and how many have a day of start.
_ENDINGS: Final = (
    "(SELECT customer_id, max(CASE WHEN status = 'ended' AND ends_on <= {day} THEN ends_on END) AS gone,"
    " count(starts_on) AS dated FROM contracts {whose})"
)
#: Whether another contract ran on where one ended.
_RUNS_ON: Final = (
    "EXISTS (SELECT 1 FROM contracts k WHERE k.customer_id = c.id AND coalesce(k.starts_on, '') <= g.gone"
    f" AND coalesce(k.ends_on, CASE WHEN k.status IS NOT 'ended' THEN '{NEVER}' END) > g.gone)"
)
#: The customer's contract that runs, the latest first; an ended one where none does.
SPEAKING: Final = (
    "SELECT k.* FROM contracts k WHERE k.customer_id = {customer} AND coalesce(k.starts_on, k.ends_on, k.number,"
    " k.value_per_year_minor, k.status) IS NOT NULL ORDER BY coalesce(k.status = 'ended' AND k.ends_on <= {day}, 0),"
    " k.starts_on DESC, k.ends_on DESC, k.id DESC"
)


def _back(day: str) -> str:
    again = (
        "(SELECT min(k.starts_on) FROM contracts k WHERE k.customer_id = c.id AND k.starts_on > g.gone"
        f" AND k.starts_on <= {day})"
    )
    bought = (
        "(SELECT min(b.ordered_on) FROM orders b WHERE b.customer_id = c.id"
        f" AND b.kind = 'purchase' AND b.ordered_on > g.gone AND b.ordered_on <= {day} AND NOT {is_cancelled('b')})"
    )
    signed = f"c.signed_up_on > g.gone AND c.signed_up_on <= {day}"
    return (
        f"coalesce({again}, CASE WHEN g.dated > 0 THEN NULL WHEN {signed} THEN c.signed_up_on ELSE {bought} END,"
        f" '{NEVER}')"
    )


def left_on(day: str) -> str:
    """SQL of the day on which the customer left, null for one who is a customer at the end of `day` (SQL too)."""
    endings = _ENDINGS.format(day=day, whose="WHERE customer_id = c.id")
    return f"(SELECT g.gone FROM {endings} g WHERE g.gone IS NOT NULL AND NOT {_RUNS_ON} AND {_back(day)} > {day})"


def departures(day: str) -> str:
    """SQL of rows (customer_id, gone, back): who left by `day`, and when they came back, far in the future if not."""
    endings = _ENDINGS.format(day=day, whose="GROUP BY customer_id")
    return (
        f"(SELECT c.id AS customer_id, g.gone, {_back(day)} AS back FROM {endings} g"
        f" JOIN customers c ON c.id = g.customer_id WHERE g.gone IS NOT NULL AND NOT {_RUNS_ON})"
    )


def relations(day: str, since_sign_up: str) -> str:
    """SQL of rows (customer_id, since, ended): since when a customer is under contract, and until when by `day`.

    `since_sign_up` is SQL of the day that counts where no contract has a day of start; NULL for none.
    """
    endings = _ENDINGS.format(day=day, whose="GROUP BY customer_id")
    joined = "JOIN" if since_sign_up == "NULL" else "LEFT JOIN"
    start = "SELECT min(k.starts_on) FROM contracts k WHERE k.customer_id = c.id"
    since = f"coalesce(({start} AND k.starts_on > g.gone AND k.starts_on <= {day}), ({start}), {since_sign_up})"
    return (
        f"(SELECT customer_id, since, iif(gone >= since AND NOT runs_on, gone, '{NEVER}') AS ended FROM ("
        f"SELECT c.id AS customer_id, {since} AS since, g.gone, {_RUNS_ON} AS runs_on"
        f" FROM customers c {joined} {endings} g ON g.customer_id = c.id) WHERE since IS NOT NULL)"
    )


def notices(day: str) -> str:
    """SQL of rows (customer_id, noticed, ends_on): who gave notice by `day` and is under contract until a later one.

    Who has another contract that runs on stays. Without its day, a notice counts from a month before the import that
    brought it: an export ends before it is imported.
    """
    return (
        "(SELECT k.customer_id, max(coalesce(k.noticed_on, date(i.started_at, '-1 month'))) AS noticed,"
        " max(k.ends_on) AS ends_on FROM contracts k LEFT JOIN imports i ON i.id = k.import_id"
        f" WHERE k.status = 'ended' AND k.ends_on > {day} AND coalesce(k.starts_on, '') <= {day}"
        f" AND coalesce(k.noticed_on, date(i.started_at, '-1 month')) <= {day}"
        " AND NOT EXISTS (SELECT 1 FROM contracts b WHERE b.customer_id = k.customer_id AND b.status IS NOT 'ended'"
        f" AND coalesce(b.starts_on, '') <= k.ends_on AND coalesce(b.ends_on, '{NEVER}') > k.ends_on)"
        " GROUP BY k.customer_id)"
    )


def starts_on(customer: str = "c.id") -> str:
    """SQL of the first day on which a customer had a contract."""
    return f"(SELECT min(k.starts_on) FROM contracts k WHERE k.customer_id = {customer})"


def renews_on(day: str, customer: str = "c.id") -> str:
    """SQL of the next day, from `day` on, on which a contract that was not given notice ends or renews."""
    return (
        f"(SELECT min(k.ends_on) FROM contracts k WHERE k.customer_id = {customer} AND k.ends_on >= {day}"
        " AND k.status IS NOT 'ended')"
    )
