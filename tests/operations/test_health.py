"""Whether it is up, ready and how busy: what monitors and load balancers ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from timeit import repeat
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from prometheus_client.parser import text_string_to_metric_families

from enterprise_social.admin import health
from enterprise_social.core.clock import now
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine
from tests.making import make_channel, make_person, sign_in, write
from tests.services.process import free_port
from tests.services.redis import RedisServer

TOKEN = "a-token-for-measuring-alone"
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
ADDRESSES = ("/healthz", "/readyz", "/metrics")


def samples(client: FlaskClient, **options: Any) -> dict[str, float]:
    """Return the measurements by name and labels."""
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200
    return {
        f"{sample.name}{sorted(sample.labels.items()) or ''}": sample.value
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def whole_index(app: Flask) -> None:
    with app.app_context():
        indexing.ensure(engine())


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_answers_without_a_sign_in_and_leaves_no_cookie(app: Flask, address: str) -> None:
    whole_index(app)
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_ready_when_database_and_index_are(app: Flask, client: FlaskClient) -> None:
    whole_index(app)
    assert client.get("/readyz").get_json() == {
        "status": "ready",
        "checks": {"database": "ok", "index": "ok", "redis": "not used"},
    }


def test_without_its_database_it_is_up_but_not_ready(make_app: Callable[..., Flask]) -> None:
    away = f"postgresql+psycopg://es:hunter2hunter2@127.0.0.1:{free_port()}/es"
    client = make_app(DATABASE_URL=away).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"] == "not reachable"
    assert answer.get_json()["reason"].startswith("database: not reachable")
    for secret in ("hunter2", "127.0.0.1", "psycopg", "Traceback"):
        assert secret not in answer.get_data(as_text=True)
    assert samples(client)["enterprise_social_database_up"] == 0


def test_before_the_migration_it_is_not_ready(
    make_app: Callable[..., Flask], tmp_path: Any
) -> None:
    client = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}").test_client()
    assert client.get("/readyz").get_json()["checks"]["database"] == "not reachable"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_index_that_nobody_rebuilds_makes_it_not_ready(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "index: not usable")
    whole_index(app)
    app.extensions["readiness"]._at = float("-inf")  # noqa: SLF001 - a second later
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_readiness_follows_redis(
    backend: str, make_app: Callable[..., Flask], tmp_path: Any
) -> None:
    server = RedisServer(tmp_path)
    app = make_app(backend, REDIS_URL=server.url)
    whole_index(app)
    client = app.test_client()
    assert client.get("/readyz").get_json()["checks"]["redis"] == "ok"
    server.stop()
    begun = time.monotonic()
    while client.get("/readyz").status_code == 200:
        assert time.monotonic() - begun < 5
        time.sleep(0.05)
    assert client.get("/readyz").get_json()["reason"] == "redis: not reachable"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_database_that_hangs_is_named_in_time(app: Flask, client: FlaskClient) -> None:
    whole_index(app)
    checks = dict(health.CHECKS)
    try:
        health.CHECKS["index"] = lambda: time.sleep(30) or "ok"  # type: ignore[index]
        begun = time.monotonic()
        answers = [client.get("/readyz") for _ in range(5)]
        assert time.monotonic() - begun < 4
    finally:
        health.CHECKS.update(checks)  # type: ignore[attr-defined]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].get_json()["checks"]["index"] == "no answer in time"
    assert answers[0].get_json()["checks"]["database"] == "ok"


def test_measurements_are_for_this_machine_and_holders_of_the_token(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(METRICS_TOKEN=TOKEN).test_client()

    def status(environment: dict[str, str], **headers: str) -> int:
        return client.get("/metrics", environ_overrides=environment, headers=headers).status_code

    assert status({"REMOTE_ADDR": "127.0.0.1"}) == 200
    assert status({"REMOTE_ADDR": "::1"}) == 200
    assert status(STRANGER) == 403
    assert status(STRANGER, Authorization=f"Bearer {TOKEN}") == 200
    assert status(STRANGER, Authorization="Bearer another") == 403
    assert status(STRANGER, Authorization=TOKEN) == 403
    # A proxy on this machine that nobody declared: the request only looks local.
    assert status({"REMOTE_ADDR": "127.0.0.1"}, **{"X-Forwarded-For": "203.0.113.9"}) == 403


def test_without_a_token_nobody_far_away_measures(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    for given in ("", "Bearer ", "Bearer"):
        answer = client.get(
            "/metrics", environ_overrides=STRANGER, headers={"Authorization": given}
        )
        assert answer.status_code == 403
    trusting = make_app(TRUSTED_PROXIES="1").test_client()
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert trusting.get("/metrics", headers=forwarded).status_code == 403
    # The last proxy's word counts, not what the client wrote before it.
    forged = {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}
    assert trusting.get("/metrics", headers=forged).status_code == 403


def test_requests_are_counted_by_rule_and_never_by_path(app: Flask, database: SQLAlchemy) -> None:
    ada = make_person("Ada")
    channels = [make_channel(ada, f"room {number}") for number in range(3)]
    client = sign_in(app, ada)
    for channel in channels:
        assert client.get(f"/channels/{channel.slug}").status_code == 200
    for number in range(3):
        client.get(f"/nowhere/{number}")
    found = samples(client)
    label = "[('method', 'GET'), ('rule', '/channels/<slug>'), ('status', '200')]"
    assert found[f"enterprise_social_http_requests_total{label}"] == 3
    nowhere = "[('method', 'GET'), ('rule', 'none'), ('status', '404')]"
    assert found[f"enterprise_social_http_requests_total{nowhere}"] == 3
    counted = "[('method', 'GET'), ('rule', '/channels/<slug>')]"
    assert found[f"enterprise_social_http_request_duration_seconds_count{counted}"] == 3
    assert not [name for name in found if "room" in name or "nowhere/" in name]
    assert "Ada" not in str(found)


def test_the_state_is_measured(app: Flask, database: SQLAlchemy) -> None:
    ada = make_person("Ada")
    channel = make_channel(ada)
    before = samples(app.test_client())
    for _number in range(3):
        write(ada, channel)
    after = samples(app.test_client())
    name = "enterprise_social_{}"
    assert after[name.format("posts_created_total")] == 3
    assert after[name.format("outbox_waiting")] > before[name.format("outbox_waiting")]
    assert after[name.format("search_lag_seconds")] > 0
    assert after[name.format("sockets_connected")] == 0
    assert name.format("live_queue_length") in after
    app.extensions["worker"].run_until_idle()
    done = samples(app.test_client())
    assert done[name.format("outbox_waiting")] == 0
    assert done[name.format("search_lag_seconds")] == 0
    assert done[name.format("outbox_failed")] == 0


def test_a_job_that_failed_for_good_shows(app: Flask, database: SQLAlchemy) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            OutboxJob.__table__.insert().values(
                listener="x", event="y", payload="{}", run_at=now(), attempts=20, failed_at=now()
            )
        )
    assert samples(app.test_client())["enterprise_social_outbox_failed"] == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_counting_costs_a_request_next_to_nothing(app: Flask) -> None:
    metrics = app.extensions["metrics"]
    with app.test_request_context("/healthz"):
        app.preprocess_request()
        response = app.response_class()
        metrics.count(response)
        rounds = 1000
        best = min(repeat(lambda: metrics.count(response), number=rounds, repeat=5)) / rounds
    assert best <= 50e-6, f"{best * 1e6:.1f} µs a request"
