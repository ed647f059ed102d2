"""The process that writes indexes: run by path, talks in pickles over its own pipes.

It must stay small and start quickly, so it doesn't import the application: the packages above its
own modules are put in place empty. It ends when its parent is gone, or after a minute with nothing
to do.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import types
from pathlib import Path

IDLE_SECONDS = float(os.environ.get("SEARCH_WRITER_IDLE_SECONDS", "60"))


def _hollow_packages() -> None:
    """Makes `enterprise_social.search.…` importable without running the packages' own code."""
    search = Path(__file__).resolve().parent.parent
    for name, folder in (
        ("enterprise_social", search.parent),
        ("enterprise_social.search", search),
    ):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def main() -> None:
    """Answers requests until the pipe closes: (command, folder, …) → ("ok",) | ("error", text)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    # Answers go out on a pipe of their own: a stray print must not break the talk.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    _hollow_packages()
    from enterprise_social.search.whoosh_engine.writing import Writer

    writers: dict[str, Writer] = {}
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        try:
            command, folder, *values = pickle.load(requests)  # noqa: S301 - our parent's
        except EOFError:
            return
        try:
            if command == "create":
                writers.pop(folder, None)
                Writer.create(Path(folder))
            else:
                if folder not in writers:
                    writers.clear()
                    writers[folder] = Writer(Path(folder))
                writers[folder].apply(*values)
            answer: tuple[str, ...] = ("ok",)
        except Exception as error:  # noqa: BLE001 - whatever failed, the parent must hear of it
            writers.pop(folder, None)
            answer = ("error", f"{type(error).__name__}: {error}")
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main()
