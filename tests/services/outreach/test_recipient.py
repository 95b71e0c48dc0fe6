"""Emails go to a chosen contact: their address, their name, their consent, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.queries.contacts import contacts_of
from models.values.errors import UserError
from services.audit import undo_last
from services.insight import reading
from services.insight.reach import read_reach
from services.outreach import compose, draft_by_template, readdress, review, save
from services.outreach.mail import email_of
from services.permission.answer import may_send
from services.sync.contacts_by_hand import add_contact, edit_contact
from services.workspace import Recipe, Workspace, open_workspace
from tests.services.insight.conftest import NOW, Fresh, SmallBook
from tests.services.withdrawals import left

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def small(store_path: Path) -> Iterator[SmallBook]:
    workspace = open_workspace(Recipe(str(store_path), "Ada", NOW))
    made = SmallBook(workspace)
    yield made
    made.close()
    workspace.close()


@pytest.fixture
def firm(small: SmallBook) -> int:
    consent = {"email_consent": "given", "email_consent_since": "2024-01-01"}
    return small.customer("Linden Supply", company="Linden Supply", email="info@linden.example", **consent)


def _allowed(workspace: Workspace, customer: int, contact: int | None) -> bool:
    with workspace.store.snapshot() as driver:
        return may_send(driver, workspace.policy, customer, at=AT, contact_id=contact).allowed


def test_each_contact_has_a_consent_of_their_own(small: SmallBook, firm: int) -> None:
    def contact(name: str, email: str, consent: str, whose: int = firm) -> int:
        said = {"email_consent": consent, "email_consent_since": "2024-01-01"}
        return small.event("contacts", whose, name=name, email=email, **said)

    ada, kim = contact("Ada Stone", "ada@linden.example", "given"), contact("Kim Berg", "kim@x.example", "withdrawn")
    lee, none = contact("Lee Pike", "lee@x.example", "unknown"), contact("Nobody", "", "given")
    policy = small.workspace.policy
    found = {one: _allowed(small.workspace, firm, one) for one in (None, ada, kim, lee, none)}
    assert found == {None: True, ada: True, kim: False, lee: not policy.consent_on_record, none: False}
    other = small.customer("Marlow Pike")
    left(small.workspace, "kim@x.example", "2024-01-01")
    again = contact("Kim Berg", "Kim@x.example", "given", other)
    assert not _allowed(small.workspace, other, again), "who withdrew under the address is not written to anywhere"
    small.run("UPDATE customers SET email_consent = 'withdrawn' WHERE id = ?", firm)
    assert not _allowed(small.workspace, firm, None)
    assert _allowed(small.workspace, firm, ada), "a company's consent is not its people's"


def test_a_contact_who_gave_consent_is_written_to_where_the_company_did_not(small: SmallBook) -> None:
    firm = small.customer("Xx-holding", company="Xx-holding", email="info@xx.example", email_consent="unknown")
    small.event("contacts", firm, name="Kim Berg", email="kim@x.example", email_consent="withdrawn")
    vera = small.event("contacts", firm, name="Vera Hayashi", email="vera@x.example", email_consent="given")
    composed = compose(small.workspace, firm)
    assert (composed.edit.contact_id, composed.to_address) == (vera, "vera@x.example")
    assert {one.name: one for one in review(small.workspace, composed.edit).checks}["permission"].passed
    edit = readdress(small.workspace, composed.edit, None).edit
    checks = {one.name: one for one in review(small.workspace, edit).checks}
    assert checks["permission"].why == "Write to Vera Hayashi, who gave consent"
    assert checks["permission"].instead == "Vera Hayashi"
    assert "fields" not in checks, "a customer's own name is no open field"
    reach = Fresh(small.workspace)(
        lambda one: read_reach(one, one.row("SELECT * FROM customers WHERE id = ?", (firm,)))
    )
    assert reach.words == "Write to Vera Hayashi, who gave consent."


def test_whoever_answered_last_is_written_to_and_greeted_where_they_may_be(small: SmallBook, firm: int) -> None:
    given = {"email_consent": "given", "email_consent_since": "2024-01-01"}
    small.event("contacts", firm, name="Ada Stone", email="ada@linden.example", is_primary=1, **given)
    kim = small.event("contacts", firm, name="Kim Berg", email="kim@linden.example", **given)
    lee = small.event("contacts", firm, name="Lee Pike", email="lee@linden.example", email_consent="withdrawn")
    assert compose(small.workspace, firm).edit.contact_id is None, "nobody answered: the firm's own address"

    def replied(address: str, day: str, kind: str = "replied") -> None:
        small.event("email_events", firm, kind=kind, address=address, happened_on=day)

    replied("Kim@linden.example", "2026-10-01")
    replied("ada@linden.example", "2026-10-05", kind="clicked")
    edit = compose(small.workspace, firm).edit
    assert (edit.contact_id, edit.greeting) == (kim, "Hello Kim,")
    replied("lee@linden.example", "2026-10-09")
    assert compose(small.workspace, firm).edit.contact_id != lee, "who withdrew is not written to"


def test_where_the_company_withdrew_both_drafts_name_the_contact_who_gave_consent(small: SmallBook) -> None:
    firm = small.customer("Linden Co", company="Linden Co", email="info@lin.example", email_consent="withdrawn")
    assert "do not email them until they give it again" in compose(small.workspace, firm).note
    small.event("contacts", firm, name="Lena Quill", email="lena@lin.example", email_consent="unknown")
    small.event("contacts", firm, name="Kai Jensen", email="kai@lin.example", email_consent="given")
    said = compose(small.workspace, firm).note
    assert said.startswith("Consent was withdrawn: write to Kai Jensen, who gave consent.") and "do not" not in said
    lena = compose(small.workspace, firm, contact="Lena Quill").edit
    checks = {one.name: one for one in review(small.workspace, lena).checks}
    assert checks["permission"].why == "Write to Kai Jensen, who gave consent"
    assert compose(small.workspace, firm, contact="Kai Jensen").note == ""


def test_a_draft_greets_the_contact_and_goes_to_their_address(small: SmallBook, firm: int) -> None:
    workspace = small.workspace
    add_contact(workspace, firm, {"name": "Ada Stone", "role": "Buyer", "email": "ada@linden.example"})
    add_contact(workspace, firm, {"name": "Kim Berg", "email": "kim@linden.example", "email_consent": "given"})
    assert compose(workspace, firm).edit.contact_id is None
    composed = compose(workspace, firm, contact="kim berg")
    assert (composed.to_address, composed.customer) == ("kim@linden.example", "Linden Supply")
    assert "Kim" in composed.edit.greeting
    assert [one.name for one in composed.recipients] == ["Ada Stone", "Kim Berg"]
    message = save(workspace, composed.edit)
    assert message.contact_id == composed.edit.contact_id
    with workspace.store.snapshot() as driver:
        email = email_of(driver, workspace, message)
    assert (email.to_name, email.to_address) == ("Kim Berg", "kim@linden.example")
    assert {check.name: check.passed for check in review(workspace, message.edit).checks}["permission"]
    again = draft_by_template(workspace, firm, goal="check_in", contact_id=message.contact_id)
    assert "Kim" in again.greeting
    with pytest.raises(UserError, match="not one contact"):
        compose(workspace, firm, contact="Lee")


def test_contacts_are_edited_by_hand_and_one_is_primary(small: SmallBook, firm: int) -> None:
    workspace = small.workspace
    add_contact(workspace, firm, {"name": "Ada Stone", "email": "ada@linden.example", "is_primary": "yes"})
    add_contact(workspace, firm, {"name": "Kim Berg", "email": "kim@linden.example", "email_consent": "given"})
    with reading(workspace) as reader:
        ada, kim = contacts_of(reader.driver, firm)
    assert (ada.primary, kim.primary) == (True, False)
    edit_contact(workspace, kim.id, {"is_primary": "yes"})
    edit_contact(workspace, kim.id, {"email": "kb@linden.example"})
    with reading(workspace) as reader:
        first, second = contacts_of(reader.driver, firm)
    assert (first.name, first.primary, first.email, first.consent) == ("Kim Berg", True, "kb@linden.example", "unknown")
    assert (second.id, second.primary) == (ada.id, False)
    for _ in range(4):
        undo_last(workspace)
    with reading(workspace) as reader:
        assert contacts_of(reader.driver, firm) == ()


def test_it_is_clear_whose_consent_counts_and_to_whom_the_mail_goes(small: SmallBook, firm: int) -> None:
    withdrew = {"email_consent": "withdrawn", "email_consent_since": "2024-05-04"}
    vera = small.event("contacts", firm, name="Vera Hayashi", role="Owner", email="vera@x.example", **withdrew)

    def said(contact: int | None) -> list[str]:
        with small.workspace.store.snapshot() as driver:
            answer = may_send(driver, small.workspace.policy, firm, at=AT, contact_id=contact or 0)
        return [words for _, words in answer.lines[:2]]

    assert said(None) == [
        "Consent given 1 Jan 2024",
        "Consent withdrawn by Vera Hayashi: this goes to info@linden.example, not to them",
    ]
    assert said(vera)[0] == "Consent of Vera Hayashi withdrawn 4 May 2024"
    left(small.workspace, "info@linden.example", "2024-05-04")
    assert said(None)[0] == "Consent withdrawn for info@linden.example 4 May 2024"


def test_nobody_is_primary_where_the_book_does_not_say_so(small: SmallBook, firm: int) -> None:
    add_contact(small.workspace, firm, {"name": "Ada Stone"})
    with reading(small.workspace) as reader:
        (ada,) = contacts_of(reader.driver, firm)
    assert not ada.primary
