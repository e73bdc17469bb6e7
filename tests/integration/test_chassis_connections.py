"""A connection costs what a request costs: raw clients that send too much, too slowly, or read too late."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry
from starlette.responses import JSONResponse, Response

from chassis.health import Liveness
from chassis.http.app import RequestRoute, create_http_app
from chassis.http.connection import ConnectionLimits
from chassis.http.middleware import BodyLimits, body_cut
from chassis.run import Served

LIMITS = ConnectionLimits(
    header_bytes=8_000, headers=50, header_seconds=0.5, unread_bytes=1_000_000, unread_seconds=0.5
)
BODY = BodyLimits(bytes=100_000, silence=0.5, grace=1.0, bytes_per_second=1_000_000.0, cut_paths=re.compile("/urgent"))


def _router() -> APIRouter:
    router = APIRouter(route_class=RequestRoute)

    @router.post("/read")
    async def read(request: Request) -> Response:
        return JSONResponse({"read": len(await request.body())})

    @router.post("/urgent")
    async def urgent(request: Request) -> Response:
        return JSONResponse({"read": len(await request.body()), "cut": body_cut(request)})

    @router.post("/ignore")
    async def ignore(request: Request) -> Response:
        return JSONResponse({"path": request.url.path})

    return router


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """The port of a server with short limits."""
    app = create_http_app(
        title="t",
        version="1",
        lifespan=None,
        liveness=Liveness(timedelta(seconds=5)),
        checks={},
        registry=CollectorRegistry(),
        routers=[_router()],
        body=BODY,
        problem_extra={"call": "tel:112"},
    )
    async with Served(app, host="127.0.0.1", port=0, limits=LIMITS) as server:
        yield server.port


async def exchange(port: int, *chunks: bytes, pause: float = 0.0) -> bytes:
    """Send all chunks, then read to the end: a client that listens only after it has spoken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def problem_of(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def post(path: str, body: bytes, *, length: int | None = None, more: bytes = b"") -> bytes:
    size = len(body) if length is None else length
    return b"POST %s HTTP/1.1\r\nhost: x\r\n%scontent-length: %d\r\n\r\n%s" % (path.encode(), more, size, body)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_gets_its_413_at_a_client_that_reads_last(declared: bool) -> None:
    """5 MB are sent before a byte is read: the answer is there, not a reset."""
    size = 5_000_000
    if declared:
        sent = [post("/read", b"", length=size), *(b"x" * 100_000 for _ in range(50))]
    else:
        chunk = b"186a0\r\n" + b"x" * 100_000 + b"\r\n"
        head = b"POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        sent = [head, *(chunk for _ in range(50)), b"0\r\n\r\n"]
    async with served() as port:
        status, body = problem_of(await exchange(port, *sent))
    assert (status, body["code"], body["call"]) == (413, "body_too_large", "tel:112")


async def test_a_body_that_waits_to_be_asked_for_is_refused_unasked() -> None:
    """Expect: 100-continue gets its 413 at once."""
    async with served() as port:
        answer = await exchange(port, post("/read", b"", length=5_000_000, more=b"expect: 100-continue\r\n"))
    assert answer.startswith(b"HTTP/1.1 413")


async def test_an_endless_body_is_not_read_for_ever() -> None:
    """Beyond what is thrown away the connection ends."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /ignore HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        sent = 0
        with pytest.raises(ConnectionError):  # noqa: PT012  which write it is depends on the buffers
            while sent < 100_000_000:
                writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
                await writer.drain()
                sent += 10_000
    assert reader.exception() is not None or sent < 100_000_000


async def test_a_request_that_reads_its_body_whole_is_served() -> None:
    """The limits hurt no ordinary client, also not the second request on a connection."""
    async with served() as port:
        last = post("/read", b"x" * 99_000, more=b"connection: close\r\n")
        answer = await exchange(port, post("/read", b"x" * 100_000), last)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert b'{"read":100000}' in answer


@pytest.mark.parametrize(
    "head",
    [
        b"GET /read HTTP/1.1\r\nhost: x\r\n" + b"".join(b"a%d: 1\r\n" % n for n in range(60)) + b"\r\n",
        b"GET /read HTTP/1.1\r\nhost: x\r\na: " + b"x" * 9_000 + b"\r\n\r\n",
        b"GET /read?" + b"x" * 9_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /read HTTP/1.1\r\nhost: x\r\na: " + b"x" * 300_000,
    ],
    ids=["many", "long", "path", "unfinished"],
)
async def test_headers_have_a_limit(head: bytes) -> None:
    """Number and bytes of headers end at 431, finished or not."""
    async with served() as port:
        status, body = problem_of(await exchange(port, head))
    assert (status, body["code"], body["call"]) == (431, "headers_too_large", "tel:112")


async def test_headers_that_do_not_come_are_not_waited_for() -> None:
    """One byte now and then holds no connection, nor does none at all."""
    async with served() as port:
        slow = await asyncio.gather(
            exchange(port, b"GET /read HTTP/1.1\r\nhost: x\r\n", *(b"a" for _ in range(4)), pause=0.1),
            exchange(port, b""),
            exchange(port, *(b"\r\n" for _ in range(4)), pause=0.1),
        )
    assert problem_of(slow[0])[0] == 408
    assert slow[1] == b""
    assert slow[2] == b""


async def test_a_body_that_does_not_come_is_408() -> None:
    """A client that promises a body and sends a byte in a while gets a problem."""
    async with served() as port:
        silent, trickled = await asyncio.gather(
            exchange(port, post("/read", b"x", length=1_000)),
            exchange(port, post("/read", b"x", length=1_000), *(b"x" for _ in range(4)), pause=0.3),
        )
    assert [problem_of(answer)[1]["code"] for answer in (silent, trickled)] == ["request_too_slow"] * 2


async def test_an_emergency_is_read_as_far_as_it_goes() -> None:
    """Where bodies are cut, the app gets what came: of one too large the beginning and the end, of one too slow."""
    async with served() as port:
        large = problem_of(await exchange(port, post("/urgent", b"x" * 5_000_000)))
        slow = problem_of(await exchange(port, post("/urgent", b"x" * 500, length=1_000)))
        whole = problem_of(await exchange(port, post("/urgent", b"x", more=b"connection: close\r\n")))
    assert large == (200, {"read": 100_000 + BODY.tail_bytes, "cut": "too_large"})
    assert slow == (200, {"read": 500, "cut": "too_slow"})
    assert whole == (200, {"read": 1, "cut": None})


async def test_what_is_no_request_gets_a_problem() -> None:
    """Rubbish is answered like every error, in the reader's form."""
    async with served() as port:
        status, body = problem_of(await exchange(port, b"\x00\x01rubbish\r\n\r\n"))
    assert (status, body["code"], body["call"]) == (400, "bad_request", "tel:112")
