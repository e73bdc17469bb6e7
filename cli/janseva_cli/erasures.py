"""How far requests to erase have come: the decision at intake, and each service's own log of erased cases."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chassis.commands import run_command
from chassis.mongo.client import Mongo, store_errors
from chassis.mongo.erasures import ErasureLog
from chassis.settings import load
from janseva_cli.settings import OperatorSettings

INTAKE: Final = "janseva_intake"
# Each keeps a log of its own. The SLA monitor keeps case ids and times alone, and nothing of a person.
SERVICES: Final[Mapping[str, str]] = {
    "routing": "janseva_routing",
    "notifier": "janseva_notifier",
    "certificate": "janseva_certificate",
}
UNDER_WAY: Final = ("waiting", "approved")
MOST: Final = 200


class NoSuchErasure(Exception):
    """There is no such request."""


def status(erasure_id: str | None) -> int:
    """1 if what was decided is not erased everywhere yet."""
    settings = load(OperatorSettings)

    def act() -> int:
        lines, behind = asyncio.run(_lines(settings.mongo_uri, erasure_id))
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return 1 if behind else 0

    return run_command("erase", act, refusals=(NoSuchErasure,))


async def _lines(uri: str, erasure_id: str | None) -> tuple[list[str], bool]:
    databases = {name: Mongo(uri, database, app_name="erase-status") for name, database in SERVICES.items()}
    intake = Mongo(uri, INTAKE, app_name="erase-status")
    try:
        logs = {name: ErasureLog(mongo) for name, mongo in databases.items()}
        found = await _requests(intake, erasure_id)
        if erasure_id is not None and not found:
            raise NoSuchErasure(f"there is no request {erasure_id}")
        lines, behind = [], False
        for one in found:
            own, late = await _of(one, intake, logs)
            lines += own
            behind |= late
        return lines or ["no request to erase is under way"], behind
    finally:
        for mongo in (intake, *databases.values()):
            mongo.close()


async def _requests(intake: Mongo, erasure_id: str | None) -> Sequence[Mapping[str, Any]]:
    wanted = {"state": {"$in": list(UNDER_WAY)}} if erasure_id is None else {"_id": erasure_id}
    with store_errors():
        found: Sequence[Mapping[str, Any]] = (
            await intake.collection("erasures").find(wanted, sort=[("_id", 1)], limit=MOST).to_list(None)
        )
    return found


async def _of(one: Mapping[str, Any], intake: Mongo, logs: Mapping[str, ErasureLog]) -> tuple[list[str], bool]:
    decided = one["state"] in ("approved", "done")
    to_erase = [case_id for case_id, why in one["cases"].items() if not why] if decided else []
    with store_errors():
        query = {"_id": {"$in": to_erase}, "erased_at": {"$exists": True}}
        done = {"intake": await intake.collection("cases").count_documents(query)}
    done |= {name: len(await log.among(to_erase)) for name, log in logs.items()}
    kept = len(one["cases"]) - len(to_erase) if decided else 0
    head = f"{one['_id']}  {one['state']}  cases to erase {len(to_erase)}, kept {kept}"
    lines = [head, *(f"  {name:<12} {count} of {len(to_erase)}" for name, count in done.items())]
    lines.append("  sla-monitor  keeps nothing of a person")
    return lines, one["state"] == "approved" or any(count < len(to_erase) for count in done.values())
