"""After a change: score who changed, evaluate the rules, and say what became of it.

The one place that knows the order of the rooms. Nothing polls: an import, an edit or an undo hands its ``Changes`` in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from models.values.changes import Changes
from models.values.facts import SCORED_TABLES
from models.values.imports import Progress
from models.values.scores import ScoreRun
from services.book.unscored import is_unscored, rules_lag
from services.settings import ABOUT_EMAILS
from services.workspace import Workspace

#: Tables whose rows move scores or rules; a note, a task, a contact or a document moves neither. An alert of words of
#: leaving that is opened again is named by these.
FACTS = frozenset({*SCORED_TABLES, "policies", "rules", "said_leaving"}) - {"contacts", "documents"}


@dataclass(frozen=True, slots=True)
class PipelineRun:
    """What the pipeline did after a change: all changes together, the scoring run, alerts opened and closed."""

    changes: Changes
    scores: ScoreRun | None = None
    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()


def concerns_figures(changes: Changes) -> bool:
    """Return whether a change may move a score or an alert: a note, a task or a setting of emails does neither."""
    return bool(_figures_in(changes) & FACTS)


def _figures_in(changes: Changes) -> frozenset[str]:
    """Return the tables of a change; not the policy's where only fields about emails changed in it."""
    about_emails = bool(changes.policy) and changes.policy <= ABOUT_EMAILS
    return changes.tables - {"policies"} if about_emails else changes.tables


def after_change(
    workspace: Workspace,
    changes: Changes,
    *,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> PipelineRun:
    """Score and evaluate what ``changes`` touched; everyone where the book's day advanced or earlier work was cut off.

    Parameters
    ----------
    changes
        What the unit of work before reported.
    force
        Score every customer, whatever changed.
    progress
        Told the steps.
    """
    if not force and not concerns_figures(changes) and not _unscored(workspace):
        return PipelineRun(changes.merged(_digested(workspace)))
    return _renew(workspace, changes, force=force, progress=progress)


def do_round(
    workspace: Workspace, *, force: bool = False, progress: Callable[[Progress], None] | None = None
) -> PipelineRun:
    """Score what is due and evaluate the rules without a change at hand: a new day, an alert that wakes, work cut off.

    Parameters
    ----------
    force
        Score every customer.
    progress
        Told the steps.
    """
    return _renew(workspace, Changes(), force=force, progress=progress)


def _renew(
    workspace: Workspace, changes: Changes, *, force: bool, progress: Callable[[Progress], None] | None
) -> PipelineRun:
    from services.alerting import evaluate
    from services.scoring import overrides_out_of_date, score_due, words_out_of_date

    tell = progress or (lambda _progress: None)
    late = overrides_out_of_date(workspace) | words_out_of_date(workspace)
    changes = changes.merged(Changes(customers=late))
    everyone = force or changes.everyone or "policies" in _figures_in(changes)
    behind = rules_lag(workspace)
    tell(Progress("Scoring", 0, 2))
    run = score_due(workspace, None if everyone else changes, force_all=everyone)
    tell(Progress("Raising alerts", 1, 2))
    evaluation = evaluate(workspace, None if everyone or behind or run.scored >= run.customers else changes)
    if answered := words_out_of_date(workspace):  # by an order, which closed the alert
        score_due(workspace, Changes(customers=answered))
        again = evaluate(workspace, Changes(customers=answered))
        evaluation = replace(evaluation, changes=evaluation.changes.merged(again.changes))
    tell(Progress("Raising alerts", 2, 2))
    drafted = _drafted(workspace, evaluation.opened)
    alike = _alike(workspace, changes, tell)
    return PipelineRun(
        changes=changes.merged(_scored(run))
        .merged(evaluation.changes)
        .merged(drafted)
        .merged(alike)
        .merged(_digested(workspace)),
        scores=run,
        opened=evaluation.opened,
        closed=evaluation.closed,
    )


def _unscored(workspace: Workspace) -> bool:
    with workspace.store.snapshot() as driver:
        return is_unscored(driver)


def _drafted(workspace: Workspace, opened: tuple[int, ...]) -> Changes:
    """Draft for new alerts where the policy says so; never in a look back, which is thrown away."""
    if not opened or not workspace.policy.auto_drafts.enabled:
        return Changes()
    from services.outreach import draft_automatically

    return draft_automatically(workspace, opened)


def _alike(workspace: Workspace, changes: Changes, tell: Callable[[Progress], None]) -> Changes:
    """Look whether customers who are new or changed are others who are in the book already; nothing is merged."""
    from services.duplicates import find_duplicates

    search = find_duplicates(workspace, changes, progress=tell)
    return Changes(tables=frozenset({"likely_pairs"}) if search.found or search.removed else frozenset())


def _digested(workspace: Workspace) -> Changes:
    """Keep digests of what was imported; entry and words are those of the change before."""
    from services.audit import digest_imports

    return replace(digest_imports(workspace), entry=None, words="")


def _scored(run: ScoreRun) -> Changes:
    """Return what a scoring run changed, as far as pages care: they read figures again."""
    return Changes(tables=frozenset({"customer_risk_scores"})) if run.scored else Changes()
