"""The table of routes: a row a route, a column for each who might try it (``scene.WHO``).

The route is tried on a private channel, on a post in it that ``author`` wrote, and on other
people's things; the announcement is told to those inside. The guest is in another channel with its
owner, the manager and the admin are outside. ``NONE`` and ``QUIET`` also assert that nothing of the
channel is in the answer, and for the guest nothing of the people, groups and public channels that
are not theirs to know of.

**To add a row**: name the route, as it is registered, and one of the patterns below::

    Row("GET /somewhere", OWN)                        # everyone's own things, the guest's too
    Row("GET /admin/somewhere", ADMIN)                # admins alone
    Row("POST /posts/<int:post_id>/reaction", USED)   # those inside, nothing for all others
    Row("GET /people/somewhere", but(OWN, guest=NO))  # a pattern, and who differs from it

A new pattern is ``each(outside, inside=…, somebody=…)``: what everyone who is signed in is
answered, what those in the channel are (member, author and moderator), and who differs. Whoever is
not signed in, suspended or deactivated is asked to sign in unless the row says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.rights.scene import INSIDE, WHO

OUT = "asked to sign in"
NONE = "told that there is nothing"
NO = "told that they may not"
QUIET = "answered without a word of the channel"
YES = "answered"
SHOWS = "answered with what stands in the channel"

# What each of scene.WHO is answered.
Answers = dict[str, str]
STRANGERS = ("anonymous", "suspended", "deactivated")


def each(outside: str, *, inside: str | None = None, **somebody: str) -> Answers:
    """Return what everyone is answered: those outside, those inside, and whoever is named."""
    return (
        dict.fromkeys(WHO, outside)
        | dict.fromkeys(INSIDE, outside if inside is None else inside)
        | dict.fromkeys(STRANGERS, OUT)
        | _known(somebody)
    )


def but(pattern: Answers, **somebody: str) -> Answers:
    """Return a pattern in which the people named are answered something else."""
    return pattern | _known(somebody)


def _known(somebody: Answers) -> Answers:
    assert set(somebody) <= set(WHO), f"nobody is called {set(somebody) - set(WHO)}"
    return somebody


def _columns(outsider: str, member: str, removed: str, admin: str) -> Answers:
    return each(outsider, inside=member, removed=removed, admin=admin)


@dataclass(frozen=True)
class Row:
    """A route, how it is asked, and what everyone is answered."""

    route: str
    answers: Answers
    query: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


# Of the channel: only members, and not every member everything.
READ = each(NONE, inside=SHOWS)
USED = each(NONE, inside=YES)
LED = each(NONE, inside=NO)  # its owners' to do
WRITTEN = but(LED, author=YES)  # the author's
TAKEN = but(WRITTEN, moderator=YES)  # the author's and the moderators'
KEPT = but(LED, moderator=YES)  # the moderators'
# One's own things: everyone who is signed in, and the channel shows through to those inside.
MINE = each(QUIET, inside=SHOWS)
OWN = each(QUIET, inside=YES)  # pages have the rail beside them
MET = but(OWN, guest=NONE)  # of people and groups whom guests don't know of
CLOSED = but(OWN, guest=NO)  # to guests
THEIRS = each(NONE)  # somebody else's session or token
ADMIN = each(NO, admin=QUIET)
OVER = but(ADMIN, guest=NONE)  # the same, of whom guests don't know of
MANAGED = but(ADMIN, manager=QUIET)  # managers' and admins'
INVITED = but(ADMIN, manager=NONE)  # managers' in what they began
OPEN = dict.fromkeys(WHO, QUIET) | dict.fromkeys(INSIDE, YES)
DESCRIPTION = but(OPEN, suspended=OUT, deactivated=OUT)  # not to a token that is over
LOST = dict.fromkeys(WHO, NONE)  # links that nobody was given
LEAVES = dict.fromkeys(WHO, OUT)

# Of the announcement: its recipients are those inside; admins see all, and manage none.
TOLD = but(READ, admin=SHOWS)
ANSWERED = USED
SENT = but(LED, admin=NO)
BOARD = but(LED, admin=SHOWS)
ENDED = but(LED, admin=YES)
COMMENTED = but(USED, admin=YES)

# Of what waits for approval and of the channel's word rules: its moderators'.
JUDGED = but(each(NONE), author=YES, moderator=YES)
RULED = but(each(NONE), moderator=YES)
WORDS = {"name": "Birds", "kind": "words", "pattern": "heron", "effect": "flag"}

JUDGED = but(THEIRS, moderator=SHOWS, admin=SHOWS)  # who judges what stands in the channel
RULED = but(THEIRS, admin=QUIET)  # who judges everywhere
OF_A_PROFILE = {"case_id": "{other_case_id}"}
VERDICT = {"act": "dismiss", "rule": "other"}
POST = {"kind": "post", "target_id": "{post_id}"}

DESK = {"field_id": "{other_field_id}"}
CREW = {"slug": "crew"}
CALLED = {"callers": "everyone"}
API = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SCIM_KINDS = ("Users", "Groups")
SCIM_DESCRIBES = ("ServiceProviderConfig", "ResourceTypes", "Schemas")
BROWSER = {
    "endpoint": "https://push.example.org/of-a-browser",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",  # noqa: E501
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
PAGES = [
    Row("GET /static/<path:path>", OPEN),
    Row("GET /service-worker.js", OPEN),
    Row("GET /healthz", OPEN),
    Row("GET /readyz", OPEN),
    Row("GET /metrics", OPEN),
    Row("GET /login", OPEN),
    Row("POST /login", OPEN, form={"email": "who@example.org", "password": "nothing at all"}),
    Row("GET /login/step", LEAVES),
    Row("POST /login/step", LEAVES, form={"code": "123456"}),
    Row("POST /login/step/passkey", LEAVES, form={"credential": "{{}}"}),
    Row("POST /login/challenge", OPEN),
    Row("POST /login/passkey", LEAVES, form={"credential": "{{}}"}),
    Row("GET /confirmation", OWN),
    Row("POST /confirmation", OWN, form={"password": "nothing at all"}),
    Row("POST /confirmation/challenge", OWN),
    Row("POST /confirmation/passkey", OWN, form={"credential": "{{}}"}),
    # Where no token of provisioning is set there is nothing; tests/integrations/ sets one.
    *(Row(f"{method} /scim/v2/Me", LOST) for method in METHODS),
    *(Row(f"GET /scim/v2/{each}", LOST) for each in SCIM_DESCRIBES),
    *(Row(f"{method} /scim/v2/{each}", LOST) for each in SCIM_KINDS for method in ("GET", "POST")),
    *(
        Row(f"{method} /scim/v2/{each}/<resource_id>", LOST, facts={"resource_id": "1"})
        for each in SCIM_KINDS
        for method in ("GET", "PUT", "PATCH", "DELETE")
    ),
    *(Row(f"POST /scim/v2/{each}/.search", LOST) for each in SCIM_KINDS),
    *(Row(f"POST /scim/v2/{each}", LOST) for each in (".search", "Bulk")),
    *(
        Row(f"GET /scim/v2/{each}/<name>", LOST, facts={"name": "User"})
        for each in ("ResourceTypes", "Schemas")
    ),
    # Where no provider is set there are none of these; tests/accounts/test_sign_on.py sets one.
    Row("GET /sign-on/saml", LOST),
    Row("GET /sign-on/saml/metadata", LOST),
    Row("POST /sign-on/saml/acs", LOST),
    Row("GET /sign-on/saml/finish/<key>", LOST, facts={"key": "a-key"}),
    Row("GET /sign-on/oidc", LOST),
    Row("GET /sign-on/oidc/callback", LOST),
    Row("POST /sign-on/oidc/logout", LOST),
    Row("GET /sign-on/oidc/farewell/<key>", LOST, facts={"key": "a-key"}),
    Row("GET /password-resets", OPEN),
    Row("POST /password-resets", OPEN, form={"email": "who@example.org"}),
    Row("GET /password-resets/<token>", LOST),
    Row("POST /password-resets/<token>", LOST, form={"password": "a long enough password"}),
    Row("GET /a/<token>", LOST),
    Row("GET /unsubscribe/<token>", LOST),
    Row("POST /unsubscribe/<token>", LOST),
    Row("POST /a/<token>", LOST),
    Row("POST /hooks/gateway", LOST),
    Row("GET /invitations/<token>", LOST),
    Row("POST /invitations/<token>", LOST, form={"name": "A", "password": "a long enough one"}),
    Row("GET /", MINE),
    Row("GET /rail", MINE),
    Row("GET /jump", MINE, query="q=ze"),
    Row("GET /suggest", MINE, query="kind=channel&q=ze"),
    Row("GET /search", MINE, query="q=crane"),
    Row("GET /people", OWN),
    Row("GET /people/<username>", MET),
    Row("GET /people/<username>/skills/<int:skill_id>", MET),
    Row("POST /people/<username>/skills/<int:skill_id>", MET, form={"why": "Quick"}),
    Row("GET /people/org", CLOSED),
    Row("GET /people/org/top", CLOSED),
    Row("GET /people/org/<int:person_id>/reports", CLOSED),
    Row("GET /people/groups", OWN),
    Row("GET /people/groups/new", MANAGED),
    Row("GET /people/groups/preview", MANAGED, query="field=title&operator=is&value=Cook"),
    Row("GET /people/groups/<slug>", MET, facts=CREW),
    Row("GET /people/groups/<slug>/edit", OVER, facts=CREW),
    Row("POST /people/groups", MANAGED, form={"name": "Another", "kind": "hand", **CALLED}),
    Row("POST /people/groups/<slug>", OVER, facts=CREW, form={"name": "Ours", **CALLED}),
    Row("POST /people/groups/<slug>/members", OVER, facts=CREW, form={"who": "sam"}),
    Row(
        "POST /people/groups/<slug>/members/<int:person_id>",
        OVER,
        facts=CREW,
        form={"role": "owner"},
    ),
    Row("POST /people/groups/<slug>/archive", OVER, facts=CREW, form={"archived": "0"}),
    Row("GET /announcements", MINE),
    Row("GET /announcements/banners", OWN),
    Row("GET /announcements/new", MANAGED),
    Row("GET /announcements/values", MANAGED, query="kind=channel&q=ze"),
    Row("POST /announcements", MANAGED, form={"title": "Hear"}),
    Row("POST /announcements/autosave", MANAGED, form={"title": "Hear"}),
    Row("POST /announcements/preview", MANAGED, form={"title": "Hear"}),
    Row("POST /announcements/templates/<int:template_id>/deletion", THEIRS),
    Row("GET /announcements/<int:announcement_id>", TOLD),
    Row("POST /announcements/<int:announcement_id>/receipt", but(USED, admin=YES)),
    Row("POST /announcements/<int:announcement_id>/acknowledgement", ANSWERED),
    Row("POST /announcements/<int:announcement_id>/comments", ENDED, form={"open": "1"}),
    Row("GET /announcements/<int:announcement_id>/edit", SENT),
    Row("POST /announcements/<int:announcement_id>", SENT, form={"title": "Taken over"}),
    Row("GET /announcements/<int:announcement_id>/confirmation", SENT),
    Row("POST /announcements/<int:announcement_id>/publication", SENT, form={"version": "1"}),
    Row("POST /announcements/<int:announcement_id>/approval", SENT, form={"approved": "1"}),
    Row("POST /announcements/<int:announcement_id>/discarding", SENT),
    Row("GET /announcements/<int:announcement_id>/board", BOARD),
    Row("GET /announcements/<int:announcement_id>/board/calls", BOARD),
    Row(
        "GET /announcements/<int:announcement_id>/board/recipients.csv",
        ENDED,
    ),
    Row("POST /announcements/<int:announcement_id>/nudges", SENT),
    Row("POST /announcements/<int:announcement_id>/ladder", ENDED),
    Row(
        "POST /announcements/<int:announcement_id>/followups",
        SENT,
        form={"kind": "follow_up", "title": "Taken over"},
    ),
    Row("GET /channels", MINE),
    Row("GET /channels/new", CLOSED),
    Row("POST /channels", CLOSED, form={"name": "Something new", "kind": "public"}),
    Row("GET /channels/<slug>", READ),
    Row("GET /channels/<slug>/posts", READ),
    Row("GET /channels/<slug>/details", READ),
    Row("GET /channels/<int:channel_id>/live", READ, query="after=0"),
    Row("GET /messages/<int:channel_id>", USED),
    Row("GET /messages", OWN),
    Row("GET /messages/new", OWN, query="q=s"),
    Row("POST /messages/<int:channel_id>/people", USED, form={"who": "sam", "history": "shown"}),
    Row("POST /messages/<int:channel_id>/name", USED, form={"name": "Ours"}),
    Row("POST /messages/<int:channel_id>/channel", USED, form={"name": "Ours"}),
    Row("GET /notifications", MINE),
    Row(
        "POST /notifications/<int:notification_id>/state",
        THEIRS,
        form={"read": "1"},
        facts={"notification_id": 1_000_000},
    ),
    Row("POST /notifications/read", OWN, form={"up_to": "1"}),
    Row("POST /notifications/unread", OWN, form={"read_at": "2026-11-22T12:00:00Z"}),
    Row("POST /posts/<int:post_id>/following", USED, form={"follows": "1"}),
    Row("POST /channels/<slug>/mute", USED, form={"span": "1h"}),
    Row("GET /settings/notifications", OWN),
    Row("POST /settings/notifications", OWN, form={"part": "digest", "digest": "daily"}),
    Row(
        "POST /settings/notifications/absences",
        OWN,
        form={"begins_at": "2036-11-22T12:00", "ends_at": "2036-11-23T12:00"},
    ),
    Row(
        "POST /settings/notifications/absences/<int:absence_id>/removal",
        THEIRS,
        facts={"absence_id": 1_000_000},
    ),
    Row("GET /settings/status", OWN),
    Row("POST /settings/status", OWN, form={"text": "Here", "until": "1h"}),
    Row("POST /blocks/<int:person_id>", MET, form={"blocked": "0"}),
    Row("POST /messages", MET, form={"user_id": "{person_id}"}),
    Row("POST /channels/<slug>/posts", USED, form={"body": "crane", "client_id": "page"}),
    Row("POST /channels/<slug>/membership", USED, form={"state": "joined"}),
    Row("POST /channels/<slug>/preferences", USED, form={"starred": "1"}),
    Row("POST /channels/<slug>/read", USED, form={"seq": "1"}),
    Row("POST /channels/<slug>/members", USED, form={"who": "{username}"}),
    Row("POST /channels/<slug>/guests", LED, form={"email": "outside@example.org"}),
    Row("POST /channels/<slug>/members/<int:person_id>", LED, form={"role": "owner"}),
    Row("GET /channels/<slug>/settings", KEPT),
    Row("GET /channels/<slug>/rules", LED),
    Row("POST /channels/<slug>/rules", LED, form={"read_only": "1"}),
    Row("GET /channels/<slug>/approvals", but(LED, moderator=SHOWS)),
    Row("GET /admin/moderation/approvals", ADMIN),
    Row("POST /held/<int:held_id>/decision", JUDGED, form={"state": "approved"}),
    Row("POST /held/<int:held_id>/withdrawal", but(each(NONE), author=YES)),
    Row("GET /admin/moderation/limits", ADMIN),
    Row("POST /admin/moderation/limits", ADMIN, form={"days": "1"}),
    Row("GET /admin/moderation/words", ADMIN),
    Row("GET /admin/moderation/words/new", ADMIN),
    Row("POST /admin/moderation/words/new", ADMIN, form=WORDS | {"places": ["groups"]}),
    Row("GET /channels/<slug>/words", KEPT),
    Row("GET /channels/<slug>/words/new", KEPT),
    Row("POST /channels/<slug>/words/new", KEPT, form=WORDS | {"places": ["files"]}),
    Row("GET /moderation/words/<int:rule_id>", RULED),
    Row("POST /moderation/words/<int:rule_id>", RULED, form=WORDS | {"places": ["files"]}),
    Row("GET /moderation/words/<int:rule_id>/trial", RULED),
    Row("POST /moderation/words/<int:rule_id>/state", RULED, form={"state": "off"}),
    Row(
        "POST /moderation/words/<int:rule_id>/deletion",
        RULED,
        facts={"rule_id": "{other_rule_id}"},
    ),
    Row("POST /channels/<slug>/settings", LED, form={"name": "Taken over"}),
    Row("POST /channels/<slug>/groups", LED, form={"group": "crew"}),
    Row("POST /channels/<slug>/groups/<int:group_id>/removal", LED),
    Row("POST /channels/<slug>/archive", LED, form={"archived": "1"}),
    Row("GET /posts/<int:post_id>", READ),
    Row("GET /posts/<int:post_id>/replies", READ),
    Row("POST /posts/<int:post_id>/replies", USED, form={"body": "crane", "client_id": "reply"}),
    Row("GET /posts/<int:post_id>/actions", READ),
    Row("GET /posts/<int:post_id>/revisions", READ),
    Row("GET /posts/<int:post_id>/edit", WRITTEN),
    Row("POST /posts/<int:post_id>/edit", WRITTEN, form={"body": "taken over"}),
    Row("GET /posts/<int:post_id>/delete", TAKEN),
    Row("POST /posts/<int:post_id>/delete", TAKEN),
    Row("POST /posts/<int:post_id>/restoration", USED),
    Row("POST /posts/<int:post_id>/pin", USED, form={"pinned": "1"}),
    Row("GET /files/<int:file_id>/<name>", USED),
    Row("GET /files/<int:file_id>/thumb/<int:side>", USED),
    Row("GET /people/photos/<int:person_id>/<token>/<int:size>", THEIRS, facts={"size": 96}),
    Row("GET /people/<username>/photo", OVER),
    Row("POST /people/<username>/photo", OVER, form={"again": "1"}),
    Row("GET /people/<username>/photo/whole", but(OVER, admin=NONE)),
    Row("GET /settings/photo", OWN),
    Row("POST /settings/photo", OWN, form={"again": "1"}),
    Row("GET /settings/photo/whole", THEIRS),
    Row("GET /people/<username>/edit", OVER),
    Row("POST /people/<username>/edit", OVER, form={"name": "Somebody"}),
    Row("GET /settings", OWN),
    Row("POST /settings", OWN, form={"name": "Somebody", "time_zone": "UTC"}),
    Row("GET /settings/skills", OWN),
    Row("POST /settings/skills", OWN, form={"skill": "Rowing"}),
    Row("GET /settings/delegates", MANAGED),
    Row("POST /settings/delegates", MANAGED, form={"who": "sam"}),
    Row("POST /settings/delegates/<int:person_id>/revocation", MANAGED),
    Row("GET /settings/security", OWN),
    Row("GET /settings/security/app", OWN),
    Row("POST /settings/security/app", OWN, form={"setup": "none", "code": "123456"}),
    Row("POST /settings/security/app/removal", OWN),
    Row("POST /settings/security/passkeys/challenge", OWN),
    Row("POST /settings/security/passkeys", OWN, form={"name": "phone", "credential": "{{}}"}),
    Row("POST /settings/security/passkeys/<int:passkey_id>/name", THEIRS, form={"name": "mine"}),
    Row("POST /settings/security/passkeys/<int:passkey_id>/removal", THEIRS),
    Row("POST /settings/security/recovery-codes", OWN),
    Row("POST /settings/security/recovery-codes/file", OWN),
    Row("GET /settings/password", OWN),
    Row("POST /settings/password", OWN, form={"current": "wrong", "new": "a long enough one"}),
    Row("GET /settings/sessions", OWN),
    Row("POST /settings/sessions/<int:session_id>/revocation", THEIRS),
    Row("POST /settings/sessions/revocations", OWN),
    Row("GET /settings/tokens", OWN),
    Row("POST /settings/tokens", OWN, form={"name": "program", "scope": "read"}),
    Row("POST /settings/tokens/<int:token_id>/revocation", THEIRS),
    Row("GET /admin/people/<int:person_id>/erasure", OVER),
    Row("GET /admin/people/<int:person_id>/erasure/progress", OVER),
    Row("POST /admin/people/<int:person_id>/erasure", OVER, form={"confirmed": "nobody"}),
    Row("GET /settings/data", OWN),
    Row("POST /settings/data", OWN),
    Row("GET /settings/data/<int:export_id>/progress", THEIRS),
    Row("POST /settings/data/<int:export_id>/archive", THEIRS),
    Row("POST /settings/data/<int:export_id>/attempts", THEIRS),
    Row("GET /admin/audit", ADMIN),
    Row("GET /admin/audit/entries.csv", ADMIN),
    Row("GET /admin/audit/entries.jsonl", ADMIN),
    Row("POST /admin/audit/checks", ADMIN),
    Row("POST /admin/audit/ways", ADMIN),
    Row("GET /admin/holds", ADMIN),
    Row("POST /admin/holds", ADMIN, form={"matter": "Case 7", "reason": "Asked", "who": "sam"}),
    Row("POST /admin/holds/<int:hold_id>/release", ADMIN, form={"release_reason": "Settled"}),
    Row("GET /admin/retention", ADMIN),
    Row("GET /admin/retention/preview", ADMIN, query="days=30&deleted_days=30"),
    Row("POST /admin/retention/defaults", ADMIN, form={"days": "", "confirmed": "1"}),
    Row("POST /admin/retention/rules", ADMIN, form={"channel": "nowhere", "confirmed": "1"}),
    Row("POST /admin/retention/rules/<int:channel_id>/removal", ADMIN),
    Row("GET /admin/exports", ADMIN),
    Row("GET /admin/exports/new", ADMIN),
    Row("GET /admin/exports/<int:export_id>", ADMIN),
    Row("GET /admin/exports/<int:export_id>/progress", ADMIN),
    Row("POST /admin/exports", ADMIN, form={"reason": "A case"}),
    Row("POST /admin/exports/<int:export_id>/approval", ADMIN, form={"reason": "No"}),
    Row("POST /admin/exports/<int:export_id>/cancellation", ADMIN),
    Row("POST /admin/exports/<int:export_id>/attempts", ADMIN),
    Row("POST /admin/exports/<int:export_id>/archive", ADMIN),
    Row("GET /admin", MANAGED),
    Row("GET /admin/people/directory.csv", ADMIN),
    Row("GET /setup/<token>", LOST),
    Row("POST /setup/<token>", LOST),
    Row("GET /admin/start", ADMIN),
    Row("POST /admin/start/ticks", ADMIN, form={"step": "backup"}),
    Row("POST /admin/start/putting-away", ADMIN),
    Row("GET /admin/channels", ADMIN),
    Row("POST /admin/channels", ADMIN),
    Row("GET /.well-known/security.txt", LOST),
    Row("GET /emoji/<token>", but(dict.fromkeys(WHO, NONE), **dict.fromkeys(STRANGERS, OUT))),
    Row("GET /admin/emoji", ADMIN),
    Row("POST /admin/emoji", ADMIN),
    Row(
        "POST /admin/emoji/<int:emoji_id>/retirement", but(ADMIN, admin=NONE), facts={"emoji_id": 1}
    ),
    Row("POST /admin/people/bulk", but(ADMIN, admin=QUIET)),
    Row("GET /admin/people/<int:person_id>/merging", ADMIN),
    Row("POST /admin/people/<int:person_id>/merging", ADMIN, form={"kept": "no-such-one"}),
    Row("GET /admin/health", ADMIN),
    Row("POST /admin/health/retries", ADMIN),
    Row("POST /admin/health/jobs/<int:job_id>/removal", ADMIN, facts={"job_id": 1}),
    Row("GET /admin/organisation", ADMIN),
    Row("POST /admin/organisation", ADMIN, form={"name": "Northquay"}),
    Row("GET /branding/<key>.css", LOST, facts={"key": "000000000000"}),
    Row("GET /branding/<token>/<int:side>", LOST, facts={"side": 64}),
    Row("GET /admin/skills", ADMIN),
    Row("GET /admin/skills/<int:skill_id>", ADMIN),
    Row("POST /admin/skills/<int:skill_id>/name", ADMIN, form={"name": "Lifting"}),
    Row("POST /admin/skills/<int:skill_id>/merging", ADMIN, form={"into": "No such skill"}),
    Row("GET /admin/people", MANAGED),
    Row("POST /admin/invitations", MANAGED, form={"email": "new@example.org", "name": "New"}),
    Row("POST /admin/invitations/<int:invitation_id>/resending", INVITED),
    Row("POST /admin/invitations/<int:invitation_id>/revocation", INVITED),
    Row("POST /admin/people/<int:person_id>/role", ADMIN, form={"role": "manager"}),
    Row("POST /admin/people/<int:person_id>/deactivation", ADMIN),
    Row("POST /admin/people/<int:person_id>/reactivation", ADMIN),
    Row("GET /admin/people/import", ADMIN),
    Row("POST /admin/people/import", ADMIN, form={"file": (b"email\nx@x.example", "a.csv")}),
    Row("GET /admin/people/import/<int:import_id>", ADMIN),
    Row("GET /admin/people/import/<int:import_id>/progress", ADMIN),
    Row("GET /admin/people/import/<int:import_id>/problems.csv", ADMIN),
    Row("POST /admin/people/import/<int:import_id>/columns", ADMIN, form={"column-0": "email"}),
    Row("POST /admin/people/import/<int:import_id>/confirmation", ADMIN, form={"turn": "1"}),
    Row("POST /admin/people/import/<int:import_id>/cancellation", ADMIN),
    Row("GET /admin/people/<int:person_id>/history", ADMIN),
    Row("GET /admin/rights", ADMIN),
    Row("GET /admin/rights/<int:person_id>", ADMIN),
    Row(
        "POST /admin/rights/<int:person_id>",
        ADMIN,
        form={"right": "audit", "granted": "1", "reason": "Yearly review"},
    ),
    Row("POST /admin/rights/guests", ADMIN, form={"guests_come_by": "admins"}),
    Row("GET /admin/announcements", ADMIN),
    Row(
        "POST /admin/announcements/policies/<priority>",
        ADMIN,
        form={"ways.0": "app", "after.0": "0"},
    ),
    Row("POST /admin/announcements/rights", ADMIN, form={"who": "sam", "scope": "line"}),
    Row("POST /admin/announcements/rights/<int:right_id>/revocation", ADMIN),
    Row("GET /admin/security", ADMIN),
    Row("POST /admin/security", ADMIN, form={"required": "nobody"}),
    Row("GET /admin/people/<int:person_id>/security", ADMIN),
    Row("POST /admin/people/<int:person_id>/sign-outs", ADMIN),
    Row("POST /admin/people/<int:person_id>/factor-resets", ADMIN),
    Row("GET /admin/sign-on", ADMIN),
    Row("POST /admin/sign-on", ADMIN, form={"role": "employee", "group_claim": "groups"}),
    Row("POST /admin/sign-on/forgotten", ADMIN, form={"email": "nobody@example.org"}),
    Row("GET /admin/fields", ADMIN),
    Row("GET /admin/moderation", each(NO, admin=SHOWS)),
    Row("GET /admin/moderation/settings", ADMIN),
    Row("POST /admin/moderation/settings", ADMIN, form={"hide_after": "no"}),
    Row("GET /channels/<slug>/moderation", but(LED, moderator=SHOWS)),
    Row("GET /moderation", OWN),
    Row("GET /moderation/transparency", OWN),
    Row("GET /moderation/mine/<int:case_id>", but(THEIRS, member=YES)),
    Row("POST /moderation/mine/<int:case_id>/appeal", THEIRS, form={"text": "No"}),
    Row("GET /moderation/posts/<int:post_id>", THEIRS),
    Row("GET /appeals/<token>", LOST),
    Row("POST /appeals/<token>", LOST, form={"text": "No"}),
    Row("GET /report/<kind>/<int:target_id>", READ, facts=POST),
    Row("POST /report/<kind>/<int:target_id>", USED, facts=POST, form={"reason": "other"}),
    Row("GET /moderation/cases/<int:case_id>", JUDGED),
    Row("POST /moderation/cases/<int:case_id>/assignee", RULED, facts=OF_A_PROFILE),
    Row(
        "POST /moderation/cases/<int:case_id>/notes",
        RULED,
        facts=OF_A_PROFILE,
        form={"note": "Look"},
    ),
    Row("POST /moderation/cases/<int:case_id>/visibility", RULED, facts=OF_A_PROFILE),
    Row(
        "POST /moderation/cases/<int:case_id>/decision",
        RULED,
        facts=OF_A_PROFILE,
        form=VERDICT,
    ),
    Row("POST /moderation/cases/<int:case_id>/undoing", RULED, facts=OF_A_PROFILE),
    # Nobody has appealed.
    Row("POST /moderation/cases/<int:case_id>/judgement", THEIRS, facts=OF_A_PROFILE),
    Row("POST /moderation/decisions", RULED, form={"case": "{other_case_id}", **VERDICT}),
    Row("GET /admin/fields/new", ADMIN),
    Row("GET /admin/fields/<int:field_id>", ADMIN),
    Row("GET /admin/fields/<int:field_id>/delete", ADMIN),
    Row("POST /admin/fields", ADMIN, form={"name": "Size", "kind": "text"}),
    Row("POST /admin/fields/<int:field_id>", ADMIN, form={"name": "Badge"}),
    Row("POST /admin/fields/<int:field_id>/place", ADMIN, form={"direction": "up"}),
    Row("POST /admin/fields/<int:field_id>/archive", ADMIN, form={"archived": "1"}),
    Row("POST /admin/fields/built-in", ADMIN, form={"shown": "title"}),
    Row("POST /admin/fields/<int:field_id>/delete", ADMIN),
]
CALLS = [
    Row(f"GET {API}/openapi.json", DESCRIPTION),
    Row(f"GET {API}/docs", DESCRIPTION),
    Row(f"POST {API}/tokens", OWN, json={"name": "another"}),
    Row(f"GET {API}/tokens", OWN),
    Row(f"GET {API}/me/security", OWN),
    Row(f"DELETE {API}/users/<user_id>/second-factor", OVER),
    Row(f"DELETE {API}/users/<user_id>/sessions", OVER),
    Row(f"DELETE {API}/tokens/<token_id>", THEIRS),
    Row(f"GET {API}/me", OWN),
    Row(f"PATCH {API}/me", OWN, json={"title": "Somebody"}),
    Row(f"GET {API}/me/push", OWN),
    Row(f"PUT {API}/me/push", OWN, json=BROWSER),
    Row(f"DELETE {API}/me/push", OWN, json={"endpoint": BROWSER["endpoint"]}),
    Row(f"GET {API}/me/photo", OWN),
    Row(f"PUT {API}/me/photo", OWN, form={"turn": "90"}),
    Row(f"DELETE {API}/me/photo", OWN),
    Row(f"GET {API}/users/<user_id>/photo/<side>", THEIRS),
    Row(f"DELETE {API}/users/<user_id>/photo", OVER),
    Row(f"GET {API}/unread", OWN),
    Row(f"GET {API}/users", OWN),
    Row(f"GET {API}/users/<user_id>", MET),
    Row(f"GET {API}/users/<user_id>/managers", CLOSED),
    Row(f"GET {API}/skills", OWN),
    Row(f"PUT {API}/me/skills", OWN, json={"skills": ["Rowing"]}),
    Row(f"GET {API}/users/<user_id>/skills", MET),
    Row(f"PUT {API}/users/<user_id>/skills/<skill_id>/endorsement", MET, json={"why": "Quick"}),
    Row(f"DELETE {API}/users/<user_id>/skills/<skill_id>/endorsement", MET),
    Row(f"GET {API}/users/<user_id>/reports", CLOSED),
    Row(f"PATCH {API}/users/<user_id>", OVER, json={"title": "Somebody"}),
    Row(f"GET {API}/audit", ADMIN),
    Row(f"GET {API}/users/<user_id>/history", OVER),
    Row(f"GET {API}/rights", ADMIN),
    Row(f"GET {API}/users/<user_id>/rights", ADMIN),
    Row(f"PUT {API}/users/<user_id>/rights", ADMIN, json={"rights": [], "reason": ""}),
    Row(f"GET {API}/profile-fields", OWN),
    Row(f"GET {API}/profile-fields/built-in", OWN),
    Row(f"POST {API}/profile-fields", ADMIN, json={"name": "Locker", "kind": "text"}),
    Row(f"PATCH {API}/profile-fields/<field_id>", ADMIN, json={"hint": "Here"}, facts=DESK),
    Row(f"PUT {API}/profile-fields/order", ADMIN, json={"field_ids": []}),
    Row(f"PUT {API}/profile-fields/built-in", ADMIN, json={"hidden": []}),
    Row(f"DELETE {API}/profile-fields/<field_id>", ADMIN, facts=DESK),
    Row(f"GET {API}/groups", OWN),
    Row(f"GET {API}/groups/<group_id>", MET),
    Row(f"GET {API}/groups/<group_id>/members", MET),
    Row(f"POST {API}/groups", MANAGED, json={"name": "Others"}),
    Row(f"POST {API}/groups/preview", MANAGED, json={"rule": "title is Cook"}),
    Row(f"PATCH {API}/groups/<group_id>", OVER, json={"name": "Ours"}),
    Row(f"PUT {API}/groups/<group_id>/members/<user_id>", OVER, json={}),
    Row(f"DELETE {API}/groups/<group_id>/members/<user_id>", OVER),
    Row(f"DELETE {API}/groups/<group_id>", OVER),
    Row(f"GET {API}/announcements", MINE),
    Row(
        f"POST {API}/announcements",
        MANAGED,
        json={
            "title": "Hear",
            "body": "",
            "audience": "person is @olga",
            "priority": "routine",
            "requires_ack": False,
        },
    ),
    Row(f"POST {API}/announcements/audience", MANAGED, json={"audience": "everyone"}),
    Row(f"GET {API}/announcements/<announcement_id>", TOLD),
    Row(f"POST {API}/announcements/<announcement_id>/acknowledgement", ANSWERED, json={}),
    Row(f"GET {API}/announcements/<announcement_id>/comments", TOLD),
    Row(f"POST {API}/announcements/<announcement_id>/comments", COMMENTED, json={"body": "So"}),
    Row(f"PUT {API}/announcements/<announcement_id>/comments", ENDED, json={"open": True}),
    Row(f"GET {API}/announcements/<announcement_id>/recipients", ENDED),
    Row(f"GET {API}/announcements/<announcement_id>/report", ENDED),
    Row(f"PATCH {API}/announcements/<announcement_id>", SENT, json={"title": "Taken over"}),
    Row(f"POST {API}/announcements/<announcement_id>/publication", SENT, json={"version": 1}),
    Row(f"POST {API}/announcements/<announcement_id>/approval", SENT, json={"approved": True}),
    Row(f"POST {API}/announcements/<announcement_id>/nudge", SENT, json={}),
    Row(
        f"POST {API}/announcements/<announcement_id>/followups",
        SENT,
        json={"kind": "follow_up", "title": "Taken", "body": "", "client_id": "x"},
    ),
    Row(f"DELETE {API}/announcements/<announcement_id>", SENT),
    Row(f"GET {API}/channels", MINE),
    Row(f"POST {API}/channels", CLOSED, json={"name": "Something else"}),
    Row(f"GET {API}/conversations", OWN),
    Row(f"POST {API}/conversations", OWN, json={"user_ids": ["{user_id}"]}),
    Row(f"PATCH {API}/conversations/<channel_id>", USED, json={"name": "Ours"}),
    Row(
        f"POST {API}/conversations/<channel_id>/people",
        USED,
        json={"user_ids": ["{user_id}"], "history": True},
    ),
    Row(f"POST {API}/conversations/<channel_id>/channel", USED, json={"name": "Ours"}),
    Row(f"GET {API}/presence", OWN, query="user_ids=1,2"),
    Row(f"GET {API}/me/status", OWN),
    Row(f"PATCH {API}/me/status", OWN, json={"text": "Here", "hidden": True}),
    Row(f"GET {API}/notifications", MINE),
    Row(f"GET {API}/notifications/counts", OWN),
    Row(f"POST {API}/notifications/read", OWN, json={"up_to": 1}),
    Row(f"POST {API}/notifications/unread", OWN, json={"ids": ["1"]}),
    Row(f"GET {API}/me/notification-settings", OWN),
    Row(f"PATCH {API}/me/notification-settings", OWN, json={"digest": "daily"}),
    Row(f"PUT {API}/posts/<post_id>/following", USED, json={"follows": True}),
    Row(f"PUT {API}/channels/<channel_id>/mute", USED, json={"until": None}),
    Row(f"GET {API}/me/blocks", OWN),
    Row(f"PUT {API}/me/blocks/<user_id>", MET),
    Row(f"DELETE {API}/me/blocks/<user_id>", MET),
    Row(f"POST {API}/posts/<post_id>/reports", USED, json={"reason": "other"}),
    Row(f"POST {API}/files/<file_id>/reports", USED, json={"reason": "other"}),
    Row(f"POST {API}/channels/<channel_id>/reports", USED, json={"reason": "other"}),
    Row(f"POST {API}/users/<user_id>/profile-reports", MET, json={"reason": "other"}),
    Row(f"GET {API}/moderation/reasons", OWN),
    Row(f"GET {API}/moderation/transparency", OWN),
    Row(f"GET {API}/moderation/cases", each(QUIET, moderator=SHOWS, admin=SHOWS)),
    Row(f"GET {API}/moderation/cases/<case_id>", JUDGED),
    Row(
        f"PUT {API}/moderation/cases/<case_id>/assignee",
        RULED,
        facts=OF_A_PROFILE,
        json={"user_id": None},
    ),
    Row(
        f"POST {API}/moderation/cases/<case_id>/notes",
        RULED,
        facts=OF_A_PROFILE,
        json={"note": "Look"},
    ),
    Row(f"PUT {API}/moderation/cases/<case_id>/hidden", RULED, facts=OF_A_PROFILE),
    Row(f"DELETE {API}/moderation/cases/<case_id>/hidden", RULED, facts=OF_A_PROFILE),
    Row(
        f"POST {API}/moderation/cases/<case_id>/decision",
        RULED,
        facts=OF_A_PROFILE,
        json=VERDICT,
    ),
    Row(f"DELETE {API}/moderation/cases/<case_id>/decision", RULED, facts=OF_A_PROFILE),
    Row(
        f"POST {API}/moderation/cases/<case_id>/judgement",
        RULED,
        facts=OF_A_PROFILE,
        json={"outcome": "upheld"},
    ),
    Row(f"POST {API}/moderation/decisions/<decision_id>/appeal", THEIRS, json={"text": "No"}),
    Row(f"GET {API}/search", MINE, query="q=crane"),
    Row(f"GET {API}/drafts", MINE),
    Row(f"GET {API}/channels/<channel_id>", READ),
    Row(f"GET {API}/channels/<channel_id>/members", USED),
    Row(f"GET {API}/channels/<channel_id>/groups", USED),
    Row(f"PUT {API}/channels/<channel_id>/groups/<group_id>", LED),
    Row(f"DELETE {API}/channels/<channel_id>/groups/<group_id>", LED),
    Row(f"GET {API}/channels/<channel_id>/posts", READ),
    Row(f"GET {API}/channels/<channel_id>/pins", READ),
    Row(f"GET {API}/held", but(each(QUIET), author=YES)),
    Row(f"GET {API}/held/organisation", ADMIN),
    Row(f"GET {API}/channels/<channel_id>/held", each(NONE, inside=YES)),
    Row(f"PUT {API}/held/<held_id>", JUDGED, json={"state": "approved"}),
    Row(f"DELETE {API}/held/<held_id>", but(each(NONE), author=YES)),
    Row(f"GET {API}/word-rules", ADMIN),
    Row(f"POST {API}/word-rules", ADMIN, json=WORDS),
    Row(f"GET {API}/word-rules/<rule_id>", RULED),
    Row(f"PATCH {API}/word-rules/<rule_id>", RULED, json={"name": "Others"}),
    Row(f"GET {API}/word-rules/<rule_id>/hits", RULED),
    Row(f"GET {API}/word-rules/<rule_id>/trial", RULED),
    Row(f"DELETE {API}/word-rules/<rule_id>", RULED),
    Row(f"GET {API}/channels/<channel_id>/events", READ),
    Row(f"GET {API}/posts/<post_id>", READ),
    Row(f"GET {API}/posts/<post_id>/replies", READ),
    Row(f"GET {API}/posts/<post_id>/revisions", READ),
    Row(f"POST {API}/channels/<channel_id>/posts", USED, json={"body": "crane"}),
    Row(f"PUT {API}/channels/<channel_id>/draft", USED, json={"body": "crane"}),
    Row(f"PUT {API}/channels/<channel_id>/read", USED, json={"seq": 1}),
    Row(f"PUT {API}/channels/<channel_id>/members/me", USED, json={"starred": True}),
    Row(f"PUT {API}/channels/<channel_id>/members/<user_id>", USED, json={}),
    Row(f"DELETE {API}/channels/<channel_id>/members/<user_id>", KEPT, json={}),
    Row(f"PATCH {API}/channels/<channel_id>", LED, json={"name": "Taken over"}),
    Row(f"DELETE {API}/channels/<channel_id>", LED),
    Row(f"POST {API}/files", OWN, form={"alt": "a crane", "file": (b"crane", "a.txt")}),
    Row(f"GET {API}/exports", ADMIN),
    Row(f"POST {API}/exports", ADMIN, json={"reason": "A case"}),
    Row(f"GET {API}/exports/<export_id>", each(NONE, admin=QUIET)),
    Row(
        f"POST {API}/exports/<export_id>/approval", each(NONE, admin=YES), json={"approved": False}
    ),
    Row(f"DELETE {API}/exports/<export_id>", each(NONE, admin=QUIET)),
    Row(f"POST {API}/me/exports", OWN),
    Row(f"GET {API}/me/exports", OWN),
    Row(f"GET {API}/users/<user_id>/erasure", but(OVER, admin=NONE)),
    Row(f"POST {API}/users/<user_id>/erasure", OVER, json={"confirmed": "nobody at all"}),
    Row(f"GET {API}/files/<file_id>", READ),
    Row(f"GET {API}/files/<file_id>/content", USED),
    Row(f"GET {API}/files/<file_id>/thumbnails/<side>", USED),
    Row(f"PATCH {API}/files/<file_id>", WRITTEN, json={"alt": "taken over"}),
    Row(f"DELETE {API}/files/<file_id>", WRITTEN),
    Row(f"POST {API}/uploads", OWN, json={"name": "a.txt", "size": 5}),
    Row(f"GET {API}/uploads/<upload_id>", THEIRS),
    Row(f"PUT {API}/uploads/<upload_id>/content", THEIRS, query="offset=0"),
    Row(f"POST {API}/uploads/<upload_id>/file", THEIRS),
    Row(f"DELETE {API}/uploads/<upload_id>", THEIRS),
    Row(f"PATCH {API}/posts/<post_id>", WRITTEN, json={"body": "taken over"}),
    Row(f"DELETE {API}/posts/<post_id>", TAKEN),
    Row(f"POST {API}/posts/<post_id>/restoration", USED),
    Row(f"PUT {API}/posts/<post_id>/pin", USED),
    Row(f"DELETE {API}/posts/<post_id>/pin", USED),
]
# These end what the others need.
ENDS = [
    Row(f"POST {API}/announcements/<announcement_id>/ending", ENDED, json={}),
    Row("POST /announcements/<int:announcement_id>/ending", ENDED, form={"ended_as": "all_clear"}),
    Row("POST /admin/skills/<int:skill_id>/removal", ADMIN),
    Row(f"DELETE {API}/channels/<channel_id>/members/me", USED),
    Row("POST /logout", LEAVES),
]
# Reading first: sending throws drafts away.
TABLE = [
    *(row for row in (*PAGES, *CALLS) if row.route.startswith("GET ")),
    *(row for row in (*PAGES, *CALLS) if not row.route.startswith("GET ")),
    *ENDS,
]
