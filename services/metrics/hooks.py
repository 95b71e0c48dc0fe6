"""Query module: fields that must be computed, as SQL over the aliases of `catalogue.PLACES`,
``y``, what a customer spent in each of two years (`sources.spending`), and ``m``, who engaged with emails lately
(`sources.engaged`).

Each is a constant of the program, in the words of ``models.queries`` where the meaning is shared. ``at.day`` is the
as-of day and ``at.now`` the moment; what stands in braces is a bound that the field's definition gives.
"""

from __future__ import annotations

from typing import Final

from models.queries.churn_status import NEVER, left_on
from models.queries.emails import MESSAGE
from models.queries.invoices import is_overdue, is_owed
from models.queries.open_tickets import UNHAPPY, is_open, is_unhappy, rating
from models.queries.products import product_called
from models.queries.purchases import is_customer
from models.values.outbox import OWN_SOURCE
from models.values.said_leaving import RISK_ORDER
from models.values.scores import CAME_ONCE, REASONS
from services.book.kept_records import last_contact

_DAY: Final = "at.day"
#: From here on up text is glad, as it is unhappy from as far below nothing.
_GLAD: Final = -UNHAPPY


def _sentiment(of: str) -> str:
    return (
        f"CASE WHEN {of} IS NULL THEN NULL WHEN {of} < {UNHAPPY} THEN 'negative' WHEN {of} > {_GLAD} THEN 'positive'"
        " ELSE 'neutral' END"
    )


def _events(what: str, table: str, day: str, *, since: str = "", where: str = "") -> str:
    """SQL of what a customer's rows of a table come to by the as-of day."""
    begins = f" AND x.{day} > date({_DAY}, '{since}')" if since else ""
    return f"(SELECT {what} FROM {table} x WHERE x.customer_id = c.id AND x.{day} <= {_DAY}{begins}{where})"


def _hours(begin: str, end: str) -> str:
    return f"(julianday({end}) - julianday({begin})) * 24"


_ENGAGED: Final = f" AND x.kind IN ('opened', 'clicked', 'replied', 'converted') AND x.source <> '{OWN_SOURCE}'"
_MAILED: Final = f" AND x.source <> '{OWN_SOURCE}'"
_LAST_ENGAGED: Final = _events("max(x.happened_on)", "email_events", "happened_on", where=_ENGAGED)
_SCAN: Final = " AND x.kind = 'fit_scan'"
_LAST_SCAN: Final = _events("max(x.happened_on)", "activities", "happened_on", where=_SCAN)
_THIS_YEAR: Final = "coalesce(y.this_year, 0)"
_YEAR_BEFORE: Final = "coalesce(y.year_before, 0)"
_SINCE_FIRST: Final = f"(julianday({_DAY}) - julianday(coalesce(s.first_order_on, c.signed_up_on)))"
_CONTACT: Final = last_contact("c.id", "''", _DAY, "at.now")
_QUIET: Final = f"coalesce(julianday({_DAY}) - julianday({_CONTACT}), 9999)"
_IN_STAGE: Final = f"max(0, julianday({_DAY}) - julianday(e.stage_since))"
_LATE: Final = f"CAST(julianday({_DAY}) - julianday(e.closes_on) AS INT)"
#: Why a deal needs somebody. Tasks are of the customer, as the program keeps them.
_IS_LATE: Final = f"e.closes_on <= {_DAY}"
_IS_STUCK: Final = f"{_IN_STAGE} > {{stuck}}"
_UNPLANNED: Final = f"""coalesce(e.closes_on <= date({_DAY}, '+{{near}} days'), 0) AND NOT EXISTS (SELECT 1 FROM tasks t
    WHERE t.customer_id = e.customer_id AND t.created_at <= at.now AND coalesce(t.done_at, '{NEVER}') > at.now)"""
_RUNS: Final = (
    f"(coalesce(e.starts_on, '') <= {_DAY}"
    f" AND coalesce(e.ends_on, CASE WHEN e.status IS NOT 'ended' THEN '{NEVER}' END, '') > {_DAY})"
)
_OF_TEN: Final = "(10.0 * e.score / coalesce(e.scale, 10))"

