"""Query module: what the rows of each entity are read from, where that is more than a table of the store.

Every source knows nothing after the as-of day (``:as_of``), and money is in the reporting currency: null, with
``no_rate`` set, where the policy has no rate. One row of a source is one row of the entity, so that nothing is counted
twice. What counts as a purchase, an email, a stage or a closed deal is said by ``models.queries``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import FromClause, column, text
from sqlalchemy.sql.expression import Subquery

from models.queries.conversion import FOLLOWS, PURCHASE, SENT_ON
from models.queries.deals import DEAL_NAME, REPEATED, STAGE_NAME, closed_on, known_by, list_price, stage_on
from models.queries.emails import BECAME
from models.queries.purchases import WON_DEALS, cancelled_orders
from models.tables import metadata
from models.values.alerts import NO_VERDICT, RIGHT
from models.values.outbox import OWN_SOURCE
from models.values.said_leaving import MODELLED_RISK

_DAY: Final = ":as_of"
#: Read once for a statement, not once for an order.
_CANCELLED: Final = f"o.id IN ({cancelled_orders(_DAY)})"


@dataclass(frozen=True, slots=True)
class Context:
    """What statements are given beside the query.

    Attributes
    ----------
    as_of
        The day that states are of, and after which nothing is known.
    now
        The moment up to which the program's own notes and tasks count.
    rates
        Minor units of the currency for one minor unit of each other.
    has_orders
        Whether the book has orders; where it has none, deals that were won are the purchases.
    scored_at_once
        Whether everyone's last score by the as-of day is of the same day.
    scored_now
        Whether the scores in force are those of the as-of day.
    """

    as_of: date
    now: str
    currency: str
    rates: Mapping[str, float]
    has_orders: bool
    watch_days: int
    scored_at_once: bool = False
    scored_now: bool = False

    def on(self, day: date) -> Context:
        """The same at the end of a day: of an earlier one, what was done here since is not known yet."""
        return replace(self, as_of=day, now=f"{day}T23:59:59Z" if day < self.as_of else self.now)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the parameters that sources and hooks name."""
        found: dict[str, Any] = {
            "as_of": self.as_of.isoformat(), "now": self.now, "currency": self.currency,
            "watch": f"+{self.watch_days} days",
        }  # fmt: skip
        for number, (code, rate) in enumerate(sorted(self.rates.items())):
            found |= {f"code_{number}": code, f"rate_{number}": rate}
        return found

    def converted(self, amount: str, currency: str) -> str:
        """SQL of an amount in whole minor units of the reporting currency; null where there is no rate."""
        cases = [
            f"WHEN :code_{number} THEN CAST(round(({amount}) * :rate_{number}) AS INT)"
            for number in range(len(self.rates))
        ]
        return f"CASE coalesce({currency}, :currency) WHEN :currency THEN {amount} {' '.join(cases)} END"

    def no_rate(self, currency: str) -> str:
        """SQL of whether an amount has a currency without a rate."""
        known = ", ".join([":currency", *(f":code_{number}" for number in range(len(self.rates)))])
        return f"coalesce({currency}, :currency) NOT IN ({known})"


_ORDER_COLUMNS: Final = (
    "id", "customer_id", "external_id", "ordered_on", "kind", "channel", "amount_minor", "discount_minor",
    "of_external_id", "cancelled", "no_rate",
)  # fmt: skip


def _orders(context: Context) -> str:
    if not context.has_orders:
        amount = context.converted("d.amount_minor", "d.currency")
        return (
            f"SELECT d.id, d.customer_id, d.external_id, d.ordered_on, d.kind, NULL, {amount}, NULL, NULL, 0,"
            f" {context.no_rate('d.currency')} FROM {WON_DEALS} d"
        )
    return (
        "SELECT o.id, o.customer_id, o.external_id, o.ordered_on, o.kind, o.channel,"
        f" {context.converted('o.amount_minor', 'o.currency')}, {context.converted('o.discount_minor', 'o.currency')},"
        f" o.of_external_id, {_CANCELLED}, {context.no_rate('o.currency')} FROM orders o"
    )


_LINE_COLUMNS: Final = (
    "id", "order_id", "customer_id", "external_id", "ordered_on", "kind", "channel", "product_id", "product_name",
    "quantity", "amount_minor", "discount_minor", "of_external_id", "cancelled", "no_rate",
)  # fmt: skip


