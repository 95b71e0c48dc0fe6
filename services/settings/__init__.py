"""Settings: policy (the business, in the book), preferences (this computer), managed policy (IT's file).

Policy is read by every room and changed by a journalled unit of work that can be undone; preferences are a
small file that is written whole; what IT's file sets is locked.
"""

from __future__ import annotations

from services.settings.codec import FieldError
from services.settings.curves import Curve, EngagementCurves, EngagementWeights, HealthCurves, HealthWeights
from services.settings.limits import Limits
from services.settings.mail import MailAccount, ModelProfile, SignInClient
from services.settings.managed import Managed, load_managed
from services.settings.policy import (
    ABOUT_EMAILS,
    LOOK_FROM,
    AutoDrafts,
    BusinessHours,
    ExchangeRate,
    OwnerZone,
    Policy,
    QuietHours,
    RuleOwner,
    RuleParameter,
    SegmentFigure,
    SegmentTone,
    SlaHours,
)
from services.settings.preferences import (
    TEXT_SIZES,
    LoadedPreferences,
    Preferences,
    SavedFilter,
    WatchedFolder,
    default_path,
    load_preferences,
    save_preferences,
    with_earlier_name,
    with_filter,
    with_recent_book,
    with_watched,
    without_filter,
    without_watched,
)
from services.settings.roles import DUTIES, ROLES, Duty, Permit, Role, Roles, roles_table
from services.settings.stored import (
    change_policy,
    changed_fields,
    history,
    known_currency,
    load_policy,
    minor_rates,
    most_of_first,
    reporting_currency,
    title_of,
)
