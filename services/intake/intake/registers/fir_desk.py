"""FIRs online: an officer releases a text or a higher post withholds it; nobody is shown anything else."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.clock import Clock
from chassis.http.moments import Instant
from chassis.http.problems import FORBIDDEN, VALIDATION_FAILED, FieldError, Problem
from event_schemas import ids
from event_schemas.policies import PolicySet
from event_schemas.times import whole_ms
from event_schemas.values import PublicationPortal
from intake.case.command import Context
from intake.case.model import ActedBy, Case, CaseChange, CaseUpdate, TimelineEntry
from intake.case.publishing import outbox_entry
from intake.case.scope import Actor, may_see
from intake.case.states import Role
from intake.case.store import CaseFilter, CaseStore
from intake.commands.decide import decide
from intake.commands.table import Act
from intake.filing.bodies import LongText, ShortText
from intake.filing.redaction import redact_text
from intake.fir.commands import NEVER, PENDING, PublishFIR
from intake.fir.domain import publishable
from intake.fir.numbers import FIRNumber, fir_key, year_of
from intake.fir.sections import Sections, never_online
from intake.problems import BUSY
from intake.registers.bodies import StationCode
from intake.registers.domain import in_charge
from intake.registers.fir_store import FIRDecision, FIRStore, FIRText
from intake.registers.keys import place_of
from intake.registers.model import Change
from intake.registers.problems import FIR_NEVER_ONLINE, FIR_NOT_ONLINE, FIR_UNKNOWN

ONLINE, WITHHELD = "online", "withheld"
WITHIN: Final = timedelta(hours=24)
RELEASING: Final = (Role.SHO, Role.SDPO, Role.SP, Role.HQ)
WITHHOLDING: Final = (Role.SDPO, Role.SP, Role.HQ)
"""Of the rank of a Deputy Superintendent at least (Youth Bar Association, 2016)."""
FIRST_YEAR: Final = 1950
TRIES: Final = 5


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    station: StationCode
    year: int = Field(ge=FIRST_YEAR, le=2199)
    number: FIRNumber


class ReleaseFIR(_Body):
    """The text as the officer releases it: nothing is taken out of it by machine, so `redacted` says that he has read
    it and taken out who must not be known. Of an FIR that was not registered here, its time and sections are needed.
    """

    text: Annotated[LongText, StringConstraints(min_length=20)] = Field(repr=False)
    language: Literal["hi", "en"] = "hi"
    redacted: Literal[True]
    registered_at: Instant | None = None
    sections: Sections | None = None


class WithholdFIR(_Body):
    """The reason is kept and shown to officers alone."""

    reason: Annotated[ShortText, StringConstraints(min_length=3)]
    registered_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class FIRDesk:
    firs: FIRStore
    cases: CaseStore
    clock: Clock
    policies: PolicySet

    async def read(self, station: str, year: int, number: str) -> FIRText:
        """The released text. Problem fir_not_online, one and the same for all else; one question, found or not."""
        text = await self.firs.text(fir_key(station, year, number))
        if text is None or year_of(number, self.clock.now(), year) != year:
            raise Problem(FIR_NOT_ONLINE)
        return text

    async def release(self, body: ReleaseFIR, actor: Actor) -> FIRDecision:
        """Problem 403, 409 for what the law keeps back, 422 for a text that shows an Aadhaar number."""
        if redact_text(body.text)[1]:
            fault = FieldError("aadhaar", "holds an Aadhaar number", "इसमें आधार संख्या है", "/text")
            raise Problem(VALIDATION_FAILED, errors=[fault])
        known, cases = await self._known(body, actor, RELEASING, body.registered_at)
        if known.state == WITHHELD and actor.role not in WITHHOLDING:
            raise Problem(FORBIDDEN)
        if not cases and body.sections is None:
            missing = [FieldError("missing", "is required", "आवश्यक है", "/sections")]
            raise Problem(FIR_UNKNOWN, errors=missing)
        law = any(case.sensitive or (case.fir and case.fir.online == NEVER) for case in cases)
        if law or never_online(body.sections or ()):
            raise Problem(FIR_NEVER_ONLINE)
        now = whole_ms(self.clock.now())
        decision = known.decided(ONLINE, Change(now, "released", actor.post, actor.sub))
        # First who did it, then the text: nothing is online that nobody answers for.
        await self.firs.decide(decision)
        await self.firs.put(
            FIRText(
                key=known.key,
                station=known.station,
                year=known.year,
                number=known.number,
                registered_at=known.registered_at,
                online_at=now,
                language=body.language,
                text=body.text,
            )
        )
        await self._mark(cases, known.key, ONLINE, actor)
        return decision

    async def withhold(self, body: WithholdFIR, actor: Actor) -> FIRDecision:
        known, cases = await self._known(body, actor, WITHHOLDING, body.registered_at)
        change = Change(whole_ms(self.clock.now()), "withheld", actor.post, actor.sub, body.reason)
        # First it is gone for the public.
        await self.firs.remove(known.key)
        decision = known.decided(WITHHELD, change)
        await self.firs.decide(decision)
        await self._mark(cases, known.key, WITHHELD, actor)
        return decision

    async def pending(
        self, actor: Actor, station: str | None, after: str | None, limit: int
    ) -> tuple[list[Case], str | None]:
        """Cases whose FIR waits for a decision."""
        page = await self.cases.page(CaseFilter(seen_by=actor, station=station, fir_online=PENDING), after, limit)
        return list(page.cases), page.cursor

    async def _known(
        self, body: ReleaseFIR | WithholdFIR, actor: Actor, roles: tuple[Role, ...], registered_at: datetime | None
    ) -> tuple[FIRDecision, tuple[Case, ...]]:
        """What is known of the FIR, and the cases that led to it. Problem 403 outside of the officer's charge."""
        if actor.role not in roles:
            raise Problem(FORBIDDEN)
        key = fir_key(body.station, body.year, body.number)
        if year_of(body.number, self.clock.now(), body.year) != body.year:
            fault = FieldError("year", "is not the year of the number", "संख्या का वर्ष नहीं है", "/year")
            raise Problem(VALIDATION_FAILED, errors=[fault])
        cases, before = await self.cases.of_fir(key), await self.firs.decision(key)
        district = actor.district or ""
        own = in_charge(actor, body.station, district) and (actor.role is Role.HQ or bool(district))
        if not own or (before is not None and actor.role is not Role.HQ and before.place != place_of(district)):
            raise Problem(FORBIDDEN)
        if cases and not any(may_see(case, actor) for case in cases):
            raise Problem(FORBIDDEN)
        if before is not None:
            return before, cases
        at = next((case.fir.registered_at for case in cases if case.fir is not None), registered_at)
        if at is None:
            missing = [FieldError("missing", "is required", "आवश्यक है", "/registered_at")]
            raise Problem(FIR_UNKNOWN, errors=missing)
        first = FIRDecision(
            key=key,
            station=body.station,
            place=place_of(district),
            year=body.year,
            number=body.number,
            registered_at=at,
            state=PENDING,
            decided_at=whole_ms(self.clock.now()),
        )
        return first, cases

    async def _mark(self, cases: tuple[Case, ...], key: str, online: str, actor: Actor) -> None:
        """The cases are pending no more. The decision stands already: a case that could not be marked only waits on."""
        for case in cases:
            known: Case | None = case
            for _ in range(TRIES):
                if known is None or known.fir is None or known.fir.key != key or known.fir.online in (online, NEVER):
                    break
                change = self._change(known, online, actor)
                update = replace(change.update, fir=replace(known.fir, online=online))
                entries = [outbox_entry(event, known.lane) for event in change.events]
                if await self.cases.update(known, update, entries) is not None:
                    break
                known = await self.cases.by_id(case.case_id)
            else:
                raise Problem(BUSY, headers={"Retry-After": "1"})

    def _change(self, case: Case, online: str, actor: Actor) -> CaseChange:
        """A first release is the event on which the clocks of publication end, as the officer's own command is."""
        now = whole_ms(self.clock.now())
        event_id = ids.new_event_id(now)
        if online == ONLINE and PublicationPortal.FIR_ONLINE.value in publishable(case):
            context = Context(now, event_id, actor.post, self.policies, sub=actor.sub)
            return decide(Act.PUBLISH_FIR, PublishFIR(), case, context)
        entry = TimelineEntry(event_id, case.case_id, now, f"fir-{online}")
        return CaseChange((), CaseUpdate(state=case.state, entry=entry, by=ActedBy(actor.post, actor.sub), emits=0))


def due_at(registered_at: datetime) -> datetime:
    """By when the text is to be online or withheld."""
    return registered_at + WITHIN
