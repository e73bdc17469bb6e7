"""Seals what an identity document says of its bearer, and opens it again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson

from chassis.sealing import KeyRing, SealError
from intake.identity.domain import IdentityClaim


@dataclass(frozen=True, slots=True)
class Bearer:
    """What is sealed of a claim: who the document names, and how its giver is reached."""

    name: str = field(repr=False)
    birth_year: int | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    language: str = "hi"


def sealed_bearer(ring: KeyRing, claim_id: str, bearer: Bearer, now: datetime) -> str:
    return ring.seal(claim_id, orjson.dumps(asdict(bearer)), now)


def bearer_of(ring: KeyRing, claim: IdentityClaim) -> Bearer | None:
    opened = None if claim.sealed is None else opened_json(ring, claim.claim_id, claim.sealed)
    return None if opened is None else Bearer(**opened)


def opened_json(ring: KeyRing, owner: str, sealed: str) -> Mapping[str, Any] | None:
    """None once the key of its month was destroyed: what it held is gone then."""
    try:
        found: Mapping[str, Any] = orjson.loads(ring.open(owner, sealed))
    except SealError:
        return None
    return found
