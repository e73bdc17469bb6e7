"""A live stream when its server is asked to stop."""

import asyncio
import signal
import socket
import sys
import textwrap
import time
from pathlib import Path

PROGRAM = """
    import asyncio, sys
    from datetime import timedelta
    from fastapi import APIRouter
    from fastapi.responses import StreamingResponse
    from prometheus_client import CollectorRegistry
    from chassis.health import Liveness
    from chassis.http.app import create_http_app
    from chassis.run import serve
    from chassis.settings import ServiceSettings

    ended = asyncio.Event()
    router = APIRouter()

    async def messages():
        yield "data: first\\n\\n"
        await ended.wait()
        yield "data: last\\n\\n"

    @router.get("/stream", response_class=StreamingResponse)
    async def stream():
        return StreamingResponse(messages(), media_type="text/event-stream")

    app = create_http_app(title="t", version="1", lifespan=None, liveness=Liveness(timedelta(seconds=60)), checks={},
                          registry=CollectorRegistry(), routers=[router], at_stop=[ended.set])
    sys.exit(serve(app, ServiceSettings(mongo_database="x", http_port=int(sys.argv[1]))))
"""
AT_ONCE_S = 1.5
"""Below the two seconds that running requests have: after these they are cut off."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_streams_end_whole_when_the_server_stops(tmp_path: Path) -> None:
    """Their last message comes and the answer is complete, without the wait and the tracebacks of cut-off requests."""
    program, port = tmp_path / "program.py", free_port()
    program.write_text(textwrap.dedent(PROGRAM))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(program), str(port)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    reader, writer = await opened(port)
    writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"data: first\n\n")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    rest = await reader.read()
    writer.close()
    assert time.monotonic() - began < AT_ONCE_S
    assert b"data: last\n\n" in rest
    assert rest.endswith(b"0\r\n\r\n")
    _, errors = await process.communicate()
    assert (process.returncode, b"Traceback" in errors) == (0, False), errors


async def opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    deadline = time.monotonic() + 60
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
