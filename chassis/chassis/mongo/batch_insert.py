"""Group commit: the inserts that arrive while one is under way share the next journal flush."""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Any

from chassis.faults import UnknownOutcome
from chassis.mongo.client import (
    BulkWriteError,
    Collection,
    Document,
    DuplicateKeyError,
    PyMongoError,
    transient_fault_of,
)

_DUPLICATE_KEY = 11_000

Waiting = tuple[Document, "asyncio.Future[None]"]


class BatchInserter:
    """insert() is insert_one() to its caller: it returns once its own document is durable.

    DuplicateKeyError, StoreUnavailable and UnknownOutcome are raised per document. A caller that is cancelled
    leaves the others alone; its document may or may not have been written.
    """

    def __init__(self, collection: Collection, *, max_batch: int = 200, max_in_flight: int = 2) -> None:
        self._collection = collection
        self._max_batch = max_batch
        self._max_in_flight = max_in_flight
        self._waiting: list[Waiting] = []
        self._flushes: set[asyncio.Task[None]] = set()

    async def insert(self, document: Document) -> None:
        """Insert a document, which must carry its `_id`."""
        if "_id" not in document:
            raise ValueError("a document inserted in a batch carries its own _id")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((document, done))
        self._start_flushes()
        await done

    insert_one = insert

    async def drain(self) -> None:
        """Wait until nothing is under way (at shutdown)."""
        while self._flushes:
            await asyncio.wait(self._flushes)

    def _start_flushes(self) -> None:
        while self._waiting and len(self._flushes) < self._max_in_flight:
            batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
            task = asyncio.create_task(self._flush(batch))
            self._flushes.add(task)
            task.add_done_callback(self._flushed)

    def _flushed(self, task: asyncio.Task[None]) -> None:
        self._flushes.discard(task)
        self._start_flushes()

    async def _flush(self, batch: list[Waiting]) -> None:
        # One turn of the loop lets requests that are ready right now join (they cost no extra round trip).
        await asyncio.sleep(0)
        while self._waiting and len(batch) < self._max_batch:
            batch.append(self._waiting.pop(0))
        wanted = [entry for entry in batch if not entry[1].done()]
        if not wanted:
            return
        try:
            await self._collection.insert_many([document for document, _ in wanted], ordered=False)
        except BulkWriteError as error:
            _resolve(wanted, dict(error.details or {}))
        except PyMongoError as error:
            fault = transient_fault_of(error)
            for _, done in wanted:
                # Each waiter gets an exception of its own: a shared one would gather their tracebacks.
                _fail(done, copy(fault or error), error)
        except BaseException as error:
            for _, done in wanted:
                _fail(done, error if isinstance(error, Exception) else UnknownOutcome("the process is stopping"), error)
            raise
        else:
            for _, done in wanted:
                _succeed(done)


def _resolve(wanted: list[Waiting], details: dict[str, Any]) -> None:
    """Give each document of a partly failed batch its own outcome."""
    errors: dict[int, dict[str, Any]] = {error["index"]: error for error in details.get("writeErrors", [])}
    unconfirmed = bool(details.get("writeConcernErrors"))
    for index, (_, done) in enumerate(wanted):
        error = errors.get(index)
        if error is None:
            if unconfirmed:
                _fail(done, UnknownOutcome("the majority did not confirm"), None)
            else:
                _succeed(done)
        elif error.get("code") == _DUPLICATE_KEY:
            _fail(done, DuplicateKeyError(str(error.get("errmsg", "")), _DUPLICATE_KEY, error), None)
        else:
            _fail(done, BulkWriteError({"writeErrors": [error]}), None)


def _succeed(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _fail(done: asyncio.Future[None], error: BaseException, cause: BaseException | None) -> None:
    if not done.done():
        if cause is not error:
            error.__cause__ = cause
        done.set_exception(error)
