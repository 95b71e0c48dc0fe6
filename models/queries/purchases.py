"""Query module: what counts as a purchase, and who is a customer and who only a contact. One meaning for all rooms.

In a book without orders, as a sales team's, a deal that was won is a purchase: on the day of its close, of its amount.
The policy can say otherwise (``won_deals_count``).

An order of charges alone, as postage, is none (`services.sync.kinds.charges`); its amount still counts as revenue.
An order that was cancelled in full is none. Many shops' files have cancellations that name no order: one takes back the
customer's newest order of exactly its amount that no other has taken back, of the 90 days before.

Who never bought anything, has no deal, no contract and no activity, as everybody who once wrote to the support of
another firm, is a *contact without purchases*: kept and found, but not scored, so that no alert, tile or median counts
them.
"""

from __future__ import annotations

from typing import Final

from models.queries.deals import closed_on

#: Where only an expected closing day is known of a deal that was won, it is the best guess at that of the purchase.
_DAY: Final = f"coalesce({closed_on('d')}, d.closes_on)"
_COLUMNS: Final = (
    "id, customer_id, source, external_id, import_id, kind, ordered_on, ordered_at, amount_minor, currency"
)
_OF_CONTACTS: Final = frozenset({"tickets", "reviews", "email_events", "surveys", "conversations"})
#: SQL of the won deals that are purchases, with the columns of an order; none where the book has orders.
WON_DEALS: Final = f"""(SELECT d.id, d.customer_id, d.source, d.external_id, d.import_id, 'purchase' AS kind,
    {_DAY} AS ordered_on, NULL AS ordered_at, d.amount_minor, coalesce(d.currency, 'USD') AS currency
    FROM opportunities d WHERE d.stage = 'Won' AND {_DAY} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders)
    AND coalesce((SELECT json_extract(policy, '$.won_deals_count') FROM policies ORDER BY id DESC LIMIT 1), 1))"""
_CANCELLED_WITHIN: Final = "-90 days"


def _at(order: str, without_time: str = "''") -> str:
    """SQL of an order's moment; of one without a time, its day followed by `without_time`."""
    return f"coalesce({order}.ordered_at, {order}.ordered_on || {without_time})"


def _like(other: str, row: str, sign: str = "") -> str:
    """SQL of whether an order is of the same customer and amount as another."""
    amount = f"{other}.amount_minor = {sign}{row}.amount_minor AND {other}.currency = {row}.currency"
    return f"{other}.customer_id = {row}.customer_id AND {amount}"


def _about(other: str, row: str) -> str:
    """SQL of whether an order is of the same customer as another and, within a tenth, of its amount."""
    near = f"abs(abs({other}.amount_minor) - abs({row}.amount_minor)) * 10 <= abs({row}.amount_minor)"
    return f"{other}.customer_id = {row}.customer_id AND {other}.currency = {row}.currency AND {near}"


def not_ordered_again(row: str) -> str:
    """SQL of how much of the return or cancellation `row`, of orders, was not ordered anew within a week of it.

    As brackets close, an order replaces the last one before it that was cancelled, of about its amount, if no other
    order has replaced that.
    """
    late = "'~'"  # on a day without times, what is cancelled comes before its cancellation
    others = (
        f"SELECT count(*) FROM orders other WHERE other.kind = 'cancellation' AND {_about('other', 'anew')}"
        f" AND ({_at('other', late)}, other.id) > ({_at(row, late)}, {row}.id) AND {_at('other', late)} < {_at('anew')}"
    )
    before = (
        f"SELECT count(*) FROM orders before WHERE before.kind = 'purchase' AND {_about('before', 'anew')}"
        f" AND {_at('before')} > {_at(row, late)} AND ({_at('before')}, before.id) < ({_at('anew')}, anew.id)"
    )
    again = (
        f"SELECT anew.amount_minor FROM orders anew WHERE anew.kind = 'purchase' AND {_about('anew', row)}"
        f" AND anew.ordered_on BETWEEN {row}.ordered_on AND date({row}.ordered_on, '+7 days')"
        f" AND {_at('anew')} > {_at(row, late)} AND ({others}) = ({before}) ORDER BY {_at('anew')}, anew.id LIMIT 1"
    )
    kept = f"iif({row}.kind = 'cancellation', coalesce(({again}), 0), 0)"
    return f"max(abs({row}.amount_minor) - {kept}, 0)"


