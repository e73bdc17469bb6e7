"""MongoDB's replica set on this machine: make one of a single member, and judge one that is given by its URI."""

import asyncio
import time
from datetime import timedelta
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConfigurationError, ConnectionFailure, InvalidURI, OperationFailure

from chassis.mongo.client import make_client
from chassis.wire import MongoWire

NOT_YET_INITIALIZED: Final = 94  # MongoDB's error code of a replica set without a configuration
ALREADY_INITIALIZED: Final = 23
UNAUTHORIZED: Final = 13  # before the first user nobody may ask for the configuration, but whoever is here may make it


class ReplicaSetNotReady(Exception):
    """No primary within the time given."""


async def ensure_single_node_replica_set(
    host: str, port: int, *, name: str, within: timedelta, wire: MongoWire | None = None
) -> None:
    """Makes the mongod at this address the only member of its replica set and waits until it is primary.

    Idempotent; a member that came back under another port is put right.
    """
    client = make_client(f"mongodb://{host}:{port}/", wire=wire, directConnection=True, serverSelectionTimeoutMS=2000)
    deadline = time.monotonic() + within.total_seconds()
    try:
        while True:
            try:
                if await _is_primary(client):
                    return
                await _configure(client, f"{host}:{port}", name)
                last = "no primary was elected"
            except ConnectionFailure as error:
                last = str(error)
            if time.monotonic() > deadline:
                raise ReplicaSetNotReady(f"has no primary within {within.total_seconds():.0f} s: {last}")
            await asyncio.sleep(0.1)
    finally:
        client.close()


async def replica_set_problem(uri: str, *, within: timedelta) -> str | None:
    """Why the MongoDB at this URI cannot serve the suite; None if it has a primary of a replica set."""
    try:
        client = make_client(uri, serverSelectionTimeoutMS=int(within.total_seconds() * 1000))
    except (ConfigurationError, InvalidURI, ValueError) as error:
        return f"the URI is malformed: {error}"
    try:
        hello = await client.admin.command("hello")
    except ConnectionFailure:
        return "no primary answers there"  # the driver's own text is pages long
    finally:
        client.close()
    return None if "setName" in hello or hello.get("msg") == "isdbgrid" else "it is not a replica set"


async def _is_primary(client: AsyncIOMotorClient[dict[str, Any]]) -> bool:
    return bool((await client.admin.command("hello")).get("isWritablePrimary"))


async def _configure(client: AsyncIOMotorClient[dict[str, Any]], address: str, name: str) -> None:
    member = {"_id": 0, "host": address}
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code not in {NOT_YET_INITIALIZED, UNAUTHORIZED}:
            raise
        await _initiate(client, {"_id": name, "version": 1, "members": [member]})
        return
    if [one["host"] for one in config["members"]] != [address]:
        config["version"] += 1
        config["members"] = [member]
        await client.admin.command("replSetReconfig", config, force=True)


async def _initiate(client: AsyncIOMotorClient[dict[str, Any]], config: dict[str, Any]) -> None:
    try:
        await client.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        # It was asked for a moment ago, by whom the configuration was not shown.
        if error.code != ALREADY_INITIALIZED:
            raise
