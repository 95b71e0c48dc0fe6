"""The check: a dry run whose rows can be looked at before anything is written.

What the dry run staged is kept in a file beside the store until the same file is checked with other choices, imported,
or a day has passed, so that further pages of its rows cost a look-up and not another reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from models import sqlite
from models.store import remove_staging, staging_path, sweep_staging
from models.values.errors import UserError
from models.values.imports import ColumnProposal, ImportRequest, Preview, PreviewRow, Receipt, Verdict
from models.values.reading import Doubt, Reading, ReadingOption
from models.values.words import full_day
from services.entities import ENTITIES, Entity
from services.sync.apply.analysis import CancelCall, ProgressCall, Watch
from services.sync.check_files import Facts, check_path, forget_check, read_facts, sweep_checks
from services.sync.formats.headers import fields_for
from services.sync.formats.plan import Plan
from services.sync.formats.propose import Seen
from services.sync.formats.ranking import Held, Undecided
from services.sync.formats.reshape import own_columns
from services.sync.formats.settle import SURE
from services.sync.kinds.lists import list_meaning
from services.sync.newcomers import Newcomers
from services.sync.preview_rows import Page, rows_of_page, rows_of_sample
from services.sync.read import ANOTHER, Table, bounded, read_table, stamp_of
from services.sync.run import Run, comparing, plan_for, told
from services.sync.said import table_of
from services.sync.stage.layout import layout_of, targets_of

if TYPE_CHECKING:
    from services.workspace import Workspace

_SAMPLES = 4


def preview(
    workspace: Workspace,
    request: ImportRequest,
    *,
    progress: ProgressCall | None = None,
    cancelled: CancelCall | None = None,
    first: int = 0,
    count: int = 200,
    verdict: Verdict | None = None,
    newcomers: Newcomers | None = None,
) -> Preview:
    """Say exactly what importing a file would do, with a page of its rows.

    Parameters
    ----------
    request : ImportRequest
        The file and what a person decided about it so far.
    progress, cancelled : callable, optional
        Told how far the reading is; asked whether to stop.
    first, count : int
        The page of rows: from which (from 0, among those of the verdict), and how many.
    verdict : str, optional
        Only rows that will be new, changed, unchanged, rejected or ignored.
    newcomers : Newcomers, optional
        Of several files that are checked together: the customers whom those before would bring.

    Raises
    ------
    UserError
        The file is not a table of text. A file that is one but is not understood has its question in the result.
    """
    store = Path(workspace.store.path)
    watch = Watch(progress, cancelled)
    sweep_staging(store)
    with bounded(Path(request.file)):
        try:
            plan = plan_for(workspace, request)
        except Doubt as doubt:
            return _in_doubt(request, doubt)
        except UserError as problem:
            return _in_question(request, problem)
        kept = check_path(workspace, request)
        with told(store, watch):
            if not kept.exists():
                _check(workspace, request, plan, kept, watch)
            with comparing(workspace.store, kept, watch) as db:
                facts = read_facts(db)
                plan = replace(plan, source=facts.source)
                rows = _rows(db, plan, facts, Page(first, count, verdict))
            if newcomers is not None:
                receipt = newcomers.count(workspace.store, kept, plan, facts.receipt, comes=not facts.doubts)
                facts = replace(facts, receipt=receipt)
    return replace(_understood(request, plan, facts, rows), sources=_sources(workspace))


def _sources(workspace: Workspace) -> tuple[str, ...]:
    """Return the systems whose files are in the book."""
    with workspace.store.snapshot() as db:
        found = db.execute(
            "SELECT DISTINCT source FROM imports WHERE undone_by IS NULL AND source <> '' ORDER BY source"
        )
        return tuple(source for (source,) in found)


def check_rows(
    workspace: Workspace,
    request: ImportRequest,
    *,
    first: int,
    count: int,
    verdict: Verdict | None = None,
    reason: str = "",
) -> tuple[PreviewRow, ...] | None:
    """A page of rows of a check that was made, for a window that scrolls; a look-up, not another reading.

    Parameters
    ----------
    first, count, verdict : see `preview`
    reason : str, optional
        Only rows that are rejected or ignored for this reason.

    Returns
    -------
    tuple of PreviewRow or None
        None where the check is not kept any more, because the file or the book changed: `preview` makes it anew.
    """
    store = Path(workspace.store.path)
    watch = Watch(None, None)
    try:
        plan = plan_for(workspace, request)
    except UserError:
        return None
    kept = check_path(workspace, request)
    if not kept.exists():
        return None
    with told(store, watch), comparing(workspace.store, kept, watch) as db:
        facts = read_facts(db)
        return _rows(db, replace(plan, source=facts.source), facts, Page(first, count, verdict, reason))


def _rows(db: sqlite.Connection, plan: Plan, facts: Facts, page: Page) -> tuple[PreviewRow, ...]:
    return rows_of_page(db, plan, targets_of(plan, layout_of(plan)), page, facts.receipt.fixed)


def _understood(request: ImportRequest, plan: Plan, facts: Facts, rows: tuple[PreviewRow, ...]) -> Preview:
    """The check of a file whose columns are known; questions may still be open."""
    doubts, kind = facts.doubts, facts.doubts[0].kind if facts.doubts else ""
    plan = replace(plan, meanings=facts.meanings, currency=facts.currency)
    return Preview(
        file=request.shown,
        receipt=facts.receipt,
        recognised_words=plan.words,
        dialect_words=_dialect_words(plan),
        span_words=" to ".join(full_day(date.fromisoformat(day)) for day in dict.fromkeys(facts.days)),
        entity=plan.entity.name,
        entities=tuple((entity.name, entity.label) for entity in ENTITIES.values()),
        columns=_columns(plan.table, plan.entity, plan.mapping, plan),
        rows=rows,
        question=doubts[0].question if doubts else "",
        question_kind=kind if kind in ("", "date_order", "source") else "meaning",
        meanings=facts.meanings,
        doubts=doubts,
        reading=_with_further_table(plan.table.reading, facts.receipt),
        stamp=stamp_of(plan.table.path),
        doubtful=facts.doubtful,
        source=facts.source,
    )


def _with_further_table(reading: Reading, receipt: Receipt) -> Reading:
    """Offer the table that was found below the first rows, when all of them were read."""
    count = receipt.ignored_reasons.get(ANOTHER, 0)
    if not count or any(option.choice.table for option in reading.others):
        return reading
    number = (reading.choice.table or 1) + 1
    rows = "row" if count == 1 else "rows"
    further = ReadingOption(
        f"table {number}, {count:,} {rows} further down", replace(reading.choice, table=number), f"--table {number}"
    )
    return replace(reading, others=(*reading.others, further))


def _check(workspace: Workspace, request: ImportRequest, plan: Plan, kept: Path, watch: Watch) -> None:
    store = Path(workspace.store.path)
    staging = staging_path(store)
    try:
        Run(workspace, request, plan, staging, watch).check(shown=True)
        forget_check(workspace, request)
        staging.replace(kept)
    finally:
        remove_staging(staging)
    sweep_checks(store)


def _columns(table: Table, entity: Entity, mapping: dict[str, str], plan: Plan | None) -> tuple[ColumnProposal, ...]:
    labels = {field.name: field.label for field in entity.fields}
    mapped = {column.header: column for column in plan.columns} if plan else {}
    meanings = {meaning.column: meaning for meaning in plan.meanings} if plan else {}
    guesses = plan.recognition.proposals if plan else {}
    own = len(own_columns(table))
    proposals = []
    for place, header in enumerate(table.columns):
        likely = fields_for(entity, header)
        field = mapping.get(header, "")
        order = ([field] if field else []) + [name for name in likely if name != field]
        rest = [name for name in labels if name not in order]
        samples = [row[place] for row in table.sample if place < len(row) and row[place].strip()]
        proposals.append(
            ColumnProposal(
                column=header,
                field=field,
                candidates=tuple((name, labels[name]) for name in [*order, *rest]),
                samples=tuple(dict.fromkeys(samples))[:_SAMPLES],
                why=_why(header, field, mapped, plan),
                confidence=guesses[header].confidence if header in guesses and guesses[header].field == field else 1.0,
                meaning=meanings.get(header) or list_meaning(header, samples),
                fixable=place < own,
            )
        )
    return tuple(proposals)


def _why(header: str, field: str, mapped: Mapping[str, object], plan: Plan | None) -> str:
    if plan is None and field:
        return "From its header"
    if plan is None or header not in mapped:
        return "Kept as extra detail" if plan and plan.entity.extras else "Not imported"
    parts = []
    if plan.recognition.system is not None:
        parts.append(f"Known from {plan.recognition.system.words}")
    else:
        proposal = plan.recognition.proposals.get(header)
        taken = proposal is not None and proposal.field == field
        parts.append(proposal.why if proposal is not None and taken else "As you said")
        if proposal is not None and taken and proposal.confidence < SURE:
            parts[-1] += f" ({proposal.confidence:.0%} sure)"
    meaning = next((one for one in plan.meanings if one.column == header), None)
    if meaning is not None and meaning.kind in ("date", "moment", "money", "number", "score", "percent"):
        parts.append(meaning.words)
    return ", ".join(parts)


def _dialect_words(plan: Plan) -> str:
    words = plan.table.dialect.in_words()
    money = any(column.field.kind in ("money", "decimal") for column in plan.columns)
    return f"{words} · amounts in {plan.currency}" if money and not plan.has("currency") else words


def _in_doubt(request: ImportRequest, doubt: Doubt) -> Preview:
    """The check of a file that can be read in several ways: its rows as the likeliest leaves them, and all ways."""
    likeliest = read_table(Path(request.file), doubt.options[0].choice)
    return _not_understood(likeliest, request, f"{doubt.question} Which is right?", doubt.options)


def _in_question(request: ImportRequest, problem: UserError) -> Preview:
    """Return the check of a table about which a question must be answered first."""
    table = table_of(request)
    if isinstance(problem, Undecided):
        return _not_understood(table, request, problem.question, likely=problem.entity)
    return _not_understood(table, request, str(problem))


def _not_understood(
    table: Table, request: ImportRequest, problem: str, ways: tuple[ReadingOption, ...] = (), *, likely: str = ""
) -> Preview:
    """The check of a file whose columns do not say enough: its first rows, and the question."""
    known = set(table.columns)
    said = {column: field for column, field in request.options.mapping if column in known}
    held = Held(Seen.of(table.columns, table.sample), said)
    found = ENTITIES.get(request.options.entity or likely) or held.likeliest()
    entity = found or ENTITIES["customers"]
    mapping = {column: field for column, field in held.shown(entity).items() if entity.field(field)}
    receipt = Receipt(
        file=request.shown,
        recognised_as="",
        import_id=None,
        dialect=dict(table.dialect.as_dict()),
        mapping=mapping,
        rows=dict.fromkeys(("read", "inserted", "updated", "unchanged", "rejected", "ignored"), 0),
        entities={},
        customers={"matched": 0, "created": 0},
        totals={},
        reasons={},
        rejects_file=None,
        warnings=(),
        seconds=0.0,
        dry_run=True,
    )
    return Preview(
        file=request.shown,
        receipt=receipt,
        recognised_words="not recognised",
        dialect_words=table.dialect.in_words(),
        span_words="",
        entity=found.name if found else "",
        entities=tuple((one.name, one.label) for one in ENTITIES.values()),
        columns=_columns(table, entity, mapping, None),
        rows=rows_of_sample(table),
        question=problem,
        question_kind="reading" if ways else "mapping",
        reading=table.reading,
        ways=ways,
        stamp=stamp_of(table.path),
    )
