"""The sections beside the policy's draft, each imported when it is first visited."""

from __future__ import annotations

from views.settings.own_box import OwnBox
from views.settings.places import MAIL, MODELS, RULES
from views.shell.page import Context


def own_box(key: str, context: Context) -> OwnBox:
    """Make the section with this key."""
    if key == MAIL:
        from views.settings.mail_box import MailBox

        return MailBox(context)
    if key == RULES:
        from views.settings.rules_box import RulesBox

        return RulesBox(context)
    if key == MODELS:
        from views.settings.models_box import ModelsBox

        return ModelsBox(context)
    from views.settings.suppressions_box import SuppressionsBox

    return SuppressionsBox(context)
