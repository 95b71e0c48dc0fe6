"""After a "no" nothing is sent to an address until a later explicit "yes", whatever is imported, edited or undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models import sqlite
from models.values.errors import UserError
from services.audit import undo_last
from services.duplicates import merge_customers
from services.permission import may_email
from services.permission.answer import may_send
from services.permission.ledger import address_key, standing, stored_key
from services.settings import BusinessHours, Policy
from services.sync import (
    add_contact,
    add_customer,
    edit_contact,
    edit_customer,
    record_consent,
    run_import,
    undo_import,
)
from services.sync.kinds.memo import Unfit
from services.sync.kinds.words import to_email
from services.workspace import FixedClock
from tests.examples import examples
from tests.services.sync.book import Book, open_book, write_csv

BEGIN = datetime(2026, 11, 21, 8, tzinfo=UTC)
HEAD = ("id", "name", "email", "newsletter", "consent since")
ADDRESSES = ("ann@x.example", "Ann@X.example ", "bo@bücher.example", "bo@xn--bcher-kva.example")
ZONES = ("UTC", "America/Los_Angeles", "Pacific/Auckland")
DAYS = st.none() | st.integers(-3, 1)
WHO, ADDRESS, WORD = st.integers(1, 2), st.sampled_from(ADDRESSES), st.sampled_from(["given", "withdrawn"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("file"), WHO, ADDRESS, st.sampled_from(["yes", "no", ""]), DAYS),
        st.tuples(st.just("event"), WHO, st.integers(-30, 2)),
        st.tuples(st.just("say"), WHO, WORD, DAYS),
        st.tuples(st.just("move"), WHO, ADDRESS),
        st.tuples(st.just("person"), WHO, ADDRESS, WORD),
        st.tuples(st.just("address"), ADDRESS, WORD, DAYS),
        st.tuples(st.just("travel"), st.sampled_from(ZONES)),
        st.tuples(st.just("merge")),
        st.tuples(st.just("undo")),
        st.tuples(st.just("undo import")),
        st.tuples(st.just("wait"), st.integers(0, 30)),
    ),
    min_size=2,
    max_size=9,
)


@dataclass
class World:
    """A book, and what was said in it, kept by other means than its own."""

    book: Book
    folder: Path
    zone: ZoneInfo
    now: datetime = BEGIN
    noes: list[tuple[str, datetime]] = field(default_factory=list)
    yeses: list[tuple[str, datetime, str, int]] = field(default_factory=list)  # the import or the entry that brought it
    files: int = 0

    def clock(self) -> None:
        policy = Policy(business_hours=BusinessHours(time_zone=self.zone.key), consent_on_record=False)
        self.book.workspace = replace(self.book.workspace, clock=FixedClock(self.now), policy=policy)

    def step(self, kind: str, *said: Any) -> None:
        self.clock()
        with suppress(UserError):  # nothing to undo, an address that somebody else has, a day still to come
            getattr(self, f"_{kind.replace(' ', '_')}")(*said)

    def _bring(self, head: tuple[str, ...], row: tuple[str, ...], **more: Any) -> int:
        self.files += 1
        path = write_csv(self.folder / f"{self.files}.csv", head, [row])
        request = self.book.request(path, source="crm", timezone=self.zone.key, **more)
        receipt, _ = run_import(self.book.workspace, replace(request, now=self.book.workspace.at))
        assert receipt.import_id is not None
        return receipt.import_id

    def _file(self, who: int, address: str, word: str, ago: int | None) -> None:
        day = self._day(ago)
        number = self._bring(HEAD, (f"C{who}", f"Name {who}", address, word, day.isoformat() if day else ""))
        key = address_key(address)
        if word == "no":
            self.noes.append((key, self.now if day is None else min(self.now, self._at(day, time(23, 59, 59)))))
        elif word == "yes" and day is not None and self._at(day, time(0)) <= self.now:
            self.yeses.append((key, self._at(day, time(0)), "import", number))

    def _event(self, who: int, hours: int) -> None:
        found = self.book.ask("SELECT email FROM customers WHERE external_id = ?", f"C{who}")
        at = self.now + timedelta(hours=hours)
        row = (f"E{self.files}", f"C{who}", "unsubscribed", at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S"))
        self._bring(("event id", "customer id", "event", "occurred at"), row, entity="email_events")
        if found and found[0][0]:
            self.noes.append((found[0][0], min(at, self.now)))

    def _say(self, who: int, word: str, ago: int | None) -> None:
        number, address = self._customer(who)
        day = self._day(ago)
        since = {"email_consent_since": day.isoformat()} if day else {}
        changes = edit_customer(self.book.workspace, number, {"email_consent": word, **since})
        self._heard(address, word, day, changes.entry)

    def _person(self, who: int, address: str, word: str) -> None:
        firm, _ = self._customer(who)
        known = self.book.ask("SELECT id FROM contacts WHERE customer_id = ?", firm)
        said = {"name": "Kim", "email": address, "email_consent": word}
        work = self.book.workspace
        changes = edit_contact(work, known[0][0], said) if known else add_contact(work, firm, said)
        self._heard(address_key(address), word, None, changes.entry)

    def _address(self, address: str, word: str, ago: int | None) -> None:
        day = self._day(ago)
        changes = record_consent(self.book.workspace, address, word, since=day.isoformat() if day else "")
        self._heard(address_key(address), word, day, changes.entry)

    def _travel(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)

    def _heard(self, address: str | None, word: str, day: date | None, entry: int | None) -> None:
        if not address or entry is None:
            return
        if word == "withdrawn":
            self.noes.append((address, self.now))
        else:
            past = day is not None and day < self.book.workspace.clock.today()
            at = self._at(day, time(0)) if past and day is not None else self.now
            self.yeses.append((address, at, "entry", entry))

    def _move(self, who: int, address: str) -> None:
        edit_customer(self.book.workspace, self._customer(who)[0], {"email": address})

    def _merge(self) -> None:
        merge_customers(self.book.workspace, self._customer(1)[0], self._customer(2)[0])

    def _undo(self) -> None:
        undo_last(self.book.workspace)

    def _undo_import(self) -> None:
        undo_import(self.book.workspace, self.book.one("SELECT max(id) FROM imports WHERE undone_by IS NULL") or 0)

    def _wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours, seconds=1)

    def _customer(self, who: int) -> tuple[int, str | None]:
        found = self.book.ask("SELECT id, email FROM customers WHERE external_id = ?", f"C{who}")
        if not found:
            raise UserError("There is no such customer.")
        return found[0][0], found[0][1]

    def _day(self, ago: int | None) -> date | None:
        return None if ago is None else self.now.astimezone(self.zone).date() + timedelta(days=ago)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone)

    def _stands(self, kind: str, number: int) -> bool:
        if kind == "import":
            return bool(self.book.one("SELECT undone_by IS NULL FROM imports WHERE id = ?", number))
        undone = self.book.ask("SELECT id FROM journal WHERE undoes = ?", number)
        return not any(self._stands("entry", entry) for (entry,) in undone)

    def check(self) -> None:
        """Nobody may be written to under an address whose last "no" no later "yes" answers."""
        self.clock()
        yeses = [(address, at) for address, at, kind, number in self.yeses if self._stands(kind, number)]
        open_noes = {
            one for one, no in self.noes if not any(who == one and no <= yes <= self.now for who, yes in yeses)
        }
        recipients = self.book.ask(
            "SELECT id, 0, email FROM customers UNION ALL SELECT customer_id, id, email FROM contacts"
        )
        with self.book.workspace.store.snapshot() as driver:
            for customer, contact, address in recipients:
                answer = may_send(driver, self.book.workspace.policy, customer, at=self.now, contact_id=contact)
                assert not (answer.allowed and address in open_noes), (address, self.noes, yeses)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[[str], World]]:
    made: list[World] = []

    def make(zone: str) -> World:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(World(open_book(folder / "a.bellwether"), folder, ZoneInfo(zone)))
        return made[-1]

    yield make
    for one in made:
        one.book.workspace.close()


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zone=st.sampled_from(ZONES), steps=STEPS)
def test_after_a_no_nothing_is_sent_until_a_later_yes(
    world: Callable[[str], World], zone: str, steps: list[tuple[Any, ...]]
) -> None:
    one = world(zone)
    one.step("file", 1, ADDRESSES[0], "", None)
    one.step("file", 2, ADDRESSES[2], "", None)
    for step in steps:
        one.step(*step)
        one.check()


def test_a_file_s_no_under_the_old_address_of_a_merged_customer_counts(world: Callable[[str], World]) -> None:
    one = world("UTC")
    for step in (
        ("file", 1, ADDRESSES[0], "", None), ("file", 2, ADDRESSES[2], "", None), ("merge",),
        ("file", 1, ADDRESSES[0], "yes", None), ("file", 2, ADDRESSES[2], "no", None), ("undo import",),
        ("move", 1, ADDRESSES[2]),
    ):  # fmt: skip
        one.step(*step)
        one.check()
    assert refused(one)


def test_a_file_s_later_no_under_an_old_address_takes_a_consent_back(world: Callable[[str], World]) -> None:
    one = world("UTC")
    for step in (
        ("file", 1, ADDRESSES[0], "", None), ("file", 2, ADDRESSES[2], "", None), ("merge",),
        ("file", 2, ADDRESSES[2], "no", -3),
    ):  # fmt: skip
        one.step(*step)
    record_consent(one.book.workspace, ADDRESSES[2], "given")
    one.step("wait", 30)
    one._bring(HEAD[:4], ("C2", "Name 2", ADDRESSES[2], "no"))
    assert not blocked(one, ADDRESSES[2]), "it names no day, so it may be the old one"
    one.step("file", 2, ADDRESSES[2], "no", 0)
    assert blocked(one, ADDRESSES[2])


def test_a_file_s_consent_answers_no_earlier_no_under_an_address_that_came_after_it(
    world: Callable[[str], World],
) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "yes", -1)
    one._bring(HEAD[:3], ("C1", "Name 1", ADDRESSES[2]))
    one.step("event", 1, -60)
    assert blocked(one, ADDRESSES[2])


def test_a_file_s_consent_answers_no_earlier_no_under_an_address_that_a_person_wrote_after_it(
    world: Callable[[str], World],
) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "yes", -1)
    one.step("move", 1, ADDRESSES[2])
    one.step("event", 1, -60)
    assert blocked(one, ADDRESSES[2]) and refused(one), "they consented under the other address"


def test_of_a_no_and_a_yes_of_the_same_moment_only_a_person_s_yes_lifts(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "no", -3)
    one.now = datetime(2026, 11, 22, tzinfo=UTC)  # the beginning of a day, as a file's consent counts
    one.step("say", 1, "withdrawn", None)
    one.step("file", 2, ADDRESSES[0], "yes", 0)
    same = "SELECT said FROM suppression_ledger WHERE since = '2026-11-22T00:00:00Z' ORDER BY id"
    assert one.book.ask(same) == [("withdrawn",), ("given",)]
    assert blocked(one, ADDRESSES[0])
    record_consent(one.book.workspace, ADDRESSES[0], "given")
    assert not blocked(one, ADDRESSES[0])


def test_a_file_s_consent_lifts_nothing_once_its_import_is_undone(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "no", -3)
    one.step("file", 1, ADDRESSES[0], "yes", -1)
    assert not blocked(one, ADDRESSES[0])
    one.step("undo import")
    assert blocked(one, ADDRESSES[0])


def test_a_no_by_hand_counts_from_now_whatever_its_day(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "", None)
    one.step("say", 1, "withdrawn", -3)
    one.step("file", 2, ADDRESSES[0], "yes", -1)
    assert blocked(one, ADDRESSES[0])


def test_a_contact_s_no_in_a_file_blocks_their_address(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "", None)
    head = ("Id", "AccountId", "LastName", "FirstName", "Title", "Email", "HasOptedOutOfEmail")
    one._bring(head, ("P1", "C1", "Berg", "Bo", "Buyer", ADDRESSES[2], "1"))
    assert one.book.one("SELECT count(*) FROM contacts") == 1
    assert blocked(one, ADDRESSES[2]) and not blocked(one, ADDRESSES[0])


def test_the_advice_reads_the_ledger_as_the_send_policy_does(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "", None)
    one.step("file", 2, "", "", None)
    one.step("event", 1, -60)
    record_consent(one.book.workspace, ADDRESSES[2], "withdrawn")
    add_contact(one.book.workspace, 2, {"name": "Bo", "email": ADDRESSES[2]})
    assert advised(one) == [] and refused(one) and refused(one, 2)
    for who, address in ((1, ADDRESSES[0]), (2, ADDRESSES[2])):
        add_contact(one.book.workspace, who, {"name": "Kim", "email": address, "email_consent": "given"})
    one.step("wait", 1)
    assert advised(one) == [1, 2] and not refused(one) and not refused(one, 2)


def advised(world: World) -> list[int]:
    """The customers to whom the rules may advise an email today."""
    found = world.book.ask(
        f"SELECT c.id FROM customers c WHERE {may_email('?1')} ORDER BY c.id", world.now.date().isoformat()
    )
    return [number for (number,) in found]


def blocked(world: World, address: str) -> bool:
    """Whether a withdrawal stands under an address at the moment."""
    with world.book.workspace.store.snapshot() as driver:
        return standing(driver, address, world.now) is not None


def refused(world: World, who: int = 1) -> bool:
    """Whether the send policy refuses a customer at the moment."""
    world.clock()
    number = world.book.one("SELECT id FROM customers WHERE external_id = ?", f"C{who}")
    with world.book.workspace.store.snapshot() as driver:
        return not may_send(driver, world.book.workspace.policy, number, at=world.now).allowed


def test_undo_says_that_it_lifts_no_withdrawal(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "", None)
    number = one.book.one("SELECT id FROM customers")
    before = one.book.hash()
    edit_customer(one.book.workspace, number, {"email_consent": "withdrawn"})
    undone = undo_last(one.book.workspace)
    (kept,) = undone.kept
    assert kept.startswith("ann@x.example stays on the suppression list. If that was a mistake, record consent:")
    assert "`bellwether consent ann@x.example given`" in kept and "Settings, Privacy" in kept
    assert one.book.hash() == before, "the ledger is no part of the content"
    assert refused(one)
    one.step("wait", 1)
    one.step("say", 1, "given", None)
    assert not refused(one)
    one.step("undo")
    assert refused(one), "a consent that was undone lifts nothing"


def test_an_import_that_is_undone_leaves_its_withdrawals(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[2], "no", None)
    undone = undo_import(one.book.workspace, 1)
    assert any("1 address stays on the suppression list." in one and "ADDRESS given" in one for one in undone.kept)
    add_customer(one.book.workspace, {"name": "Bo", "email": ADDRESSES[3]})
    number = one.book.one("SELECT id FROM customers")
    with one.book.workspace.store.snapshot() as driver:
        assert not may_send(driver, one.book.workspace.policy, number, at=one.now).allowed


@pytest.mark.parametrize(("day", "lifted"), [(None, False), (-3, False), (-2, False), (-1, True)])
def test_only_a_dated_later_consent_of_a_file_lifts(
    world: Callable[[str], World], day: int | None, lifted: bool
) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "no", -2)
    one.step("file", 1, ADDRESSES[0], "yes", day)
    assert refused(one) is not lifted


def test_a_day_still_to_come_in_a_file_lifts_nothing_when_it_comes(world: Callable[[str], World]) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "no", -2)
    one.step("file", 1, ADDRESSES[0], "yes", 1)
    one.now += timedelta(days=2)
    assert refused(one)


def test_an_unsubscribe_counts_from_its_moment_west_of_utc(world: Callable[[str], World]) -> None:
    one = world("America/Los_Angeles")
    one.now = datetime(2026, 11, 21, 1, tzinfo=UTC)  # still the 20th there
    one.step("file", 1, ADDRESSES[0], "yes", -3)
    assert not refused(one)
    one.step("event", 1, 0)
    one.now += timedelta(minutes=15)
    assert refused(one)


def test_consent_before_an_unsubscribe_that_comes_to_be_known_later_stands_if_it_is_later(
    world: Callable[[str], World],
) -> None:
    one = world("UTC")
    one.step("file", 1, ADDRESSES[0], "yes", -1)
    one.step("event", 1, -60)
    assert not refused(one)
    one.step("event", 1, -1)
    assert refused(one)


def test_a_withdrawal_without_an_address_counts_for_the_one_that_comes_to_be_known(
    world: Callable[[str], World],
) -> None:
    one = world("UTC")
    one.step("event", 1, -60)  # makes the customer, who has no address yet
    one.step("file", 1, ADDRESSES[0], "", None)
    one.step("file", 2, "", "no", -5)
    one.step("move", 2, ADDRESSES[2])
    assert one.book.ask("SELECT DISTINCT address FROM suppression_ledger ORDER BY 1") == [
        ("ann@x.example",), ("bo@xn--bcher-kva.example",),
    ]  # fmt: skip
    assert refused(one) and refused(one, 2)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (" Ann.Lee@X.example ", "ann.lee@x.example"),
        ("bo@BÜCHER.example", "bo@xn--bcher-kva.example"),
        ("a.n.n@x.example", "a.n.n@x.example"),
        ("nobody", "nobody"),
        (None, ""),
    ],
)
def test_addresses_are_compared_as_one(written: str | None, key: str) -> None:
    assert address_key(written) == key


LETTERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5) | st.text(
    "aZİßΣéK.\u3002 ", min_size=1
)


@given(local=LETTERS, domain=LETTERS)
@example("Ann", "Bücher")
@example("İΣ", "ＢÜ\u3002ß")
def test_a_stored_address_is_its_own_key_in_sql_too(local: str, domain: str) -> None:
    try:
        stored = to_email(f" {local}@{domain}.Example ")
    except Unfit:
        return
    with closing(sqlite.connect(":memory:")) as connection:
        (key,) = connection.execute(f"SELECT {stored_key('?1')}", (stored,)).fetchone()
    assert stored == address_key(stored) == key


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ann@раypal.example", "The domain “раypal.example” mixes Cyrillic and Latin letters: check the address"),
        (
            "ann@сосо.example",
            "The domain “сосо.example” only looks like coco.example, which others in the book have: check the address",
        ),
        ("ann@вода.example", ""),
        ("ann@bücher.example", ""),
        ("ann@日本の.example", ""),
        ("ann@coco.example", ""),
    ],
)
def test_a_domain_that_reads_like_another_is_said(world: Callable[[str], World], address: str, says: str) -> None:
    one = world("UTC")
    add_customer(one.book.workspace, {"name": "Coco", "email": "info@coco.example"})
    one.step("file", 1, address, "yes", -1)
    one.clock()
    number = one.book.one("SELECT max(id) FROM customers WHERE email = ?", address_key(address))
    with one.book.workspace.store.snapshot() as driver:
        answer = may_send(driver, one.book.workspace.policy, number, at=one.now)
    assert answer.allowed
    assert [words for _, words in answer.lines if "domain" in words] == ([says] if says else [])
