"""Known exports by their headers (`systems`), and everything else by what its headers name (`recognise`)."""

from services.sync.recognise.recognise import Recognition, Undecided, rank_entities, recognise
from services.sync.recognise.systems import SYSTEMS, System

__all__ = ["SYSTEMS", "Recognition", "System", "Undecided", "rank_entities", "recognise"]