def _lines(context: Context, *, only_lines: bool = True) -> str:
    """The lines of orders with what they have of their order; or an order's parts, which are its lines and the rest.

    The rest, as postage or a discount, has no product: the parts of an order are its amount, to the cent.
    """
    of_order = "o.kind, o.channel"
    amount = context.converted("l.amount_minor", "o.currency")
    rest_of = "NULL, o.of_external_id"
    known = f"{_CANCELLED}, {context.no_rate('o.currency')}"
    # A line has the id of its order where it is a part of one: what is counted then are orders.
    id_ = "l.id" if only_lines else "o.id"
    lines = (
        f"SELECT {id_}, o.id, o.customer_id, {'l' if only_lines else 'o'}.external_id, o.ordered_on, {of_order},"
        f" l.product_id, l.product_name, CAST(l.quantity AS REAL), {amount}, {rest_of}, {known}"
        " FROM order_lines l JOIN orders o ON o.id = l.order_id"
    )
    if only_lines:
        return lines
    total = context.converted("o.amount_minor", "o.currency")
    rest = f"({total}) - coalesce((SELECT sum({amount}) FROM order_lines l WHERE l.order_id = o.id), 0)"
    return (
        f"{lines} UNION ALL SELECT o.id, o.id, o.customer_id, o.external_id, o.ordered_on, {of_order}, NULL, NULL,"
        f" NULL, o.rest, {rest_of}, {known} FROM (SELECT o.*, {rest} AS rest FROM orders o) o"
        " WHERE o.rest <> 0 OR NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id)"
    )


_EMAIL_COLUMNS: Final = (
    "id", "customer_id", "campaign", "campaign_kind", "sent_on", *BECAME,
)  # fmt: skip


def _emails(_context: Context) -> str:
    """One row an email of the files, with what became of it by the as-of day."""
    flags = ", ".join(f"coalesce({one}_on <= {_DAY}, 0)" for one in BECAME)
    return f"SELECT id, customer, campaign, campaign_kind, sent_on, {flags} FROM emails WHERE sent_on <= {_DAY}"


_DEAL_COLUMNS: Final = (
    "id", "customer_id", "external_id", "product_id", "product_name", "name", "kind", "stage", "stage_name", "origin",
    "owner", "opened_on", "closed_on", "closes_on", "stage_since", "probability", "amount_minor", "weighted_minor",
    "is_open", "is_won", "no_rate", "lost_reason",
)  # fmt: skip


def _deals(context: Context) -> str:
    """Deals with their stage at the end of the as-of day. Without an amount the catalogue's price counts."""
    worth = f"coalesce(nullif(o.amount_minor, 0), {list_price(context.currency)})"
    paid_in = "CASE WHEN coalesce(o.amount_minor, 0) = 0 THEN coalesce(p.currency, o.currency) ELSE o.currency END"
    since = f"(SELECT max(h.changed_on) FROM stage_changes h WHERE h.opportunity_id = o.id AND {known_by(_DAY)})"
    first = "(SELECT min(h.changed_on) FROM stage_changes h WHERE h.opportunity_id = o.id)"
    # The stage is sought once a deal, not once for each column that it decides.
    staged = f"SELECT o.*, {stage_on(_DAY)} AS stage_then FROM opportunities o"
    inner = (
        f"WITH o AS MATERIALIZED ({staged}) SELECT o.*, {closed_on('o')} AS closed, {worth} AS worth,"
        f" {paid_in} AS paid_in, {DEAL_NAME} AS called, {STAGE_NAME} AS stage_called, {since} AS since,"
        f" coalesce(o.opened_on, {first}) AS opened FROM o LEFT JOIN products p ON p.id = o.product_id"
    )
    worth_now = context.converted("d.worth", "d.paid_in")
    return (
        "SELECT d.id, d.customer_id, d.external_id, d.product_id, d.product_name, d.called, d.kind, d.stage_then,"
        " CASE WHEN d.stage_then = d.stage THEN d.stage_called ELSE d.stage_then END, d.origin, d.owner, d.opened,"
        " CASE WHEN d.stage_then IN ('Won', 'Lost') THEN d.closed END, d.closes_on, coalesce(d.since, d.opened),"
        f" d.probability, {worth_now}, CAST(round(({worth_now}) * coalesce(d.probability, 0.5)) AS INT),"
        " d.stage_then NOT IN ('Won', 'Lost'), d.stage_then = 'Won',"
        f" d.worth IS NOT NULL AND {context.no_rate('d.paid_in')},"
        f" CASE WHEN d.stage_then = 'Lost' THEN nullif(d.lost_reason, '') END FROM ({inner}) d"
        f" WHERE coalesce(d.opened, '') <= {_DAY}"
    )


