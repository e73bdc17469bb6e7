"""Which clock rounds a closing or a decision ends where the policies do not, and under which reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from event_schemas import ClockEnded, ClockEndReason, ids
from event_schemas.base import IntakeEvent
from intake.case.command import CommandBody
from intake.case.model import Numbered
from intake.case.rounds import OpenRound
from intake.fir.domain import SIGNATURE_CLOCK


@dataclass(frozen=True, slots=True)
class ClockEnds:
    """The running rounds that a command concerns, by its body, and the reason under which they end."""

    concerns: Callable[[OpenRound, Any], bool]
    reason: ClockEndReason | Callable[[Any], ClockEndReason]

    def reason_for(self, body: CommandBody) -> ClockEndReason:
        return self.reason if isinstance(self.reason, ClockEndReason) else self.reason(body)


def clock_ends(
    ends: ClockEnds | None, body: CommandBody, event: IntakeEvent, rounds: Iterable[OpenRound], event_id: str
) -> list[Numbered]:
    """The events beside `event`, numbered after it. A time limit of the law ends by its own event alone."""
    if ends is None:
        return []
    ended = [one for one in rounds if not one.statutory and not one.ended_by(event) and ends.concerns(one, body)]
    return [
        Numbered(
            ids.clock_ended_id(event_id, one.clock_id),
            ClockEnded(
                case_id=event.case_id,
                occurred_at=event.occurred_at,
                case_seq=event.case_seq + number,
                clock_id=one.clock_id,
                reason_code=str(ends.reason_for(body)),
            ),
        )
        for number, one in enumerate(ended, start=1)
    ]


def every_clock(_one: OpenRound, _body: CommandBody) -> bool:
    return True


def the_kinds_clock(one: OpenRound, body: Any) -> bool:
    """The clock of the kind of help that the body names."""
    return one.policy is not None and one.policy.per == "kind" and one.key == body.kind


def the_signature(one: OpenRound, _body: CommandBody) -> bool:
    """The citizen's time to sign: nothing is left to be signed."""
    return one.clock == SIGNATURE_CLOCK
