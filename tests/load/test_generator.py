"""Twenty people for some seconds: what they write reaches everybody who is connected, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.load import population
from tests.bench.load.conductor import Findings, Load
from tests.bench.load.profile import ACTIONS, Profile, load
from tests.bench.load.servers import database_environment, servers

PEOPLE = 20
# Everything that people do, quickly and each about as often.
BUSY = Profile(
    actions=dict.fromkeys(ACTIONS, 1.0),
    pause_least=0.1,
    pause_mean=0.8,
    typing_seconds=0.2,
    posts_per_second=8,
    polling=0.1,
)


def _load(folder: Path) -> tuple[Findings, dict[str, tuple[int, int, int]]]:
    with servers("default", folder, RATE_LIMITS="off") as running:
        app = population.application(database_environment(running))
        town = population.populate(app, PEOPLE)
        with Load(running.url, town.people, BUSY, folder / "load") as people:
            people.do("come", seconds=0.5)
            assert people.wait(60, lambda now: now.get("ready", 0) == PEOPLE) is not None
            people.wait(60, lambda now: now.get("sent", 0) >= 25)
            people.do("drop", share=0.5)
            people.wait(60, lambda now: now.get("sent", 0) >= 40)
            people.do("rest")
            assert people.whole(60) is not None
            assert people.quiet()
            people.open_all()
            found = people.judge(population.heads(app))
        return found, population.written(app, [each["client_id"] for each in found.sent])


def test_every_post_reaches_every_member_once_and_in_order(tmp_path: Path) -> None:
    found, written = _load(tmp_path)
    verdict = found.verdict
    assert (verdict["lost"], verdict["doubled"], verdict["reordered"]) == (0, 0, 0), verdict
    assert verdict["shown"] > 150
    assert len(found.sent) >= 40
    assert {each["client_id"]: (1, each["channel"], each["seq"]) for each in found.sent} == written
    assert found.connections > PEOPLE
    assert {text for text in found.troubles if ": 5" in text or "Error" in text} == set()
    kinds = {kind for _at, kind, _status, _seconds in found.requests}
    assert {"channel page", "post", "draft", "read position", "rail", "thread"} <= kinds


def test_a_profile_is_read_from_a_file_and_a_wrong_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text("attention = 1.0\n[actions]\nswitch = 3\nsearch = 1\n")
    read = load(file, pause_mean=5.0, polling=None)
    assert (read.attention, read.pause_mean, read.polling) == (1.0, 5.0, Profile().polling)
    assert {name: share for name, share in read.actions.items() if share} == {
        "switch": 3,
        "search": 1,
    }
    file.write_text("[actions]\nswich = 3\n")
    with pytest.raises(ValueError, match="swich"):
        load(file)
