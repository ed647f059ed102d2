"""Redis restarts in the middle of a fan-out over two processes, to clients that are connected."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, insert, select

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.announcements import actions
from enterprise_social.core.db import db
from enterprise_social.notifications.models import Notification
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person
from tests.faults.recipients import Office, World
from tests.realtime.deployment import Deployment
from tests.realtime.listeners import PythonListener
from tests.services.postgres import Cluster
from tests.services.process import until
from tests.services.redis import RedisServer
from tests.services.schema import TEMPLATE
from tests.services.server import LiveServer

RECIPIENTS = 400
CONNECTED = 16
AWAY_SECONDS = 1.5


@pytest.fixture
def world() -> Iterator[World]:
    """The servers of others."""
    made = World()
    yield made
    made.stop()


@pytest.mark.timeout(240)
def test_redis_restarts_in_a_fan_out_and_every_recipient_has_it_exactly_once(
    world: World, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    redis = RedisServer(tmp_path)
    name = f"fan_out_{redis.port}"
    postgres_cluster.create(name, TEMPLATE)
    server = LiveServer(
        tmp_path / "data",
        {"DATABASE_URL": postgres_cluster.url(name), "REDIS_URL": redis.url, **world.settings},
    )
    office = Office(server)
    tokens = _people(office)
    deployment = Deployment(server)
    urls = (deployment.first.url, deployment.second.url)
    clients = {
        person_id: PythonListener(urls[number % 2], {"token": token}).connected()
        for number, (person_id, token) in enumerate(tokens.items())
        if person_id
    }
    publish = {
        "title": "Leave the yard", "body": "At once.", "priority": "critical", "reason": "Fire",
        "requires_ack": True, "audience": "department is Yard",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {tokens[0]}"}
    port = redis.port
    redis.stop()  # gone at the moment at which the others would be told
    answer = httpx.post(
        f"{urls[0]}/api/v1/announcements", json=publish, headers=headers, timeout=60
    )
    assert answer.status_code == 201, answer.text
    announcement_id = answer.json()["id"]
    until(lambda: len(world.mails.mails) >= RECIPIENTS // 10, 60, "the fan-out to be under way")
    time.sleep(AWAY_SECONDS)
    redis = RedisServer(tmp_path, port)
    until(lambda: len(world.mails.mails) >= RECIPIENTS // 4, 60, "more of it")
    redis.stop()
    time.sleep(AWAY_SECONDS)
    redis = RedisServer(tmp_path, port)

    for client in clients.values():
        told = client.wait("announcement_published", seconds=30)
        assert told["announcement_id"] == announcement_id
        receipt = {"kind": "delivered", "announcement_ids": [announcement_id]}
        assert client.emit("receipt", receipt) == {"ok": True}
    expected = {
        (0, "app", "queued"): RECIPIENTS - CONNECTED,
        (0, "app", "delivered"): CONNECTED,
        (0, "email", "sent"): RECIPIENTS,
    }
    until(lambda: office.states() == expected, 90, f"the rest, of {office.states()}")
    lines = Counter(office.lines())
    people = office.people_of(announcement_id)
    assert len(people) == len(set(people)) == RECIPIENTS
    assert lines == {(each, 0, way): 1 for each in people for way in ("app", "email")}
    until(lambda: _notices(office).total() >= RECIPIENTS, 60, "everyone's list")
    assert _notices(office) == dict.fromkeys(people, 1)
    assert Counter(mail["Message-ID"] for mail in world.mails.mails).most_common(1)[0][1] == 1
    assert office.stuck() == {"deliveries": 0, "steps": 0, "ladders": 0, "failed jobs": 0}

    # The all-clear takes it from every screen, wherever its client is connected.
    ended = httpx.post(
        f"{urls[1]}/api/v1/announcements/{announcement_id}/ending",
        json={"ended_as": "all_clear"}, headers=headers, timeout=60,
    )  # fmt: skip
    assert ended.status_code == 200, ended.text
    for client in clients.values():
        client.wait("announcement_ended")
        client.close()
    codes = deployment.stop()
    office.close()
    redis.stop()
    postgres_cluster.drop(name)
    assert codes == [0, 0, 0]
    assert "Traceback" not in deployment.logs()


def _people(office: Office) -> dict[int, str]:
    """Make who announces and everyone who gets it; return tokens, under 0 the sender's."""
    with office.app.app_context():
        chief = create_person(None, email="chief@example.com", name="Chief", role="admin")
        actions.set_policy(
            chief, "critical", steps=[{"after": 0, "ways": ["app", "email"]}], repeat=None
        )
        tokens = {0: create_access_token(chief, "test", ("read", "write"))[1]}
        first = create_person(None, email="p0@example.com", name="P 0", department="Yard")
        shared = {each.key: getattr(first, each.key) for each in Person.__table__.c}
        shared.pop("id")
        rows = [
            {**shared, "email": f"p{n}@example.com", "username": f"p{n}", "name": f"P {n}"}
            for n in range(1, RECIPIENTS)
        ]
        db.session.execute(insert(Person), rows)
        db.session.commit()
        in_yard = select(Person).where(Person.department == "Yard").order_by(Person.id)
        for person in db.session.scalars(in_yard.limit(CONNECTED)).all():
            tokens[person.id] = create_access_token(person, "test", ("read", "write"))[1]
        db.session.remove()
    return tokens


def _notices(office: Office) -> Counter[int]:
    with office.app.app_context():
        statement = select(Notification.person_id, func.count()).where(
            Notification.kind == "announcement"
        )
        found = Counter(dict(db.session.execute(statement.group_by(Notification.person_id)).all()))
        db.session.remove()
    return found
