"""A run: what is due, in which order it is computed, and how it gets into the book.

1. the as-of day: the last day that event files cover, never after today;
2. who is due: everyone when that day moved, the parameters or the policy changed, or it is asked for; else those whose
   rows changed, and those without a score;
3. events of those customers, through that day and no further;
4. the fit in force, or a refit with its choice of models (a journal entry of its own);
5. the scorecard: pure, and for a part of the book at a time, so that memory holds the rows of one part only;
6. one unit of work with one journal entry: the public table, its history, and for customers who had none (for all,
   where the policy counts otherwise now) the history of the past weeks, computed with the same parameters from the
   events of the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from models.gc_pause import gc_paused
from models.journal import fact_entries_since, head
from models.queries.kept_values import keep_value, kept_value
from models.schema_version import FACT_TABLES
from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.changes import Changes
from models.values.errors import EnvironmentFault, UserError
from models.values.journal import Actor
from models.values.scores import CustomerScore, ScoreRun
from services.book.known import known_customers
from services.distress.carried_out import Chances, read_chances
from services.distress.leaving_marks import mark_texts
from services.distress.leaving_words import edition
from services.distress.said_leaving import Said, read_said
from services.scoring import anomalies, history, overrides, refit, rows, said_leaving, segments, writing
from services.scoring.basis import rows_through
from services.scoring.confidence import book_words
from services.scoring.due import Due, marks_now, who_is_due
from services.scoring.events import BookEvents, day_number, newest_days, read_events
from services.scoring.features import Features, features_at, joined
from services.scoring.ledger import Ledger
from services.scoring.model_selection.in_use import with_chosen_models
from services.scoring.parameters import MODEL_VERSION, Parameters, fit_parameters
from services.scoring.range_levels import with_levels
from services.scoring.refit import Fit
from services.scoring.scorecard import Scorecard, scorecard
from services.scoring.stopwatch import Stopwatch
from services.scoring.unpriced import about_purchases, left_out
from services.settings import Policy, minor_rates, reporting_currency
from services.workspace import Workspace

#: So many customers are scored at once: memory holds the rows and the words of these. The first part is scored before
#: the store is locked, so a book of fewer is locked only while it is written.
_PART = 25_000
#: The features of so many are kept from the fit for their scores; of more they are worked out again.
_HELD = 200_000
_ATTEMPTS = 3
#: Key of the book's value that keeps how likely words of leaving are carried out, as asked at a fit.
_CARRIED_OUT: Final = "carried out"


@dataclass(frozen=True)
class _Part:
    """Some customers of the book with their scores, and those as columns of the public table."""

    book: BookEvents
    card: Scorecard
    columns: dict[str, list[Any]]


def _read(
    connection: Connection, as_of: date, policy: Policy, currency: str, customers: Sequence[int] | None
) -> BookEvents:
    return read_events(connection, as_of, currency=currency, rates=minor_rates(policy, currency), customers=customers)


def _with_history(book: BookEvents) -> int:
    seen = np.zeros(book.customer_ids.size, np.bool_)
    seen[book.orders.row] = True
    seen[book.activities.row] = True
    return int(seen.sum())


def score_due(
    workspace: Workspace, changed: Changes | None = None, force_all: bool = False, *, as_of: date | None = None
) -> ScoreRun:
    """Score what is due and write it: everyone on a new day, fit or policy, else those in `changed`.

    Parameters
    ----------
    changed
        What an import, an edit or an undo reported; None: nothing in particular.
    force_all
        Score everyone, whatever changed.
    as_of
        The day to score as of; None: the last day that the book's events cover.

    Raises
    ------
    EnvironmentFault
        The book was changed by others each time before the scores could be written.
    """
    with gc_paused():
        force_all |= mark_texts(workspace)
        for _attempt in range(_ATTEMPTS):
            run = _score_due(workspace, changed, force_all, as_of, Stopwatch())
            if run is not None:
                return run
    raise EnvironmentFault(
        "The book kept changing during scoring. Nothing is lost: score it again when the imports are done."
    )


def _score_due(
    workspace: Workspace, changed: Changes | None, force_all: bool, asked: date | None, watch: Stopwatch
) -> ScoreRun | None:
    """One attempt; None where facts changed between reading and writing, so that the figures are of a book that was."""
    today = workspace.clock.today()
    with workspace.store.read() as connection, watch.step("read"):
        newest = newest_days(connection, today)
        through = today if workspace.policy.look_from == "today" else max(newest.values(), default=today)
        as_of = asked or through
        day = day_number(as_of)
        currency = reporting_currency(connection, workspace.policy)
        marks = marks_now(connection, newest, as_of, workspace.policy)
        due = who_is_due(connection, workspace.policy, marks, changed, force_all, currency)
        if due.customers is not None and not due.customers:
            writing.pass_over(workspace, connection, head(connection)[0])
            return _nothing_due(connection, as_of, due)
        book = _read(connection, as_of, workspace.policy, currency, due.customers)
        fit = due.fit or refit.fit_in_force(
            connection, day, workspace.policy, currency=currency, customers=_with_history(book)
        )
        marks["basis"] = refit.basis_of(connection, writing.read_marks(connection), fit)
        learnt_from = rows_through(connection, as_of.isoformat()) if fit is None else None
    seen = None
    if fit is None:
        fitted, seen = _fitted(book, currency, workspace.policy, watch)
        with watch.step("fit"):
            first = int(book.orders.day.min()) if book.orders.day.size else None
            why = "no model yet for this day and this history"
            fit = refit.store_fit(workspace, replace(fitted, rows=learnt_from), data_from=first, why=why)
    if not _write(workspace, book, _scored(workspace, book, fit.parameters, seen, watch), fit, due, marks, watch):
        return None
    total = book.customer_ids.size if due.customers is None else _customers(workspace)
    return _run(book, fit.parameters, total, due.why, watch, left_out(book))


def _fitted(book: BookEvents, currency: str, policy: Policy, watch: Stopwatch) -> tuple[Parameters, Features | None]:
    """All that is learnt from the book at a refit, and its features; of a large book they are too much to hold."""
    with watch.step("score"):
        seen = joined([features_at(Ledger(part, part.as_of)) for _, part in _parts(book)])
    with watch.step("fit"):
        judged = with_chosen_models(book, fit_parameters(seen, currency), policy.churn_horizon_days)
        parameters = with_levels(book, judged, policy.clv_horizon_months)
    return parameters, seen if book.customer_ids.size <= _HELD else None


def _parts(book: BookEvents) -> Iterator[tuple[int, BookEvents]]:
    """The book in parts of `_PART` customers, each with the place of its first customer."""
    for first in range(0, max(book.customer_ids.size, 1), _PART):
        yield first, book.part(first, first + _PART)


def _scored(
    workspace: Workspace, book: BookEvents, parameters: Parameters, seen: Features | None, watch: Stopwatch
) -> Iterator[_Part]:
    """Score one part after the other, each when it is asked for; `seen`: the book's features, if they are known."""
    for first, part in _parts(book):
        like = seen.part(first, first + _PART) if seen is not None else None
        with watch.step("score"):
            scored = [_scored_part(workspace, part, parameters, like)]
        yield scored.pop()  # nothing of it is kept here: the next one would else be made beside it