_STAGE_COLUMNS: Final = (
    "id", "customer_id", "opportunity_id", "external_id", "name", "kind", "origin", "owner", "stage", "entered_on",
    "left_on", "next_stage", "days", "outcome",
)  # fmt: skip


def _stages(_context: Context) -> str:
    """One row for each time that a deal was in a stage, from one change to the next one by the as-of day.

    A change that was made here and that its system tells too is one. The outcome is the stage of a deal that is closed.
    """
    order = "PARTITION BY h.opportunity_id ORDER BY h.changed_on, h.changed_at, h.id"
    whole = f"{order} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
    return (
        "SELECT v.id, o.customer_id, v.opportunity_id, o.external_id,"
        f" {DEAL_NAME}, o.kind, o.origin, o.owner, v.to_stage, v.changed_on, v.left_on, v.next_stage,"
        " julianday(v.left_on) - julianday(v.changed_on), CASE WHEN v.ended IN ('Won', 'Lost') THEN v.ended END"
        f" FROM (SELECT h.*, lead(h.changed_on) OVER ({order}) AS left_on, lead(h.to_stage) OVER ({order}) AS"
        f" next_stage, last_value(h.to_stage) OVER ({whole}) AS ended"
        f" FROM stage_changes h WHERE {known_by(_DAY)} AND h.id NOT IN {REPEATED}) v"
        " JOIN opportunities o ON o.id = v.opportunity_id"
    )


_SCORE_COLUMNS: Final = (
    "id", "customer_id", "as_of", "engagement", "health", "churn_risk", "clv_minor", "value_at_risk_minor", "segment",
)  # fmt: skip


def _scores(context: Context) -> str:
    """The last score of each customer by the as-of day; the history is far longer.

    Of the day of the scores in force these are read: the history leaves out what moved little since its last row, and
    what a person set. A full scoring leaves a row of its day for every customer: of the last day all rows are read by
    its index, and who has none of that day, where there is anybody, is looked for in the own history.
    """
    if context.scored_now:
        return (
            f"SELECT customer_id, customer_id, as_of, engagement, health, {MODELLED_RISK}, clv_minor,"
            " value_at_risk_minor, segment FROM customer_risk_scores"
        )
    columns = (
        "SELECT h.customer_id, h.customer_id, h.as_of, h.engagement, h.health, h.churn_risk, h.clv_minor,"
        " h.value_at_risk_minor, h.segment FROM"
    )
    day = f"(SELECT max(as_of) FROM score_history WHERE as_of <= {_DAY})"
    of_day = f"{columns} score_history h WHERE h.as_of = {day}"
    if context.scored_at_once:
        return of_day
    own = f"SELECT max(x.as_of) FROM score_history x WHERE x.customer_id = c.id AND x.as_of <= {_DAY}"
    return (
        f"{of_day} UNION ALL {columns} customers c NOT INDEXED"
        f" CROSS JOIN score_history h ON h.customer_id = c.id AND h.as_of = ({own})"
        f" WHERE {day} IS NOT NULL AND c.id NOT IN (SELECT customer_id FROM score_history WHERE as_of = {day})"
    )


_ALERT_COLUMNS: Final = (
    "id", "customer_id", "kind", "rule", "severity", "state", "reason", "owner", "outcome", "raised_on", "closed_on",
    "is_closed", "had_limit", "in_time", "judged", "was_right", "touched", "first_action_hours", "value_at_risk_minor",
    "no_rate",
)  # fmt: skip


