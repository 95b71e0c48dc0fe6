"""Query module: the temporary tables that a run of the rules reads, one row per customer, deal or kind of data.

The score table holds most facts already (it was aggregated once, by scoring); what comes from event tables is
aggregated here by one grouped statement each, along that table's covering index. A run over few customers restricts
each statement to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import sqrt
from typing import Any, Final

from models import sqlite
from models.queries.churn_status import left_on, renews_on
from models.queries.deals import DEAL_NAME, STAGE_NAME, closed_on, known_by
from models.queries.open_tickets import is_open, is_unhappy
from models.queries.products import product_called
from models.queries.purchases import PURCHASES, cancelled_order, last_returned, not_ordered_again
from models.store import UnitOfWork
from models.store.driver import driver_of
from services.alerting import voices
from services.alerting.driver import tuples
from services.alerting.measures import STAGE_AS_OF
from services.alerting.product_ratings import COLUMNS, fallen
from services.book.sources import FROM_FILES, UNANSWERED, source_ages
from services.distress.complaints import DAYS_SINCE
from services.distress.matters import teach
from services.distress.said_leaving import rated_since
from services.permission import may_email, unsubscribed_on
from services.settings import Policy

_FACTS: Final = """
CREATE TEMP TABLE run_facts AS
SELECT s.customer_id AS customer_id, s.value_at_risk_minor AS value_at_risk,
       -- Rules judge by what the model expects: nothing of who said that they leave, but what they were worth. Months
       -- after the words both tell: the words stand, and what came since is the model's to judge.
       iif(s.said_leaving ->> '$.on' <= :day_30, s.said_leaving ->> '$.computed.churn_risk',
           s.churn_risk) AS churn_risk,
       iif(s.said_leaving ->> '$.on' > :day_30, NULL, s.value_at_risk_minor) AS expected_loss,
       coalesce(s.said_leaving ->> '$.computed.clv_minor', s.clv_minor) AS lifetime_value,
       coalesce(s.clv_if_stays_minor, s.clv_minor) AS value_if_stays,
       s.confidence AS confidence, s.standing AS standing, s.silence_p AS silence_p,
       s.churn_horizon_days AS churn_horizon, s.model LIKE '% on contracts %' AS by_contract,
       s.health AS health, s.engagement AS engagement, {threshold} AS engagement_threshold,
       {risk_threshold} AS risk_threshold,
       s.days_since_last_order AS days_since_order, s.usual_gap_days AS usual_gap,
       {last_returned} AS last_returned,
       s.purchase_days AS purchase_days, s.first_order_on AS first_order_on, s.last_order_on AS last_order_on,
       s.spend_total_minor AS spent, s.spend_12m_minor AS spent_12m, s.mean_last_3_minor AS mean_last,
       s.mean_6_before_minor AS mean_before, s.orders_6m AS orders_6m, s.orders_6m_before AS orders_6m_before,
       s.last_activity_on AS last_activity_on, s.segment AS segment, s.currency AS currency,
       c.owner AS owner,
       {may_email} AS may_email,
       julianday(:as_of) - julianday(coalesce(
           CASE WHEN c.email_consent = 'withdrawn' AND c.email_consent_since <= :as_of THEN c.email_consent_since END,
           {unsubscribed_on})) AS days_since_withdrawal,
       julianday({renews_on}) - julianday(:as_of) AS days_to_renewal
FROM customer_risk_scores s JOIN customers c ON c.id = s.customer_id
WHERE {left_on} IS NULL {scope}
"""

_BLOCKS: Final[dict[str, str]] = {
    # Who rated our service well after a ticket that is closed is not unhappy about it any more.
    "tickets": f"""
SELECT customer_id,
       sum(day > :day_60 AND unhappy AND (open OR NOT {rated_since("u", ":as_of")})) AS unhappy_60d,
       max(CASE WHEN open AND unhappy THEN
           (julianday(:as_of) + 1 - julianday(coalesce(opened_at, day))) * 24 END) AS unhappy_open_hours,
       max(CASE WHEN open AND unhappy THEN julianday(:as_of) - julianday(day) END) AS unhappy_open_days,
       sum(open) AS open_tickets
