"""Consent, kinds of orders, statuses of tickets and stages of deals, in the words of other systems."""

from __future__ import annotations

import pytest

from services.sync.kinds import words
from services.sync.kinds.memo import Unfit
from services.sync.kinds.words import (
    UNDONE,
    is_status,
    knows_consent,
    knows_order_kind,
    stricter,
    to_consent,
    to_opt_out,
    to_order_kind,
)


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        *[
            (text, "given")
            for text in ("Ja", "oui", "Sí", "SUBSCRIBED", "opted-in", "abonniert", "Suscrito", "✓", "WAHR")
        ],
        *[
            (text, "withdrawn")
            for text in ("Nein", "non", "No", "abgemeldet", "désabonné", "dado de baja", "UNSUBSCRIBED")
        ],
        *[(text, "withdrawn") for text in ("cleaned", "Do-Not-Email", "Widerrufen", "FALSCH", "0", "opt_out")],
        *[(text, "unknown") for text in ("NEVER_SUBSCRIBED", "unbekannt", "pending", "", "perhaps")],
    ],
)
def test_consent_is_known_in_four_languages(text: str, consent: str) -> None:
    assert to_consent(text) == consent
    assert knows_consent(text) == (text != "perhaps")


@pytest.mark.parametrize(
    ("text", "consent"),
    [("true", "withdrawn"), ("Ja", "withdrawn"), ("2026-01-05", "withdrawn"), ("05.01.2026 10:00", "withdrawn"),
     ("Unsubscribed", "withdrawn"), ("no", "unknown"), ("0", "unknown"), ("subscribed", "unknown")],
)  # fmt: skip
def test_a_yes_to_opting_out_withdraws_and_a_no_gives_nothing(text: str, consent: str) -> None:
    assert to_opt_out(text) == consent


def test_what_says_neither_is_told_in_a_column_of_opt_outs() -> None:
    with pytest.raises(Unfit, match="does not say whether they opted out"):
        to_opt_out("Spring sale")
    assert stricter(["given", None, "given"], ["withdrawn", "unknown", None]) == ["withdrawn", "unknown", "given"]
    assert stricter(None, ["withdrawn", None]) == ["withdrawn", None]


@pytest.mark.parametrize(
    ("text", "kind", "as_status"),
    [
        ("Refund", "return", UNDONE),
        ("Refunded", "return", UNDONE),
        ("Retoure", "return", UNDONE),
        ("remboursée", "return", UNDONE),
        ("Partially refunded", "purchase", "purchase"),
        ("teilweise erstattet", "purchase", "purchase"),
        ("Return requested", "purchase", "purchase"),
        ("Returning", "purchase", "purchase"),
        ("non-refundable", "purchase", "purchase"),
        ("Credit", "purchase", "purchase"),
        ("Credit note", "return", UNDONE),
        ("storniert", "cancellation", "cancellation"),
        ("Annulée", "cancellation", "cancellation"),
        ("Cancelado por el cliente", "cancellation", "cancellation"),
        ("failed", "cancellation", "cancellation"),
        ("Delivered", "purchase", "purchase"),
        ("Refund issued to card", "return", UNDONE),
        ("Part of it shipped", "purchase", "purchase"),
    ],
)
def test_kinds_of_orders(text: str, kind: str, as_status: str) -> None:
    assert to_order_kind(text) == kind
    assert to_order_kind(text, status=True) == as_status


def test_what_is_not_known_of_an_order_is_told() -> None:
    assert [knows_order_kind(text) for text in ("Delivered", "Bezahlt", "Refunded", "B2B", "Partially refunded")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert [is_status(header) for header in ("Order Status", "Bestellstatus", "État", "Type", "Kind")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *[
            (text, "open")
            for text in ("Unresolved", "unsolved", "Not solved", "nicht gelöst", "Offen", "en cours", "Reopened")
        ],
        *[(text, "pending") for text in ("Awaiting reply", "en attente", "Pendiente", "Wartet auf Kunde")],
        *[
            (text, "solved")
            for text in ("Geschlossen", "gelöst", "Résolue", "cerrado", "Closed - duplicate", "auto-closed")
        ],
    ],
)
def test_statuses_of_tickets(text: str, status: str) -> None:
    assert words.to_ticket_status(text) == status
    assert words.knows_ticket_status(text)


def test_a_status_of_a_ticket_that_is_not_known_is_open_and_told() -> None:
    assert words.to_ticket_status("Blue") == "open"
    assert not words.knows_ticket_status("Blue")


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Assigned", "Identified"),
        ("Unsigned", "Identified"),
        ("Contract signed", "Won"),
        ("05-Gewonnen", "Won"),
        ("Verloren", "Lost"),
        ("Perdu", "Lost"),
        ("Unqualified", "Lost"),
        ("Angebot", "Proposal"),
        ("Verhandlung", "Negotiation"),
        ("contractsent", "Negotiation"),
        ("decisionmakerboughtin", "Qualified"),
        ("closedwon", "Won"),
    ],
)
def test_stages_of_deals(text: str, stage: str) -> None:
    assert words.to_stage(text) == stage
