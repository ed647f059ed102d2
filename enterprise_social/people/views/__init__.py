"""The pages of people: the directory, the org chart, the profiles and their forms."""

from __future__ import annotations

from enterprise_social.people.views import profile as _profile  # noqa: F401 - adds its pages
from enterprise_social.people.views import skills as _skills  # noqa: F401 - adds its pages
from enterprise_social.people.views.editing import blueprint as settings
from enterprise_social.people.views.groups import blueprint as groups
from enterprise_social.people.views.org import blueprint as org
from enterprise_social.people.views.people import blueprint
from enterprise_social.people.views.photos import blueprint as photos
from enterprise_social.people.views.presence import blueprint as presence

__all__ = ["blueprint", "groups", "org", "photos", "presence", "settings"]
