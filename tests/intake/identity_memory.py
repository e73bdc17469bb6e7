"""Profiles and claims in memory, and a register that knows what a test gives it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from intake.identity.domain import IdentityClaim
from intake.identity.register import RegisterAnswer
from intake.identity.store import KeptProfile, key_of


class MemoryIdentityStore:
    def __init__(self) -> None:
        self.profiles: dict[str, KeptProfile] = {}
        self.claims: dict[str, IdentityClaim] = {}

    async def profile(self, holder: str) -> KeptProfile | None:
        return self.profiles.get(holder)

    async def keep_profile(self, profile: KeptProfile, *, before: int) -> bool:
        known = self.profiles.get(profile.holder)
        if before != (0 if known is None else known.version):
            return False
        self.profiles[profile.holder] = profile
        return True

    async def claim(self, claim: IdentityClaim) -> IdentityClaim:
        mine = (one for one in self.claims.values() if (one.holder, key_of(one)) == (claim.holder, key_of(claim)))
        known = next(mine, None)
        if known is not None:
            return known
        self.claims[claim.claim_id] = claim
        return claim

    async def change(self, claim: IdentityClaim) -> None:
        known = self.claims[claim.claim_id]
        self.claims[claim.claim_id] = replace(
            known,
            state=claim.state,
            checked_by=claim.checked_by,
            checked_at=claim.checked_at,
            claimed_at=claim.claimed_at,
            sealed=claim.sealed,
        )

    async def claims_of(self, holder: str) -> tuple[IdentityClaim, ...]:
        found = [one for one in self.claims.values() if one.holder == holder]
        return tuple(sorted(found, key=lambda one: one.claimed_at))

    async def claims_on(self, mark: str) -> tuple[IdentityClaim, ...]:
        found = [one for one in self.claims.values() if one.mark == mark]
        return tuple(sorted(found, key=lambda one: one.claimed_at))

    async def forget(self, holder: str, but: Collection[str]) -> None:
        self.profiles.pop(holder, None)
        self.claims = {key: one for key, one in self.claims.items() if one.holder != holder or key in but}


@dataclass
class KnownRegister:
    """`people`: number to name and year of birth; `away`: it does not answer."""

    people: dict[str, tuple[str, int]] = field(default_factory=dict)
    away: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def ask(self, document: str, number: str, name: str, birth_year: int) -> RegisterAnswer:
        self.asked.append((document, number))
        if self.away:
            return RegisterAnswer.UNAVAILABLE
        known = self.people.get(number)
        if known is None:
            return RegisterAnswer.NOT_FOUND
        return RegisterAnswer.MATCH if known == (name, birth_year) else RegisterAnswer.MISMATCH
