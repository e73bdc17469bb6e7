"""What claims of identity documents mean for a case: confirmed, held, or still to be shown."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from chassis.bounds import normalized
from chassis.clock import Clock
from chassis.http.problems import Problem
from chassis.sealing import KeyRing
from chassis.telemetry.logs import get_logger
from event_schemas import PersonalData, ids
from event_schemas.times import whole_ms
from event_schemas.values import IdentityMethod, IdentityOutcome
from intake.auth import Principal
from intake.case.identity import Applicant, FirstHolder
from intake.case.keys import Keys
from intake.case.model import Case, CaseIdentity, IdentityState
from intake.case.scope import Actor
from intake.case.states import Role
from intake.case.store import CaseFilter, CaseStore
from intake.catalogue import Catalogue
from intake.commands.handlers import CommandDesk, CommandRequest
from intake.commands.identity import WAITING, SettleIdentity
from intake.commands.table import Act
from intake.identity.bearers import Bearer, bearer_of, sealed_bearer
from intake.identity.domain import (
    MOST_CLAIMS,
    Checker,
    ClaimState,
    IdentityClaim,
    first_holder,
    is_doubtful,
    last_four,
    mark_of,
)
from intake.identity.store import IdentityStore

NEWEST: Final = 100
_LONGEST_NAME: Final = 1_200
_FOUND: Final = {IdentityOutcome.CONFIRMED: ClaimState.VERIFIED, IdentityOutcome.REJECTED: ClaimState.REFUTED}
_log = get_logger(__name__)


class Standings:
    """Answers `intake.case.identity.Identities` from the claims."""

    def __init__(self, *, store: IdentityStore, catalogue: Catalogue, keys: Keys, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._keys = keys
        self._ring = ring
        self._clock = clock

    async def standing(self, applicant: Applicant) -> CaseIdentity:
        """By the papers that the form names, else by all that the login has given; a name must be the paper's own."""
        own = [one for one in await self._store.claims_of(applicant.sub) if _is_own(one, applicant.known_since)]
        named = [await self._claimed(applicant, kind, number, own) for kind, number in applicant.numbers.items()]
        asked = [one for one in named if one is not None] or own
        waiting = None
        for claim in asked:
            if claim.state is ClaimState.VERIFIED and (named or self._names(claim, applicant.name)):
                return _identity(claim, IdentityState.CONFIRMED)
            if waiting is None and await self._first(claim) is not None:
                waiting = claim
        if waiting is not None:
            return _identity(waiting, IdentityState.HELD)
        return _identity(asked[0], IdentityState.CLAIMED) if asked else CaseIdentity(IdentityState.NEEDED)

    async def is_contested(self, sub: str) -> bool:
        return any([await self._first(claim) is not None for claim in await self._store.claims_of(sub)])

    async def first_holder(self, case: Case) -> FirstHolder | None:
        claim = await self._claim_of(case)
        first = None if claim is None else await self._first(claim)
        bearer = None if first is None else bearer_of(self._ring, first)
        if bearer is None or bearer.phone is None:
            return None
        contact = PersonalData(phone=bearer.phone).to_json()
        return FirstHolder(self._ring.seal(case.case_id, contact, self._now()), bearer.language)

    async def reviewed(self, case: Case, outcome: IdentityOutcome) -> None:
        claim = await self._claim_of(case)
        state = _FOUND[outcome]
        if claim is not None and (claim.state, claim.checked_by) != (state, Checker.OFFICER):
            await self._store.change(replace(claim, state=state, checked_by=Checker.OFFICER, checked_at=self._now()))

    async def settle(self, citizen: Principal, claim: IdentityClaim, cases: CaseStore, commands: CommandDesk) -> None:
        """The citizen's open cases that wait for it are confirmed, or held, as this claim now stands."""
        held = await self._first(claim) is not None
        if claim.state is not ClaimState.VERIFIED and not held:
            return
        since = citizen.known_since or self._now()
        page = await cases.page(CaseFilter(owner=citizen.sub, filed_since=since), None, NEWEST)
        for case in page.cases:
            if case.identity is None or case.identity.state not in WAITING:
                continue
            if claim.state is ClaimState.VERIFIED:
                act = Act.CONFIRM_IDENTITY
                if case.identity.claim != claim.claim_id and not self._names(claim, self._name_of(case)):
                    continue
            else:
                act = Act.HOLD_IDENTITY
            body = SettleIdentity(document=claim.document, last_four=claim.last_four, claim=claim.claim_id)
            actor = Actor(Role.CITIZEN, f"owner {case.case_id}", "citizen")
            try:
                await commands.run(case.case_id, CommandRequest(act, body), actor)
            except Problem as problem:
                # The case has moved on meanwhile: an officer confirms it there.
                _log.info("identity_not_settled", code=problem.type.code)

    async def _claimed(
        self, applicant: Applicant, kind: str, number: str, own: Collection[IdentityClaim]
    ) -> IdentityClaim | None:
        """The claim of a paper that the form names; None where the account has no room for one more."""
        mark = mark_of(self._keys, kind, number)
        known = next((one for one in own if one.mark == mark), None)
        if known is not None or len(own) >= MOST_CLAIMS:
            return known
        now = self._now()
        claim_id = ids.new_event_id(now)
        bearer = Bearer(applicant.name or "", phone=applicant.phone, language=applicant.language)
        claim = IdentityClaim(
            claim_id=claim_id,
            holder=applicant.sub,
            document=kind,
            last_four=last_four(number),
            claimed_at=now,
            mark=mark,
            doubtful=is_doubtful(self._catalogue.identity[kind], number),
            sealed=sealed_bearer(self._ring, claim_id, bearer, now),
        )
        kept = await self._store.claim(claim)
        if _is_own(kept, applicant.known_since):
            return kept
        # The number was somebody else's then: his word is not this citizen's.
        anew = replace(claim, claim_id=kept.claim_id, sealed=sealed_bearer(self._ring, kept.claim_id, bearer, now))
        await self._store.change(anew)
        return anew

    async def _first(self, claim: IdentityClaim) -> IdentityClaim | None:
        if claim.mark is None or claim.state is ClaimState.VERIFIED:
            return None
        return first_holder(claim, await self._store.claims_on(claim.mark))

    async def _claim_of(self, case: Case) -> IdentityClaim | None:
        if case.identity is None or case.identity.claim is None or case.owner is None:
            return None
        own = await self._store.claims_of(case.owner)
        return next((one for one in own if one.claim_id == case.identity.claim), None)

    def _names(self, claim: IdentityClaim, name: str | None) -> bool:
        """Whether the document is of who is named; one phone may serve several people."""
        bearer = bearer_of(self._ring, claim)
        return name is None or (bearer is not None and _plain(bearer.name) == _plain(name))

    def _name_of(self, case: Case) -> str | None:
        if case.sealed is None:
            return None
        return PersonalData.from_json(self._ring.open(case.case_id, case.sealed)).name

    def _now(self) -> datetime:
        return whole_ms(self._clock.now())


def _identity(claim: IdentityClaim, state: IdentityState) -> CaseIdentity:
    method = None
    if state is IdentityState.CONFIRMED:
        by_officer = claim.checked_by is Checker.OFFICER
        method = (IdentityMethod.ORIGINAL_SEEN if by_officer else IdentityMethod.REGISTER).value
    return CaseIdentity(state, claim.document, claim.last_four, claim.claim_id, method)


def _is_own(claim: IdentityClaim, known_since: datetime | None) -> bool:
    return known_since is None or claim.claimed_at >= known_since


def _plain(name: str) -> str:
    return " ".join(normalized("NFKC", name, _LONGEST_NAME).casefold().split())