FROM (SELECT customer_id, opened_on AS day, opened_at,
             {{unhappy}} AS unhappy, {{open}} AS open
      FROM tickets WHERE customer_id IS NOT NULL AND opened_on <= :as_of {{scope}}) u
GROUP BY customer_id""",
    "reviews": f"""
SELECT customer_id, min(rating) AS worst_30d, sum(rating <= 2) AS bad_30d, {voices.WORST} AS worst
FROM (SELECT customer_id, rating, reviewed_on AS day, {product_called("reviews")} AS what
      FROM reviews WHERE customer_id IS NOT NULL AND rating IS NOT NULL
           AND reviewed_on > :day_30 AND reviewed_on <= :as_of {{scope}})
GROUP BY customer_id""",
    # Three on either side: fewer are weather. An old fall is no news, so the newest rating is of the last 90 days.
    # The plus signs keep SQLite on the covering index by customer; that on the day leads to the rows themselves.
    "ratings": """
WITH all_ratings AS MATERIALIZED (
    SELECT customer_id, rating, reviewed_on AS rated_on, 1 AS kind, id FROM reviews
    WHERE customer_id IS NOT NULL AND rating IS NOT NULL AND +reviewed_on <= :as_of {scope}
    UNION ALL
    SELECT customer_id, satisfaction, coalesce(resolved_on, opened_on), 2, id FROM tickets
    WHERE customer_id IS NOT NULL AND satisfaction IS NOT NULL AND coalesce(resolved_on, opened_on) <= :as_of {scope}
    UNION ALL
    SELECT customer_id, CASE kind WHEN 'nps' THEN 1 + 4.0 * score / scale ELSE 5.0 * score / scale END,
           answered_on, 3, id FROM surveys
    WHERE customer_id IS NOT NULL AND kind IN ('nps', 'csat') AND score IS NOT NULL AND scale > 0
          AND +answered_on <= :as_of {scope})
SELECT customer_id, avg(CASE WHEN n <= 3 THEN rating END) AS recent, avg(CASE WHEN n > 3 THEN rating END) AS before
FROM (SELECT customer_id, rating,
             row_number() OVER (PARTITION BY customer_id ORDER BY rated_on DESC, kind, id DESC) AS n
      FROM all_ratings WHERE customer_id IN (
          SELECT customer_id FROM all_ratings GROUP BY customer_id
          HAVING count(*) >= 6 AND max(rated_on) > :day_90))
GROUP BY customer_id""",
    # "Neither clicked nor answered nor followed by an order": what was sent after the last such sign of life; of our
    # own mails nothing tells whether they were read. The cross join keeps SQLite from reading every email ever sent,
    # most of which an order has followed.
    "emails": """
SELECT customer_id, count(DISTINCT what) AS unanswered
FROM (SELECT f.customer_id AS customer_id, coalesce(e.message, e.happened_on) AS what
      FROM temp.run_facts f CROSS JOIN email_events e
      WHERE e.customer_id = f.customer_id AND e.kind = 'sent' AND e.happened_on <= :as_of
            AND e.happened_on > coalesce(f.last_order_on, '')
            AND e.id NOT IN (SELECT id FROM email_events WHERE source = 'bellwether')
            AND NOT EXISTS (SELECT 1 FROM email_events x WHERE x.customer_id = f.customer_id
                            AND x.kind IN ('clicked', 'replied', 'converted')
                            AND x.happened_on BETWEEN e.happened_on AND :as_of))
GROUP BY customer_id""",
    # The latest score 60 to 90 days before: weekly history and the few fixed points of a big book both have one.
    "history": """
SELECT f.customer_id AS customer_id,
       (SELECT h.engagement FROM score_history h WHERE h.customer_id = f.customer_id
        AND h.as_of BETWEEN :day_90 AND :day_60
        AND h.engagement IS NOT NULL ORDER BY h.as_of DESC LIMIT 1) AS engagement,
       (SELECT julianday(:as_of) - julianday(coalesce(
            max(CASE WHEN h.engagement >= f.engagement_threshold THEN h.as_of END), min(h.as_of)))
        FROM score_history h WHERE h.customer_id = f.customer_id AND h.as_of <= :as_of
             AND h.engagement IS NOT NULL) AS days_below
