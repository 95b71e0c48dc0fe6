"""What went wrong, in words that an apology may use: the subjects of tickets sorted into a few kinds of trouble.

A subject is what a customer wrote, so it is only looked through for words, never repeated as a statement of ours. One
that fits no kind is quoted as theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of trouble.

    Attributes
    ----------
    code
        As templates ask for it.
    title
        As the list of facts has it.
    clause
        As a sentence to the customer has it; ``{what}`` is the order or the product where it is known, else ``bare``.
    said
        Further ways to say it that the ticket supports.
    """

    code: str
    title: str
    pattern: re.Pattern[str]
    clause: str
    bare: str
    said: tuple[str, ...]

    def clause_of(self, what: str) -> str:
        """Return the clause with what it is about."""
        return self.clause.format(what=what) if what else self.clause.format(what=self.bare)


def _kind(code: str, title: str, pattern: str, clause: str, bare: str, *said: str) -> Trouble:
    return Trouble(code, title, re.compile(pattern, re.IGNORECASE), clause, bare, said)


#: In the order in which they are tried: "Refund has not arrived" is about money, not about a parcel.
TROUBLES: Final = (
    _kind(
        "refund", "Late refund", r"\brefund", "you had to wait for {what}", "your refund",
        "late refund", "refund was late", "refund took too long", "waited for a refund", "refund had not arrived",
        "trouble with your refund",
    ),
    _kind(
        "billing", "Billing error",
        r"charged twice|double charge|overcharg|wrong (?:price|amount)|discount (?:is )?missing"
        r"|(?:invoice|bill) (?:is |was )?(?:wrong|incorrect)|incorrect (?:invoice|bill)|billing (?:error|mistake)",
        "there was a mistake with {what}", "your invoice",
        "billing error", "mistake on your invoice", "invoice was wrong", "charged wrongly", "billing was not right",
    ),
    _kind(
        "answer", "Slow answer",
        r"waiting for an? (?:answer|reply|response)|no (?:answer|reply|response)|not called back",
        "you had to wait for {what}", "an answer from us",
        "slow answer", "waited for an answer", "our answer came late", "we answered late", "had to ask twice",
    ),
    _kind(
        "missing", "Incomplete delivery", r"(?:half|part) of|(?:is|was|are|items?) missing|incomplete",
        "{what} was not complete when it reached you", "your order",
        "incomplete delivery", "incomplete order", "part of your order was missing", "items were missing",
        "arrived incomplete", "order was not complete",
    ),
    _kind(
        "damaged", "Damaged delivery", r"damaged|crushed|smashed|broken in transit|arrived broken",
        "{what} arrived damaged", "your delivery",
        "damaged delivery", "damaged parcel", "reached you damaged", "delivery was damaged",
    ),
    _kind(
        "late", "Late delivery", r"\blate\b|delay", "{what} reached you late", "your delivery",
        "late delivery", "delivery was late", "order was late", "reached you late", "arrived late", "came late",
        "delivered late", "late order", "delayed delivery", "delay of your delivery", "did not reach you on time",
        "you had to wait for your order",
    ),
    _kind(
        "late", "Overdue delivery",
        r"not here|where is my|not (?:yet )?arrived|never arrived|has not moved"
        r"|still waiting for (?:my|the|our) (?:order|parcel|deliver(?:y|ies)|package)",
        "{what} did not reach you on time", "your delivery",
        "delivery was overdue", "did not reach you on time", "did not arrive on time", "late delivery",
        "you had to wait for your order", "you had to ask where your delivery was",
    ),
    _kind(
        "size", "Wrong size",
        r"two sizes|too (?:small|large|big|tight)|siz(?:e|es|ing) (?:is|are|was|were)|wrong size|fit scan was wrong",
        "the size of {what} was not right", "what you bought",
        "wrong size", "size was not right", "size was wrong", "did not fit", "trouble with the size",
    ),
    _kind(
        "quality", "Poor quality",
        r"quality|faulty|fault\b|defect|came apart|fell (?:apart|off)|seam|\bhole\b|\btorn\b|\btore\b|zip is stuck"
        r"|colou?r ran|broke\b|broken|stopped working|does not work|not working|pilled|lost its shape",
        "the quality of {what} was not good enough", "what you bought",
        "poor quality", "quality was not right", "quality was poor", "faulty product", "was faulty", "had a fault",
        "trouble with the quality", "came apart",
    ),
)  # fmt: skip


def trouble_of(subject: str | None) -> Trouble | None:
    """Return the kind of trouble that a subject speaks of, None where it fits none."""
    return next((one for one in TROUBLES if one.pattern.search(subject or "")), None)
