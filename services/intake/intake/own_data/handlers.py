"""Requests to erase a person's data: asked, cancelled, decided by a named post, and carried out case by case."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.http.problems import FORBIDDEN, NOT_FOUND, Problem
from chassis.repeating import repeat
from chassis.sealing import KeyRing, SealError
from chassis.telemetry.logs import get_logger
from event_schemas import PersonalDataErased, SafeContact, ids
from event_schemas.calendars import india_minute
from event_schemas.policies import PolicySet
from event_schemas.times import whole_ms
from intake.auth import Principal
from intake.auth.sessions import LoginStore, SessionStore
from intake.case.model import BY_SYSTEM, ActedBy, Case, Numbered, TimelineEntry
from intake.case.publishing import outbox_entry
from intake.case.scope import Actor
from intake.case.situation import Situation
from intake.case.states import DONE
from intake.case.store import CaseFilter, CaseStore
from intake.case.trail.handlers import Trail
from intake.evidence.store import FileStore
from intake.identity.store import IdentityStore
from intake.metrics import IntakeMetrics
from intake.own_data.messages import Messages
from intake.own_data.problems import ERASURE_DECIDED, ERASURE_NOT_ASKED, ERASURE_WAITS
from intake.own_data.rules import erased, kept_by, rules
from intake.own_data.store import OPEN, Erasure, ErasureState, ErasureStore
from intake.problems import BUSY
from intake.reopening.rules import appeal_of

TRIES: Final = 10
PAGE: Final = 100
RESUME_EVERY: Final = timedelta(seconds=30)
ERASED_OUTCOME: Final = "erased"
_log = get_logger(__name__)


class Accounts(Protocol):
    """What is kept of a login."""

    async def forget(self, subject: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class KeptLogins:
    sessions: SessionStore
    logins: LoginStore

    async def forget(self, subject: str, at: datetime) -> None:
        await self.sessions.end_all(subject, at)
        await self.logins.forget(subject)


@dataclass(frozen=True, slots=True)
class ErasureDesk:
    erasures: ErasureStore
    cases: CaseStore
    trail: Trail
    files: FileStore
    identities: IdentityStore
    accounts: Accounts
    messages: Messages
    ring: KeyRing
    policies: PolicySet
    metrics: IntakeMetrics
    clock: Clock
    wait: timedelta
    is_discreet: Callable[[str], Awaitable[bool]]

    async def ask(self, citizen: Principal, language: str) -> Erasure:
        """The open request; the owner got an SMS before a new one was written. Problem owner_unreached."""
        known = await self.erasures.of(citizen.sub)
        if known is not None and known.state in OPEN:
            if _is_own(known, citizen) or known.state is ErasureState.APPROVED:
                return known
            # The number was somebody else's when it was asked for.
            await self._changed(
                known, replace(known, state=ErasureState.CANCELLED, sealed_phone=None, sealed_contact=None)
            )
        now, phone = self._now(), citizen.phone or ""
        until = now + self.wait
        asked = Erasure(
            erasure_id=f"er_{ids.new_event_id(now)}",
            holder=citizen.sub,
            asked_at=now,
            not_before=until,
            language=language,
            state=ErasureState.WAITING,
            known_since=citizen.known_since,
        )
        discreet = await self.is_discreet(citizen.sub)
        # By the time of the answer the cases that ask for it are gone.
        contact = SafeContact(neutral=discreet).to_json()
        asked = replace(
            asked,
            sealed_phone=self.ring.seal(asked.erasure_id, phone.encode(), now),
            sealed_contact=self.ring.seal(asked.erasure_id, contact, now),
        )
        await self.messages.send(phone, "erasure_asked", language, {"until": india_minute(until)}, discreet=discreet)
        kept = await self.erasures.ask(asked)
        if kept is asked:
            self.metrics.erasures.labels("asked").inc()
        return kept

    async def own(self, citizen: Principal) -> Erasure:
        found = await self.erasures.of(citizen.sub)
        if found is None or not _is_own(found, citizen):
            raise Problem(ERASURE_NOT_ASKED)
        return found

    async def cancel(self, citizen: Principal) -> Erasure:
        """Before the decision, at any time. Problem 404, 409."""
        known = await self.own(citizen)
        if known.state is ErasureState.CANCELLED:
            return known
        if known.state is not ErasureState.WAITING:
            raise Problem(ERASURE_DECIDED)
        cancelled = replace(
            known, state=ErasureState.CANCELLED, ended_at=self._now(), sealed_phone=None, sealed_contact=None
        )
        return await self._changed(known, cancelled)

    async def waiting(self, actor: Actor) -> tuple[Erasure, ...]:
        self._check(actor)
        return await self.erasures.in_state(ErasureState.WAITING)

    async def judged(self, erasure: Erasure) -> Mapping[str, str]:
        """Of each case of the person, why it would be kept now, or ""; what was decided, once it was."""
        if erasure.state is not ErasureState.WAITING:
            return erasure.cases
        return {case.case_id: await self._kept(case) or "" for case in await self._cases(erasure)}

    async def by_id(self, erasure_id: str, actor: Actor) -> Erasure:
        self._check(actor)
        found = await self.erasures.by_id(erasure_id)
        if found is None:
            raise Problem(NOT_FOUND)
        return found

    async def decide(self, erasure_id: str, actor: Actor, refusal: str | None, keep: Mapping[str, str]) -> Erasure:
        """`refusal`: why nothing is erased. `keep`: cases that the post keeps, with its reason for each.

        Durable on return; what it takes to its end is done by this call or, after a crash, by `run`.
        """
        known = await self.by_id(erasure_id, actor)
        if known.state is not ErasureState.WAITING:
            raise Problem(ERASURE_DECIDED)
        now = self._now()
        if now < known.not_before:
            raise Problem(ERASURE_WAITS, extra={"not_before": known.not_before.isoformat()})
        judged = {case_id: keep.get(case_id) or why for case_id, why in (await self.judged(known)).items()}
        decided = replace(
            known,
            state=ErasureState.APPROVED if refusal is None else ErasureState.REFUSED,
            cases=judged if refusal is None else dict.fromkeys(judged, refusal),
            reason_code=refusal,
            decided_at=now,
            decided_by=actor.sub,
            decided_post=actor.post,
        )
        if refusal is not None:
            # The SMS first: while the message can't be sent nothing is decided, and the post sends its decision again.
            done = await self._answered(known, "erasure_refused", decided)
        else:
            done = await self._carry_out(await self._changed(known, decided))
        self.metrics.erasures.labels(str(done.state)).inc()
        return done

    async def run(self) -> None:
        """Carry out what was decided and not done to its end, for ever: a crash in between is made good."""
        await repeat(self.resume, RESUME_EVERY, _log, "erasures_wait", (TransientFault, Problem))

    async def resume(self) -> None:
        for one in await self.erasures.in_state(ErasureState.APPROVED):
            await self._carry_out(one)

    async def _carry_out(self, erasure: Erasure) -> Erasure:
        """Each step may be repeated. The holder's own records go last, so that they lead to what is left to do."""
        outcome = dict(erasure.cases)
        by = ActedBy(erasure.decided_post or BY_SYSTEM.post, erasure.decided_by or "")
        for case_id, why in erasure.cases.items():
            if not why:
                outcome[case_id] = await self._erase(case_id, by) or ""
        holder = erasure.holder
        kept = [await self.cases.by_id(case_id) for case_id, why in outcome.items() if why]
        claims = {case.identity.claim for case in kept if case and case.identity and case.identity.claim}
        await self.identities.forget(holder, claims)
        if not kept:
            await self.accounts.forget(holder, self._now())
        template = "erasure_done" if not kept else "erasure_partly"
        return await self._answered(erasure, template, replace(erasure, cases=outcome, state=ErasureState.DONE))

    async def _erase(self, case_id: str, by: ActedBy) -> str | None:
        """Why the case is kept after all, None once it is erased."""
        for _ in range(TRIES):
            case = await self.cases.by_id(case_id)
            if case is None:
                return None
            if case.erased_at is None:
                why = await self._kept(case)
                if why is not None:
                    return why
                if await self._written(case, by) is None:
                    continue
                self.metrics.erasures.labels("case_erased").inc()
            await self.files.remove_of_case(case_id)
            await self.trail.forget_owner(case_id)
            return None
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def _written(self, case: Case, by: ActedBy) -> Case | None:
        now = self._now()
        event = PersonalDataErased(
            case_id=case.case_id, occurred_at=now, case_seq=case.case_seq + 1, outcome=ERASED_OUTCOME
        )
        event_id = ids.new_event_id(now)
        entry = TimelineEntry(event_id, case.case_id, now, event.type)
        return await self.cases.erase(
            case, erased(case, now), entry, [outbox_entry(Numbered(event_id, event), case.lane)], by
        )

    async def _kept(self, case: Case) -> str | None:
        other = appeal_of(case)
        appeal = None if other is None else await self.cases.by_id(other)
        appealed = appeal is not None and appeal.state not in DONE
        return kept_by(Situation(case, self._now(), self.policies), appealed=appealed)

    async def _cases(self, erasure: Erasure) -> list[Case]:
        """The cases that the person's login opens. A sensitive one opens by its receipt alone and is not among them."""
        found: list[Case] = []
        since = erasure.known_since or erasure.asked_at
        wanted, after = CaseFilter(owner=erasure.holder, filed_since=since, sensitive=False), None
        while True:
            page = await self.cases.page(wanted, after, PAGE)
            found += page.cases
            after = page.cursor
            if after is None:
                return found

    async def _answered(self, erasure: Erasure, template: str, after: Erasure) -> Erasure:
        """The owner gets an SMS on how it ended, if his number can be read; then his number goes."""
        if erasure.sealed_phone is not None:
            try:
                phone = self.ring.open(erasure.erasure_id, erasure.sealed_phone).decode()
                await self.messages.send(phone, template, erasure.language, {}, discreet=self._is_discreet(erasure))
            except SealError:
                _log.warning("erasure_answer_unreadable", erasure_id=erasure.erasure_id)
        return await self._changed(
            erasure, replace(after, ended_at=self._now(), sealed_phone=None, sealed_contact=None)
        )

    def _is_discreet(self, erasure: Erasure) -> bool:
        if erasure.sealed_contact is None:
            return False
        return SafeContact.from_json(self.ring.open(erasure.erasure_id, erasure.sealed_contact)).neutral

    async def _changed(self, before: Erasure, after: Erasure) -> Erasure:
        if not await self.erasures.change(before, after):
            raise Problem(BUSY, headers={"Retry-After": "1"})
        return replace(after, version=before.version + 1)

    def _check(self, actor: Actor) -> None:
        if actor.post not in rules().decided_by:
            raise Problem(FORBIDDEN)

    def _now(self) -> datetime:
        return whole_ms(self.clock.now())


def _is_own(erasure: Erasure, citizen: Principal) -> bool:
    return citizen.known_since is None or erasure.asked_at >= citizen.known_since
