"""Sync: files of other programs become rows of the book, and any of it can be taken back.

In this order: read (any file → a table of text) · formats (what its columns mean) · kinds (dates, numbers, words) ·
stage · match customers · compare · apply · undo. A check, a dry run and an import are the same up to the last step.
"""

from __future__ import annotations

from services.sync.by_hand import FIELDS as CUSTOMER_FIELDS
from services.sync.by_hand import add_customer, edit_customer, hand_over
from services.sync.check_files import forget_check
from services.sync.consent_by_hand import record_consent, record_consents
from services.sync.contacts_by_hand import FIELDS as CONTACT_FIELDS
from services.sync.contacts_by_hand import add_contact, edit_contact
from services.sync.deals_by_hand import FIELDS as DEAL_FIELDS
from services.sync.deals_by_hand import add_deal_tasks, deals_to_edit, edit_deals, move_deal, usual_chances
from services.sync.history import imports_history
from services.sync.newcomers import Newcomers
from services.sync.order import order_of_import, place_of, source_question, together, waits_for
from services.sync.owners import owner_named, owners_of
from services.sync.preview import check_rows, preview
from services.sync.quality import data_quality
from services.sync.read import Table, bounded, of_each_member, read_table, tables_in
from services.sync.run import run_import
from services.sync.undo import undo_import
from services.sync.undo_check import undo_preview
from services.sync.written import amount_of, number_of

__all__ = [
    "CONTACT_FIELDS",
    "CUSTOMER_FIELDS",
    "DEAL_FIELDS",
    "Newcomers",
    "Table",
    "add_contact",
    "add_customer",
    "add_deal_tasks",
    "amount_of",
    "bounded",
    "check_rows",
    "data_quality",
    "deals_to_edit",
    "edit_contact",
    "edit_customer",
    "edit_deals",
    "forget_check",
    "hand_over",
    "imports_history",
    "move_deal",
    "number_of",
    "of_each_member",
    "order_of_import",
    "owner_named",
    "owners_of",
    "place_of",
    "preview",
    "read_table",
    "record_consent",
    "record_consents",
    "run_import",
    "source_question",
    "tables_in",
    "together",
    "undo_import",
    "undo_preview",
    "usual_chances",
    "waits_for",
]
