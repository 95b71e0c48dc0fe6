"""Long work as it runs in a child: each file is told when it is in the book, a cancel takes nothing back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from models.values.errors import Cancelled
from models.values.imports import FileProgress, ImportOptions, ImportRequest, Progress
from services.pipeline.jobs import (
    CANCELLED_BEFORE,
    FileDone,
    ImportJob,
    ImportOutcome,
    ImportResult,
    RoundJob,
    import_files,
)
from services.sync import imports_history
from services.workspace import Recipe, Workspace, open_workspace

NAMES = ("ada", "bo", "cy")


@dataclass
class Person:
    """Watches the work and cancels it when it has seen enough."""

    enough: Callable[[Progress], bool] = lambda _step: False
    enough_files: int = 99
    told: list[Progress] = field(default_factory=list)
    done: list[ImportResult] = field(default_factory=list)
    cancelled: bool = False

    def progress(self, step: Progress) -> None:
        self.told.append(step)
        self.cancelled = self.cancelled or self.enough(step)

    def is_cancelled(self) -> bool:
        return self.cancelled or len(self.done) >= self.enough_files


@pytest.fixture
def book(store_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(Recipe(str(store_path), "Ada", "2026-11-19T09:00:00+00:00"))
    yield workspace
    workspace.close()


@pytest.fixture
def requests(book: Workspace, tmp_path: Path) -> tuple[ImportRequest, ...]:
    """Three files of orders, each with a customer of its own."""
    made = []
    for name in NAMES:
        path = tmp_path / f"{name}.csv"
        rows = [f"{name}{n},{name},{name}@elm.example,2026-11-{n:02d},12.50,USD" for n in range(1, 9)]
        path.write_text("\n".join(["Order ID,Customer ID,Email,Ordered at,Line total,Currency", *rows]) + "\n")
        options = ImportOptions(timezone="UTC", source="shop")
        made.append(ImportRequest(book.recipe.store, str(path), book.at, "Ada", options))
    return tuple(made)


def run(book: Workspace, requests: tuple[ImportRequest, ...], person: Person) -> ImportOutcome:
    return import_files(
        book, requests, score=True, progress=person.progress, cancelled=person.is_cancelled, on_done=person.done.append
    )


def of_file(step: Progress) -> int:
    return step.number if isinstance(step, FileProgress) else -1


def test_each_file_is_told_with_what_it_changed(book: Workspace, requests: tuple[ImportRequest, ...]) -> None:
    person = Person()
    outcome = run(book, requests, person)
    assert tuple(person.done) == outcome.files
    assert all(one.receipt is not None and "orders" in one.changes.tables for one in person.done)
    assert {of_file(step) for step in person.told} == {0, 1, 2, 3}
    assert outcome.pipeline.scores is not None and not outcome.stopped


def test_a_cancel_in_the_first_file_keeps_nothing(book: Workspace, requests: tuple[ImportRequest, ...]) -> None:
    person = Person(lambda step: of_file(step) == 0)
    with pytest.raises(Cancelled):
        run(book, requests, person)
    assert person.done == [] and list(imports_history(book)) == []


def test_a_cancel_in_a_later_file_keeps_the_ones_before_and_scores_nothing(
    book: Workspace, requests: tuple[ImportRequest, ...]
) -> None:
    person = Person(lambda step: of_file(step) == 1)
    outcome = run(book, requests, person)
    assert [one.error for one in outcome.files] == ["", CANCELLED_BEFORE, CANCELLED_BEFORE]
    assert len(person.done) == 1 and len(imports_history(book)) == 1
    assert outcome.stopped and outcome.pipeline.scores is None
    assert outcome.pipeline.changes.customers or outcome.pipeline.changes.everyone


def test_a_cancel_while_scoring_keeps_every_file_and_the_next_round_scores(
    book: Workspace, requests: tuple[ImportRequest, ...]
) -> None:
    outcome = run(book, requests, Person(enough_files=len(NAMES)))
    assert outcome.stopped and outcome.pipeline.scores is None
    assert all(one.receipt for one in outcome.files)
    with book.store.read() as connection:
        assert not connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar()
    changes = RoundJob(book.recipe)(lambda _step: None, lambda: False)
    assert "customer_risk_scores" in changes.tables
    with book.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar() == len(NAMES)


def test_the_job_tells_each_file_over_the_channel(book: Workspace, requests: tuple[ImportRequest, ...]) -> None:
    person = Person()
    ImportJob(book.recipe, requests, score=False)(person.progress, person.is_cancelled)
    assert [Path(one.result.file).stem for one in person.told if isinstance(one, FileDone)] == list(NAMES)


def test_a_cancel_between_scores_and_alerts_is_made_good_by_the_next_round(
    book: Workspace, requests: tuple[ImportRequest, ...], tmp_path: Path
) -> None:
    path = tmp_path / "tickets.csv"
    said = f"T1,{NAMES[0]},2026-11-18,open,urgent,Leaving,We are cancelling and we will leave you"
    path.write_text(f"ticket_id,customer_id,created_at,status,priority,subject,description\n{said}\n")
    requests = (*requests, replace(requests[0], file=str(path)))
    outcome = run(book, requests, Person(lambda step: of_file(step) == len(requests)))
    assert outcome.stopped
    with book.store.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM alerts").scalar()
    assert RoundJob(book.recipe)(lambda _step: None, lambda: False).tables
    with book.store.read() as connection:
        after = connection.exec_driver_sql("SELECT count(*) FROM alerts").scalar()
    assert before == 0 and after is not None and after > 0
