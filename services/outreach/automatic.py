"""Automatic drafts: what the policy lets the pipeline write for new alerts. It never approves and never sends.

By template only: nothing leaves this computer that nobody has seen. A draft waits in the outbox for review; one that a
person discarded is not written again for the same alert.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from models import sqlite
from models.store import UnitOfWork
from models.values import words
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.journal import Actor
from models.values.outreach import Draft, Edit
from services.outreach.messages import put
from services.workspace import Workspace

ACTOR = Actor("flow", "automatic drafts")


@dataclass(frozen=True, slots=True)
class _Due:
    """An alert that the policy wants a draft for."""

    alert_id: int
    customer_id: int


def draft_automatically(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Draft for new alerts of the chosen rules and segments, up to the daily number, those of most value first.

    Parameters
    ----------
    alert_ids
        Alerts that were opened; those that have an email of any state already are left alone.
    """
    policy = workspace.policy.auto_drafts
    if not (policy.enabled and policy.approved_by.strip() and policy.rules and alert_ids):
        return Changes()
    with workspace.store.snapshot() as driver:
        left = policy.per_day - _drafted_today(driver, workspace)
        due = _due(driver, workspace, alert_ids) if left > 0 else []
    written: list[tuple[Edit, Draft]] = []
    for one in due:
        if len(written) >= left:
            break
        made = _write(workspace, one)
        if made is not None:
            written.append(made)
    return _store(workspace, written) if written else Changes()


def _drafted_today(driver: sqlite.Connection, workspace: Workspace) -> int:
    zone = workspace.policy.business_hours.zone()
    midnight = datetime.combine(workspace.clock.now().astimezone(zone).date(), time(), zone)
    since = midnight.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return int(
        driver.execute("SELECT count(*) FROM messages WHERE origin = 'flow' AND created_at >= ?", (since,)).fetchone()[
            0
        ]
    )


def _due(driver: sqlite.Connection, workspace: Workspace, alert_ids: Sequence[int]) -> list[_Due]:
    from services.permission.answer import may_send

    policy = workspace.policy
    rows = driver.execute(
        """SELECT a.id, a.customer_id FROM alerts a LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id
            WHERE a.id IN (SELECT value FROM json_each(:ids)) AND a.customer_id IS NOT NULL
              AND a.state IN ('open', 'seen', 'in_work')
              AND a.rule IN (SELECT value FROM json_each(:rules))
              AND (:every_segment OR s.segment IN (SELECT value FROM json_each(:segments)))
              AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.alert_id = a.id)
              AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.customer_id = a.customer_id
                               AND m.state IN ('draft', 'in_review', 'approved', 'queued', 'sending'))
            ORDER BY a.severity DESC, a.expected_value_minor DESC, a.id""",
        {
            "ids": json.dumps(list(alert_ids)),
            "rules": json.dumps(policy.auto_drafts.rules),
            "segments": json.dumps(policy.auto_drafts.segments),
            "every_segment": not policy.auto_drafts.segments,
        },
    )
    now = workspace.clock.now()
    found = (_Due(*row) for row in rows.fetchall())
    return [one for one in found if may_send(driver, policy, one.customer_id, at=now, message_id=None).allowed]


def _write(workspace: Workspace, one: _Due) -> tuple[Edit, Draft] | None:
    """Return the draft; None where no template fits this customer: a person writes then."""
    from services.outreach.composing import compose
    from services.outreach.templates.write import draft_by_template

    try:
        edit = compose(workspace, one.customer_id, one.alert_id).edit
        draft = draft_by_template(
            workspace, one.customer_id, goal=edit.goal, tone=edit.tone, facts=edit.facts, contact_id=edit.contact_id
        )
    except UserError:
        return None
    made = replace(
        edit,
        id=0,
        alert_id=one.alert_id,
        writer=draft.writer,
        subject=draft.subject,
        greeting=draft.greeting,
        body=draft.body,
        facts=draft.facts,
        resolutions=(),
        incentive_minor=draft.incentive_minor,
        currency=draft.currency,
        version=0,
    )
    return made, draft


def _store(workspace: Workspace, written: Sequence[tuple[Edit, Draft]]) -> Changes:
    with workspace.store.unit_of_work(ACTOR, "draft", f"messages:{len(written)}", at=workspace.at) as work:
        stored = 0
        for edit, draft in written:
            if _still_wanted(work, edit):
                put(work, edit, by=ACTOR.name, draft=draft, state="in_review", origin="flow")
                stored += 1
        work.say(f"Drafted {words.count(stored, 'email')} for review")
        return work.commit()


def _still_wanted(work: UnitOfWork, edit: Edit) -> bool:
    """Whether the alert is still there and nobody began an email meanwhile: another program may have the book open."""
    found = work.driver.execute(
        "SELECT EXISTS (SELECT 1 FROM alerts WHERE id = :alert AND customer_id = :customer)"
        " AND NOT EXISTS (SELECT 1 FROM messages WHERE alert_id = :alert)",
        {"alert": edit.alert_id, "customer": edit.customer_id},
    )
    return bool(found.fetchone()[0])
