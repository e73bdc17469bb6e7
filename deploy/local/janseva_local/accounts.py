"""Who may do what in a secured suite's Kafka and MongoDB: made anew at each start."""

from typing import Any, Final

from pymongo.errors import OperationFailure

from chassis.kafka.access import allow
from chassis.mongo.client import make_client
from chassis.wire import MongoWire
from event_schemas.access import DATABASES, OPERATOR, SERVICES, grants_of
from janseva_local import topics
from janseva_local.secured import Secured, subject_of

AUTHENTICATION_FAILED: Final = 18
UNKNOWN_USER: Final = 11
ANSWER_MS: Final = 3_000


async def make(bootstrap: str, uri: str, secured: Secured) -> tuple[str, ...]:
    """Topics, users and what they may do; returns the names of the topics that were created."""
    wire = secured.kafka(OPERATOR)
    await make_users(uri, secured)
    created = await topics.ensure(bootstrap, wire=wire)
    await topics.ensure_changelogs(bootstrap, wire)
    await allow_in_kafka(bootstrap, secured)
    return created


async def allow_in_kafka(bootstrap: str, secured: Secured) -> None:
    """The ACLs of every service, in the place of those that were there."""
    await allow(bootstrap, {name: grants_of(name) for name in SERVICES}, wire=secured.kafka(OPERATOR))


async def make_users(uri: str, secured: Secured) -> None:
    """A user for each service, who reads and writes its database alone; first of all the operator."""
    await _make_operator(uri, secured)
    client = make_client(uri, wire=secured.mongo(OPERATOR), serverSelectionTimeoutMS=ANSWER_MS)
    try:
        for name in SERVICES:
            roles = [{"role": "readWrite", "db": DATABASES[name]}]
            await _put_user(client.admin, name, secured.password(name), roles)
    finally:
        client.close()


async def _make_operator(uri: str, secured: Secured) -> None:
    """MongoDB lets whoever is on its own machine make the first user; he makes the one known by a certificate."""
    if await _knows_operator(uri, secured):
        return
    roles = [{"role": "root", "db": "admin"}]
    password = secured.password(OPERATOR)
    nobody = make_client(uri, wire=MongoWire(mongo_ca_file=secured.authority), serverSelectionTimeoutMS=ANSWER_MS)
    try:
        await nobody.admin.command("createUser", OPERATOR, pwd=password, roles=roles, mechanisms=["SCRAM-SHA-256"])
    finally:
        nobody.close()
    wire = MongoWire(
        mongo_ca_file=secured.authority,
        mongo_auth_mechanism="SCRAM-SHA-256",
        mongo_username=OPERATOR,
        mongo_password_file=secured.password_file(OPERATOR),
    )
    first = make_client(uri, wire=wire, serverSelectionTimeoutMS=ANSWER_MS)
    try:
        await first["$external"].command("createUser", subject_of(OPERATOR), roles=roles)
    finally:
        first.close()


async def wire_of(host: str, port: int, secured: Secured) -> MongoWire:
    """Of the operator once it is known; before, of nobody, who may make the replica set and the first user."""
    known = await _knows_operator(f"mongodb://{host}:{port}/?directConnection=true", secured)
    return secured.mongo(OPERATOR) if known else MongoWire(mongo_ca_file=secured.authority)


async def _knows_operator(uri: str, secured: Secured) -> bool:
    client = make_client(uri, wire=secured.mongo(OPERATOR), serverSelectionTimeoutMS=ANSWER_MS)
    try:
        await client.admin.command("ping")
    except OperationFailure as error:
        if error.code not in {AUTHENTICATION_FAILED, UNKNOWN_USER}:
            raise
        return False
    else:
        return True
    finally:
        client.close()


async def _put_user(database: Any, name: str, password: str, roles: list[dict[str, str]]) -> None:
    known = (await database.command("usersInfo", name))["users"]
    verb = "updateUser" if known else "createUser"
    await database.command(verb, name, pwd=password, roles=roles, mechanisms=["SCRAM-SHA-256"])
