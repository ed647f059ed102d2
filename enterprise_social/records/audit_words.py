"""What an entry of the audit log says, in a sentence.

``%(who)s`` is the actor, ``%(what)s`` what was acted on; other names stand in the entry's details.
An act that isn't known here is shown under its name: the log never leaves anything out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_social.core.audit import AuditEntry
from enterprise_social.records.queries.audit import Names

LONGEST_FACT = 120

SENTENCES: dict[str, Any] = {
    "accounts.break_glass_used": lazy_gettext("%(who)s signed in by the emergency account"),
    "accounts.factor_added": lazy_gettext("%(who)s added a second factor: %(factor)s"),
    "accounts.factor_removed": lazy_gettext("%(who)s removed a second factor: %(factor)s"),
    "accounts.factors_reset": lazy_gettext("%(who)s reset the second factors of %(what)s"),
    "accounts.identities_forgotten": lazy_gettext(
        "%(who)s cut the ties of %(what)s to the sign-on provider"
    ),
    "accounts.identity_linked": lazy_gettext("%(what)s was tied to an identity of the provider"),
    "accounts.invitation_accepted": lazy_gettext("%(who)s accepted an invitation"),
    "accounts.invitation_revoked": lazy_gettext("%(who)s took an invitation back"),
    "accounts.invited": lazy_gettext("%(who)s invited somebody (%(what)s)"),
    "accounts.invited_again": lazy_gettext("%(who)s sent an invitation again"),
    "accounts.locked_out": lazy_gettext("Sign-in was locked after %(failures)s failures: %(what)s"),
    "accounts.passkey_copied": lazy_gettext("A passkey of %(what)s seems to have been copied"),
    "accounts.password_set": lazy_gettext("%(who)s set a password for %(what)s"),
    "accounts.proved_again": lazy_gettext("%(who)s proved again who they are"),
    "accounts.recovery_code_used": lazy_gettext("%(what)s used a recovery code"),
    "accounts.recovery_codes_made": lazy_gettext("%(who)s made new recovery codes"),
    "accounts.reset_sent": lazy_gettext("A link to set a new password was sent to %(what)s"),
    "accounts.session_revoked": lazy_gettext("%(who)s ended one of their sessions"),
    "accounts.sessions_revoked": lazy_gettext("%(who)s ended their other sessions"),
    "accounts.signed_in": lazy_gettext("%(who)s signed in"),
    "accounts.signed_out": lazy_gettext("%(who)s signed out"),
    "accounts.signed_out_by_provider": lazy_gettext("The provider signed %(what)s out"),
    "accounts.signed_out_everywhere": lazy_gettext("%(who)s signed %(what)s out everywhere"),
    "accounts.token_created": lazy_gettext("%(who)s made an access token"),
    "accounts.token_revoked": lazy_gettext("%(who)s revoked an access token"),
    "announcements.all_clear": lazy_gettext("%(who)s gave the all-clear for %(what)s"),
    "announcements.answered": lazy_gettext("%(who)s answered %(what)s"),
    "announcements.approved": lazy_gettext("%(who)s approved %(what)s"),
    "announcements.asked": lazy_gettext("%(who)s asked for %(what)s to be approved"),
    "announcements.comments": lazy_gettext("%(who)s opened or closed the comments of %(what)s"),
    "announcements.correction": lazy_gettext("%(who)s corrected %(what)s"),
    "announcements.delegated": lazy_gettext("%(who)s let %(what)s announce in their name"),
    "announcements.discarded": lazy_gettext("%(who)s threw the draft of %(what)s away"),
    "announcements.expired": lazy_gettext("%(what)s expired"),
    "announcements.follow_up": lazy_gettext("%(who)s followed %(what)s up"),
    "announcements.granted": lazy_gettext("%(who)s let %(what)s announce"),
    "announcements.not_sent": lazy_gettext("%(what)s was not sent: %(why)s"),
    "announcements.nudged": lazy_gettext("%(who)s reminded those who had not answered %(what)s"),
    "announcements.policy": lazy_gettext("%(who)s changed how announcements travel (%(what)s)"),
    "announcements.published": lazy_gettext("%(who)s published %(what)s"),
    "announcements.resumed": lazy_gettext("%(who)s let %(what)s go on"),
    "announcements.revoked": lazy_gettext("%(who)s let %(what)s announce no longer"),
    "announcements.scheduled": lazy_gettext("%(who)s scheduled %(what)s"),
    "announcements.sent_back": lazy_gettext("%(who)s sent %(what)s back to its author"),
    "announcements.undelegated": lazy_gettext(
        "%(who)s let %(what)s announce in their name no longer"
    ),
    "announcements.withdrawn": lazy_gettext("%(who)s withdrew %(what)s"),
    "audit.broken": lazy_gettext("The audit log is not whole: entry %(number)s was %(how)s"),
    "audit.check_asked": lazy_gettext("%(who)s had the audit log checked"),
    "audit.exported": lazy_gettext("%(who)s exported entries of the audit log (%(form)s)"),
    "channels.add_group": lazy_gettext("%(who)s let a group fill %(what)s"),
    "channels.archive": lazy_gettext("%(who)s archived %(what)s"),
    "channels.create": lazy_gettext("%(who)s made the channel %(what)s (%(kind)s)"),
    "channels.guest_came": lazy_gettext("%(who)s came into %(what)s as a guest"),
    "channels.remove_group": lazy_gettext("%(who)s let a group fill %(what)s no longer"),
    "channels.remove_member": lazy_gettext("%(who)s removed %(person)s from %(what)s"),
    "channels.restore": lazy_gettext("%(who)s opened %(what)s again"),
    "channels.rules": lazy_gettext("%(who)s changed the rules of %(what)s"),
    "channels.set_role": lazy_gettext("%(who)s made %(person)s %(role)s of %(what)s"),
    "channels.update": lazy_gettext("%(who)s changed %(what)s (%(fields)s)"),
    "emoji.add": lazy_gettext("%(who)s added the emoji %(name)s"),
    "emoji.retire": lazy_gettext("%(who)s retired the emoji %(name)s"),
    "exports.approved": lazy_gettext("%(who)s agreed to %(what)s"),
    "exports.asked": lazy_gettext("%(who)s asked for %(what)s"),
    "exports.cancelled": lazy_gettext("%(who)s gave %(what)s up"),
    "exports.downloaded": lazy_gettext("%(who)s downloaded %(what)s"),
    "exports.everything": lazy_gettext("Everything was exported by command"),
    "exports.expired": lazy_gettext("%(what)s expired"),
    "exports.failed": lazy_gettext("%(what)s could not be made: %(problem)s"),
    "exports.made": lazy_gettext("%(what)s was made"),
    "exports.own_asked": lazy_gettext("%(who)s asked for their own data"),
    "exports.refused": lazy_gettext("%(who)s refused %(what)s"),
    "fields.archived": lazy_gettext("%(who)s archived the field %(name)s"),
    "fields.changed": lazy_gettext("%(who)s changed the field %(name)s"),
    "fields.created": lazy_gettext("%(who)s made the field %(name)s"),
    "fields.defined": lazy_gettext("%(who)s made the field %(name)s"),
    "fields.deleted": lazy_gettext("%(who)s deleted the field %(name)s"),
    "fields.hidden": lazy_gettext("%(who)s chose which built-in fields are hidden: %(hidden)s"),
    "fields.ordered": lazy_gettext("%(who)s put the fields into another order"),
    "fields.restored": lazy_gettext("%(who)s brought the field %(name)s back"),
    "fields.updated": lazy_gettext("%(who)s changed the field %(name)s"),
    "groups.add_member": lazy_gettext("%(who)s put %(person)s into %(what)s"),
    "groups.archive": lazy_gettext("%(who)s archived %(what)s"),
    "groups.change_members": lazy_gettext("%(who)s changed who is in %(what)s"),
    "groups.create": lazy_gettext("%(who)s made the group %(what)s"),
    "groups.remove_member": lazy_gettext("%(who)s took %(person)s out of %(what)s"),
    "groups.restore": lazy_gettext("%(who)s brought %(what)s back"),
    "groups.update": lazy_gettext("%(who)s changed %(what)s (%(fields)s)"),
    "holds.created": lazy_gettext("%(who)s placed a legal hold: %(matter)s"),
    "holds.released": lazy_gettext("%(who)s released a legal hold: %(matter)s"),
    "integrations.slack_imported": lazy_gettext("%(who)s imported from Slack (%(what)s)"),
    "jobs.drop": lazy_gettext("%(who)s threw %(jobs)s given-up jobs away"),
    "jobs.retry": lazy_gettext("%(who)s had %(jobs)s given-up jobs tried again"),
    "messages.add_people": lazy_gettext("%(who)s brought people into a conversation"),
    "messages.make_channel": lazy_gettext("%(who)s made a conversation the channel %(what)s"),
    "moderation.appeal": lazy_gettext("%(who)s appealed against a decision on %(what)s"),
    "moderation.decide": lazy_gettext("%(who)s decided %(what)s"),
    "moderation.hidden": lazy_gettext("%(who)s hid %(what)s while it is reviewed"),
    "moderation.judge": lazy_gettext("%(who)s judged an appeal on %(what)s: %(outcome)s"),
    "moderation.report": lazy_gettext("Something was reported (%(what)s)"),
    "moderation.shown": lazy_gettext("%(who)s showed %(what)s again"),
    "moderation.undo": lazy_gettext("%(who)s undid a decision on %(what)s"),
    "organisation.begun": lazy_gettext("%(who)s set this installation up"),
    "people.created": lazy_gettext("%(who)s made the account of %(what)s (%(role)s)"),
    "people.deactivated": lazy_gettext("%(who)s deactivated %(what)s"),
    "people.erased": lazy_gettext("%(who)s erased %(what)s"),
    "people.erasure_finished": lazy_gettext("The erasing of %(what)s is finished"),
    "people.exported": lazy_gettext("%(who)s exported the directory"),
    "people.import_begun": lazy_gettext("%(who)s began to bring in a list of people"),
    "people.import_cancelled": lazy_gettext("%(who)s gave a list of people up"),
    "people.import_confirmed": lazy_gettext("%(who)s confirmed a list of people"),
    "people.import_finished": lazy_gettext("A list of people was brought in: %(done)s lines"),
    "people.merged": lazy_gettext("%(who)s merged two accounts into %(what)s"),
    "people.merging_finished": lazy_gettext("The merging into %(what)s is finished"),
    "people.reactivated": lazy_gettext("%(who)s reactivated %(what)s"),
    "people.role": lazy_gettext("%(who)s made %(what)s %(to)s (before: %(from)s)"),
    "people.updated": lazy_gettext("%(who)s changed the profile of %(what)s"),
    "posts.approve": lazy_gettext("%(who)s approved a post that waited (%(what)s)"),
    "posts.delete": lazy_gettext("%(who)s deleted somebody else's post (%(what)s)"),
    "posts.refuse": lazy_gettext("%(who)s refused a post that waited (%(what)s)"),
    "retention.changed": lazy_gettext("%(who)s set how long %(what)s is kept: %(days)s days"),
    "retention.cleared": lazy_gettext("%(who)s let %(what)s be kept as long as the others"),
    "retention.kept": lazy_gettext("%(who)s let %(what)s be kept for ever"),
    "retention.run": lazy_gettext("%(removed)s posts past their time were removed"),
    "rights.granted": lazy_gettext("%(who)s granted %(what)s a right: %(right)s"),
    "rights.revoked": lazy_gettext("%(who)s took a right from %(what)s: %(right)s"),
    "scim.group_created": lazy_gettext("The provisioning made the group %(what)s"),
    "scim.group_deleted": lazy_gettext("The provisioning deleted the group %(what)s"),
    "scim.user_created": lazy_gettext("The provisioning made the account of %(what)s"),
    "scim.user_deleted": lazy_gettext("The provisioning deactivated %(what)s"),
    "settings.change": lazy_gettext("%(who)s changed the setting %(what)s"),
    "skills.archived": lazy_gettext("%(who)s archived the skill %(what)s"),
    "skills.merged": lazy_gettext("%(who)s merged the skill %(what)s"),
    "skills.removed": lazy_gettext("%(who)s removed the skill %(name)s"),
    "skills.renamed": lazy_gettext("%(who)s renamed the skill %(what)s"),
    "words.create": lazy_gettext("%(who)s made a rule of words (%(what)s)"),
    "words.delete": lazy_gettext("%(who)s deleted a rule of words (%(what)s)"),
    "words.switch": lazy_gettext(
        "%(who)s switched a rule of words (%(what)s) from %(from)s to %(to)s"
    ),
    "words.update": lazy_gettext("%(who)s changed a rule of words (%(what)s)"),
}


class _Facts(dict[str, str]):
    """Gives a dash for what an older entry doesn't tell."""

    def __missing__(self, name: str) -> str:
        return "–"


def sentence(entry: AuditEntry, names: Names) -> str:
    """Return what an entry says."""
    facts = _Facts({name: _short(value) for name, value in entry.details.items()})
    facts["who"] = names.person(entry.actor_id) or _("The installation")
    facts["what"] = names.target(entry.target)
    person_id = entry.details.get("person_id")
    if isinstance(person_id, int):
        facts["person"] = names.person(person_id)
    known = SENTENCES.get(entry.action)
    if known is None:
        return f"{facts['who']}: {entry.action} ({facts['what']})"
    return str(known) % facts


def areas() -> list[str]:
    """Return the first parts of the acts that are known, for choosing."""
    return sorted({act.partition(".")[0] for act in SENTENCES})


def _short(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(map(str, value))
    elif isinstance(value, Mapping):
        text = ", ".join(f"{name}: {each}" for name, each in value.items())
    else:
        text = str(value)
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"
