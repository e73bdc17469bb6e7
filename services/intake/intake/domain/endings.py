"""Which clock rounds a closing or a decision ends where the policies do not, and under which reason."""

from collections.abc import Callable, Iterable, Mapping

from event_schemas import ClockEnded, ClockEndReason, ids
from event_schemas.base import IntakeEvent
from intake.domain import orders
from intake.domain.filing import Numbered
from intake.domain.orders import Order
from intake.domain.rounds import OpenRound
from intake.domain.states import Act


def clock_ends(
    act: Act, order: Order, event: IntakeEvent, rounds: Iterable[OpenRound], event_id: str
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


def _every(_one: OpenRound, _order: Order) -> bool:
    return True


def _of_the_kind(one: OpenRound, order: Order) -> bool:
    assert isinstance(order, orders.StandDown)
    return one.policy is not None and one.policy.per == "kind" and one.key == order.kind


def _always(reason: ClockEndReason) -> Callable[[Order], ClockEndReason]:
    return lambda _order: reason


def _as_resolved(order: Order) -> ClockEndReason:
    assert isinstance(order, orders.ResolveEmergency)
    return ClockEndReason.CASE_CLOSED if order.how == "attended" else ClockEndReason(order.how)


_ENDS: Mapping[Act, tuple[Callable[[OpenRound, Order], bool], Callable[[Order], ClockEndReason]]] = {
    Act.STAND_DOWN: (_of_the_kind, _always(ClockEndReason.STOOD_DOWN)),
    Act.RESOLVE_EMERGENCY: (_every, _as_resolved),
    Act.REFUSE_CERTIFICATE: (_every, _always(ClockEndReason.DECIDED)),
    Act.COMPLETE_INQUIRY: (_every, _always(ClockEndReason.DECIDED)),
    Act.CLOSE: (_every, _always(ClockEndReason.CASE_CLOSED)),
    Act.WITHDRAW: (_every, _always(ClockEndReason.WITHDRAWN)),
}
