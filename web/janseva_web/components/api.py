"""GET /components: what all pages are built of, on one page."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.visit import Visit


def components_router(pages: Pages) -> APIRouter:
    router = new_router()

    @pages.get(router, "/components")
    async def components(visit: Visit) -> Response:
        wrong = FieldFault("sample-wrong", visit.language.text("components.wrong"))
        return pages.page(visit, "components_list.html", faults=[wrong], later=visit.now + timedelta(days=2))

    return router
