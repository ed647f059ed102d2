"""One company with something of everything, for the tests that look at every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from enterprise_social.core.clock import now
from tests.browser.office import Colleague, Office, Place

LONG = (
    "The **gate** opens at six. See the [plan](https://example.org/plan/with/a/rather/long/path), "
    "ask @{ben} or read `harbour/notes.md`.\n\n> Nobody walks under the crane.\n\n"
    "| Berth | Ship | Remark |\n| --- | --- | --- |\n| 3 | Annelise | with a long remark on the "
    "side that takes its room |\n\n```python\ndef load(ship: Ship, containers: list[Container]) -> "
    "Manifest:  # a line longer than a phone is wide\n    return Manifest(ship)\n```\n\n"
    "- [x] papers\n- [ ] customs\n\n#safety :ship: "
    "averyveryverylongwordwithoutanyspacethatwouldstickoutofanarrowwindowifnothingbrokeit"
)


@dataclass
class Town:
    """Who lives there, and the addresses of what there is by name."""

    office: Office
    ada: Colleague
    ben: Colleague
    place: Place
    private: Place
    at: dict[str, str] = field(default_factory=dict)


def build(office: Office) -> Town:
    """Make an admin and two people, a lively, a private and an empty channel, a conversation."""
    ada = office.person("Ada Berg", role="admin", title="Harbour master", department="Operations")
    ben = office.person("Ben Ito", title="Crane driver", department="Operations", location="Kobe")
    cleo = office.person("Cleopatra Featherstonehaugh-Winterbottom", department="Legal")
    place = office.channel(ada, ben, cleo, name=f"harbour watch {ada.id}")
    private = office.channel(ada, ben, name=f"wages {ada.id}", kind="private")
    empty = office.channel(ada, name=f"quiet corner {ada.id}")
    office.channel(ben, name=f"open deck {ada.id}")
    begin = now() - timedelta(days=1, hours=2)
    for number in range(9):
        author = (ada, ben, cleo)[number // 2 % 3]
        office.write(author, place, f"Log entry {number}", at=begin + number * timedelta(minutes=2))
    root = office.write(ada, place, LONG.replace("{ben}", ben.username))
    office.write(ben, place, "Understood.", parent_id=root)
    office.write(cleo, place, "Me too, with **questions**.", parent_id=root)
    cleo.write(place, "Answered at the gate.", parent_id=root, also_in_channel=True)
    edited = office.write(ada, place, "Ship at noon")
    gone = office.write(ben, place, "wrong channel")
    office.write(ada, place, "why?", parent_id=gone)
    ada.call("PATCH", f"/posts/{edited}", body="Ship at one")
    ada.call("PUT", f"/posts/{root}/pin")
    ben.call("DELETE", f"/posts/{gone}")
    ben.write(place, f"As said, @{ada.username}", quoted_post_id=root)
    office.write(ben, private, f"@{ada.username} the new table")
    pair = ada.call("POST", "/conversations", user_ids=[ben.id])["id"]
    ben.call("POST", f"/channels/{pair}/posts", body="Are you **there**?")
    ben.call("PATCH", "/me/status", emoji=":ship:", text="On the water until the evening tide")
    group = ada.call("POST", "/conversations", user_ids=[ben.id, cleo.id])["id"]
    cleo.call("POST", f"/channels/{group}/posts", body="The three of us, about the papers.")
    ada.call("PUT", f"/me/blocks/{office.person('Dan Roe').id}")
    told = ada.call(
        "POST",
        "/announcements",
        title="Is everyone ashore?",
        body="Answer **at once**.",
        audience=f"person is one of (@{ben.username}, @{cleo.username})",
        priority="important",
        requires_ack=True,
        asks="answer",
        choices=[{"text": "Ashore"}, {"text": "I need help", "alerts": True}],
        takes_note=True,
        responder_ids=[ada.id],
    )["id"]
    cleo.call("POST", f"/announcements/{told}/acknowledgement", choice=1, note="Wet feet")
    at = {
        "told": str(told),
        "place": place.url,
        "private": private.url,
        "empty": empty.url,
        "pair": f"/messages/{pair}",
        "group": f"/messages/{group}",
        "ben_id": str(ben.id),
        "cleo_id": str(cleo.id),
        "root": str(root),
        "edited": str(edited),
        "ada": ada.username,
        "ben": ben.username,
    }
    return Town(office, ada, ben, place, private, at)
