"""Who can write a draft: a template, which works offline, or one of the language models set up on this computer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.values.outreach import Edit, TemplateChoice
from services.settings import Preferences

TEMPLATE, MODEL = "template", "model"


@dataclass(frozen=True, slots=True)
class Writer:
    """One line of the writers: its key, as ``Draft.writer`` begins, its words, and what stands at the right."""

    key: str
    words: str
    hint: str
    model: bool = False


def kind_of_writer(writer: str) -> str:
    """Return template, model or person."""
    return writer.partition(":")[0]


def name_of_writer(writer: str) -> str:
    """Return the template's code or the language model's name."""
    return writer.partition(":")[2]


def writers_of(
    preferences: Preferences, template: TemplateChoice | None, seconds: Mapping[str, float]
) -> tuple[Writer, ...]:
    """Every writer there is: the language models, then the template.

    Parameters
    ----------
    template
        The one that would write now, None where none fits.
    seconds
        How long each language model took last, by its name.
    """
    made = []
    for profile in preferences.profiles:
        words = "Language model" if len(preferences.profiles) == 1 else f"Language model {profile.name}"
        took = seconds.get(profile.name)
        hint = profile.model if took is None else f"{profile.model} · {took:.1f} s"
        made.append(Writer(f"{MODEL}:{profile.name}", words, hint, model=True))
    words = f"Template “{template.name}”" if template is not None else "Template"
    made.append(Writer(TEMPLATE, words, "works offline"))
    return tuple(made)


def chosen_at_first(preferences: Preferences, edit: Edit) -> str:
    """The writer that is chosen when an email opens: the one that wrote it, else the one that a person prefers."""
    if kind_of_writer(edit.writer) == MODEL and preferences.profile(name_of_writer(edit.writer)) is not None:
        return edit.writer
    if preferences.writer and preferences.profile(preferences.writer) is not None:
        return f"{MODEL}:{preferences.writer}"
    return TEMPLATE


def template_of(templates: Sequence[TemplateChoice], edit: Edit) -> TemplateChoice | None:
    """The template that an email was written with, else the first that fits its goal and tone."""
    if kind_of_writer(edit.writer) == TEMPLATE:
        code = name_of_writer(edit.writer)
        found = next((one for one in templates if one.code == code), None)
        if found is not None and found.goal == edit.goal:
            return found
    fitting = fitting_templates(templates, edit)
    return fitting[0] if fitting else None


def fitting_templates(templates: Sequence[TemplateChoice], edit: Edit) -> tuple[TemplateChoice, ...]:
    """The enabled templates of an email's goal, those of its tone first."""
    of_goal = [one for one in templates if one.enabled and one.goal == edit.goal]
    return tuple(sorted(of_goal, key=lambda one: (one.tone != edit.tone, one.name)))
