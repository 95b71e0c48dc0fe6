"""Which currency amounts are in on this computer, by the country of its locale: a fact, so apart from the settings."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import Final

_EURO: Final = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
_OTHERS: Final = """
    US=USD GB=GBP CH=CHF LI=CHF CA=CAD AU=AUD NZ=NZD JP=JPY SE=SEK NO=NOK DK=DKK IS=ISK PL=PLN CZ=CZK
    HU=HUF RO=RON TR=TRY UA=UAH RS=RSD IL=ILS IN=INR CN=CNY HK=HKD TW=TWD KR=KRW SG=SGD MY=MYR TH=THB
    ID=IDR PH=PHP VN=VND ZA=ZAR BR=BRL MX=MXN AR=ARS CL=CLP CO=COP PE=PEN AE=AED SA=SAR EG=EGP MA=MAD
    NG=NGN KE=KES PK=PKR
"""
#: Country → currency (ISO 3166 and 4217).
_OF: Final = {
    **dict.fromkeys(_EURO.split(), "EUR"),
    **dict(pair.split("=") for pair in _OTHERS.split()),
}
_COUNTRY: Final = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z]{4})?[_-]([A-Z]{2})(?![A-Za-z])")


@cache
def this_computers_currency() -> str:
    """Return the currency of this computer's locale, '' where it names no country."""
    found = _COUNTRY.match(_locale())
    return _OF.get(found[1], "") if found else ""


def _locale() -> str:
    if sys.platform == "win32":
        import ctypes

        name = ctypes.create_unicode_buffer(85)
        ctypes.windll.kernel32.GetUserDefaultLocaleName(name, len(name))
        return name.value
    return next((os.environ[one] for one in ("LC_ALL", "LC_MONETARY", "LANG") if os.environ.get(one)), "")
