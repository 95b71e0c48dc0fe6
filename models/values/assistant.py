"""What a question asks for, how it was read, and what the book answers, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from models.values.knowledge import Passage
from models.values.metrics import Column, Condition, Query, RowsQuery, Value

#: Questions that any book with such data can be asked.
EXAMPLES: Final = (
    "Which customers are at risk?",
    "Tickets of the last 30 days with negative sentiment",
    "Customers with 5-star reviews but no order in 90 days",
    "Satisfaction by ticket type",
    "Revenue by month in the last 12 months",
    "Open deals with a probability above 70% and a value above $200",
    "Customers without contact for 90 days",
    "Top 3 reasons for negative reviews last quarter",
)
Form = Literal[
    "figure", "rows", "count", "share", "overview", "action", "email", "task", "engagement", "contacts", "reasons"
]  # fmt: skip
NextStep = Literal["customer", "draft", "task"]
Status = Literal["answered", "choose", "refused"]


@dataclass(frozen=True, slots=True)
class SemiJoin:
    """What customers must have done, or not: so many rows of an entity, or a figure of their own.

    Attributes
    ----------
    least, most
        How many rows at the least and, where that is asked, at the most.
    metric, having
        A metric and what its figure of each customer must be, instead of rows.
    denied
        Whether it is asked who has not.
    """

    entity: str
    where: tuple[Condition, ...] = ()
    period: str = "all"
    least: int = 1
    most: int | None = None
    metric: str = ""
    having: tuple[Condition, ...] = ()
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as the program understands it: what runs, whoever has read it, a person or a language model.

    Attributes
    ----------
    query
        Of figures.
    rows
        Of rows, how many they are, or which share.
    joins
        Conditions on what the customers of the rows did besides.
    order
        A column of the rows by which they come, ``-`` before it for the largest first.
    customer
        Whom a question of its own kind is about: their number in the book.
    """

    form: Form
    query: Query | None = None
    rows: RowsQuery | None = None
    joins: tuple[SemiJoin, ...] = ()
    order: str = ""
    limit: int | None = None
    customer: int | None = None


@dataclass(frozen=True, slots=True)
class WordRead:
    """Some words of a question, and what they were taken for."""

    words: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to read a question.

    Attributes
    ----------
    sentence
        What it asks, in plain words.
    words
        How each part was read.
    by
        The language model that reads it so; '' for the program itself.
    """

    question: Inquiry
    sentence: str
    score: float
    words: tuple[WordRead, ...] = ()
    unread: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Rows of an answer.

    Attributes
    ----------
    customers
        The number of each row's customer, None where it has none.
    prose
        Whether its rows are lines to read, each with what it is about before it, and no figures.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: int
    currency: str = ""
    customers: tuple[int | None, ...] = ()
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What became of a question.

    Attributes
    ----------
    status
        ``answered``; ``choose``: several readings are as likely; ``refused``: the book cannot answer it, and `why`.
    tables
        The figures or rows, the main ones first.
    notes
        What must be known of the figures.
    readings
        Where answered the one that was answered; else those to choose from.
    next_steps
        What a person may do now for the customer.
    alert
        The number of the customer's open alert, to which a task is added.
    passages
        What the book's documents say, word for word, the best first.
    model
        The language model that read the question as well, '' where nothing left this computer.
    """

    status: Status
    text: str
    sentence: str = ""
    as_of: date | None = None
    tables: tuple[ResultTable, ...] = ()
    notes: tuple[str, ...] = ()
    definition: str = ""
    sql: str = ""
    why: str = ""
    readings: tuple[Interpretation, ...] = ()
    examples: tuple[str, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    alert: int | None = None
    passages: tuple[Passage, ...] = ()
    model: str = ""
