"""What the cells under a header that is only a noun are: "Account" may be ids, names, phones or addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from services.entities import Entity, Field
from services.sync.formats.headers import normal, same_words, words_of
from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import hints, phrase, vocabulary
from services.sync.kinds.words import (
    knows_consent,
    knows_stage,
    knows_ticket_status,
    to_boolean,
    to_direction,
    to_mail_kind,
    to_survey_kind,
)
from services.sync.read import celltypes

_SHARE = 0.8
# A rating or a score counts to 100 at most: what lies higher are serial numbers.
_TOP_SCORE = 100
_ID = re.compile(r"(?=\S*\d)#?[A-Za-z0-9][\w#/:\-]{0,63}|[A-Za-z]{1,5}_[A-Za-z0-9]{3,}|[0-9a-f]{8}-[0-9a-f-]{27}")
_PHONE = re.compile(r"(?:\+|00)?[\d(][\d\s().\-/]{6,20}(?:\s*(?:x|ext\.?)\s*\d+)?")
_NAME = re.compile(r"[^\W\d_][^\d_@]*\s[^\d@]+")
_SEPARATE = re.compile(r"[+\s().]|\d-\d")
# A time of day alone is not a moment: "08:27".
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?")
_DIGIT = re.compile(r"\d")
_UNIT = re.compile(r"[(\[]\s*(?:s|secs?|seconds|m|mins?|minutes|h|hrs?|hours|d|days)\.?\s*[)\]]", re.IGNORECASE)
# Years, days written in one, and counts of seconds by how many digits they have; days as spreadsheets count them.
_LENGTHS, _SERIAL, _FIRST, _LAST = (4, 6, 8, 10, 12, 13, 14, 16), 5, 10_000, 80_000
_ROW_NUMBERS = ("nr", "no", "number", "num", "lfdnr", "pos", "row", "n")
# What customers write, and so is from them.
_WRITTEN = ("tickets", "conversations")
_ADDRESSES = {"email": "email", "phone": "telephone"}
#: Kinds of which the words are known: cells that are none of them speak against a field, cells that are speak for it.
WORDS: Mapping[str, Callable[[str], str]] = {
    "mail_kind": to_mail_kind,
    "survey_kind": to_survey_kind,
    "direction": to_direction,
}
# "State" may be where somebody lives, and how something stands.
_STATUSES = frozenset.union(
    *(words for table in ("contract_status", "ticket_status", "order_kind") for words in vocabulary(table).values())
)
_FEW_WORDS, _FEWEST_DIGITS = 3, 4
_WORD = re.compile(r"(?:^|(?<=\s))[^\W\d_]{2,}(?!\S)")
_PARTS = frozenset({"first_name", "last_name"})
_NAMES = frozenset({"name", "customer_name", "company", *_PARTS})
_PEOPLE = frozenset({"self", "required"})
_ASKED: Final = hints("question")
KINDS: Final = ("nps", "ces", "csat")
REMARK: Final = _ASKED["remark"]
# A question that names its scale is one, however short.
_SCALE: Final = re.compile(r"[(\[]\s*[01]\s*(?:-|–|to|a|bis|à)\s*\d{1,2}\s*[)\]]")
#: No question is shorter, and no scale goes further.
_WORDS, _MOST = 4, 10


def look(cells: Sequence[str]) -> str:
    """What most cells are: "id", "phone", "email", "name", or "" for anything else."""
    counts: dict[str, int] = {}
    for cell in cells:
        one = _look_of(cell)
        counts[one] = counts.get(one, 0) + 1
    found = max(counts, key=lambda one: counts[one], default="")
    return found if counts and counts[found] >= _SHARE * len(cells) else ""


def _look_of(cell: str) -> str:
    kind = celltypes.cell_type(cell)
    if kind == celltypes.EMAIL:
        return "email"
    if kind == celltypes.DATE and not cell.isdecimal():
        return ""
    if _PHONE.fullmatch(cell) and _SEPARATE.search(cell) and sum(map(str.isdigit, cell)) > 6:
        return "phone"
    if _ID.fullmatch(cell):
        return "id"
    return "name" if _NAME.fullmatch(cell) else ""


def contradicts(entity: Entity, field: Field, header: str, cells: Sequence[str], looks: str) -> bool:
    """Whether cells cannot be what a header alone would make of them."""
    if (field.name in _NAMES and entity.customer in _PEOPLE) or field.kind == "long_text":
        # Pseudonymous exports number their people: "Lee0" under "last_name" is a name, under "account" an id.
        other = ("phone", "email") if field.name in _PARTS else ("id", "phone", "email")
        flags = bool(cells) and all(is_word(to_boolean, cell) for cell in set(cells))
        return flags or looks in other or _are_programs(cells) or _is_a_line(header, cells)
    # Several words are what somebody refers to, and no number of a row.
    wordy = sum(1 for cell in cells if len(_WORD.findall(cell)) > 1) if field.kind == "id" else 0
    if "id" not in words_of(header) and 2 * wordy > len(cells):
        return True
    if field.kind == "id" and normal(header) in _ROW_NUMBERS and _counts_rows(cells):
        return True
    if field.kind in ("date", "moment", "instant"):
        return bool(cells) and (all(map(_TIME.fullmatch, cells)) or _are_spans(header, cells))
    if field.name == "sku" and "type" in same_words(header):
        # "Art" is a type, and short for an article.
        return looks != "id"
    if field.role == "key" and bool(cells) and all(cell.startswith("+") for cell in cells):
        return True
    if field.kind == "id" and field.role in ("customer", "key"):
        return "id" not in same_words(header) and (looks in ("phone", "email", "name") or _are_programs(cells))
    if field.kind == "money":
        return "%" in header or "percent" in same_words(header) or (bool(cells) and not any(map(_DIGIT.search, cells)))
    if field.name in ("region", "customer_region"):
        # The "state" of a review says how the review stands.
        of_row = entity.customer != "self" and "state" in same_words(header) and same_words(header) & entity.row_words
        known = sum(phrase(cell) in _STATUSES or knows_stage(cell) or knows_ticket_status(cell) for cell in set(cells))
        statuses = 2 * known > len(set(cells))
        return bool(of_row) or statuses
    if field.name == "line_id":
        # "POS" is short for a position, and for a till.
        return len(cells) > 1 and len(set(cells)) == 1 and not cells[0].isdecimal()
    if field.name == "campaign_kind":
        return bool(cells) and all(is_word(to_mail_kind, cell) for cell in set(cells))
    if field.name == "channel":
        return "id" in same_words(header) and bool(cells) and all(map(str.isdecimal, cells))
    if field.kind == "consent" and "status" in same_words(header):
        # A "marketing contact status" says for whom is paid, and nothing of consent.
        return bool(cells) and not any(map(knows_consent, set(cells)))
    if field.name == "notice_days":
        return not {"month", "week"}.isdisjoint(same_words(header))
    if field.kind == "phone":
        # "SMS" may say yes and no instead of a number to call.
        digits = [sum(map(str.isdigit, cell)) for cell in cells]
        return looks in ("email", "name") or (bool(cells) and max(digits) < _FEWEST_DIGITS)
    if field.name == "score":
        return bool(cells) and all(cell.isdecimal() and int(cell[:9]) > _TOP_SCORE for cell in cells)
    return False


def _are_spans(header: str, cells: Sequence[str]) -> bool:
    """Whether numbers say how long something took, and not when it was: no program counts days or seconds so."""
    if any(celltypes.cell_type(cell) != celltypes.NUMBER and not _is_moment(cell) for cell in cells):
        return False
    return _UNIT.search(header) is not None or sum(map(_is_moment, cells)) < _SHARE * len(cells)


def _is_moment(cell: str) -> bool:
    whole = re.split("[.,]", cell)[0]
    return whole.isdecimal() and (len(whole) in _LENGTHS or (len(whole) == _SERIAL and _FIRST <= int(whole) <= _LAST))


def _counts_rows(cells: Sequence[str]) -> bool:
    """Whether cells only count the rows of their file: so does that of the next file, of other rows."""
    if len(cells) < 2 or cells[0] not in ("0", "1"):
        return False
    return list(cells) == [str(int(cells[0]) + place) for place in range(len(cells))]


def _are_programs(cells: Sequence[str]) -> bool:
    programs = vocabulary("programs")["words"]
    return bool(cells) and all(phrase(cell) in programs for cell in cells)


def named_by_cells(entity: Entity, header: str, looks: str) -> Iterator[str]:
    """The fields that a header stands for that only names whose or what the rows are, by what its cells are."""
    words = same_words(header)
    own = entity.row_words if entity.customer != "self" else frozenset()
    whose = vocabulary("whose")["nouns"]
    if entity.name in _WRITTEN:
        whose |= vocabulary("whose")["senders"]
    if looks == "id" and words - {"id"} and words <= own | {"id"}:
        yield from (field.name for field in entity.fields if field.role == "key")
    if entity.customer != "none" and words - {"id"} and words <= whose | {"id"}:
        of_self = entity.customer == "self" or (entity.by_account and looks != "id")
        yield from {
            "id": ["customer_id"],
            "phone": ["phone" if of_self else "customer_phone"],
            "email": ["email" if of_self else "customer_email"],
            "name": ["name" if entity.customer == "self" else "customer_name"],
        }.get(looks, [])


def named_by_role(entity: Entity, header: str, looks: str) -> Iterator[str]:
    """The address or number of whoever a header names, unless it names people of one's own: "opened_for_email"."""
    words = same_words(header)
    if _ADDRESSES.get(looks) in words and words.isdisjoint(vocabulary("whose")["own"]):
        yield looks if entity.customer == "self" or entity.by_account else f"customer_{looks}"


