"""After a change: score who changed, evaluate the rules, and say what became of it.

The one place that knows the order of the rooms. Nothing polls: an import, an edit or an undo hands its ``Changes`` in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.values.changes import Changes
from models.values.imports import Progress
from models.values.scores import ScoreRun
from services.workspace import Workspace

#: Tables whose rows are facts for scores and rules; a note or a task changes neither.
FACTS = frozenset(
    {
        "customers",
        "identities",
        "products",
        "orders",
        "order_lines",
        "tickets",
        "reviews",
        "email_events",
        "opportunities",
        "stage_changes",
        "activities",
        "surveys",
        "conversations",
        "policies",
        "rules",
    }
)


@dataclass(frozen=True, slots=True)
class PipelineRun:
    """What the pipeline did after a change: all changes together, the scoring run, cards opened and closed."""

    changes: Changes
    scores: ScoreRun | None = None
    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()


def after_change(
    workspace: Workspace,
    changes: Changes,
    *,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> PipelineRun:
    """Score and evaluate what ``changes`` touched; everyone where the book's day advanced.

    Parameters
    ----------
    changes
        What the unit of work before reported.
    force
        Score every customer, whatever changed.
    progress
        Told the steps.
    """
    if not force and not changes.tables & FACTS:
        return PipelineRun(changes)
    from services.alerting import evaluate
    from services.scoring import score_due

    tell = progress or (lambda _progress: None)
    everyone = force or changes.everyone or bool(changes.tables & {"policies", "rules"})
    tell(Progress("Scoring", 0, 2))
    run = score_due(workspace, None if everyone else changes, force_all=everyone)
    tell(Progress("Raising alerts", 1, 2))
    evaluation = evaluate(workspace, None if everyone or run.scored >= run.customers else changes)
    tell(Progress("Raising alerts", 2, 2))
    return PipelineRun(
        changes=changes.merged(evaluation.changes), scores=run, opened=evaluation.opened, closed=evaluation.closed
    )
