"""What the case's own facts forbid, besides its state."""


class UnknownClock(Exception):
    """The case has no clock of this id."""


class ClockNotPausable(Exception):
    def __init__(self, why: str, reasons: tuple[str, ...]) -> None:
        super().__init__(why)
        self.reasons = reasons


class UnknownHearing(Exception):
    """The case has no hearing of this id in the right state."""


class PlaceUnknown(Exception):
    """The directory knows no office of this code."""


class OfficeAccused(Exception):
    """The office is the one a complaint against police is about, or is under it."""


class HearingInThePast(Exception):
    """A hearing can't be booked for a time that is over."""


class HearingTooFar(Exception):
    """So far ahead nobody can say who will be at the desk."""


class HearingTooLong(Exception):
    """No hearing takes that long."""


class SlotTaken(Exception):
    """The officer, or the citizen, has another hearing at that time; `hearing_id` if it is of the same case."""

    def __init__(self, hearing_id: str | None) -> None:
        super().__init__(hearing_id or "")
        self.hearing_id = hearing_id
