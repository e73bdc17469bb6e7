"""Runs commands: one write guarded by the case's version, its event in the outbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.clock import Clock
from chassis.http.problems import FORBIDDEN, NOT_FOUND, Bilingual, Problem
from chassis.outbox.publisher import OutboxEntry
from chassis.sentences import CodeNames
from event_schemas import ids
from event_schemas.policies import PolicySet
from event_schemas.times import whole_ms
from event_schemas.values import IdentityOutcome
from intake.case.command import CommandBody, Context, Seal
from intake.case.faults import CommandFault
from intake.case.identity import FirstHolder, Identities
from intake.case.keys import Keys
from intake.case.model import ActedBy, Case, CaseChange, CaseUpdate, CommandMark, Idempotency, TimelineEntry
from intake.case.person import Persons, VerifiedPerson
from intake.case.publishing import outbox_entry
from intake.case.scope import Actor, may_work
from intake.case.situation import Situation
from intake.case.states import Role, State
from intake.case.store import CaseStore
from intake.commands.allowed import allowed_acts
from intake.commands.decide import decide
from intake.commands.emergencies import ResolveEmergency, measure
from intake.commands.problems import problem_of
from intake.commands.survivors import JOINED, check_survivor
from intake.commands.table import TABLE, Act, withdrawal_of
from intake.hearings import domain as hearings
from intake.hearings.commands import CheckIn
from intake.hearings.handlers import Bookings
from intake.hearings.store import SlotStore
from intake.metrics import IntakeMetrics
from intake.offices.domain import Offices
from intake.problems import BUSY, CASE_ERASED, KEY_REUSED, VERSION_MISMATCH

TRIES = 10


@dataclass(frozen=True, slots=True)
class AcceptedCommand:
    """An accepted command; a repeat of it is answered alike."""

    case: Case
    event_id: str
    version: int
    state: State

    def body(self) -> Mapping[str, Any]:
        return {
            "case_id": self.case.case_id,
            "tracking_number": self.case.tracking_number,
            "status": self.state.value,
            "version": self.version,
            "event_id": self.event_id,
        }


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command as asked for; `if_match` is the version the officer's screen shows."""

    act: Act
    body: CommandBody
    key: str | None = None
    if_match: int | None = None


