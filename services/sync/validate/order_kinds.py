"""What kind of order a word speaks of: a purchase, a return, a cancellation; in four languages.

The same word says two things. As the kind of a row, "refund" is money that went back: a return. As the status of an
order, "refunded" says that the purchase of this very row was undone: it is worth nothing, and no return of another one.
"""

from __future__ import annotations

import re
from typing import Final

from services.sync.validate.words import phrase, phrases

UNDONE: Final = "undone"
_PURCHASES: Final = phrases("""
purchase, order, sale, sold, paid, completed, complete, fulfilled, unfulfilled, shipped, delivered, processing
processed, closed, invoice, invoiced, approved, confirmed, created, new, open, dispatched, ready, authorized
partially shipped, partially fulfilled, partially paid, in progress, in transit, subscription, renewal, online, store
web, in store, pos, phone
bestellung, kauf, verkauf, auftrag, rechnung, bezahlt, versendet, versandt, geliefert, ausgeliefert, abgeschlossen
bestätigt, neu, offen, in bearbeitung
commande, vente, achat, facture, payé, payée, livré, livrée, expédié, expédiée, terminé, terminée, confirmée, en cours
pedido, venta, compra, factura, pagado, pagada, enviado, enviada, entregado, entregada, completado, completada, cerrado
""") | {""}
_RETURNS: Final = phrases("""
return, returns, refund, refunds, credit note, credit memo, creditnote, chargeback, reversal, rma
retoure, rückgabe, gutschrift, erstattung, rückerstattung, rücksendung
retour, avoir, remboursement, note de crédit
devolución, reembolso, abono, nota de crédito
""")
_UNDONE: Final = phrases("""
returned, refunded, charged back, reversed, fully refunded
retourniert, zurückgegeben, zurückgesendet, erstattet, rückerstattet, gutgeschrieben
retourné, retournée, remboursé, remboursée
devuelto, devuelta, reembolsado, reembolsada
""")
_CANCELLATIONS: Final = phrases("""
cancelled, canceled, cancellation, cancel, void, voided, failed, declined, denied, expired, abandoned, trash, rejected
storno, storniert, stornierung, abgebrochen, annulliert, fehlgeschlagen, abgelehnt, verfallen
annulé, annulée, annulation, échoué, échouée, refusé, refusée, abandonné, abandonnée, expiré, expirée
cancelado, cancelada, cancelación, anulado, anulada, anulación, fallido, fallida, rechazado, rechazada, caducado
""")
# Of words that are not known, tried in this order; a word that is denied ("no refund") says nothing of the kind.
_DENIED: Final = re.compile(
    r"\b(?:no|non|not|nicht|kein\w*|sans|sin|pas|pending|request\w*|beantragt|angefragt)\b|\bnon\w*able\b"
)
_PARTLY: Final = re.compile(
    r"\bpart(?:ial|ially|ly|iell|ielle|iellement|ialmente)?\b|\bteil\w*|\bparcial\w*|\bpartiel\w*"
)
_CANCEL: Final = re.compile(r"\b(?:cancel|void|storn|annul|anul)")
_BACK: Final = re.compile(
    r"\b(?:refund|return(?:s|ed)?\b|erstatt|ruckerstatt|retour|rembours|reembols|devol|devuel|chargeback)"
)
_STATUS: Final = re.compile(r"status|\bstate\b|statut|estado|zustand|\betat\b")


def is_status(header: str) -> bool:
    """Whether a column says how an order stands, and not what kind of row it is."""
    return _STATUS.search(phrase(header)) is not None


def to_order_kind(text: str, *, status: bool = False) -> str:
    """Purchase, return or cancellation; a word that says neither of the last two is a purchase.

    An order that was refunded or returned in part is still a purchase.

    Parameters
    ----------
    text : str
    status : bool
        Whether it says how the order of its row stands: `undone` then stands for one that was wholly given back.
    """
    word = phrase(text)
    if word in _PURCHASES:
        return "purchase"
    if word in _CANCELLATIONS:
        return "cancellation"
    if word in _RETURNS or word in _UNDONE:
        return UNDONE if status else "return"
    if is_partly_back(text) or _DENIED.search(word):
        return "purchase"
    if _CANCEL.search(word):
        return "cancellation"
    if _BACK.search(word):
        return UNDONE if status else "return"
    return "purchase"


def is_partly_back(text: str) -> bool:
    """Whether a word says that some of an order was given back: how much is not said."""
    word = phrase(text)
    return bool(_PARTLY.search(word) and _BACK.search(word))


def knows_order_kind(text: str) -> bool:
    """Whether a kind or status of an order is known by name or by a telling part of it, and says all."""
    word = phrase(text)
    if any(word in known for known in (_PURCHASES, _RETURNS, _UNDONE, _CANCELLATIONS)):
        return True
    return bool(_CANCEL.search(word) or _BACK.search(word)) and not is_partly_back(text)
