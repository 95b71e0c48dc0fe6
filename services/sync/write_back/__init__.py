"""Write-back: what was changed here as files that other systems take in. Only what changed; nothing is sent anywhere.

In this order: changed (read from the journal) · gather (rows in the system's own words) · write (files, then a journal
entry). What a system calls its fields is declared in `resources/write_back`.
"""

from __future__ import annotations

from services.sync.write_back.targets import TARGETS, target_of
from services.sync.write_back.write import places_of, write_back, write_back_plan

__all__ = ["TARGETS", "places_of", "target_of", "write_back", "write_back_plan"]
