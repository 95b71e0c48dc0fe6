"""An import from file to receipt: plan, stage, compare, and the last step in one unit of work.

Runs in a child process as well as here: the request is a plain value, nothing of Qt, pandas or numpy is imported, and a
process that is ended at any moment leaves the book as it was before or as it is after.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models import sqlite
from models.gc_pause import gc_paused
from models.store import Store, UnitOfWork, connect, remove_staging, staging_path, sweep_staging
from models.store.connect import sentences
from models.store.driver import driver_of
from models.store.encrypted import sort_in_files
from models.tables import imports
from models.values.changes import EVERYONE_FROM, Changes
from models.values.errors import Cancelled, UserError
from models.values.imports import ImportRequest, Receipt
from models.values.journal import Actor
from services.permission.ledger import note_import
from services.sync.accounts import are_contacts
from services.sync.apply.analysis import Analysis, CancelCall, ProgressCall, Watch
from services.sync.apply.edited import agreed
from services.sync.apply.linking import join_links
from services.sync.apply.write import Writer
from services.sync.check_files import Facts, forget_check, head_of, read_facts, sha256_of, take_check, write_facts
from services.sync.formats.plan import MeaningOpen, Plan, header_signature, make_plan
from services.sync.newcomers import Newcomers
from services.sync.owners import give_alerts_by_import
from services.sync.read import bounded, end_bounds
from services.sync.receipt import make_receipt
from services.sync.rejects import (
    gather_late_rejects,
    keep_rejects,
    publish_rejects,
    sweep_rejects,
    withdraw_rejects,
    write_rejects,
)
from services.sync.said import recall, remember, table_of
from services.sync.stage.staging import at_work, attached

if TYPE_CHECKING:
    from services.workspace import Workspace


@gc_paused()
def plan_for(workspace: Workspace, request: ImportRequest) -> Plan:
    """Read a file's first rows and decide everything about it.

    Its `doubts` are still open.

    Raises
    ------
    UserError
        It cannot be read, is not recognised, or something must be said first.
    """
    from services.settings import known_currency
    from services.settings.local_currency import this_computers_currency
    from services.settings.local_zone import this_computers_zone

    table = table_of(request)
    with workspace.store.read() as connection:
        known = known_currency(connection, workspace.policy)
        recalled = recall(connection, header_signature(table), request.options, table.columns)
    here = this_computers_currency()
    currency = known or here or "USD"
    make = partial(make_plan, table, local_zone=this_computers_zone(), book_currency=currency)
    plan = make(recalled.options, remembered=recalled.remembered)
    if request.options.entity is None and not request.options.mapping:
        with workspace.store.read() as connection:
            people_of_accounts = are_contacts(connection, plan)
        if people_of_accounts:
            before = recalled.remembered
            before = replace(before, mapping={}, entity="contacts") if before is not None else None
            plan = make(replace(recalled.options, entity="contacts"), remembered=before)
    origin = replace(plan.origin, beside=request.beside)
    whose = "your book’s currency" if known else "the usual currency here" if here else "the default"
    return replace(plan, warnings=plan.warnings + recalled.words, origin=origin, currency_whose=whose)


def run_import(
    workspace: Workspace,
    request: ImportRequest,
    *,
    progress: ProgressCall | None = None,
    cancelled: CancelCall | None = None,
    doubt: Callable[[Receipt], str] | None = None,
    digest: str = "",
    newcomers: Newcomers | None = None,
) -> tuple[Receipt, Changes]:
    """Import one file, or say exactly what importing it would do.

    Parameters
    ----------
    workspace : Workspace
        The open book; `request.store` names the same one.
    request : ImportRequest
        The file and what a person decided about it. With `dry_run` nothing is written.
    progress, cancelled : callable, optional
        Told how far the work is; asked whether to stop.
    doubt : callable, optional
        Given the receipt before anything is written: says why a person should see the file first, or ''.
    digest : str, optional
        The file's SHA-256, where it is known.
    newcomers : Newcomers, optional
        Of several files that are tried out together: the customers whom those before would bring.

    Returns
    -------
    tuple of Receipt and Changes
        Every row of the file accounted for; what it changed, for scoring and the window.

    Raises
    ------
    UserError
        The file cannot be used as it is, or there is a doubt: its words.
    EnvironmentFault
        The disk, a lock: the book is as before.
    Cancelled
        A person cancelled: the book is as before.
    """
    watch = Watch(progress, cancelled)
    store = Path(workspace.store.path)
    staging = staging_path(store)
    try:
        with bounded(Path(request.file)):
            plan = _prepared(workspace, request)
            with told(store, watch), gc_paused():
                run = Run(workspace, request, plan, staging, watch, digest=digest, doubt=doubt)
                if request.dry_run:
                    return run.try_out(newcomers), Changes()
                done = run.apply()
        forget_check(workspace, request)
        return done
    finally:
        remove_staging(staging)


def _prepared(workspace: Workspace, request: ImportRequest) -> Plan:
    """Remove what imports that were ended left beside the book, and plan this one."""
    store = Path(workspace.store.path)
    sweep_staging(store)
    with workspace.store.read() as connection:
        sweep_rejects(connection, store)
    plan = plan_for(workspace, request)
    if plan.doubts:
        raise MeaningOpen.of(plan.doubts[0])
    return plan


@contextmanager
def comparing(store: Store, staging: Path, watch: Watch) -> Iterator[sqlite.Connection]:
    """Yield a connection that reads the book and writes only the staging file."""
    db = connect(store.path, store.key)
    try:
        sort_in_files(db, store.key)  # as for the last step
        with attached(db, staging, store.key):
            db.execute("BEGIN")
            watch.guard(db)
            try:
                yield db
            finally:
                db.set_progress_handler(None, 0)
                if db.in_transaction:
                    db.execute("COMMIT")
    finally:
        db.close()


@contextmanager
def told(store: Path, watch: Watch) -> Iterator[None]:
    """Turn what can go wrong in the store into sentences, and an interrupted statement into a cancel."""
    try:
        with sentences(store):
            yield
    except sqlite.OperationalError as error:
        if watch.stopped:
            raise Cancelled("Cancelled. Nothing was kept.") from error
        raise


class _Moved(Exception):
    """Another program wrote into the book between the comparison and the last step."""


@dataclass
class Run:
    """One file on its way: all that can be done before others must wait is done before.

    A check is an import without its last step, and leaves behind what the last step needs.
    """

    workspace: Workspace
    request: ImportRequest
    plan: Plan
    staging: Path
    watch: Watch
    digest: str = ""
    doubt: Callable[[Receipt], str] | None = None
    began: float = field(default_factory=time.perf_counter)

    def check(self, *, shown: bool = False) -> tuple[Analysis, Facts]:
        """Read the file into the staging file and compare it with the book as it is.

        `shown`: for a window that shows it, the rows as the file has them and what was found out are kept with it.
        """
        digest = self.digest or self._hashed()
        analysis = self._staged(shown=shown)
        with comparing(self.workspace.store, self.staging, self.watch) as db:
            facts = self._compared(db, analysis, digest)
            if shown:
                facts = replace(facts, doubtful=_doubtful(db, analysis))
                write_facts(db, facts)
            return analysis, facts

    def try_out(self, newcomers: Newcomers | None) -> Receipt:
        """Say what importing it would do, or ask what importing it would ask."""
        analysis, facts = self.check()
        self._refuse(facts)
        if newcomers is None:
            return facts.receipt
        return newcomers.count(self.workspace.store, self.staging, analysis.plan, facts.receipt)

    def apply(self) -> tuple[Receipt, Changes]:
        """Import what a check left, else check first: all before the writer's place is taken.

        Where the book moved on meanwhile, the file is read and compared again in the writer's place.
        """
        analysis, facts = self._checked() or self.check()
        self._refuse(facts)
        end_bounds()
        try:
            return self._last_step(analysis, facts)
        except _Moved:
            self.digest = facts.digest
            return self._last_step(self._staged(), None)

    def _checked(self) -> tuple[Analysis, Facts] | None:
        """What a check left of this file, with these choices, against the book as it is; None for nothing."""
        if not take_check(self.workspace, self.request, self.staging):
            return None
        with comparing(self.workspace.store, self.staging, self.watch) as db:
            facts = read_facts(db)
        analysis = Analysis(self.plan, self.watch)
        analysis.take_over(facts)
        return analysis, facts

    def _hashed(self) -> str:
        path = self.plan.table.path
        try:
            return sha256_of(path, self.watch.check)
        except OSError as problem:
            raise UserError(
                f"{path.name} was removed during the import. Nothing was imported; import it again."
            ) from problem

    def _staged(self, *, shown: bool = False) -> Analysis:
        analysis = Analysis(self.plan, self.watch)
        analysis.stage(self.staging, self.workspace.store.key, keep_raw=shown, survey=shown)
        return analysis

    def _compared(self, db: sqlite.Connection, analysis: Analysis, digest: str) -> Facts:
        head = head_of(db)
        analysis.compare(db)
        gather_late_rejects(db)
        seconds, today = time.perf_counter() - self.began, self.workspace.clock.today()
        receipt = make_receipt(db, analysis, self.workspace.policy, seconds=seconds, today=today)
        return analysis.facts(db, receipt, digest, head)

    def _refuse(self, facts: Facts) -> None:
        """Ask what is open before anything is written."""
        if facts.doubts:
            raise MeaningOpen.of(facts.doubts[0])
        why = self.doubt(facts.receipt) if self.doubt is not None else ""
        if why:
            raise UserError(why)

    def _last_step(self, analysis: Analysis, facts: Facts | None) -> tuple[Receipt, Changes]:
        """Take the last step; without `facts`, what was staged is compared in the writer's place."""
        store, request, watch = self.workspace.store, self.request, self.watch
        actor = Actor("import", request.actor)
        rejects: Path | None = None
        try:
            with store.unit_of_work(actor, "import", "import", at=request.now, staging=self.staging) as work:
                db = driver_of(work.connection)
                watch.guard(db)
                try:
                    if facts is None:
                        facts = self._compared(db, analysis, self.digest)
                        self._refuse(facts)
                    elif head_of(db) != facts.head:
                        raise _Moved
                    import_id = db.execute("SELECT coalesce(max(id), 0) + 1 FROM imports").fetchone()[0]
                    writer = Writer(db, import_id, analysis.plan.source, analysis.tallies, watch.step)
                    join_links(work, db)
                    _write(analysis, writer)
                    customers, everyone = _write_parts(db, analysis, writer)
                    plan, by = analysis.plan, request.actor
                    staged = analysis.layout.columns if plan.entity.customer == "self" else ()
                    note_import(db, import_id, writer.tables, staged=staged, at=request.now, by=by, zone=plan.zone)
                    keep_rejects(db, import_id)
                    rejects = write_rejects(db, plan, Path(store.path), import_id)
                    seconds = time.perf_counter() - self.began
                    file = str(rejects) if rejects else None
                    receipt = replace(
                        facts.receipt, import_id=import_id, rejects_file=file, seconds=seconds, dry_run=False
                    )
                    watch.step("Saving")
                finally:
                    db.set_progress_handler(None, 0)
                give_alerts_by_import(work, import_id)
                work.touch(customers=customers, everyone=everyone, tables=writer.tables)
                changes = _close(work, request, plan, writer, receipt, facts.digest)
                seconds = time.perf_counter() - self.began
        except BaseException:
            if rejects is not None:
                withdraw_rejects(rejects)
            raise
        if rejects is not None:
            publish_rejects(rejects)
        return replace(receipt, seconds=seconds), changes


