"""Phone numbers as they are compared: digits, international where that is known."""

from __future__ import annotations

import re
import unicodedata

_EXTENSION = re.compile(
    r"(?:\s*[,;]?\s*(?:ext|extn|extension|durchwahl|dw|poste|x)\.?\s*:?\s*\d{1,6}|\s*#\s*\d{1,6})$", re.I
)
_TRUNK = re.compile(r"\(0\)")
_FEWEST, _MOST = 6, 15
_SPOILED = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
# Country to its calling code and the digit that numbers within it begin with ('' where there is none).
_COUNTRIES: dict[str, tuple[str, str]] = {}
for _line in """
US USA UNITEDSTATES UNITEDSTATESOFAMERICA CA CAN CANADA KANADA VEREINIGTESTAATEN ETATSUNIS ESTADOSUNIDOS: 1 1
GB UK GBR UNITEDKINGDOM GREATBRITAIN ENGLAND SCOTLAND WALES VEREINIGTESKONIGREICH ROYAUMEUNI REINOUNIDO: 44 0
IE IRL IRELAND IRLAND IRLANDE IRLANDA: 353 0
DE DEU GERMANY DEUTSCHLAND ALLEMAGNE ALEMANIA: 49 0
AT AUT AUSTRIA OSTERREICH OESTERREICH AUTRICHE: 43 0
CH CHE SWITZERLAND SCHWEIZ SUISSE SUIZA: 41 0
FR FRA FRANCE FRANKREICH FRANCIA: 33 0
BE BEL BELGIUM BELGIEN BELGIQUE BELGICA: 32 0
NL NLD NETHERLANDS THENETHERLANDS NIEDERLANDE PAYSBAS PAISESBAJOS: 31 0
LU LUX LUXEMBOURG LUXEMBURG LUXEMBURGO: 352
ES ESP SPAIN SPANIEN ESPAGNE ESPANA: 34
PT PRT PORTUGAL: 351
IT ITA ITALY ITALIEN ITALIE ITALIA: 39
DK DNK DENMARK DANEMARK DINAMARCA: 45
NO NOR NORWAY NORWEGEN NORVEGE NORUEGA: 47
SE SWE SWEDEN SCHWEDEN SUEDE SUECIA: 46 0
FI FIN FINLAND FINNLAND FINLANDE FINLANDIA: 358 0
IS ISL ICELAND ISLAND: 354
PL POL POLAND POLEN POLOGNE POLONIA: 48
CZ CZE CZECHREPUBLIC CZECHIA TSCHECHIEN: 420
SK SVK SLOVAKIA SLOWAKEI: 421 0
HU HUN HUNGARY UNGARN HONGRIE: 36 06
RO ROU ROMANIA RUMANIEN ROUMANIE: 40 0
BG BGR BULGARIA BULGARIEN: 359 0
GR GRC GREECE GRIECHENLAND GRECE: 30
HR HRV CROATIA KROATIEN: 385 0
SI SVN SLOVENIA SLOWENIEN: 386 0
EE EST ESTONIA ESTLAND: 372
LV LVA LATVIA LETTLAND: 371
LT LTU LITHUANIA LITAUEN: 370 0
UA UKR UKRAINE: 380 0
TR TUR TURKEY TURKIYE TURKEI: 90 0
IL ISR ISRAEL: 972 0
AE ARE UNITEDARABEMIRATES: 971 0
SA SAU SAUDIARABIA: 966 0
IN IND INDIA INDIEN INDE: 91 0
BD BGD BANGLADESH: 880 0
PK PAK PAKISTAN: 92 0
AU AUS AUSTRALIA AUSTRALIEN AUSTRALIE: 61 0
NZ NZL NEWZEALAND NEUSEELAND: 64 0
JP JPN JAPAN JAPON: 81 0
KR KOR SOUTHKOREA: 82 0
CN CHN CHINA CHINE: 86 0
HK HKG HONGKONG: 852
SG SGP SINGAPORE SINGAPUR: 65
MY MYS MALAYSIA: 60 0
TH THA THAILAND: 66 0
VN VNM VIETNAM: 84 0
PH PHL PHILIPPINES: 63 0
ID IDN INDONESIA INDONESIEN: 62 0
ZA ZAF SOUTHAFRICA SUDAFRIKA: 27 0
NG NGA NIGERIA: 234 0
KE KEN KENYA KENIA: 254 0
EG EGY EGYPT AGYPTEN: 20 0
MA MAR MOROCCO MAROKKO MAROC: 212 0
BR BRA BRAZIL BRASILIEN BRASIL BRESIL: 55 0
AR ARG ARGENTINA ARGENTINIEN: 54 0
MX MEX MEXICO MEXIKO MEXIQUE: 52
CL CHL CHILE: 56
CO COL COLOMBIA KOLUMBIEN: 57
PE PER PERU: 51 0
""".strip().splitlines():
    _names, _, _codes = _line.partition(":")
    _code, _trunk = (*_codes.split(), "")[:2]
    _COUNTRIES.update(dict.fromkeys(_names.split(), (_code, _trunk)))


def phone_key(text: str, country: str = "") -> str:
    """A phone number as it is compared: digits, with a + where it is international; '' where it is none.

    Parameters
    ----------
    text : str
        As written: "+44 (0)20 5550 1234 ext. 7".
    country : str
        Where the number is, a code or a name in English, German, French or Spanish; a number that does not say its
        country is completed with it. '' or one that is not known: the number stays national.
    """
    body = text.strip()
    if is_spoilt(body):
        return ""
    body = _TRUNK.sub("", _EXTENSION.sub("", body))
    digits = "".join(str(unicodedata.digit(sign)) for sign in body if sign.isdecimal())
    if not _FEWEST <= len(digits) <= _MOST + 3:
        return ""
    if body.lstrip("'( ").startswith("+"):
        return "+" + digits
    if digits.startswith("00") and len(digits) > 9:
        return "+" + digits[2:]
    known = _COUNTRIES.get(_bare(country)) if country else None
    if known is None:
        return digits
    code, trunk = known
    if code == "1":
        national = digits.removeprefix("1") if len(digits) == 11 else digits
        return "+1" + national if len(national) == 10 else digits
    if trunk and digits.startswith(trunk):
        return f"+{code}{digits.removeprefix(trunk)}"
    if digits.startswith(code) and len(digits) > 10:
        return "+" + digits
    return f"+{code}{digits}"


def is_spoilt(text: str) -> bool:
    """Whether a spreadsheet wrote a number so that nobody can call it: 4.42056E+11."""
    return _SPOILED.fullmatch(text.strip()) is not None


def _bare(country: str) -> str:
    parts = unicodedata.normalize("NFD", country.strip())
    return "".join(sign for sign in parts if sign.isascii() and sign.isalpha()).upper()
