"""Texts of FIRs that are online, and what was decided on each. The public's question is asked of the first alone.

An FIR that is withheld, not yet online, or not there at all has no document among the texts: the question finds
nothing in the same way, and nothing in answer or time says which it is.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Protocol

from chassis.mongo.client import Collection, Document, IndexModel, Mongo, store_errors
from intake.registers.model import Change

TEXTS, DECISIONS = "fir_texts", "fir_decisions"


@dataclass(frozen=True, slots=True)
class FIRText:
    """What an officer released of an FIR."""

    key: str
    station: str
    year: int
    number: str
    registered_at: datetime
    online_at: datetime
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class FIRDecision:
    """Whether an FIR's text is online or withheld, and who decided so; `place` is the district as it sounds."""

    key: str
    station: str
    place: str
    year: int
    number: str
    registered_at: datetime
    state: str
    decided_at: datetime
    history: tuple[Change, ...] = ()
    withheld_by: str | None = None

    @property
    def order(self) -> str:
        return f"{self.decided_at.isoformat()}|{self.key}"

    def decided(self, state: str, change: Change) -> "FIRDecision":
        by = change.by_post if state == "withheld" else None
        return replace(self, state=state, decided_at=change.at, history=(*self.history, change), withheld_by=by)


class FIRStore(Protocol):
    async def text(self, key: str) -> FIRText | None: ...

    async def put(self, text: FIRText) -> None: ...

    async def remove(self, key: str) -> None: ...

    async def decision(self, key: str) -> FIRDecision | None: ...

    async def decide(self, decision: FIRDecision) -> None: ...

    async def decisions(
        self, state: str, station: str | None, place: str | None, after: str | None, limit: int
    ) -> tuple[FIRDecision, ...]:
        """The newest first, one more than `limit` if there are more."""


class MongoFIRStore:
    def __init__(self, mongo: Mongo) -> None:
        self._texts: Collection = mongo.collection(TEXTS)
        self._decisions: Collection = mongo.collection(DECISIONS)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._decisions.create_indexes(
                [
                    IndexModel([("state", 1), ("station", 1), ("order", -1)], name="station"),
                    IndexModel([("state", 1), ("place", 1), ("order", -1)], name="place"),
                    IndexModel([("state", 1), ("order", -1)], name="state"),
                ]
            )

    async def text(self, key: str) -> FIRText | None:
        with store_errors():
            found = await self._texts.find_one({"_id": key})
        return None if found is None else FIRText(key=found.pop("_id"), **found)

    async def put(self, text: FIRText) -> None:
        fields = asdict(text)
        with store_errors():
            await self._texts.replace_one({"_id": fields.pop("key")}, fields, upsert=True)

    async def remove(self, key: str) -> None:
        with store_errors():
            await self._texts.delete_one({"_id": key})

    async def decision(self, key: str) -> FIRDecision | None:
        with store_errors():
            found = await self._decisions.find_one({"_id": key})
        return None if found is None else _decision(found)

    async def decide(self, decision: FIRDecision) -> None:
        fields = asdict(decision) | {"order": decision.order}
        with store_errors():
            await self._decisions.replace_one({"_id": fields.pop("key")}, fields, upsert=True)

    async def decisions(
        self, state: str, station: str | None, place: str | None, after: str | None, limit: int
    ) -> tuple[FIRDecision, ...]:
        query: Document = {"state": state}
        query |= {name: value for name, value in (("station", station), ("place", place)) if value is not None}
        if after is not None:
            query["order"] = {"$lt": after}
        with store_errors():
            found = await self._decisions.find(query, sort=[("order", -1)], limit=limit + 1).to_list(None)
        return tuple(_decision(document) for document in found)


def _decision(document: Document) -> FIRDecision:
    fields = {name: value for name, value in document.items() if name not in ("_id", "order", "history")}
    return FIRDecision(key=document["_id"], history=tuple(Change(**one) for one in document["history"]), **fields)
