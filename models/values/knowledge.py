"""Documents that a book holds as knowledge, and passages of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document of the book.

    Attributes
    ----------
    file
        The name of the file that it was read from: the same file again replaces it.
    """

    id: int
    title: str
    file: str
    pages: int
    words: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Some lines of a document, word for word.

    Attributes
    ----------
    id
        Of the document.
    heading
        The heading that they stand under, '' for none.
    covered
        How much of what a question asks they hold, 0 to 1, by the weight of its words.
    """

    id: int
    document: str
    page: int
    heading: str
    text: str
    covered: float
