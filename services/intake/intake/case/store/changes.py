"""The change stream of the cases: which of their writes readers can see, and what each wrote."""

from collections.abc import Mapping
from typing import Any, Final

from chassis.mongo.client import Document
from intake.case.store.port import ChangedCase

_ENTRIES: Final = {"$objectToArray": "$updateDescription.updatedFields"}
# Every write that a reader can see moves `changes`; the outbox's own writes do not. Values stay in the database.
CHANGES: Final[list[Document]] = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert"},
                {"operationType": "update", "updateDescription.updatedFields.changes": {"$exists": True}},
            ]
        }
    },
    {
        "$project": {
            "documentKey": 1,
            "operationType": 1,
            "clusterTime": 1,
            "fields": {"$map": {"input": _ENTRIES, "in": "$$this.k"}},
        }
    },
]


def changed_case(change: Mapping[str, Any]) -> ChangedCase:
    parts = [name.split(".") for name in change.get("fields") or ()]
    fields = {path[0] for path in parts} | {"breaches" for path in parts if "breaches" in path}
    time = change["clusterTime"]
    return ChangedCase(
        case_id=change["documentKey"]["_id"],
        at=(time.time << 32) | time.inc,
        is_new=change["operationType"] == "insert",
        fields=frozenset(fields),
    )
