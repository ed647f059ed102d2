"""The protocol as programs see it, with python-socketio and with the official client from npm."""

from __future__ import annotations

from typing import Any

import pytest

from tests.realtime.conftest import Company, Listen
from tests.realtime.listeners import Refused
from tests.realtime.stalled import holds_nobody_up


def test_a_client_is_told_who_it_is_and_where_its_channels_stand(
    company: Company, listen: Listen
) -> None:
    channel_id = company.ada.make_channel("standing", company.ben)
    post = company.ada.write(channel_id, "first")
    ready = listen(company.ben).wait("ready")
    assert ready["user_id"] == company.ben.id
    # Keys of a JSON object are text, whatever they were before.
    assert ready["channels"][str(channel_id)] == post["seq"]
    private = company.eve.make_channel("not yours", kind="private")
    assert str(private) not in listen(company.ben).wait("ready")["channels"]


def test_the_json_form_names_every_change_of_a_channel(
    company: Company, listen: Listen, library: str
) -> None:
    ada, ben = company.ada, company.ben
    channel_id = ada.make_channel("all changes", ben)
    client = listen(ben)
    post = ada.write(channel_id, "Hello **Ben**", client_id=f"all-{library}")
    ada.call("PATCH", f"/posts/{post['id']}", body="Hello again")
    ada.call("DELETE", f"/posts/{post['id']}")
    ada.call("PATCH", f"/channels/{channel_id}", topic="A new topic")
    ada.call("PUT", f"/channels/{channel_id}/members/{company.eve.id}")

    created = client.wait("post_created", lambda data: data["channel_id"] == channel_id)
    assert created["seq"] == post["seq"]
    assert created["post"]["id"] == post["id"]
    # Rendered as it is now, so maybe edited already; never what only its author may know.
    assert created["post"].get("client_id") is None
    updated = client.wait("post_updated", lambda data: data["post"]["id"] == post["id"])
    deleted = client.wait("post_deleted", lambda data: data["post_id"] == post["id"])
    changed = client.wait("channel_changed", lambda data: data["channel_id"] == channel_id)
    assert changed["channel"]["topic"] == "A new topic"
    joined = client.wait(
        "membership_changed", lambda data: data.get("user_id") == company.eve.id and "seq" in data
    )
    assert joined["state"] == "joined"
    numbers = [data["seq"] for data in (created, updated, deleted, changed, joined)]
    assert numbers == list(range(post["seq"], post["seq"] + 5))
    assert deleted["post"]["deleted"] is True
    assert "Hello" not in str(deleted["post"])


def test_what_was_missed_is_caught_up_with_without_a_gap(company: Company, listen: Listen) -> None:
    ada, ben = company.ada, company.ben
    channel_id = ada.make_channel("missed", ben)
    client = listen(ben)
    first = ada.write(channel_id, "heard")
    known = client.wait("post_created", lambda data: data["post"]["id"] == first["id"])["seq"]
    client.close()
    bodies = [f"missed {number}" for number in range(30)]
    posts = [ada.write(channel_id, body) for body in bodies]
    ada.call("PATCH", f"/posts/{posts[3]['id']}", body="edited meanwhile")

    missed = ben.events_after(channel_id, known)
    assert [item["seq"] for item in missed] == list(range(known + 1, known + 32))
    assert [item["type"] for item in missed] == ["post_created"] * 30 + ["post_updated"]
    assert [item["post_id"] for item in missed[:30]] == [post["id"] for post in posts]
    assert missed[3]["post"]["body"] == "edited meanwhile"

    again = listen(ben)
    assert again.wait("ready")["channels"][str(channel_id)] == missed[-1]["seq"]
    last = ada.write(channel_id, "heard again")
    heard = again.wait("post_created", lambda data: data["post"]["id"] == last["id"])
    assert heard == ben.events_after(channel_id, missed[-1]["seq"])[0]


def test_reading_on_one_device_is_told_to_ones_others_only(
    company: Company, listen: Listen
) -> None:
    ada, ben = company.ada, company.ben
    channel_id = ada.make_channel("reading", ben)
    post = ada.write(channel_id, "read me")
    phone, hers = listen(ben), listen(ada)
    ben.call("PUT", f"/channels/{channel_id}/read", seq=post["seq"])
    assert phone.wait("read_changed", lambda d: d["channel_id"] == channel_id)["seq"] == post["seq"]
    fence = ada.write(channel_id, "after it")
    hers.wait("post_created", lambda data: data["post"]["id"] == fence["id"])
    told = [d["seq"] for d in hers.events("read_changed") if d["channel_id"] == channel_id]
    assert post["seq"] not in told


def test_typing_is_told_to_the_others_and_refused_to_outsiders(
    company: Company, listen: Listen
) -> None:
    ada, ben, eve = company.ada, company.ben, company.eve
    channel_id = ada.make_channel("typing", ben, kind="private")
    hers, his, outsider = listen(ada), listen(ben), listen(eve)
    assert his.emit("typing", {"channel_id": channel_id}) == {"ok": True}
    told = hers.wait("typing", lambda data: data["channel_id"] == channel_id)
    assert told == {"channel_id": channel_id, "parent_id": None, "user_id": ben.id, "name": "Ben"}
    refused = outsider.emit("typing", {"channel_id": channel_id})
    assert refused["ok"] is False
    assert outsider.emit("typing", {"channel_id": 10**15}) == refused
    for nonsense in (None, [], {"channel_id": "1"}, {"channel_id": True, "parent_id": []}):
        assert outsider.emit("typing", nonsense)["ok"] is False
    assert outsider.events("typing") == []
    assert his.events("typing") == []
    assert len(hers.events("typing")) == 1


