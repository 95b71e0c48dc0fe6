"""Which tables hold facts, and which entries of the journal changed them: plain text, as the first page imports it."""

from __future__ import annotations

from typing import Final

from models.schema_version import FACT_TABLES

#: Tables whose changes are scored: the facts, and what a person set by hand.
SCORED_TABLES: Final = (*FACT_TABLES, "score_overrides")
#: Where customers write: the columns of their words, and that of the day.
WRITTEN: Final = {
    "tickets": (("subject", "text"), "opened_on"),
    "reviews": (("title", "text"), "reviewed_on"),
    "surveys": (("comment",), "answered_on"),
    "conversations": (("text",), "happened_on"),
}
#: SQL of whether its writer rated it well, or what it is about, on whatever day; see `leaving_words`.
RATED_WELL: Final = {
    "tickets": "coalesce(satisfaction >= 4, 0)",
    "reviews": "coalesce(rating >= 4, 0)",
    "surveys": "coalesce(kind IN ('csat', 'nps') AND scale > 0 AND score >= scale * iif(kind = 'nps', 0.9, 0.8), 0)",
    "conversations": "0",
}
#: SQL of the entries after ``{since}`` that changed rows of the tables ``{tables}`` for which ``{moves}`` holds.
FACT_ENTRIES = """SELECT j.id FROM journal j
    WHERE j.id > {since} AND (
          j.verb = 'undo-import'
       OR j.actor_kind = 'import' AND EXISTS (SELECT 1 FROM imports i
                   WHERE i.journal_id = j.id AND i.rows_inserted + i.rows_updated > 0)
       OR EXISTS (SELECT 1 FROM journal_payloads p
                   WHERE p.journal_id = j.id AND p.table_name IN ({tables}) {moves}))"""
