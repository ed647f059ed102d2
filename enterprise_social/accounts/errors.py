"""What stands between somebody and what they asked for, though it is theirs."""

from __future__ import annotations

from enterprise_social.core.errors import Forbidden


class FactorNeeded(Forbidden):
    """The password is right, and a second factor has to be shown; ``pending`` goes on with it."""

    kind = "second-factor-needed"
    title = "Second factor needed"

    def __init__(self, pending: str = "", detail: str = "") -> None:
        super().__init__(detail)
        self.pending = pending


class EnrolmentNeeded(Forbidden):
    """Nothing is answered until a second factor is set up."""

    kind = "second-factor-required"
    title = "Second factor required"


class ProofNeeded(Forbidden):
    """The act is a sensitive one: whoever asks has to prove again who they are."""

    kind = "proof-needed"
    title = "Proof needed"
