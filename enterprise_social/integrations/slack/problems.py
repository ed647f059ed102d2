"""What is said when an export can't be used at all."""

from __future__ import annotations

from enterprise_social.core.errors import Invalid


class ImportProblem(Invalid):
    """An export that can't be imported; ``str()`` is one plain line that names the file at fault.

    It is raised before anything is written, or inside the import's only transaction, so that
    there is never half an import.
    """

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        # Names come from the archive: a line break or a terminal escape in one must not get
        # through to a terminal or a log.
        line = f"{file}: {reason}"
        super().__init__(
            "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
        )