FROM temp.run_facts f WHERE f.engagement < f.engagement_threshold""",
    "closing": """
SELECT customer_id, min(julianday(closes_on) - julianday(:as_of)) AS days_to_close
FROM opportunities o WHERE customer_id IS NOT NULL AND closes_on >= :as_of AND coalesce(opened_on, '') <= :as_of
     AND {stage} NOT IN ('Won', 'Lost') {scope}
GROUP BY customer_id""",
    # Eight in the recent half-year: below that, half as much again is one visit. Both halves must have been recorded.
    "activity": """
SELECT customer_id, sum(happened_on > :day_182) AS recent,
       sum(happened_on <= :day_182) AS before
FROM activities WHERE customer_id IS NOT NULL AND +happened_on <= :as_of
     AND +happened_on > :day_364 {scope}
GROUP BY customer_id HAVING recent >= 8 AND min(happened_on) <= :day_336""",
    # Of those only who are late for themselves: the orders of all would be most of the book.
    "gaps": f"""
SELECT customer_id, sqrt(max(count(gap) * sum(gap * gap) / (sum(gap) * sum(gap)) - 1, 0)) AS spread,
       max(gap) AS longest
FROM (SELECT p.customer_id AS customer_id, julianday(p.ordered_on)
             - lag(julianday(p.ordered_on)) OVER (PARTITION BY p.customer_id ORDER BY p.ordered_on) AS gap
      FROM temp.run_facts f CROSS JOIN {PURCHASES} p ON p.customer_id = f.customer_id
      WHERE f.standing = 'active' AND f.silence_p <= :improbable AND p.amount_minor > 0 AND p.ordered_on <= :as_of
      GROUP BY p.customer_id, p.ordered_on)
GROUP BY customer_id HAVING sum(gap) > 0""",
    # The last 91 days against the 91 before, of who bought in both: purchase days and what was spent on them.
    "quarters": f"""
SELECT customer_id, min(1.0 * days / days_before, coalesce(1.0 * spent / nullif(spent_before, 0), 9e9)) - 1 AS change
FROM (SELECT f.customer_id AS customer_id,
             count(DISTINCT CASE WHEN p.ordered_on > :day_91 THEN p.ordered_on END) AS days,
             count(DISTINCT CASE WHEN p.ordered_on <= :day_91 THEN p.ordered_on END) AS days_before,
             sum(iif(p.ordered_on > :day_91, p.amount_minor, 0)) AS spent,
             sum(iif(p.ordered_on <= :day_91, p.amount_minor, 0)) AS spent_before
      FROM temp.run_facts f CROSS JOIN {PURCHASES} p ON p.customer_id = f.customer_id
      WHERE f.orders_6m > 0 AND p.ordered_on > :day_182 AND p.ordered_on <= :as_of
      GROUP BY f.customer_id)
WHERE days_before > 0""",
    "returned": f"""
SELECT o.customer_id AS customer_id, nullif(sum({not_ordered_again("o")}), 0) AS amount,
       julianday(:as_of) - julianday(max(o.ordered_on)) AS days,
       min(o.kind = 'cancellation' AND EXISTS (SELECT 1 FROM orders own WHERE own.id = {cancelled_order("o")}
                                                   AND own.ordered_on = o.ordered_on)) AS same_day
FROM orders o JOIN temp.run_facts f ON f.customer_id = o.customer_id AND o.currency = f.currency
WHERE o.kind IN ('return', 'cancellation') AND o.ordered_on > :day_14 AND o.ordered_on <= :as_of
GROUP BY o.customer_id""",
    "complaints": DAYS_SINCE,
    "distress": voices.DISTRESS,
    "pressing": voices.PRESSING,
    "mentions": voices.MENTIONS,
    "trouble": voices.TROUBLE,
    # The category of the newest such purchase: SQLite takes the other columns from the row of max().
    "adoption": """
