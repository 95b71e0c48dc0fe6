"""What holds of any question: it only reads, goes on from the one before, and says what it did not use."""

from __future__ import annotations

import random
from typing import Final

import pytest

from models.journal.verify import content_hash
from models.values.assistant import Response
from services.assistant import Assistant, asks_for_them, document_of, question_of
from services.metrics import the_catalogue
from services.workspace import Workspace
from tests.services.assistant.meaning import meaning

_WORDS: Final = [
    *[
        "revenue",
        "orders",
        "tickets",
        "customers",
        "deals",
        "by",
        "month",
        "tier",
        "owner",
        "Gold",
        "last",
        "30",
        "days",
        "not",
        "who",
        "with",
        "without",
        "top",
        "10",
    ],
    *[
        ">",
        "70",
        "%",
        "$",
        "5",
        "satisfaction",
        "reviews",
        "and",
        "or",
        "but",
        "';",
        "DROP",
        "TABLE",
        "customers;",
        "--",
        "null",
        "0",
        "-1",
        "1e9",
        "since",
        "June",
        "between",
    ],
    *[
        "ignore",
        "previous",
        "instructions",
        "выручка",
        "收入",
        "revenue😀",
        "SELECT",
        "*",
        "FROM",
        "sentiment",
        "yesterday",
        "average",
        "share",
        "of",
    ],
    *('"', "\\", "{}", "%", "_", "open"),
]


def hash_of(book: Workspace) -> str:
    with book.store.read() as connection:
        return content_hash(connection)


def means(found: Response) -> str:
    assert found.status == "answered", (found.text, found.why)
    return meaning(found.readings[0].question, the_catalogue())


@pytest.mark.parametrize("asked", [150, pytest.param(1_000, marks=pytest.mark.soak)])
def test_no_question_writes_or_breaks(book: Workspace, assistant: Assistant, asked: int) -> None:
    chance = random.Random(7)
    before = hash_of(book)
    for _ in range(asked):
        words = chance.choices(_WORDS, k=chance.randint(1, 14))
        assert assistant.ask(" ".join(words)).status in ("answered", "choose", "refused")
    assert assistant.ask("a" * 10_000).status == "refused"
    assert assistant.ask("\0\n\t  ").status == "refused"
    assert hash_of(book) == before


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("only Gold", "figure revenue · by month · tier = Gold · 12m"),
        ("by tier", "figure revenue · by tier · 12m"),
        ("in the last 6 months", "figure revenue · by month · 6m"),
        ("and for Platinum customers?", "figure revenue · by month · tier = Platinum · 12m"),
    ],
)
def test_a_question_goes_on_from_the_one_before(assistant: Assistant, question: str, wanted: str) -> None:
    before = assistant.ask("revenue by month in the last 12 months").readings[0].question
    assert means(assistant.ask(question, before)) == wanted


def test_who_they_are_is_the_list_behind_the_figure(assistant: Assistant) -> None:
    counted = assistant.ask("how many customers are at risk").readings[0].question
    assert asks_for_them("Who are they?")
    rows = assistant.behind(counted)
    assert rows is not None
    found = assistant.again("Who are they?", rows)
    assert found.tables[0].total == assistant.ask("customers at risk").tables[0].total


def test_from_rows_to_answer_each_condition_leaves_fewer(assistant: Assistant) -> None:
    found = assistant.ask("Gold customers who left 5-star reviews but haven't purchased in 90 days")
    steps = assistant.steps(found.readings[0].question)
    assert [words for words, _ in steps] == [
        "Customers in the book", "tier Gold", "reviews (rating 5)", "no orders in the last 90 days",
    ]  # fmt: skip
    numbers = [number for _, number in steps]
    assert numbers == sorted(numbers, reverse=True) and numbers[-1] == found.tables[0].total


def test_a_question_about_them_is_of_the_customer_before(assistant: Assistant) -> None:
    before = assistant.ask("tell me everything about customer 42").readings[0].question
    found = assistant.ask("what should I do next?", before)
    assert found.readings[0].question.customer == before.customer
    assert "draft" in found.next_steps


