"""The pages of following: what is new, threads, hashtags, storylines, and who follows whom."""

from __future__ import annotations

from enterprise_social.following.views import hashtags as _hashtags  # noqa: F401 - adds its pages
from enterprise_social.following.views import people as _people  # noqa: F401 - adds its pages
from enterprise_social.following.views import reading as _reading  # noqa: F401 - adds its pages
from enterprise_social.following.views import storylines as _storylines  # noqa: F401 - the same
from enterprise_social.following.views.place import blueprint

__all__ = ["blueprint"]
