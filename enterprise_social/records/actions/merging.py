"""Two accounts of one person become one: the double is closed, and what it was in is handed over.

What takes longer, such as posts and what others wrote to ``@name``, is done by ``merging_steps``.
Access is not handed over with it: private channels and conversations that only the double was in
stay closed to the kept account, since whoever merges would else choose who reads them.
"""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from enterprise_social.accounts.sign_on.models import ExternalIdentity
from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.models import OPEN_KINDS, Channel, Membership
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.integrations.scim.models import ScimUser
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.events import PersonChanged
from enterprise_social.people.models import Person, PersonSkill, Skill
from enterprise_social.people.models.skills import MOST_SKILLS
from enterprise_social.people.policy import is_admin
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.records.events import PeopleMerged
from enterprise_social.records.models import STATE_ID, RecordsState
from enterprise_social.records.policy.holds import is_person_held

ROLES = ("member", "moderator", "owner")
# What the kept account takes over where it says nothing itself.
FILLED = ("title", "department", "location", "pronouns", "phone", "started_on", "manager_id")
_PLAIN = {"synchronize_session": False}


def may_merge(actor: Person | None, kept: Person, double: Person) -> bool:
    """Admins may, but neither into their own account nor their own account away."""
    return is_admin(actor) and (actor is None or actor.id not in (kept.id, double.id))


@action
def merge_people(actor: Person | None, kept: Person, double: Person, *, confirmed: str) -> Person:
    """Close the account ``double`` and hand what it wrote and was in over to ``kept``.

    ``confirmed`` is the double's username, written out. Raises Forbidden, Invalid, and Conflict
    where a legal hold covers the double, one of them was erased or is no person, or no admin
    would be left.
    """
    allowed = may_merge(actor, kept, double)
    require(allowed, _("Only another admin may merge these accounts."))
    if confirmed.strip().removeprefix("@").casefold() != double.username:
        raise Invalid(errors={"confirmed": [_("Write the username as it stands above.")]})
    _refuse(kept, double)
    double = deactivate_person(actor, double)
    kept = lock(Person, kept.id)
    _fill(kept, double)
    moved = _hand_channels_over(kept.id, double.id)
    _hand_rows_over(kept, double)
    kept.version += 1
    db.session.flush()
    audit.record(
        actor, "people.merged", f"person:{kept.id}", {"double": double.id, "channels": moved}
    )
    announce(PersonChanged(kept.id, True))
    announce(PeopleMerged(kept.id, double.id))
    return kept


def _refuse(kept: Person, double: Person) -> None:
    # Whoever sets a hold locks the same row: neither misses the other.
    lock(RecordsState, STATE_ID)
    if is_person_held(double.id):
        raise Conflict(_("A legal hold covers this person. Nothing of theirs may change now."))
    if kept.id == double.id:
        raise Conflict(_("This is one account."))
    if kept.is_bot or double.is_bot or kept.erased_at or double.erased_at:
        raise Conflict(_("Only accounts of people who were not erased can be merged."))
    if is_guest(kept) and not is_guest(double):
        raise Conflict(_("A guest would come into open channels by it. Keep the other account."))
    if not kept.is_active:
        raise Conflict(_("The account that is kept is closed. Bring it back first."))


def _fill(kept: Person, double: Person) -> None:
    for name in FILLED:
        value = getattr(double, name)
        if value and not getattr(kept, name) and value != kept.id:
            setattr(kept, name, value)
    number, double.employee_number = double.employee_number, None
    db.session.flush()
    if number and not kept.employee_number:
        kept.employee_number = number
    if kept.manager_id == double.id:
        kept.manager_id = None
    below = update(Person).where(Person.manager_id == double.id, Person.id != kept.id)
    db.session.execute(below.values(manager_id=kept.id).execution_options(**_PLAIN))


def _hand_channels_over(kept_id: int, double_id: int) -> int:
    """Put the kept account where the double was, as far as that opens nothing; return how often."""
    theirs = db.session.execute(
        select(Membership.channel_id, Channel.kind)
        .join(Channel, Channel.id == Membership.channel_id)
        .where(Membership.person_id == double_id)
        .order_by(Membership.channel_id)
    ).all()
    moved = 0
    for channel_id, kind in theirs:
        channel = lock(Channel, channel_id)
        old = db.session.get(Membership, (channel_id, double_id), populate_existing=True)
        mine = db.session.get(Membership, (channel_id, kept_id), populate_existing=True)
        if old is None or (mine is None and kind not in OPEN_KINDS) or kind == "direct":
            continue
        _replace(channel, old, mine, kept_id)
        moved += 1
    return moved


def _replace(channel: Channel, old: Membership, mine: Membership | None, kept_id: int) -> None:
    double_id = old.person_id
    db.session.delete(old)
    db.session.flush()
    if mine is None:
        mine = Membership(
            channel_id=channel.id,
            person_id=kept_id,
            role=old.role,
            notify=old.notify,
            starred=old.starred,
            read_seq=old.read_seq,
            joined_at=old.joined_at,
        )
        db.session.add(mine)
        live.control("enter", person_id=kept_id, channel_id=channel.id)
    else:
        mine.role = max(mine.role, old.role, key=ROLES.index)
        mine.read_seq = max(mine.read_seq, old.read_seq)
        mine.starred = mine.starred or old.starred
        channel.member_count = max(0, channel.member_count - 1)
    db.session.flush()
    log_change(channel.id, "membership_changed", person_id=double_id)
    log_change(channel.id, "membership_changed", person_id=kept_id)


def _hand_rows_over(kept: Person, double: Person) -> None:
    """Hand over skills, and ways in by the provider: whoever comes by them is the same person."""
    names = _skill_names(kept.id)
    more = [name for name in _skill_names(double.id) if name not in names]
    if more:
        set_skills(None, double, [])
        set_skills(None, kept, [*names, *more][:MOST_SKILLS])
    for model in (ExternalIdentity, ScimUser):
        if model is ScimUser and db.session.get(ScimUser, kept.id) is not None:
            continue
        theirs = update(model).where(model.person_id == double.id)
        db.session.execute(theirs.values(person_id=kept.id).execution_options(**_PLAIN))


def _skill_names(person_id: int) -> list[str]:
    statement = (
        select(Skill.name)
        .join(PersonSkill, PersonSkill.skill_id == Skill.id)
        .where(PersonSkill.person_id == person_id)
        .order_by(Skill.name)
    )
    return list(db.session.scalars(statement))
