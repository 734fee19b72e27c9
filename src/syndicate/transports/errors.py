"""How does it travel when it does not? The only three errors a transport may raise.

Each `reason` is a sentence a person can act on; no secret and no query string ever stands in one.
"""


class PartnerUnavailable(Exception):
    """The partner can't take it now; trying again later may help. It may have arrived all the same."""

    def __init__(
        self,
        reason: str,
        retry_after_s: float | None = None,
        status: int | None = None,
        answer: str = "",
        *,
        timed_out: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.timed_out = timed_out
        self.status = status
        self.answer = answer


class PartnerRefused(Exception):
    """The partner saw this delivery and does not want it; sending the same again won't help."""

    def __init__(self, reason: str, status: int | None = None, answer: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.answer = answer


class DestinationMisconfigured(Exception):
    """The destination is set up wrongly, on their side or ours; a person has to mend it first."""

    def __init__(self, reason: str, status: int | None = None, answer: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.answer = answer
