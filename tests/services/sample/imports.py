"""The sample book's exports brought into a book, for every test that looks at what becomes of them there."""

from __future__ import annotations

from collections.abc import Collection

from services.pipeline.jobs import SAMPLE_OPTIONS, ImportOutcome, import_files, requests_for
from services.sample import SampleTruth
from services.workspace import Workspace


def import_sample(
    workspace: Workspace, truth: SampleTruth, *, only: Collection[str] = (), score: bool = False
) -> ImportOutcome:
    """Import the exports, or ``only`` those of these names before the first dot, and hold that none was refused."""
    paths = [path for path in truth.paths if not only or path.name.partition(".")[0] in only]
    assert len(paths) == (len(only) or len(truth.paths))
    outcome = import_files(
        workspace,
        requests_for(workspace, paths, SAMPLE_OPTIONS),
        score=score,
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )
    assert [file.error for file in outcome.files] == [""] * len(paths)
    return outcome
