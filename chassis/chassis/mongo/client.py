"""The MongoDB client: write and read concerns by what they promise, and the driver's errors as TransientFaults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import IndexModel, InsertOne, ReadPreference, ReturnDocument, UpdateOne
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from chassis.faults import StoreUnavailable, TransientFault, UnknownOutcome
from chassis.settings import SettingsRefused, load
from chassis.wire import FileMissing, MongoWire

__all__ = [
    "BulkWriteError",
    "Collection",
    "Database",
    "Document",
    "DuplicateKeyError",
    "IndexModel",
    "InsertOne",
    "Mongo",
    "OperationFailure",
    "PyMongoError",
    "ReturnDocument",
    "StoreUnavailable",
    "UnknownOutcome",
    "UpdateOne",
    "index_if_set",
    "make_client",
    "store_errors",
    "transient_fault_of",
]

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
Database = AsyncIOMotorDatabase[Document]

# A write is confirmed when a majority has it in the journal; after 5 s without that its outcome is unknown.
DURABLE = WriteConcern(w="majority", j=True, wtimeout=5_000)
# Outcomes of writes that a stepping-down or stopping server could not confirm.
_UNKNOWN_CODES = frozenset({64, 91, 189, 262, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436})


def make_client(uri: str, *, wire: MongoWire | None = None, **options: Any) -> AsyncIOMotorClient[Any]:
    """MongoDB's client, made here alone: with what chassis.wire says of TLS and of who this program is.

    Of the process's environment, unless `wire` is given. Raises SettingsRefused.
    """
    try:
        return AsyncIOMotorClient(uri, **(wire or load(MongoWire)).client_options(), **options)
    except FileMissing as error:
        raise SettingsRefused(str(error)) from None


def index_if_set(field: str, keys: Sequence[tuple[str, int]], *, name: str, unique: bool = False) -> IndexModel:
    """An index of those documents alone that have the field: the others cost nothing to write, nor to keep."""
    return IndexModel(list(keys), name=name, unique=unique, partialFilterExpression={field: {"$exists": True}})


class Mongo:
    """One client of one database. Connects lazily; a database that is away answers within about 3 s."""

    def __init__(self, uri: str, database: str, *, app_name: str) -> None:
        self._client: AsyncIOMotorClient[Document] = make_client(
            uri,
            appname=app_name,
            tz_aware=True,
            retryWrites=True,
            retryReads=True,
            serverSelectionTimeoutMS=3_000,
            connectTimeoutMS=3_000,
            # Longer than wtimeout: the server gets to say that it could not confirm.
            socketTimeoutMS=8_000,
            waitQueueTimeoutMS=3_000,
            maxPoolSize=100,
        )
        self._database: Database = self._client[database]

    @property
    def database(self) -> Database:
        return self._database

    def collection(self, name: str) -> Collection:
        """For promises: majority and journal on write, majority on read, from the primary."""
        return self._database.get_collection(
            name,
            write_concern=DURABLE,
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )

    def relaxed(self, name: str) -> Collection:
        """For writes that may be lost and done again: w=1."""
        return self._database.get_collection(
            name, write_concern=WriteConcern(w=1), read_preference=ReadPreference.PRIMARY
        )

    async def ping(self) -> None:
        """For readiness: StoreUnavailable or UnknownOutcome unless the primary answers."""
        with store_errors():
            await self._database.command("ping")

    def close(self) -> None:
        self._client.close()


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn driver errors into StoreUnavailable (nothing written) or UnknownOutcome; bugs and duplicates pass."""
    try:
        yield
    except PyMongoError as error:
        fault = transient_fault_of(error)
        if fault is None:
            raise
        raise fault from error


def transient_fault_of(error: PyMongoError) -> TransientFault | None:
    """The fault an error of the driver stands for; None if it is a duplicate key or a bug."""
    kind = type(error).__name__
    if isinstance(error, ServerSelectionTimeoutError | WaitQueueTimeoutError):
        return StoreUnavailable(kind)
    if isinstance(error, NetworkTimeout | AutoReconnect | ConnectionFailure | ExecutionTimeout | WriteConcernError):
        return UnknownOutcome(kind)
    if isinstance(error, BulkWriteError):
        details: Document = dict(error.details or {})
        if details.get("writeConcernErrors") and not details.get("writeErrors"):
            return UnknownOutcome(kind)
        return None
    if isinstance(error, OperationFailure) and error.code in _UNKNOWN_CODES:
        return UnknownOutcome(f"{kind} {error.code}")
    return None
