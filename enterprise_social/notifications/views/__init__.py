"""The pages of notifications, and of what one wants to be told."""

from __future__ import annotations

from enterprise_social.notifications.views import choosing, following, listing, unsubscribing
from enterprise_social.notifications.views.place import blueprint

__all__ = ["blueprint", "choosing", "following", "listing", "unsubscribing"]