def cancelled_order(row: str) -> str:
    """SQL of the id of the order that the return or cancellation `row`, of orders, takes back; null where unknown.

    As brackets close, a cancellation that names none takes the newest order that is not taken yet: between the two
    there are as many cancellations of that amount as orders.
    """
    named = (
        f"SELECT named.id FROM orders named WHERE named.source = {row}.source"
        f" AND named.external_id = {row}.of_external_id AND named.kind = 'purchase'"
    )
    late, bought = "'~'", _at("taken")  # on a day without times, what is cancelled comes before its cancellation
    cancels = (
        f"SELECT count(*) FROM orders other WHERE other.kind = 'cancellation' AND {_like('other', row)}"
        f" AND other.of_external_id IS NULL AND {_at('other', late)} >= {bought}"
        f" AND ({_at('other', late)}, other.id) < ({_at(row, late)}, {row}.id)"
    )
    later = (
        f"SELECT count(*) FROM orders later WHERE later.kind = 'purchase' AND {_like('later', row, '-')}"
        f" AND ({_at('later')}, later.id) > ({bought}, taken.id) AND {_at('later')} <= {_at(row, late)}"
    )
    newest = (
        f"SELECT taken.id FROM orders taken WHERE taken.kind = 'purchase' AND {_like('taken', row, '-')}"
        f" AND taken.ordered_on BETWEEN date({row}.ordered_on, '{_CANCELLED_WITHIN}') AND {row}.ordered_on"
        f" AND {bought} <= {_at(row, late)} AND ({cancels}) = ({later})"
        f" ORDER BY {bought} DESC, taken.id DESC LIMIT 1"
    )
    nameless = f"{row}.kind = 'cancellation' AND {row}.of_external_id IS NULL AND {row}.amount_minor < 0"
    return f"CASE WHEN {nameless} THEN ({newest}) WHEN {row}.of_external_id IS NOT NULL THEN ({named}) END"


def _in_full(undone: str, order: str) -> str:
    """SQL of whether a cancellation takes back all of an order, where that order is known."""
    return (
        f"{undone}.customer_id = {order}.customer_id AND {undone}.kind = 'cancellation'"
        f" AND {undone}.ordered_on >= {order}.ordered_on AND {undone}.amount_minor <= -{order}.amount_minor"
        f" AND ({undone}.amount_minor = -{order}.amount_minor OR {undone}.of_external_id IS NOT NULL)"
    )


def is_cancelled(order: str) -> str:
    """SQL of whether the purchase `order`, a row of orders, was cancelled in full."""
    return (
        f"coalesce({order}.amount_minor > 0 AND {order}.id IN (SELECT {cancelled_order('undone')} FROM orders undone"
        f" WHERE {_in_full('undone', order)}), 0)"
    )


def cancelled_orders(day: str) -> str:
    """SQL of the ids of the purchases that were cancelled in full by `day` (SQL too).

    The same as `is_cancelled`, found from the cancellations: for whoever looks at many orders at once.
    """
    # One walk through the table, cancellations first: by the index on the day it takes fifteen times as long.
    return (
        f"SELECT bought.id FROM orders undone CROSS JOIN orders bought ON bought.id = ({cancelled_order('undone')})"
        f" WHERE +undone.ordered_on <= {day} AND bought.amount_minor > 0 AND {_in_full('undone', 'bought')}"
    )


def last_returned(score: str) -> str:
    """SQL of whether the last order of `score`, a row of the scores, came back whole, which is no proof of staying."""
    return (
        f"({score}.last_order_amount_minor = 0 AND EXISTS (SELECT 1 FROM orders back WHERE back.kind IN"
        f" ('return', 'cancellation') AND back.customer_id = {score}.customer_id"
        f" AND back.ordered_on BETWEEN {score}.last_order_on AND {score}.as_of))"
    )


#: SQL of a customer's newest purchase day with something that was kept, of the customer ``?``.
LAST_KEPT: Final = """SELECT max(ordered_on) FROM orders kept WHERE customer_id = ? AND kind = 'purchase'
    AND NOT EXISTS (SELECT 1 FROM orders back WHERE back.source = kept.source AND back.of_external_id = kept.external_id
                    AND back.kind IN ('return', 'cancellation') AND back.amount_minor <= -kept.amount_minor)"""

#: SQL of all purchases, with the columns of an order that both have.
PURCHASES: Final = f"""(SELECT {_COLUMNS} FROM orders bought WHERE kind = 'purchase' AND NOT {is_cancelled("bought")}
    UNION ALL SELECT {_COLUMNS} FROM {WON_DEALS})"""


def is_customer(day: str, customer: str = "c") -> str:
    """SQL of whether the row `customer` of customers is more than a contact by `day` (an SQL expression)."""
    events = (("orders", "ordered_on"), ("opportunities", "coalesce(opened_on, closes_on)"),
              ("activities", "happened_on"), ("contracts", "coalesce(starts_on, '')"),
              ("score_overrides", "''"))  # fmt: skip
    found = [
        f"EXISTS (SELECT 1 FROM {table} WHERE customer_id = {customer}.id AND +{on} <= {day})" for table, on in events
    ]
    # Where subscribers leave and nobody orders, who signed up is under contract.
    leaves = "NOT EXISTS (SELECT 1 FROM orders) AND EXISTS (SELECT 1 FROM contracts WHERE status = 'ended')"
    return f"({' OR '.join(found)} OR {customer}.signed_up_on <= {day} AND {leaves})"


def no_contacts(table: str, day: str) -> str:
    """SQL, from AND on, that leaves out rows `e` of contacts, in a table of what contacts write and read too."""
    if table not in _OF_CONTACTS:
        return ""
    return f" AND (e.customer_id IS NULL OR (SELECT {is_customer(day)} FROM customers c WHERE c.id = e.customer_id))"
