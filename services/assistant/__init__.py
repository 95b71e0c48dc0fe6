"""Ask: a question in plain words becomes a checked query over the catalogue of metrics; nothing here writes.

`tokens`, `times` and `spans` find what the words may mean (`vocabulary`: phrases of ``resources/assistant``, names of
the catalogue, values of the book), `bounds`, `attaching` and `reading` fit them together, `answering` runs what was
read, `special` answers what no query can.
"""

from __future__ import annotations

from services.assistant.asking import Assistant, asks_for_them
from services.assistant.documents import document_of, question_of

__all__ = ["Assistant", "asks_for_them", "document_of", "question_of"]
