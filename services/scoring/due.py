"""Who is scored in a run: everyone on a new day, fit, policy or kind of data, else whose rows changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from models.journal import fact_entries_since, head
from models.values.changes import Changes
from models.values.facts import SCORED_TABLES
from services.scoring import anomalies, refit, writing
from services.scoring.events import day_number
from services.scoring.freshness import old_sources
from services.scoring.refit import Fit
from services.scoring.rows import day_text
from services.settings import ABOUT_EMAILS, Policy
from services.settings.codec import from_json, to_json

#: The form in which reasons are kept; rows in an earlier one are shown as they are, and written anew.
_FORM = "phrases"
#: Above this share of the book a change is scored as a run over everyone.
_FEW = 0.1


@dataclass(frozen=True)
class Due:
    """Who is scored (None: everyone) and why; `fit` is set where the one in force need not be looked for again.

    `said`: whether anything changed of what issues of the book are found in.
    """

    customers: tuple[int, ...] | None
    why: str
    fit: Fit | None = None
    said: bool = True


def marks_now(connection: Connection, newest: dict[str, date], as_of: date, policy: Policy) -> dict[str, Any]:
    """What a run as of a day would leave about itself; `newest`: the last day of each source."""
    return {
        "as_of": day_number(as_of),
        "policy": _policy_mark(policy),
        "sources": _sources(connection, newest, as_of),
        "form": _FORM,
        "entry": head(connection)[0],
    }


def who_is_due(
    connection: Connection, policy: Policy, now: dict[str, Any], changed: Changes | None, force: bool, currency: str
) -> Due:
    """Whom a run that would leave `now` has to score, given what changed and what the last run left."""
    marks = writing.read_marks(connection)
    why = _why_everyone(marks, now, changed, force)
    if why is None and _unscored_entries(connection, marks, changed):
        why = "changes not scored yet"
    if why is not None:
        return Due(None, why)
    fit = refit.fit_in_force(
        connection,
        now["as_of"],
        policy,
        currency=currency,
        customers=marks["customers"],  # of the last run over everyone: a tenth of them at most has changed since
    )
    if fit is None or fit.id != marks["fit"]:
        return Due(None, "the model is due for training")
    due = writing.without_scores(connection, day_text(now["as_of"]))
    due |= changed.customers if changed is not None else frozenset()
    if len(due) > _FEW * fit.parameters.customers:
        return Due(None, "many customers changed")
    said = changed is not None and bool(changed.tables & anomalies.SAID_IN)
    return Due(tuple(sorted(due)), "their data changed", fit, said)


def _why_everyone(marks: dict[str, Any], now: dict[str, Any], changed: Changes | None, force: bool) -> str | None:
    """Why everybody is due, or None; `marks` are of the last run, `now` what this one would leave."""
    if force:
        return "asked for"
    if not marks:
        return "first scoring"
    if marks["as_of"] != now["as_of"]:
        return "a new day of data" if now["as_of"] > marks["as_of"] else "the book covers fewer days than before"
    if marks["policy"] != now["policy"]:
        return "the policy changed"
    if marks["sources"] != now["sources"]:
        return "a type of data was added or removed"
    if marks.get("form") != now["form"]:
        return "reasons are stored in a new format"
    if changed is not None and changed.everyone:
        return "many customers changed"
    return None


def _unscored_entries(connection: Connection, marks: dict[str, Any], changed: Changes | None) -> bool:
    """Whether facts changed since the last run that `changed` does not tell of: a score that was put off or cut off."""
    told = changed.entries if changed is not None else frozenset()
    return bool(fact_entries_since(connection, int(marks.get("entry", 0)), SCORED_TABLES) - told)


def _policy_mark(policy: Policy) -> str:
    # Through JSON and back, as a default of 50 and a stored 50.0 are the same figure.
    plain = to_json(from_json(Policy, to_json(policy)))
    figures = {name: value for name, value in plain.items() if name not in ABOUT_EMAILS}
    return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()[:16]


def _sources(connection: Connection, newest: dict[str, date], as_of: date) -> list[str]:
    """What every customer's scores know of the book's sources: which there are, and how old those are that are old."""
    old = old_sources(connection, newest, as_of)
    return [*sorted(newest), *(f"{name}, {days} days old" for name, days in sorted(old.items()))]
