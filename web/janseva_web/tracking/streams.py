"""What comes from intake as it comes: papers, files, and the news that a case has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Final

import httpx
from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from janseva_web.pages import new_router
from janseva_web.suite.client import Api, Asker
from janseva_web.tracking.owner import CaseDoor, number_of
from janseva_web.visit import Visit

# What of an upstream's headers a paper or a file goes on with.
HANDED_ON: Final = ("content-type", "content-length", "content-disposition")
LONGEST_ID: Final = 200
INLINE: Final = "inline"
# A browser's own viewer of papers is an object in a page that it makes.
PAPER_POLICY: Final = "default-src 'none'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def streams_router(door: CaseDoor, intake: Api) -> APIRouter:
    router, rooms = new_router(), _Streams(door, intake)
    get = door.pages.get
    get(router, "/cases/{number}/papers/{paper}")(rooms.paper)
    get(router, "/cases/{number}/files/{file}")(rooms.file)
    get(router, "/cases/{number}/live")(rooms.live)
    return router


@dataclass(frozen=True, slots=True)
class _Streams:
    door: CaseDoor
    intake: Api

    async def paper(self, visit: Visit) -> Response:
        number = number_of(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        path = "/v1/complaints/{}/certificates/{}.pdf"
        return await handed_on(visit, self.intake, asker, path, number, visit.request.path_params["paper"])

    async def file(self, visit: Visit) -> Response:
        number = number_of(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        return await handed_on(visit, self.intake, asker, "/v1/evidence/{}", visit.request.path_params["file"])

    async def live(self, visit: Visit) -> Response:
        """Server-sent events that say that the case has changed, and nothing of what: the page asks for its part."""
        number = number_of(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.pages.error(visit, 404)
        last = visit.request.headers.get("last-event-id", "")[:LONGEST_ID]
        headers = {"last-event-id": last} if last else {}
        opened, answer = await _opened(
            self.intake.stream("/v1/complaints/{}/stream", number, asker=asker, headers=headers)
        )

        async def events() -> AsyncIterator[str]:
            async with opened:
                async for line in answer.aiter_lines():
                    yield ("data: changed" if line.startswith("data:") else line) + "\n"

        response = StreamingResponse(events(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        return visit.finish(response)


async def handed_on(
    visit: Visit,
    api: Api,
    asker: Asker,
    path: str,
    *parts: str,
    method: str = "GET",
    query: Mapping[str, str] | None = None,
    shown: str = "attachment",
) -> Response:
    """A paper or a file as it comes: to be kept (`attachment`), or opened by itself (`inline`), never in our pages."""
    opened, answer = await _opened(api.stream(path, *parts, asker=asker, method=method, query=query))

    async def content() -> AsyncIterator[bytes]:
        async with opened:
            async for piece in answer.aiter_bytes():
                yield piece

    headers = {name: answer.headers[name] for name in HANDED_ON if name in answer.headers}
    if shown == INLINE:
        headers["content-security-policy"] = PAPER_POLICY
    return visit.finish(StreamingResponse(content(), headers={"content-disposition": shown, **headers}))


async def _opened(stream: AbstractAsyncContextManager[httpx.Response]) -> tuple[AsyncExitStack, httpx.Response]:
    """The answer once its head is there, and what closes it."""
    async with AsyncExitStack() as stack:
        answer = await stack.enter_async_context(stream)
        return stack.pop_all(), answer