def _doubtful(db: sqlite.Connection, analysis: Analysis) -> int | None:
    """How many new customers of the file look like somebody else."""
    from services.duplicates import doubtful_customers

    if not analysis.layout.has_people:
        return 0
    return doubtful_customers(db, analysis.layout.columns if analysis.plan.entity.customer == "self" else ())


def _write(analysis: Analysis, writer: Writer) -> None:
    if analysis.plan.entity.customer == "self":
        writer.customer_rows(analysis.targets[0])
        return
    if analysis.layout.has_people:
        writer.customers_of_rows()
    for target in analysis.targets:
        writer.rows(target)
        if target.table == "products" and analysis.tallies[target.staged].new:
            writer.link_products()
    if analysis.names_primary:
        writer.step_back()
    if "owner" in analysis.plan.entity.hooks:
        writer.owners_of_deals()


def _write_parts(db: sqlite.Connection, analysis: Analysis, writer: Writer) -> tuple[set[int], bool]:
    """Write the further entities of the file; whom their rows are about, or True for everyone."""
    customers, everyone = writer.changed_customers(analysis.plan, EVERYONE_FROM)
    for part in analysis.parts:
        with at_work(db, part.number):
            writer.tallies = {"r": part.tally}
            writer.rows(part.target)
            more, all_of_them = writer.changed_customers(part.plan, EVERYONE_FROM)
            customers, everyone = customers | more, everyone or all_of_them
    return customers, everyone


