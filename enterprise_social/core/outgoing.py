"""Requests that leave the house: to a gateway, to push services, to whatever address was given.

Somebody may give an address that leads into our own network (server-side request forgery). So a
name is resolved first, each of its addresses is checked, and the connection is made to the very
address that was checked: a name that resolves differently the next time changes nothing. Redirects
aren't followed, an answer is read up to a limit, and everything has an end. Only https goes out,
except into networks that the setting OUTGOING_ALLOW names.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import SplitResult, urlsplit

import urllib3
from flask import current_app
from urllib3.exceptions import HTTPError

from enterprise_social.core import deadlines

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
# For the whole answer: a server that sends a byte every nine seconds must not hold us for ever. Its
# head must be there within this time, and its body within as much again.
WHOLE_SECONDS = 30.0
LARGEST_ANSWER = 64 * 1024
MOST_LINES = 50
MOST_KEPT = 16  # connections to one place
_PLAIN = deadlines.plain(lambda: WHOLE_SECONDS)
_SECURE = deadlines.secure(lambda: WHOLE_SECONDS)
# IPv6 addresses that carry an IPv4 address, which is where they lead: NAT64 (RFC 6052), 6to4
# (RFC 3056) and Teredo (RFC 4380); mapped ones (RFC 4291) are told apart by the library.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address leads to where requests of ours must not go."""


class Unreachable(Exception):
    """Nobody answered, or not in time."""


@dataclass(frozen=True)
class Answer:
    """What was answered; ``body`` is its beginning, up to the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300

    def retry_after(self) -> float | None:
        """Return how many seconds the other side wants us to wait (RFC 9110, 10.2.3)."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


class Outgoing:
    """Sends requests; connections to the same place are kept until it is closed."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = allowed
        self._lock = threading.Lock()  # several threads may send at once
        self._pools: dict[tuple[str, str, int], urllib3.HTTPConnectionPool] = {}

    def __enter__(self) -> Outgoing:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a GET and return the answer; raises as post does."""
        return self._send("GET", url, None, headers)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST and return the answer, whatever its status.

        Raises NotAllowed for an address that may not be asked, and Unreachable.
        """
        return self._send("POST", url, body, headers)

    def _send(self, method: str, url: str, body: bytes | None, given: Mapping[str, str]) -> Answer:
        parts, host, port = split(url)
        pool = self._pool(parts.scheme, host, port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        name = f"[{host}]" if ":" in host else host
        usual = 443 if parts.scheme == "https" else 80
        sent = {"Host": name if port == usual else f"{name}:{port}", **given}
        try:
            response = pool.urlopen(
                method,
                target,
                body=body,
                headers=sent,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, OSError, ssl.SSLError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return self._read(response, time.monotonic() + WHOLE_SECONDS)

    def _read(self, response: urllib3.BaseHTTPResponse, ends: float) -> Answer:
        body = b""
        try:
            while len(body) < LARGEST_ANSWER and time.monotonic() < ends:
                chunk = response.read1(LARGEST_ANSWER - len(body))
                if not chunk:
                    break
                body += chunk
            else:
                # What is left of it must not come as the next one's answer.
                response.close()
        except (HTTPError, OSError) as error:
            response.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        finally:
            response.release_conn()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers, body)

    def _pool(self, scheme: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
        key = (scheme, host, port)
        with self._lock:
            if key not in self._pools:
                if len(self._pools) >= MOST_LINES:
                    self.close()
                self._pools[key] = self._connect(scheme, host, port)
            return self._pools[key]

    def _connect(self, scheme: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
        """Make the line to the address that was checked, by the name that was asked for."""
        address = str(checked(host, port, self._allowed))
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        if scheme == "http":
            if not is_in(ipaddress.ip_address(address), self._allowed):
                raise NotAllowed("only https is spoken with the world outside")
            pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=MOST_KEPT)
            pool.ConnectionCls = _PLAIN
            return pool
        secured = urllib3.HTTPSConnectionPool(
            address,
            port,
            timeout=timeout,
            maxsize=MOST_KEPT,
            server_hostname=host,
            assert_hostname=host,
            ssl_context=ssl.create_default_context(),
        )
        secured.ConnectionCls = _SECURE
        return secured


def outgoing() -> Outgoing:
    """Return what sends requests as the current application allows it; use it by ``with``."""
    return Outgoing(current_app.config["OUTGOING_ALLOW"])


def split(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts of an address, its host and its port. Raises NotAllowed for no address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        raise NotAllowed("not an address") from None
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.password:
        raise NotAllowed("not an address of a web server")
    return parts, host, port or (443 if parts.scheme == "https" else 80)


def checked(host: str, port: int, allowed: Sequence[Network]) -> Address:
    """Return an address of ``host`` that may be asked.

    One that may not spoils them all: a name that leads to us and to others is not to be trusted.
    Raises NotAllowed, and Unreachable for a name that nobody knows.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} is not known: {error}") from error
    addresses = [ipaddress.ip_address(each[4][0]) for each in found]
    for address in addresses:
        if not may_be_asked(address, allowed):
            raise NotAllowed(f"{host} leads to {address}, into a network that is not asked")
    return addresses[0]


def may_be_asked(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Tell whether an address is in the open internet, or in a network that the setting allows."""
    if is_in(address, allowed):
        return True
    plain = _carried(address)
    if isinstance(plain, ipaddress.IPv6Address) and (plain.is_site_local or plain.is_reserved):
        # Reserved is, among others, ::/8 with the old way of writing an IPv4 address, ::127.0.0.1.
        return False
    # ``is_global`` follows the IANA special-purpose registries: private, loopback, link-local
    # (with the clouds' 169.254.169.254), shared, documentation, benchmarking and reserved ones.
    return plain.is_global and not plain.is_multicast


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    """Tell whether an address, or the IPv4 address that it carries, is in one of the networks."""
    plain = _carried(address)
    return any(plain in network for network in networks if network.version == plain.version)


def _carried(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
