"""Consent as other systems write it: a status, or yes and no, in four languages; and columns that say the opposite.

What says neither is unknown, and it is told: an opt-out that nobody understood must not pass for nothing.
"""

from __future__ import annotations

import re
from typing import Any, Final

from services.sync.validate.memo import Unfit
from services.sync.validate.words import phrase, phrases

_YES: Final = phrases("""
yes, y, true, 1, 1.0, on, x, checked, enabled, ✓, ✔, ☑, ✅, ja, j, wahr, an, oui, o, vrai, sí, si, s, verdadero, cierto
""")
_NO: Final = phrases("""
no, n, false, 0, 0.0, off, unchecked, disabled, ✗, ✘, ☐, ❌, nein, falsch, aus, non, faux, falso
""")
_GIVEN: Final = _YES | phrases("""
given, granted, subscribed, confirmed, active, opted in, opt in, optin, double opt in, single opt in, accepted, agreed
erteilt, eingewilligt, zugestimmt, bestätigt, angemeldet, abonniert, aktiv, akzeptiert
accordé, accordée, accepté, acceptée, consenti, confirmé, confirmée, abonné, abonnée, inscrit, inscrite, actif
dado, otorgado, otorgada, aceptado, aceptada, consentido, confirmado, confirmada, suscrito, suscrita, activo, acepta
""")
_LEFT: Final = phrases("""
withdrawn, revoked, unsubscribed, unsubscribe, unsub, opted out, opt out, optout, refused, rejected, declined, denied
cleaned, bounced, suppressed, blocked, blacklisted, blocklisted, complained, spam, junk, do not contact, do not email
dnc, never contact
widerrufen, entzogen, abgemeldet, abbestellt, abgelehnt, verweigert, gesperrt, nicht erteilt, keine, kein, widersprochen
retiré, retirée, révoqué, révoquée, refusé, refusée, désabonné, désabonnée, désinscrit, désinscrite, bloqué, opposé
retirado, retirada, revocado, revocada, rechazado, rechazada, denegado, denegada, dado de baja, dada de baja, baja
desuscrito, no acepta, bloqueado, bloqueada
""")
_UNKNOWN: Final = phrases("""
unknown, never subscribed, not subscribed, nonsubscribed, non subscribed, never, pending, unconfirmed, not confirmed
not set, none, null, n/a, na, ?, unbekannt, ausstehend, unbestätigt, inconnu, en attente, desconocido, pendiente
""") | {""}
_DAY: Final = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b.*", re.DOTALL)


def to_consent(text: str) -> str:
    """Consent given, withdrawn, or unknown; a text that says neither is unknown."""
    word = phrase(text)
    if word in _GIVEN:
        return "given"
    return "withdrawn" if word in _LEFT or word in _NO else "unknown"


def knows_consent(text: str) -> bool:
    """Whether a text is known to say something of consent, if only that nobody knows."""
    return any(phrase(text) in known for known in (_GIVEN, _LEFT, _NO, _UNKNOWN))


def to_opt_out(text: str) -> str:
    """Consent as a column says it whose yes means no: withdrawn, or unknown.

    A day is the one on which somebody opted out. Not to have opted out is no consent.

    Raises
    ------
    Unfit
        It says neither.
    """
    word = phrase(text)
    if word in _YES or word in _LEFT or _DAY.fullmatch(text.strip()):
        return "withdrawn"
    if word in _NO or word in _GIVEN or word in _UNKNOWN:
        return "unknown"
    raise Unfit("does not say whether they opted out")


def stricter(consents: list[Any] | None, opt_outs: list[Any]) -> list[Any]:
    """Consents of rows that have a column of opt-outs too: who opted out has withdrawn it, whatever else is said."""
    given = consents if consents is not None else [None] * len(opt_outs)
    return [out if out == "withdrawn" else one or out for one, out in zip(given, opt_outs, strict=True)]
