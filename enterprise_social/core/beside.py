"""Native work beside the cooperative threads, which all stand still while one of them computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from enterprise_social.core.shared import gevent_patched

T = TypeVar("T")


def beside(work: Callable[..., T], *arguments: Any) -> T:
    """Return what ``work`` returns; on gevent others have their turn meanwhile.

    For what spends its time in a library that lets go of the interpreter, such as hashing. It runs
    in a thread of the system's: it must ask neither the application nor the database. gevent has
    ten such threads, which look up host names as well, so the caller bounds how many it takes.
    """
    if not gevent_patched():
        return work(*arguments)
    # Only where it is in use already.
    from gevent import get_hub

    done: T = get_hub().threadpool.apply(work, arguments)
    return done
