"""What is personal by its form, whoever it belongs to: addresses, cards, accounts, documents, days of birth, streets.

Over-masking costs nothing, as everything is put back. What shows that something personal is said in a way that no form
catches (a number in words, a password) makes the whole text doubtful: it is then not sent at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.outreach.model.known import Hit

_TLD: Final = (
    r"(?:com|org|net|info|biz|shop|store|example|app|dev|io|co|eu|de|at|ch|uk|ie|fr|be|lu|nl|es|pt|it|pl|se|dk|fi|us"
    r"|ca|au)"
)
_DOT: Final = r"(?: ?\(? ?\b(?:dot|punkt|point|punto|punt)\b ?\)? ?)"
_AT: Final = r"(?: ?\(? ?\b(?:at|ät|arobase|arroba|chiocciola|klammeraffe|apenstaartje)\b ?\)? ?)"
#: Also the beginning of one, where a text was cut; and spelt out: "anna at example dot com".
_EMAIL: Final = re.compile(
    r"[\w.+\-]+(?:@ ?| @ | @(?=[\w\-]+\.\w))[\w\-]*(?: ?\.[\w\-]+| ?\. (?=com\b|de\b)[\w\-]+)*"
    r"|[\w.+\-]+ ?\((?:at|ät)\) ?[\w\-]+(?:\.[\w\-]+)+"
    rf"|(?i:[\w.+\-]+(?:{_DOT}[\w+\-]+|(?: (?:underscore|unterstrich|dash|minus) )[\w+\-]+){{0,3}}{_AT}"
    rf"[\w\-]+(?:(?:{_DOT}|\.)[\w\-]+){{0,2}}(?:{_DOT}|\.){_TLD}\b)"
    rf"|(?i:[\w.+\-]+ ?@ ?[\w\-]+(?:{_DOT}[\w\-]+){{0,2}}{_DOT}{_TLD}\b)"
)
_HANDLE: Final = re.compile(r"(?<![\w@])@\w{2,}")
_LINK: Final = re.compile(
    r"\b(?:https?://|www\.)[^\s<>“”\"]+"
    r"|\b(?:[a-z0-9\-]+\.)+(?:com|org|net|io|co|eu|de|uk|fr|nl|shop|store|example|info|biz|app|dev|us|ca|au)\b(?:/\S*)?",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"(?<![\w.,$€£¥#\-/])\(?\+?\(?\d[\d ().\-/\u00a0]{5,20}\d(?![\w%])")
#: The beginning of a number at which a text was cut.
_CUT_PHONE: Final = re.compile(r"\+\d[\d ().\-]*(?=…)")
_DATE: Final = re.compile(
    r"\d{4}-\d{2}(-\d{2})?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}\s?[-–/]\s?\d{4}|\d{1,3}([ .]\d{3})+"
)
_A_DAY: Final = re.compile(r"(?<![\d./\-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?![\d/\-])")
_YEARS: Final = re.compile(r"(?<!\d)(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d(?!\d)")

# -- numbers ------------------------------------------------------------------------------------------------------

#: A card's number, and any other that is as long: a slip of a digit makes it no less somebody's.
_LONG_NUMBER: Final = re.compile(r"(?<![\w$€£¥])\d(?:[\s\-./\u00a0]{0,3}\d){11,27}(?!\w)")
_IBAN_BEGINS: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?=[ \-\u00a0]?[A-Z0-9])", re.IGNORECASE)
_IBAN_GOES_ON: Final = re.compile(r"(?:[ \-\u00a0]?[A-Z0-9])*", re.IGNORECASE)
_IBAN_LENGTHS: Final = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24,
}  # fmt: skip
_DOCUMENT: Final = re.compile(
    r"\b(?:passport|pass[ -]?(?:no|nr|number|nummer)|reisepass\w*|\w*ausweis\w*|passeport|pi[eè]ce d.identit[eé]"
    r"|carte d.identit[eé]|pasaporte|dni|nie|nif|passaporto|carta d.identit[aà]|paspoort|identity card"
    r"|id[ -](?:card|number|no)|driv\w+ licen[cs]e|führerschein\w*|permis de conduire|carnet de conducir|ssn"
    r"|social security|ni number|nino|sozialversicherung\w*|steuer-?id\w*|national insurance|codice fiscale|tax id)\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"(?<!\w)(?:(?-i:[A-Z]{1,3})[ \-])?[A-Z0-9]*\d[A-Z0-9]*(?:[ \-][A-Z0-9]*\d[A-Z0-9]*)*(?!\w)", re.IGNORECASE
)
#: The forms of passports that need no word before them: nine signs in Germany, letters and digits elsewhere.
_PASSPORT: Final = re.compile(
    r"(?<![\w#])(?:[A-Z]{1,3}\d{6,8}|\d{2}[A-Z]{2}\d{5}|(?=[A-Z0-9]*\d[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])"
    r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?)(?!\w)"
)
#: The lines that machines read; a bracket of ours stands for each of theirs.
_MACHINE_READ: Final = re.compile(r"\b[A-Z0-9]+(?:[‹<]+[A-Z0-9]+)*[‹<]{2,}[A-Z0-9‹<]*")

#: Numbers of people and their cars whose form tells them: social insurance, tax and identity in five countries.
_PERSON_NUMBER: Final = re.compile(
    r"(?<![\w\-])(?:[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|\d{3}-\d{2}-\d{4}|\d{8} ?-? ?[A-HJ-NP-TV-Z]"
    r"|[XYZ] ?-? ?\d{7} ?-? ?[A-Z]|[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3}(?: ?\d{2})?"
    r"|\d{2} ?\d{6} ?[A-Z] ?\d{3}"
    r"|[A-Z]{2}-\d{3}-[A-Z]{2}|[A-Z]{2}\d{2} [A-Z]{3}|\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}"
    r"|[A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2} \d{1,4}[EH]?)(?![\w\-])"
)
#: What machines know somebody by, or let somebody in for: addresses, keys, wallets, places on the map.
_MACHINE: Final = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|\b(?:[0-9a-f]{2}[:\-]){5}[0-9a-f]{2}\b"
    r"|\b(?:[0-9a-f]{1,4}:){3,7}:?[0-9a-f]{1,4}\b"
    r"|\b0x[0-9a-f]{40}\b|\b(?:bc1|[13])[a-z0-9]{25,60}\b|(?<![\d.])-?\d{1,3}\.\d{4,}, ?-?\d{1,3}\.\d{4,}"
    r"|(?<![\w/])(?=[\w\-]*\d)(?=[\w\-]*[a-z])[\w\-]{24,}(?![\w/])",
    re.IGNORECASE,
)
_IS: Final = (
    r"(?:[\s:=#.,\-–(\"'“”‘’]{1,4}(?:(?:is|was|ist|lautet|war|est|était|es|era|no|nr|num|number|nummer|numéro|número|code"
    r"|(?-i:n[°º]))\b\.?[\s:=\"'“”‘’]{0,3}){0,3})"
)
#: What opens something, behind the word that says so; of a password any word, of the others one with a figure.
_SECRET: Final = re.compile(
    rf"\b(?:pass ?words?|passwort|kennwort|passphrase|pwd|mot de passe|mdp|contraseña|clave(?: de acceso)?|wachtwoord"
    rf"|api[ -]?key|wi-?fi[ -]?(?:key|code)){_IS}"
    r"(?P<word>[^\s,;“”\"\[]*[^\s,;.“”\"\[a-z][^\s,;“”\"\[]*|(?<=[:=] )[^\s,;\[]+)"
    r"|\b(?:cvv2?|cvc2?|csc|security code|prüf(?:ziffer|nummer)|kartenprüfnummer|cryptogramme|puk|tan|pin|geheimzahl"
    r"|digicode|passcode|combination|kombination|combinación|\w*codes?|códigos?)\b[^\n\d.,;%€$]{0,30}?"
    r"(?P<code>(?:\b[A-Z])?\d[\d ]{1,8}\d?[A-Z#*]?)(?![\w%€$])"
    r"|\b(?:exp(?:iry|ires?|iration|\.)?(?: date)?|valid (?:thru|until|to|through)|gültig bis|ablauf(?:datum)?|läuft ab"
    rf"|valable jusqu\W?(?:au|en)|expire(?: le| en)?|caduc\w*|cad\.?|vence|vencimiento|válida hasta){_IS}"
    r"(?P<month>\d{1,2} ?[/\-.] ?(?:20)?\d\d)(?!\w)"
    r"|(?:\d[ \-]?){12,18}\d[^\n\d]{0,25}(?P<expires>(?:0[1-9]|1[0-2]) ?[/\-.] ?(?:20)?\d\d)(?!\w)"
    r"|\b(?:log-?in|user(?: ?name| ?id)?|benutzer(?:name|kennung)?|nutzername|anmeldename|kennung|identifiant|pseudo"
    r"|nom d.utilisateur|usuario|nick(?:name)?|handle|skype|telegram|insta(?:gram)?|facebook|snapchat|tiktok|twitter"
    rf"|linkedin|wechat|signal|whatsapp|discord){_IS}"
    r"(?P<user>[\w.\-]*[\d_][\w.\-]*|\w+\.\w+|(?<=[:=] )[\w.\-]{3,})"
    r"|\b(?:account|acct|a/c|kontonummer|konto|compte|cuenta|sort code|blz|bankleitzahl|routing|aba|bic|swift(?:-bic)?"
    r"|rib|kennzeichen|number plate|licen[cs]e plate|registration|immatriculation|plaque|matrícula|versicherungsnummer"
    r"|versichertennummer|policy|patient\w*|nhs|medical record|krankenkasse\w*|numéro de sécu\w*|seguridad social"
    rf"|steuernummer|vat|ust-?id\w*|tva|cif){_IS}"
    r"(?P<account>[A-Z0-9](?:[ .\-/]?[A-Z0-9])*\d(?:[ .\-/]?[A-Z0-9])*)(?!\w)",
    re.IGNORECASE,
)

# -- days of birth ------------------------------------------------------------------------------------------------

_MONTH: Final = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mae|mai|juni|juli|okt|dez|janv|févr|fevr|mars|avr|juin"
    r"|juil|août|aout|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|mei|maart|mrt)[a-zéûä]*\.?"
)
_DAY: Final = (
    r"(?:\d{4}[\-/.]\d{1,2}[\-/.]\d{1,2}|\d{1,2} ?[\-/. ] ?\d{1,2} ?[\-/. ] ?(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|\.|º)? ?(?:de |of |-)?{_MONTH}(?:,? ?(?:de |del |of |-)?(?:\d{{4}}|’?\d{{2}}))?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)"
)
_BORN: Final = (
    r"\b(?:born|birth\w*|d\.?o\.?b\b\.?|b-?day|geboren|geb\.|geburts\w*|née?|naissance|anniversaire|nació|nacid[oa]|nacimiento"
    r"|cumplea\w+|nat[oa] il|nascita|compleanno|geboorte\w*)"
)
_BIRTH: Final = re.compile(
    rf"{_BORN}[^\n]{{0,40}}?(?<!\d)(?P<after>{_DAY}|(?:19|20)\d\d)(?!\d)"
    rf"|(?<!\d)(?P<before>{_DAY})(?!\d)[^\n\d]{{0,30}}?{_BORN}",
    re.IGNORECASE,
)
#: One whose year is spelt out: "born on the second of May nineteen eighty-four".
_SPELT_BIRTH: Final = re.compile(
    rf"{_BORN}\W+(?:(?:on|am|le|el)\W+)?(?P<spelt>(?:[^\W\d_]+[ -]){{2,8}}?(?:nineteen|neunzehnhundert|zweitausend"
    r"|mille neuf cent|deux mille|mil novecientos|dos mil|two thousand)[^\W\d_]*(?:[ -][^\W\d_]+){0,3})",
    re.IGNORECASE,
)
#: A day so long ago is no day of business.
_LONG_AGO: Final = re.compile(
    r"(?<![\w.])(?:(?:19\d\d|200\d)[\-/.]\d{1,2}[\-/.]\d{1,2}|\d{1,2}[\-/.]\d{1,2}[\-/.](?:19\d\d|200\d|[3-9]\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|\.|º)? ?(?:de |of )?{_MONTH},? ?(?:de |of )?(?:19\d\d|200\d)"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19\d\d|200\d))(?!\d)",
    re.IGNORECASE,
)

# -- streets ------------------------------------------------------------------------------------------------------

_NUMBER: Final = r"\d{1,5}(?: ?(?:[a-z]|bis|ter)\b)?(?: ?[\-/] ?\d{1,5}[a-z]?)?"
_NO_STREET: Final = (
    r"(?!(?:days?|weeks?|months?|years?|hours?|minutes?|orders?|items?|pairs?|people|customers?|times?|percent|more|of"
    r"|on|the|in|and|for|to|from|at|by|with|per)\b)"
)
_NO_DAY: Final = (
    r"(?!(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Montag|Dienstag"
    r"|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Jahr|Durchschnitt|Schnitt|Moment|Alter)\b)"
)
#: English words that end as German streets do.
_NO_RING: Final = r"(?!(?:\w*(?:er|or|ir|ur|ear|air|har|tar|par)ing|during|spring|string|bring|offspring)\b)"
_NAME: Final = r"[A-ZÀ-Ý][\wà-ÿ'’\-]*"
_STREETS: Final = tuple(
    re.compile(form)
    for form in (
        # English: 12 Harbour Street, Flat 3 · 12 harbour street · Harbour Street 12
        r"\b\d{1,5}[a-zA-Z]?,? (?:[A-Z][\w'’.]* ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd"
        r"|Court|Ct|Square|Sq|Way|Place|Pl|Terrace|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Row|Quay|Gardens|Grove|Mews"
        r"|Hill)\b\.?(?:,? (?:Apt|Suite|Ste|Unit|Floor|Flat)\.? ?\w+)?",
        rf"(?i:\b\d{{1,5}}[a-z]?,? (?:{_NO_STREET}[a-z'’.\-]+ ){{1,3}}"
        r"(?:street|avenue|road|lane|boulevard|drive|terrace|crescent)\b)",
        r"\b(?:[A-Z][\w'’]* ){1,3}(?:Street|St\.?|Avenue|Ave\.?|Road|Rd\.?|Lane|Boulevard|Blvd\.?|Drive|Square|Terrace"
        rf"|Crescent),? (?:[Nn]o\.? ?)?{_NUMBER}\b",
        # German and Dutch: Hauptstraße 12 · Kaiserplatz 4 · Lange Straße 5 · Am Markt 3 · 12 Hauptstraße
        rf"(?i:\b[a-zäöüß][\wäöüß.\-]*(?:straße|strasse|str\.|straat|gracht|gasse|allee|chaussee|platz)) ?{_NUMBER}\b",
        rf"\b{_NO_RING}[A-ZÄÖÜ][\wäöüß.\-]{{2,}}(?:str|weg|ring|ufer|damm|steig|stieg|pfad|graben|kade|dijk|laan|plein)"
        rf" ?{_NUMBER}\b",
        rf"\b{_NUMBER},? [A-ZÄÖÜ][\wäöüß.\-]*(?:straße|strasse|str\.|straat|gasse|platz|allee|weg)(?!\w)",
        rf"\b(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Vor dem|Beim) {_NO_DAY}"
        rf"[A-ZÄÖÜ][\wäöüß\-]+ (?!(?:19|20)\d\d\b){_NUMBER}\b",
        r"(?i:\b(?:am|an der|an den|auf der|auf dem|im|in der|zum|zur|unter den|hinter der|vor dem) "
        r"(?:[a-zäöüß]+ ){0,2}[a-zäöüß\-]*(?:markt|platz|ring|graben|berg|bach|hof|park|tor|ufer|damm|weg|wall|see"
        rf"|wald|feld|garten|kirche|bahnhof|mühle|linden|anger|rain) (?!(?:19|20)\d\d\b){_NUMBER}\b)",
        r"\b[A-ZÄÖÜ][\wäöüß\-]+(?:er|e|en|es) (?:Straße|Strasse|Str\.|Platz|Weg|Allee|Ring|Gasse|Ufer|Damm|Markt) "
        rf"{_NUMBER}\b",
        rf"\b(?:Straße|Strasse|Platz|Allee) (?:des|der) [\w. ]{{3,25}}? {_NUMBER}\b",
        # French: 12 bis, rue de la Paix · rue de la Paix 12
        rf"\b{_NUMBER},? (?i:rue|avenue|av\.|boulevard|bd\.?|chemin|allée|impasse|route|quai|place|cours|passage|square"
        r"|faubourg) (?:(?i:de la |de l['’]|du |des |de |d['’]|la |le |les |l['’]))?"
        rf"{_NAME}(?: (?:(?:de|du|des|la|le) )*{_NAME}){{0,3}}",
        rf"(?i:\b{_NUMBER},? (?:rue|impasse|chemin|quai|avenue|boulevard) "
        r"(?:de la |de l['’]|du |des |de |d['’])?[a-zà-ÿ'’\-]{3,}(?: [a-zà-ÿ'’\-]{4,})?)",
        rf"(?i:\b(?:rue|avenue|boulevard|impasse|chemin|quai) (?:[\w'’\-]+ ){{0,4}}[\w'’\-]+,? {_NUMBER}\b)",
        # Spanish: Calle Mayor, 5 · C/ Mayor 5 · 5 Calle Mayor
        r"(?i:(?<!\w)(?:calle|c/|avda?\.?|avenida|paseo|plaza|pza\.?|camino|carretera|ronda|travesía) "
        rf"?(?:[\wº°'’à-ÿ]+ ){{0,4}}?[\wà-ÿ'’]+,? (?:n[º°o.]* ?|núm\.? ?)?{_NUMBER}\b)",
        rf"\b{_NUMBER},? (?i:calle|avenida|paseo|plaza) (?:(?:de|del|la|las|los) )*{_NAME}(?: {_NAME}){{0,2}}",
        # Italian: Via Roma 10 · 10, via Roma
        r"\b(?i:via|viale|piazza|corso|vicolo|largo) (?:(?:di|del|della|dei|degli|delle|dello) |d['’]|dell['’])?"
        rf"(?!Email|Mail|Post)[A-ZÀ-Ý][a-zà-ÿ'’]+(?: [A-ZÀ-Ý][a-zà-ÿ'’]+){{0,3}},? (?:n\.? ?)?{_NUMBER}\b",
        r"\bvia (?!(?:e-?mail|mail|dhl|ups|fedex|gls|dpd|post|app|the|your|our|my|chat|sms|phone|link|paypal|web\w*)\b)"
        r"[a-zà-ÿ]{3,}(?: [a-zà-ÿ]{3,})? \d{1,4}\b",
        rf"\b{_NUMBER},? (?i:via|viale|piazza|corso) (?:(?:di|del|della|dei) )?{_NAME}(?: {_NAME}){{0,2}}",
        # Boxes
        r"(?i:\b(?:p\.? ?o\.? ?box|postfach|boîte postale|apartado(?: de correos)?|casella postale|postbus) \d+)",
    )
)
_POSTCODE: Final = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b[A-Z]{2} \d{5}(?:-\d{4})?\b|\b\d{5}-\d{4}\b|\b[A-Z]-\d{4,5}\b"
    r"|(?<=[Zz]ip )\d{5}\b|(?<=[Pp]ostcode )[A-Z\d][A-Z\d \-]{2,8}\b"
    r"|\b\d{5} (?=[A-ZÄÖÜ][a-zäöüß]{3,}\b)|\b\d{4} [A-Z]{2}\b"
)

# -- people -------------------------------------------------------------------------------------------------------

#: Who says who they are, signs, or is called by a title: known to the book or not.
_INTRODUCED: Final = re.compile(
    r"\b(?i:my name is|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo)"
    r" (?P<said>[^\W\d_][\w'’\-]*(?: [A-ZÀ-Ý][\w'’\-]*){0,2})"
    r"|\b(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Sra?|Señora?|Signora?|Signor)\.? "
    r"(?P<titled>[A-ZÀ-Ý][\w'’\-]+(?: [A-ZÀ-Ý][\w'’\-]+)?)"
    r"|(?i:regards|cheers|sincerely|grüße|grüßen|cordialement|saludos|saluti|best wishes),?\s*[-–]?\s*"
    r"(?P<signed>[A-ZÀ-Ý][\w'’\-]+(?: [A-ZÀ-Ý][\w'’\-]+){0,2})\s*$"
    r"|(?P<eastern>[\u4e00-\u9fff]{1,3})(?=先生|女士|小姐|老师|さん|様|さま|氏)"
)

#: Words with a capital that may stand where a person's name does.
_NO_PERSON: Final = (
    r"(?!(?:[Tt]h(?:e|is|at|ey|ese|ose)|S?[Hh]e|It|I|We|You|Who|Which|What|Every\w*|Some\w*|No(?:body)?|Any\w*|One|All"
    r"|Both|And|But|Also|Then|Never|Just|Always|Customers?|Clients?|Buyers?|Support|Sales|Team|Service|Owner|Manager|Er"
    r"|Sie|Es|Wir|Ihr|Man|Kund\w+|Wer|Niemand|Jemand|Und|Aber|Ils?|Elles?|On|Nous|Vous|Je|Qui|Personne|Clientes?|Él"
    r"|Ella|Ellos|Nadie|Quién|Usted|Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Sra?|Señora?|Signora?)\b)"
)
#: Who says, wants or asks something at the beginning of a sentence, or is asked or spoken to: people are called Rose,
#: Gold and Olive.
_SPEAKS: Final = re.compile(
    rf"(?:^|(?<=[.!?:] )|(?<=\n)){_NO_PERSON}(?P<speaks>{_NAME}(?: {_NAME}){{0,2}})(?= (?:says?|said|wants?|called|rang"
    r"|asks?|asked|queried|approved|told|wrote|phoned|prefers?|confirmed|insists?|complained|sagt|fragt|möchte|rief"
    r"|bittet|meint|will (?!be\b|not\b)|demande|veut|préfère|trouve|a (?:appelé|demandé|dit)|quiere|pide|dice|prefiere"
    r"|llamó|pregunta)\b)"
    r"|\b(?:[Aa]sk|(?:[Tt]alk\w*|[Ss]poke|[Ss]peak) (?:to|with)|[Ss]igned by|account holder|au nom de|[Hh]ablé con)"
    rf" {_NO_PERSON}(?P<spoken_to>(?:[A-ZÀ-Ý]\.? )?{_NAME}(?: {_NAME})?)"
)

_PATTERNS: Final = (
    (_EMAIL, "email"),
    (_LINK, "link"),
    (_HANDLE, "handle"),
    (_MACHINE_READ, "document"),
    (_PASSPORT, "document"),
    (_LONG_AGO, "birth date"),
    *((form, "address") for form in _STREETS),
    (_POSTCODE, "postcode"),
    (_CUT_PHONE, "phone"),
    (_PERSON_NUMBER, "document"),
    (_MACHINE, "code"),
)
#: The town behind a street.
_TOWN: Final = re.compile(r",? ?\b\d{4,5} [^\W\d_][\w\-']+")

# -- doubt --------------------------------------------------------------------------------------------------------

_DIGIT: Final = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|null|eins|zwei|zwo|drei|vier|fünf|sechs"
    r"|sieben|acht|neun|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho"
    r"|nueve|due|tre|quattro|cinque|sei|sette|otto|nove|\d)"
)
_DOUBTS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # A number in words, or digit by digit.
        rf"\b{_DIGIT}(?:[ ,.\-]+{_DIGIT}){{4,}}\b",
        r"\d(?:[\s.\-/()]{0,3}\d){6,}",
        # Letter by letter.
        r"(?<![\w.])(?:[^\W\d_][ .\-]){4,}[^\W\d_](?![\w])",
        # A secret, or a number of which the number was not found.
        r"\b(?:password|passwort|kennwort|passcode|passphrase|pin(?: code| number)?|cvv|cvc|security code|mot de passe"
        r"|contraseña|api key)\b[^.\n\[]{0,12}(?:\bis\b|\bist\b|lautet|\best\b|\bes\b|[:=])",
        r"\b(?:passport|reisepass|ausweis|passeport|pasaporte|iban|kontonummer|card number|kartennummer|account number"
        r"|numéro de (?:carte|compte)|número de (?:tarjeta|cuenta))\b[^.\n\[]{0,12}(?:\bis\b|\bist\b|lautet|\best\b"
        r"|\bes\b|[:=])\s*(?!\[)\w",
        # The rest of an address.
        r"@|\b(?:dot|punkt|punto|point) (?:com|net|org|de|fr|es|it|eu|uk|co)\b",
    )
)


def personal(text: str) -> Iterator[Hit]:
    """Yield what is personal by its form in a text; hits may overlap."""
    for pattern, kind in _PATTERNS:
        for found in pattern.finditer(text):
            town = _TOWN.match(text, found.end()) if kind == "address" else None
            end = town.end() if town else found.end()
            said = text[found.start() : end]
            yield Hit(found.start(), end, kind, said.casefold(), said)
    yield from _numbers(text)
    yield from _accounts(text)
    for word in _DOCUMENT.finditer(text):
        code = _CODE.search(text, word.end(), word.end() + 60)
        if code and sum(map(str.isalnum, code.group())) >= 5:
            yield Hit(*code.span(), "document", code.group().casefold(), code.group())
    for pattern, kind in (
        (_BIRTH, "birth date"),
        (_SPELT_BIRTH, "birth date"),
        (_SPEAKS, "person"),
        (_INTRODUCED, "person"),
        (_SECRET, "secret"),
    ):
        for found in pattern.finditer(text):
            for name in found.groupdict():
                if found[name]:
                    yield Hit(*found.span(name), kind, found[name].casefold(), found[name])


def doubt(masked: str) -> bool:
    """Return whether a text that was masked may still hold what is personal, said in a way that no form catches."""
    bare = _YEARS.sub(" ", _A_DAY.sub(" ", masked))
    return any(form.search(bare) for form in _DOUBTS)


def _numbers(text: str) -> Iterator[Hit]:
    for found in _LONG_NUMBER.finditer(text):
        if not _A_DAY.search(found.group()):
            digits = re.sub(r"\D", "", found.group())
            yield Hit(*found.span(), "card" if _is_card(digits) else "number", found.group(), found.group())
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        beside_days = len(re.sub(r"\D", "", _A_DAY.sub(" ", found.group())))
        if 7 <= beside_days <= len(digits) <= 15 and not _DATE.fullmatch(found.group().strip()):
            said = found.group()
            skipped = said.startswith("(") and ")" not in said  # the bracket is the sentence's
            yield Hit(found.start() + skipped, found.end(), "phone", digits, said[skipped:])


def _is_card(digits: str) -> bool:
    """Return whether digits are a card's number: 13 to 19 of them that satisfy Luhn's check."""
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def _accounts(text: str) -> Iterator[Hit]:
    """Yield IBANs that satisfy their check, and what has the length of one of its country: a slip of the pen."""
    for begins in _IBAN_BEGINS.finditer(text):
        goes_on = _IBAN_GOES_ON.match(text, begins.end())
        last = goes_on.end() if goes_on else begins.end()
        ends = [at for at in range(begins.end(), last + 1) if not text[at : at + 1].isalnum()]
        compact = {at: re.sub(r"\W", "", text[begins.start() : at]).upper() for at in ends}
        length = _IBAN_LENGTHS.get(begins.group()[:2].upper())
        fitting = [at for at, said in compact.items() if 15 <= len(said) <= 34 and _is_iban(said)]
        fitting = fitting or [at for at, said in compact.items() if len(said) == length]
        if fitting:
            end = fitting[-1]
            said = text[begins.start() : end]
            yield Hit(begins.start(), end, "account", said, said)


def _is_iban(said: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in said[4:] + said[:4])) % 97 == 1
