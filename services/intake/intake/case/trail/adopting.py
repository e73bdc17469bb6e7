"""Takes over what was kept of readings before there were trails, once; the case's entries keep their time."""

from chassis.mongo.client import Mongo, store_errors
from event_schemas.times import whole_ms
from intake.case.model import ActedBy
from intake.case.store import CaseStore
from intake.case.trail.handlers import Trail

REVEALS = "reveals"


async def adopt_reveals(mongo: Mongo, cases: CaseStore, trail: Trail) -> int:
    """How many were taken over. Those of no case, such as notices that are gone, stay where they are."""
    reveals, adopted = mongo.collection(REVEALS), 0
    with store_errors():
        old = await reveals.find({}, sort=[("at", 1)]).to_list(None)
    for look in old:
        case = await cases.by_id(look["case_id"])
        if case is None:
            continue
        by = ActedBy(look["post"], look["actor"])
        await trail.look(case, by, look["reason"], whole_ms(look["at"]), look_id=look["_id"])
        with store_errors():
            await reveals.delete_one({"_id": look["_id"]})
        adopted += 1
    return adopted
