"""What is proposed: the playbook's choice, and an incentive that never exceeds what may be given."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tables import conversations
from models.values.errors import UserError
from models.values.outreach import GOALS
from services.alerting.recommend import Adviser, Case, Record
from services.alerting.rules import shipped_rules
from services.book.playbook import read_playbook, recommendation_words
from services.settings import Policy
from tests.services.alerting.book import Book

PLAYBOOK = read_playbook()
CASE = Case("silence", frozenset(), "Loyal", True, frozenset(), None, 728_000, "USD")


def advice(case: Case, policy: Policy | None = None, records: dict[str, Record] | None = None) -> dict[str, Any]:
    text = Adviser(PLAYBOOK, policy or Policy(), records or {}).advise(case)
    assert text is not None
    return recommendation_words(text)


def test_every_reason_has_advice_whether_they_may_be_emailed_or_not() -> None:
    groups = {rule.group for rule in shipped_rules()}
    for group, may_email, segment in product(groups, (True, False), ("Champion", "One-time", None)):
        found = advice(CASE._replace(group=group, may_email=may_email, segment=segment))
        assert found["title"] and found["why"]
        if not may_email:
            assert found["goal"] == "" or group in ("renewal", "service", "deal"), group


def test_no_email_is_proposed_to_who_must_not_be_emailed() -> None:
    for group in ("silence", "leaving", "activity", "spend", "review", "email", "win_back", "growth", "satisfaction"):
        assert advice(CASE._replace(group=group, may_email=False))["goal"] == ""


def test_an_entry_with_a_goal_says_which_of_the_composers_it_is() -> None:
    for entry in PLAYBOOK:
        assert entry.goal_code in ("", *GOALS)
        assert not entry.goal_code or entry.goal, entry.code
        if entry.may_email:
            assert entry.goal_code, entry.code
    assert advice(CASE)["goal_code"] == "check_in"


def test_an_apology_comes_before_an_offer() -> None:
    found = advice(CASE._replace(open_work=frozenset({"complaint"})))
    assert (str(found["title"])[:15], found["goal_code"]) == ("Apologise first", "apologise")


def test_a_complaint_that_an_order_or_a_kind_word_followed_is_not_the_cause_of_a_silence(book: Book) -> None:
    silent, spoke, ordered = (book.customer(ago=70, gap=20) for _ in range(3))
    for customer in (silent, spoke):
        book.review(customer, 1, 60)
    book.review(ordered, 1, 80)
    said = {"customer_id": spoke, "channel": "Call", "text": "Thanks for the quick reply!", "sentiment": 0.6}
    book.add(conversations, **said, happened_on=book.day(40))
    book.evaluate()
    titles = [book.alert(one)["recommendation"]["title"] for one in (silent, spoke, ordered)]
    assert [title.startswith("Apologise first") for title in titles] == [True, False, False]


def test_an_open_ticket_comes_before_everything_else() -> None:
    found = advice(CASE._replace(group="service", open_work=frozenset({"ticket"})))
    assert "ticket" in str(found["title"])


def test_the_incentive_names_the_cap_and_who_may_give_more() -> None:
    found = advice(CASE)
    assert found["incentive_minor"] == 5_000
    assert (
        found["incentive_words"] == "Offer up to $50. More needs a manager; the cap is $73, 1\u202f% of yearly value."
    )


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-(10**6), 10**9), st.floats(0, 1), st.integers(0, 10**6), st.sampled_from(["Champion", "Lost", None])
)
def test_an_incentive_never_exceeds_cap_or_approval(
    value_minor: int, share: float, approval_minor: int, segment: str | None
) -> None:
    policy = replace(Policy(), incentive_share=share, incentive_approval_minor=approval_minor)
    found = advice(CASE._replace(yearly_value_minor=value_minor, segment=segment), policy)
    amount, words = found["incentive_minor"], found["incentive_words"]
    assert 0 <= amount <= approval_minor
    assert amount <= max(0, value_minor) * policy.incentive_share_of(segment)
    assert bool(words) == (amount > 0)


def test_how_often_it_helped_is_said_from_ten_cases_on() -> None:
    code = str(advice(CASE)["code"])
    for record, said in (
        (Record(9, 9, 5, 1), ""),
        (
            Record(11, 9, 10, 4),
            "9 of 11 ordered again within 60 days; 4 of 10 without contact. Small numbers: a hint, not proof",
        ),
        (Record(80, 40, 0, 0), "40 of 80 ordered again within 60 days"),
    ):
        assert advice(CASE, records={code: record})["evidence"] == said
    assert advice(CASE)["evidence"] == ""


def test_the_record_is_counted_from_closed_alerts_whose_watch_time_is_over(book: Book) -> None:
    from services.alerting import resolve

    late = [book.customer(f"Late {n}", ago=70, gap=20, segment="Hibernating") for n in range(12)]
    book.evaluate()
    resolve(book.workspace, [book.alert(customer)["id"] for customer in late], "saved")
    book.move(days=30)
    for customer in late[:7]:
        book.order(customer, 5)
    book.move(days=35)
    other = book.customer("Other", ago=70, gap=20, segment="Hibernating")
    book.evaluate()
    found = book.alert(other)["recommendation"]
    assert found["code"] == "check_in"
    assert found["evidence"].startswith("7 of 12 ordered again within 60 days")


def test_a_playbook_that_cannot_be_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    for text, words in (
        ("[[entry", "cannot be read as TOML"),
        ('[[entry]]\ntitle = "x"', "needs a “code”"),
        ('[[entry]]\ncode = "x"\ntitle = "t"', "“why” of “x” must be a text"),
        ('[[entry]]\ncode = "x"\ntitle = "t"\nwhy = "w"', "“groups” of “x”"),
        ('[[entry]]\ncode = "x"\ntitle = "t"\nwhy = "w"\ngroups = ["a"]\nopen = "case"', "“open” of “x”"),
        ('[[entry]]\ncode = "x"\ntitle = "t"\nwhy = "w"\ngroups = ["a"]\ngift = 1', "“gift” of “x” is not a field"),
    ):
        path.write_text(text)
        with pytest.raises(UserError, match=words):
            read_playbook(path)
