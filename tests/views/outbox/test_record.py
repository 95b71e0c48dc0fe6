"""What happened to an email is told in order, in local words."""

from __future__ import annotations

from dataclasses import replace

from models.values.outbox import Attempt
from tests.views.outbox.made import NOW, message
from views.outbox.record import LAST_ATTEMPTS, headline, history, moment_words


def test_a_moment_of_today_is_its_time_and_another_one_has_its_day() -> None:
    assert moment_words("2026-11-19T08:30:00Z", NOW) == "08:30"
    assert moment_words("2026-11-18T08:30:00Z", NOW) == "18 Nov, 08:30"


def test_a_failed_email_tells_every_attempt_with_the_servers_words() -> None:
    tried = (Attempt("2026-11-19T08:40:00Z", "Refused by the server", "550 no such mailbox"),)
    lines = history(message(3, "failed"), tried, NOW)
    assert [words for _when, words in lines] == [
        "Written from a template", "Approved by Ada", "Refused by the server: 550 no such mailbox",
    ]  # fmt: skip


def test_only_the_last_of_many_attempts_are_told() -> None:
    tried = tuple(Attempt("2026-11-19T08:40:00Z", "The server takes it later", "") for _ in range(20))
    assert len(history(message(3, "queued"), tried, NOW)) == 2 + LAST_ATTEMPTS + 1


def test_an_automatic_draft_and_a_mail_programs_hand_over_say_so() -> None:
    drafted = replace(message(3, "in_review"), origin="flow")
    assert history(drafted, (), NOW)[0][1] == "Drafted automatically for review"
    sent = replace(message(3, "sent"), via="eml")
    assert history(sent, (), NOW)[-1][1] == "Sent from your mail app"


def test_the_headline_names_goal_writer_and_who_approved() -> None:
    assert headline(message(1, "in_review"), NOW) == "Apologise and win back · by language model office"
    assert headline(message(2, "sent"), NOW).endswith("written by hand · approved by Ada, 08:46")
