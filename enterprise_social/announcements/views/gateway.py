"""What the gateway tells us: that a message arrived or didn't, and what somebody replied."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.wrappers import Response
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement, Delivery
from enterprise_social.core import limits
from enterprise_social.core.db import db
from enterprise_social.core.ephemeral import ephemeral
from enterprise_social.core.errors import Conflict, Invalid, NotFound, NotSignedIn
from enterprise_social.core.signatures import TOLERANCE_SECONDS, is_signed
from enterprise_social.core.web import csrf
from enterprise_social.people.models import Person

blueprint = Blueprint("gateway", __name__, url_prefix="/hooks")
MOST_EVENTS = 500


@blueprint.post("/gateway")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.READS, key_func=limits.address)
def receive() -> Response:
    """Take a signed list of events; each may come twice, and what makes no sense is passed over."""
    secret = current_app.config["GATEWAY_SECRET"]
    if not secret:
        raise NotFound()
    body = request.get_data(cache=True)
    headers = {name.lower(): value for name, value in request.headers}
    if not is_signed(secret, headers, body):
        raise NotSignedIn(_("The signature is wrong, or too old."))
    key = f"gateway:{headers['webhook-id'][:200]}"
    if ephemeral().get(key):
        return jsonify({"taken": 0})
    document = request.get_json(silent=True)
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise Invalid(errors={"events": [_("A list of at most 500 events is expected here.")]})
    taken = sum(_take(event) for event in events if isinstance(event, dict))
    # Played again within the time that its signature is good for, it does nothing.
    ephemeral().put(key, True, 2 * TOLERANCE_SECONDS)
    return jsonify({"taken": taken})


def _take(event: dict[str, Any]) -> bool:
    text = str(event.get("id", ""))
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return False
    delivery = db.session.get(Delivery, int(text), populate_existing=True)
    if delivery is None or delivery.way != "gateway":
        return False
    if "answer" in event:
        return _answer(delivery, str(event["answer"]).strip())
    if event.get("status") == "delivered":
        actions.record_sent(delivery.id, delivered=True)
        return True
    if event.get("status") == "failed":
        reason = str(event.get("reason") or "failed at the gateway")
        actions.record_failed(delivery.id, reason, for_good=True)
        return True
    return False


def _answer(delivery: Delivery, reply: str) -> bool:
    """Take a reply: the number of an answer, or 1 for an acknowledgement."""
    announcement = db.session.get_one(Announcement, delivery.announcement_id)
    person = db.session.get_one(Person, delivery.person_id)
    if not (reply.isascii() and reply.isdigit() and len(reply) < 3) or not person.is_active:
        return False
    if announcement.asks == "acknowledgement" and reply != "1":
        return False
    choice = int(reply) - 1 if announcement.asks == "answer" else None
    try:
        actions.answer(person, announcement, choice=choice, way="gateway")
    except (Conflict, Invalid, NotFound):
        return False
    return True
