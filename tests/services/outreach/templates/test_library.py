"""The library of templates: the starter set, its changes, the book's own; saved only when they can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import GOALS, TemplateChoice
from services.audit import undo_last
from services.insight import reading
from services.outreach import draft_by_template, preview_template, read_templates, reset_template, save_template
from services.outreach.claims.record import read_record
from services.outreach.facts import has_first_name
from services.outreach.templates.fields import LACKING
from services.outreach.templates.starter import starter_set
from services.workspace import Workspace
from tests.services.outreach.conftest import SampleCustomers

OWN = TemplateChoice("", "After the fair", "thank", "brief", "Good to meet you", "Thank you, {{ first_name }}.", "own")


def find(book: Workspace, code: str) -> TemplateChoice:
    return next(one for one in read_templates(book) if one.code == code)


def test_the_library_begins_as_the_starter_set(book: Workspace) -> None:
    library = read_templates(book)
    assert {one.code for one in library} == set(starter_set())
    assert {one.origin for one in library} == {"starter"}
    assert [one.goal for one in library] == sorted((one.goal for one in library), key=list(GOALS).index)


def test_a_change_is_kept_and_goes_back(book: Workspace) -> None:
    before = find(book, "late_warm")
    save_template(book, replace(before, subject="Sorry"))
    assert (find(book, "late_warm").subject, find(book, "late_warm").origin) == ("Sorry", "changed")
    save_template(book, replace(find(book, "late_warm"), subject="Sorry again"))
    assert reset_template(book, "late_warm").words == "Put the template “After a late delivery” back"
    assert find(book, "late_warm") == before
    with pytest.raises(UserError, match="already the starter text"):
        reset_template(book, "late_warm")


def test_one_of_their_own_is_added_removed_and_brought_back(book: Workspace) -> None:
    save_template(book, OWN)
    save_template(book, OWN)
    assert {one.code for one in read_templates(book) if one.origin == "own"} == {
        "own_after_the_fair",
        "own_after_the_fair_1",
    }
    reset_template(book, "own_after_the_fair")
    undo_last(book)
    assert find(book, "own_after_the_fair").body == OWN.body
    with pytest.raises(UserError, match="“nothing” is not in this book"):
        reset_template(book, "nothing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"body": "Hello\n{{ frist_name }}"},
            "In the text, line 2: there is no field “frist_name”; did you mean “first_name”?",
        ),
        ({"subject": "{% if since %}"}, "In the subject, line 1: a bracket or an {% if %} is not closed"),
        ({"body": "  "}, "The template has no text"),
        ({"subject": ""}, "The template has no subject"),
        ({"subject": "a\nb"}, "one line"),
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 81}, "needs a name"),
        ({"goal": "sell"}, "needs a goal and a tone"),
        ({"tone": "loud"}, "needs a goal and a tone"),
    ],
)
def test_what_cannot_be_read_is_not_saved(book: Workspace, change: dict[str, str], said: str) -> None:
    before = read_templates(book)
    with pytest.raises(UserError) as told:
        save_template(book, replace(OWN, **change))  # type: ignore[arg-type]
    assert said in str(told.value)
    assert read_templates(book) == before


def test_a_preview_is_the_email_as_a_customer_would_have_it(book: Workspace, customers: SampleCustomers) -> None:
    seen = preview_template(book, OWN, customers.given)
    assert (seen.customer, seen.greeting, seen.body, seen.fault) == (
        "Katya Joshi",
        "Hello Katya,",
        "Thank you, Katya.",
        "",
    )
    without = preview_template(book, OWN, customers.company)
    assert "“First name” is not known for Garrick Brothers Clothing Co." in without.fault
    broken = preview_template(book, replace(OWN, body="{{ since"))
    assert "not closed" in broken.fault and broken.customer


def test_a_preview_begins_with_somebody_for_whom_the_template_can_be_used(book: Workspace) -> None:
    """The book has customers with a name and with a bad review, whoever's alert is worth most."""
    needing = [OWN, find(book, "bad_review_warm"), find(book, "renewal_warm"), replace(OWN, body="As {{ tier }}")]
    shown = [preview_template(book, one) for one in needing]
    assert [one.fault for one in shown] == ["", "", "", ""]
    assert all(one.body for one in shown)


