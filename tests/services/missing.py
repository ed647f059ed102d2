"""What to do where a service isn't installed: an error in CI, a named skip elsewhere."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

PREFIX = "not run here: "


def missing(what: str) -> NoReturn:
    """End the test because ``what`` isn't installed; the closing lines of the run name it."""
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(f"{what} is missing, and with CI=true nothing may be left out", pytrace=False)
    pytest.skip(PREFIX + what)
