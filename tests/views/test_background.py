"""The runner: answers on the window's thread, stale ones dropped, writes in order, children that can be ended."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from models.values.bugs import ChildBug, bug_text
from models.values.errors import Cancelled, EnvironmentFault, UserError
from models.values.imports import Milestone, Progress
from views.background import Background, ChildRun, Desk, Done, Failed, WasCancelled

pytestmark = pytest.mark.real_children


@pytest.fixture
def desk(background: Background) -> Desk:
    return background.desk(background)


def test_an_answer_comes_on_the_windows_thread(qtbot: QtBot, desk: Desk) -> None:
    heard: list[tuple[int, int]] = []
    desk.read("t", threading.get_ident, lambda worker: heard.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(heard))
    worker, here = heard[0]
    assert here == threading.get_ident()
    assert worker != here


def test_a_newer_question_makes_the_older_answer_stale(qtbot: QtBot, desk: Desk) -> None:
    gate = threading.Event()
    heard: list[str] = []

    def slow() -> str:
        gate.wait(60)
        return "old"

    desk.read("t", slow, heard.append)
    desk.read("t", lambda: "new", heard.append)
    qtbot.waitUntil(lambda: heard == ["new"])
    gate.set()
    done: list[bool] = []
    desk.read("other", lambda: True, done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert heard == ["new"]


def test_a_stale_question_that_has_not_begun_is_not_begun(qtbot: QtBot, background: Background) -> None:
    desk = background.desk(background)
    gate, asked, heard = threading.Event(), [], []
    for topic in ("a", "b"):  # both readers are busy
        desk.read(topic, lambda: gate.wait(60), lambda _done: None)

    def ask(number: int) -> Callable[[], int]:
        def job() -> int:
            asked.append(number)
            return number

        return job

    for number in range(20):
        desk.read("filter", ask(number), heard.append)
    gate.set()
    qtbot.waitUntil(lambda: heard == [19])
    assert asked == [19]


def test_writes_are_done_in_order_and_even_when_nobody_waits(qtbot: QtBot, background: Background) -> None:
    owner = QObject()
    desk = background.desk(owner)
    done: list[int] = []
    for number in range(50):
        desk.write(lambda number=number: done.append(number), lambda _none: None)  # type: ignore[misc]
    desk.close()
    qtbot.waitUntil(lambda: len(done) == 50)
    assert done == list(range(50))


def test_a_fault_reaches_the_one_who_asked_with_its_sentence(qtbot: QtBot, desk: Desk) -> None:
    heard: list[Failed] = []

    def fails() -> None:
        raise UserError("Choose a day after today.")

    desk.read("t", fails, lambda _none: None, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].words == "Choose a day after today."


def test_a_bug_is_reported_and_told_without_its_details(qtbot: QtBot, qapp: object) -> None:
    bugs: list[BaseException] = []
    background = Background(bug=bugs.append)
    heard: list[Failed] = []
    background.desk(background).read("t", lambda: 1 / 0, lambda _none: None, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(bugs[0], ZeroDivisionError)
    assert "division" not in heard[0].words
    background.close()
    background.deleteLater()


def test_nothing_is_delivered_after_the_desks_owner_is_gone(qtbot: QtBot, background: Background) -> None:
    owner = QObject()
    desk = background.desk(owner)
    gate, heard = threading.Event(), []
    desk.read("t", lambda: gate.wait(60), heard.append)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not desk.waiting("t"))
    gate.set()
    done: list[bool] = []
    background.desk(background).read("end", lambda: True, done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert heard == []


@dataclass(frozen=True)
class Counting:
    """A picklable job that tells its progress."""

    steps: int

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> int:
        for step in range(self.steps):
            progress(Progress("Counting", step, self.steps))
        return os.getpid()


@dataclass(frozen=True)
class Raising:
    """A picklable job that fails."""

    error: Exception

    def __call__(self, progress: object, cancelled: object) -> None:
        raise self.error


@dataclass(frozen=True)
class Unsendable:
    """Returns what no pipe can carry."""

    def __call__(self, progress: object, cancelled: object) -> object:
        return lambda: None


@dataclass(frozen=True)
class Reaching:
    """Reaches many milestones at once."""

    count: int

    def __call__(self, progress: Callable[[Progress], None], cancelled: object) -> None:
        for number in range(self.count):
            progress(Milestone("Kept", number, self.count))


@dataclass(frozen=True)
class Polite:
    """Stops when it is asked to."""

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> None:
        progress(Progress("Waiting", 0, None))
        until = time.monotonic() + 300
        while time.monotonic() < until:
            if cancelled():
                raise Cancelled("Cancelled.")
            time.sleep(0.01)


@dataclass(frozen=True)
class Stubborn:
    """Never looks at its token."""

    def __call__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> None:
        progress(Progress("Waiting", 0, None))
        time.sleep(60)


@dataclass(frozen=True)
class Dying:
    """Ends its own process."""

    def __call__(self, progress: object, cancelled: object) -> None:
        os._exit(7)


def _outcome(qtbot: QtBot, background: Background, job: Any) -> Any:
    run = background.child(job)
    with qtbot.waitSignal(run.ended) as ended:
        pass
    return ended.args[0]


def test_a_child_answers_from_another_process_and_tells_at_most_ten_times_a_second(
    qtbot: QtBot, background: Background
) -> None:
    run = background.child(Counting(200_000))
    told: list[Progress] = []
    run.progress.connect(told.append)
    begun = time.monotonic()
    with qtbot.waitSignal(run.ended) as ended:
        pass
    assert isinstance(ended.args[0], Done)
    assert ended.args[0].value != os.getpid()
    assert 1 <= len(told) <= 2 + (time.monotonic() - begun) * 10


def test_a_child_whose_answer_came_is_let_go_with_all_that_it_held(qtbot: QtBot, background: Background) -> None:
    for _ in range(3):
        background.child(Counting(10))
    assert len(background.findChildren(ChildRun)) == 3
    qtbot.waitUntil(lambda: not background.findChildren(ChildRun))
    assert background.idle


def test_a_childs_sentence_arrives(qtbot: QtBot, background: Background) -> None:
    outcome = _outcome(qtbot, background, Raising(EnvironmentFault("The disk is full.")))
    assert isinstance(outcome, Failed)
    assert str(outcome.error) == "The disk is full."
    assert isinstance(outcome.error, EnvironmentFault)


def test_a_bug_in_a_child_is_reported_without_its_message_and_nothing_is_printed(
    qtbot: QtBot, qapp: object, capfd: pytest.CaptureFixture[str]
) -> None:
    bugs: list[BaseException] = []
    background = Background(bug=bugs.append)
    outcome = _outcome(qtbot, background, Raising(KeyError("Marlow & Daughters")))
    background.close()
    background.deleteLater()
    assert isinstance(outcome, Failed)
    assert "KeyError" in outcome.words and "Marlow" not in outcome.words
    (bug,) = bugs
    report = bug_text(bug)
    assert report.startswith("builtins.KeyError\n") and "test_background.py" in report
    assert "Marlow" not in report
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_an_answer_that_cannot_travel_is_a_bug_of_the_child(
    qtbot: QtBot, background: Background, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = _outcome(qtbot, background, Unsendable())
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ChildBug)
    assert capfd.readouterr().err == ""


def test_a_milestone_is_told_at_any_pace(qtbot: QtBot, background: Background) -> None:
    run = background.child(Reaching(200))
    told: list[Progress] = []
    run.progress.connect(told.append)
    with qtbot.waitSignal(run.ended):
        pass
    assert [one.done for one in told if isinstance(one, Milestone)] == list(range(200))


def test_a_child_that_dies_is_a_fault_in_words(qtbot: QtBot, background: Background) -> None:
    outcome = _outcome(qtbot, background, Dying())
    assert isinstance(outcome, Failed)
    assert "exit code 7" in outcome.words


class Unreadable:
    """A value that cannot be read where it arrives."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (int, ("not a number",))


