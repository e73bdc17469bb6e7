"""The servers that everything else in this folder stands on."""

import uuid

from motor.motor_asyncio import AsyncIOMotorClient

from chassis.admin import TopicSpec, create_topics, end_offsets


async def test_topics_are_created_once_with_their_partitions(kafka_bootstrap: str) -> None:
    """Creating topics twice changes nothing the second time."""
    name = f"local-{uuid.uuid4().hex}"
    spec = TopicSpec(name, partitions=3, config={"cleanup.policy": "compact"})
    assert await create_topics(kafka_bootstrap, [spec]) == (name,)
    assert await create_topics(kafka_bootstrap, [spec]) == ()
    assert await end_offsets(kafka_bootstrap, [name]) == {(name, number): 0 for number in range(3)}


async def test_mongodb_is_a_replica_set_with_transactions(mongo_uri: str) -> None:
    """A transaction commits: the server is a replica set, not a lone mongod."""
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongo_uri)
    collection = client[f"local_{uuid.uuid4().hex}"]["things"]
    async with await client.start_session() as session, session.start_transaction():
        await collection.insert_one({"_id": 1}, session=session)
    assert await collection.count_documents({}) == 1
    await client.drop_database(collection.database.name)
    client.close()
