"""The demo workspace: Northquay, an invented operator of ports and trucks, as data.

``data/`` holds what people edit: ``people.json`` (managers stand before their reports),
``channels.json``, ``posts/<slug>.json`` and ``conversations.json``; ``fields.json``,
``profiles.json``, ``endorsements.json`` and ``groups.json`` for what people tell of themselves.
A post's ``at`` is in minutes before the moment of loading; one with a ``label`` can be quoted as
``"<slug>/<label>"``. In texts
``{date:-3}``, ``{iso:-3}`` and ``{weekday:+1}`` (days from the day of loading), ``{workday:+2}``
(working days from it) and ``{month:-1}`` (months from it) stand for a day or month, so that the
workspace never looks old.

``read_workspace(now)`` gives all of it as checked, frozen records; nothing here writes.
"""

from __future__ import annotations

from enterprise_social.home.demo.content import SIGN_INS, read_workspace
from enterprise_social.home.demo.records import DemoError
from enterprise_social.home.demo.workspace import (
    DemoChannel,
    DemoConversation,
    DemoMembership,
    DemoPerson,
    DemoPost,
    SignIn,
    Workspace,
)

__all__ = [
    "SIGN_INS",
    "DemoChannel",
    "DemoConversation",
    "DemoError",
    "DemoMembership",
    "DemoPerson",
    "DemoPost",
    "SignIn",
    "Workspace",
    "read_workspace",
]
