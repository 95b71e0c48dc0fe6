"""The background runner: nothing that touches the store, a file or the network runs on the window's thread.

Reads go to a small pool, short writes to a lane of one, what waits for a server to threads of its own, long work to a
spawned child process. Values that go in and come out are frozen. A `Desk` belongs to one page: each request has a
topic, and a newer request on a topic makes the older answer stale; a stale request that has not begun is not begun at
all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot

from models.values.bugs import ChildBug, kind_of
from models.values.errors import BellwetherError, Cancelled, EnvironmentFault, StoreDamaged
from views.lane import Lane

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from views.child import ChildJob

T = TypeVar("T")
GRACE_MS = 3_000
#: How a child begins: anew, as a process with a window and threads cannot be copied.
CHILDREN: Final = "spawn"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """The work was done; ``value`` is what it returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The work failed. ``error`` may be told to a person if it is a `BellwetherError`; else it is a bug."""

    error: BaseException

    @property
    def words(self) -> str:
        """One sentence for a person."""
        if isinstance(self.error, BellwetherError):
            return str(self.error)
        return f"Something went wrong in Bellwether ({kind_of(self.error)}). Unfinished work was not saved."


@dataclass(frozen=True, slots=True)
class WasCancelled:
    """A person cancelled the work; none of it was kept."""


Outcome = Done | Failed | WasCancelled


class ChildRun(QObject):
    """Long work in a process of its own: `progress` at most ten times a second, then `ended` once."""

    progress = Signal(object)
    ended = Signal(object)
    _heard = Signal(object)

    def __init__(self, job: ChildJob, parent: QObject) -> None:
        super().__init__(parent)
        import multiprocessing

        from views.child import run_child

        context = multiprocessing.get_context(CHILDREN)
        self._channel, far_end = context.Pipe(duplex=False)
        self._token = context.Event()
        self._process = context.Process(target=run_child, args=(job, far_end, self._token), name="bellwether-child")
        self._outcome: Outcome | None = None
        self._running = True
        #: What is asked before a window closes over this work; '' where it may simply be stopped.
        self.closing_question = ""
        #: It ends by itself soon after it is asked to stop, and what it does last must not be cut off.
        self.ends_itself = False
        self._grace = QTimer(self, singleShot=True, interval=GRACE_MS)
        self._grace.timeout.connect(self._end_child)
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._started = threading.Event()
        self._listener = threading.Thread(target=self._listen, args=(far_end,), name="child-listener")
        self._listener.start()

    @property
    def running(self) -> bool:
        """Whether the outcome is still to come."""
        return self._running

    def cancel(self) -> None:
        """Ask the child to stop; end it if it has not after three seconds, so that its transaction rolls back."""
        if self._running and not self._token.is_set():
            self._token.set()
            if not self.ends_itself:
                self._grace.start()

    def close(self) -> None:
        """End the child now and wait for it: the window closes."""
        self._grace.stop()
        self._started.wait()
        self._end_child()
        self._listener.join()

    def _listen(self, far_end: Connection) -> None:
        # In this thread, as spawning takes tens of milliseconds.
        try:
            self._process.start()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._heard.emit(("failed", EnvironmentFault(f"The work could not be started: {reason}.")))
        except Exception as error:  # noqa: BLE001  a job that cannot be sent must not be waited for
            self._heard.emit(("failed", error))
        finally:
            far_end.close()
            self._started.set()
        with self._channel:
            while True:
                try:
                    message = self._channel.recv()
                except (EOFError, OSError):
                    break
                except Exception as error:  # noqa: BLE001  an answer that cannot be read ends the work too
                    self._heard.emit(("failed", error))
                    self._end_child()
                    break
                self._heard.emit(message)
        if self._process.pid is not None:
            self._process.join()
        self._heard.emit(("over",))

    @Slot(object)
    def _hear(self, message: tuple[Any, ...]) -> None:
        match message:
            case ("progress", progress):
                self.progress.emit(progress)
            case ("done", value):
                self._outcome = Done(value)
            case ("failed", error):
                self._outcome = Failed(error)
            case ("bug", kind, report):
                self._outcome = Failed(ChildBug(kind, report))
            case ("cancelled",):
                self._outcome = WasCancelled()
            case _:
                self._running = False
                self._grace.stop()
                self._listener.join()  # it has nothing left to say, and must be gone before this object is
                self.ended.emit(self._outcome or self._ended_without_a_word())

    def _ended_without_a_word(self) -> Outcome:
        if self._token.is_set():
            return WasCancelled()
        code = self._process.exitcode
        what = f"The background process stopped unexpectedly (exit code {code})."
        words = f"{what} Unfinished work was not saved; try again."
        return Failed(EnvironmentFault(words))

    def _end_child(self) -> None:
        if self._process.pid is not None and self._process.is_alive():
            self._token.set()
            self._process.terminate()


class _Request:
    """One question and where its answer goes."""

    __slots__ = ("desk", "done", "failed", "job", "stale", "topic")

    def __init__(
        self,
        desk: Desk,
        topic: str,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Failed], None] | None,
    ) -> None:
        self.desk, self.topic, self.job, self.done, self.failed = desk, topic, job, done, failed
        self.stale = False


class Background(QObject):
    """The threads and children of one window.

    Signals
    -------
    began : the job of a child that starts now, before it runs: who must not work beside it makes way.
    damaged : a question found the book damaged; once.

    Parameters
    ----------
    readers : threads of the pool for reading.
    bug : called with an exception that is no `BellwetherError`, before the asker hears of it.
    """

    began = Signal(object)
    damaged = Signal()
    _answered = Signal(object, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        readers: int = 3,
        bug: Callable[[BaseException], None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._bug = bug
        self._readers = Lane("reader", readers)
        self._writer = Lane("writer", 1)
        self._network = Lane("network", 2, late=True)
        self._children: list[ChildRun] = []
        self._open = True
        self._underway = 0
        self._damaged = False
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def desk(self, owner: QObject) -> Desk:
        """A desk whose requests die with ``owner``."""
        return Desk(self, owner)

    @property
    def idle(self) -> bool:
        """Whether nothing was asked that is not answered yet, and no child runs."""
        return self._underway == 0 and not self._children

    @property
    def working(self) -> bool:
        """Whether a child runs."""
        return bool(self._children)

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return not self._open

    @property
    def closing_question(self) -> str:
        """What must be asked before the window closes; '' for nothing."""
        return next((run.closing_question for run in self._children if run.closing_question), "")

    def child(self, job: ChildJob) -> ChildRun:
        """Start long work in a spawned process. ``job(progress, cancelled)`` is picklable and free of Qt."""
        self.began.emit(job)
        run = ChildRun(job, self)
        self._children.append(run)

        def ended(outcome: Outcome) -> None:
            self._children.remove(run)
            run.deleteLater()  # with what it was told by: semaphores of the system among it
            self._report(outcome)

        run.ended.connect(ended)
        return run

    def close(self) -> None:
        """Let begun work end, drop the rest, end the children. Nothing is delivered afterwards."""
        if not self._open:
            return
        self._open = False
        for run in list(self._children):
            run.close()
        self._readers.close()
        self._network.close()
        self._writer.close()
        # Answers that were given just before: no event loop delivers them any more.
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def put(self, request: _Request, *, write: bool, network: bool = False) -> None:
        """Queue a request; a write is done even when nobody waits for its answer any more."""
        if not self._open:
            if write:
                _log.warning("A write was asked for while closing and not done.")
            return

        def work() -> None:
            skipped = (request.stale or not self._open) and not write
            outcome: Outcome = WasCancelled() if skipped else _outcome_of(request.job)
            if self._open:
                self._answered.emit(request, outcome)
            else:
                self._nobody_waits(outcome)

        self._underway += 1
        (self._writer if write else self._network if network else self._readers).put(work)

    @Slot(object, object)
    def _deliver(self, request: _Request, outcome: Outcome) -> None:
        self._underway -= 1
        if request.stale or not self._open:
            self._nobody_waits(outcome)
            return
        self._report(outcome)
        request.desk.answered(request)
        if isinstance(outcome, Done):
            request.done(outcome.value)
        elif isinstance(outcome, Failed) and request.failed is not None:
            request.failed(outcome)

    def _nobody_waits(self, outcome: Outcome) -> None:
        """Keep at least the kind of a failure that no page will tell; its words may hold a customer's data."""
        if isinstance(outcome, Failed):
            _log.warning("Nobody was left to be told of a failure: %s", kind_of(outcome.error))
            self._report(outcome)

    def _report(self, outcome: Outcome) -> None:
        if isinstance(outcome, Failed) and isinstance(outcome.error, StoreDamaged) and not self._damaged:
            self._damaged = True
            self.damaged.emit()
        if isinstance(outcome, Failed) and not isinstance(outcome.error, BellwetherError) and self._bug:
            self._bug(outcome.error)