@pytest.mark.parametrize(
    "auth",
    [
        {"token": None},
        {"token": ""},
        {"token": "es_nobody-has-this-one"},
        {"token": 17},
        {"token": ["a", "list"]},
        {"format": "xml"},
        {"format": None, "token": None},
        {"format": {"json": True}},
    ],
    ids=str,
)
def test_whoever_does_not_sign_in_properly_is_refused(
    company: Company, listen_in_python: Listen, auth: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        listen_in_python(company.ben, **auth)


def test_a_refusal_is_the_same_to_both_libraries(company: Company, listen: Listen) -> None:
    with pytest.raises(Refused, match="unauthorized"):
        listen(company.ben, token="es_nobody-has-this-one")


def test_a_revoked_token_closes_its_socket_and_opens_no_other(
    company: Company, listen: Listen
) -> None:
    made = company.ben.call("POST", "/tokens", name="for a while")
    client = listen(company.ben, token=made["token"])
    other = listen(company.ben)
    company.ben.call("DELETE", f"/tokens/{made['id']}")
    client.wait("signed_out", seconds=2)
    client.wait("disconnect", seconds=2)
    with pytest.raises(Refused, match="unauthorized"):
        listen(company.ben, token=made["token"])
    assert other.events("signed_out") == []


def test_a_token_without_the_right_to_read_hears_nothing(company: Company, listen: Listen) -> None:
    made = company.ben.call("POST", "/tokens", name="writes only", scopes=["write"])
    with pytest.raises(Refused):
        listen(company.ben, token=made["token"])


def test_an_outsider_hears_nothing_of_a_private_channel(company: Company, listen: Listen) -> None:
    ada, ben, eve = company.ada, company.ben, company.eve
    private = ada.make_channel("ours alone", ben, kind="private")
    public = ada.make_channel("for everyone", eve)
    for form in ("json", "html"):
        outsider, member = listen(eve, format=form), listen(ben, format=form)
        post = ada.write(private, "between us")
        ada.call("PATCH", f"/posts/{post['id']}", body="still between us")
        ben.call("PUT", f"/channels/{private}/read", seq=post["seq"])
        fence = ada.write(public, "the end of it")
        name = "post_created" if form == "json" else "live"
        member.wait(name, lambda data: data["channel_id"] == private)
        outsider.wait(name, lambda data, seq=fence["seq"]: data["seq"] == seq)
        about = [h for h in outsider.heard if h.name != "ready" and _mentions(h.data, private)]
        assert about == []
        assert str(private) not in outsider.wait("ready")["channels"]


def test_somebody_who_is_taken_out_hears_not_even_the_next_post(
    company: Company, listen: Listen
) -> None:
    ada, ben = company.ada, company.ben
    public = ada.make_channel("public beside", ben)
    for form in ("json", "html"):
        private = ada.make_channel(f"while it lasts {form}", ben, kind="private")
        client = listen(ben, format=form)
        name = "post_created" if form == "json" else "live"
        before = ada.write(private, "for both of us")
        client.wait(name, lambda data, seq=before["seq"]: data["seq"] == seq)
        ada.call("DELETE", f"/channels/{private}/members/{ben.id}")
        ada.write(private, "now among us")
        fence = ada.write(public, "the end of it")
        client.wait(name, lambda d, seq=fence["seq"]: d["seq"] == seq and d["channel_id"] == public)
        heard = [d["seq"] for d in client.events(name) if d["channel_id"] == private]
        assert max(heard) == before["seq"]
        assert client.wait("membership_changed", lambda d: d.get("state") == "left")
        assert client.emit("typing", {"channel_id": private})["ok"] is False


def test_somebody_who_comes_in_hears_what_follows(company: Company, listen: Listen) -> None:
    ada, eve = company.ada, company.eve
    private = ada.make_channel("open now", kind="private")
    client = listen(eve)
    ada.write(private, "before")
    ada.call("PUT", f"/channels/{private}/members/{eve.id}")
    post = ada.write(private, "welcome")
    heard = client.wait("post_created", lambda data: data["channel_id"] == private)
    assert heard["post"]["id"] == post["id"]


def test_long_polling_serves_whoever_has_no_websocket(company: Company, listen: Listen) -> None:
    channel_id = company.ada.make_channel("by polling", company.ben)
    client = listen(company.ben, transport="polling")
    post = company.ada.write(channel_id, "through any proxy")
    heard = client.wait("post_created", lambda data: data["channel_id"] == channel_id)
    assert heard["post"]["id"] == post["id"]


def _mentions(data: Any, channel_id: int) -> bool:
    return isinstance(data, dict) and data.get("channel_id") == channel_id


def test_a_client_that_stops_reading_is_let_go_and_holds_nobody_up(
    company: Company, listen_in_python: Listen
) -> None:
    channel_id = company.ada.make_channel("stalled", company.ben)
    holds_nobody_up(company.ada, company.ben, listen_in_python(company.ben), channel_id)
