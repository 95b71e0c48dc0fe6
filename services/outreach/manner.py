"""How to write to a customer: for which goal where nobody chose one, and in which tone by their segment."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from models import sqlite
from models.queries.churn_status import SPEAKING
from models.values.outreach import GOALS
from services.book.playbook import playbook_goals
from services.distress.complaints import has_in_mind, last_good_day
from services.distress.matters import ABOUT_WORDS, read_matters
from services.insight import Reader
from services.insight.advice import ANSWER_FIRST
from services.outreach.facts import Found, names_of

RENEWAL_DAYS: Final = 60
QUIET_DAYS: Final = 30
FRESH_DAYS: Final = 120
_TROUBLE: Final = frozenset({"trouble", "bad review"})
#: Rules whose alerts are about something that went wrong: who is called because of them is written an apology as well.
_ABOUT_TROUBLE: Final = ABOUT_WORDS | {"repeated_trouble"}


def tone_of(reader: Reader, customer: sqlite.Row) -> str:
    """Return the tone for a customer: formal with companies under contract, else the policy's of the segment."""
    names = names_of(customer["name"], customer["company"])
    under_contract = SPEAKING.format(customer="?", day="?")
    if names.company and not names.full and reader.row(under_contract, (customer["id"], reader.today.isoformat())):
        return "formal"
    segment = reader.value("SELECT segment FROM customer_risk_scores WHERE customer_id = ?", (customer["id"],))
    return reader.policy.tone_of(segment)


def goal_of_alert(reader: Reader, alert_id: int) -> str:
    """Return the goal that an alert's recommendation means, '' where it means none; what waits is answered first.

    The email says what the alert advises: an older complaint that the alert does not take up is not brought up either.
    """
    alert = reader.row("SELECT customer_id, rule, recommendation FROM alerts WHERE id = ?", (alert_id,))
    if alert is None:
        return ""
    advice = json.loads(alert["recommendation"]) if alert["recommendation"] else {}
    code = advice.get("code", "")
    if code in ANSWER_FIRST and read_matters(reader.driver, alert["customer_id"], reader.present):
        return "apologise"
    goal = str(advice.get("goal_code") or playbook_goals().get(code, ""))
    if goal in GOALS:
        return goal
    return "apologise" if alert["rule"] in _ABOUT_TROUBLE else ""


def goal_of_facts(reader: Reader, customer_id: int, found: Collection[Found]) -> str:
    """Return the goal that a customer's facts suggest: trouble first, then the renewal, then how things stand.

    Trouble that is settled and some months old, or that they were content after, is not brought up again by itself.
    """
    sorts = {one.sort for one in found}
    asked = (reader.driver, customer_id, reader.present)
    if "matter" in sorts or has_in_mind(*asked):
        return "apologise"
    since = max((reader.today - timedelta(days=FRESH_DAYS)).isoformat(), last_good_day(*asked))
    if any(one.is_open_ticket or (one.sort in _TROUBLE and one.newest_day >= since) for one in found):
        return "apologise"
    near = (reader.today + timedelta(days=RENEWAL_DAYS)).isoformat()
    if any(one.sort == "renewal" and one.newest_day <= near for one in found):
        return "renewal"
    lately = (reader.today - timedelta(days=QUIET_DAYS)).isoformat()
    if "praise" in sorts and any(one.sort == "last_order" and one.newest_day >= lately for one in found):
        return "thank"
    return "check_in"
