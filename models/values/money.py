"""The currencies of the world: code, decimal places and sign, once for all that reads, stores, types or shows money."""

from __future__ import annotations

from typing import Final

_IN_USE: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
"""
#: Codes of ISO 4217 for money that people pay with, and of three that old books still have (ANG, HRK, ZWL).
CODES: Final = frozenset(_IN_USE.split())
_WHOLE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS: Final = "BHD IQD JOD KWD LYD OMR TND"
#: Decimal places of the minor unit (ISO 4217) where it is not a hundredth.
MINOR_DIGITS: Final = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_THOUSANDTHS.split(), 3)}
#: How an English text writes a currency that has a sign of its own (CLDR); others are written with their code.
SIGNS: Final = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "UAH": "₴",
    "VND": "₫", "PHP": "₱", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "TWD": "NT$",
    "BRL": "R$", "MXN": "MX$",
}  # fmt: skip


def exponent(currency: str) -> int:
    """Return how many decimal places the currency's minor unit is (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)
