"""The tones in which emails are written: apart from the rest of outreach, as the policy names them at every start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TONES: Final[Mapping[str, str]] = {"warm": "Warm", "brief": "Brief", "formal": "Formal"}
