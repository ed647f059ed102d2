"""The faults: what is done to the running servers, and what each needs around it."""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.bench.load import population
from tests.bench.load.conductor import Load
from tests.bench.load.profile import Profile
from tests.bench.load.run import Site, say, site
from tests.bench.load.samples import Sampler
from tests.bench.load.writer import Writer

DOWN = 3.0  # seconds until systemd would have started a process again
HANGING = 5
HANG_SECONDS = 60.0
HANG_LOOKS = 6
FLOOD_EVERY, FLOOD_LENGTH = 0.1, 18_000
DISK_MB = 900
FULL_SECONDS = 30.0
CUT_SECONDS = 30.0


@dataclass
class Scene:
    """What a fault has to do with."""

    place: Site
    load: Load
    asked: argparse.Namespace
    profile: Profile
    folder: Path
    excused: int = 0
    notes: list[str] = field(default_factory=list)
    crowd: Load | None = None
    disk: Path | None = None

    @property
    def running(self) -> Any:
        """The servers."""
        return self.place.running

    def wait(self, seconds: float) -> None:
        """Let the load go on."""
        self.load.wait(seconds, tell=say)

    def prepare(self, fault: Fault) -> None:
        """Do what a fault needs before it begins."""
        if fault.before is not None:
            fault.before(self)

    def ended(self) -> list[str]:
        """Send home whoever came for it, and return what there is to say."""
        if self.crowd is not None:
            self.crowd.__exit__(None, None, None)
        return self.notes


@dataclass(frozen=True)
class Fault:
    """One fault; ``alone`` sets up servers of its own for it."""

    name: str
    what: str
    does: Callable[[Scene], None]
    before: Callable[[Scene], None] | None = None
    alone: Callable[[Callable[[Site, Fault], Any], Fault, argparse.Namespace], Any] | None = None


def _kill(role: str) -> Callable[[Scene], None]:
    def does(scene: Scene) -> None:
        scene.running.kill(role, 0)
        scene.wait(DOWN)
        scene.running.start(role, 0)

    return does


def _restart(role: str) -> Callable[[Scene], None]:
    return lambda scene: scene.running.restart(role, 0)


def _gone(role: str) -> Callable[[Scene], None]:
    def does(scene: Scene) -> None:
        scene.running.stop(role, 0)
        scene.wait(scene.asked.away)
        scene.running.start(role, 0)

    return does


def _rolling(scene: Scene) -> None:
    for index in range(scene.asked.web):
        scene.running.restart("web", index)
        scene.wait(DOWN)
    for index in range(scene.asked.workers):
        scene.running.restart("worker", index)


