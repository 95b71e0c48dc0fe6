"""What one email is, as one meaning for all readers: files have a row for each thing that became of it."""

from __future__ import annotations

from typing import Final

#: SQL of what a system calls the message of an event.
MESSAGE: Final = "COALESCE(message, campaign, external_id)"
#: SQL of what groups the events of one email: the message, sent to one address.
ONE_MAIL: Final = f"source, {MESSAGE}, address"
