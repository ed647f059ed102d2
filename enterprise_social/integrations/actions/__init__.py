"""Writes of integrations: the import of a Slack export."""

from __future__ import annotations

from enterprise_social.integrations.actions.slack_import import Progress, import_slack

__all__ = ["Progress", "import_slack"]
