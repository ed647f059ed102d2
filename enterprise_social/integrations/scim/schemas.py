"""What /Schemas, /ResourceTypes and /ServiceProviderConfig tell (RFC 7643, 5 to 7)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
USER, GROUP = f"{CORE}User", f"{CORE}Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST, ERROR, PATCH = f"{MESSAGES}ListResponse", f"{MESSAGES}Error", f"{MESSAGES}PatchOp"
SEARCH = f"{MESSAGES}SearchRequest"
DEFAULT_COUNT, MOST_COUNT = 100, 200
# Somebody without one of these is an employee; admins are neither made nor unmade from outside.
ROLES = ("guest", "manager")
LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "de-AT", "de-CH", "de-DE", "el", "en-GB", "en-US", "es",
    "et", "fa", "fi", "fr", "fr-CA", "fr-CH", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt",
    "lv", "nb", "nl", "nn", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr",
    "uk", "vi",
)  # fmt: skip


def _attribute(
    name: str, described: str, kind: str = "string", *, parts: Any = (), **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": described,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **more,
    }
    if kind == "complex":
        made["subAttributes"] = list(parts)
    return made


def _reference(described: str, kind: str, mutability: str = "readWrite") -> dict[str, Any]:
    return _attribute(
        "$ref",
        described,
        "reference",
        referenceTypes=[kind],
        caseExact=True,
        mutability=mutability,
    )


def _several(name: str, described: str, kinds: tuple[str, ...], **more: Any) -> dict[str, Any]:
    value = _attribute("value", "The value.", required=True)
    kind = _attribute("type", "What it is for.", canonicalValues=list(kinds))
    primary = _attribute("primary", "Whether it is the first to be used.", "boolean")
    parts = (value, kind, primary)
    return _attribute(name, described, "complex", multiValued=True, parts=parts, **more)


def _user_attributes() -> list[dict[str, Any]]:
    family = _attribute("familyName", "The family name.")
    given = _attribute("givenName", "The given name.")
    role = _attribute("value", "The role.", canonicalValues=list(ROLES), required=True)
    group = (
        _attribute("value", "The group's id.", mutability="readOnly"),
        _reference("The group.", "Group", "readOnly"),
        _attribute("display", "The group's name.", mutability="readOnly"),
    )
    return [
        _attribute(
            "userName",
            "The client's unique name for the person, such as their e-mail address.",
            required=True,
            uniqueness="server",
        ),
        _attribute("name", "The parts of the name.", "complex", parts=(family, given)),
        _attribute("displayName", "The name that colleagues read.", required=True),
        _attribute("title", "The job title."),
        _attribute("preferredLanguage", "The language.", canonicalValues=list(LANGUAGES)),
        _attribute(
            "timezone",
            "The time zone, as the IANA database names it.",
            canonicalValues=sorted(available_timezones() - {"UTC"}),
        ),
        _attribute("active", "Whether the person may come in.", "boolean", required=True),
        _several(
            "emails", "E-mail addresses; mail goes to the primary one.",
            ("work", "home", "other"), required=True,
        ),
        _several(
            "phoneNumbers", "Telephone numbers; colleagues read the primary one.",
            ("work", "home", "mobile", "fax", "pager", "other"),
        ),
        _attribute(
            "roles", "The role here; none is that of an employee.", "complex",
            multiValued=True, parts=(role,),
        ),
        _attribute(
            "groups", "The groups that the person is in.", "complex",
            multiValued=True, mutability="readOnly", parts=group,
        ),
        _attribute(
            "profileUrl", "The person's page.", "reference",
            referenceTypes=["external"], mutability="readOnly", caseExact=True,
        ),
    ]  # fmt: skip


def _group_attributes() -> list[dict[str, Any]]:
    member = (
        _attribute("value", "The member's id.", mutability="immutable", required=True),
        _reference("The member.", "User", "immutable"),
        _attribute("type", "What the member is.", mutability="immutable", canonicalValues=["User"]),
    )
    return [
        _attribute("displayName", "The group's name.", required=True),
        _attribute("members", "Who is in it.", "complex", multiValued=True, parts=member),
    ]


def _enterprise_attributes() -> list[dict[str, Any]]:
    manager = (
        _attribute("value", "The manager's id.", required=True),
        _reference("The manager.", "User"),
    )
    return [
        _attribute("employeeNumber", "The organisation's number for the person."),
        _attribute("department", "The department."),
        _attribute("manager", "Who leads the person.", "complex", parts=manager),
    ]


@lru_cache(maxsize=1)
def schemas() -> list[dict[str, Any]]:
    """Return the schemas, without where they stand."""
    found = (
        (USER, "User", "A person.", _user_attributes()),
        (GROUP, "Group", "A group that is kept by hand.", _group_attributes()),
        (ENTERPRISE, "EnterpriseUser", "A person at work.", _enterprise_attributes()),
    )
    return [
        {
            "schemas": [f"{CORE}Schema"],
            "id": urn,
            "name": name,
            "description": described,
            "attributes": attributes,
        }
        for urn, name, described, attributes in found
    ]


def resource_types() -> list[dict[str, Any]]:
    """Return the kinds of resources, without where they stand."""
    user = {"schemaExtensions": [{"schema": ENTERPRISE, "required": False}]}
    kinds: Any = (("User", "/Users", USER, user), ("Group", "/Groups", GROUP, {}))
    return [
        {
            "schemas": [f"{CORE}ResourceType"],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "schema": schema,
            **more,
        }
        for name, endpoint, schema, more in kinds
    ]


def service_provider_config() -> dict[str, Any]:
    """Return what of SCIM is done here."""
    return {
        "schemas": [f"{CORE}ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_COUNT},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The token of the setting SCIM_TOKEN (RFC 6750).",
                "primary": True,
            }
        ],
    }
