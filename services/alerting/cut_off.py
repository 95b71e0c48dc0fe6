"""Query module: did a round end between scoring and the rules?"""

from __future__ import annotations

from services.workspace import Workspace


def was_cut_off(workspace: Workspace) -> bool:
    """Return whether scores were written after the rules last looked: a closed window or a power cut came between."""
    with workspace.store.read() as connection:
        scored = connection.exec_driver_sql(
            "SELECT max(id) FROM journal WHERE actor_kind = 'model' AND verb = 'score'"
        ).scalar()
        evaluated = connection.exec_driver_sql(
            "SELECT value FROM book WHERE key = 'alerts_evaluated_to_entry'"
        ).scalar()
    return scored is not None and int(scored) > int(evaluated or 0)