def _gather(scene: Scene) -> None:
    """Connect many others, who only listen."""
    asked, place = scene.asked, scene.place
    others = place.town.people[asked.people :][: asked.reconnecting]
    if len(others) < asked.reconnecting:
        # As many as are wanted, some of them at a second window.
        every = [*others, *place.town.people]
        others = (every * (asked.reconnecting // len(every) + 1))[: asked.reconnecting]
    scene.crowd = Load(place.url, others, scene.profile, scene.folder / "crowd")
    scene.crowd.do("come", seconds=len(others) / 150, act=False)
    scene.crowd.wait(len(others) / 150, tell=say)
    all_here = scene.crowd.wait(60, lambda now: now.get("ready", 0) >= len(others), say)
    scene.notes.append(f"{scene.crowd.now()['ready']:,} others were connected")
    if all_here is None:
        say("not all of the crowd could connect")


def _reconnect(scene: Scene) -> None:
    crowd = scene.crowd
    if crowd is None:
        raise RuntimeError("nobody to reconnect")
    here = crowd.now()["ready"]
    crowd.do("drop")
    crowd.wait(2, lambda now: now.get("ready", 0) < here / 2)
    took = crowd.wait(120, lambda now: now.get("ready", 0) >= here, say)
    said = "not all came back within 120 s" if took is None else f"all were back after {took:.1f} s"
    scene.notes.append(said)


def _hang(scene: Scene) -> None:
    """Let some read nothing, while much is written into the channel that they show."""
    place = scene.place
    sampler = Sampler(scene.running.processes)
    busy = next(each for each in place.town.people[0]["channels"] if each["kind"] == "company")
    before, sockets = sampler.memory_now().get("web", 0.0), _sockets(scene.running)
    scene.load.do("hang", count=HANGING, channel=busy["id"])
    scene.excused = HANGING
    scene.wait(2)
    over = threading.Event()
    flood = threading.Thread(target=_flood, args=(place, busy["id"], over))
    flood.start()
    most = before
    for _turn in range(HANG_LOOKS):
        scene.wait(HANG_SECONDS / HANG_LOOKS)
        most = max(most, sampler.memory_now().get("web", 0.0))
    over.set()
    flood.join()
    scene.notes.append(
        f"{HANGING} clients read nothing for {HANG_SECONDS:.0f} s while long posts, "
        f"{FLOOD_LENGTH:,} characters each, were written into what they show: the web processes "
        f"went from {before:,.0f} to at most {most:,.0f} MB and from {sockets} sockets to "
        f"{_sockets(scene.running)}"
    )


def _flood(place: Site, channel: int, over: threading.Event) -> None:
    # Enough that nobody writes more than one may.
    writers = [Writer(place.url[0], who) for who in place.town.people[-20:]]
    text = ("The list of what came in, with where it stands now. " * FLOOD_LENGTH)[:FLOOD_LENGTH]
    for number in itertools.count():
        if over.wait(FLOOD_EVERY):
            break
        writer = writers[number % len(writers)]
        writer.post(f"/api/v1/channels/{channel}/posts", {"body": text})
    for writer in writers:
        writer.close()


def _sockets(running: Any) -> int:
    """Return how many sockets the web processes say they have."""
    found = 0
    for url in running.web_urls:
        with urlopen(f"{url}/metrics", timeout=10) as answer:
            for row in answer.read().decode().splitlines():
                if row.startswith("enterprise_social_sockets_connected "):
                    found += round(float(row.split()[1]))
    return found


def _on_a_small_disk(
    perform: Callable[[Site, Fault], Any], fault: Fault, asked: argparse.Namespace
) -> Any:
    """Start servers whose database and files lie on a small disk of their own."""
    disk = Path(tempfile.mkdtemp(prefix="load-disk-", dir=asked.folder))
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(["mount", *options], check=False).returncode:
        disk.rmdir()
        say("no disk could be mounted here: it needs root")
        return None
    before, folder = tempfile.tempdir, asked.folder
    try:
        # The cluster makes its folders where temporary ones are made.
        tempfile.tempdir, asked.folder = str(disk), disk
        with site(asked, asked.people) as place:
            return perform(place, fault)
    finally:
        tempfile.tempdir, asked.folder = before, folder
        subprocess.run(["umount", "--lazy", str(disk)], check=False)
        disk.rmdir()


def _between_hosts(
    perform: Callable[[Site, Fault], Any], fault: Fault, asked: argparse.Namespace
) -> Any:
    """Set up two hosts in network namespaces, each with half of the people."""
    from tests.services.cluster.network import why_not
    from tests.services.cluster.two_hosts import TwoHostCluster

    if reason := why_not():
        say(f"not possible here: {reason}")
        return None
    with tempfile.TemporaryDirectory(prefix="load-", dir=asked.folder) as name:
        folder = Path(name)
        say("starting two hosts …")
        with TwoHostCluster(folder / "servers") as running:
            app = population.application(running.env)
            town = population.populate(app, asked.people)
            return perform(Site(running, app, folder, town), fault)


def _cut(scene: Scene) -> None:
    network = scene.running.network
    network.cut()
    try:
        scene.wait(CUT_SECONDS)
    finally:
        network.mend()


def _fill_disk(scene: Scene) -> None:
    disk = scene.asked.folder
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 65_536)
                file.flush()
        except OSError:
            say("the disk is full")
    scene.notes.append(f"{filler.stat().st_size / 1e6:,.0f} MB were what was left of the disk")
    scene.wait(FULL_SECONDS)
    left = shutil.disk_usage(disk).free
    filler.unlink()
    scene.notes.append(f"{left / 1e6:.1f} MB were free after {FULL_SECONDS:.0f} s")
    for role in ("postgresql", "web", "worker", "redis"):
        _revive(scene, role)


def _revive(scene: Scene, role: str) -> None:
    """Start what has ended, as systemd does after a second."""
    count = {"web": scene.asked.web, "worker": scene.asked.workers}.get(role, 1)
    for index in range(count):
        if not _runs(scene.running, role, index):
            scene.notes.append(f"{role} had ended and was started again")
            scene.running.start(role, index)


def _runs(running: Any, role: str, index: int) -> bool:
    try:
        return bool(running.service(role, index).pids())
    except (AttributeError, OSError):
        return True


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("web-killed", "a web process killed", _kill("web")),
        Fault("web-rolling", "all restarted one by one", _rolling),
        Fault("redis-restarted", "Redis restarted", _restart("redis")),
        Fault("redis-gone", "Redis gone", _gone("redis")),
        Fault("postgres-restarted", "PostgreSQL restarted", _restart("postgresql")),
        Fault("postgres-gone", "PostgreSQL gone", _gone("postgresql")),
        Fault("worker-killed", "a worker killed", _kill("worker")),
        Fault("reconnect", "clients reconnecting at once", _reconnect, before=_gather),
        Fault("slow-client", "clients that stop reading", _hang),
        Fault("wire-cut", "the wire between two hosts cut", _cut, alone=_between_hosts),
        Fault("disk-full", "disk full", _fill_disk, alone=_on_a_small_disk),
    )
}
