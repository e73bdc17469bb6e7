"""Profiles and claims of identity documents: the store in MongoDB does what the one in memory does."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from chassis.mongo.client import Mongo
from intake.identity.domain import Checker, ClaimState, IdentityClaim
from intake.identity.store import CLAIMS, IdentityStore, KeptProfile, MongoIdentityStore
from tests.intake.identity_memory import MemoryIdentityStore
from tests.intake.intake_rig import START


def claim_of(number: int, holder: str = "asha", mark: str | None = "mark") -> IdentityClaim:
    at = START + timedelta(minutes=number)
    return IdentityClaim(f"claim-{number}", holder, "pan_card", "234F", at, mark, sealed=f"s1.sealed-{number}")


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, mongo_uri: str) -> AsyncIterator[IdentityStore]:
    if request.param == "memory":
        yield MemoryIdentityStore()
        return
    mongo = Mongo(mongo_uri, f"intake_identity_{uuid.uuid4().hex[:12]}", app_name="test")
    made = MongoIdentityStore(mongo)
    await made.ensure_indexes()
    yield made
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


async def test_one_document_of_one_holder_is_one_claim(store: IdentityStore) -> None:
    """The first stays, however many come at once; another holder's, and another document, are others."""
    answers = await asyncio.gather(*(store.claim(claim_of(number)) for number in range(20)))
    assert len({one.claim_id for one in answers}) == 1
    kept = answers[0]
    assert await store.claims_of("asha") == (kept,)
    other = await store.claim(claim_of(30, "ravi"))
    aadhaar = await store.claim(replace(claim_of(31, mark=None), document="masked_aadhaar"))
    assert await store.claims_on("mark") == (kept, other)
    assert set(await store.claims_of("asha")) == {kept, aadhaar}


async def test_a_claim_changes_by_its_id(store: IdentityStore) -> None:
    """What is confirmed can be unconfirmed again, as for a new holder of the number."""
    kept = await store.claim(claim_of(1))
    checked = replace(kept, state=ClaimState.VERIFIED, checked_by=Checker.REGISTER, checked_at=START, sealed="s1.new")
    await store.change(checked)
    assert await store.claims_of("asha") == (checked,)
    anew = replace(kept, claimed_at=START + timedelta(days=100))
    await store.change(anew)
    assert await store.claims_on("mark") == (anew,)


async def test_of_two_writers_of_a_profile_one_looks_again(store: IdentityStore) -> None:
    """No change of the other is lost."""
    assert await store.profile("asha") is None
    first = KeptProfile("asha", START, 1, "s1.first")
    assert sorted(await asyncio.gather(*(store.keep_profile(first, before=0) for _ in range(5)))) == [False] * 4 + [
        True
    ]
    second = KeptProfile("asha", START, 2, "s1.second")
    assert await store.keep_profile(second, before=1)
    assert not await store.keep_profile(replace(second, sealed="s1.late"), before=1)
    assert await store.profile("asha") == second


async def test_the_claims_are_found_by_their_indexes(mongo_uri: str) -> None:
    """One index distinguishes a holder's documents, one finds those of a document."""
    mongo = Mongo(mongo_uri, f"intake_identity_{uuid.uuid4().hex[:12]}", app_name="test")
    await MongoIdentityStore(mongo).ensure_indexes()
    assert {"holder", "mark"} <= (await mongo.collection(CLAIMS).index_information()).keys()
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()
