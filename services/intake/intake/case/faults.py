"""What the case's own state and facts forbid. ``facts`` of a fault are members of the problem."""

from collections.abc import Mapping, Sequence
from typing import Literal

from intake.case.states import State


class CommandFault(Exception):
    """A command that the case does not allow; nothing was written."""

    def __init__(self, why: str = "", facts: Mapping[str, object] | None = None) -> None:
        super().__init__(why)
        self.facts = facts or {}


class TransitionNotAllowed(CommandFault):
    """The case's state, or a fact of the case, does not allow the act whatever its body says."""

    def __init__(self, act: str, state: State) -> None:
        super().__init__(f"{act} is not allowed while the case is {state}")
        self.act = act
        self.state = state


class IdentityNotConfirmed(CommandFault):
    """Nothing is yielded before it is known who the applicant is: `held`, or `open`."""

    def __init__(self, why: Literal["held", "open"]) -> None:
        super().__init__(why)
        self.why = why


class ClockRunning(CommandFault):
    """A time limit of the law runs: the case cannot end before it."""

    def __init__(self, clocks: Sequence[str]) -> None:
        super().__init__(facts={"clocks": list(clocks)})


class UnknownClock(CommandFault):
    """The case has no such clock that runs."""

    def __init__(self, clocks: Sequence[str]) -> None:
        super().__init__(facts={"clocks": list(clocks)})


class ClockNotPausable(CommandFault):
    """The clock as such, or this reason, does not pause; ``reasons`` are those that do."""

    def __init__(self, why: Literal["clock", "reason"], reasons: Sequence[str]) -> None:
        super().__init__(why, {"reasons": list(reasons)})
        self.why = why


class ClockNotPaused(CommandFault):
    """The clock runs, so there is nothing to resume."""


class UnknownHearing(CommandFault):
    """The case has no such hearing in the right state."""

    def __init__(self, hearings: Sequence[str]) -> None:
        super().__init__(facts={"hearings": sorted(hearings)})


class KindsMissing(CommandFault):
    """Help that was asked for or sent has neither arrived nor been stood down."""

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(facts={"missing_kinds": list(kinds)})


class KindNotOut(CommandFault):
    """Help of this kind is not awaited; ``kinds`` are those that are."""

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(facts={"kinds_out": list(kinds)})


class UnknownCertificate(CommandFault):
    """The case has no such valid certificate."""

    def __init__(self, certificates: Sequence[str]) -> None:
        super().__init__(facts={"certificates": list(certificates)})


class AddressNotVerified(CommandFault):
    """Of the permanent address the police were not asked (`unasked`), or have not answered (`open`)."""

    def __init__(self, why: Literal["open", "unasked"], sub_requests: Sequence[str]) -> None:
        super().__init__(why, {"sub_requests": list(sub_requests)})
        self.why = why


class StationNotNamed(CommandFault):
    """A sub-request inside the state goes to a station, which the command names; not to the one that asks."""

    def __init__(self, code: Literal["missing", "own_station"]) -> None:
        super().__init__(code)
        self.code = code


class UnknownSubRequest(CommandFault):
    """No single open sub-request is meant; ``sub_requests`` are those that may be answered here."""

    def __init__(self, sub_requests: Sequence[str]) -> None:
        super().__init__(facts={"sub_requests": list(sub_requests)})


class AnotherOfficerDecides(CommandFault):
    """Who verified does not decide the objection to it."""


class UnknownPaper(CommandFault):
    """No single paper is meant; ``papers`` are those that can be approved now."""

    def __init__(self, papers: Sequence[str]) -> None:
        super().__init__(facts={"papers": list(papers)})


class ApproverNotEntitled(CommandFault):
    """The paper is approved by other posts."""

    def __init__(self, posts: Sequence[str]) -> None:
        super().__init__(facts={"posts": [str(post) for post in posts]})


class FactsRefused(CommandFault):
    """What is entered on a paper is missing or wrong: (name, the field error's code) of each fault."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = tuple(faults)


class NotADuplicate(CommandFault):
    """``code`` says why the other case cannot stand for this one."""

    def __init__(self, code: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(code, facts)
        self.code = code


class ImplausibleTime(CommandFault):
    """A time of the body that does not fit the case: which field, and what is wrong with it in both languages."""

    def __init__(self, field: str, en: str, hi: str) -> None:
        super().__init__(f"{field} {en}")
        self.field = field
        self.en = en
        self.hi = hi


class SectionsUnknown(CommandFault):
    """BNS has no such sections."""

    def __init__(self, sections: Sequence[str]) -> None:
        super().__init__(facts={"sections": list(sections)})


class ZeroFIRExists(CommandFault):
    """A zero FIR is completed by the receiving station's own, not by another zero FIR."""

    def __init__(self, fir_number: str) -> None:
        super().__init__(facts={"fir_number": fir_number})


class FIRNotPublishable(CommandFault):
    """The case is not, or no longer, to be put online there; ``portals`` are those where it may be."""

    def __init__(self, portals: Sequence[str]) -> None:
        super().__init__(facts={"portals": list(portals)})


class EnquiryBarred(CommandFault):
    """The law puts nothing before the FIR here; ``why`` names the bar."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ReopeningTooLate(CommandFault):
    """The window of reopening is over."""

    def __init__(self, until: str) -> None:
        super().__init__(facts={"reopened_until": until})


class AnotherOfficeConfirms(CommandFault):
    """A withdrawal is confirmed by another office than the one that has the case."""


class PermissionMissing(CommandFault):
    """The act needs the permission of a higher post."""


class PlaceUnknown(CommandFault):
    """The directory knows no office of this code."""


class OfficeAccused(CommandFault):
    """The office is the one a complaint against police is about, or is under it."""


class HearingInThePast(CommandFault):
    """A hearing can't be booked for a time that is over."""


class HearingTooFar(CommandFault):
    """So far ahead nobody can say who will be at the desk."""


class HearingTooLong(CommandFault):
    """No hearing takes that long."""


class SlotBooked(CommandFault):
    """The officer, or the citizen, has another hearing at that time; `hearing_id` if it is of the same case."""

    def __init__(self, hearing_id: str | None) -> None:
        super().__init__(facts={} if hearing_id is None else {"hearing_id": hearing_id})