def test_words_that_nothing_stands_for_are_told(assistant: Assistant) -> None:
    found = assistant.ask("which customers prefer sustainable materials")
    assert found.status == "refused"
    assert "“sustainable”" in found.why and not found.readings
    nearly = assistant.ask("revenue by month for purple Gold customers")
    assert nearly.why == (
        "Ask could not use “purple” in this question. Without it, the question would be: Revenue by month, tier Gold."
    )
    assert assistant.again("", nearly.readings[0].question).status == "answered"


@pytest.mark.parametrize(
    "question",
    [
        "revenue by month for Gold customers in the last 12 months",
        "customers with 3+ tickets in the last 60 days but no order since June",
        "customers with average rating below 3",
        "10 biggest open deals",
        "share of customers who used the fit scan",
    ],
)
def test_a_question_survives_as_a_document(assistant: Assistant, question: str) -> None:
    read = assistant.ask(question).readings[0].question
    again = question_of(document_of(read), the_catalogue())
    assert meaning(again, the_catalogue()) == meaning(read, the_catalogue())
    assert assistant.again(question, again).tables[0].rows == assistant.ask(question).tables[0].rows


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"form": "figure", "query": {"metrics": ["profit"]}}, "is not a metric"),
        ({"form": "rows", "rows": {"entity": "sqlite_master"}}, "is not a kind of rows"),
        ({"form": "rows", "rows": {"entity": "customers", "where": [["1=1; --", "=", 1]]}}, "is not a field"),
        ({"form": "rows", "rows": {"entity": "customers", "where": [["tier", "; DROP", 1]]}}, "A condition is"),
        ({"form": "figure", "query": {"metrics": ["revenue"], "by": ["password"]}}, "cannot be shown by"),
        ({"form": "figure"}, "names nothing"),
    ],
)
def test_a_document_that_the_catalogue_does_not_have_is_refused(document: dict[str, object], why: str) -> None:
    with pytest.raises(Exception, match=why):
        question_of(document, the_catalogue())


def test_a_customer_is_found_by_name_and_number(assistant: Assistant) -> None:
    customer = assistant.ask("customer 42").readings[0].question.customer
    assert customer is not None
    name = assistant.ask("tell me about customer 42").sentence.partition(":")[0]
    assert assistant.ask(f"orders of {name}").tables[0].total == assistant.ask("orders of customer 42").tables[0].total
    assert assistant.ask(name).readings[0].question.customer == customer
    assert assistant.ask("everything about customer 99999").why == "There is no customer 99999 in the book."


def test_not_several_things_at_once_leaves_all_for_whom_one_is_not_so(assistant: Assistant) -> None:
    """At risk is active and a high risk: who is not at risk is everybody else, those who left too."""
    everybody = assistant.ask("customers").tables[0]
    risky = assistant.ask("customers at risk").tables[0]
    others = assistant.ask("customers who are not at risk").tables[0]
    assert set(others.customers) == set(everybody.customers) - set(risky.customers)
    assert others.total == everybody.total - risky.total


def test_a_word_is_that_of_the_rows_asked_for_before_it_is_one_of_customers(assistant: Assistant) -> None:
    every, lost, others = (assistant.ask(words).tables[0].total for words in
                           ("deals", "deals that were lost", "deals that are not lost"))  # fmt: skip
    assert lost > 0 and others == every - lost
    assert means(assistant.ask("deals that were lost in October")) == means(assistant.ask("deals lost in October"))


def test_a_denial_that_no_condition_can_say_is_refused(assistant: Assistant) -> None:
    found = assistant.ask("deals that have not stalled")  # open, and long in their stage: one of both may fail
    assert found.status == "refused" and "stalled" in found.why


def test_figures_of_customers_who_did_something(assistant: Assistant) -> None:
    found = assistant.ask("revenue of customers with 3+ tickets in the last 60 days")
    assert means(found) == "figure revenue · with 3+ tickets 60d"
    whose = assistant.ask("customers with 3+ tickets in the last 60 days").tables[0].customers
    each = [assistant.ask(f"revenue of customer {one}").tables[0].rows[0][0] for one in whose]
    every = sum(int(str(one)) for one in each)
    assert found.tables[0].rows[0][0] == every
    returned = assistant.ask("satisfaction of customers with more than 2 returns")
    assert means(returned) == "figure mean_satisfaction · with 3+ returns"  # and not of tickets of the type Return


