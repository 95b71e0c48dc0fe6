"""What a file's rows contradict themselves in: a sentiment that its text denies, a ticket both open and resolved.

The sentiment is the file's own, or where it has none, that of the words, marked as such.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from models.values.words import count as counted
from services.distress.lexicon import sentiment_of

#: From so strong a sentiment of the words on, any opposite one of the file is wrong: "hate the sizing" is not positive.
#: How strong the file's own is plays no part: a system's mark, faint or not, is a guess, and the words are not.
_CLEAR: Final = 0.6
DENIED: Final = "sentiment"
RESOLVED: Final = "resolved"


def settle_contradictions(values: dict[str, list[Any]], count: int) -> Counter[str]:
    """Fill the sentiment from subject or title and text where the file has none, or one that the words deny.

    Returns
    -------
    Counter
        Rows whose own sentiment the words deny (`DENIED`), and tickets that are open, but have a day on which they were
        resolved (`RESOLVED`).
    """
    nothing: list[Any] = [None] * count
    given = values.get("sentiment", nothing)
    heads = values.get("subject", values.get("title", nothing))
    texts = values.get("text", nothing)
    sentiments, origins, denied = [], [], 0
    for one, head, text in zip(given, heads, texts, strict=True):
        found = one if isinstance(one, float) else None
        words = sentiment_of(f"{head or ''}. {text or ''}") if text or (head and found is None) else None
        contradicts = found is not None and words is not None and abs(words) >= _CLEAR and found * words < 0
        denied += contradicts
        computed = words is not None and (found is None or contradicts)
        sentiments.append(words if computed else found)
        origins.append("computed" if computed else "file" if found is not None else None)
    values["sentiment"], values["sentiment_by"] = sentiments, origins
    pairs = zip(values.get("status", nothing), values.get("resolved_on", nothing), strict=True)
    return Counter(
        {DENIED: denied, RESOLVED: sum(status in ("open", "pending") and day is not None for status, day in pairs)}
    )


def contradictions_words(found: Counter[str]) -> list[str]:
    """What a person should know of rows that contradict themselves."""
    said = []
    if found[DENIED]:
        said.append(f"Sentiment: the text is used where it contradicts the file ({found[DENIED]:,} rows).")
    if found[RESOLVED]:
        has, counts = ("has", "it counts") if found[RESOLVED] == 1 else ("have", "they count")
        tickets = counted(found[RESOLVED], "ticket")
        said.append(f"{tickets} {has} the status open but a resolved date: {counts} as resolved from that day.")
    return said
