"""Two hosts and a wire between them, as network namespaces of this machine; needs root on Linux.

Each host has an address on the wire, which ends at a switch of its own in a third namespace, and
one by which this machine reaches it. Cutting the wire takes the ports off the switch: nobody is
told, what was sent is lost, as where somebody pulled a cable between two switches.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from types import TracebackType
from typing import Self

# Another one for each process, as several may test at once.
NETWORK = f"10.{200 + os.getpid() % 50}"


class Host:
    """One of the two: ``wire`` is its address on the wire, ``outside`` the one for this machine."""

    def __init__(self, name: str, number: int) -> None:
        """Name the namespace and its addresses."""
        self.namespace = name
        self.wire = f"{NETWORK}.0.{number}"
        self.outside = f"{NETWORK}.{number}.2"
        self.gateway = f"{NETWORK}.{number}.1"
        self.prefix = ("ip", "netns", "exec", name)


class TwoHosts:
    """The namespaces, made by ``with`` and removed at its end."""

    def __init__(self) -> None:
        """Choose names; nothing is made yet."""
        # An interface's name has at most 15 characters.
        self._mark = f"es{os.getpid() % 10**6}"
        self._switch = f"{self._mark}-switch"
        self.hosts = (Host(f"{self._mark}-a", 1), Host(f"{self._mark}-b", 2))

    def __enter__(self) -> Self:
        """Make hosts, switch and wires. Raises OSError where that isn't allowed."""
        try:
            self._make()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove them."""
        self._remove()

    def cut(self) -> None:
        """Cut the wire between the hosts, silently."""
        for number in (1, 2):
            _ip("-n", self._switch, "link", "set", f"port{number}", "nomaster")

    def mend(self) -> None:
        """Join it again."""
        for number in (1, 2):
            _ip("-n", self._switch, "link", "set", f"port{number}", "master", "switch")

    def _make(self) -> None:
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "switch", "up")
        for number, host in enumerate(self.hosts, 1):
            here = ("-n", host.namespace)
            _ip("netns", "add", host.namespace)
            _ip(*here, "link", "set", "lo", "up")
            _ip(
                *("link", "add", "wire", "netns", host.namespace, "type", "veth"),
                *("peer", "name", f"port{number}", "netns", self._switch),
            )
            _ip(*here, "address", "add", f"{host.wire}/24", "dev", "wire")
            _ip(*here, "link", "set", "wire", "up")
            port = ("-n", self._switch, "link", "set", f"port{number}")
            _ip(*port, "master", "switch")
            _ip(*port, "up")
            outside = f"{self._mark}{number}"
            _ip(
                *("link", "add", outside, "type", "veth"),
                *("peer", "name", "outside", "netns", host.namespace),
            )
            _ip("address", "add", f"{host.gateway}/24", "dev", outside)
            _ip("link", "set", outside, "up")
            _ip(*here, "address", "add", f"{host.outside}/24", "dev", "outside")
            _ip(*here, "link", "set", "outside", "up")

    def _remove(self) -> None:
        # With a namespace go its ends of the wires, and with those the other ends.
        for name in (*(host.namespace for host in self.hosts), self._switch):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def why_not() -> str:
    """Return why namespaces can't be made here; empty where they can."""
    if shutil.which("ip") is None:
        return "network namespaces (the program ip)"
    name = f"es{os.getpid() % 10**6}-try"
    try:
        _ip("netns", "add", name)
        _ip("-n", name, "link", "add", "switch", "type", "bridge")
    except OSError as error:
        return f"network namespaces ({error})"
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return ""


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