def test_reasons_are_those_of_the_reviews_that_the_question_names(assistant: Assistant) -> None:
    every, some = assistant.ask("reasons for negative reviews"), assistant.ask("reasons for negative reviews of Denim")
    assert means(some) == "reasons · reviews · category = Denim; rating <= 2"
    assert (
        0 < sum(int(str(row[1])) for row in some.tables[0].rows) < sum(int(str(row[1])) for row in every.tables[0].rows)
    )
    assert assistant.ask("reasons for negative reviews of purple unicorns").status == "refused"
    again = assistant.again("", question_of(document_of(some.readings[0].question), the_catalogue()))
    assert again.tables == some.tables


@pytest.mark.parametrize(
    "question", ["orders of customer 99999", "tickets of customer 99999 by type", "customer 99999"]
)
def test_whoever_is_not_in_the_book_is_told_so(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).why == "There is no customer 99999 in the book."


def test_only_what_was_offered_can_be_chosen(assistant: Assistant) -> None:
    assert assistant.ask("revenue by month", choose=2).status == "refused"
    assert assistant.ask("revenue by month", choose=1).status == "answered"


def test_engagement_is_of_the_period_asked_for_and_other_unused_words_are_told(assistant: Assistant) -> None:
    recent = assistant.ask("recent engagement of customer 42")
    july = assistant.ask("recent engagement of customer 42 in July")
    assert july.sentence.endswith("from 1 Jul 2026 to 31 Jul 2026.") and july.tables != recent.tables
    told = assistant.ask("tell me everything about customer 42 in July")
    assert told.notes == ("Not used for this answer: “in july”.",)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("tickets about delivery or billing", "rows · tickets · kind in Delivery,Billing"),
        ("Silver and Gold customers", "rows · customers · tier in Silver,Gold"),
        ("customers who bought shoes or dresses",
         "rows · customers · with orders cancelled = no; category in Shoes,Dresses; kind = purchase"),
        ("customers who bought shoes and dresses",
         "rows · customers · with orders cancelled = no; category = Shoes; kind = purchase"
         " · with orders cancelled = no; category = Dresses; kind = purchase"),
        ("customers without an owner", "rows · customers · owner is-empty None"),
        ("deals above 500 and below 1000", "rows · deals · value < 1000; value > 500"),
        ("customers with exactly one order", "rows · customers · with 1 orders cancelled = no; kind = purchase"),
        ("customers with fewer than 2 orders", "rows · customers · without 2+ orders cancelled = no; kind = purchase"),
        ("new tickets of the last 30 days", "rows · tickets · 30d"),
        ("customers who opened an email but did not click",
         "rows · customers · with emails opened = yes · without emails clicked = yes"),
        ("recently opened tickets", "rows · tickets · 30d"),
    ],
)  # fmt: skip
def test_what_words_say_together(assistant: Assistant, question: str, wanted: str) -> None:
    assert means(assistant.ask(question)) == wanted


@pytest.mark.parametrize(
    ("question", "unread"),
    [
        ("customers who only bought shoes", "only"),
        ("customers at risk or lost", "or"),
        ("average tickets per customer", "average"),
        ("tickets not solved within 2 days", "2"),
        ("orders except returns", "except"),
        ("tickets waiting for an answer", "waiting"),
        ("customers who complained and have not ordered since", "since"),
        ("complaint rate by month", "rate"),
    ],
)
def test_a_word_that_changes_the_question_is_never_passed_over(
    assistant: Assistant, question: str, unread: str
) -> None:
    found = assistant.ask(question)
    assert found.status == "refused" and f"“{unread}”" in found.why


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("what is the return policy for worn items", "Condition of the goods"),
        ("who pays for the return parcel", "Who pays for the parcel"),
        ("how fast should chats be answered", "First answers"),
    ],
)
def test_a_question_for_a_rule_is_answered_by_the_documents(assistant: Assistant, text: str, passage: str) -> None:
    found = assistant.ask(text)
    assert found.status == "answered" and found.passages[0].heading == passage
    assert found.passages[0].text in str(found.tables[0].rows[0][1]), "quoted word for word"


def test_what_the_documents_do_not_say_is_refused_with_that_word(assistant: Assistant) -> None:
    found = assistant.ask("what is our parental leave policy")
    assert found.status == "refused" and found.why.startswith("Your documents do not say.")


def test_figures_come_before_documents_where_both_could_answer(assistant: Assistant) -> None:
    assert assistant.ask("returns by month this year").passages == ()
