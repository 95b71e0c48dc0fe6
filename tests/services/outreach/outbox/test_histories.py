"""Random histories of writing, approving, taking back, undoing and sending: no way leads out of the house twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.tables import messages
from models.values.errors import BellwetherError
from models.values.outreach import After, Draft, Edit, Message
from services.alerting.open_alerts import delete_alerts, worked_on
from services.audit import undo_last, verify_book
from services.outreach import (
    approve,
    discard,
    handed_over,
    mail_link,
    read_message,
    recall,
    reopen,
    restore_draft,
    retry,
    save,
    send_due,
    settle,
    write_eml,
)
from services.outreach.outbox.claim import SENDER
from services.settings import QuietHours
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import BODY, Post, account_of

HISTORIES = [5, pytest.param(40, marks=pytest.mark.soak)]
STEPS = 80
#: Done by chance, those named more often more often: with the book, and with an email, mostly one in a fitting state.
ANYWHERE = ("write", "write", "write", "wait", "wait", "undo", "undo", "undo", "undo", "send", "withdraw")
WITH_ONE = {
    "revise": ("draft", "in_review"), "type": ("draft", "in_review"), "restore": ("draft", "in_review"),
    "approve": ("draft", "in_review"), "discard": ("in_review", "failed"), "recall": ("approved", "queued", "failed"),
    "file": ("approved", "queued"), "link": ("approved", "queued"), "fail": ("queued",), "sent": ("approved",),
    "settle": ("in_doubt",), "retry": ("failed",),
}  # fmt: skip


class Hands:
    """What people and programs do, drawn by chance."""

    def __init__(self, post: Post, folder: Path, chance: random.Random) -> None:
        self.post, self.folder, self.chance = post, folder, chance
        self.customers = [post.customer(name) for name in ("Nora Berg", "Ole Lund", "Ida Vik")]
        self.alerts = {customer: post.alert(customer) for customer in self.customers}
        self.taken_out: set[str] = set()
        self.refused = 0

    def act(self) -> None:
        """Do one thing; a refusal is a sentence and never anything else."""
        deed = self.chance.choice((*ANYWHERE, *WITH_ONE, "approve", "approve"))
        try:
            if deed in ANYWHERE:
                getattr(self, f"_{deed}")()
            elif chosen := self._chosen(WITH_ONE[deed] if self.chance.random() < 0.9 else ()):
                self._with(deed, read_message(self.post.workspace, chosen))
        except BellwetherError:
            self.refused += 1

    def _chosen(self, states: Sequence[str]) -> int:
        """An email in one of the states, or any; 0 where there is none."""
        wanted = " OR ".join(f"state = '{one}'" for one in states) or "1"
        count = self.post.value(f"SELECT count(*) FROM messages WHERE {wanted}")
        place = self.chance.randrange(count) if count else 0
        return self.post.value(f"SELECT id FROM messages WHERE {wanted} ORDER BY id LIMIT 1 OFFSET ?", place) or 0

    def _likely(self) -> bool:
        return self.chance.random() < 0.6

    def _write(self) -> None:
        customer = self.chance.choice(self.customers)
        name = self.post.value("SELECT name FROM customers WHERE id = ?", customer)
        alert = self.alerts[customer] if self._likely() else None
        edit = Edit(0, customer, alert, "check_in", "warm", "person", "Your time with us", f"Dear {name},", BODY, ())
        save(self.post.workspace, edit, draft=_draft(edit) if self._likely() else None, for_review=self._likely())

    def _wait(self) -> None:
        self.post.move(minutes=self.chance.choice((1, 6, 11, 1440)))

    def _undo(self) -> None:
        undo_last(self.post.workspace)

    def _send(self) -> None:
        send_due(self.post.workspace)

    def _withdraw(self) -> None:
        """Look whether alerts could go with their import: nothing may refer to one that nobody worked on."""
        open_alerts = [
            one for one in self.alerts.values() if not self.post.value("SELECT touched FROM alerts WHERE id = ?", one)
        ]
        store, at = self.post.workspace.store, self.post.workspace.at
        with store.unit_of_work(SENDER, "test", "alerts", at=at) as work:
            delete_alerts(work, [one for one in open_alerts if one not in worked_on(work.connection, open_alerts)])

    def _with(self, deed: str, message: Message) -> None:
        workspace, number = self.post.workspace, message.id
        text = self.chance.choice((BODY, f"{BODY}\n\nThank you again."))
        after = After(wait=self._likely(), remind_on="2027-06-25" if self._likely() else None)
        deeds: dict[str, Callable[[], object]] = {
            "revise": lambda: save(workspace, replace(message.edit, body=text), draft=_draft(message.edit)),
            "type": lambda: save(workspace, replace(message.edit, body=text)),
            "approve": lambda: approve(workspace, number, after=after),
            "recall": lambda: recall(workspace, [number]),
            "discard": lambda: discard(workspace, [number]),
            "file": lambda: self._out(message, write_eml(workspace, number, self.folder)),
            "link": lambda: self._out(message, mail_link(workspace, number)),
            "sent": lambda: handed_over(workspace, number, "eml"),
            "settle": lambda: settle(workspace, number, delivered=self._likely()),
            "retry": lambda: retry(workspace, [number]),
            "restore": lambda: restore_draft(workspace, number, reopen(workspace, number).versions[-1].id),
            "fail": lambda: self._fail(message),
        }
        if deed != "restore" or reopen(workspace, number).versions:
            deeds[deed]()

    def _out(self, message: Message, _given: object) -> None:
        self.taken_out.add(message.message_id or "")
        if self._likely():  # what matters most here, and is rare by chance
            self._undo()
            self._wait()
            self._send()

    def _fail(self, message: Message) -> None:
        """What a round writes down where the server refuses, or the line breaks at the end."""
        values = {"state": self.chance.choice(("failed", "in_doubt")), "fault": "No answer came."}
        with self.post.workspace.store.unit_of_work(SENDER, "test", "mail", at=self.post.workspace.at) as work:
            if message.state == "queued":
                work.update(messages, message.id, values)
            work.commit()


def _draft(edit: Edit) -> Draft:
    return Draft(edit.subject, edit.greeting, edit.body, "person", "a draft", ())


@pytest.mark.parametrize("histories", HISTORIES)
def test_whatever_is_done_and_undone_no_email_goes_out_twice_or_by_two_ways(
    tmp_path: Path, server: MailServer, histories: int
) -> None:
    done = 0
    for seed in range(histories):
        server.accepted.clear()
        post = Post(tmp_path / f"{seed}.bellwether", account_of(server))
        try:
            post.workspace.keyring.set(post.workspace.preferences.mail.secret, "right")
            post.policy(email_cap_days=1, quiet_hours=QuietHours(enabled=False))
            hands = Hands(post, tmp_path, random.Random(seed))
            for _ in range(STEPS):
                hands.act()
            received = Counter(mail.message_id for mail in server.accepted)
            assert max(received.values(), default=1) == 1, f"history {seed}: sent twice"
            assert not received.keys() & hands.taken_out, f"history {seed}: sent beside the mail app"
            assert verify_book(post.workspace).ok, f"history {seed}: the journal"
            done += STEPS - hands.refused
        finally:
            post.close()
    assert done > histories * STEPS / 3, "most of what was tried was refused: nothing was shown"