def _scored_part(workspace: Workspace, part: BookEvents, parameters: Parameters, like: Features | None) -> _Part:
    card = scorecard(Ledger(part, part.as_of), parameters, workspace.policy, like)
    return _Part(part, card, rows.score_columns(card, part, workspace.policy, workspace.at))


def _customers(workspace: Workspace) -> int:
    with workspace.store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar() or 0)


def _nothing_due(connection: Connection, as_of: date, due: Due) -> ScoreRun:
    count = int(connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar() or 0)
    assert due.fit is not None
    return ScoreRun(as_of.isoformat(), count, 0, _models(due.fit.parameters), "nothing is due")


def _models(parameters: Parameters) -> dict[str, str]:
    return {
        "churn": parameters.orders.name,
        "churn of activity": parameters.activity.name,
        "lifetime value": f"Pareto/NBD × Gamma-Gamma v{MODEL_VERSION}",
    }


def _run(
    book: BookEvents, parameters: Parameters, customers: int, why: str, watch: Stopwatch, later: str = ""
) -> ScoreRun:
    warnings = [f"{later}."] if later else []
    warnings += [*about_purchases(book), *book_words(parameters)]
    return ScoreRun(
        as_of=rows.day_text(book.as_of),
        customers=customers,
        scored=int(book.customer_ids.size),
        models=_models(parameters),
        why=why,
        seconds=watch.seconds,
        warnings=tuple(warnings),
    )


def _write(
    workspace: Workspace,
    book: BookEvents,
    parts: Iterator[_Part],
    fit: Fit,
    due: Due,
    marks: dict[str, Any],
    watch: Stopwatch,
) -> bool:
    """Write the run in one unit of work; False, and nothing written, where facts changed since they were read."""
    everyone, size = due.customers is None, int(book.customer_ids.size)
    as_of = rows.day_text(book.as_of)
    ready = chain([next(parts)], parts)  # the first is computed before the store is locked
    with workspace.store.unit_of_work(
        Actor("model", fit.parameters.orders.name), "score", f"book:{as_of}", at=workspace.at
    ) as work:
        if fact_entries_since(work.connection, marks["entry"], FACT_TABLES):
            return False
        with watch.step("write"):
            digest = _write_scores(work, workspace, book, ready, fit, due.customers, marks, watch)
            anomalies.write_anomalies(work, book, everyone=everyone, said=due.said)
            work.say("; ".join(filter(None, (f"Scored {size:,} customers as of {as_of}: {due.why}", left_out(book)))))
            work.digest(f"fit:{fit.id} scores:{digest}")
            work.touch(
                everyone=everyone,
                customers=() if everyone else book.customer_ids.tolist(),
                tables=("customer_risk_scores", "score_history"),
            )
            work.commit()
    return True


