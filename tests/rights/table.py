"""The table of routes: a row a route, a column for each who might try it (``scene.WHO``).

The route is tried on a private channel, on a post in it that ``author`` wrote, and on other
people's things; the announcement is told to those inside. The guest is in another channel with its
owner, the manager and the admin are outside. ``NONE`` and ``QUIET`` also assert that nothing of the
channel is in the answer, and for the guest nothing of the people, groups and public channels that
are not theirs to know of.

The rows stand in ``pages.py``, ``admin_pages.py`` and ``calls.py``; ``patterns.py`` has what they
name, and says how to add one.
"""

from __future__ import annotations

from tests.rights.admin_pages import ADMIN_PAGES
from tests.rights.calls import CALLS
from tests.rights.pages import PAGES
from tests.rights.patterns import (
    ADMIN,
    API,
    ENDED,
    LEAVES,
    NO,
    NONE,
    OUT,
    QUIET,
    SHOWS,
    USED,
    YES,
    Row,
)

# These end what the others need.
ENDS = [
    Row(f"POST {API}/announcements/<announcement_id>/ending", ENDED, json={}),
    Row("POST /announcements/<int:announcement_id>/ending", ENDED, form={"ended_as": "all_clear"}),
    Row("POST /admin/skills/<int:skill_id>/removal", ADMIN),
    Row(f"DELETE {API}/channels/<channel_id>/members/me", USED),
    Row("POST /logout", LEAVES),
]
ROWS = [*PAGES, *ADMIN_PAGES, *CALLS]
# Reading first: sending throws drafts away.
TABLE = [
    *(row for row in ROWS if row.route.startswith("GET ")),
    *(row for row in ROWS if not row.route.startswith("GET ")),
    *ENDS,
]

__all__ = ["API", "NO", "NONE", "OUT", "QUIET", "SHOWS", "TABLE", "YES", "Row"]
