"""What the case's own facts forbid, besides its state."""


class UnknownClock(Exception):
    """The case has no clock of this id."""


class ClockNotPausable(Exception):
    def __init__(self, why: str, reasons: tuple[str, ...]) -> None:
        super().__init__(why)
        self.reasons = reasons


class UnknownHearing(Exception):
    """The case has no hearing of this id in the right state."""
