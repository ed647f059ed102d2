"""Which column says what: recognised by its usual names, in the languages of the usual systems."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

CUSTOM = "custom:"
# The fields that a column can be for, in the order of the form.
FIELDS = (
    "name", "first_name", "last_name", "email", "username", "employee_number", "title",
    "department", "location", "manager", "manager_email", "manager_number", "manager_username",
    "phone", "pronouns", "time_zone", "locale", "started_on", "role", "skills",
)  # fmt: skip
# Without letters' case, accents, spaces and punctuation.
_NAMES: dict[str, str] = {
    "name": "fullname displayname employeename employee person nomcomplet vollstandigername "
    "nombrecompleto nomecompleto naam anzeigename nome nombre",
    "first_name": "firstname givenname forename vorname prenom voornaam",
    "last_name": "lastname familyname surname nachname familienname nom nomdefamille achternaam "
    "apellido apellidos cognome",
    "email": "mail emailaddress workemail primaryemail businessemail primaryworkemail "
    "companyemail userprincipalname upn courriel adressemail emailadresse mailadresse adresseemail "
    "correo correoelectronico",
    "username": "user login loginname userid handle samaccountname nickname benutzername "
    "identifiant gebruikersnaam usuario",
    "employee_number": "employeeid employeeno employeenr staffid staffnumber personnelnumber "
    "personnelid workerid payrollnumber payrollid personalnummer mitarbeiternummer matricule "
    "personeelsnummer numerodeempleado",
    "title": "jobtitle position job function occupation stelle funktion stellenbezeichnung "
    "poste fonction functie puesto cargo",
    "department": "dept team unit orgunit organizationalunit organisationalunit division "
    "abteilung service departement afdeling departamento",
    "location": "office site city workplace officelocation worklocation city standort ort buro "
    "lieu bureau ville locatie ubicacion plaats",
    "manager": "reportsto supervisor linemanager boss lead vorgesetzter vorgesetzte fuhrungskraft "
    "responsable leidinggevende managerid jefe",
    "manager_email": "manageremailaddress supervisoremail linemanageremail reportstoemail "
    "vorgesetzteremail managermail emailmanager",
    "manager_number": "manageremployeeid manageremployeenumber managerno supervisorid "
    "supervisornumber managerstaffid",
    "manager_username": "managerlogin manageruser supervisorusername",
    "phone": "phonenumber telephone telephonenumber mobile mobilephone workphone businessphone "
    "cell telefon telefonnummer mobil telefoon tel telefono",
    "pronouns": "pronoun pronomen pronoms",
    "time_zone": "timezone tz zeitzone fuseauhoraire tijdzone zonahoraria",
    "locale": "language preferredlanguage sprache langue taal idioma",
    "started_on": "startdate hiredate dateofhire joindate joiningdate datejoined entrydate "
    "eintrittsdatum eintritt datedentree datedembauche indiensttreding fechadealta",
    "role": "accessrole accountrole userrole permission rolle",
    "skills": "skill competences competencies expertise kenntnisse fahigkeiten competencias",
}


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text[:200]).casefold()
    return "".join(character for character in decomposed if character.isalnum())


_KNOWN = {
    name: target for target, names in _NAMES.items() for name in (_plain(target), *names.split())
}


def recognise(header: Sequence[str], custom: Mapping[str, str]) -> dict[str, str]:
    """Return what each column is for, ``{"0": "email", …}``; columns of no use are left out.

    ``custom`` are the names of the organisation's own fields by key. Its own names win; of two
    columns for the same the first one counts.
    """
    own = {_plain(key): f"{CUSTOM}{key}" for key in custom}
    own |= {_plain(name): f"{CUSTOM}{key}" for key, name in custom.items()}
    chosen: dict[str, str] = {}
    for index, cell in enumerate(header):
        plain = _plain(cell)
        target = own.get(plain) or _KNOWN.get(plain)
        if target and target not in chosen.values():
            chosen[str(index)] = target
    return _without_doubt(chosen)


def _without_doubt(chosen: dict[str, str]) -> dict[str, str]:
    """A column "Nom" is the whole name where no column has the first name."""
    targets = set(chosen.values())
    if "last_name" in targets and not targets & {"first_name", "name"}:
        return {at: "name" if each == "last_name" else each for at, each in chosen.items()}
    return chosen


def checked(chosen: Mapping[str, str], width: int, custom: Mapping[str, str]) -> dict[str, str]:
    """Return a form's mapping without what is unknown; of two for the same the first counts."""
    known = {*FIELDS, *(f"{CUSTOM}{key}" for key in custom)}
    kept: dict[str, str] = {}
    for index in range(width):
        target = chosen.get(str(index), "")
        if target in known and target not in kept.values():
            kept[str(index)] = target
    return kept


def labels(custom: Mapping[str, str]) -> dict[str, str]:
    """Return how people call each field that a column can be for."""
    names = {
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "email": _("E-mail"),
        "username": _("Username"),
        "employee_number": _("Employee number"),
        "title": _("Title"),
        "department": _("Department"),
        "location": _("Location"),
        "manager": _("Manager"),
        "manager_email": _("Manager, by e-mail"),
        "manager_number": _("Manager, by employee number"),
        "manager_username": _("Manager, by username"),
        "phone": _("Phone"),
        "pronouns": _("Pronouns"),
        "time_zone": _("Time zone"),
        "locale": _("Language"),
        "started_on": _("Start date"),
        "role": _("Role"),
        "skills": _("Skills"),
    }
    return names | {f"{CUSTOM}{key}": name for key, name in custom.items()}
