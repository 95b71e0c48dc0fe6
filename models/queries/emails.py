"""What one email is, as one meaning for all readers: files have a row for each thing that became of it."""

from __future__ import annotations

from typing import Final

#: SQL of what groups the events of one email: what a system calls the message, sent to one address.
ONE_MAIL: Final = "source, COALESCE(message, campaign, external_id), address"
