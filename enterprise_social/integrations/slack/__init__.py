"""Slack's export layout: opening it safely, reading it as records, turning its markup to Markdown.

Nothing in this package writes to the database; see
:mod:`enterprise_social.integrations.actions.slack_import` for that.
"""