def _alerts(context: Context) -> str:
    """Alerts; their days are of this computer's calendar, as the pages have them."""
    acts = (
        "SELECT min(m.sent_at) AS at FROM messages m WHERE m.alert_id = a.id UNION ALL"
        " SELECT min(n.written_at) FROM notes n WHERE n.alert_id = a.id UNION ALL"
        " SELECT min(t.created_at) FROM tasks t WHERE t.alert_id = a.id UNION ALL"
        " SELECT a.closed_at WHERE a.closed_by = 'person'"
    )
    severity = "CASE a.severity WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'medium' ELSE 'low' END"
    return (
        f"SELECT a.id, a.customer_id, a.kind, a.rule, {severity}, a.state, reason_words(a.reason, {_DAY}),"
        " a.owner, a.outcome,"
        " date(a.opened_at, 'localtime'), date(a.closed_at, 'localtime'), a.state IN ('resolved', 'not_useful'),"
        f" a.in_time IS NOT NULL, a.in_time, a.state IN ('resolved', 'not_useful') AND NOT {NO_VERDICT}, {RIGHT},"
        f" a.touched, (SELECT (julianday(min(x.at)) - julianday(a.opened_at)) * 24 FROM ({acts}) x),"
        f" {context.converted('a.value_at_risk_minor', 'a.currency')}, {context.no_rate('a.currency')} FROM alerts a"
    )


_SENT_COLUMNS: Final = (
    "id", "customer_id", "goal", "writer", "origin", "subject", "state", "approved_on", "sent_on", "watched",
    "came_back", "came_back_days",
)  # fmt: skip


def _sent_emails(_context: Context) -> str:
    """Emails that this program wrote and a person approved, and who ordered within the policy's watch time of one."""
    back = f"SELECT min(o.ordered_on) FROM orders o WHERE {FOLLOWS} AND {PURCHASE} AND o.ordered_on <= {_DAY}"
    writer = "substr(m.writer || ':', 1, instr(m.writer || ':', ':') - 1)"
    kept = "x.id, x.customer_id, x.goal, x.writer, x.origin, x.subject, x.state, x.approved_on, x.sent_on, x.watched"
    return (
        f"SELECT {kept}, x.back IS NOT NULL, julianday(x.back) - julianday(x.sent_on) FROM (SELECT m.id, m.customer_id,"
        f" m.goal, {writer} AS writer, m.origin, m.subject, m.state, date(m.approved_at, 'localtime') AS approved_on,"
        f" CASE WHEN m.state = 'sent' THEN {SENT_ON} END AS sent_on,"
        f" m.state = 'sent' AND date({SENT_ON}, :watch) <= {_DAY} AS watched,"
        f" CASE WHEN m.state = 'sent' THEN ({back}) END AS back FROM messages m) x"
    )


def _priced(table: str, columns: tuple[str, ...], money: str) -> Callable[[Context], str]:
    """A table as it is, but for its money."""

    def sql(context: Context) -> str:
        named = [context.converted(f"t.{one}", "t.currency") if one == money else f"t.{one}" for one in columns]
        return f"SELECT {', '.join(named)}, t.{money} IS NOT NULL AND {context.no_rate('t.currency')} FROM {table} t"

    return sql


_CONTRACT_COLUMNS: Final = (
    "id", "customer_id", "external_id", "number", "starts_on", "ends_on", "status", "renews", "noticed_on",
    "value_per_year_minor",
)  # fmt: skip
_INVOICE_COLUMNS: Final = (
    "id",
    "customer_id",
    "external_id",
    "number",
    "issued_on",
    "due_on",
    "paid_on",
    "status",
    "amount_minor",
)
_SOURCES: Final[dict[str, tuple[Callable[[Context], str], tuple[str, ...]]]] = {
    "orders": (_orders, _ORDER_COLUMNS),
    "order_lines": (_lines, _LINE_COLUMNS),
    "order_parts": (lambda context: _lines(context, only_lines=False), _LINE_COLUMNS),
    "emails": (_emails, _EMAIL_COLUMNS),
    "deals": (_deals, _DEAL_COLUMNS),
    "deal_stages": (_stages, _STAGE_COLUMNS),
    "scores": (_scores, _SCORE_COLUMNS),
    "alerts": (_alerts, _ALERT_COLUMNS),
    "sent_emails": (_sent_emails, _SENT_COLUMNS),
    "contracts": (
        _priced("contracts", _CONTRACT_COLUMNS, "value_per_year_minor"), (*_CONTRACT_COLUMNS, "no_rate"),
    ),
    "invoices": (_priced("invoices", _INVOICE_COLUMNS, "amount_minor"), (*_INVOICE_COLUMNS, "no_rate")),
}  # fmt: skip
#: What stands for a source where its rows are told apart by what they have several of.
PARTS: Final = {"orders": "order_parts"}