SELECT customer_id, category, julianday(:as_of) - julianday(bought_on) AS days
FROM (SELECT o.customer_id AS customer_id, p.category AS category, max(o.ordered_on) AS bought_on
      FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
      WHERE o.ordered_on BETWEEN :day_60 AND :as_of AND o.kind = 'purchase'
            AND p.category IN (SELECT category FROM temp.run_returning_categories) {scope}
      GROUP BY o.customer_id)""",
}

# The share of a category's lines that came back, from a regular sample of 20,000 orders; those above the median.
_RETURNING: Final = """
WITH rates AS (
    SELECT p.category AS category, 1.0 * sum(o.kind = 'return') / max(sum(o.kind = 'purchase'), 1) AS rate
    FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
    WHERE p.category IS NOT NULL AND o.ordered_on <= :as_of
      AND o.id % max(1, (SELECT max(id) FROM orders) / 20000) = 0
      AND EXISTS (SELECT 1 FROM activities x WHERE x.kind = :feature AND x.happened_on <= :as_of)
    GROUP BY p.category)
SELECT category FROM rates
WHERE rate > (SELECT rate FROM rates ORDER BY rate LIMIT 1 OFFSET (SELECT (count(*) - 1) / 2 FROM rates))
"""

# How long nine in ten of the deals took that were won or lost: of each kind with enough of them, and of all (null), of
# which fewer are enough.
_DEAL_DAYS: Final = """
CREATE TEMP TABLE run_deal_days AS
WITH ended AS (
    SELECT o.kind AS kind, julianday({closed}) - julianday(o.opened_on) AS days FROM opportunities o
    WHERE o.opened_on <= {closed} AND {closed} <= :as_of),
ranked AS (
    SELECT kind, days, cume_dist() OVER (PARTITION BY kind ORDER BY days) AS share,
           count(*) OVER (PARTITION BY kind) AS deals FROM ended WHERE kind IS NOT NULL
    UNION ALL SELECT NULL, days, cume_dist() OVER (ORDER BY days), count(*) OVER () FROM ended)
SELECT kind, min(days) AS days FROM ranked WHERE share >= 0.9 AND deals >= iif(kind IS NULL, 10, 30) GROUP BY kind
"""

#: Whether the book keeps what was said about deals. Of ten or more that closed at least half must have had some: what
#: customers ask the service now and then does not tell that nobody spoke with them about a deal.
_DEAL_CONTACTS: Final = """
CREATE TEMP TABLE run_deal_contacts AS
SELECT EXISTS (SELECT 1 FROM conversations WHERE {from_files})
       AND (count(*) < 10 OR 2 * sum(spoken) >= count(*)) AS kept
FROM (SELECT EXISTS (SELECT 1 FROM conversations c WHERE c.customer_id = o.customer_id
                        AND c.happened_on BETWEEN o.opened_on AND coalesce({closed}, closes_on, :as_of)) AS spoken
      FROM opportunities o WHERE o.customer_id IS NOT NULL AND o.opened_on <= :as_of AND {stage} IN ('Won', 'Lost'))
