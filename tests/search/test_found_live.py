"""On the real server: how soon after its confirmation a post is found."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

from tests.services.server import LiveServer

PASSWORD = "a long enough pass phrase"  # noqa: S105 - for a person of this test


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_post_is_found_within_a_second_on_the_real_server(
    make_live_server: Callable[..., LiveServer], backend: str
) -> None:
    server = make_live_server(backend).start()
    server.create_person("mira@example.org", "Mira", password=PASSWORD)
    api = requests.Session()
    sign_in = {"email": "mira@example.org", "password": PASSWORD, "name": "test"}
    token = api.post(f"{server.url}/api/v1/tokens", json=sign_in, timeout=10).json()["token"]
    api.headers["Authorization"] = f"Bearer {token}"
    channel = api.post(f"{server.url}/api/v1/channels", json={"name": "Yard"}, timeout=10).json()
    waits = [_seconds_until_found(api, server.url, channel["id"], n) for n in range(4)]
    api.close()
    # The first one may have to wait for the index to be begun; others run on this machine, too.
    assert min(waits[1:]) < 1.0


def _seconds_until_found(api: requests.Session, url: str, channel_id: int, number: int) -> float:
    sent = api.post(
        f"{url}/api/v1/channels/{channel_id}/posts",
        json={"body": f"crane ticket t{number}x"},
        timeout=10,
    )
    assert sent.status_code == 201
    began = time.monotonic()
    while time.monotonic() - began < 20:
        answer = api.get(f"{url}/api/v1/search", params={"q": f'"t{number}x"'}, timeout=10)
        if answer.status_code == 200 and answer.json()["total"] == 1:
            return time.monotonic() - began
        # Search may still be in preparation (503); ask again, as a person would.
        time.sleep(0.02)
    raise AssertionError("the post was not found")
