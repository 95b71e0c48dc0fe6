"""The currency of this computer: by the country of its locale."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from services.settings.local_currency import this_computers_currency


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    this_computers_currency.cache_clear()
    yield
    this_computers_currency.cache_clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no variables for it")
@pytest.mark.parametrize(
    ("locale", "currency"),
    [
        ("de_DE.UTF-8", "EUR"),
        ("fr_CH@euro", "CHF"),
        ("en-GB", "GBP"),
        ("zh_Hant_TW.UTF-8", "TWD"),
        ("C.UTF-8", ""),
        ("POSIX", ""),
        ("en", ""),
        ("en_XX", ""),
    ],
)
def test_the_country_of_the_locale_says_the_currency(
    monkeypatch: pytest.MonkeyPatch, locale: str, currency: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert this_computers_currency() == currency
