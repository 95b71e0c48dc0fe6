"""No path sends without consent, over the cap, in quiet hours, or what nobody approved: random histories, all doors.

What was allowed is judged here from what the history did, not from what the book says of it. Every email has words of
its own, so that a mail tells which approval it leaves by; and other programs meddle with what was approved.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import customers, email_events, identities
from models.values.errors import UserError
from models.values.journal import Actor
from models.values.outreach import WRITABLE
from services.audit import undo_last
from services.outreach import (
    approve,
    discard,
    handed_over,
    mail_link,
    read_message,
    recall,
    reschedule,
    retry,
    save,
    send_due,
    settle,
    write_eml,
)
from services.sync import edit_customer
from tests.examples import examples
from tests.servers.mail_server import MailServer, mail_server
from tests.services.outreach.outbox.post import NOW, Post, account_of
from tests.services.withdrawals import left

ADDRESSES = ("one@example.org", "one@example.org", "two@example.org")  # two customers share the first
NAMES = ("Nora Berg", "Ole Lund", "Ida Holm")
#: What another program may do to an email behind everyone's back, as SQL.
MEDDLES = {
    "text": "UPDATE messages SET body = body || ' May I ask how you are?', version = version + 1 WHERE id = ?",
    "mail": "UPDATE messages SET mail = replace(mail, 'short', 'quick') WHERE id = ? AND mail LIKE '%short%'",
    "nobody": "UPDATE messages SET approved_by = NULL WHERE id = ? AND approved_by IS NOT NULL",
    "no_mail": "UPDATE messages SET mail = '' WHERE id = ? AND mail <> ''",
    "queue": "UPDATE messages SET state = 'queued', due_at = changed_at WHERE id = ? AND state = 'in_review'",
}


@dataclass
class Person:
    """What the history did to one customer."""

    id: int
    name: str
    address: str
    consent: str = "given"
    since: int = 0  # which of all that was said of consent
    left_at: int | None = None
    suppressed_until: date | None = None


@dataclass
class History:
    """A book, what happened to it, and what left it."""

    post: Post
    server: MailServer
    folder: Path
    people: list[Person] = field(default_factory=list)
    emails: list[int] = field(default_factory=list)
    whose: dict[int, Person] = field(default_factory=dict)
    approved: dict[int, tuple[Person, str]] = field(default_factory=dict)  # email → whose, and the words approved
    once: dict[str, tuple[Person, str]] = field(default_factory=dict)  # the same by Message-ID, of every approval ever
    meddled: set[int] = field(default_factory=set)
    sent: list[tuple[str, date]] = field(default_factory=list)  # address, day, by anyone
    cap_days: int = 7
    who: int = 0  # the one who is written to
    left: int = 0
    seen: int = 0
    said: int = 0  # how often something was said of consent

    @property
    def today(self) -> date:
        return self.post.workspace.clock.now().date()

    def consent(self, who: int, to: str) -> None:
        person = self._person(who)
        self.said += 1
        person.consent, person.since = to, self.said
        edit_customer(replace(self.post.workspace, person="Kim"), person.id, {"email_consent": to})

    def unsubscribe(self, who: int) -> None:
        person = self._person(who)
        self.said += 1
        person.left_at = self.said
        self._event(person, "unsubscribed")
        left(self.post.workspace, person.address, self.post.workspace.at)

    def suppress(self, who: int, days: int) -> None:
        person = self._person(who)
        person.suppressed_until = self.today + timedelta(days=days)
        self._set(person, suppressed_until=person.suppressed_until.isoformat(), suppressed_why="asked")

    def another_sent(self, who: int) -> None:
        person = self._person(who)
        self._event(person, "sent")
        self.sent.append((person.address, self.today))

    def write(self, who: int) -> None:
        body = f"Thank you {'very ' * len(self.emails)}much for being with us.\n\nWould a short call suit you?"
        person = self._person(who)
        self.emails.append(self.post.written(person.id, body=body).id)
        self.whose[self.emails[-1]] = person

    def approve(self, which: int, hours: int) -> None:
        number = self._email(which)
        at = self.post.workspace.clock.now() + timedelta(hours=hours)
        approve(self.post.workspace, number, at=at.isoformat() if hours else None)
        message = read_message(self.post.workspace, number)
        self.meddled.discard(number)
        said = _bare(f"{message.greeting}{message.body}Ada Lindqvist")
        self.once[str(message.message_id)] = self.approved[number] = (self.whose[number], said)

    def edit(self, which: int) -> None:
        message = read_message(self.post.workspace, self._email(which))
        save(self.post.workspace, replace(message.edit, body=f"{message.body}\n\nMay I ask how you are?"))
        self.approved.pop(message.id, None)

    def undo(self) -> None:
        undo_last(self.post.workspace)
        for number in self.emails:  # an undone approval is none, and one that an undo brings back is the one it was
            message = read_message(self.post.workspace, number)
            if message.state in WRITABLE:
                self.approved.pop(number, None)
            elif str(message.message_id) in self.once and number not in self.meddled:
                self.approved[number] = self.once[str(message.message_id)]

    def take_back(self, act: str, which: int) -> None:
        number = self._email(which)
        {"recall": recall, "discard": discard}[act](self.post.workspace, [number])
        self.approved.pop(number, None)

    def move_away(self, who: int) -> None:
        person = self._person(who)
        person.address = f"moved{person.id}{len(self.emails)}@example.org"
        self._set(person, email=person.address)
        known = self.post.value("SELECT count(*) FROM identities WHERE value = ?", person.address)
        if not known:
            self.post.add(identities, customer_id=person.id, kind="email", source="", value=person.address)

    def meddle(self, which: int, how: str) -> None:
        number = self._email(which)
        store = self.post.workspace.store
        with store.unit_of_work(Actor("system", "test"), "meddle", "test", at=self.post.workspace.at) as work:
            done = work.sql(MEDDLES[how], (number,)).rowcount
            work.commit()
        if done:
            self.approved.pop(number, None)
        if done and how != "queue":  # what is queued behind everyone's back may still be approved again as it was
            self.meddled.add(number)

    def cap(self, days: int) -> None:
        self.cap_days = days
        self.post.policy(email_cap_days=days)

    def settle(self, which: int, delivered: bool) -> None:
        number = self._email(which)
        settle(self.post.workspace, number, delivered=delivered)
        if not delivered:
            self.approved.pop(number, None)

    def say_handed_over(self, which: int) -> None:
        message = read_message(self.post.workspace, self._email(which))
        handed_over(self.post.workspace, message.id, "eml")
        self.sent.append((message.to_address or "", self.today))

    def trouble(self, stage: str, act: str) -> None:
        self.server.at(stage, act, times=1)

    def send(self, now: bool) -> None:
        send_due(self.post.workspace, now=now)

    def send_only(self, which: int) -> None:
        send_due(self.post.workspace, now=True, only=[self._email(which)])

    def save_file(self, which: int) -> None:
        number = self._email(which)
        path = write_eml(self.post.workspace, number, self.folder)
        parsed = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(parsed, EmailMessage) and parsed["X-Unsent"] == "1"
        self._may_leave(str(parsed["To"].addresses[0].addr_spec), str(parsed.get_content()))

    def open_link(self, which: int) -> None:
        found = urlsplit(mail_link(self.post.workspace, self._email(which)))
        self._may_leave(unquote(found.path), unquote(found.query.partition("body=")[2]))

    def look(self) -> None:
        """Judge every mail that the server has taken since."""
        for mail in self.server.accepted[self.seen :]:
            self.seen += 1
            (address,) = mail.recipients
            self._may_leave(address, str(mail.message.get_content()))
            self.sent.append((address, self.today))

    def _may_leave(self, address: str, text: str) -> None:
        self.left += 1
        now = self.post.workspace.clock.now()
        there = [one for one in self.people if one.address == address]
        assert time(8) <= now.time() < time(20) and now.weekday() < 5, f"in quiet hours: {now}"
        near = [day for sent_to, day in self.sent if sent_to == address and (self.today - day).days < self.cap_days]
        assert not near, f"over the cap of {self.cap_days}: {near} on {self.today}"
        assert all(one.suppressed_until is None or one.suppressed_until < self.today for one in there)
        assert any(self._gave(one, there) for one in there), f"without consent: {there}"
        theirs = [approved for person, approved in self.approved.values() if person.address == address]
        assert any(_bare(text).startswith(approved) for approved in theirs), f"nobody approved this for {address}"

    def _gave(self, person: Person, there: list[Person]) -> bool:
        """Whether one gave consent, and nobody under the address took it back since."""
        if person.consent != "given":
            return False
        return all(
            (one.consent != "withdrawn" or one.since < person.since)
            and (
                one.left_at is None
                or one.left_at < person.since
                or (one.consent == "given" and one.since > one.left_at)
            )
            for one in there
        )

    def _person(self, after: int) -> Person:
        return self.people[(self.who + after) % len(self.people)]

    def _email(self, which: int) -> int:
        if not self.emails:
            raise UserError("There is none yet.")
        return self.emails[which % len(self.emails)]

    def _set(self, person: Person, **values: Any) -> None:
        store = self.post.workspace.store
        with store.unit_of_work(Actor("system", "test"), "edit", "test", at=self.post.workspace.at) as work:
            work.update(customers, person.id, values)
            work.commit()

    def _event(self, person: Person, kind: str) -> None:
        self.post.add(
            email_events,
            customer_id=person.id,
            source="test",
            external_id=f"E{id(object())}-{self.post.value('SELECT count(*) FROM email_events')}",
            kind=kind,
            happened_on=self.today.isoformat(),
        )


def _bare(text: str) -> str:
    """Return a text without blanks and breaks, which the way out may change."""
    return "".join(text.split())


WHO = st.integers(0, 2)
NEXT = st.sampled_from([0, 0, 0, 1])  # mostly the one who is written to, else the one after
WHICH = st.integers(-3, -1)  # the last emails: the others are done with
HAPPENS = st.one_of(
    st.tuples(st.just("consent"), NEXT, st.sampled_from(["given", "withdrawn", "unknown"])),
    st.tuples(st.just("unsubscribe"), NEXT),
    st.tuples(st.just("suppress"), NEXT, st.integers(0, 9)),
    st.tuples(st.just("another_sent"), NEXT),
    st.tuples(st.just("approve"), WHICH, st.sampled_from([0, 5, 60])),
    st.tuples(st.just("edit"), WHICH),
    st.tuples(st.just("undo")),
    st.tuples(st.just("cap"), st.sampled_from([1, 3, 7])),
    st.tuples(st.just("take_back"), st.just("recall"), WHICH),
    st.tuples(st.just("move_away"), NEXT),
    st.tuples(st.just("meddle"), WHICH, st.sampled_from(list(MEDDLES))),
    st.tuples(st.just("meddle"), WHICH, st.sampled_from(list(MEDDLES))),
    st.tuples(st.just("retry"), WHICH),
    st.tuples(st.just("reschedule"), WHICH, st.sampled_from([None, 3, 30])),
    st.tuples(st.just("take_back"), st.just("discard"), WHICH),
    st.tuples(st.just("settle"), WHICH, st.booleans()),
    st.tuples(st.just("say_handed_over"), WHICH),
    st.tuples(st.just("trouble"), st.sampled_from(["rcpt", "end"]), st.sampled_from(["550 no", "close"])),
    st.tuples(st.just("trouble"), st.just("accepted"), st.just("close")),
    st.tuples(st.just("move"), st.sampled_from([60, 600, 1440, 4320])),
)
DOORS = st.one_of(
    st.tuples(st.just("send"), st.booleans()),
    st.tuples(st.just("send_only"), WHICH),
    st.tuples(st.just("save_file"), WHICH),
    st.tuples(st.just("open_link"), WHICH),
)
#: An email that is written, approved and tried at a door, with something happening before and after the approval.
TRIES = st.tuples(
    WHO,
    st.lists(HAPPENS, max_size=2),
    st.lists(HAPPENS, max_size=2),
    st.sampled_from([0, 11, 11, 11]),
    DOORS,
    st.sampled_from([0, 7 * 1440, 7 * 1440, 6 * 1440]),
)


def try_it(history: History, one: tuple[Any, ...]) -> None:
    """Write to somebody, approve it, let time pass, and try a door."""
    who, before, after, minutes, door, then = one
    history.who = who
    take(history, ("write", 0))
    for step in before:
        take(history, step)
    take(history, ("approve", len(history.emails) - 1, 0))
    for step in after:
        take(history, step)
    take(history, ("move", minutes))
    take(history, door)
    take(history, ("move", then))


def take(history: History, step: tuple[Any, ...]) -> None:
    """Do one step; what is refused with a sentence is a step that did nothing."""
    name, *given_to = step
    workspace = history.post.workspace
    with suppress(UserError):
        if name == "move":
            history.post.move(minutes=given_to[0])
        elif name == "retry":
            retry(workspace, [history._email(given_to[0])])
        elif name == "reschedule":
            hours = given_to[1]
            at = (workspace.clock.now() + timedelta(hours=hours)).isoformat() if hours is not None else None
            reschedule(workspace, [history._email(given_to[0])], at)
        else:
            getattr(history, name)(*given_to)
    history.look()


@contextmanager
def begun(server: MailServer, now: datetime = NOW) -> Iterator[History]:
    """A new book over the same server."""
    server.accepted.clear()
    server.behave()
    with tempfile.TemporaryDirectory() as folder:
        post = Post(Path(folder) / "book.db", account_of(server), now)
        history = History(post, server, Path(folder))
        for name, address in zip(NAMES, ADDRESSES, strict=True):
            history.people.append(Person(post.customer(name, email=address), name, address))
        try:
            yield history
        finally:
            post.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail"), security="none") as running:
        yield running


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tries=st.lists(TRIES, min_size=3, max_size=7))
def test_nothing_leaves_that_may_not(plain: MailServer, tries: list[tuple[Any, ...]]) -> None:
    with begun(plain) as history:
        for one in tries:
            try_it(history, one)
        take(history, ("move", 1440))
        take(history, ("send", True))


def test_what_may_leave_does(plain: MailServer) -> None:
    with begun(plain) as history:
        try_it(history, (0, [], [], 11, ("send", False), 0))
        try_it(history, (2, [], [], 11, ("save_file", -1), 0))
        assert history.left == 2
        try_it(history, (1, [], [], 11, ("send", True), 0))  # under the first one's address
        assert history.left == 2
        take(history, ("move", 7 * 1440))
        take(history, ("approve", 2, 0))
        take(history, ("send", True))
        assert history.left == 3


@pytest.mark.parametrize("door", [("send", True), ("send_only", -1), ("save_file", -1), ("open_link", -1)])
@pytest.mark.parametrize("what", [*MEDDLES, "move_away", "recall"])
def test_what_changed_after_the_approval_leaves_by_no_door(plain: MailServer, what: str, door: tuple[str, Any]) -> None:
    with begun(plain) as history:
        take(history, ("write", 0))
        take(history, ("approve", -1, 0))
        if what in ("queue", "recall"):
            take(history, ("take_back", "recall", -1))
        if what != "recall":
            take(history, ("move_away", 0) if what == "move_away" else ("meddle", -1, what))
        take(history, ("move", 11))
        take(history, door)
        assert history.left == 0 and not plain.accepted
        if what != "queue":
            assert history.post.state(history.emails[-1]) != "sent"
