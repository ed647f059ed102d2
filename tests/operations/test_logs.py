"""What a whole day writes into the log: lines of JSON with a request's id, and not one secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.realtime.listeners import PythonListener, Refused
from tests.realtime.people import PASSWORD, make_people
from tests.services.server import LiveServer
from tests.services.smtp import MailSink

NEW_PASSWORD = "a rather different horse"
BODY = "the merger is called Nightingale"
LINK = re.compile(r"http://\S+")


class Browser:
    """Somebody who follows links and sends forms."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=30)

    def send(self, page: str, path: str = "", **fields: str) -> httpx.Response:
        """Open a page and send a form with its CSRF token."""
        shown = self.http.get(page)
        found = re.search(r'name="csrf-token" content="([^"]+)"', shown.text) or re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', shown.text
        )
        token = found.group(1) if found else ""
        return self.http.post(path or page, data={"csrf_token": token, **fields})


def journey(server: LiveServer, mails: MailSink) -> list[str]:
    """Do what people do, mistakes included; return everything that must stay a secret."""
    ada, ben = make_people(server, "Ada", "Ben")
    (boss,) = make_people(server, "Boss", role="admin")
    server.start()
    secrets = [person.token for person in (ada, ben, boss)]
    secrets += [PASSWORD, NEW_PASSWORD, "not my password", BODY]
    browser, stranger = Browser(server.url), Browser(server.url)
    browser.send("/login", email=ada.email, password="not my password")
    assert browser.send("/login", email=ada.email, password=PASSWORD).status_code == 200
    secrets.append(browser.http.cookies["es_session"])

    channel_id = ada.make_channel("plans", ben, kind="private")
    client = PythonListener(server.url, ben.auth).connected()
    post = ada.write(channel_id, BODY)
    client.wait("post_created")
    ada.call("PATCH", f"/posts/{post['id']}", body=BODY + "!")
    ada.call("GET", f"/search?q={BODY.split()[-1]}")
    secrets.append(BODY.split()[-1])
    try:
        PythonListener(server.url, {"token": "es_a-wrong-one-altogether"}).connected()
    except Refused:
        secrets.append("es_a-wrong-one-altogether")
    ada.http.post("/channels", content=b"{broken " + BODY.encode())
    ada.http.get("/me", headers={"Authorization": "Bearer es_another-wrong-one"})
    secrets.append("es_another-wrong-one")

    assert stranger.send("/password-resets", email=ben.email).is_success
    reset = link_in(mails, ben.email)
    assert stranger.send(reset, password=NEW_PASSWORD).is_success
    admin = Browser(server.url)
    admin.send("/login", email=boss.email, password=PASSWORD)
    admin.send("/admin/people", "/admin/invitations", email="new@example.org", name="New")
    invitation = link_in(mails, "new@example.org")
    joined = stranger.send(invitation, name="New Colleague", password=NEW_PASSWORD)
    assert joined.is_success
    secrets += [link.rsplit("/", 1)[1] for link in (reset, invitation)]
    for page, token in (("a", "WzEsMiwzXQ.made-up"), ("unsubscribe", "WzEsMF0.made-up-as-well")):
        assert stranger.http.get(f"/{page}/{token}").status_code == 404
        secrets.append(token)
    client.close()
    for opened in (browser, stranger, admin, ada, ben, boss):
        opened.http.close()
    assert server.stop() == 0
    return secrets


def link_in(mails: MailSink, address: str) -> str:
    """Return the link of the mail to somebody."""
    text = mails.wait_for(address).get_content()
    found = LINK.search(text)
    assert found is not None, text
    return found.group()


def test_a_whole_journey_is_logged_without_a_secret(
    make_live_server: Callable[..., LiveServer], mail_sink: MailSink
) -> None:
    server = make_live_server(SMTP_URL=mail_sink.url, LOG_LEVEL="DEBUG")
    secrets = journey(server, mail_sink)
    log = server.log.read_text()
    assert [secret for secret in secrets if secret in log] == []

    lines = [line for line in log.splitlines() if not line.startswith("Serving on ")]
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert len(entries) > 30
    for entry in entries:
        assert {"at", "level", "logger", "message"} <= entry.keys()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["at"])
    requests = [entry for entry in entries if entry["logger"] == "enterprise_social.access"]
    assert all(re.fullmatch(r"[0-9a-f]{16}", entry["request_id"]) for entry in requests)
    assert len({entry["request_id"] for entry in requests}) == len(requests)
    assert {"POST", "GET", "PATCH"} <= {entry["method"] for entry in requests}
    assert not [entry for entry in requests if "?" in entry["path"]]


def test_a_request_is_found_in_the_log_by_the_id_that_its_answer_names(
    live_server: LiveServer,
) -> None:
    given = "abcdef0123456789"
    answer = httpx.get(f"{live_server.url}/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given
    forged = httpx.get(
        f"{live_server.url}/healthz", headers={"X-Request-ID": 'x", "level": "critical'}
    )
    assert re.fullmatch(r"[0-9a-f]{16}", forged.headers["X-Request-ID"])
    live_server.stop()
    log = live_server.log.read_text()
    assert given in log
    assert "critical" not in log
