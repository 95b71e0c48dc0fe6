"""Whether a ticket is open and whether its customer is unhappy: one meaning of both, for rules, pages and emails.

A day of solving decides where there is one: up to it the ticket is open, after it closed, whatever its status says (in
some exports most tickets "in progress" have one). Without such a day it is closed where its status says so or its
customer rated it: who rates an answer has had one. A rating of 2 or less closes none that its file calls open: what was
answered did not help. A rating is the customer's own word on the ticket: once 4 or more is given, the sentiment of what
they wrote before no longer counts.
"""

from __future__ import annotations

from typing import Final

#: A ticket below this sentiment (-1 … 1) is unhappy while its customer has not rated it.
UNHAPPY: Final = -0.25
#: SQL of the day through which the scores know the book; before the first scoring null, and the status decides.
AS_OF: Final = "(SELECT as_of FROM customer_risk_scores LIMIT 1)"


def is_open(day: str, ticket: str = "tickets") -> str:
    """SQL of whether a ticket is open at the end of `day` (an SQL expression); `ticket` names its table."""
    rated = f"coalesce({ticket}.satisfaction > iif({ticket}.status IS NULL, 0, 2), 0)"
    return f"(NOT coalesce({ticket}.resolved_on <= {day}, coalesce({ticket}.status, 'open') = 'solved' OR {rated}))"


def rating(day: str, ticket: str = "tickets") -> str:
    """SQL of how a ticket was rated by the end of `day`, null before: it is rated on the day of its resolution."""
    return f"(CASE WHEN coalesce({ticket}.resolved_on, {ticket}.opened_on) <= {day} THEN {ticket}.satisfaction END)"


def is_unhappy(day: str, ticket: str = "tickets") -> str:
    """SQL of whether a ticket's customer is unhappy at the end of `day`: by their rating, or else by their words.

    A rating of 3 takes back nothing: who was unhappy and then gave a middling mark is not content.
    """
    rated = rating(day, ticket)
    return f"coalesce({rated} <= 2 OR (coalesce({rated}, 3) < 4 AND {ticket}.sentiment < {UNHAPPY}), 0)"
