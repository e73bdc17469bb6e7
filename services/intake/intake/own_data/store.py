"""Requests to erase in MongoDB: what was asked, decided and done. They are the audit and stay."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chassis.mongo.client import Collection, Document, DuplicateKeyError, IndexModel, Mongo, store_errors

ERASURES = "erasures"
MOST = 200


class ErasureState(StrEnum):
    """`approved`: decided and not carried out to its end yet."""

    WAITING = "waiting"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    APPROVED = "approved"
    DONE = "done"


OPEN = (ErasureState.WAITING, ErasureState.APPROVED)


@dataclass(frozen=True, slots=True)
class Erasure:
    """`holder` is the login's subject, an HMAC. `sealed_phone` and `sealed_contact` are for the answer and go with it.

    `cases`: by case id, why it is kept, or "" where it is erased; from the decision on.
    """

    erasure_id: str
    holder: str
    asked_at: datetime
    not_before: datetime
    language: str
    state: ErasureState
    known_since: datetime | None = None
    sealed_phone: str | None = field(default=None, repr=False)
    sealed_contact: str | None = field(default=None, repr=False)
    cases: Mapping[str, str] = field(default_factory=dict)
    reason_code: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decided_post: str | None = None
    ended_at: datetime | None = None
    version: int = 1


class ErasureStore(Protocol):
    async def ask(self, erasure: Erasure) -> Erasure:
        """Durable on return; the open request of this holder, if there is one."""

    async def of(self, holder: str) -> Erasure | None:
        """The holder's newest."""

    async def by_id(self, erasure_id: str) -> Erasure | None: ...

    async def change(self, before: Erasure, after: Erasure) -> bool:
        """False if another write came first."""

    async def in_state(self, state: ErasureState) -> tuple[Erasure, ...]:
        """The oldest first, MOST at most."""


class MongoErasureStore:
    def __init__(self, mongo: Mongo) -> None:
        self._erasures: Collection = mongo.collection(ERASURES)

    async def ensure_indexes(self) -> None:
        is_open = {"open": True}
        with store_errors():
            await self._erasures.create_indexes(
                [
                    IndexModel([("holder", 1)], name="one_open", unique=True, partialFilterExpression=is_open),
                    IndexModel([("holder", 1), ("_id", -1)], name="newest"),
                    IndexModel([("state", 1), ("_id", 1)], name="state"),
                ]
            )

    async def ask(self, erasure: Erasure) -> Erasure:
        try:
            with store_errors():
                await self._erasures.insert_one(_document(erasure))
        except DuplicateKeyError:
            known = await self.of(erasure.holder)
            assert known is not None
            return known
        return erasure

    async def of(self, holder: str) -> Erasure | None:
        with store_errors():
            found = await self._erasures.find({"holder": holder}, sort=[("_id", -1)], limit=1).to_list(None)
        return _erasure(found[0]) if found else None

    async def by_id(self, erasure_id: str) -> Erasure | None:
        with store_errors():
            found = await self._erasures.find_one({"_id": erasure_id})
        return None if found is None else _erasure(found)

    async def change(self, before: Erasure, after: Erasure) -> bool:
        fresh = _document(replace(after, version=before.version + 1))
        with store_errors():
            done = await self._erasures.replace_one({"_id": fresh.pop("_id"), "version": before.version}, fresh)
        return bool(done.matched_count)

    async def in_state(self, state: ErasureState) -> tuple[Erasure, ...]:
        with store_errors():
            found = await self._erasures.find({"state": str(state)}, sort=[("_id", 1)], limit=MOST).to_list(None)
        return tuple(_erasure(one) for one in found)


def _document(erasure: Erasure) -> Document:
    plain: Document = {name: value for name, value in asdict(erasure).items() if value is not None}
    is_open = {"open": True} if erasure.state in OPEN else {}
    return {"_id": plain.pop("erasure_id"), **plain, "state": str(erasure.state), **is_open}


def _erasure(document: Document) -> Erasure:
    fields = {name: value for name, value in document.items() if name not in ("_id", "open")}
    return Erasure(erasure_id=document["_id"], **fields | {"state": ErasureState(document["state"])})