def sides_of_calls(columns: Sequence[str], cells: Sequence[Sequence[str]], looks: Sequence[str]) -> dict[str, str]:
    """The columns of who called whom, and of who it was that called: the customer, or somebody here; {} for others."""
    found: dict[str, str] = {}
    for column, one, what in zip(columns, cells, looks, strict=True):
        header = " ".join(words_of(column))
        if what == "phone":
            found |= {side: column for side in ("from", "to") if header in vocabulary("sides")[side]}
        elif one and all(is_word(to_direction, cell) for cell in set(one)):
            found.setdefault("direction", column)
    return found if len(found) == len(("from", "to", "direction")) else {}


def tells_of_mails(cells: Sequence[str]) -> bool:
    """Whether all words of a column, whatever it is called, say what happened to mails, and not one and the same."""
    words = set(cells)
    return all(is_word(to_mail_kind, word) for word in words) and len({to_mail_kind(word) for word in words}) > 1


def speaks_otherwise(field: Field, cells: Sequence[str]) -> bool:
    """Whether none of a column's cells is a word that its field knows."""
    convert = WORDS.get(field.kind)
    return convert is not None and bool(cells) and not any(is_word(convert, cell) for cell in set(cells))


def is_terse(field: Field, cells: Sequence[str]) -> bool:
    """Whether a column of texts has single words only: the line on which somebody called, and not what they said."""
    return field.kind == "long_text" and bool(cells) and not any(" " in cell for cell in cells)


