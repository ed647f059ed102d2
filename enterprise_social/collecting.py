"""Keeps the garbage collector away while modules are imported: what they make stays anyway.

Looking through it again and again took a quarter of the time that a process needs to start.
"""

from __future__ import annotations

import gc

_was_on = gc.isenabled()
gc.disable()


def resume() -> None:
    """Let it collect again, unless it was switched off before."""
    if _was_on:
        gc.enable()
