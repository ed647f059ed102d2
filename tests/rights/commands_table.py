"""The table of commands: what each acts as, and what it refuses.

A command knows no person: whoever has the account of the machine runs it, as the installation, and
everyone of ``scene.WHO`` is kept from it alike, by having no way there. So a row says what it does
and which call of it is refused, with the word that says why; ``NOTHING`` has nothing to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTS = "acts as the installation, which stands in the audit log without a person"
READS = "reads, and changes nothing"
TABLES = "changes tables and no content"
SERVES = "serves: each request is asked who makes it"
NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """A command, what it does, and a call of it that is refused with what is said."""

    name: str
    does: str
    refused: tuple[str, ...] = NOTHING
    said: str = ""


_TABLES = ("edit", "init", "merge", "migrate", "revision", "stamp", "upgrade", "downgrade")
_READ = ("branches", "check", "current", "heads", "history", "list-templates", "show")
TABLE = [
    Command("user create", ACTS, ("--email=x@x.example", "--name=X", "--role=owner"), "owner"),
    Command("user set-role", ACTS, ("{last_admin}", "guest"), "admin"),
    Command("user deactivate", ACTS, ("{last_admin}",), "admin"),
    Command("user reset-password", ACTS, ("nobody@example.org",), "nobody"),
    Command("user reset-second-factor", ACTS, ("nobody@example.org",), "nobody"),
    Command("user sign-out", ACTS, ("nobody@example.org",), "nobody"),
    Command("user switch-passwords-on", ACTS),
    Command("import people", ACTS, ("/nowhere.csv",), "/nowhere.csv"),
    Command("import slack", ACTS, ("/nowhere.zip",), "/nowhere.zip"),
    Command("export", ACTS, ("{a_file}",), "exists"),
    Command("demo", ACTS, ("--people=3", "--processes=0"), "already"),
    Command("backup", READS, ("{a_file}",), "exists"),
    Command("audit verify", READS, ("--head=nonsense",), "head"),
    Command("assets build", READS, ("{a_file}",), "is a file"),
    Command("doctor", READS),
    Command("search rebuild", READS),
    Command("search status", READS),
    Command("serve", SERVES, ("--port=none",), "port"),
    Command("worker", SERVES),
    *(Command(f"db {name}", TABLES) for name in _TABLES),
    *(Command(f"db {name}", READS) for name in _READ),
]
