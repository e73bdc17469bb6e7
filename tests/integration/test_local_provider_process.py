"""The local SMS gateway as a process: answers that get lost, delivery reports, messages that outlive a kill."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from janseva_local.parts import ServiceServer
from janseva_local.ports import HOST, free_port
from janseva_local.services import PROVIDER

SMS = {"username": "janseva", "password": "secret", "from": "JANSEV", "to": "+911", "text": "hello"}


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[ServiceServer]:
    port = free_port()
    env = {"HTTP_PORT": str(port), "SMS_JOURNAL": str(tmp_path / "messages.jsonl"), "SMS_PASSWORD": "secret"}
    server = ServiceServer(PROVIDER, f"http://{HOST}:{port}", env, tmp_path / "provider.log")
    await server.start()
    yield server
    await server.stop()


async def test_a_lost_answer_is_a_message_accepted_and_silence(provider: ServiceServer) -> None:
    """With lose_answers the message is accepted and the sender never hears of it; the next is answered."""
    async with httpx.AsyncClient(base_url=provider.url) as http:
        (await http.put("/v1/faults", json={"lose_answers": 1})).raise_for_status()
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/cgi-bin/sendsms", params=SMS, timeout=1)
        assert (await http.get("/cgi-bin/sendsms", params=SMS)).status_code == 202
        assert len((await http.get("/v1/sink")).json()) == 2


async def test_asked_for_reports_are_delivered_and_tried_again(provider: ServiceServer) -> None:
    """The reports named by dlr-mask reach dlr-url in order; one that fails is repeated."""
    async with receiver(failures=1) as (port, requests), httpx.AsyncClient(base_url=provider.url) as http:
        reports = {"dlr-mask": "9", "dlr-url": f"http://{HOST}:{port}/receipt?type=%d&id=%F"}
        (await http.get("/cgi-bin/sendsms", params={**SMS, **reports})).raise_for_status()
        async with asyncio.timeout(60):
            received = [await requests.get() for _ in range(3)]
    assert received == ["/receipt?type=8&id=local-1", "/receipt?type=8&id=local-1", "/receipt?type=1&id=local-1"]


async def test_accepted_messages_outlive_a_kill(provider: ServiceServer) -> None:
    """After kill -9 and a restart the sink holds what was accepted, and numbers go on."""
    async with httpx.AsyncClient(base_url=provider.url) as http:
        (await http.get("/cgi-bin/sendsms", params=SMS)).raise_for_status()
        provider.process.kill()
        await provider.restart()
        (await http.get("/cgi-bin/sendsms", params=SMS)).raise_for_status()
        assert [message["number"] for message in (await http.get("/v1/sink")).json()] == [2, 1]


@asynccontextmanager
async def receiver(*, failures: int) -> AsyncIterator[tuple[int, asyncio.Queue[str]]]:
    """An HTTP server that records targets; the first `failures` requests are answered 500."""
    requests: asyncio.Queue[str] = asyncio.Queue()
    left = failures

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        head = await reader.readuntil(b"\r\n\r\n")
        status = "500 Broken" if left > 0 else "200 OK"
        left -= 1
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await requests.put(head.split()[1].decode())

    server = await asyncio.start_server(answer, HOST, 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1]), requests