def _close(
    work: UnitOfWork, request: ImportRequest, plan: Plan, writer: Writer, receipt: Receipt, digest: str
) -> Changes:
    """Write what the book keeps of the import itself, and commit."""
    work.subject = f"import:{receipt.import_id}"
    work.say(_words(plan, receipt))
    work.digest(
        json.dumps(
            {
                "import_changes": writer.digest,
                "changed": writer.images,
                "rows": receipt.rows,
                "entities": receipt.entities,
                "above": writer.above,
            },
            sort_keys=True,
        )
    )
    db = driver_of(work.connection)
    said = remember(db, header_signature(plan.table), plan, request)
    kept = {
        **replace(receipt, may_leave=(), urgent=()).as_json(),
        "ignored_reasons": receipt.ignored_reasons,
        "remembered": said,
    }
    kept |= {"agreed": cells} if (cells := agreed(db)) else {}
    path = plan.table.path
    work.execute(
        imports.insert().values(
            id=receipt.import_id,
            file_name=path.name if receipt.file == str(path) else f"{Path(receipt.file).name} ({path.name})",
            file_path=str(path.resolve()),
            file_sha256=digest,
            file_bytes=plan.table.size_bytes,
            source=plan.source,
            recognised_as=plan.words,
            started_at=request.now,
            finished_at=request.now,
            seconds=receipt.seconds,
            actor=request.actor,
            **{f"rows_{name}": count for name, count in receipt.rows.items()},
            receipt=json.dumps(kept, ensure_ascii=False),
            rejects_file=receipt.rejects_file,
            journal_id=work.journal_entry(),
        )
    )
    return work.commit()


def _words(plan: Plan, receipt: Receipt) -> str:
    rows = receipt.rows
    parts = [f"{rows[name]:,} {word}" for name, word in (("inserted", "new"), ("updated", "changed")) if rows[name]]
    parts = parts or ["nothing new"]
    if rows["rejected"]:
        parts.append(f"{rows['rejected']:,} rejected")
    return f"Imported {plan.table.path.name}: {', '.join(parts)}"
