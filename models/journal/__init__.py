"""The journal: one chain of entries behind audit, undo and "what changed".

``chain`` writes entries, ``undo`` compensates one, ``verify`` checks the chain and hashes the content, ``history``
lists.
"""

from __future__ import annotations

from models.journal.chain import Image, append_entry, head, stands
from models.journal.erase import erase_images, erase_words, rows_of_customer, texts_in_images, went_over
from models.journal.history import (
    REDO,
    REFUSED,
    entries,
    entry_images,
    fact_entries_since,
    last_redoable,
    last_undoable,
)
from models.journal.import_digests import largest_numbers, take_digests
from models.journal.rows import change_line
from models.journal.undo import clear_automatic_drafts, clear_derived, references, undo_images
from models.journal.undo_merge import MERGED, without_what_stays
from models.journal.verify import content_hash, verify
