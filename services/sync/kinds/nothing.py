"""What stands in a cell that holds nothing: "N/A", "(null)", "k. A."; in typed columns also "TBD", "NC" or "unknown".

A column of text is told less: "NC" may be a state there, and Null somebody's name.
"""

from __future__ import annotations

from services.sync.kinds.vocabulary import phrase, vocabulary

_LONGEST = 24
_ANYWHERE, _TYPED = (vocabulary("nothing")[name] for name in ("anywhere", "typed"))
_AS_WRITTEN = frozenset(("", "NULL", "null", "NaN", "nan", "None"))


def is_nothing(text: str, *, typed: bool = False) -> bool:
    """Whether a cell says that there is no value; `typed`: of a column that holds no free text."""
    body = text.strip()
    if body in _AS_WRITTEN:
        return True
    if body[0].isdecimal() or body[-1].isdecimal() or len(body) > _LONGEST:
        return False
    word = body.casefold()
    # Plain words are as they are compared: most cells cost no more than a look-up.
    if not word.isascii() or "-" in word or "_" in word:
        word = phrase(body)
    return word in _ANYWHERE or (typed and word in _TYPED)
