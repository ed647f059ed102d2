"""Attack a running server: an OpenAPI fuzzer on the API, a web scanner on the pages.

``make scan``. The server is the default set-up with the demo workspace, started here and stopped
again. Exit status 1 where either finds something. Not a part of ``make test``: it takes minutes,
and what it finds becomes a test of its own.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

from tests.services.server import LiveServer

FUZZ_SECONDS = 240
SCAN_SECONDS = 600
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,ignored_auth"
)
# Calls that end the fuzzer's own access, or lock out whoever it signs in as.
ENDING = r"^/tokens|^/me$"
# What is tried on the pages: what a browser, a shell, a database or a file system would run.
MODULES = (
    "exec,file,sql,timesql,xss,permanentxss,redirect,crlf,ssrf,xxe,csp,cookieflags,http_headers"
)


# A header that browsers no longer read, and one that has a meaning over TLS alone.
KNOWN = {"X-XSS-Protection is not set", "Strict-Transport-Security is not set"}
# Debian's wapiti writes a pattern that its own Python takes no more.
WAPITI = """
import re
from wapitiCore.main import wapiti
from wapitiCore.net import crawler
crawler.wildcard_translate = lambda text: re.compile(re.escape(text) + r"\\Z")
wapiti.wapiti_main()
"""


def main() -> int:
    """Start, attack, tell, stop."""
    folder = Path(tempfile.mkdtemp(prefix="scan-"))
    server = LiveServer(folder / "data", {"RATE_LIMITS": "off"})
    try:
        server.start("--demo")
        sign_in = _admin(server.log.read_text())
        found = _fuzz(server.url, sign_in) + _scan(server.url, sign_in, folder)
        errors = _errors(server.log.read_text())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for each in errors:
        print(f"the server logged: {each}")
    print(f"{len(errors)} errors of the server; the tools found {found}")
    return 1 if errors or found else 0


def _admin(log: str) -> tuple[str, str]:
    """Return the e-mail and the password of the demo workspace's admin."""
    match = re.search(r"(\S+@\S+)\s+(\S+)\s+admin$", log, re.MULTILINE)
    if match is None:
        raise SystemExit("the demo workspace has no admin")
    return match[1], match[2]


def _fuzz(url: str, sign_in: tuple[str, str]) -> int:
    """Let schemathesis send what the description allows and what it doesn't."""
    body = {
        "email": sign_in[0],
        "password": sign_in[1],
        "name": "fuzzer",
        "scopes": ["read", "write", "admin"],
    }
    token = requests.post(f"{url}/api/v1/tokens", json=body, timeout=30).json()["token"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json"),
            *("-H", f"Authorization: Bearer {token}", "--phases", "coverage,fuzzing"),
            *("--max-time", str(FUZZ_SECONDS), "--checks", CHECKS, "--workers", "1"),
            *("--exclude-path-regex", ENDING, "--continue-on-failure", "--warnings", "off"),
        ],
        check=False,
    )
    return int(done.returncode != 0)


def _scan(url: str, sign_in: tuple[str, str], folder: Path) -> int:
    """Let wapiti follow the pages of somebody who is signed in."""
    wapiti = shutil.which("wapiti")
    if wapiti is None:
        print("wapiti is not installed (Debian: apt install wapiti): the pages were not scanned")
        return 1
    browser = requests.Session()
    page = browser.get(f"{url}/login", timeout=30).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"email": sign_in[0], "password": sign_in[1], "csrf_token": csrf[1] if csrf else ""}
    browser.post(f"{url}/login", data=form, timeout=30)
    cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    report = folder / "report.json"
    subprocess.run(
        [
            *(
                "/usr/bin/python3",
                "-c",
                WAPITI,
                "-u",
                url,
                "--flush-session",
                "-m",
                MODULES,
                "-f",
                "json",
            ),
            *("-o", str(report), "-H", f"Cookie: {cookie}", "--max-scan-time", str(SCAN_SECONDS)),
            *("-x", f"{url}/logout", "-d", "6", "--max-links-per-page", "40", "-v", "0"),
            *("--store-session", str(folder)),
        ],
        check=False,
    )
    document = json.loads(report.read_text())
    count = 0
    for kind, findings in document["vulnerabilities"].items():
        for finding in findings:
            if finding["info"] in KNOWN:
                continue
            count += 1
            print(f"{kind}: {finding['method']} {finding['path']} {finding['info']}")
    return count


def _errors(log: str) -> list[str]:
    """Return the errors that the server logged while it was attacked."""
    lines = [line for line in log.splitlines() if line.startswith("{")]
    documents = [json.loads(line) for line in lines]
    return [
        f"{each['message']} {each.get('path', '')} {each.get('error', '')[-300:]}"
        for each in documents
        if each["level"] in ("error", "critical")
    ]


if __name__ == "__main__":
    sys.exit(main())
