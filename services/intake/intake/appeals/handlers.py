"""Files an appeal and marks the case that it is about."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.http.problems import Problem
from event_schemas import PersonalData, SafeContact, ids
from intake.appeals.domain import appeal_submission
from intake.case.model import BY_OWNER, Case, CaseUpdate, Idempotency, TimelineEntry
from intake.case.store import CaseStore, UniqueConflict, UniqueField
from intake.catalogue.model import Service
from intake.filing.handlers import Filed, FilingDesk
from intake.problems import APPEAL_FILED, APPEAL_NOT_OFFERED
from intake.reopening.rules import APPEALED, appeal_of, is_appealable

_TRIES = 5


@dataclass(frozen=True, slots=True)
class AppealDesk:
    store: CaseStore
    filing: FilingDesk
    service: Service
    personal_of: Callable[[Case], PersonalData]
    safe_contact_of: Callable[[Case], SafeContact | None]

    async def file(self, case: Case, description: str, key: str, idempotency: Idempotency) -> Filed:
        """Durable on return; the same key gives the same answer. Problem 409 where none is offered, or one is there."""
        if await self.store.by_idempotency(idempotency.scope) is not None:
            return await self._marked(case, await self.filing.replay(key, idempotency))
        if appeal_of(case) is not None:
            raise Problem(APPEAL_FILED)
        if not is_appealable(case):
            raise Problem(APPEAL_NOT_OFFERED)
        submission = appeal_submission(case, self.service, self.personal_of(case), description)
        submission = replace(submission, safe_contact=self.safe_contact_of(case))
        try:
            filed = await self.filing.file(submission, key=key, idempotency=idempotency)
        except UniqueConflict as conflict:
            if conflict.by is not UniqueField.REPEAT_SLOT:
                raise
            if await self.store.by_idempotency(idempotency.scope) is not None:
                return await self.filing.replay(key, idempotency)
            raise Problem(APPEAL_FILED) from conflict
        return await self._marked(case, filed)

    async def _marked(self, case: Case, filed: Filed) -> Filed:
        """The case names its appeal. The slot keeps a second one out if this write never comes."""
        now = self.filing.now()
        for _ in range(_TRIES):
            latest = await self.store.by_id(case.case_id)
            if latest is None or latest.round != case.round or appeal_of(latest) is not None:
                break
            flags = (*latest.flags, f"{APPEALED}{latest.round}:{filed.case.case_id}")
            entry = TimelineEntry(ids.new_event_id(now), latest.case_id, now, "appeal-filed")
            update = CaseUpdate(state=latest.state, entry=entry, by=BY_OWNER, emits=0, flags=flags)
            if await self.store.update(latest, update, ()) is not None:
                break
        return filed
