"""The sentiment of what customers write, and the priority of tickets, in four languages."""

from __future__ import annotations

import pytest

from services.distress.lexicon import sentiment_of, urgency


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        *(("hate the sizing", False), ("love it", True), ("I am not happy with it", False), ("not bad", True)),
        *(("Quality not as expected", False), ("Nicht gut, sehr enttäuscht", False), ("nicht schlecht", True)),
        *(("Je ne suis pas content", False), ("Pas mal", True), ("No estoy contento", False), ("Alles super", True)),
        *(("Thanks for nothing!", False), ("Danke für gar nichts", False), ("Merci pour rien", False)),
        *(("Great, another week without a delivery.", False), ("Gracias por nada", False), ("Danke für alles", True)),
        *(("No es malo", True), ("C’est inadmissible", False), ("Es perfecto, gracias", True)),
    ],
)
def test_sentiment_knows_four_languages_and_their_negations(text: str, positive: bool) -> None:
    found = sentiment_of(text)
    assert found is not None
    assert (found > 0) == positive


def test_priorities_of_other_systems() -> None:
    assert [urgency(word) for word in ("Urgent", "1 - Critical", "Élevée", "hoch", "Normal", "", None)] == [
        *(2, 2, 1, 1, 0, 0, 0),
    ]
