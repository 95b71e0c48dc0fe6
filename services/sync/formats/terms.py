"""What a list of contracts says, by telling parts of its headers and by its values, where no whole header is known.

A contract has three days: the one it begins, the one it ends or renews, and the one on which notice was given. So a
part of a word that would say nothing of other rows tells which of them a column of days is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from services.sync.formats.headers import words_of
from services.sync.kinds.vocabulary import hints
from services.sync.read import celltypes

if TYPE_CHECKING:
    from services.sync.formats.propose import Seen

#: In this order: "end of notice" and "termination requested" speak of notice, "from … until" of neither.
_DAYS: Final = ("noticed_on", "ends_on", "starts_on")


def days_of_contracts(seen: Seen, columns: Collection[str], fields: Collection[str]) -> dict[str, str]:
    """Columns of days that nothing else is known of, and which day of a contract each is.

    Parameters
    ----------
    columns, fields : collection of str
        What is taken already.
    """
    told, found = hints("contract"), dict[str, str]()
    free = [
        (column, " ".join(words_of(column)))
        for column, kind in zip(seen.columns, seen.kinds, strict=True)
        if column not in columns and kind == celltypes.DATE and not told["no_day"].search(" ".join(words_of(column)))
    ]
    for field in _DAYS:
        named = [one for one, words in free if one not in found and told[field].search(words)]
        if len(named) == 1 and field not in fields:
            found[named[0]] = field
        else:
            # Of several no one is known to be it, nor to be another; and what speaks of a day that is known already, as
            # "cancellation effective from" beside the day of notice, is no other day either.
            free = [(one, words) for one, words in free if one not in named]
    return found


def number_of_contracts(seen: Seen, columns: Collection[str], fields: Collection[str]) -> dict[str, str]:
    """The first column as the number of each contract, where it has another id in every row and is nothing else."""
    first, cells = seen.columns[0], seen.cells[0]
    rows = max(map(len, seen.cells))
    own = seen.looks[0] == "id" and len(set(cells)) == len(cells) == rows > 1
    return {first: "contract_id"} if own and first not in columns and "contract_id" not in fields else {}
