"""Events to decisions: a batch is decided in memory, inserted at once, and what was inserted is published."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final, cast

from pydantic import ValidationError

from chassis.clock import Clock
from chassis.kafka.consumer import Outgoing, Received
from chassis.sealing import KeyRing, SealError
from chassis.telemetry.logs import get_logger
from event_schemas import ComplaintFiled, Event, Lane, PersonalData, PersonalDataErased, TransferRequested
from routing.answers import Asked, answer_of, outgoing
from routing.domain import Decision, Filing, Point, Snapshot
from routing.domain.bulk import assign_stations
from routing.domain.rules import TIP_SERVICES
from routing.domain.transfers import Hop, TransferRequest, transfer_case
from routing.metrics import RoutingMetrics
from routing.store import Decisions, StoredDecision

# The attribute of intake's catalogue that says so; it travels in clear.
AGAINST_POLICE: Final = "against_police"
# It stands in the address, which travels sealed.
NO_PINCODE: Final = None
# Six digits of any script, together or as on an envelope: 800 001. Between other numbers, three and three are no PIN.
SIX_DIGITS: Final = re.compile(r"(?<!\d)(?:\d{6}|(?<!\d\s)\d{3}\s\d{3}(?!\s\d))(?!\d)")
PINS_OF_THE_STATE: Final = range(800_000, 900_000)

# What was decided now, in both forms: only the one that is stored first counts.
Proposal = tuple[Decision, StoredDecision]

_log = get_logger(__name__)


class AssignmentHandler:
    """The batch handler of both lanes. `snapshot` is asked once a batch: a switch never falls into one."""

    def __init__(
        self,
        *,
        snapshot: Callable[[], Snapshot],
        decisions: Decisions,
        keys: KeyRing,
        clock: Clock,
        metrics: RoutingMetrics,
    ) -> None:
        self._snapshot = snapshot
        self._decisions = decisions
        self._keys = keys
        self._clock = clock
        self._metrics = metrics

    async def handle(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        """The assignments of a batch, in its order. A replay gives what was decided the first time."""
        snapshot = self._snapshot()
        by_type: defaultdict[type[Event], list[Received]] = defaultdict(list)
        for item in batch:
            by_type[type(item.data)].append(item)
        settled: dict[str, StoredDecision] = {}
        for event_type, handler in HANDLERS.items():
            if event_type in by_type:
                settled |= await handler(self, snapshot, by_type[event_type])
        answers = ((item, settled.get(item.envelope.event_id)) for item in batch)
        return [outgoing(item, decision) for item, decision in answers if decision is not None]

    async def on_complaints_filed(self, snapshot: Snapshot, batch: Sequence[Received]) -> Mapping[str, StoredDecision]:
        now = self._clock.now()
        asked = [self._filing(cast("ComplaintFiled", item.data)) for item in batch]
        decisions = assign_stations(snapshot, [filing for filing, _, _ in asked])
        proposals = [
            (decision, answer_of(snapshot, item, asked, decision, _time_of(item, now)))
            for item, asked, decision in zip(batch, asked, decisions, strict=True)
        ]
        return await self._settle(batch, proposals)

    async def on_transfers_requested(
        self, snapshot: Snapshot, batch: Sequence[Received]
    ) -> Mapping[str, StoredDecision]:
        """One round for each further transfer of a case in the batch, so that each sees the one before it settled."""
        chains = await self._decisions.of_cases({item.data.case_id for item in batch})
        settled: dict[str, StoredDecision] = {}
        waiting = sorted(batch, key=lambda item: cast("TransferRequested", item.data).assignment_no)
        while waiting:
            round_ = {item.data.case_id: item for item in reversed(waiting)}
            items = list(round_.values())
            proposals = [self._transferred(snapshot, item, chains[item.data.case_id]) for item in items]
            winners = await self._settle(items, proposals)
            for winner in winners.values():
                chain = chains[winner.case_id]
                chain[:] = sorted(
                    {item.id: item for item in (*chain, winner)}.values(), key=attrgetter("assignment_no")
                )
            settled |= winners
            waiting = [item for item in waiting if round_[item.data.case_id] is not item]
        return settled

    async def on_personal_data_erased(
        self, _snapshot: Snapshot, batch: Sequence[Received]
    ) -> Mapping[str, StoredDecision]:
        erased: dict[str, datetime] = {item.data.case_id: item.data.occurred_at for item in batch}
        await self._decisions.erase_places(erased, self._clock.now())
        return {}

    async def _settle(self, batch: Sequence[Received], proposals: Sequence[Proposal]) -> Mapping[str, StoredDecision]:
        winners = await self._decisions.settle([stored for _, stored in proposals])
        now = self._clock.now()
        self._metrics.observe(
            (decision, now - item.data.occurred_at)
            for item, (decision, stored), winner in zip(batch, proposals, winners, strict=True)
            if winner is stored and not _is_tip(item)
        )
        return {item.envelope.event_id: winner for item, winner in zip(batch, winners, strict=True)}

    def _transferred(self, snapshot: Snapshot, item: Received, decided: Sequence[StoredDecision]) -> Proposal:
        event = cast("TransferRequested", item.data)
        earlier = [decision for decision in decided if decision.assignment_no < event.assignment_no]
        stations = [hop.event.station for hop in earlier]
        chain = [Hop(station.code, station.police_district) for station in stations]
        # The newest place that a case was routed by; an emergency may learn its first one after it was filed.
        known = next((one for one in reversed(earlier) if one.filing.point is not None), next(iter(earlier), None))
        filing, sealed = (known.filing, known.sealed) if known is not None else (Filing(emergency=False), None)
        if event.location is not None:
            place = event.location
            filing, sealed = filing._replace(point=Point(place.lat, place.lon, place.accuracy_m)), None
        request = TransferRequest(event.to_station, event.by_post)
        decision = transfer_case(snapshot, self._with_place(event.case_id, filing, sealed), chain, request)
        return decision, answer_of(snapshot, item, Asked(filing, sealed, ()), decision, self._clock.now())

    def _filing(self, event: ComplaintFiled) -> Asked:
        location = event.location
        # By position, as one is made for each event: names would double what it costs.
        filing = Filing(
            event.lane is Lane.EMERGENCY,
            event.service_code,
            event.category,
            Point(location.lat, location.lon, location.accuracy_m) if location is not None else None,
            event.named_station,
            event.district,
            NO_PINCODE,
            event.attributes.get(AGAINST_POLICE) is True,
        )
        if location is not None or event.sealed is None:
            return Asked(filing, None, ())
        try:
            return Asked(self._opened(event.case_id, filing, event.sealed), event.sealed, ())
        except (SealError, ValidationError) as error:
            # Without its key the place is lost, but not the case: the rules go on without a place.
            _log.warning("sealed_place_unreadable", case_id=event.case_id, reason=type(error).__name__)
            return Asked(filing, None, ("sealed_place_unreadable",))

    def _opened(self, case_id: str, filing: Filing, sealed: str) -> Filing:
        personal = PersonalData.from_json(self._keys.open(case_id, sealed))
        place = personal.location
        return filing._replace(
            point=Point(place.lat, place.lon, place.accuracy_m) if place is not None else None,
            pincode=_pincode(personal.address or ""),
        )

    def _with_place(self, case_id: str, filing: Filing, sealed: str | None) -> Filing:
        if sealed is None:
            return filing
        try:
            return self._opened(case_id, filing, sealed)
        except (SealError, ValidationError) as error:
            _log.warning("sealed_place_unreadable", case_id=case_id, reason=type(error).__name__)
            return filing


def _is_tip(item: Received) -> bool:
    return isinstance(item.data, ComplaintFiled) and item.data.service_code in TIP_SERVICES


def _time_of(item: Received, now: datetime) -> datetime:
    """The time that the decision carries: of a tip no time is kept that is finer than that of its filing."""
    return item.data.occurred_at if _is_tip(item) else now


def _pincode(address: str) -> str | None:
    """The first PIN of an address that can be the state's, in ASCII digits."""
    numbers = (int("".join(written.split())) for written in SIX_DIGITS.findall(address))
    return next((str(number) for number in numbers if number in PINS_OF_THE_STATE), None)


TypeHandler = Callable[[AssignmentHandler, Snapshot, Sequence[Received]], Awaitable[Mapping[str, StoredDecision]]]

# In this order within a batch: a case is filed before it is handed on or erased.
HANDLERS: Mapping[type[Event], TypeHandler] = {
    ComplaintFiled: AssignmentHandler.on_complaints_filed,
    TransferRequested: AssignmentHandler.on_transfers_requested,
    PersonalDataErased: AssignmentHandler.on_personal_data_erased,
}
TYPES: Final = frozenset(event_type.type for event_type in HANDLERS)
