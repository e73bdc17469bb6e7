"""The page of a phone without a network, and the service worker that keeps it; nothing that was written is kept."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.pages import Pages, new_router
from janseva_web.static_files import StaticFiles
from janseva_web.visit import Visit

PAGE: Final = "/offline"


def offline_router(pages: Pages, static: StaticFiles) -> APIRouter:
    router = new_router()
    kept = [PAGE, *(static.address(name) for name in ("style.css", "pages.js", "icon.svg"))]

    @pages.get(router, PAGE)
    async def offline(visit: Visit) -> Response:
        return pages.page(visit, "offline.html")

    @pages.get(router, "/worker.js")
    async def worker(visit: Visit) -> Response:
        """Its text changes with what it keeps, so that a browser takes the new one."""
        name = "-".join(address.split("/")[2] for address in kept[1:])
        script = pages.script("worker.js", name=name, kept=kept)
        response = Response(script, media_type="text/javascript", headers={"cache-control": "no-cache"})
        return visit.finish(response)

    return router