class Desk:
    """One page's requests. A newer read on a topic makes the older answer stale; writes never go stale."""

    def __init__(self, background: Background, owner: QObject) -> None:
        self._background = background
        self._waiting: dict[str, _Request] = {}
        self._writes: set[_Request] = set()
        owner.destroyed.connect(self.close)

    def read(
        self,
        topic: str,
        job: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Ask in the pool; ``done`` or ``failed`` is called on the window's thread unless it went stale."""
        self.drop(topic)
        request = self._waiting[topic] = _Request(self, topic, job, done, failed)
        self._background.put(request, write=False)

    def reach(
        self,
        topic: str,
        job: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Ask a server: as `read`, on threads of its own, so that no page waits behind a slow network."""
        self.drop(topic)
        request = self._waiting[topic] = _Request(self, topic, job, done, failed)
        self._background.put(request, write=False, network=True)

    def write(
        self,
        job: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Do in the lane of one, in the order of the calls."""
        request = _Request(self, "", job, done, failed)
        self._writes.add(request)
        self._background.put(request, write=True)

    def waiting(self, topic: str) -> bool:
        """Whether an answer is still to come."""
        return topic in self._waiting

    def drop(self, topic: str) -> None:
        """Forget a question: its answer will not be delivered."""
        request = self._waiting.pop(topic, None)
        if request is not None:
            request.stale = True

    def answered(self, request: _Request) -> None:
        """Called by the runner just before the answer is handed over."""
        self._writes.discard(request)
        if self._waiting.get(request.topic) is request:
            del self._waiting[request.topic]

    def close(self) -> None:
        """Forget every question; writes are still done."""
        for topic in list(self._waiting):
            self.drop(topic)
        for request in self._writes:
            request.stale = True


def _outcome_of(job: Callable[[], Any]) -> Outcome:
    """Run a job; this is the one place where every exception is caught, to be told or reported as a bug."""
    try:
        return Done(job())
    except Cancelled:
        return WasCancelled()
    except Exception as error:  # noqa: BLE001
        return Failed(error)
