"""Sync: files of other programs become rows of the book, and any of it can be taken back.

In this order: read (any file → a table of text) · formats (what its columns mean) · kinds (dates, numbers, words) ·
stage · match customers · compare · apply · undo. A check, a dry run and an import are the same up to the last step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.sync.by_hand import FIELDS as CUSTOMER_FIELDS
    from services.sync.by_hand import add_customer, edit_customer, hand_over
    from services.sync.check_files import forget_check
    from services.sync.consent_by_hand import address_of, record_consent, record_consents
    from services.sync.contacts_by_hand import FIELDS as CONTACT_FIELDS
    from services.sync.contacts_by_hand import add_contact, edit_contact
    from services.sync.deals_by_hand import FIELDS as DEAL_FIELDS
    from services.sync.deals_by_hand import add_deal_tasks, deals_to_edit, edit_deals, move_deal, usual_chances
    from services.sync.history import imports_history
    from services.sync.newcomers import Newcomers
    from services.sync.order import order_of_import, place_of, source_question, together, waits_for
    from services.sync.owners import owner_named, owners_of
    from services.sync.previewing import check_rows, preview
    from services.sync.quality import data_quality
    from services.sync.read import Table, bounded, of_each_member, read_table
    from services.sync.run import run_import
    from services.sync.undo import undo_import
    from services.sync.undo_check import undo_preview
    from services.sync.written import amount_of, number_of
else:
    __getattr__ = offering(
        __name__,
        {
            "services.sync.by_hand": "FIELDS:CUSTOMER_FIELDS add_customer edit_customer hand_over",
            "services.sync.check_files": "forget_check",
            "services.sync.consent_by_hand": "address_of record_consent record_consents",
            "services.sync.contacts_by_hand": "FIELDS:CONTACT_FIELDS add_contact edit_contact",
            "services.sync.deals_by_hand": (
                "FIELDS:DEAL_FIELDS add_deal_tasks deals_to_edit edit_deals move_deal usual_chances"
            ),
            "services.sync.history": "imports_history",
            "services.sync.newcomers": "Newcomers",
            "services.sync.order": "order_of_import place_of source_question together waits_for",
            "services.sync.owners": "owner_named owners_of",
            "services.sync.previewing": "check_rows preview",
            "services.sync.quality": "data_quality",
            "services.sync.read": "Table bounded of_each_member read_table",
            "services.sync.run": "run_import",
            "services.sync.undo": "undo_import",
            "services.sync.undo_check": "undo_preview",
            "services.sync.written": "amount_of number_of",
        },
    )
