"""A question to a language model that is no email: masked as a draft is, noted as what leaves, its answer as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from services.book.disclosures import ASKED, note_disclosure
from services.outreach.model.answer import as_document, bare
from services.outreach.model.client import CONNECT_S
from services.outreach.model.faults import Trouble, told
from services.outreach.model.masking import Mask, mask_for
from services.outreach.model.prompt import as_json, own_words
from services.outreach.model.write import answered, usable
from services.workspace import Workspace

#: The strictest form first; an endpoint that refuses it is asked again without.
_FORMS: Final[tuple[dict[str, Any], ...]] = ({"response_format": {"type": "json_object"}}, {})


def ask_in_json(
    workspace: Workspace, profile: str, rules: str, text: str, cancelled: Callable[[], bool] = lambda: False
) -> Any:
    """Return what a language model answers to a text, with what was masked put back; None where it is not JSON.

    Parameters
    ----------
    rules
        What it is to do, in words of the program.

    Raises
    ------
    Cancelled, EnvironmentFault, UserError
        There is no such model, its endpoint fails, or the text may hold personal data that cannot be hidden.
    """
    model, key = usable(workspace, profile)
    with workspace.store.snapshot() as driver:
        mask = mask_for(driver, 0, workspace.person)
        said = own_words(mask, text)
    messages = [{"role": "system", "content": rules}, {"role": "user", "content": said}]
    forms = tuple(as_json(model, messages, form) for form in _FORMS)
    to = f"{urlsplit(model.base_url).hostname} ({model.model})"
    size = len(forms[0].encode())
    words = f"Request to {model.name}: a question to the book"
    note_disclosure(workspace, ASKED, "question", words, to=to, size=size, fields=["question"])
    answer, _sent = answered(model, key, forms, lambda _text: None, cancelled)
    try:
        return _shown(as_document(bare(answer.text)), mask)
    except Trouble as trouble:
        raise told(trouble, model, connect_s=CONNECT_S) from trouble


def _shown(document: Any, mask: Mask) -> Any:
    if isinstance(document, str):
        return mask.show(document)
    if isinstance(document, dict):
        return {name: _shown(value, mask) for name, value in document.items()}
    return [_shown(one, mask) for one in document] if isinstance(document, Sequence) else document
