"""The open book as the window sees it: who works on it, what was changed, undo, long work.

A page asks the book to act; the unit of work is done in the lane of one, and its `Changes` go to every page, which
reads again only what it must.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from models.values.changes import Changes
from services import audit
from services.settings import Policy, Preferences
from services.workspace import Workspace
from views.background import Background, ChildRun, Desk, Done, Failed, Outcome
from views.words import sentence

if TYPE_CHECKING:
    from views.child import ChildJob

Work = Callable[[Workspace], Changes]


class Book(QObject):
    """One open workspace and the runner that works on it.

    Signals
    -------
    changed : Changes by anyone: a person, an import, the pipeline.
    acted : (Changes, words) of this person's action that can be undone.
    told : words that need no undo.
    failed : a `Failed` that no page took up.
    met : an error of the program's own that nobody caught; emitted from any thread, told as `failed`.
    """

    changed = Signal(object)
    acted = Signal(object, str)
    told = Signal(str)
    failed = Signal(object)
    renewing = Signal(bool)
    met = Signal(object)

    def __init__(self, workspace: Workspace, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._background = background
        self._desk = background.desk(self)
        self._renewal: ChildRun | None = None
        self._due: Changes | None = None
        self._own = False
        # Queued: a toast must not be built inside the paint or the slot that failed.
        self.met.connect(self._tell_met, Qt.ConnectionType.QueuedConnection)

    @property
    def workspace(self) -> Workspace:
        """The workspace with the policy as it is now; take it anew for each question."""
        return self._workspace

    @property
    def own(self) -> bool:
        """While `changed` is emitted: whether this person's own action or undo was the cause."""
        return self._own

    def know(self, preferences: Preferences) -> None:
        """What this computer remembers: the name of the person at work, mail server, models."""
        self._workspace = self._workspace.of_person(preferences)

    def desk(self, owner: QObject) -> Desk:
        """A desk for a page's questions."""
        return self._background.desk(owner)

    def act(
        self,
        work: Work,
        words: str = "",
        then: Callable[[Changes], None] | None = None,
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Do a unit of work for this person and offer to undo it.

        Parameters
        ----------
        work : called with the workspace in the lane of one; returns what it changed.
        words : what the toast says; '' takes the words of the changes.
        then : called after every page has heard of the changes.
        """
        workspace = self._workspace
        self._desk.write(lambda: work(workspace), partial(self._acted, words, then), failed or self.failed.emit)

    def undo(self) -> None:
        """Undo this person's last action."""
        workspace = self._workspace
        self._desk.write(lambda: audit.undo_last(workspace), self._undone, self.failed.emit)

    def redo(self) -> None:
        """Do again what this person undid last."""
        workspace = self._workspace
        self._desk.write(lambda: audit.redo_last(workspace), self._undone, self.failed.emit)

    def run(self, job: ChildJob) -> ChildRun:
        """Start long work in a child process; report its changes with `heard`."""
        return self._background.child(job)

    def heard(self, changes: Changes, *, own: bool = False) -> None:
        """Changes that came from elsewhere, such as an import in a child; ``own``: asked for in this window."""
        if "policies" in changes.tables:
            self._read_policy()
        self._own = own
        self.changed.emit(changes)
        self._own = False

    def renew(self, changes: Changes) -> None:
        """Score and evaluate what changed, in a child process; one run at a time, the rest is collected.

        A note, a task or a setting of emails changes no score: nothing runs for it.
        """
        from services.pipeline import concerns_figures

        if not concerns_figures(changes):
            return
        self._due = changes if self._due is None else self._due.merged(changes)
        if self._renewal is None:
            self._start_renewal()

    def _start_renewal(self) -> None:
        from services.pipeline.jobs import RenewJob

        due, self._due = self._due, None
        if due is None:
            return
        self._renewal = self.run(RenewJob(self._workspace.recipe, due))
        self._renewal.ended.connect(self._renewed)
        self.renewing.emit(True)

    def _renewed(self, outcome: Outcome) -> None:
        self._renewal = None
        self.renewing.emit(False)
        if isinstance(outcome, Done):
            self.heard(outcome.value)
        elif isinstance(outcome, Failed):
            self.failed.emit(outcome)
        self._start_renewal()

    def _acted(self, words: str, then: Callable[[Changes], None] | None, changes: Changes) -> None:
        self.heard(changes, own=True)
        self.renew(changes)
        if changes.entry is not None:
            self.acted.emit(changes, words or changes.words)
        if then is not None:
            then(changes)

    def _undone(self, changes: Changes) -> None:
        self.heard(changes, own=True)
        self.renew(changes)
        kept = f" {changes.kept[0]}" if changes.kept else ""
        self.told.emit(f"{sentence(changes.words)}{kept}" if kept else changes.words)

    @Slot(object)
    def _tell_met(self, error: BaseException) -> None:
        self.failed.emit(Failed(error))

    def _read_policy(self) -> None:
        self._desk.read("policy", self._workspace.read_policy, self._take_policy, self.failed.emit)

    def _take_policy(self, policy: Policy) -> None:
        self._workspace = self._workspace.with_policy(policy)
