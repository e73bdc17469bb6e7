"""Keeps profiles, and documents as claims that a register or an officer confirms."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Final

import orjson

from chassis.clock import Clock
from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem
from chassis.http.validation import MESSAGES
from chassis.sealing import KeyRing
from event_schemas import ids
from event_schemas.calendars import india_date
from event_schemas.times import whole_ms
from intake.auth import Principal
from intake.case.keys import Keys
from intake.catalogue import Catalogue
from intake.catalogue.answers import CODES
from intake.catalogue.identity import IdentityPaper
from intake.identity.bearers import Bearer, bearer_of, opened_json, sealed_bearer
from intake.identity.bodies import IdentityDocument, ProfilePatch
from intake.identity.domain import (
    MOST_CLAIMS,
    Checker,
    ClaimState,
    IdentityClaim,
    holds_aadhaar,
    is_doubtful,
    last_four,
    mark_of,
)
from intake.identity.problems import AADHAAR, DOCUMENT_UNKNOWN, PROFILE_BUSY, TOO_MANY
from intake.identity.register import Register, RegisterAnswer
from intake.identity.store import IdentityStore, KeptProfile

TRIES: Final = 5
_STATES: Final = {
    RegisterAnswer.MATCH: ClaimState.VERIFIED,
    RegisterAnswer.MISMATCH: ClaimState.REFUTED,
    RegisterAnswer.NOT_FOUND: ClaimState.REFUTED,
}


@dataclass(frozen=True, slots=True)
class Profile:
    name: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    language: str | None = None
    spoken_language: str | None = None


class IdentityDesk:
    def __init__(
        self,
        *,
        store: IdentityStore,
        register: Register,
        catalogue: Catalogue,
        keys: Keys,
        ring: KeyRing,
        clock: Clock,
    ) -> None:
        self._store = store
        self._register = register
        self._catalogue = catalogue
        self._keys = keys
        self._ring = ring
        self._clock = clock

    def now(self) -> datetime:
        return whole_ms(self._clock.now())

    async def profile(self, citizen: Principal) -> Profile:
        """Empty for who has stated nothing, and for a number whose former holder stated it."""
        return self._opened(citizen, await self._store.profile(citizen.sub))

    async def change_profile(self, citizen: Principal, patch: ProfilePatch) -> Profile:
        changes = {name: getattr(patch, name) for name in patch.model_fields_set}
        if holds_aadhaar(patch.name, patch.address):
            raise Problem(AADHAAR)
        for _ in range(TRIES):
            kept = await self._store.profile(citizen.sub)
            profile = replace(self._opened(citizen, kept), **{name: one or None for name, one in changes.items()})
            before, now = (0, self.now()) if kept is None else (kept.version, self.now())
            sealed = self._ring.seal(citizen.sub, orjson.dumps(asdict(profile)), now)
            if await self._store.keep_profile(KeptProfile(citizen.sub, now, before + 1, sealed), before=before):
                return profile
        raise Problem(PROFILE_BUSY, headers={"Retry-After": "1"})

    async def claims(self, citizen: Principal) -> tuple[IdentityClaim, ...]:
        """Those of who has the number now."""
        found = await self._store.claims_of(citizen.sub)
        return tuple(claim for claim in found if self._is_own(citizen, claim.claimed_at))

    async def add(self, citizen: Principal, body: IdentityDocument) -> IdentityClaim:
        """The claim as the register left it. Problem 422 for what is no such document, 409 for one too many."""
        paper, number = self._read(body)
        own = await self._store.claims_of(citizen.sub)
        claim = self._claim(citizen, body.document, paper, number, Bearer(body.name, body.birth_year, citizen.phone))
        known = next((one for one in own if (one.document, one.mark) == (claim.document, claim.mark)), None)
        if known is None and len(own) >= MOST_CLAIMS:
            raise Problem(TOO_MANY, "full", {"count": MOST_CLAIMS})
        kept = await self._keep(citizen, claim)
        if kept.state is ClaimState.VERIFIED or kept.mark is None:
            return kept
        verdict = await self._register.ask(body.document, number, body.name, body.birth_year)
        state = _STATES.get(verdict)
        if state is None:
            return kept
        # The name that the register was asked about is the one that it confirmed.
        sealed = self._sealed(kept.claim_id, Bearer(body.name, body.birth_year, citizen.phone))
        checked = replace(kept, state=state, checked_by=Checker.REGISTER, checked_at=self.now(), sealed=sealed)
        await self._store.change(checked)
        return checked

    async def _keep(self, citizen: Principal, claim: IdentityClaim) -> IdentityClaim:
        kept = await self._store.claim(claim)
        if self._is_own(citizen, kept.claimed_at):
            return kept
        # The number was somebody else's then: his word is not this citizen's.
        own = bearer_of(self._ring, claim)
        sealed = None if own is None else self._sealed(kept.claim_id, own)
        anew = replace(claim, claim_id=kept.claim_id, sealed=sealed)
        await self._store.change(anew)
        return anew

    def _claim(
        self, citizen: Principal, document: str, paper: IdentityPaper, number: str, bearer: Bearer
    ) -> IdentityClaim:
        now = self.now()
        claim_id = ids.new_event_id(now)
        return IdentityClaim(
            claim_id=claim_id,
            holder=citizen.sub,
            document=document,
            last_four=last_four(number),
            claimed_at=now,
            mark=mark_of(self._keys, document, number) if paper.keeps == "number" else None,
            doubtful=is_doubtful(paper, number),
            sealed=self._sealed(claim_id, bearer),
        )

    def _read(self, body: IdentityDocument) -> tuple[IdentityPaper, str]:
        """The kind of paper, and its number (or last four digits) in plain spelling."""
        if holds_aadhaar(body.number, body.last_four, body.name):
            raise Problem(AADHAAR)
        paper = self._catalogue.identity.get(body.document)
        if paper is None:
            accepted = [
                {"code": code, "name": {"hi": one.names.hi, "en": one.names.en}}
                for code, one in self._catalogue.identity.items()
            ]
            raise Problem(
                DOCUMENT_UNKNOWN,
                errors=[FieldError("unknown", "is not accepted", "नहीं लिया जाता", "/document")],
                extra={"documents": accepted},
            )
        if body.birth_year > india_date(self.now()).year:
            raise _refused("/birth_year", "datetime_past")
        asked, other = ("number", "last_four") if paper.keeps == "number" else ("last_four", "number")
        given = getattr(body, asked)
        if given is None:
            raise _refused(f"/{asked}", "missing")
        if getattr(body, other) is not None:
            raise _refused(f"/{other}", "extra_forbidden")
        return paper, self._spelt(paper, given, asked)

    def _spelt(self, paper: IdentityPaper, given: str, field_name: str) -> str:
        spellings = [CODES["bare"](given), CODES["plain"](given).upper()]
        check = None if paper.check is None else self._catalogue.checks[paper.check]
        if check is None:
            if not spellings[0]:
                raise _refused(f"/{field_name}", "blank")
            return spellings[0]
        found = next((one for one in spellings if check.holds(one, self.now())), None)
        if found is None:
            fault = FieldError("format", check.message.en, check.message.hi, f"/{field_name}")
            raise Problem(VALIDATION_FAILED, errors=[fault])
        return found

    def _is_own(self, citizen: Principal, at: datetime) -> bool:
        return citizen.known_since is None or at >= citizen.known_since

    def _opened(self, citizen: Principal, kept: KeptProfile | None) -> Profile:
        if kept is None or not self._is_own(citizen, kept.changed_at):
            return Profile()
        opened = opened_json(self._ring, citizen.sub, kept.sealed)
        return Profile() if opened is None else Profile(**opened)

    def _sealed(self, claim_id: str, bearer: Bearer) -> str:
        return sealed_bearer(self._ring, claim_id, bearer, self.now())


def _refused(pointer: str, code: str) -> Problem:
    text = MESSAGES[code]
    return Problem(VALIDATION_FAILED, errors=[FieldError(code, text.en, text.hi, pointer)])
