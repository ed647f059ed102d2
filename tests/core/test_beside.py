"""What computes for long lets the other cooperative threads have their turn."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
from gevent import monkey; monkey.patch_all()
import threading, time
from flask import Flask
from enterprise_social.accounts import passwords
from enterprise_social.core import beside

ended, turns = threading.Event(), 0

def others():
    global turns
    while not ended.is_set():
        turns += 1
        time.sleep(0.001)

app = Flask("test")
app.config.update(PASSWORD_TIME_COST=10, PASSWORD_MEMORY_COST=19456)
with app.app_context():
    other = threading.Thread(target=others)
    other.start()
    time.sleep(0)
    before = turns
    stored = passwords.hash_password("correct horse battery")
    assert passwords.verify_password(stored, "correct horse battery")
    assert not passwords.verify_password(stored, "wrong")
    print(turns - before)
    ended.set()
    other.join()
"""


def test_others_have_many_turns_while_a_password_is_hashed() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Without the thread beside there are three at most, one after each hash.
    assert int(done.stdout) >= 10


def test_with_real_threads_it_is_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    from enterprise_social.core.beside import beside

    assert beside(max, 1, 2) == 2
