"""The tables of people."""

from __future__ import annotations

from enterprise_social.people.models.availability import Absence, Availability
from enterprise_social.people.models.directory import (
    DirectoryPosting,
    DirectorySpelling,
    DirectoryWord,
)
from enterprise_social.people.models.fields import HiddenField, ProfileField, ProfileValue
from enterprise_social.people.models.groups import Group, GroupMember
from enterprise_social.people.models.people import (
    AVATAR_COLOURS,
    ROLES,
    Person,
    avatar_colour,
)
from enterprise_social.people.models.presence import Block, Status
from enterprise_social.people.models.profile import (
    PersonPhoto,
    Profile,
    ProfileChange,
    ProfileEntry,
)
from enterprise_social.people.models.rights import RIGHTS, Right
from enterprise_social.people.models.skills import Endorsement, PersonSkill, Skill

__all__ = [
    "AVATAR_COLOURS",
    "RIGHTS",
    "ROLES",
    "Absence",
    "Availability",
    "Block",
    "DirectoryPosting",
    "DirectorySpelling",
    "DirectoryWord",
    "Endorsement",
    "Group",
    "GroupMember",
    "HiddenField",
    "Person",
    "PersonPhoto",
    "PersonSkill",
    "Profile",
    "ProfileChange",
    "ProfileEntry",
    "ProfileField",
    "ProfileValue",
    "Right",
    "Skill",
    "Status",
    "avatar_colour",
]
