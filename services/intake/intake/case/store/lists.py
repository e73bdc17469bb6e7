"""Lists of cases in MongoDB: which, in which order, how many; and the indexes they need."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from chassis.http.cursor import read_time_cursor, write_time_cursor
from chassis.mongo.client import Document, IndexModel, index_if_set
from event_schemas import Lane
from intake.case.model import Case
from intake.case.states import DONE, State
from intake.case.store.port import CaseFilter, Counts, Sort
from intake.case.store.sight import at_station, visible_to

# By which an officer's cases are found, each with the order of the inbox behind it. Those that are over have no running
# clock and lie at its end, so that no state stands between.
_IN_CHARGE = ("assignment.station.code", "assignment.station.police_district", "assignment.officer_post")
_IF_SET = ("named_station", "asked")
_BY_DUE = [("next_due", 1), ("_id", 1)]
_ORDER = {Sort.NEWEST: [("_id", -1)], Sort.REMAINING: _BY_DUE}


def indexes() -> Iterator[IndexModel]:
    """A case enters those of the office in charge once it has one: each index more costs every filing."""
    station, district, post = _IN_CHARGE
    by = {"station": [(station, 1), ("state", 1)], "district": [(district, 1)], "post": [(post, 1)]}
    for name, keys in by.items():
        yield index_if_set(keys[0][0], [*keys, ("_id", -1)], name=f"assigned_{name}")
    for field in _IN_CHARGE:
        yield index_if_set(field, [(field, 1), *_BY_DUE], name=f"due_{field.rpartition('.')[2]}")
    for field in _IF_SET:
        yield index_if_set(field, [(field, 1), *_BY_DUE], name=f"inbox_{field}")
    emergencies = {"lane": Lane.EMERGENCY.value}
    yield IndexModel([("lane", 1), *_BY_DUE], name="inbox_emergencies", partialFilterExpression=emergencies)
    yield IndexModel([("lane", 1), ("state", 1), ("_id", -1)], name="emergencies", partialFilterExpression=emergencies)
    yield IndexModel(_BY_DUE, name="inbox_all")


# The same, of cases without an office too, as earlier versions had them.
REPLACED_INDEXES = (
    "desk_station",
    "desk_district",
    "desk_post",
    "desk_lane",
    "inbox_code",
    "inbox_police_district",
    "inbox_officer_post",
)


def order_of(sort: Sort) -> list[tuple[str, int]]:
    return _ORDER[sort]


def after_cursor(sort: Sort, cursor: str) -> Document:
    """What lies behind a page. ValueError for what is no cursor of this order."""
    if sort is Sort.NEWEST:
        return {"_id": {"$lt": cursor}}
    due, case_id = read_time_cursor(cursor)
    return {"$or": [{"next_due": {"$gt": due}}, {"next_due": due, "_id": {"$gt": case_id}}]}


def cursor_of(sort: Sort, last: Case) -> str:
    return last.case_id if sort is Sort.NEWEST else write_time_cursor(last.next_due, last.case_id)


def is_behind(sort: Sort, case: Case, cursor: str) -> bool:
    """As `after_cursor`, for the store in memory."""
    if sort is Sort.NEWEST:
        return case.case_id < cursor
    return (case.next_due, str(case.case_id)) > read_time_cursor(cursor)


def query_of(wanted: CaseFilter, behind: Document | None = None) -> Document:
    """`behind`: only what lies there besides."""
    query = _asked_for(wanted)
    if behind is not None:
        query = {"$and": [query, behind]}
    return query if wanted.seen_by is None else visible_to(wanted.seen_by, query)


def _asked_for(wanted: CaseFilter) -> Document:
    same = {
        "sensitive": wanted.sensitive,
        "fir.online": wanted.fir_online,
        "owner": wanted.owner,
        "service_code": wanted.service,
        "tracking_number": wanted.tracking_number,
        "investigator.officer": wanted.officer,
        "state": wanted.status,
    }
    query: Document = {name: value for name, value in same.items() if value is not None}
    if wanted.states is not None:
        query["state"] = {"$in": sorted(wanted.states)}
    if wanted.with_contact is not None:
        query["sealed_contact"] = {"$exists": wanted.with_contact}
    filed = {"$gte": wanted.filed_since, "$lt": wanted.filed_before}
    if any(filed.values()):
        query["filed_at"] = {name: at for name, at in filed.items() if at is not None}
    if wanted.due_before is not None:
        query["next_due"] = {"$lt": wanted.due_before}
    if wanted.group is not None:
        # A group's keys differ by their stretch of time alone.
        query["desk_keys"] = {"$regex": f"^{re.escape(wanted.group)}:"}
    if wanted.station is not None:
        query |= at_station(wanted.station)
    return query


def counting(wanted: CaseFilter, now: datetime, officer: str) -> list[Document]:
    """One pass over the cases that are not over."""
    query = query_of(wanted, {"state": {"$in": sorted(frozenset(State) - DONE)}})
    overdue = {"$sum": {"$cond": [{"$lt": ["$next_due", now]}, 1, 0]}}
    mine = {"$sum": {"$cond": [{"$eq": ["$investigator.officer", officer]}, 1, 0]}}
    return [{"$match": query}, {"$group": {"_id": "$state", "n": {"$sum": 1}, "overdue": overdue, "mine": mine}}]


def counts_of(groups: Iterable[Document]) -> Counts:
    found = list(groups)
    return Counts(
        states={State(one["_id"]): one["n"] for one in found},
        overdue=sum(one["overdue"] for one in found),
        mine=sum(one["mine"] for one in found),
    )