#: Of the reasons that raise the risk, the one that raises it most. Where the first alone does so, it is read without
#: opening the whole list; facts stand behind it whatever they add.
_MAIN_CODE: Final = (
    "iif(s.drivers ->> '$[0].kind' = 'raises' AND s.drivers ->> '$[1].kind' IS NOT 'raises', s.drivers ->> '$[0].code',"
    " (SELECT d.value ->> '$.code' FROM json_each(coalesce(s.drivers, '[]')) d WHERE d.value ->> '$.kind' = 'raises'"
    " ORDER BY d.value ->> '$.points' DESC LIMIT 1))"
)
_WHENS: Final = " ".join(f"WHEN '{code}' THEN '{words}'" for code, words in REASONS.items())

#: Hooks that hold of any day, although they read the score: it has them as of a day in the past.
OF_ANY_DAY: Final = frozenset({"is_customer"})
HOOKS: Final[dict[str, str]] = {
    # customers
    "customer_name": "coalesce(nullif(c.name, ''), c.external_id)",
    # Who ordered by then is one; the score has it at hand, where looking into the orders of everyone takes half as long
    # again as all the rest.
    "is_customer": f"(s.first_order_on <= {_DAY} OR {is_customer(_DAY)})",
    "industry": "coalesce(json_extract(c.attributes, '$.industry'), json_extract(c.attributes, '$.Industry'))",
    "said_leaving": "(s.said_leaving IS NOT NULL)",
    "risk_or_said": f"({RISK_ORDER.replace('said_leaving', 's.said_leaving').replace('churn_risk', 's.churn_risk')})",
    "risk_words": "risk_words(s.said_leaving, s.churn_risk)",
    "main_reason": (
        f"CASE WHEN s.said_leaving IS NOT NULL THEN 'said that they leave' ELSE CASE {_MAIN_CODE} {_WHENS} END END"
    ),
    "silence": "(s.days_since_last_order || ' / ' || coalesce(CAST(round(s.usual_gap_days) AS INT), '–'))",
    "has_alert": (
        f"EXISTS (SELECT 1 FROM alerts x WHERE x.customer_id = c.id AND x.opened_at <= at.now"
        f" AND coalesce(x.closed_at, '{NEVER}') > at.now)"
    ),
    "standing": "CASE s.standing WHEN 'win_back' THEN 'win-back' ELSE s.standing END",
    "came_once": f"(s.customer_id IS NOT NULL AND {CAME_ONCE.replace('segment', 's.segment')})",
    "left_on": left_on(_DAY),
    "tenure_days": _SINCE_FIRST,
    "repeat_buyer": "(s.purchase_days > 1)",
    "buyer": "(s.purchase_days > 0)",
    "days_since_contact": f"max(0, julianday({_DAY}) - julianday({_CONTACT}))",
    "days_without_contact": _QUIET,
    "days_not_engaged": f"coalesce(julianday({_DAY}) - julianday({_LAST_ENGAGED}), 9999)",
    "quiet_90d": f"({_QUIET} > 90)",
    "unengaged_60d": "(NOT coalesce(m.lately, 0))",
    "never_contacted": f"(({_CONTACT}) IS NULL)",
    "tickets_60d": "coalesce(k.tickets, 0)",
    "emailed": f"EXISTS {_events('1', 'email_events', 'happened_on', where=_MAILED)}",
    "emails": _events("count(*)", "email_events", "happened_on", where=_MAILED),
    "days_since_email": f"(julianday({_DAY}) - julianday({_LAST_ENGAGED}))",
    "uses_fit_scan": f"({_events('count(*)', 'activities', 'happened_on', where=_SCAN)} > 0)",
    "fit_scans": _events("count(*)", "activities", "happened_on", where=_SCAN),
    "days_since_fit_scan": f"(julianday({_DAY}) - julianday({_LAST_SCAN}))",
    "last_fit_scan_on": _LAST_SCAN,
    "spend_this_year": _THIS_YEAR,
    "spend_year_before": _YEAR_BEFORE,
    "kept_spend": f"min({_THIS_YEAR}, {_YEAR_BEFORE})",
    "renews_on": (
        f"(SELECT min(e.ends_on) FROM contracts e WHERE e.customer_id = c.id AND coalesce(e.starts_on, '') <= {_DAY}"
        f" AND e.status IS NOT 'ended' AND e.ends_on BETWEEN {_DAY} AND date({_DAY}, '+{{near}} days'))"
    ),
    # The first part lets SQLite begin with who bought and look up their customers, not the other way round.
    "bought_year_before": f"(y.customer_id > 0 AND {_YEAR_BEFORE} > 0)",
    "bought_both_years": f"(y.customer_id > 0 AND {_YEAR_BEFORE} > 0 AND {_THIS_YEAR} > 0)",
    "customer_number": "c.id",
    # orders and rows with a product
    "discounted": "(coalesce(e.discount_minor, 0) > 0)",
    "product": product_called("e"),
    # emails
    "message": f"(SELECT {MESSAGE} FROM email_events WHERE id = e.id)",
    # tickets
    "ticket_open": is_open(_DAY, "e"),
    "ticket_unhappy": is_unhappy(_DAY, "e"),
    "ticket_rating": rating(_DAY, "e"),
    "ticket_status": (
        f"CASE WHEN NOT {is_open(_DAY, 'e')} THEN 'solved' WHEN e.status = 'pending' THEN 'pending' ELSE 'open' END"
    ),
    "sentiment": _sentiment("e.sentiment"),
    "sentiment_step": (
        f"CASE WHEN e.sentiment < -{{strong}} THEN 'very negative' WHEN e.sentiment > {{strong}} THEN 'very positive'"
        f" ELSE {_sentiment('e.sentiment')} END"
    ),
    "answer_hours": (
        f"CASE WHEN substr(e.first_answer_at, 1, 10) <= {_DAY} THEN {_hours('e.opened_at', 'e.first_answer_at')} END"
    ),
    "resolution_hours": (
        f"CASE WHEN NOT {is_open(_DAY, 'e')} THEN coalesce(e.resolution_hours,"
        f" {_hours('e.opened_at', 'e.resolved_at')}, {_hours('e.opened_on', 'e.resolved_on')}) END"
    ),
    "ticket_resolved_on": f"CASE WHEN NOT {is_open(_DAY, 'e')} THEN coalesce(e.resolved_on, e.opened_on) END",
    # surveys
    "nps_group": (
        f"CASE WHEN e.kind <> 'nps' OR e.score IS NULL THEN NULL WHEN {_OF_TEN} >= 9 THEN 'promoter'"
        f" WHEN {_OF_TEN} < 7 THEN 'detractor' ELSE 'passive' END"
    ),
    "nps_points": (
        f"CASE WHEN {_OF_TEN} >= 9 THEN 100 WHEN {_OF_TEN} < 7 THEN -100 WHEN e.score IS NOT NULL THEN 0 END"
    ),
    "satisfied": "(e.score >= 0.8 * coalesce(e.scale, 5))",
    # deals
    "rest_value": "(e.amount_minor - e.weighted_minor)",
    "deal_owner": "coalesce(nullif(e.owner, ''), c.owner)",
    "close_month": "substr(e.closes_on, 1, 7)",
    "closing_month": "substr(coalesce(e.closed_on, e.closes_on), 1, 7)",
    "past_close": f"coalesce(e.closes_on < {_DAY}, 0)",
    "cycle_days": "(julianday(e.closed_on) - julianday(e.opened_on))",
    "days_in_stage": _IN_STAGE,  # what was moved here may be later
    "why_to_act": (
        f"why_to_act(CASE WHEN {_IS_LATE} THEN {_LATE} END,"
        f" CASE WHEN {_IS_STUCK} THEN CAST({_IN_STAGE} AS INT) END, {_UNPLANNED})"
    ),
    "to_act_on": f"coalesce({_IS_LATE} OR {_IS_STUCK} OR {_UNPLANNED}, 0)",
    "loss_explained": "(e.lost_reason IS NOT NULL)",
    "moved_on": "(e.next_stage IS NOT 'Lost')",
    "stage_left": "(e.left_on IS NOT NULL)",
    # contracts and invoices
    "contract_runs": _RUNS,
    "renewal_90d": f"(e.ends_on >= {_DAY} AND e.ends_on <= date({_DAY}, '+90 days') AND e.status IS NOT 'ended')",
    "invoice_open": is_owed(_DAY, "e"),
    "invoice_overdue": is_overdue(_DAY, invoice="e"),
    # tasks
    "task_created_on": "date(e.created_at, 'localtime')",
    "task_done_on": "date(e.done_at, 'localtime')",
    "task_done": f"coalesce(date(e.done_at, 'localtime') <= {_DAY}, 0)",
    "task_overdue": f"(coalesce(date(e.done_at, 'localtime'), '{NEVER}') > {_DAY} AND e.due_on < {_DAY})",
    # alerts and sent emails
    "alert_open": f"(coalesce(e.closed_on, '{NEVER}') > {_DAY})",
    "was_approved": "(e.approved_on IS NOT NULL)",
}