def test_a_preview_says_what_the_book_lacks(book: Workspace, customers: SampleCustomers) -> None:
    with book.store.snapshot() as driver:
        names = driver.execute(
            "SELECT name, company FROM customers c WHERE email_consent = 'given' AND email <> ''"
            " AND NOT EXISTS (SELECT 1 FROM email_events e WHERE e.customer_id = c.id AND e.kind = 'unsubscribed'"
            " AND e.happened_on >= c.email_consent_since)"
        ).fetchall()
    lacking = sum(not has_first_name(*one) for one in names)
    assert lacking > 2
    assert preview_template(book, OWN, customers.given).lacking == (f"{lacking} customers have no first name",)
    assert preview_template(book, find(book, "thank_warm"), customers.given).lacking == ()


def test_one_customer_has_what_many_have(book: Workspace) -> None:
    driver = connect(book.store.path)
    driver.execute("UPDATE customers SET email_consent = 'unknown' WHERE id <> 2")
    driver.execute("UPDATE customers SET tier = NULL")
    driver.close()
    named = replace(OWN, body="As {{ tier }}")
    assert preview_template(book, named).lacking == ("1 customer has no tier",)


def test_every_lack_can_be_counted(book: Workspace) -> None:
    from services.outreach.templates.fields import FIELDS, FLAGS

    for root in LACKING:
        path = next(path for path in FIELDS if path.partition(".")[0] == root and path not in FLAGS)
        for said in preview_template(book, replace(OWN, body=f"{{{{ {path} }}}}")).lacking:
            assert said.split(" ", 1)[1].startswith(("customers have no ", "customer has no ")), said


def test_a_call_that_nobody_answered_is_no_conversation(book: Workspace) -> None:
    quoting = replace(OWN, body="You said {{ conversation.quote }}")
    driver = connect(book.store.path)
    driver.execute("UPDATE conversations SET happened_on = '2020-01-01'")
    none = preview_template(book, quoting).lacking
    driver.execute(
        "INSERT INTO conversations (customer_id, source, external_id, channel, direction, text, happened_on, leaving)"
        " SELECT id, 'bellwether', id, 'unanswered call', 'to_customer', 'Ada called, no answer',"
        " (SELECT max(ordered_on) FROM orders), 0 FROM customers"
    )
    driver.close()
    assert none and preview_template(book, quoting).lacking == none
    with reading(book) as reader:
        record = read_record(reader, 1)
    assert "no answer" not in record.said


def test_the_record_says_whether_invoices_are_paid_where_all_are_alike(book: Workspace) -> None:
    def states() -> set[str]:
        with reading(book) as reader:
            return {value for topic, value in read_record(reader, 1).states if topic == "invoice"}

    def add(number: int, status: str, paid_on: str | None = None, amount: int = 5_000) -> None:
        driver = connect(book.store.path)
        driver.execute(
            "INSERT INTO invoices (customer_id, source, external_id, issued_on, due_on, paid_on, amount_minor,"
            " currency, status) VALUES (1, 'x', ?, '2026-10-01', '2026-10-31', ?, ?, 'USD', ?)",
            (str(number), paid_on, amount, status),
        )
        driver.close()

    assert not states()
    add(1, "paid", "2026-10-20")
    add(2, "void")
    add(3, "open", amount=-2_000)
    assert states() == {"paid"}
    add(4, "open")
    assert states() == {"paid", "unpaid"}


def test_a_book_in_which_nobody_may_be_emailed_says_so(book: Workspace) -> None:
    driver = connect(book.store.path)
    driver.execute("UPDATE customers SET email_consent = 'withdrawn'")
    driver.close()
    assert "no preview" in preview_template(book, OWN).fault


def _break(book: Workspace, **values: str) -> None:
    save_template(book, OWN)
    driver = connect(book.store.path)
    for column, value in values.items():
        driver.execute(f"UPDATE templates SET {column} = ?", (value,))
    driver.close()


def test_one_broken_template_stops_no_draft_and_is_named(book: Workspace, customers: SampleCustomers) -> None:
    _break(book, body="Thank you, {{ first_name }")
    draft = draft_by_template(book, customers.given, goal="thank", tone="brief")
    assert draft.body and not draft.writer.startswith("template:own")
    assert draft.note == "Left out because of a mistake in the template: “After the fair”. Fix it in Settings."
    with pytest.raises(UserError, match=r"“After the fair” has a mistake: Line 1.*Fix it in Settings"):
        draft_by_template(book, customers.given, goal="thank", template="own_after_the_fair")


@pytest.mark.parametrize("values", [{"goal": "flatter"}, {"tone": "loud"}])
def test_a_template_of_an_unknown_goal_is_seen_and_never_chosen(
    book: Workspace, customers: SampleCustomers, values: dict[str, str]
) -> None:
    _break(book, **values)
    assert not find(book, "own_after_the_fair").enabled
    assert draft_by_template(book, customers.given, goal="thank").body
