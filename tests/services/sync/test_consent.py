"""Consent that was withdrawn is not given again by a file that does not know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from services.audit import undo_last
from services.sync import add_contact, add_customer, edit_customer, record_consents, undo_import
from tests.services.sync.book import Book, counts, write_csv

HEAD = ["id", "name", "email", "newsletter"]


def consent_of(book: Book) -> str:
    return str(book.one("SELECT email_consent FROM customers"))


def people(path: Path, said: str, header: list[str] = HEAD, *more: str) -> Path:
    return write_csv(path, header, [["A-1", "Ada Stone", "ada@s.example", said, *more]])


@pytest.mark.parametrize(("said", "consent"), [("ja", "given"), ("nein", "withdrawn"), ("désabonné", "withdrawn")])
def test_files_say_it_in_their_language(book: Book, tmp_path: Path, said: str, consent: str) -> None:
    receipt = book.bring(people(tmp_path / "a.csv", said))
    assert consent_of(book) == consent
    assert not any("consent" in warning for warning in receipt.warnings)


def test_a_word_that_nobody_understands_is_told(book: Book, tmp_path: Path) -> None:
    receipt = book.bring(people(tmp_path / "a.csv", "vielleicht"))
    assert consent_of(book) == "unknown"
    assert any("count as unknown: vielleicht (“newsletter”)" in warning for warning in receipt.warnings)


@pytest.mark.parametrize(
    "header", ["Unsubscribed", "Email Opt Out", "HasOptedOutOfEmail", "Abgemeldet", "Do not email"]
)
def test_a_column_of_opt_outs_withdraws(book: Book, tmp_path: Path, header: str) -> None:
    file = people(tmp_path / "a.csv", "true", ["id", "name", "email", header])
    before = book.hash()
    receipt = book.bring(file)
    assert receipt.mapping[header] == "email_opt_out"
    assert consent_of(book) == "withdrawn"
    assert counts(book.bring(file)) == (0, 0, 1, 0, 0)
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == before


def test_an_opt_out_beats_a_consent_beside_it(book: Book, tmp_path: Path) -> None:
    book.bring(people(tmp_path / "a.csv", "yes", [*HEAD, "unsubscribed"], "1"))
    assert consent_of(book) == "withdrawn"
    book.bring(
        people(tmp_path / "b.csv", "yes", ["id", "name", "email", "newsletter", "unsubscribed"], "0"), source="b"
    )
    assert consent_of(book) == "withdrawn"


def test_another_system_does_not_give_what_was_withdrawn(book: Book, tmp_path: Path) -> None:
    book.bring(people(tmp_path / "a.csv", "no"), source="crm")
    file = people(tmp_path / "b.csv", "yes")
    assert counts(book.bring(file, source="shop")) == (0, 0, 1, 0, 0)
    assert consent_of(book) == "withdrawn"
    later = people(tmp_path / "c.csv", "yes", [*HEAD, "consent since"], "2026-05-01")
    book.bring(later, source="shop")
    assert consent_of(book) == "withdrawn", "nobody knows since when it was withdrawn"


def test_a_later_consent_of_another_system_counts(book: Book, tmp_path: Path) -> None:
    head = [*HEAD, "consent since"]
    book.bring(people(tmp_path / "a.csv", "no", head, "2026-03-01"), source="crm")
    book.bring(people(tmp_path / "b.csv", "yes", head, "2026-02-01"), source="shop")
    assert book.ask("SELECT email_consent, email_consent_since FROM customers") == [("withdrawn", "2026-03-01")]
    book.bring(people(tmp_path / "c.csv", "yes", head, "2026-04-01"), source="shop")
    assert book.ask("SELECT email_consent, email_consent_since FROM customers") == [("given", "2026-04-01")]


def test_the_own_system_gives_it_again_only_with_a_later_day(book: Book, tmp_path: Path) -> None:
    head = [*HEAD, "consent since"]
    book.bring(people(tmp_path / "a.csv", "no"), source="crm")
    for place, (said, day) in enumerate((("", ""), ("yes", ""), ("yes", "2026-11-20"), ("yes", "2026-11-21"))):
        book.bring(people(tmp_path / f"{place}.csv", said, head, day), source="crm")
        assert consent_of(book) == "withdrawn", (said, day)
    book.bring(people(tmp_path / "c.csv", "yes", head, "2026-11-22"), source="crm")
    assert consent_of(book) == "given"


def test_what_a_person_withdrew_here_no_older_file_gives(book: Book, tmp_path: Path) -> None:
    file = people(tmp_path / "a.csv", "yes")
    book.bring(file, source="crm")
    (number,) = book.ask("SELECT id FROM customers")[0]
    edit_customer(book.workspace, number, {"email_consent": "withdrawn"})
    book.bring(file, source="crm")
    assert consent_of(book) == "withdrawn"


def test_consent_of_several_is_one_action_that_leaves_out_who_withdrew_or_gave_it(
    book: Book,
) -> None:
    people = (("Ada", "ada@s.example"), ("Ben", ""), ("Cleo", "cleo@s.example"), ("Dan", ""), ("Fay", "fay@s.example"))
    for name, email in people:
        add_customer(book.workspace, {"name": name, "email": email})
    add_contact(book.workspace, 4, {"name": "Eve", "email": "eve@s.example", "is_primary": "yes"})
    edit_customer(book.workspace, 3, {"email_consent": "withdrawn"})
    fair = {"email_consent": "given", "email_consent_since": "2026-02-01", "email_consent_how": "a signed form"}
    edit_customer(book.workspace, 5, fair)
    before = book.hash()
    for day in ("2026-10-01", "", book.workspace.clock.today().isoformat()):
        changes = record_consents(book.workspace, [1, 2, 3, 4, 5], since=day, how="at the fair")
        assert changes.words == "Recorded consent for 2 customers; 3 customers left out: Ben, Cleo and Fay"
        assert list(changes.kept) == [
            "Ben: No email address on record.",
            "Cleo: Consent was withdrawn. Record consent for this customer alone.",
            "Fay: Consent was given already.",
        ]
        assert changes.customers == {1, 4}
        given = "email_consent || email_consent_since || email_consent_how"
        since = day or book.workspace.clock.today().isoformat()
        assert book.one(f"SELECT {given} FROM customers WHERE id = 1") == f"given{since}at the fair"
        assert book.one(f"SELECT {given} FROM customers WHERE id = 5") == "given2026-02-01a signed form"
        assert book.one(f"SELECT {given} FROM contacts") == f"given{since}at the fair"
        undo_last(book.workspace)
        assert book.hash() == before
    with pytest.raises(UserError, match="No consent was recorded"):
        record_consents(book.workspace, [2, 3, 5], since="", how="at the fair")
    assert book.hash() == before


def test_of_many_left_out_three_are_named(book: Book) -> None:
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eve"):
        add_customer(book.workspace, {"name": name, "email": "eve@s.example" if name == "Eve" else ""})
    words = record_consents(book.workspace, [1, 2, 3, 4, 5]).words
    assert words == "Recorded consent for 1 customer; 4 customers left out: Ada, Ben, Cleo and 1 more"
