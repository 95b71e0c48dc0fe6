"""The store's tables (SQLAlchemy Core), the single source of the schema.

``SCHEMA_VERSION`` is what ``PRAGMA user_version`` holds in a store of this program. A change of any table needs a
migration in ``models.store.migrations`` and a new version; a test compares a migrated store with a new one.
"""

from __future__ import annotations

from models.schema_version import FACT_TABLES, SCHEMA_VERSION
from models.tables.boards import dashboards, saved_views
from models.tables.customers import contacts, contracts, customers, documents, identities, suppression_ledger
from models.tables.events import (
    activities,
    conversations,
    email_events,
    emails,
    opportunities,
    order_lines,
    orders,
    products,
    reviews,
    stage_changes,
    surveys,
    tickets,
)
from models.tables.imports import import_changes, import_rejects, imports, mappings
from models.tables.ledger import book, journal, journal_payloads, policies
from models.tables.meta import metadata
from models.tables.outreach import UNTOUCHED_DRAFT, drafts, messages, sendings, templates
from models.tables.people import erasures, likely_pairs, merged_customers, pair_decisions, people_keys
from models.tables.scores import (
    anomalies,
    customer_risk_scores,
    model_fits,
    score_history,
    score_overrides,
    score_reports,
)
from models.tables.work import alert_signals, alerts, notes, rules, tasks

#: What the content hash covers, in its order.
CONTENT_TABLES = tuple(metadata.tables[name] for name in FACT_TABLES)

#: What is computed of each customer: it keeps no other row alive, goes with its customer, and is never merged.
COMPUTED_TABLES = (customer_risk_scores, score_history, anomalies)
