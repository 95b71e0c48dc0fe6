"""Known exports by their headers (`systems`), their rows as their own rules leave them (`reshape`), and everything else
by what its headers name (`recognise`)."""

from services.sync.recognise.ranking import Undecided, rank_entities
from services.sync.recognise.recognise import Recognition, contacts_of, recognise, recognise_also
from services.sync.recognise.reshape import ShapedBatch, is_used, own_columns
from services.sync.recognise.systems import System, all_systems, known_sources

__all__ = [
    "Recognition",
    "ShapedBatch",
    "System",
    "Undecided",
    "all_systems",
    "contacts_of",
    "is_used",
    "known_sources",
    "own_columns",
    "rank_entities",
    "recognise",
    "recognise_also",
]