def _write_scores(
    work: UnitOfWork,
    workspace: Workspace,
    book: BookEvents,
    parts: Iterator[_Part],
    fit: Fit,
    customers: tuple[int, ...] | None,
    marks: dict[str, Any],
    watch: Stopwatch,
) -> writing.Digest:
    """Write the scores of these customers (None: of all), their history and the run's marks."""
    everyone, size = customers is None, int(book.customer_ids.size)
    last, digest, moves = writing.read_marks(work.connection), writing.Digest(), segments.Moves()
    counted_by = history.counted_by(workspace.policy, book.currency)
    moved = marks["basis"] is None  # scores of another past are nothing to compare with
    otherwise = history.is_to_be_made_anew(work.connection, last, counted_by, workspace.policy)
    anew = everyone and (moved or otherwise)
    if anew:
        history.forget_all(work)
    elif last.get("as_of", book.as_of) > book.as_of:
        history.forget_later(work, rows.day_text(book.as_of))
    writing.forget_scores(work, book.customer_ids, customers)
    with writing.filling(work, everyone=everyone, customers=size), history.filling(work, size):
        laid = overrides.in_force(work.connection, workspace.at, workspace.clock.today())
        driver = driver_of(work.connection)
        chances = _chances(work, fit, workspace.policy.churn_horizon_days)
        said = read_said(driver, date.fromisoformat(rows.day_text(book.as_of)), customers, chances)
        for part in parts:
            part.columns.update(said_leaving.laid_over(part.columns, part.card.figures, said))
            part.columns.update(overrides.laid_over(part.columns, laid))
            ids = part.book.customer_ids
            before = history.read_previous(work.connection, ids, everyone=everyone, anew=anew)
            _write_part(work, part, before, fit.parameters, workspace.policy, said, chances, watch)
            digest.add(part.card.figures, ids)
            moves.add(part.card.membership)
            del part
    if everyone:
        moves.keep(work, book.as_of)
    known = _with_history(book) if everyone else last["customers"]
    basis = fit.id if moved else marks["basis"]
    writing.write_marks(work, {**marks, "basis": basis, "fit": fit.id, "customers": known, "counted_by": counted_by})
    return digest


def _chances(work: UnitOfWork, fit: Fit, horizon_days: int) -> Chances:
    """How likely words of leaving are carried out: asked of the book's past once a fit and once a word list."""
    asked = [fit.id, horizon_days, edition()]
    kept = json.loads(kept_value(work.connection, _CARRIED_OUT) or "{}")
    if kept.get("asked") == asked:
        return Chances(*kept["chances"])
    learnt = date.fromisoformat(rows.day_text(fit.parameters.as_of))
    chances = read_chances(driver_of(work.connection), learnt, horizon_days)
    keep_value(work, _CARRIED_OUT, json.dumps({"asked": asked, "chances": chances}))
    return chances


def _write_part(
    work: UnitOfWork,
    part: _Part,
    before: history.Previous,
    parameters: Parameters,
    policy: Policy,
    said: Mapping[int, Said],
    chances: Chances,
    watch: Stopwatch,
) -> None:
    """Write the scores of one part, and what of them, and of its customers' past, goes into the history.

    `before`: their scores before the run, as far as the history holds them; `said`: whose words of leaving stand;
    `chances`: how likely such words are carried out.
    """
    ids, figures = part.book.customer_ids, part.card.figures
    writing.write_scores(work, part.columns)
    with watch.step("history"):
        fresh = history.without_past(before, figures)
        history.forget_past(work, ids[fresh & before.known].tolist())
        due = history.due(before, figures) | fresh
        today = history.Entries.of(figures, ids, due, parameters.orders.name, said, part.card.membership.now)
        past = history.past(work.connection, part.book.only(fresh), parameters, policy, chances)
        history.write_entries(work, [today, *past])


def score_as_of(workspace: Workspace, day: date, *, keep: bool = True) -> tuple[ScoreRun, tuple[CustomerScore, ...]]:
    """Score whoever was known on an earlier day, on parameters fitted through that day; the book is left as it is.

    Events after the day are not read at all, so that nothing which happened later can move a score.

    Parameters
    ----------
    keep
        Whether the scores are handed back; without, memory holds those of one part of the book only.

    Raises
    ------
    UserError
        If the day is still to come, or before the book begins.
    """
    today = workspace.clock.today()
    if day > today:
        raise UserError(f"{day.isoformat()} is in the future. Choose a day up to {today.isoformat()}.")
    watch = Stopwatch()
    policy = workspace.policy
    with workspace.store.read() as connection, watch.step("read"):
        currency = reporting_currency(connection, policy)
        known = known_customers(driver_of(connection), day)
        book = _read(connection, day, policy, currency, known)
    parameters, seen = _fitted(book, currency, policy, watch)
    scores: list[CustomerScore] = []
    with gc_paused():
        for part in _scored(workspace, book, parameters, seen, watch):
            names = tuple(part.columns)
            if keep:
                found = rows.records(part.columns)
                scores += (CustomerScore(record[0], dict(zip(names, record, strict=True))) for record in found)
            del part
    run = _run(book, parameters, int(book.customer_ids.size), "as of an earlier day", watch)
    return replace(run, stored=False), tuple(scores)
