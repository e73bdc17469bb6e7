"""Profiles and claims of identity documents in MongoDB."""

from collections.abc import Collection as AnyOf
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from chassis.mongo.client import (
    Collection,
    Document,
    DuplicateKeyError,
    IndexModel,
    Mongo,
    ReturnDocument,
    index_if_set,
    store_errors,
)
from intake.identity.domain import Checker, ClaimState, IdentityClaim

PROFILES, CLAIMS = "profiles", "identity_claims"


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """All that a citizen says of himself is in `sealed`."""

    holder: str
    changed_at: datetime
    version: int
    sealed: str = field(repr=False)


class IdentityStore(Protocol):
    async def profile(self, holder: str) -> KeptProfile | None: ...

    async def keep_profile(self, profile: KeptProfile, *, before: int) -> bool:
        """In place of that with the version `before` (0: none). False if another writer was there first."""

    async def claim(self, claim: IdentityClaim) -> IdentityClaim:
        """The holder's claim of this document: the one there is, else this one. Durable on return."""

    async def change(self, claim: IdentityClaim) -> None:
        """State, checker, what is sealed and since when, of the claim with this id."""

    async def claims_of(self, holder: str) -> tuple[IdentityClaim, ...]: ...

    async def claims_on(self, mark: str) -> tuple[IdentityClaim, ...]:
        """Everybody's claims of one document."""

    async def forget(self, holder: str, but: AnyOf[str]) -> None:
        """The holder's profile and claims, but for the claims of these ids."""


class MongoIdentityStore:
    def __init__(self, mongo: Mongo) -> None:
        self._profiles: Collection = mongo.collection(PROFILES)
        self._claims: Collection = mongo.collection(CLAIMS)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._claims.create_indexes(
                [
                    IndexModel([("holder", 1), ("key", 1)], name="holder", unique=True),
                    index_if_set("mark", [("mark", 1)], name="mark"),
                ]
            )

    async def profile(self, holder: str) -> KeptProfile | None:
        with store_errors():
            found = await self._profiles.find_one({"_id": holder})
        if found is None:
            return None
        return KeptProfile(found["_id"], found["changed_at"], found["version"], found["sealed"])

    async def keep_profile(self, profile: KeptProfile, *, before: int) -> bool:
        kept = {"changed_at": profile.changed_at, "version": profile.version, "sealed": profile.sealed}
        with store_errors():
            if before:
                done = await self._profiles.update_one({"_id": profile.holder, "version": before}, {"$set": kept})
                return bool(done.modified_count)
            try:
                await self._profiles.insert_one({"_id": profile.holder, **kept})
            except DuplicateKeyError:
                return False
        return True

    async def claim(self, claim: IdentityClaim) -> IdentityClaim:
        new = _document(claim)
        mine = {"holder": claim.holder, "key": key_of(claim)}
        with store_errors():
            for _ in range(2):
                try:
                    found = await self._claims.find_one_and_update(
                        mine, {"$setOnInsert": new}, upsert=True, return_document=ReturnDocument.AFTER
                    )
                except DuplicateKeyError:
                    # Two at once: the other's is there now.
                    continue
                assert found is not None
                return _claim(found)
            other = await self._claims.find_one(mine)
        assert other is not None
        return _claim(other)

    async def change(self, claim: IdentityClaim) -> None:
        fields = {name: value for name, value in _document(claim).items() if name in _CHANGES}
        changes: Document = {"$set": fields}
        if gone := _CHANGES - fields.keys():
            changes["$unset"] = dict.fromkeys(sorted(gone), "")
        with store_errors():
            await self._claims.update_one({"_id": claim.claim_id}, changes)

    async def claims_of(self, holder: str) -> tuple[IdentityClaim, ...]:
        with store_errors():
            found = await self._claims.find({"holder": holder}, sort=[("claimed_at", 1)]).to_list(None)
        return tuple(_claim(document) for document in found)

    async def claims_on(self, mark: str) -> tuple[IdentityClaim, ...]:
        with store_errors():
            found = await self._claims.find({"mark": mark}, sort=[("claimed_at", 1)], limit=MOST_RIVALS).to_list(None)
        return tuple(_claim(document) for document in found)

    async def forget(self, holder: str, but: AnyOf[str]) -> None:
        with store_errors():
            await self._profiles.delete_one({"_id": holder})
            await self._claims.delete_many({"holder": holder, "_id": {"$nin": sorted(but)}})


# Of a document that is under more people than these something else is wrong.
MOST_RIVALS = 100
_CHANGES = frozenset({"state", "checked_by", "checked_at", "claimed_at", "sealed"})


def key_of(claim: IdentityClaim) -> str:
    """Distinguishes one holder's documents: by the hash, or where no number is taken by the kind and the end."""
    return claim.mark or f"{claim.document}:{claim.last_four}"


def _document(claim: IdentityClaim) -> Document:
    plain: dict[str, Any] = {name: value for name, value in asdict(claim).items() if value is not None}
    kept = {name: str(value) if name in ("state", "checked_by") else value for name, value in plain.items()}
    return {"_id": kept.pop("claim_id"), "key": key_of(claim), **kept}


def _claim(document: Document) -> IdentityClaim:
    fields = {name: value for name, value in document.items() if name not in ("_id", "key")}
    checker = fields.get("checked_by")
    return IdentityClaim(
        **fields
        | {
            "claim_id": document["_id"],
            "state": ClaimState(document["state"]),
            "checked_by": None if checker is None else Checker(checker),
        }
    )
