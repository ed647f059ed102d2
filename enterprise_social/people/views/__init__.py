"""The pages of people: the directory and the profiles."""

from __future__ import annotations

from enterprise_social.people.views.people import blueprint

__all__ = ["blueprint"]
