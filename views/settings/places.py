"""Where Settings can be opened at: each section, and each group of settings within one, with the words that lead there.

Read by the palette too: nothing here makes a widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from views.settings.fields import PRIVACY, SECTIONS

RULES, TEMPLATES, MAIL, MODELS = "rules", "templates", "mail", "models"
LOOK = "look"
#: What lies below the groups of a section.
SUPPRESSIONS = f"{PRIVACY}.suppressions"
#: The sections that are no part of the policy's draft.
OWN: Final = {
    RULES: "Rules", TEMPLATES: "Templates", MAIL: "Mail server", MODELS: "Language models", LOOK: "This computer",
}  # fmt: skip
#: What else people call what these sections hold; what the fields of the others are called is read from them.
_ALSO: Final = {
    RULES: "alert switch on off threshold figure trial record correct",
    TEMPLATES: "wording starter text subject",
    MAIL: "SMTP account host port encryption password sender signature",
    MODELS: "AI LLM OpenAI endpoint profile key writer",
    SUPPRESSIONS: "do not email unsubscribed opt-out withdrawn consent blocked address blacklist",
    LOOK: "theme dark light appearance motion text size font scale zoom book file location me name policy IT "
    "encryption encrypted passphrase recovery key backup restore copy",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A section, or a group of settings in one.

    Attributes
    ----------
    key
        Of the section or the group; no two places have the same.
    inside
        Title of the section that a group lies in, '' for a section.
    also
        Words that lead there beside the title.
    """

    key: str
    title: str
    inside: str = ""
    also: str = ""


def places() -> tuple[Place, ...]:
    """Every place in the order of the page; a group that is called as its section is reached by that."""
    made = []
    for section in SECTIONS:
        made.append(Place(section.key, section.title))
        for group in section.groups:
            if group.title != section.title:
                words = " ".join(setting.title for setting in group.settings)
                made.append(Place(f"{section.key}.{group.key}", group.title, section.title, words))
        if section.key == PRIVACY:
            made.append(Place(SUPPRESSIONS, "Suppressions", section.title, _ALSO[SUPPRESSIONS]))
    return (*made, *(Place(key, title, also=_ALSO[key]) for key, title in OWN.items()))
