"""Files the emergency that comes out of a filing and links both; a repeat finds the one that is open."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.http.problems import Problem
from event_schemas import PersonalData, ids
from intake.case.keys import Keys
from intake.case.model import BY_OWNER, Case, CaseLink, CaseUpdate, Relation, TimelineEntry
from intake.case.states import DONE
from intake.case.store import CaseStore
from intake.filing.domain import Submission
from intake.filing.emergencies import Caller, EmergencyDesk
from intake.filing.handlers import Filed, FilingDesk
from intake.filing.merging import Joining, SeparateCase, judge_repeat
from intake.filing.reading.urgent import Urgent
from intake.handoff.domain import HANDED_OFF, emergencies_of, is_bare, with_filing
from intake.problems import KEY_IN_PROGRESS

TRIES = 100
WAIT_FOR_TWIN_S = 0.02


@dataclass(frozen=True, slots=True)
class HandoffDesk:
    store: CaseStore
    filing: FilingDesk
    emergencies: EmergencyDesk
    keys: Keys
    personal_of: Callable[[Case], PersonalData]

    async def call(self, case: Case, urgent: Urgent, caller: Caller) -> Filed:
        """The filing's open emergency with what is new, or a new one. Durable on return; refused for nothing.

        Whoever reaches this has proven that the filing is his own.
        """
        submission = self.emergencies.submission(urgent, caller)
        for _ in range(TRIES):
            found = await self._open_emergencies(case)
            judged = judge_repeat(found, submission, kinds_given=urgent.kinds_given)
            if isinstance(judged, Joining):
                joined = await self._add(case, judged.case, submission, urgent)
                if joined is not None:
                    return joined
                continue
            if not await self.emergencies.place(judged):
                continue
            filed = await self._file(case, judged)
            if filed is not None:
                return filed
            await asyncio.sleep(WAIT_FOR_TWIN_S)
            case = await self.store.by_id(case.case_id) or case
        # So many writers at once are no reason to keep help away: a case of its own, without the link.
        return await self.filing.file(with_filing(submission, case, self.personal_of(case)))

    async def _file(self, case: Case, judged: SeparateCase) -> Filed | None:
        """A case of its own, linked; None if another request came first, whose case is linked now."""
        key = _key(case, len(emergencies_of(case)))
        submission = with_filing(judged.submission, case, self.personal_of(case))
        if judged.base is not None:
            submission = replace(submission, linked=(str(judged.base.case_id),))
        idempotency = self.keys.idempotency(key, principal=None, route="hand-off", body=key)
        try:
            filed = await self.filing.file(submission, key=key, idempotency=idempotency)
        except Problem as problem:
            if problem.type is not KEY_IN_PROGRESS:
                raise
            return None
        await self._link(case, filed.case)
        return None if filed.repeated else filed

    async def _add(self, case: Case, emergency: Case, submission: Submission, urgent: Urgent) -> Filed | None:
        """The open emergency with what is new; None if another write came first."""
        if not is_bare(urgent):
            return await self.emergencies.join(emergency, submission, None, None)
        number = [link.case_id for link in emergencies_of(case)].index(emergency.case_id)
        return Filed(emergency, self.keys.receipt(emergency.case_id, _key(case, number)), repeated=True)

    async def _open_emergencies(self, case: Case) -> tuple[Case, ...]:
        """The newest first, as the store has them now."""
        found = [await self.store.by_id(link.case_id) for link in reversed(emergencies_of(case))]
        return tuple(one for one in found if one is not None and one.state not in DONE)

    async def _link(self, case: Case, emergency: Case) -> None:
        """The filing names its emergency. A repeat writes it if this never does."""
        for _ in range(TRIES):
            latest = await self.store.by_id(case.case_id)
            if latest is None or any(link.case_id == emergency.case_id for link in latest.links):
                return
            now = self.filing.now()
            update = CaseUpdate(
                state=latest.state,
                entry=TimelineEntry(ids.new_event_id(now), latest.case_id, now, "handed-off"),
                by=BY_OWNER,
                emits=0,
                flags=tuple(dict.fromkeys((*latest.flags, HANDED_OFF))),
                link=CaseLink(Relation.EMERGENCY, emergency.case_id, emergency.tracking_number),
            )
            if await self.store.update(latest, update, ()) is not None:
                return


def _key(case: Case, number: int) -> str:
    """What names the filing's next emergency: of two requests at once the second finds the first one's."""
    return f"hand-off:{case.case_id}:{number}"
