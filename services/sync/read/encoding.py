"""Which characters a file's bytes are: decided from all of them, with how sure that is.

Byte order marks first, then the NULs that give UTF-16 away, then a pass over the whole file that tells UTF-8 from the
code pages of old programs. Those are told apart by what stands where: in the right one the letters with accents lie
within words, small among small letters, and signs such as ‰ or Ý do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from services.sync.kinds.vocabulary import listed

BLOCK = 1 << 20
# Windows-1252 first: of pages that fit alike, the most widespread is taken.
CODE_PAGES = ("cp1252", "mac_roman", "latin-1", "cp1250", "cp1251")
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_NOT_IN_CP1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_HIGH = re.compile(rb"[\x80-\xff]+")
_EXCERPTS = 400
_AROUND = 12
# How usual letters are in what people of Western and Central Europe write; what is not named here is rare.
_WESTERN = dict.fromkeys("éèàùâêîôûçäöüßñóíáúãõåæø", 1.0) | dict.fromkeys("ÉÈÀÇÄÖÜÓÁÍÚÅØÆëïœìò", 0.6)
_CENTRAL = dict.fromkeys("áéíóúýčďěňřšťůžłąęśżźćńőűășțđ", 1.0) | dict.fromkeys("ČŠŽŘŁŚŻŐŰÁÉÍÓÚäöüôľ", 0.6)
_SIGNS = {"\u2019": 0.8, "€": 0.8, "£": 0.6, "°": 0.5, "–": 0.6, "\u2014": 0.5, "“": 0.6, "”": 0.6, "\u2018": 0.5}
_SIGNS |= {"„": 0.6, "®": 0.4, "™": 0.4, "©": 0.4, "«": 0.4, "»": 0.4, "²": 0.4, "½": 0.3, "…": 0.4, "\u00a0": 0.4}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become characters.

    Attributes
    ----------
    name : str
        As Python knows it.
    errors : str
        ``strict``, or ``replace`` where a few bytes are broken.
    confidence : float
        0 to 1.
    why : str
        In a few words.
    rivals : tuple of str
        What else it could be.
    broken : int
        Characters that are broken.
    has_nul : bool
    """

    name: str
    errors: str
    confidence: float
    why: str
    rivals: tuple[str, ...] = ()
    broken: int = 0
    has_nul: bool = False


