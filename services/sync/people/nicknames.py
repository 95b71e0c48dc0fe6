"""Short forms of first names, words that say only what kind of firm it is, and forms of address."""

from __future__ import annotations

from collections import Counter
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SHORT_FORMS: Final = {
    "robert": "bob bobby rob robbie bert",
    "william": "bill billy will willy liam",
    "richard": "dick rick ricky rich richie",
    "james": "jim jimmy jamie",
    "john": "jack johnny jon",
    "jonathan": "jonny johnathan",
    "michael": "mike mick mickey micky",
    "thomas": "tom tommy",
    "joseph": "joe joey",
    "charles": "charlie chuck chas",
    "edward": "ed eddie ned ted teddy",
    "andrew": "andy drew",
    "anthony": "tony",
    "david": "dave davy",
    "daniel": "dan danny",
    "matthew": "matt",
    "stephen": "steve steven",
    "gregory": "greg",
    "kenneth": "ken kenny",
    "lawrence": "larry lawrie laurence",
    "benjamin": "ben benny",
    "nicholas": "nick nicky nicolas",
    "peter": "pete",
    "philip": "phil phillip",
    "ronald": "ron ronnie",
    "donald": "don donny",
    "timothy": "tim",
    "zachary": "zach zack",
    "jeffrey": "jeff geoffrey geoff",
    "elizabeth": "liz lizzie beth betty eliza lisbeth elisabeth",
    "margaret": "maggie meg peggy greta",
    "katherine": "kate katie kathy catherine cathy kathryn katharina kathrin",
    "jennifer": "jen jenny",
    "jessica": "jess jessie",
    "rebecca": "becky becca",
    "susan": "sue susie",
    "deborah": "deb debbie debra",
    "victoria": "vicky vicki tori",
    "abigail": "abby gail",
    "dorothy": "dot dottie",
    "barbara": "barb babs",
    "judith": "judy",
    "pamela": "pam",
    "sandra": "sandy",
    "christine": "christina tina chrissie",
    "amanda": "mandy",
    "alexander": "sasha",
    "johannes": "hannes hans",
    "friedrich": "fritz",
    "josef": "sepp",
    "francisco": "paco pancho",
    "jose": "pepe",
    "manuel": "manolo",
}
_MEANT: Final = Counter(short for shorts in _SHORT_FORMS.values() for short in shorts.split())
#: Short form to the name that it stands for. A short form of several names stands for none of them.
NICKNAMES: Final[dict[str, str]] = {
    short: full for full, shorts in _SHORT_FORMS.items() for short in shorts.split() if _MEANT[short] == 1
}
#: Words of a firm's name that say its legal form.
LEGAL_FORMS: Final = _set(
    "ltd limited gmbh mbh ag kg ohg ug ev eg gbr co company corp corporation inc incorporated llc llp lp plc sa sas"
    " sarl srl spa snc bv nv vof oy oyj ab as aps asa kk pty pte sl slu cv lda ltda eirl se sro doo kft zrt"
)
#: Forms of address and small words that tell nobody from anybody.
COURTESY: Final = _set("mr mrs ms miss mx dr prof herr frau mme mlle sir madam and und et the")
#: Providers of mailboxes: the same domain says nothing there.
MAILBOX_DOMAINS: Final = _set(
    "gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de outlook.com outlook.de live.com"
    " live.co.uk msn.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es ymail.com aol.com icloud.com me.com mac.com"
    " gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de mail.com mail.ru yandex.ru proton.me"
    " protonmail.com pm.me zoho.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it qq.com"
    " 163.com btinternet.com sky.com comcast.net verizon.net att.net example.com"
)
#: The part before the @ of addresses that many people read.
SHARED_MAILBOXES: Final = _set(
    "info sales office contact hello admin mail support service shop accounts accounting billing orders order team"
    " enquiries kontakt buero verwaltung einkauf purchasing noreply no-reply webmaster post help"
)
COUNTRIES: Final[dict[str, str]] = {
    "gb": "uk",
    "united kingdom": "uk",
    "great britain": "uk",
    "england": "uk",
    "scotland": "uk",
    "wales": "uk",
    "us": "usa",
    "united states": "usa",
    "united states of america": "usa",
    "de": "germany",
    "deutschland": "germany",
    "at": "austria",
    "osterreich": "austria",
    "ch": "switzerland",
    "schweiz": "switzerland",
    "suisse": "switzerland",
    "fr": "france",
    "es": "spain",
    "espana": "spain",
    "it": "italy",
    "italia": "italy",
    "nl": "netherlands",
    "the netherlands": "netherlands",
    "nederland": "netherlands",
    "be": "belgium",
    "ie": "ireland",
    "pt": "portugal",
    "se": "sweden",
    "no": "norway",
    "dk": "denmark",
    "fi": "finland",
    "pl": "poland",
    "ca": "canada",
    "au": "australia",
    "nz": "new zealand",
    "in": "india",
    "jp": "japan",
    "br": "brazil",
    "mx": "mexico",
}
