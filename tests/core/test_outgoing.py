"""Requests leave the house only to where they may go, and never hold us up."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from enterprise_social.core import outgoing
from enterprise_social.core.outgoing import NotAllowed, Outgoing, Unreachable

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


class _Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802
        length = int(self.headers["Content-Length"])
        self.server.seen.append((self.path, self.headers["Host"], self.rfile.read(length)))  # type: ignore[attr-defined]
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/secret")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b"x" * (10 * outgoing.LARGEST_ANSWER) if self.path == "/large" else b"fine"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    made.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "::127.0.0.1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_no_address_of_our_own_networks_is_asked(address: str) -> None:
    assert not outgoing.may_be_asked(ipaddress.ip_address(address))


def test_addresses_of_the_world_and_allowed_networks_are_asked() -> None:
    for address in ("93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"):
        assert outgoing.may_be_asked(ipaddress.ip_address(address))
    assert outgoing.may_be_asked(ipaddress.ip_address("::ffff:127.0.0.1"), LOOPBACK)
    assert not outgoing.may_be_asked(ipaddress.ip_address("10.0.0.1"), LOOPBACK)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1/", "https://localhost/", "https://2130706433/", "https://0x7f.1/",
        "https://[::ffff:7f00:1]/", "http://93.184.216.34/", "file:///etc/passwd",
        "https://me:secret@example.org/", "https:///x", "https://example.org:port/",
    ],
)  # fmt: skip
def test_what_leads_inside_or_nowhere_is_refused(url: str) -> None:
    with Outgoing() as lines, pytest.raises((NotAllowed, Unreachable)):
        lines.post(url, b"", {})


def test_a_name_that_leads_to_us_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_args, **_more: [
            (socket.AF_INET, 1, 6, "", ("93.184.216.34", 443)),
            (socket.AF_INET, 1, 6, "", ("10.0.0.1", 443)),
        ],
    )
    with pytest.raises(NotAllowed):
        outgoing.checked("both.example.org", 443, [])


def test_the_connection_goes_to_the_address_that_was_checked(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_address[1]
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, *args: object, **more: object) -> object:
        asked.append(host)
        # The second time it would lead elsewhere.
        name = "127.0.0.1" if host == "gateway.test" else host
        return real(name, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Outgoing(LOOPBACK) as lines:
        answer = lines.post(f"http://gateway.test:{port}/x?y=1", b"hello", {"X-A": "b"})
        assert (answer.ok, answer.body) == (True, b"fine")
        lines.post(f"http://gateway.test:{port}/again", b"", {})
    assert asked.count("gateway.test") == 1
    seen = server.seen  # type: ignore[attr-defined]
    assert seen[0] == ("/x?y=1", f"gateway.test:{port}", b"hello")


def test_redirects_are_not_followed_and_large_answers_are_cut(server: ThreadingHTTPServer) -> None:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    with Outgoing(LOOPBACK) as lines:
        assert lines.post(f"{url}/moved", b"", {}).status == 302
        assert len(lines.post(f"{url}/large", b"", {}).body) == outgoing.LARGEST_ANSWER
        assert lines.post(f"{url}/next", b"", {}).body == b"fine"
    assert [path for path, _host, _body in server.seen] == ["/moved", "/large", "/next"]  # type: ignore[attr-defined]


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "READ_SECONDS", 0.2)
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, Outgoing(LOOPBACK) as lines, pytest.raises(Unreachable):
        lines.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"", {})


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_server_whose_head_never_ends_is_given_up(
    monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", 0.6)
    trickling = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def trickle() -> None:
        line, _address = trickling.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(beginning)
            # Often enough for the library, which asks for something in each READ_SECONDS.
            while not over.wait(0.05):
                line.sendall(b"x" if beginning else b"H")

    thread = threading.Thread(target=trickle)
    thread.start()
    began = time.monotonic()
    with trickling, Outgoing(LOOPBACK) as lines:
        with pytest.raises(Unreachable):
            lines.post(f"http://127.0.0.1:{trickling.getsockname()[1]}/", b"", {})
        waited = time.monotonic() - began
        over.set()
        thread.join()
    assert waited < outgoing.READ_SECONDS
