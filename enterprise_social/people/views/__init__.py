"""The pages of people: the directory and the profiles."""

from __future__ import annotations

from enterprise_social.people.views.people import blueprint
from enterprise_social.people.views.presence import blueprint as presence

__all__ = ["blueprint", "presence"]
