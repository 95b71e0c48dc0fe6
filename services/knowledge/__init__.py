"""Policy documents as knowledge: files are read to text by pages, kept in the book, and searched for passages.

`reading` turns a PDF, Word, Markdown or text file into pages, `keeping` adds and removes documents as journalled units
of work, `searching` finds the passages that answer a question, or says that none does.
"""

from __future__ import annotations

from services.knowledge.keeping import add_documents, known_documents, remove_document
from services.knowledge.searching import Library, passages_about, sentence_about

__all__ = ["Library", "add_documents", "known_documents", "passages_about", "remove_document", "sentence_about"]