@dataclass(frozen=True)
class AnsweringUnreadably:
    """A picklable job whose answer is not."""

    def __call__(self, progress: object, cancelled: object) -> Unreadable:
        return Unreadable()


def test_an_answer_that_cannot_be_read_is_a_failure_and_not_a_wait(qtbot: QtBot, background: Background) -> None:
    outcome = _outcome(qtbot, background, AnsweringUnreadably())
    assert isinstance(outcome, Failed)
    assert "Something went wrong in Bellwether" in outcome.words


def test_a_job_that_cannot_be_sent_is_a_failure_and_not_a_wait(qtbot: QtBot, background: Background) -> None:
    outcome = _outcome(qtbot, background, lambda progress, cancelled: None)
    assert isinstance(outcome, Failed)


def test_cancelling_is_an_outcome_of_its_own(qtbot: QtBot, background: Background) -> None:
    run = background.child(Polite())
    run.progress.connect(lambda _progress: run.cancel())
    with qtbot.waitSignal(run.ended) as ended:
        pass
    assert isinstance(ended.args[0], WasCancelled)
    assert not run.running


def test_a_child_that_does_not_stop_is_ended(
    qtbot: QtBot, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("views.background.GRACE_MS", 50)
    run = background.child(Stubborn())
    run.progress.connect(lambda _progress: run.cancel())
    with qtbot.waitSignal(run.ended) as ended:
        pass
    assert isinstance(ended.args[0], WasCancelled)


def test_closing_the_runner_ends_its_children_and_threads(qtbot: QtBot, qapp: object) -> None:
    before = threading.active_count()
    background = Background()
    run = background.child(Stubborn())
    with qtbot.waitSignal(run.progress):
        pass
    background.close()
    assert threading.active_count() == before
    background.deleteLater()


def test_a_write_that_fails_while_closing_leaves_its_kind_in_the_log(
    qtbot: QtBot, qapp: object, expected_logs: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    expected_logs.append("^Nobody was left to be told of a failure: (EnvironmentFault|ZeroDivisionError)$")
    expected_logs.append("^A write was asked for while closing and not done.$")
    bugs: list[BaseException] = []
    background = Background(bug=bugs.append)
    desk = background.desk(background)
    heard: list[object] = []

    def fails() -> None:
        while background._open:
            threading.Event().wait(0.001)
        raise EnvironmentFault("The disk is full.")

    desk.write(fails, heard.append, heard.append)
    desk.write(lambda: 1 / 0, heard.append, heard.append)
    background.close()
    desk.write(lambda: None, heard.append, heard.append)
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [
        "EnvironmentFault",
        "ZeroDivisionError",
        "A write was asked for while closing and not done.",
    ]
    assert [type(bug) for bug in bugs] == [ZeroDivisionError]
    assert heard == []
    background.deleteLater()


def test_an_answer_that_came_just_before_closing_is_not_lost_without_a_trace(
    qtbot: QtBot, qapp: object, expected_logs: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    expected_logs.append("^Nobody was left to be told of a failure: EnvironmentFault$")
    background = Background()
    done = threading.Event()

    def fails() -> None:
        done.set()
        raise EnvironmentFault("The disk is full.")

    background.desk(background).write(fails, lambda _none: None, lambda _failed: None)
    done.wait(60)
    background.close()
    assert len(caplog.records) == 1
    background.deleteLater()


def test_no_page_waits_behind_a_slow_network(qtbot: QtBot, background: Background) -> None:
    desk = background.desk(background)
    gate, heard = threading.Event(), []
    for topic in ("mail", "model"):  # every thread of the network is busy
        desk.reach(topic, lambda: gate.wait(60), heard.append)
    desk.read("page", lambda: "page", heard.append)
    qtbot.waitUntil(lambda: heard == ["page"])
    gate.set()
    qtbot.waitUntil(lambda: heard == ["page", True, True])


def test_the_networks_threads_begin_with_their_first_work(qtbot: QtBot, background: Background) -> None:
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("network")]
    heard: list[bool] = []
    background.desk(background).reach("mail", lambda: True, heard.append)
    qtbot.waitUntil(lambda: heard == [True])