"""

#: SQL of how long deals like ``x`` take; where too few closed to tell, the policy's figure. Where nobody writes down
#: stages or contact, only a deal's age tells that it stands still; elsewhere null.
USUAL_DAYS: Final = f"""CASE WHEN NOT EXISTS (SELECT 1 FROM stage_changes WHERE {FROM_FILES})
                 AND NOT (SELECT kept FROM temp.run_deal_contacts)
            THEN coalesce((SELECT days FROM temp.run_deal_days u WHERE u.kind = x.kind),
                          (SELECT days FROM temp.run_deal_days u WHERE u.kind IS NULL), :unknown_days) END"""

# Contact is what was said to or heard from the customer; a ticket is for service, and not about a deal.
_DEALS: Final = """
CREATE TEMP TABLE run_deals AS
SELECT id, customer_id, stage, amount, worth, worth * coalesce(probability, 0.5) AS expected,
       coalesce(amount, 0) = 0 AS listed,
       -- A stage in the file's own word, unless it has moved since; without a name what kind of deal it is.
       coalesce(name || ', ', kind || iif(kind LIKE '%deal%', ', ', ' deal, '), '')
           || iif(stage = stage_now, stage_name, stage) AS named,
       CASE WHEN closes_on < :as_of THEN closes_on END AS close_passed,
       julianday(closes_on) - julianday(:as_of) AS days_to_close,
       julianday(:as_of) - julianday(opened_on) AS age_days,
       {usual_days} AS usual_days,
       julianday(:as_of) - julianday(max(stage_since,
           coalesce((SELECT max(happened_on) FROM conversations c
                     WHERE c.customer_id = x.customer_id AND c.happened_on <= :as_of
                       AND c.channel <> '{unanswered}'), ''),
           coalesce((SELECT max(happened_on) FROM email_events e WHERE e.customer_id = x.customer_id
                     AND e.kind = 'replied' AND e.happened_on <= :as_of), ''),
           coalesce((SELECT max(substr(written_at, 1, 10)) FROM notes n
                     WHERE n.customer_id = x.customer_id AND n.written_at <= :now), ''),
           coalesce((SELECT max(substr(done_at, 1, 10)) FROM tasks k
                     WHERE k.customer_id = x.customer_id AND k.done_at <= :now), '')))
           AS silent_days
FROM (SELECT o.id AS id, o.customer_id AS customer_id, o.probability AS probability, o.kind AS kind,
             o.opened_on AS opened_on, o.closes_on AS closes_on,
             {amount} AS amount, coalesce(nullif({amount}, 0), {listed}) AS worth, {name} AS name,
             {stage} AS stage, o.stage AS stage_now, {stage_name} AS stage_name,
             coalesce(last.changed_on, o.opened_on) AS stage_since
      FROM opportunities o
      LEFT JOIN products p ON p.id = o.product_id
      LEFT JOIN stage_changes last ON last.id = (
          SELECT id FROM stage_changes h WHERE h.opportunity_id = o.id AND {moved}
          ORDER BY h.changed_on DESC, h.changed_at DESC, h.id DESC LIMIT 1)
      WHERE o.customer_id IS NOT NULL AND coalesce(o.opened_on, last.changed_on) <= :as_of {scope}) x
