"""A customer in distress comes first: by what they write and rate, and by their value, whatever the model says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.tables import conversations, products, reviews, surveys
from models.values.words import day
from services.alerting import escalate, resolve, snooze
from services.distress.departure import leaving_words, read_departure
from tests.services.alerting.book import Book


def best(book: Book, **fields: object) -> int:
    """The best customer of a crowd, of whom the model thinks well: no risk, little value at risk."""
    book.crowd(20)
    values = {"churn_risk": 0.01, "value_at_risk_minor": 11_300, "clv_if_stays_minor": 1_877_700, "confidence": "low"}
    return book.customer("Best", **{**values, "spend_12m_minor": 1_877_700, **fields})


def test_urgent_tickets_of_the_best_customer_are_critical_at_a_risk_of_one_percent(book: Book) -> None:
    customer = best(book)
    for ago, text in ((3, "If this goes on we will leave."), (2, "We are cancelling."), (1, "Still no answer")):
        book.ticket(customer, ago, priority="Urgent", text=text)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["rule"], alert["severity"]) == ("distress", 4)
    assert alert["reason"] == f"Wrote on {day(book.today - timedelta(days=2), book.today)}: “We are cancelling.”"


@pytest.mark.parametrize(
    ("ratings", "worth", "led"),
    [
        ([(1, 6), (1, 4)], 1_500, "distress"),
        ([(1, 4)], 1_500, "bad_review"),
        ([(1, 40), (1, 4)], 1_500, "bad_review"),  # one is over a month old
        ([(1, 6), (1, 4)], 500, "bad_review"),
    ],
)
def test_several_bad_ratings_of_late_weigh_more_than_one(
    book: Book, ratings: list[tuple[int, int]], worth: int, led: str
) -> None:
    """Also of who is worth more than most, without being among the first."""
    book.crowd(20, clv_if_stays_minor=1_000, spend_12m_minor=1_000)
    book.crowd(10, clv_if_stays_minor=9_000, spend_12m_minor=9_000)
    customer = book.customer("Twice", ago=69, clv_if_stays_minor=worth, clv_minor=worth, spend_12m_minor=worth)
    for rating, ago in ratings:
        book.review(customer, rating, ago)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["rule"], alert["severity"]) == (led, 3)


PRESSING = "NOBODY picks up the phone. Fix this NOW."


def test_words_that_press_are_critical_of_the_best_customer_whatever_the_ticket_is_called(book: Book) -> None:
    customer = best(book)
    small = book.customer("Small", clv_if_stays_minor=1_000, spend_12m_minor=1_000)
    book.ticket(customer, 1, priority="Normal", sentiment=0.0, text=PRESSING)
    book.ticket(small, 1, priority="Normal", sentiment=0.0, text=PRESSING)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["rule"], alert["severity"], book.alert(small)["severity"]) == ("distress", 4, 2)
    wrote = day(book.today - timedelta(days=1), book.today)
    assert alert["reason"] == f"Wrote on {wrote}: “{PRESSING}”"


@pytest.mark.parametrize(
    ("ago", "fields"),
    [
        (31, {}),
        (2, {"resolved_on": "2026-11-18"}),
        (2, {"satisfaction": 5}),
        (2, {"text": "Please call me now. Thanks!"}),
    ],
)
def test_words_press_no_more_once_they_are_old_or_answered(book: Book, ago: int, fields: dict[str, object]) -> None:
    customer = best(book)
    book.ticket(customer, ago, **{"priority": "Normal", "sentiment": 0.0, "text": PRESSING, **fields})
    book.evaluate()
    assert "distress" not in [one["rule"] for one in book.open_alerts(customer)]


@pytest.mark.parametrize(("ordered", "rules"), [(60, ["distress"]), (1, [])])
def test_words_that_press_in_a_chat_stand_until_they_order(book: Book, ordered: int, rules: list[str]) -> None:
    customer = best(book, ago=ordered)
    book.add(conversations, customer_id=customer, channel="Chat", text=PRESSING, happened_on=book.day(3))
    book.evaluate()
    assert [one["rule"] for one in book.open_alerts(customer) if one["rule"] == "distress"] == rules


@pytest.mark.parametrize(
    ("worth", "severity", "due"),
    [
        (1_000, 2, "2026-11-23T17:00:00Z"),
        (61_000, 4, "2026-11-19T13:00:00Z"),  # more than most
        (200_000, 4, "2026-11-19T13:00:00Z"),
    ],
)
def test_the_same_words_weigh_by_what_the_customer_is_worth(book: Book, worth: int, severity: int, due: str) -> None:
    best(book)
    one = book.customer("One", clv_if_stays_minor=worth, spend_12m_minor=worth)
    book.ticket(one, 1, sentiment=0.0, text="We are cancelling our contract.")
    book.evaluate()
    alert = book.alert(one)
    assert (alert["rule"], alert["severity"], alert["due_at"]) == ("distress", severity, due)


@pytest.mark.parametrize(
    ("rating", "at_risk", "confidence", "severity"),
    [(2, 15_300, "high", 3), (2, 500_000, "high", 4), (2, 500_000, "low", 3), (1, 15_300, "low", 4)],
)
def test_two_of_five_is_no_emergency_where_hardly_anything_is_at_risk(
    book: Book, rating: int, at_risk: int, confidence: str, severity: int
) -> None:
    for customer in book.crowd(10):
        book.score(customer, value_at_risk_minor=20_000 + customer)
    best_one = best(book, value_at_risk_minor=at_risk, confidence=confidence)
    book.review(best_one, rating, 2)
    book.evaluate()
    with book.workspace.store.read() as connection:
        query = "SELECT severity FROM alert_signals WHERE rule = 'distress'"
        assert connection.exec_driver_sql(query).scalars().all() == [severity]


LEAVES = "If this cannot be put right I will order elsewhere."


@pytest.mark.parametrize(
    ("said", "last_order", "rated", "severity"),
    [
        (43, 34, None, 3),  # an order nine days later was on its way
        (43, 29, None, None),  # they ordered again
        (43, 60, ("survey", 10), None),
        (43, 60, ("review", 10), 3),  # a product that they like answers nobody
        (43, 60, ("survey", 50), 3),  # before the words
        (179, 200, None, 3),
        (181, 200, None, None),
        (29, 10, None, 3),  # they ordered since
        (29, 30, None, 4),
    ],
)
def test_words_of_leaving_that_nobody_answered_stand_until_they_stay(
    book: Book, said: int, last_order: int, rated: tuple[str, int] | None, severity: int | None
) -> None:
    book.crowd(20)
    values = {"ago": last_order, "gap": 90, "clv_if_stays_minor": 200_000, "spend_12m_minor": 200_000}
    customer = book.customer("One", **{**values, "standing": "active", "silence_p": 0.5})
    book.add(conversations, customer_id=customer, channel="Chat", text=LEAVES, happened_on=book.day(said))
    if rated is not None and rated[0] == "survey":
        book.add(surveys, customer_id=customer, kind="csat", score=5, scale=5, answered_on=book.day(rated[1]))
    elif rated is not None:
        book.review(customer, 5, rated[1])
    book.evaluate()
    found = [(alert["rule"], alert["severity"]) for alert in book.open_alerts(customer)]
    assert found == ([("distress", severity)] if severity else [])


def test_the_bar_is_that_of_active_customers(book: Book) -> None:
    """Those who are lost would lower it: a fifth of the book would be half of the active ones."""
    for number in range(30):
        book.customer(f"Gone {number}", standing="lost", clv_if_stays_minor=0, spend_12m_minor=0, clv_minor=0)
    for number in range(20):
        book.customer(f"There {number}", clv_if_stays_minor=60_000 + 9_000 * number, spend_12m_minor=0)
    middling = book.customer("Middling", clv_if_stays_minor=160_000, spend_12m_minor=0)
    book.ticket(middling, 1, priority="Urgent", text="Still no answer")
    book.evaluate()
    assert (book.alert(middling)["rule"], book.alert(middling)["severity"]) == ("distress", 3)


@pytest.mark.parametrize("where", ["review", "conversation", "survey"])
def test_words_of_leaving_count_wherever_they_stand(book: Book, where: str) -> None:
    customer, day = best(book), book.day(4)
    if where == "review":
        book.add(reviews, customer_id=customer, rating=4, text="Nice shirts, but we are leaving you", reviewed_on=day)
    elif where == "conversation":
        book.add(conversations, customer_id=customer, channel="Chat", text="Ich kündige.", happened_on=day)
    else:
        book.add(
            surveys, customer_id=customer, kind="nps", score=9, scale=10, comment="Nous vous quittons", answered_on=day
        )
    book.evaluate()
    assert (book.alert(customer)["rule"], book.alert(customer)["severity"]) == ("distress", 4)


@pytest.mark.parametrize(
    ("channel", "how"),
    [
        ("Phone", "Said on the phone, {}"),
        ("Meeting", "Said in a meeting, {}"),
        ("Note", "Noted, {}"),
        ("Chat", "Wrote on {} (chat)"),
    ],
)
def test_what_was_said_in_a_call_is_not_told_as_written(book: Book, channel: str, how: str) -> None:
    customer = best(book)
    text = "We are leaving you."
    book.add(conversations, customer_id=customer, channel=channel, text=text, happened_on=book.day(4))
    book.evaluate()
    on = day(book.today - timedelta(days=4), book.today)
    assert book.alert(customer)["reason"] == f"{how.format(on)}: “We are leaving you.”"


def test_the_term_that_they_named_stands_in_the_headline(book: Book) -> None:
    customer = best(book)
    text = "After the last two late deliveries we are talking to another supplier. We will decide this week."
    book.add(conversations, customer_id=customer, channel="Chat", text=text, happened_on=book.day(1))
    book.evaluate()
    on = day(book.today - timedelta(days=1), book.today)
    assert book.alert(customer)["reason"] == f"Wrote on {on} (chat): “{text}”"


@pytest.mark.parametrize(
    ("hours", "text", "due"),
    [
        (0, "We will decide this week.", "2026-11-19T13:00:00Z"),  # a Thursday morning: four working hours
        (30, "We will decide this week.", "2026-11-20T17:00:00Z"),  # a Friday afternoon: not on Monday
        (34, "We will decide this week.", "2026-11-23T10:00:00Z"),  # after closing time: as soon as somebody works
        (58, "We will decide this week.", "2026-11-23T10:00:00Z"),
        (96, "We will decide this week.", "2026-11-23T10:00:00Z"),  # on Monday morning: the week is over, due at once
        (96, "We will decide on Friday.", "2026-11-23T10:00:00Z"),
        (30, "We will decide on Friday.", "2026-11-20T17:00:00Z"),
        (30, "Please close our account at the end of the month.", "2026-11-23T11:00:00Z"),
        (30, "Please close our account.", "2026-11-23T11:00:00Z"),
    ],
)
def test_the_due_time_agrees_with_the_term_that_they_named(book: Book, hours: int, text: str, due: str) -> None:
    customer = best(book)
    book.move(hours=hours)
    said = f"We are talking to another supplier. {text}"
    book.add(conversations, customer_id=customer, channel="Chat", text=said, happened_on="2026-11-19", leaving=1)
    book.evaluate()
    assert (book.alert(customer)["rule"], book.alert(customer)["due_at"]) == ("distress", due)
    book.evaluate()
    assert book.alert(customer)["due_at"] == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Broken again. I need an answer today.", "2026-11-19T17:00:00Z"),
        ("Wieder kaputt. Bitte bis morgen eine Antwort.", "2026-11-20T13:00:00Z"),
        ("Broken again. I have waited since Monday.", "2026-11-20T13:00:00Z"),
        ("Broken again. You promised an answer by today.", "2026-11-20T13:00:00Z"),
    ],
)
def test_an_urgent_ticket_is_answered_by_the_day_that_they_named(book: Book, text: str, due: str) -> None:
    best(book)
    small = book.customer("Small", clv_if_stays_minor=61_000, spend_12m_minor=61_000)
    book.move(hours=4)
    book.ticket(small, 0, priority="Urgent", text=text)
    book.evaluate()
    assert (book.alert(small)["rule"], book.alert(small)["due_at"]) == ("distress", due)


def test_what_was_said_to_them_or_is_over_is_no_distress(book: Book) -> None:
    customer, day = best(book), book.day(4)
    said = {"customer_id": customer, "channel": "Chat", "happened_on": day}
    book.add(conversations, **said, direction="to_customer", text="You wrote that we are cancelling?")
    book.ticket(
        customer, 5, sentiment=0.2, text="We are leaving", satisfaction=5, resolved_on=book.day(3), status="solved"
    )
    book.ticket(customer, 6, priority="Urgent", resolved_on=book.day(5), status="open")
    book.evaluate()
    assert book.open_alerts(customer) == []


def test_who_rates_well_leaves_only_where_they_say_so_in_plain_words(book: Book) -> None:
    customer, on = best(book), book.day(3)
    said, rated = "I will order elsewhere.", {"customer_id": customer, "answered_on": on}
    assert leaving_words(said) and not read_departure(said, book.today).leaves
    book.add(reviews, customer_id=customer, rating=4, reviewed_on=on, text=said)
    book.add(surveys, **rated, kind="nps", score=9, scale=10, comment=said)
    book.add(surveys, **rated, kind="csat", score=4, scale=5, comment=said)
    book.evaluate()
    assert book.open_alerts(customer) == []
    book.add(surveys, **rated, kind="nps", score=8, scale=10, comment=said)
    book.evaluate()
    assert book.alert(customer)["rule"] == "distress"


def test_a_bad_rating_is_distress_of_a_valuable_customer_only(book: Book) -> None:
    customer = best(book)
    small = book.customer("Small", clv_if_stays_minor=1_000, clv_minor=900, spend_12m_minor=900)
    for one in (customer, small):
        book.review(one, 1)
    book.evaluate()
    assert (book.alert(customer)["rule"], book.alert(customer)["severity"]) == ("distress", 4)
    assert book.alert(small)["rule"] == "bad_review"


def test_a_survey_is_quoted_on_its_own_scale(book: Book) -> None:
    customer = best(book)
    book.add(surveys, customer_id=customer, kind="nps", score=2, scale=10, answered_on=book.day(3))
    book.evaluate()
    on = day(book.today - timedelta(days=3), book.today)
    assert book.alert(customer)["reason"] == f"Gave 2 of 10 in the survey of {on}"


def test_a_bad_rating_before_a_good_one_is_over(book: Book) -> None:
    customer = best(book)
    book.review(customer, 1, 9)
    book.review(customer, 5, 4)
    book.evaluate()
    assert "distress" not in [alert["rule"] for alert in book.open_alerts(customer)]


@pytest.mark.parametrize(
    ("solved", "ordered", "distress"), [(True, 2, False), (True, 9, True), (False, 2, True), (False, 9, True)]
)
def test_a_bad_rating_is_over_once_they_ordered_again_unless_its_ticket_is_open(
    book: Book,
    solved: bool,
    ordered: int,
    distress: bool,
) -> None:
    """A standing order that runs on within two weeks of it tells nothing."""
    customer = best(book, ago=ordered)
    ended = {"resolved_on": book.day(17), "status": "solved"} if solved else {}
    book.ticket(customer, 17, sentiment=0.0, subject="Parcel left in the rain", satisfaction=1, **ended)
    book.evaluate()
    found = {alert["rule"]: alert["reason"] for alert in book.open_alerts(customer)}
    said = "Rated 1 of 5 on 2 Nov: Parcel left in the rain"
    said = said if solved else "Rated 1 of 5: Parcel left in the rain, ticket of 2 Nov"
    assert found.get("distress") == (said if distress else None)


@pytest.mark.parametrize(("ordered", "severity"), [(9, 4), (4, 3)])
def test_who_rated_badly_and_then_ordered_is_no_emergency(book: Book, ordered: int, severity: int) -> None:
    customer = best(book, ago=ordered)
    book.review(customer, 1, 5)
    book.evaluate()
    assert (book.alert(customer)["rule"], book.alert(customer)["severity"]) == ("distress", severity)


def test_an_order_lowers_an_alert_about_words_of_leaving(book: Book) -> None:
    customer = best(book, ago=40)
    book.ticket(customer, 3, sentiment=0.0, text="We are cancelling our contract.")
    book.evaluate()
    assert (book.alert(customer)["severity"], book.alert(customer)["due_at"]) == (4, "2026-11-19T13:00:00Z")
    _order(book, customer)
    after = book.alert(customer)
    assert (after["state"], after["rule"], after["severity"]) == ("open", "distress", 3)
    assert after["due_at"] == "2026-11-20T13:00:00Z"  # who speaks of leaving is answered as soon as a critical one
    book.ticket(customer, 0, sentiment=0.0, text="Please cancel our contract at once.")
    book.evaluate()
    assert book.alert(customer)["severity"] == 4  # they said it again


def test_an_alert_is_as_grave_as_what_an_order_left_of_it(book: Book) -> None:
    customer = best(book, ago=40)
    book.review(customer, 1, 16)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["rule"], alert["severity"]) == ("distress", 4)
    assert "bad_review" in book.signals(alert["id"])
    _order(book, customer)
    after = book.alert(customer)
    assert (after["state"], after["rule"], after["severity"]) == ("open", "repeated_trouble", 3)


def test_an_order_takes_nothing_back_that_a_person_made_critical(book: Book) -> None:
    customer = best(book, ago=40)
    book.review(customer, 2, 16)
    book.evaluate()
    escalate(book.workspace, [book.alert(customer)["id"]])
    _order(book, customer)
    assert (book.alert(customer)["state"], book.alert(customer)["severity"]) == ("open", 4)


def _order(book: Book, customer: int) -> None:
    """Let an order of the next day come in."""
    book.move(days=1)
    book.order(customer)
    book.score(customer, last_order_on=book.day(0), days_since_last_order=0)
    book.evaluate()


@pytest.mark.parametrize(("rating", "rules"), [(1, {"distress", "unhappy_tickets"}), (3, set()), (5, set())])
def test_an_open_ticket_is_answered_by_a_rating_only_where_the_answer_helped(
    book: Book, rating: int, rules: set[str]
) -> None:
    customer = best(book, ago=2)
    book.ticket(customer, 6, priority="Urgent", satisfaction=rating)
    book.evaluate()
    alerts = book.open_alerts(customer)
    assert {rule for alert in alerts for rule in book.signals(alert["id"])} >= rules
    assert {alert["severity"] for alert in alerts} == ({4} if rules else set())


def test_a_survey_rated_badly_outlasts_the_next_standing_order(book: Book) -> None:
    customer = best(book, ago=6)
    book.add(surveys, customer_id=customer, kind="nps", score=1, scale=10, answered_on=book.day(13))
    book.evaluate()
    assert book.alert(customer)["reason"].startswith("Gave 1 of 10 in the survey of ")


def test_the_reason_names_the_worst_rating_as_it_was_given_and_its_product(book: Book) -> None:
    customer = best(book, ago=40)
    shirt = book.add(products, name="Oxford shirt")
    rated = {"customer_id": customer, "reviewed_on": book.day(3)}
    book.add(reviews, **rated, rating=2, product_name="Merino crew")
    book.add(reviews, **rated, rating=1, product_id=shirt)
    book.evaluate()
    on = day(book.today - timedelta(days=3), book.today)
    assert book.alert(customer)["reason"] == f"Rated 1 of 5 on {on}: Oxford shirt"
    other = best(book, ago=40)
    book.add(surveys, customer_id=other, kind="nps", score=0, scale=10, answered_on=book.day(3))
    book.evaluate()
    assert book.alert(other)["reason"].startswith("Gave 0 of 10 in the survey of ")


def test_each_sign_is_spoken_of_once_and_a_further_one_at_once(book: Book) -> None:
    customer = best(book)
    book.ticket(customer, 1, sentiment=0.0, text="We are leaving.")
    book.evaluate()
    resolve(book.workspace, [book.alert(customer)["id"]], "no_issue")
    book.evaluate()
    assert book.alert(customer)["state"] == "resolved"
    book.ticket(customer, 0, sentiment=0.0, text="Please cancel our contract.")
    book.evaluate()
    assert [alert["state"] for alert in book.open_alerts(customer)] == ["resolved", "open"]


def test_writing_again_wakes_an_alert_that_was_put_away(book: Book) -> None:
    customer = best(book)
    book.ticket(customer, 1, sentiment=0.0, text="We are leaving.")
    book.evaluate()
    snooze(book.workspace, [book.alert(customer)["id"]], condition="next_order")
    book.evaluate()
    assert book.alert(customer)["state"] == "snoozed"
    book.ticket(customer, 0, sentiment=0.0, text="Please cancel our contract.")
    book.evaluate()
    assert book.alert(customer)["state"] not in ("snoozed", "waiting")


def test_a_pressing_ticket_is_due_after_a_working_day(book: Book) -> None:
    late, fresh = book.customer("Late", clv_minor=1_000), book.customer("Fresh", clv_minor=1_000)
    book.ticket(late, 1, priority="High")
    book.ticket(fresh, 0, priority="High")
    book.evaluate()
    assert book.alert(late)["rule"] == "urgent_ticket"
    assert book.alert(late)["reason"] == "1 high-priority negative ticket open for 1 working day"
    assert book.open_alerts(fresh) == []


def test_a_ticket_of_friday_is_not_a_working_day_old_on_sunday(book: Book) -> None:
    book.move(days=3)  # a Sunday
    customer = book.customer(clv_minor=1_000)
    book.ticket(customer, 2, priority="High")
    book.evaluate()
    assert "urgent_ticket" not in book.signals(book.alert(customer)["id"])
    book.move(days=1)
    book.evaluate()
    assert "urgent_ticket" in book.signals(book.alert(customer)["id"])


def test_a_ticket_rated_badly_raises_an_alert_where_the_value_is_above_the_bar(book: Book) -> None:
    book.crowd(10)
    worth, poor = book.customer("Worth", clv_minor=80_000), book.customer("Poor", clv_minor=20_000)
    for customer in (worth, poor):
        book.ticket(
            customer, 5, sentiment=0.0, status="solved", resolved_on=book.day(3), satisfaction=1, subject="Sizing"
        )
        book.deal(customer, "Qualified", 120)
    book.evaluate()
    alert = book.alert(worth)
    assert alert["rule"] == "repeated_trouble" and alert["reason"].startswith("Rated 1 of 5 on ")
    assert "repeated_trouble" not in book.signals(book.alert(poor)["id"])


def test_a_strongly_negative_mention_and_repeated_trouble(book: Book) -> None:
    angry, mild, troubled = (book.customer(name, clv_minor=60_000) for name in ("Angry", "Mild", "Troubled"))
    said = {"channel": "Facebook", "happened_on": book.day(2)}
    book.add(conversations, customer_id=angry, sentiment=-1.0, text="hate the sizing", **said)
    book.add(conversations, customer_id=mild, sentiment=-0.35, text="not so happy", **said)
    book.ticket(troubled, 40, resolved_on=book.day(39), status="solved")
    book.ticket(troubled, 45, resolved_on=book.day(44), status="solved")
    book.evaluate()
    assert book.alert(angry)["reason"] == "1 strongly negative mention or conversation in 14 days (Facebook)"
    assert book.open_alerts(mild) == []
    assert "repeated_trouble" in book.signals(book.alert(troubled)["id"])


def test_a_product_whose_ratings_fall_beyond_chance_is_an_alert_of_the_book(book: Book) -> None:
    customers = book.crowd(6, clv_if_stays_minor=0, spend_12m_minor=0, clv_minor=0)
    falls, steady = (book.add(products, name=name) for name in ("Merino crew", "Oxford shirt"))
    for n in range(12):
        for product, rating in ((falls, 5 if n < 6 else 3), (steady, 4 + n % 2)):
            ago = 45 if n < 6 else 10
            book.add(
                reviews, customer_id=customers[n % 6], product_id=product, rating=rating, reviewed_on=book.day(ago)
            )
    book.evaluate()
    (alert,) = book.open_alerts(None)
    assert alert["reason"] == "Merino crew: last 6 ratings average 3.0, 5.0 the month before"


def test_an_alert_keeps_which_sign_it_is_about_and_one_of_an_older_program_learns_it(book: Book) -> None:
    said, rated, urgent = best(book), best(book), best(book)
    book.ticket(said, 1, sentiment=0.0, text="We are leaving.")
    book.review(rated, 1)
    book.ticket(urgent, 1, priority="Urgent")
    book.evaluate()
    signs = {said: "leaving", rated: "rated", urgent: None}
    assert _signs(book) == signs
    with book.writing() as work:
        work.sql("UPDATE alert_signals SET evidence = NULL")
    book.evaluate()
    assert _signs(book) == signs


def _signs(book: Book) -> dict[int, str | None]:
    kept = "SELECT customer_id, evidence ->> 'sign' FROM alert_signals WHERE rule = 'distress'"
    with book.writing() as work:
        return {row[0]: row[1] for row in work.sql(kept)}