class CommandDesk:
    def __init__(
        self,
        *,
        store: CaseStore,
        slots: SlotStore,
        offices: Offices,
        policies: PolicySet,
        keys: Keys,
        clock: Clock,
        metrics: IntakeMetrics,
        code_names: CodeNames,
        seal: Seal,
        identities: Identities,
        persons: Persons,
    ) -> None:
        self._persons = persons
        self._identities = identities
        self._seal = seal
        self._code_names = code_names
        self._store = store
        self._bookings = Bookings(store, slots)
        self._offices = offices
        self._policies = policies
        self._keys = keys
        self._clock = clock
        self._metrics = metrics

    def allowed(self, case: Case, actor: Actor) -> tuple[Act, ...]:
        """What a command of this officer would be accepted for now, given a body that fits the case."""
        acts = allowed_acts(Situation(case, self._clock.now(), self._policies), actor.role)
        return tuple(act for act in acts if may_work(case, actor, TABLE[act].reach))

    async def run(self, case_id: str, request: CommandRequest, actor: Actor) -> AcceptedCommand:
        """Problem 404, 403, 409, 412 or 422; another's write in between is met by looking again."""
        try:
            done = await self._run(case_id, request, actor)
        except Problem as problem:
            self._metrics.commands.labels(str(request.act), problem.type.code).inc()
            raise
        self._metrics.commands.labels(str(request.act), "accepted").inc()
        return done

    def _posts(self, roles: Iterable[Role]) -> Bilingual:
        """Those of these roles, by their posts' names."""
        named = dict.fromkeys(self._code_names.bilingual("posts", role.value.upper()) for role in sorted(roles))
        return Bilingual(hi=", ".join(one.hi for one in named), en=", ".join(one.en for one in named))

    async def _run(self, case_id: str, request: CommandRequest, actor: Actor) -> AcceptedCommand:
        if actor.role not in TABLE[request.act].roles:
            raise Problem(FORBIDDEN, "posts", {"posts": self._posts(TABLE[request.act].roles)})
        if _duplicate_of(request) is not None and actor.role is not Role.DISPATCHER:
            raise Problem(FORBIDDEN, "dispatcher")
        mark = self._mark(case_id, request, actor)
        for _ in range(TRIES):
            case = await self._store.by_id(case_id)
            if case is None:
                raise Problem(NOT_FOUND)
            # Who was answered before gets that answer again, and nothing newer, even if the case is no longer his.
            known = None if mark is None else case.commands.get(mark.scope)
            if known is not None and mark is not None:
                done = _repeated(case, known, mark)
                await self._reviewed(request, case)
                return done
            if case.erased_at is not None:
                raise Problem(CASE_ERASED)
            if not may_work(case, actor, TABLE[request.act].reach):
                raise Problem(NOT_FOUND)
            if request.if_match is not None and request.if_match != case.version:
                raise Problem(VERSION_MISMATCH, extra={"version": case.version})
            accepted = await self._attempt(case, request, actor, mark)
            if accepted is not None:
                await self._reviewed(request, case)
                return accepted
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def _attempt(
        self, case: Case, request: CommandRequest, actor: Actor, mark: Idempotency | None
    ) -> AcceptedCommand | None:
        now = whole_ms(self._clock.now())
        if isinstance(request.body, CheckIn):
            visit = hearings.visit_under_way(case, request.body.hearing_id, request.body.place)
            if visit is not None:
                # One visit has one clock: who comes to the counter again gets the first answer.
                return AcceptedCommand(case, hearings.arrival(case, visit), case.version, case.state)
        event_id = ids.new_event_id(now)
        act = withdrawal_of(case) if request.act is Act.WITHDRAW else request.act
        holder = await self._first_holder(request, case)
        context = Context(
            now,
            event_id,
            actor.post,
            self._policies,
            mark,
            self._offices,
            self._seal,
            holder,
            actor.station,
            self._person(act, case),
            actor.sub,
        )
        try:
            change = decide(act, request.body, case, context)
            if not await self._claimed(case, request, now, ActedBy(actor.post, actor.sub)):
                return None
            changed = await self._bookings.write(case, change.update, _entries(change, case), now)
        except CommandFault as fault:
            raise problem_of(fault, case, self.allowed(case, actor), self._code_names) from fault
        if changed is None:
            return None
        measure(request.body, case, now, self._metrics)
        return AcceptedCommand(changed, event_id, case.version + 1, change.update.state)

    async def _first_holder(self, request: CommandRequest, case: Case) -> FirstHolder | None:
        return await self._identities.first_holder(case) if TABLE[request.act].reviews_identity else None

    def _person(self, act: Act, case: Case) -> VerifiedPerson | None:
        return self._persons.of(case) if TABLE[act].reads_person else None

    async def _reviewed(self, request: CommandRequest, case: Case) -> None:
        """After the write, and again by a repeat: what the first did not get to."""
        if TABLE[request.act].reviews_identity:
            await self._identities.reviewed(case, IdentityOutcome(request.body.fields()["outcome"]))

    async def _claimed(self, case: Case, request: CommandRequest, now: datetime, by: ActedBy) -> bool:
        """The case that stands for this one is marked first, by a write that its version guards. False: look again."""
        other = _duplicate_of(request)
        if other is None:
            return True
        survivor = await self._store.by_id(other)
        check_survivor(case, survivor)
        assert survivor is not None
        flag = f"{JOINED}{case.case_id}"
        if flag in survivor.flags:
            return True
        entry = TimelineEntry(ids.new_event_id(now), survivor.case_id, now, "emergency-joined")
        claim = CaseUpdate(state=survivor.state, entry=entry, by=by, emits=0, flags=(*survivor.flags, flag))
        return await self._store.update(survivor, claim, ()) is not None

    def _mark(self, case_id: str, request: CommandRequest, actor: Actor) -> Idempotency | None:
        if request.key is None:
            return None
        body = request.body.model_dump(mode="json")
        return self._keys.idempotency(request.key, principal=actor.sub, route=f"{case_id} {request.act}", body=body)


def _repeated(case: Case, known: CommandMark, mark: Idempotency) -> AcceptedCommand:
    if known.body != mark.body:
        raise Problem(KEY_REUSED)
    return AcceptedCommand(case, known.event_id, known.version, known.state)


def _duplicate_of(request: CommandRequest) -> str | None:
    return request.body.duplicate_of if isinstance(request.body, ResolveEmergency) else None


def _entries(change: CaseChange, case: Case) -> list[OutboxEntry]:
    return [outbox_entry(event, case.lane) for event in change.events]