WHERE stage NOT IN ('Won', 'Lost') AND stage_since IS NOT NULL
"""


class Facts:
    """The temporary tables of one run; `drop` removes them.

    Parameters
    ----------
    work
        The run's unit of work.
    bindings
        The days and words that the statements name.
    scope
        Customers that are evaluated, or None for all.
    categories
        Categories that often come back, as the last run over all found them; None: find them.
    """

    def __init__(
        self,
        work: UnitOfWork,
        bindings: Mapping[str, Any],
        scope: Iterable[int] | None,
        categories: Sequence[str] | None = None,
    ) -> None:
        self._work = work
        self.bindings = dict(bindings)
        self.categories = categories
        self._tables: list[str] = []
        driver = driver_of(work.connection)
        teach(driver)
        sqlite.give_function(driver, "sqrt", 1, sqrt)  # not every SQLite has it
        self._scoped = scope is not None
        if scope is not None:
            self._create("scope", "CREATE TEMP TABLE run_scope (customer_id INTEGER PRIMARY KEY)")
            rows = [(customer,) for customer in sorted(set(scope))]
            if rows:
                work.sql("INSERT INTO temp.run_scope VALUES (?)", rows)

    def build_customers(self, threshold: str, risk_threshold: str) -> None:
        """Build ``facts``; the SQL of the engagement threshold by segment, and of a segment's own risk threshold."""
        thresholds = {"threshold": threshold, "risk_threshold": risk_threshold}
        parts = {
            "may_email": may_email(":today"),
            "unsubscribed_on": unsubscribed_on(":as_of"),
            "left_on": left_on(":as_of"),
            "renews_on": renews_on(":as_of"),
            "last_returned": last_returned("s"),
        }
        self._create("facts", _FACTS.format(scope=self._scope("s.customer_id"), **thresholds, **parts))
        self._work.sql("CREATE UNIQUE INDEX temp.run_facts_customer ON run_facts (customer_id)")

    def build(self, block: str) -> None:
        """Build one table beside ``facts``, once."""
        if block in self._tables:
            return
        if block == "adoption":
            self._build_categories()
        scoped = self._scope("customer_id" if block != "adoption" else "o.customer_id")
        statement = _BLOCKS[block].format(
            scope=scoped, stage=STAGE_AS_OF, open=is_open(":as_of"), unhappy=is_unhappy(":as_of")
        )
        if block == "adoption" and not self.categories:
            statement += " LIMIT 0"  # or SQLite would look for the lines of every order of two months, in vain
        self._create(block, f"CREATE TEMP TABLE run_{block} AS {statement}")
        self._work.sql(f"CREATE UNIQUE INDEX temp.run_{block}_customer ON run_{block} (customer_id)")

    def _build_categories(self) -> None:
        self._create("returning_categories", "CREATE TEMP TABLE run_returning_categories (category TEXT)")
        if self.categories is None:
            self.categories = tuple(row[0] for row in tuples(self._work.connection, _RETURNING, self.bindings))
        if self.categories:
            rows = [(category,) for category in self.categories]
            self._work.sql("INSERT INTO temp.run_returning_categories VALUES (?)", rows)

    def build_deals(self, amount: str, listed: str) -> None:
        """Build ``deals``; SQL of the amount, and of its product's list price, in the reporting currency."""
        if "deals" not in self._tables:
            self._create("deal_days", _DEAL_DAYS.format(closed=closed_on("o")))
            self._create(
                "deal_contacts", _DEAL_CONTACTS.format(closed=closed_on("o"), stage=STAGE_AS_OF, from_files=FROM_FILES)
            )
            said = {"name": DEAL_NAME, "stage": STAGE_AS_OF, "stage_name": STAGE_NAME, "usual_days": USUAL_DAYS}
            said |= {"unanswered": UNANSWERED, "moved": known_by(":as_of")}
            scope = self._scope("o.customer_id")
            self._create("deals", _DEALS.format(amount=amount, listed=listed, scope=scope, **said))
            self._work.sql("CREATE INDEX temp.run_deals_customer ON run_deals (customer_id)")

    def build_products(self) -> None:
        """Build ``products``: those whose ratings fell, with how likely that is chance."""
        if "products" not in self._tables:
            self._create("products", f"CREATE TEMP TABLE run_products (product_id INTEGER PRIMARY KEY, {COLUMNS})")
            rows = fallen(self._work.connection, self.bindings)
            if rows:
                self._work.sql("INSERT INTO temp.run_products VALUES (?, ?, ?, ?, ?, ?)", rows)

    def build_sources(self, today: str, policy: Policy) -> None:
        """Build ``sources``: the age and the usual interval of each kind of data that has one."""
        if "sources" in self._tables:
            return
        self._create(
            "sources",
            "CREATE TEMP TABLE run_sources (id INTEGER PRIMARY KEY, words TEXT, age_days REAL, interval_days REAL)",
        )
        driver = driver_of(self._work.connection)
        rows = [
            (number, one.words, float(one.age_days), one.usual_days)
            for number, one in enumerate(source_ages(driver, date.fromisoformat(today), policy))
            if one.usual_days is not None and one.stale
        ]
        if rows:
            self._work.sql("INSERT INTO temp.run_sources VALUES (?, ?, ?, ?)", rows)

    def store(self, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        """Build a table beside ``facts`` from rows that were computed outside SQL, customer first."""
        self._create(table, f"CREATE TEMP TABLE run_{table} (customer_id INTEGER PRIMARY KEY, {columns})")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._work.sql(f"INSERT INTO temp.run_{table} VALUES ({marks})", rows)

    def drop(self) -> None:
        """Remove all tables of the run."""
        for table in reversed(self._tables):
            self._work.sql(f"DROP TABLE IF EXISTS temp.run_{table}")
        self._tables.clear()

    def _scope(self, column: str) -> str:
        return f"AND {column} IN (SELECT customer_id FROM temp.run_scope)" if self._scoped else ""

    def _create(self, table: str, statement: str) -> None:
        self._work.sql(statement, self.bindings)
        self._tables.append(table)