def is_source(name: str) -> bool:
    """Return whether rows can be read from something of this name."""
    return name in _SOURCES or name in metadata.tables


@cache
def columns_of(name: str) -> frozenset[str]:
    """Return the columns of a source or a table."""
    return frozenset(_SOURCES[name][1] if name in _SOURCES else metadata.tables[name].c.keys())


@cache
def table_as(name: str, alias: str) -> FromClause:
    """Return a table under an alias, made once: its columns take longer to make than most of a statement."""
    return metadata.tables[name].alias(alias)


def source(name: str, context: Context, alias: str) -> FromClause:
    """Return a source or a table under an alias."""
    if name not in _SOURCES:
        return table_as(name, alias)
    sql, columns = _SOURCES[name]
    return _subquery(sql(context), columns, alias)


def nth(name: str, number: int) -> str:
    """Return what something of one day is called where several days are asked of: the first has the plain name."""
    return f"{name}_{number}" if number else name


def spending(days: int) -> Subquery:
    """Return each customer's revenue of the last 12 months and of the 12 before; other currencies are not in it.

    Parameters
    ----------
    days
        Of so many days, the latest first, all by one reading of the orders.
    """
    sums, names = [], ["customer_id"]
    for number in range(days):
        day, names = nth(_DAY, number), [*names, nth("this_year", number), nth("year_before", number)]
        last = f"ordered_on > date({day}, '-12 months')"
        through = f" AND ordered_on <= {day}" if number else ""
        since = f" AND ordered_on > date({day}, '-24 months')" if number < days - 1 else ""
        sums += [f"sum(amount_minor) FILTER (WHERE {one})" for one in (f"{last}{through}", f"NOT {last}{since}")]
    # By the index on the customer, in whose order they are grouped: no sorting.
    return _subquery(
        f"SELECT customer_id, {', '.join(sums)} FROM orders"
        f" WHERE +ordered_on > date({nth(_DAY, days - 1)}, '-24 months') AND +ordered_on <= {_DAY}"
        " AND currency = :currency GROUP BY customer_id",
        tuple(names),
        "y",
    )


def engaged(days: int) -> Subquery:
    """Return who opened, clicked or answered an email of the last 60 days; `days` as for `spending`."""
    return _lately(
        days, "max", "lately", "m", "email_events", "+happened_on", ">=",
        f"kind IN ({', '.join(map(repr, BECAME['opened']))}) AND source <> '{OWN_SOURCE}'",
    )  # fmt: skip


def complained(days: int) -> Subquery:
    """Return how many tickets each customer opened in the last 60 days; `days` as for `spending`."""
    return _lately(days, "sum", "tickets", "k", "tickets", "opened_on", ">", "1")


def _lately(days: int, makes: str, name: str, alias: str, table: str, on: str, after: str, where: str) -> Subquery:
    """What each customer's rows of the last 60 days before each day come to: their number, or whether there are any."""
    begins = [f"{on} {after} date({nth(_DAY, number)}, '-60 days')" for number in range(days)]
    each = [f"{makes}({begin} AND {on} <= {nth(_DAY, number)})" for number, begin in enumerate(begins)]
    return _subquery(
        f"SELECT customer_id, {', '.join(each)} FROM {table} WHERE {begins[-1]} AND {on} <= {_DAY} AND {where}"
        " GROUP BY customer_id",
        ("customer_id", *(nth(name, number) for number in range(days))),
        alias,
    )


def _subquery(sql: str, columns: tuple[str, ...], alias: str) -> Subquery:
    # Named by place: a common table expression of one SELECT is what SQLite folds into the statement around it.
    named = f"WITH t({', '.join(columns)}) AS ({sql}) SELECT * FROM t"
    return text(named).columns(*(column(one) for one in columns)).subquery(alias)
