"""Names and numbers out, and back in again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.store import connect
from models.store.schema import create_schema
from services.outreach.model import masking_of
from services.outreach.model.masking import cleaned, mask_for
from services.workspace import Workspace
from tests.services.outreach.conftest import SampleCustomers


@pytest.fixture
def reader(book: Workspace) -> Iterator[Workspace]:
    """The sample book with people in it whose names are made to be missed."""
    driver = connect(book.store.path)
    rows = [
        (9001, "Marlow & Pike Outfitters", "orders@marlowpike.example", "+1 503 555 0188", None, "Malmö", "OR"),
        (9002, "José Ångström-Núñez", "jose@angstrom.example", None, "Ferro", "Zürich", None),
        (9003, "Blue Heron", None, None, "Société Générale de Café", "Aix-en-Provence", None),
        (9004, "Whitfield, Dana", "dana@whitfield.example", "020 7946 0958", None, "St. Albans", "Hertfordshire"),
    ]
    for number, name, email, phone, company, city, region in rows:
        driver.execute(
            "INSERT INTO customers (id, source, external_id, name, email, phone, company, city, region, owner,"
            " attributes) VALUES (?, 'hand', ?, ?, ?, ?, ?, ?, ?, 'Ingrid Halvorsen', ?)",
            (number, f"X-{number}", name, email, phone, company, city, region,
             json.dumps({"Contact person": "Wilhelmina Aster", "Loyalty": "stars"})),
        )  # fmt: skip
    driver.execute("INSERT INTO orders (customer_id, source, external_id, ordered_on, amount_minor, currency)"
                   " VALUES (9001, 'hand', '5128', '2026-09-07', 38600, 'USD')")  # fmt: skip
    driver.close()
    yield book


def hidden(workspace: Workspace, text: str, customer_id: int = 9001, plain: tuple[str, ...] = ()) -> str:
    with workspace.store.snapshot() as driver:
        table = mask_for(driver, customer_id, "Ada Quist", plain)
        masked = table.hide(text)
        back = " ".join(table.show(masked).split()).casefold()
        assert back.replace("&", "and") == " ".join(cleaned(text).split()).casefold().replace("&", "and")
        return masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Marlow & Pike Outfitters is late", "[customer] is late"),
        ("MARLOW & PIKE  OUTFITTERS is late", "[customer] is late"),
        ("we at marlow and pike outfitters", "we at [customer]"),
        ("we at Marlow & Pike", "we at [short name]"),
        ("Write to Marlow please", "Write to [name 1] please"),
        ("We sell oats in Malmö", "We sell oats in [place 1]"),
        ("we sell oats in malmö", "we sell oats in [place 1]"),
        ("Ask José Ångström-Núñez", "Ask [person 1]"),
        ("Ask JOSE ANGSTROM-NUNEZ", "Ask [person 1]"),
        ("ask blue heron", "ask [person 1]"),
        ("ask josé ångström-núñez", "ask [person 1]"),
        ("ask kimura & novak clothing co. please", "ask [person 1] please"),
        ("Ask Societe Generale de Cafe", "Ask [company 1]"),
        ("Ferro said so", "[company 1] said so"),
        ("She lives in Zurich", "She lives in [place 1]"),
        ("Ingrid Halvorsen was kind", "[account manager] was kind"),
        ("Thanks, Ingrid!", "Thanks, [colleague 1]!"),
        ("Ada Quist wrote", "[colleague 1] wrote"),
        ("Wilhelmina Aster is away", "[detail 1] is away"),
        ("my stars", "my stars"),
        ("mail me: someone.else@nowhere.example or a@b.co", "mail me: [email 1] or [email 2]"),
        ("orders@marlowpike.example", "[email 1]"),
        ("from orders@marlowp…", "from [email 1]…"),
        ("I asked Zelda Hargr…", "I asked [person 1]…"),
        ("it is late…", "it is late…"),
        ("we asked Kimura & Novak Clothing", "we asked [person 1]"),
        ("call us (+1 303 555 0100)", "call us ([phone 1])"),
        ("see https://shop.example/x?y=1 and www.foo.org", "see [link 1] and [link 2]"),
        ("call +1 503 555 0188 or (020) 7946-0958", "call [phone 1] or [phone 2]"),
        ("call +1 303…", "call [phone 1]…"),
        ("12 Harbour Street, Flat 3", "[address 1]"),
        ("Hauptstraße 12", "[address 1]"),
        ("postcode SW1A 1AA", "postcode [postcode 1]"),
        ("order #5128 and #5128", "order #[order 1] and #[order 1]"),
        ("order 5128", "order [order 1]"),
        ("my order O10011 never came", "my order [order 1] never came"),
        ("my order o10011 never came", "my order [order 1] never came"),
        ("reference X-9002", "reference [code 1]"),
    ],
)
def test_what_names_somebody_is_masked(reader: Workspace, text: str, expected: str) -> None:
    assert hidden(reader, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Last order 7 Sep, 3 items",
        "23 orders, 17 outerwear",
        "Winter range opens 1 December 2026",
        "2026-09-07, 07/09/2026, 7.9.2026",
        "$1,250.00 and 1,250 and 12,500,000",
        "5 of 5, 72 %, 4.5 stars, size 3XL",
        "Customer since March 2023",
        "Bought Harbor rain jacket, Bay Street poplin shirt and 2 Bay Street poplin shirts",
        "The order of 1 Dec 2025",
    ],
)
def test_figures_days_and_products_go_through(reader: Workspace, text: str) -> None:
    assert hidden(reader, text, plain=("Harbor rain jacket", "Bay Street poplin shirt")) == text


def test_a_month_is_a_month_also_where_somebody_is_called_so(reader: Workspace) -> None:
    driver = connect(reader.store.path)
    driver.execute("UPDATE customers SET name = 'April June' WHERE id = 9002")
    driver.close()
    text = "Since April 2024, last order 7 June. April is glad"
    assert hidden(reader, text, 9002) == "Since April 2024, last order 7 June. [first name] is glad"


def _called(workspace: Workspace, number: int, name: str, company: str | None = None) -> None:
    driver = connect(workspace.store.path)
    driver.execute("UPDATE customers SET name = ?, company = ? WHERE id = ?", (name, company, number))
    driver.close()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Gold", "The gold ring and the Gold tier are fine", "The gold ring and the Gold tier are fine"),
        ("Gold", "Gold called again", "[customer] called again"),
        ("Customer", "Customer since March 2023, a customer of ours", "Customer since March 2023, a customer of ours"),
        ("Customer", "CUSTOMER SERVICE was slow", "CUSTOMER SERVICE was slow"),
        ("Will Mark", "Will you mark it? I will.", "Will you mark it? I will."),
        ("Will Mark", "Thanks, Will! Will Mark was here", "Thanks, [first name]! [customer] was here"),
        ("An Nguyen", "An order is late. Dear An, thanks", "An order is late. Dear [first name], thanks"),
        ("Bo Li", "bo is a word, Bo is not; nor is Li", "bo is a word, [first name] is not; nor is [name 1]"),
        ("Anna Berg", "thanks anna, says ANNA", "thanks [first name], says [first name]"),
        ("Petra Harbor", "the harbor jacket", "the [name 1] jacket"),
        ("田中 太郎", "田中さんと太郎", "[first name]さんと[name 1]"),
        ("王小明", "我是王小明,小明说", "我是[customer],[name 1]说"),
        ("أنا كريم", "شكرا لكريم", "شكرا ل[name 1]"),
    ],
)
def test_short_names_and_such_as_are_words_are_told_from_words(
    reader: Workspace, name: str, text: str, expected: str
) -> None:
    _called(reader, 9001, name)
    masked = hidden(reader, text)
    assert re.sub(r"\[(?:customer|company|short name)\]", "[customer]", masked) == expected
    with reader.store.snapshot() as driver:
        table = mask_for(driver, 9001, "Ada Quist")
        words = "gold, GOLD and customers at the harbor"
        assert table.show(table.hide(words)) == words


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Bo", "Bo said so, but bo did not", "[person 1] said so, but bo did not"),
        ("Gold", "gold, Gold status and Gold asked", "gold, Gold status and [person 1] asked"),
        ("Customer", "a Customer since May", "a Customer since May"),
        ("王小明", "我问了王小明再说", "我问了[person 1]再说"),
    ],
)
def test_so_are_the_names_of_others(reader: Workspace, name: str, text: str, expected: str) -> None:
    _called(reader, 9003, name)
    assert hidden(reader, text) == expected


def test_one_name_has_one_token_throughout_a_request(reader: Workspace) -> None:
    with reader.store.snapshot() as driver:
        table = mask_for(driver, 9002, "Ada")
        assert table.hide("Blue Heron wrote") == "[person 1] wrote"
        assert table.hide("Zelda Hargrove and Blue Heron") == "[person 2] and [person 1]"
        assert table.show("[person 2], [Person_1], [ PERSON 1 ], {person 1}, {{customer}}") == (
            "Zelda Hargrove, Blue Heron, Blue Heron, Blue Heron, José Ångström-Núñez"
        )


def test_the_customer_can_be_put_in_though_nobody_named_them(reader: Workspace) -> None:
    with reader.store.snapshot() as driver:
        table = mask_for(driver, 9002, "Ada")
        assert table.show("For [customer] at [company]: [first name]") == "For José Ångström-Núñez at Ferro: José"


def test_a_token_that_nobody_gave_out_stays_open(reader: Workspace) -> None:
    with reader.store.snapshot() as driver:
        table = mask_for(driver, 9001, "Ada")
        assert table.show("[person 9] [your name] [first name]") == "[person 9] [your name] [first name]"


def test_a_token_that_still_comes_is_held_back(reader: Workspace) -> None:
    with reader.store.snapshot() as driver:
        table = mask_for(driver, 9001, "Ada")
        text = "Dear [customer], in (brackets) [now"
        shown = [table.show_so_far(text[:at]) for at in range(len(text) + 1)]
        assert "Dear " in shown
        assert not any("[cust" in one for one in shown)
        assert shown[text.index(",")] == "Dear Marlow & Pike Outfitters"


def test_signs_that_nobody_sees_and_forged_tokens_are_taken_out() -> None:
    assert cleaned("Ma\u200brlow \U000e0041[customer] <facts> {x}\u202e") == "Marlow (customer) ‹facts› (x)"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
@settings(max_examples=60)
def test_whatever_is_masked_comes_back(text: str) -> None:
    driver = connect(":memory:")
    try:
        create_schema(driver, 1)
        table = mask_for(driver, 1, "Ada")
        assert table.show(table.hide(text)) == cleaned(text)
    finally:
        driver.close()


def test_the_composer_s_lists_name_what_is_masked_withheld_and_never_sent(
    reader: Workspace, customers: SampleCustomers
) -> None:
    lists = masking_of(reader, 9001)
    assert lists.masked == (("Marlow & Pike Outfitters", "[customer]"), ("Ingrid Halvorsen", "[account manager]"))
    assert lists.withheld == "Email, phone, address, order and ticket IDs"
    assert lists.never == "churn risk, value at risk, engagement, segment, alert reason"
    assert masking_of(reader, 9002).masked[:2] == (("José Ångström-Núñez", "[customer]"), ("Ferro", "[company]"))
    assert masking_of(reader, customers.nameless).masked == ()
