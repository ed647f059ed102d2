"""OpenLDAP's server with a few people in it, on a free port, with TLS by a certificate of ours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.services.certificates import certify
from tests.services.process import Process, free_port, listening

BASE = "dc=northquay,dc=example"
MANAGER, SECRET = f"cn=manager,{BASE}", "only-for-the-tests"
PASSWORD = "seven swans on the quay"  # noqa: S105
MODULES = "/usr/lib/ldap"
SCHEMAS = Path("/etc/ldap/schema")

SETTINGS = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{base}"
rootdn "{manager}"
rootpw {secret}
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{manager}" read by * none
"""

PEOPLE = """
dn: {base}
objectClass: dcObject
objectClass: organization
o: North Quay
dc: northquay

dn: uid=ada,{base}
objectClass: inetOrgPerson
uid: ada
cn: Ada Lindqvist
sn: Lindqvist
mail: ada@northquay.example
title: Harbour master
telephoneNumber: +49 1
userPassword: {password}

dn: uid=ben,{base}
objectClass: inetOrgPerson
uid: ben
cn: Ben Okafor
sn: Okafor
mail: ben@northquay.example
userPassword: {password}

dn: uid=ben2,{base}
objectClass: inetOrgPerson
uid: ben2
cn: Ben Otherwise
sn: Otherwise
mail: ben@northquay.example
userPassword: {password}

dn: cn=leads,{base}
objectClass: groupOfNames
cn: leads
member: uid=ada,{base}
"""


def program() -> str | None:
    """Return the server's path, or None."""
    return next((each for each in ("/usr/sbin/slapd", shutil.which("slapd") or "")
                 if each and Path(each).exists()), None)  # fmt: skip


class LdapServer:
    """The running server."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self.folder, self.port = folder, free_port()
        self.tls_port = free_port()
        (folder / "data").mkdir()
        certify(folder)
        facts = {"folder": folder, "base": BASE, "manager": MANAGER, "secret": SECRET,
                 "schemas": SCHEMAS, "modules": MODULES}  # fmt: skip
        settings = folder / "slapd.conf"
        settings.write_text(SETTINGS.format(**facts))
        (folder / "people.ldif").write_text(PEOPLE.format(base=BASE, password=PASSWORD))
        slapd = program() or "slapd"
        adding = [slapd, "-T", "add", "-f", str(settings), "-l", str(folder / "people.ldif")]
        subprocess.run(adding, check=True, capture_output=True)
        where = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        command = [slapd, "-f", str(settings), "-h", where, "-d", "0"]
        self._process = Process(command, folder / "slapd.log")
        self._process.wait_ready(lambda: listening(self.port) and listening(self.tls_port), 20)

    def settings(self, *, tls: bool = True) -> dict[str, str]:
        """Return the settings with which its people come in, by ``ldaps`` or StartTLS."""
        url = f"ldaps://127.0.0.1:{self.tls_port}" if tls else f"ldap://127.0.0.1:{self.port}"
        return {
            "LDAP_URL": url,
            "LDAP_BASE": BASE,
            "LDAP_USER": MANAGER,
            "LDAP_PASSWORD": SECRET,
            "LDAP_CA": str(self.folder / "cert.pem"),
        }

    def stop(self) -> None:
        """End it."""
        if self._process.running:
            self._process.stop()
