"""How many decimal places a currency's minor unit is: what turns integer minor units into major units and back."""

from __future__ import annotations

#: ISO 4217 currencies whose minor unit is not a hundredth.
MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def exponent(currency: str) -> int:
    """Return how many decimal places the currency's minor unit is (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)
