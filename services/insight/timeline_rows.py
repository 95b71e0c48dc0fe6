"""One timeline of everything about a customer: newest first, in pages by keyset, with counts of every kind.

Each kind is one query whose rows have a sortable moment (``at``) and a unique ``key``; a page takes the newest of all.
What a kind counts is what its filter lists, as the count runs over the same query. Visits are many and say little one
by one: among everything those of a month are one row, and each has its own where only activities are wanted.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection

from models import sqlite
from models.queries.deals import closed_on
from models.queries.emails import ONE_MAIL
from models.queries.open_tickets import is_open
from models.queries.products import deal_called, product_called
from models.queries.purchases import is_cancelled
from models.values.alerts import TimelinePage, TimelineRow
from models.values.outbox import OWN_SOURCE
from services.insight import declared, timeline_formatting
from services.insight.reader import Reader

PAGE = 50


def _at(day: str, moment: str) -> str:
    """Return SQL for the day as its file had it with the time of the moment: what the timeline sorts by."""
    return f"{day} || COALESCE(substr({moment}, 11), '')"


#: Whoever took a figure back that they or another had set: the last who did, where it was undone and done again.
_ENDED_BY = """(SELECT j.actor FROM journal_payloads p JOIN journal j ON j.id = p.journal_id
                 WHERE p.table_name = 'score_overrides' AND p.row_id = o.id AND p.operation = 'update'
                   AND j.verb = 'end-override' ORDER BY j.id DESC LIMIT 1)"""
#: Whether an action on an alert was undone, for this alert too, and the undo was not: an undo, and what redoes it, are
#: entries that name the one before. The two of them vanish together.
_UNDONE = """(WITH RECURSIVE chain(id, length) AS (
                 SELECT j.id, 0
                 UNION ALL
                 SELECT u.id, length + 1 FROM chain JOIN journal u ON u.undoes = chain.id
                   JOIN journal_payloads q ON q.journal_id = u.id AND q.table_name = 'alerts' AND q.row_id = p.row_id)
               SELECT max(length) % 2 FROM chain)"""
#: A deal without a name of its own has its product's.
_DEAL = f"coalesce({deal_called('o')}, {product_called('o')})"
#: Won or lost on a day that is over and that no change of stage names: before it comes, that day was only a plan.
_CLOSED = f"""({closed_on("o")} <= :today
               AND NOT EXISTS (SELECT 1 FROM stage_changes h WHERE h.opportunity_id = o.id AND h.to_stage = o.stage))"""
#: Whether rows of their own say what became of a deal.
_LATER = f"""({_CLOSED} OR EXISTS (
               SELECT 1 FROM stage_changes h WHERE h.opportunity_id = o.id AND h.from_stage IS NOT NULL))"""
#: Visits of a month that are one row among everything.
_FOLDED = ("login", "web_session", "session", "web_visit", "website_visit", "page_view", "app_open")
#: Kind → query of one customer's rows; its parameters are the customer's id, today, and the day the book knows.
SOURCES: dict[str, str] = {
    "order": f"""
        SELECT {_at("ordered_on", "ordered_at")} AS at, printf('order:%012d', id) AS key, id, external_id,
               ordered_on AS day, amount_minor, currency, channel, kind, {is_cancelled("orders")} AS cancelled
          FROM orders WHERE customer_id = :customer AND kind IN ('purchase', 'charge')""",
    "return": f"""
        SELECT {_at("ordered_on", "ordered_at")} AS at, printf('return:%012d', id) AS key, id, external_id,
               ordered_on AS day, amount_minor, currency, channel, kind
          FROM orders WHERE customer_id = :customer AND kind IN ('return', 'cancellation')""",
    "ticket": f"""
        SELECT {_at("opened_on", "opened_at")} AS at, printf('ticket:%012d', id) AS key, id, external_id,
               opened_on AS day, subject, kind, channel, priority, status, opened_at, resolved_on, resolved_at,
               satisfaction, sentiment, {is_open(":present")} AS is_open
          FROM tickets WHERE customer_id = :customer AND opened_on IS NOT NULL""",
    "email": f"""
        SELECT MIN({_at("happened_on", "happened_at")}) AS at, printf('email:%012d', MIN(id)) AS key, MIN(id) AS id,
               COALESCE(MAX(message), MIN(external_id)) AS external_id, MIN(happened_on) AS day,
               MAX(campaign) AS campaign, MAX(campaign_kind) AS campaign_kind, address,
               MAX(kind = 'opened') AS opened, MAX(kind = 'clicked') AS clicked,
               MAX(kind = 'replied') AS replied, MAX(kind = 'converted') AS converted,
               MAX(kind = 'bounced') AS bounced, MAX(kind = 'unsubscribed') AS unsubscribed,
               MAX(kind IN ('sent', 'delivered')) AS sent, NULL AS own_subject, NULL AS own_by
          FROM email_events WHERE customer_id = :customer AND source <> '{OWN_SOURCE}'
         GROUP BY {ONE_MAIL}
        UNION ALL
        SELECT {_at("e.happened_on", "e.happened_at")}, printf('email:%012d', e.id), m.id, m.id, e.happened_on,
               NULL, NULL, k.email, 0, 0, 0, 0, 0, 0, 1, m.subject, m.approved_by
          FROM email_events e JOIN messages m ON m.message_id = e.external_id
          LEFT JOIN contacts k ON k.id = m.contact_id
         WHERE e.customer_id = :customer AND e.source = '{OWN_SOURCE}' AND e.kind = 'sent'""",
    "review": f"""
        SELECT {_at("reviewed_on", "reviewed_at")} AS at, printf('review:%012d', id) AS key, id, external_id,
               reviewed_on AS day, rating, title, text, {product_called("reviews")} AS product_name
          FROM reviews WHERE customer_id = :customer""",
    "deal": f"""
        SELECT opened_on AS at, printf('deal:%012d', id) AS key, id, external_id, opened_on AS day, {_DEAL} AS name,
               kind, amount_minor, currency, NULL AS to_stage, iif({_LATER}, NULL, nullif(stage, 'Identified')) AS now
          FROM opportunities o WHERE customer_id = :customer AND opened_on IS NOT NULL
        UNION ALL
        SELECT {_at("h.changed_on", "h.changed_at")}, printf('deal:%012d:%012d', o.id, h.id), o.id, o.external_id,
               h.changed_on, {_DEAL}, o.kind, o.amount_minor, o.currency, h.to_stage, NULL
          FROM opportunities o JOIN stage_changes h ON h.opportunity_id = o.id
         WHERE o.customer_id = :customer AND h.from_stage IS NOT NULL
        UNION ALL
        SELECT closes_on, printf('deal:%012d:z', id), id, external_id, closes_on, {_DEAL}, kind, amount_minor, currency,
               stage, NULL
          FROM opportunities o WHERE customer_id = :customer AND {_CLOSED}""",
    "activity": f"""
        SELECT {_at("happened_on", "happened_at")} AS at, printf('activity:%012d', id) AS key, id, external_id,
               happened_on AS day, happened_on AS since, 1 AS times, kind, subject, duration_s, attributes
          FROM activities WHERE customer_id = :customer""",
    "alert": f"""
        SELECT opened_at AS at, printf('alert:%012d:0', id) AS key, id, id AS external_id, opened_at AS day, reason,
               'raised' AS verb, NULL AS said, NULL AS actor
          FROM alerts WHERE customer_id = :customer
        UNION ALL
        SELECT closed_at, printf('alert:%012d:z', id), id, id, closed_at, outcome, 'closed',
               iif(json_valid(reason), reason ->> 'ended', NULL), NULL
          FROM alerts WHERE customer_id = :customer AND closed_at IS NOT NULL AND closed_by = 'rule'
        UNION ALL
        SELECT j.at, printf('alert:%012d:%012d', p.row_id, j.id), p.row_id, p.row_id, j.at, p.after, j.verb,
               (SELECT after FROM journal_payloads w WHERE w.journal_id = j.id AND w.operation = 'words' LIMIT 1),
               j.actor
          FROM alerts a
          JOIN journal_payloads p ON p.table_name = 'alerts' AND p.row_id = a.id AND p.operation = 'update'
          JOIN journal j ON j.id = p.journal_id AND j.actor_kind = 'person'
         WHERE a.customer_id = :customer AND NOT EXISTS (
               SELECT 1 FROM journal_payloads w WHERE w.journal_id = j.id AND w.table_name IN ('tasks', 'notes'))
           AND j.undoes IS NULL AND NOT {_UNDONE}""",
    "task": """
        SELECT created_at AS at, printf('task:%012d', id) AS key, id, id AS external_id, created_at AS day, title,
               due_on, owner, done_at
          FROM tasks WHERE customer_id = :customer""",
    "note": """
        SELECT written_at AS at, printf('note:%012d', id) AS key, id, id AS external_id, written_at AS day, text, author
          FROM notes WHERE customer_id = :customer""",
    "override": f"""
        SELECT made_at AS at, printf('override:%012d:0', id) AS key, id, id AS external_id, made_at AS day, figure,
               value, reason, expires_on, made_by, 'set' AS verb, made_by AS actor,
               (SELECT b.value FROM score_overrides b WHERE b.customer_id = o.customer_id AND b.figure = o.figure
                   AND b.id < o.id AND b.ended_at = o.made_at ORDER BY b.id DESC LIMIT 1) AS before
          FROM score_overrides o WHERE customer_id = :customer
        UNION ALL
        SELECT ended_at, printf('override:%012d:z', id), id, id, ended_at, figure, value, reason, expires_on, made_by,
               'ended', {_ENDED_BY}, NULL
          FROM score_overrides o WHERE customer_id = :customer AND ended_at IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM score_overrides b WHERE b.customer_id = o.customer_id AND b.figure = o.figure
                  AND b.id > o.id AND b.made_at = o.ended_at)
        UNION ALL
        SELECT date(expires_on, '+1 day'), printf('override:%012d:z', id), id, id, date(expires_on, '+1 day'), figure,
               value, reason, expires_on, made_by, 'expired', NULL, NULL
          FROM score_overrides WHERE customer_id = :customer AND ended_at IS NULL AND expires_on < :today""",
    "survey": f"""
        SELECT {_at("answered_on", "answered_at")} AS at, printf('survey:%012d', id) AS key, id, external_id,
               answered_on AS day, kind, score, scale, comment
          FROM surveys WHERE customer_id = :customer""",
    "conversation": f"""
        SELECT {_at("happened_on", "happened_at")} AS at, printf('conversation:%012d', id) AS key, id, external_id,
               happened_on AS day, channel, direction, text, sentiment, source
          FROM conversations WHERE customer_id = :customer""",
    "left": """
        SELECT ends_on AS at, printf('left:%012d', id) AS key, id, external_id, ends_on AS day, starts_on,
               NULL AS ends_on
          FROM contracts WHERE customer_id = :customer AND status = 'ended' AND ends_on <= :today
        UNION ALL
        SELECT noticed_on, printf('left:%012d:n', id), id, external_id, noticed_on, starts_on, ends_on
          FROM contracts WHERE customer_id = :customer AND noticed_on < ends_on AND noticed_on <= :today""",
}
#: Activities where all kinds are wanted.
_FOLDED_ACTIVITY = f"""
    SELECT MAX({_at("happened_on", "happened_at")}) AS at, printf('activity:%012d', MAX(id)) AS key, MAX(id) AS id,
           MAX(external_id) AS external_id, MAX(happened_on) AS day, MIN(happened_on) AS since, COUNT(*) AS times,
           kind, MAX(subject) AS subject, MAX(duration_s) AS duration_s, MAX(attributes) AS attributes
      FROM activities WHERE customer_id = :customer
     GROUP BY kind, iif(kind IN {_FOLDED}, substr(happened_on, 1, 7), id)"""


def all_sources() -> dict[str, str]:
    """The queries of all kinds, with those that entities declare."""
    return SOURCES | {kind: told.sql for kind, told in declared.timelines().items()}


def _everything() -> dict[str, str]:
    return all_sources() | {"activity": _FOLDED_ACTIVITY}


def read_timeline(
    reader: Reader,
    customer_id: int,
    kinds: Collection[str] = (),
    *,
    before: tuple[str, str] | None = None,
    limit: int = PAGE,
) -> TimelinePage:
    """Return a page of a customer's timeline.

    Parameters
    ----------
    kinds
        Names of `all_sources`; none means all.
    before
        The page before's ``next_key``.
    """
    wanted = {kind: body for kind, body in all_sources().items() if kind in kinds} if kinds else _everything()
    start = before or ("~", "~")
    lanes = [
        [
            (row["at"], row["key"], kind, row)
            for row in reader.rows(
                f"SELECT * FROM ({body}) WHERE (at, key) < (:at, :key) ORDER BY at DESC, key DESC LIMIT :most",
                {**_of(reader, customer_id), "at": start[0], "key": start[1], "most": limit + 1},
            )
        ]
        for kind, body in wanted.items()
    ]
    newest = heapq.nlargest(limit + 1, (entry for lane in lanes for entry in lane), key=lambda entry: entry[:2])
    page = newest[:limit]
    described = _described(reader, customer_id, [(kind, row) for _, _, kind, row in page])
    return TimelinePage(
        rows=described,
        counts=read_counts(reader, customer_id),
        next_key=(page[-1][0], page[-1][1]) if page and len(newest) > limit else None,
    )


def read_counts(reader: Reader, customer_id: int) -> dict[str, int]:
    """Return how many rows each kind has for a customer, and ``all`` how many there are among everything."""
    bodies = {**all_sources(), "visits": _FOLDED_ACTIVITY}
    counts = " UNION ALL ".join(f"SELECT '{kind}', COUNT(*) FROM ({body})" for kind, body in bodies.items())
    found: dict[str, int] = dict(reader.driver.execute(counts, _of(reader, customer_id)).fetchall())
    folded = found.pop("visits")
    return {"all": sum(found.values()) - found["activity"] + folded, **found}


def _of(reader: Reader, customer_id: int) -> dict[str, str | int]:
    return {"customer": customer_id, "today": reader.today.isoformat(), "present": reader.present.isoformat()}


def _described(reader: Reader, customer_id: int, entries: list[tuple[str, sqlite.Row]]) -> tuple[TimelineRow, ...]:
    context = timeline_formatting.context_of(reader, customer_id, entries)
    return tuple(timeline_formatting.describe(reader, context, kind, row) for kind, row in entries)
