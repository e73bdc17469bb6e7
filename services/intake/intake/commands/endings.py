"""Which clock rounds a closing or a decision ends where the policies do not, and under which reason."""

from collections.abc import Callable, Iterable, Mapping

from event_schemas import ClockEnded, ClockEndReason, ids
from event_schemas.base import IntakeEvent
from intake.case.model import Numbered
from intake.case.rounds import OpenRound
from intake.case.states import Act
from intake.commands import bodies as orders
from intake.commands.bodies import CommandBody


def clock_ends(
    act: Act, order: CommandBody, event: IntakeEvent, rounds: Iterable[OpenRound], event_id: str
) -> list[Numbered]:
    """The events beside `event`, numbered after it. A time limit of the law ends by its own event alone."""
    if act not in _ENDS:
        return []
    concerned, reason = _ENDS[act]
    ended = [one for one in rounds if not one.statutory and not one.ended_by(event) and concerned(one, order)]
    return [
        Numbered(
            ids.clock_ended_id(event_id, one.clock_id),
            ClockEnded(
                case_id=event.case_id,
                occurred_at=event.occurred_at,
                case_seq=event.case_seq + number,
                clock_id=one.clock_id,
                reason_code=str(reason(order)),
            ),
        )
        for number, one in enumerate(ended, start=1)
    ]


def _every(_one: OpenRound, _order: CommandBody) -> bool:
    return True


def _of_the_kind(one: OpenRound, order: CommandBody) -> bool:
    assert isinstance(order, orders.StandDown)
    return one.policy is not None and one.policy.per == "kind" and one.key == order.kind


def _always(reason: ClockEndReason) -> Callable[[CommandBody], ClockEndReason]:
    return lambda _order: reason


def _as_resolved(order: CommandBody) -> ClockEndReason:
    assert isinstance(order, orders.ResolveEmergency)
    return ClockEndReason.CASE_CLOSED if order.how == "attended" else ClockEndReason(order.how)


_ENDS: Mapping[Act, tuple[Callable[[OpenRound, CommandBody], bool], Callable[[CommandBody], ClockEndReason]]] = {
    Act.STAND_DOWN: (_of_the_kind, _always(ClockEndReason.STOOD_DOWN)),
    Act.RESOLVE_EMERGENCY: (_every, _as_resolved),
    Act.REFUSE_CERTIFICATE: (_every, _always(ClockEndReason.DECIDED)),
    Act.COMPLETE_INQUIRY: (_every, _always(ClockEndReason.DECIDED)),
    Act.CLOSE: (_every, _always(ClockEndReason.CASE_CLOSED)),
    Act.WITHDRAW: (_every, _always(ClockEndReason.WITHDRAWN)),
}
