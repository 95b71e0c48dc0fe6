"""Query module: what customers said lately: signs of distress, tickets that press, mentions, and repeated trouble.

Of texts that say that their customer leaves (`services.distress.leaving_marks`) the sentence is found while the
statement runs.
"""

from __future__ import annotations

from typing import Final

from models.queries.open_tickets import is_open, is_unhappy
from models.queries.products import product_called
from services.book.alert_phrasing import UNNAMED
from services.distress.matters import STRONG, signs

#: The signs of distress of each customer; ``rated`` has the worst bad rating, of equal ones the newest;
#: ``rated_since`` whether one came after their last order, or its ticket is open; ``leaving_lately`` the words of
#: leaving of 30 days after which they neither ordered nor rated well.
DISTRESS: Final = f"""
SELECT customer_id, sum(urgent) AS urgent, sum(said IS NOT NULL) AS leaving,
       sum(said IS NOT NULL AND day > :day_30 AND day >= coalesce(ordered_on, '') AND day >= coalesce(glad_on, ''))
           AS leaving_lately, sum(complained IS NOT NULL) AS pressing,
       substr(max(day || quoted(complained, origin, what, day, channel)), 11) AS pressing_words,
       min(bad) AS rating, count(*) AS signs,
       max(bad IS NOT NULL AND (is_open OR rated_on > coalesce(ordered_on, ''))) AS rated_since,
       julianday(:as_of) - julianday(max(day)) AS days,
       substr(max(day || quoted(said, origin, what, day, channel)), 11) AS said,
       substr(max(printf('%05.2f', 5 - bad) || rated_on
                  || rated(given, scale, rated_on, dated, what, origin)), 16) AS rated
FROM ({signs("temp.run_facts")}) GROUP BY customer_id"""

#: The working days (Monday to Friday) from the day on which the oldest open, negative ticket of high priority came.
PRESSING: Final = f"""
WITH days AS (
    SELECT customer_id, CAST(julianday(opened_on) + 0.5 AS INTEGER) AS first,
           CAST(julianday(:as_of) + 0.5 AS INTEGER) AS last
    FROM tickets WHERE customer_id IS NOT NULL AND opened_on > :day_180 AND opened_on <= :as_of
         AND {is_unhappy(":as_of")} AND urgency(priority) >= 1 AND {is_open(":as_of")} {{scope}})
SELECT customer_id, count(*) AS tickets,
       max(5 * (last / 7) + min(5, last % 7 + 1) - 5 * (first / 7) - min(5, first % 7 + 1)) AS days
FROM days GROUP BY customer_id"""

MENTIONS: Final = f"""
SELECT customer_id, count(*) AS mentions, sum(said IS NOT NULL) AS leaving,
       julianday(:as_of) - julianday(max(day)) AS days, max(channel) AS channel, substr(max(day || said), 11) AS said
FROM (SELECT customer_id, happened_on AS day, nullif(channel, '') AS channel, sentiment,
             wrote_leaving(leaving, 0, text) AS said
      FROM conversations WHERE customer_id IS NOT NULL AND happened_on > :day_14 AND happened_on <= :as_of
           AND coalesce(direction, '') <> 'to_customer' {{scope}})
WHERE sentiment <= {STRONG} OR said IS NOT NULL
GROUP BY customer_id"""

#: SQL of the worst review, of equal ones the newest.
WORST: Final = "substr(max(printf('%05.2f', 5 - rating) || day || rated(rating, 5, day, 1, what, 'reviews')), 16)"

#: Bad reviews, and unhappy tickets, of 60 days, with the largest open deal.
TROUBLE: Final = f"""
SELECT customer_id, sum(tickets) AS tickets, min(rating) AS rating, {WORST} AS worst,
       (SELECT coalesce(nullif(o.name, ''), nullif(o.kind, ''), {product_called("o")}, '{UNNAMED}')
        FROM opportunities o
        WHERE o.customer_id = x.customer_id AND coalesce(o.opened_on, '') <= :as_of AND {{stage}} NOT IN ('Won', 'Lost')
        ORDER BY o.amount_minor DESC, o.id LIMIT 1) AS deal
FROM (SELECT customer_id, 1 AS tickets, NULL AS rating, NULL AS day, NULL AS what FROM tickets
      WHERE customer_id IS NOT NULL AND opened_on > :day_60 AND opened_on <= :as_of
           AND {is_unhappy(":as_of")} {{scope}}
      UNION ALL
      SELECT customer_id, 0, rating, reviewed_on, {product_called("reviews")} FROM reviews
      WHERE customer_id IS NOT NULL AND reviewed_on > :day_60 AND reviewed_on <= :as_of {{scope}}) x
GROUP BY customer_id"""
