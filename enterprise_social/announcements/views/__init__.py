"""The pages of announcements."""

from __future__ import annotations

from enterprise_social.announcements.views import boards, commenting, composing, reading
from enterprise_social.announcements.views.delegates import blueprint as delegates
from enterprise_social.announcements.views.place import blueprint

__all__ = ["blueprint", "boards", "commenting", "composing", "delegates", "reading"]