def _is_a_line(header: str, cells: Sequence[str]) -> bool:
    """Whether a "line" is one of a telephone, called by few words again and again, and none that somebody said."""
    named = "line" in words_of(header) and all(cell.count(" ") < _FEW_WORDS for cell in cells)
    return named and len(cells) > len(set(cells)) * 2


def second_choice(field: Field | None, header: str) -> bool:
    """Whether a header names a number that counts only without a better one: a barcode, a warehouse's surrogate key."""
    if field is None or field.kind != "id":
        return False
    words = words_of(header)
    return words[-1:] == ("sk",) or (field.name == "sku" and not vocabulary("barcodes")["words"].isdisjoint(words))


def is_word(convert: Callable[[str], object], cell: str) -> bool:
    """Whether a cell is a word that is known."""
    try:
        convert(cell)
    except Unfit:
        return False
    return True


def kind_asked(header: str) -> str | None:
    """What a question asks for a score of: nps, ces or csat; None where it asks for something else."""
    return next((name for name in KINDS if _ASKED[name].search(header)), None)


def asks_for_score(header: str, cells: Sequence[str]) -> bool:
    """Whether a header is a question for a score, and what was answered are numbers of a scale."""
    scaled = _SCALE.search(header) is not None
    if (len(header.split()) < _WORDS and not scaled) or kind_asked(header) is None or not cells:
        return False
    return all(cell.isdecimal() and int(cell) <= _MOST for cell in cells)


def asks_for_words(header: str, cells: Sequence[str]) -> bool:
    """Whether a header is a question for words, and what was answered are some."""
    asked = len(header.split()) >= _WORDS and (REMARK.search(header) is not None or header.strip().endswith("?"))
    return asked and any(" " in cell for cell in cells)


def kind_of_survey(mapping: Mapping[str, str]) -> str:
    """What kind of survey headers speak of, where no column says it: the score's own, else any other."""
    scores = [header for header, field in mapping.items() if field == "score"]
    words = " ".join(mapping).lower()
    kinds = {"nps": "nps", "promoter": "nps", "ces": "ces", "effort": "ces"}
    told = next((kind for word, kind in kinds.items() if re.search(rf"\b{word}", words)), "csat")
    return next((kind for header in scores if (kind := kind_asked(header))), told)
