"""One import up to its last step: the file is read and staged, matched with the book, and compared.

A dry run and an import are the same up to here; what is left in the staging file is what the check shows, what the
receipt counts, and what the last step writes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models import sqlite
from models.store.book_key import BookKey
from models.values.errors import Cancelled
from models.values.imports import Progress, Receipt
from models.values.meanings import Doubt
from services.sync.apply.compare import (
    Tally,
    compare,
    ignore_nobodys,
    keep_withdrawn,
    one_primary,
    reject_unknown,
    sort_out_keys,
    steps_back,
    tally,
    tally_rows,
)
from services.sync.apply.contacts import part_shared_contacts
from services.sync.apply.edited import keep_edits
from services.sync.apply.linking import find_links
from services.sync.apply.match import match_people
from services.sync.apply.orders import about_repeated_orders, compare_orders, keep_charges, mark_charges
from services.sync.apply.products import match_items
from services.sync.apply.sources import system_of
from services.sync.check_files import Facts
from services.sync.formats.plan import MeaningOpen, Plan, Survey, reads_alike, settle, settled_by
from services.sync.kinds.memo import Unsettled
from services.sync.read import moved_on
from services.sync.stage.computed import key_by_customer
from services.sync.stage.layout import Target, layout_of, targets_of
from services.sync.stage.rows import Stager
from services.sync.stage.staging import at_work, close_staging, exchange, follow_main, join_main, open_staging

ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]
_PROGRESS_SECONDS = 0.1
_POLL_INSTRUCTIONS = 400_000


class Watch:
    """Tells how far the work is, at most ten times a second, and stops it where a person cancelled."""

    def __init__(self, progress: ProgressCall | None, cancelled: CancelCall | None) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._told = 0.0
        self.stopped = False

    def rows(self, done: int, share: float) -> None:
        """Tell how many rows were read, and estimate of how many."""
        self.check()
        now = time.monotonic()
        if self._progress and now - self._told >= _PROGRESS_SECONDS:
            self._told = now
            self._progress(Progress("Reading", done, max(done, int(done / share)) if share else None))

    def step(self, words: str) -> None:
        """Tell the step that begins."""
        self.check()
        if self._progress:
            self._progress(Progress(words, 0, None))

    def check(self) -> None:
        """Stop where a person cancelled; else the work moves on.

        Raises
        ------
        Cancelled
        """
        moved_on()
        if self.stopped or (self._cancelled is not None and self._cancelled()):
            self.stopped = True
            raise Cancelled("Cancelled. Nothing was kept.")

    def guard(self, db: sqlite.Connection) -> None:
        """Let a cancel interrupt long statements too, and say that they move on."""
        db.set_progress_handler(self._interrupt, _POLL_INSTRUCTIONS)

    def _interrupt(self) -> int:
        moved_on()
        if not self.stopped and self._cancelled is not None and self._cancelled():
            self.stopped = True
        return 1 if self.stopped else 0


class Part:
    """A further entity that the rows of a file bring."""

    def __init__(self, number: int, plan: Plan, whole: Plan) -> None:
        self.number = number
        self.plan = plan
        self.by_customer = plan.entity.name == "contracts" and whole.entity.customer == "self"
        layout = layout_of(plan)
        self.layout = replace(layout, has_people=False, keyed=layout.keyed or self.by_customer)
        (self.target,) = targets_of(plan, self.layout)
        self.stager: Stager
        self.tally = Tally(0, 0, 0, 0, 0, 0)


class Analysis:
    """A file on its way into the book."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self.plan = plan
        self.layout = layout_of(plan)
        self.targets: list[Target] = targets_of(plan, self.layout)
        self.matched = 0
        self.warnings: list[str] = list(plan.warnings)
        self.guessed: tuple[str, ...] = ()
        #: What a person must say before the rows can be written.
        self.doubt: Doubt | None = None
        self._watch = watch
        self.stager: Stager
        self.tallies: dict[str, Tally] = {}
        self.rows = Tally(0, 0, 0, 0, 0, 0)
        self.parts = [Part(number, one, plan) for number, one in enumerate(plan.also, 1)]

    def stage(self, path: Path, key: BookKey | None, *, keep_raw: bool, survey: bool = False) -> None:
        """Read the file into a new staging file at `path`.

        Parameters
        ----------
        key : BookKey, optional
            The key of the book, which is that of the file too.
        keep_raw : bool
            Keep the rows as the file has them beside those that are staged.
        survey : bool
            Count all rows as they pass by, so that what is said of columns is said of all of them; what is open then is
            for whoever looks at it, and no error.

        Raises
        ------
        MeaningOpen
            What a column means must be said by a person; see `Plan.doubts`.
        """
        keep_raw = keep_raw or self.plan.entity.reference is not None
        first, again = self.plan, False
        try:
            self.plan = self._stage(path, key, keep_raw=keep_raw, survey=survey)
        except Unsettled:
            self.plan, again = settle(first), True
            if self.plan.doubts and not survey:
                raise MeaningOpen.of(self.plan.doubts[0]) from None
        if again or not reads_alike(self.plan, first):
            # A cell further down speaks against what the first rows said: all rows decide, and are staged anew.
            self.parts = [Part(number, one, self.plan) for number, one in enumerate(self.plan.also, 1)]
            self._stage(path, key, keep_raw=keep_raw)
        self.warnings += [*self.plan.column_warnings, *self.stager.warnings]

    def _stage(self, path: Path, key: BookKey | None, *, keep_raw: bool, survey: bool = False) -> Plan:
        """Stage all rows; return the plan, with `survey` as all of them decide."""
        plans = (self.plan, *self.plan.also)
        surveys = [Survey(one.table, one.basis) if survey else None for one in plans]
        db = open_staging(path, key)
        try:
            self.stager = self._read(Stager(self.plan, self.layout, db, keep_raw=keep_raw), self.plan, surveys[0])
            for part, counted in zip(self.parts, surveys[1:], strict=True):
                exchange(db, away=0, back=part.number)
                part.stager = self._read(Stager(part.plan, part.layout, db, keep_raw=False), part.plan, counted)
                exchange(db, away=part.number, back=0)
                self.stager.reject_more(join_main(db, part.number))
        except BaseException:
            db.close()
            raise
        close_staging(db)
        main, *also = (
            settled_by(plan, counted.meant()) if counted else plan for plan, counted in zip(plans, surveys, strict=True)
        )
        return replace(main, also=tuple(also))

    @property
    def in_pieces(self) -> bool:
        """Whether rows of the file became several staged rows each."""
        return self.stager.in_pieces or bool(self.parts)

    @property
    def names_primary(self) -> bool:
        """Whether the file says which contact of a customer is the primary one."""
        return self.plan.entity.by_account and "is_primary" in self.layout.kept

    def _read(self, stager: Stager, plan: Plan, survey: Survey | None) -> Stager:
        for batch in plan.table.batches():
            self._watch.rows(stager.rows_read, batch.share)
            if survey:
                survey.take(batch.rows)
            stager.add(batch)
        stager.finish()
        return stager

    def compare(self, db: sqlite.Connection) -> None:
        """Match and compare; `db` is a connection of the store with the staging file attached."""
        self._watch.step("Matching customers")
        self.find_system(db)
        plan, layout, source = self.plan, self.layout, self.plan.source
        if plan.entity.customer == "self":
            part_shared_contacts(db, layout, source)
        sort_out_keys(db, layout, self.stager, loose=not layout.keyed)
        if layout.keyed and plan.entity.table == "orders" and not layout.lines:
            self.warnings += about_repeated_orders(db)
        if layout.has_people:
            self.matched = match_people(db, plan, source)
            if not plan.entity.by_account:
                self.warnings += find_links(db, source, own=plan.entity.customer == "self")
            ignore_nobodys(db, plan)
        if layout.has_items:
            self.warnings += match_items(db, source)
        self._watch.step("Comparing with your book")
        if plan.entity.reference is not None:
            reject_unknown(db, plan.entity.reference, source)
        if "withdrawn" in plan.entity.hooks and "email_consent" in layout.kept:
            keep_withdrawn(db, source, dated="email_consent_since" in layout.kept)
        if layout.lines:
            self.warnings += compare_orders(db, plan, layout, self.targets)
        else:
            self.warnings += keep_edits(db, self.targets[0], source)
            if self.names_primary:
                self.warnings += one_primary(db, source)
            if plan.entity.table == "orders":
                if layout.has_items:
                    mark_charges(db, lines=False)
                keep_charges(db, source, lines=False)
            compare(db, self.targets[0], source)
            if self.names_primary:
                gone = steps_back(db, source)[:1]
                self.warnings += [f"{name} is no longer the primary contact: {who} is." for _, name, who in gone]
        self.tallies = {target.staged: tally(db, target.staged) for target in self.targets}
        for part in self.parts:
            with at_work(db, part.number):
                follow_main(db, part.plan.entity.customer == "required")
                if part.by_customer:
                    key_by_customer(db, part.layout, self.plan.source)
                    part.stager.keys_ascend = False
                sort_out_keys(db, part.layout, part.stager, loose=not part.layout.keyed)
                self.warnings += keep_edits(db, part.target, self.plan.source)
                compare(db, part.target, self.plan.source)
                part.tally = tally(db, "r")
        staged = ["r", *(f"r_{part.number}" for part in self.parts)]
        self.rows = tally_rows(db, staged) if self.in_pieces else self.tallies["r"]

    def take_over(self, facts: Facts) -> None:
        """Go on where a check ended: its rows are staged and compared."""
        self.plan = replace(self.plan, source=facts.source)
        self.tallies = dict(facts.tallies)
        for part, counted in zip(self.parts, facts.parts, strict=True):
            part.tally = counted

    def facts(self, db: sqlite.Connection, receipt: Receipt, digest: str, head: int) -> Facts:
        """What was found out, for those who come after: the window, and the last step."""
        plan, target = self.plan, self.targets[0]
        days = db.execute(f"SELECT min({target.day}), max({target.day}) FROM stage.r").fetchone() if target.day else ()
        return Facts(
            receipt=receipt,
            days=tuple(filter(None, days)),
            source=plan.source,
            meanings=plan.meanings,
            currency=plan.currency,
            doubts=(*plan.doubts, *((self.doubt,) if self.doubt else ())),
            digest=digest,
            head=head,
            tallies=self.tallies,
            parts=tuple(part.tally for part in self.parts),
        )

    def find_system(self, db: sqlite.Connection) -> None:
        """Find out which system the file's ids belong to; until a question is answered the likeliest answer holds."""
        found = system_of(db, self.plan, self.targets[0], lines=self.layout.lines)
        self.plan = replace(self.plan, source=found.source)
        self.doubt = found.doubt
        self.warnings += [found.words] if found.words else []
        self.guessed = ("source",) if found.guessed else ()
