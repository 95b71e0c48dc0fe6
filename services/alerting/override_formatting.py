"""How a signal says that a person's figure overrides it: first what was set, then what the rule had said."""

from __future__ import annotations

from typing import Any, Final

from models.values import words
from models.values.overrides import FIGURES, model_words, value_words

_BETWEEN: Final = " · "


def overridden_words(plain: str, figure: str, value: Any, computed: Any, currency: str) -> str:
    """Return a signal's words where a figure is overridden.

    "Overridden to 20 %; model: 81 % · 81 % likely to order nothing within 90 days"

    Parameters
    ----------
    figure, value, computed
        Which figure of `models.values.overrides.FIGURES`, what a person set, what the model says (or None).
    currency
        In which values are counted, in minor units.
    """
    # A row shows the risk beside its words: only other figures have to be named.
    head = "Overridden" if figure == "churn_risk" else f"{words.capital(FIGURES[figure])} overridden"
    overridden = f"{head} to {value_words(figure, value, currency)}"
    return f"{overridden}; model: {model_words(figure, computed, currency)}{_BETWEEN}{plain}"
