"""Pages of integrations, and what identity providers ask."""

from __future__ import annotations

from enterprise_social.integrations.views import people_import, scim

blueprints = (people_import.blueprint, scim.blueprint)