def by_mark(head: bytes) -> Encoding | None:
    """The encoding that a byte order mark names."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, "replace", 1.0, "it starts with a byte order mark")
    return None


def by_nuls(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: every other byte of plain letters is NUL."""
    head = head[: len(head) // 2 * 2]
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if half and many > 0.4 * half and few < 0.05 * half:
            return Encoding(name, "replace", 0.95, "every other byte is NUL, as in plain text in UTF-16")
    return None


@dataclass
class Counts:
    """What a pass over all bytes found."""

    total: int = 0
    nuls: int = 0
    multibyte: int = 0
    broken: int = 0
    not_in_cp1252: bool = False
    excerpts: list[bytes] = field(default_factory=list)


def scan(stream: BinaryIO) -> Counts:
    """Read a file once and count what is and what is not UTF-8 in it."""
    counts = Counts()
    rest = b""
    while block := stream.read(BLOCK):
        counts.total += len(block)
        counts.nuls += block.count(0)
        if not rest and block.isascii():
            continue
        rest = _scan_block(rest + block, counts, last=False)
    _scan_block(rest, counts, last=True)
    return counts


def _scan_block(block: bytes, counts: Counts, *, last: bool) -> bytes:
    cut = len(block)
    if not last:
        # A character may be split between two blocks: the last few bytes wait for the next one.
        while cut > max(0, len(block) - 4) and block[cut - 1] & 0x80:
            cut -= 1
            if block[cut] & 0xC0 == 0xC0:
                break
    body, rest = block[:cut], block[cut:]
    text = body.decode("utf-8", errors="replace")
    if not text.isascii():
        broken = text.count("\ufffd") - body.count("\ufffd".encode())
        counts.broken += broken
        counts.multibyte += len(text) - len(text.encode("ascii", "ignore")) - broken
        if broken and len(counts.excerpts) < _EXCERPTS:
            counts.excerpts += _excerpts(body, _EXCERPTS - len(counts.excerpts))
    if any(byte in body for byte in _NOT_IN_CP1252):
        counts.not_in_cp1252 = True
    return rest


def _excerpts(body: bytes, most: int) -> Iterator[bytes]:
    """Pieces around bytes that are not ASCII, so that each is seen in its word."""
    place = 0
    while most and (found := _HIGH.search(body, place)):
        place = min(len(body), found.end() + _AROUND)
        yield body[max(0, found.start() - _AROUND) : place]
        most -= 1


def decide(counts: Counts) -> Encoding:
    """The encoding that a pass over all bytes speaks for."""
    nul = counts.nuls > 0
    if counts.broken == 0:
        why = "all its characters are valid UTF-8" if counts.multibyte else "it is plain ASCII"
        return Encoding("utf-8", "strict", 1.0, why, has_nul=nul)
    if counts.broken * 20 < counts.multibyte:
        # A UTF-8 file with a few broken bytes stays UTF-8: a code page would spoil every good character in it.
        why = f"all but {counts.broken:,} of its characters are valid UTF-8"
        return Encoding("utf-8", "replace", 0.9, why, broken=counts.broken, has_nul=nul)
    return _by_page(counts, nul)


def _by_page(counts: Counts, nul: bool) -> Encoding:
    excerpts = b"\n".join(counts.excerpts)
    scores = {}
    for page in CODE_PAGES:
        if page == "cp1252" and counts.not_in_cp1252:
            continue
        if page == "latin-1" and not counts.not_in_cp1252:
            # Where both can be, Windows-1252 says the same of every letter and more of the signs.
            continue
        scores[page] = _fit(excerpts.decode(page, errors="replace"), page)
    if scores.get("cp1251", 0.0) < 0.6:
        scores.pop("cp1251", None)
    ranked = sorted(scores, key=lambda page: -scores[page])
    if scores[ranked[0]] < 0.2:
        # Nothing makes words: the most widespread page, and little trust in it.
        usual = "latin-1" if counts.not_in_cp1252 else "cp1252"
        others = tuple(page for page in ranked if page != usual)
        return Encoding(
            usual, "strict", 0.3, "it is not UTF-8, and its other characters make no words", others, has_nul=nul
        )
    best, second = ranked[0], ranked[1]
    lead = scores[best] - max(0.0, scores[second])
    if best == "cp1250" and lead < 0.15:
        best, second = "cp1252" if "cp1252" in scores else best, best
    confidence = max(0.3, min(0.95, 0.5 + lead / 2)) if scores[best] > 0 else 0.3
    rivals = tuple(page for page in ranked if page != best and scores[best] - scores[page] < 0.3)
    why, errors = listed("dialects")["pages"][best], "replace" if best == "cp1251" else "strict"
    return Encoding(best, errors, confidence, why, rivals, has_nul=nul)


def _fit(text: str, page: str) -> float:
    """How well letters beyond ASCII stand where they do, from below 0 to 1 on average."""
    usual = _CENTRAL if page == "cp1250" else _WESTERN
    total, count = 0.0, 0
    for place, sign in enumerate(text):
        if sign.isascii():
            continue
        count += 1
        before = text[place - 1] if place else " "
        after = text[place + 1] if place + 1 < len(text) else " "
        total += _letter(sign, before, after, usual, page) if sign.isalpha() else _other(sign, before, after)
    return total / count if count else 0.0


def _letter(sign: str, before: str, after: str, usual: dict[str, float], page: str) -> float:
    if page == "cp1251":
        cyrillic = "\u0400" <= sign <= "\u04ff"
        together = any("\u0400" <= near <= "\u04ff" for near in (before, after))
        if not cyrillic or not together:
            return -0.5
        return -0.5 if sign.isupper() and before.islower() else 0.9
    if sign.isupper() and before.isalpha() and before.islower():
        return -1.0
    if not before.isalpha() and not after.isalpha():
        return -0.3
    if not before.isascii() and before.isalpha() and not after.isascii() and after.isalpha():
        # Three accents in a row are no word of a Latin script.
        return -0.8
    return usual.get(sign, -0.1)


def _other(sign: str, before: str, after: str) -> float:
    if "\x80" <= sign <= "\x9f" or sign == "\ufffd":
        return -1.0
    if before.isalpha() and after.isalpha():
        return 0.8 if sign == "\u2019" else -1.0
    if sign in ("\u2019", "\u2018", "–", "“", "”") or before.isalpha() == after.isalpha():
        return _SIGNS.get(sign, -0.2)
    # A sign that touches a word on one side: a currency or a quotation mark may, little else.
    return _SIGNS.get(sign, -0.5) * 0.7
