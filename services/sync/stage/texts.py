"""The sentiment of a text where the file has none: a small word list, no model, marked as computed."""

from __future__ import annotations

import re
from typing import Any

_WORD = re.compile(r"[^\W\d_]+(?:['’]t)?")
_GOOD = frozenset(
    [
        "good",
        "great",
        "excellent",
        "perfect",
        "love",
        "loved",
        "loves",
        "happy",
        "thanks",
        "thank",
        "wonderful",
        "amazing",
        "best",
        "beautiful",
        "fast",
        "quick",
        "helpful",
        "friendly",
        "comfortable",
        "recommend",
        "recommended",
        "pleased",
        "satisfied",
        "quality",
        "soft",
        "lovely",
        "fantastic",
        "superb",
        "works",
        "resolved",
        "enjoy",
        "awesome",
        "nice",
        "flattering",
        "delighted",
        "favourite",
        "favorite",
        "impressed",
        "well",
    ]
)
_BAD = frozenset(
    [
        "bad",
        "poor",
        "terrible",
        "awful",
        "broken",
        "late",
        "delay",
        "delayed",
        "damaged",
        "wrong",
        "missing",
        "refund",
        "return",
        "disappointed",
        "disappointing",
        "slow",
        "worst",
        "hate",
        "defective",
        "faulty",
        "issue",
        "issues",
        "problem",
        "problems",
        "complaint",
        "cancel",
        "angry",
        "frustrated",
        "frustrating",
        "never",
        "torn",
        "ripped",
        "faded",
        "shrank",
        "unhappy",
        "useless",
        "waste",
        "cheap",
        "lost",
        "error",
        "errors",
        "fail",
        "failed",
        "fails",
        "unacceptable",
        "annoying",
        "tight",
        "loose",
        "crash",
        "crashes",
    ]
)
_NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "without",
        "isn't",
        "wasn't",
        "don't",
        "doesn't",
        "didn't",
        "can't",
        "won't",
        "couldn't",
        "hardly",
    ]
)
_STRONG = frozenset(["very", "extremely", "really", "so", "totally", "completely", "absolutely"])


def sentiment_of(text: str) -> float | None:
    """The sentiment of a text from -1 to 1, or None where no word of it tells."""
    score = hits = 0.0
    weight, flip = 1.0, False
    for match in _WORD.finditer(text.lower().replace("’", "'")):
        word = match[0]
        value = 1.0 if word in _GOOD else -1.0 if word in _BAD else 0.0
        if value:
            score += (-0.7 if flip else 1.0) * value * weight
            hits += weight
            weight, flip = 1.0, False
        elif word in _NEGATIONS:
            flip = True
        elif word in _STRONG:
            weight = 1.5
        else:
            weight, flip = 1.0, False
    if not hits:
        return None
    return round(max(-1.0, min(1.0, score / (hits + 1))), 3)


def add_computed_sentiment(values: dict[str, list[Any]], count: int) -> None:
    """Fill the sentiment that the file does not have from subject or title and text, and say where each is from."""
    nothing: list[Any] = [None] * count
    given = values.get("sentiment", nothing)
    heads = values.get("subject", values.get("title", nothing))
    texts = values.get("text", nothing)
    sentiments, origins = [], []
    for one, head, text in zip(given, heads, texts, strict=True):
        found = one if isinstance(one, float) else None
        origin = "file" if found is not None else None
        if found is None and (head or text):
            found = sentiment_of(f"{head or ''}. {text or ''}")
            origin = "computed" if found is not None else None
        sentiments.append(found)
        origins.append(origin)
    values["sentiment"], values["sentiment_by"] = sentiments, origins
