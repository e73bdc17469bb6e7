"""`may_see` of case/scope.py and `Proof.opens` as conditions on stored fields; property tests hold them together."""

from typing import Any

from chassis.mongo.client import Document
from intake.case.model import OFFICERS_CHANNELS
from intake.case.scope import (
    AGAINST_POLICE,
    DISTRICT_ROLES,
    STATION_ROLES,
    TIP_POSTS,
    Actor,
    offices_of,
    spellings,
)
from intake.case.states import Family, Role
from intake.case.store.port import Proof

_AGAINST_POLICE = f"attributes.{AGAINST_POLICE}"
_NOT_AGAINST_POLICE: Document = {_AGAINST_POLICE: {"$ne": True}}
_UNGUARDED: Document = {"sensitive": {"$ne": True}, **_NOT_AGAINST_POLICE}
_SETTLED: Document = {"$expr": {"$eq": ["$assignment.assignment_no", "$assignment_no"]}}
_UNASSIGNED: Document = {"assignment": {"$exists": False}}


def visible_to(actor: Actor, besides: Document) -> Document:
    """Which documents the officer may see, of those that `besides` asks for.

    Each way that a case comes to him is a query of its own over an index of its own, so that a list is read in its
    order from all of them at once.
    """
    ways, rest = _ways(actor), {"$and": [besides, _impartial(actor), *_guard(actor), *_tips(actor)]}
    return {**ways[0], **rest} if len(ways) == 1 else {"$or": [{**way, **rest} for way in ways]}


def opened_by(proof: Proof) -> list[Document]:
    """Which documents the proof opens, as alternatives."""
    own: Document = {"sensitive": {"$ne": True}}
    by_others: list[Document] = [{"channel": {"$in": list(OFFICERS_CHANNELS)}}, {"helper.logged_in": True}]
    ownerless: Document = {"owner": {"$exists": False}, "$or": by_others}
    # What was not given is compared all the same, with what no document holds.
    sub, receipt = proof.sub or "", proof.receipt or ""
    return [{"receipts": receipt}, {**own, "owner": sub}, {**own, **ownerless, "contact": sub}]


def at_station(code: str) -> Document:
    """Assigned to the station or, before any assignment, filed with it."""
    return {"$or": _of_station(code)}


def _of_station(code: str) -> list[Document]:
    return [{"assignment.station.code": code}, {"named_station": code, **_UNASSIGNED}]


def _impartial(actor: Actor) -> Document:
    others: Document = {"$nin": sorted(offices_of(actor))}
    if actor.role is not Role.HQ:
        others["$exists"] = True
    return {"$or": [_NOT_AGAINST_POLICE, {"accused": others}]}


def _tips(actor: Actor) -> list[Document]:
    """Of the secret tips, those given to his own post; all for the posts that are named for them."""
    if actor.post in TIP_POSTS:
        return []
    return [{"$or": [{"family": {"$ne": Family.TIP.value}}, {"assignment.officer_post": actor.post}]}]


def _guard(actor: Actor) -> list[Document]:
    """Before routing has answered the newest request, a guarded case is headquarters' alone."""
    if actor.role in (Role.HQ, Role.DISPATCHER):
        return []
    return [{"$or": [_UNGUARDED, _SETTLED]}]


def _ways(actor: Actor) -> list[Document]:
    """In which ways a case comes to be the officer's; any of them will do."""
    if actor.role is Role.HQ:
        return [{}]
    if actor.role is Role.DISPATCHER:
        return [{"lane": "emergency"}]
    ways: list[dict[str, Any]] = [{"assignment.officer_post": actor.post}]
    if actor.role in STATION_ROLES and actor.station is not None:
        ways += [*_of_station(actor.station), {"asked": actor.station}]
    if actor.role in DISTRICT_ROLES and actor.district is not None:
        besides = _NOT_AGAINST_POLICE if actor.role is Role.SDPO else {}
        ways += [{"assignment.station.police_district": one, **besides} for one in spellings(actor.district)]
    return ways
