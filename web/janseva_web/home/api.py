"""GET /: the services and a large 112 button. GET /language/{code}: every page in another language, by one tap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.pages import Pages, new_router, own_path
from janseva_web.suite.services import Catalogue
from janseva_web.suite.shapes import Service
from janseva_web.visit import LANGUAGE_COOKIE, LANGUAGE_KEPT, Visit

# The groups of the first page in their order; a family that is in none is in the last.
GROUPS: Final = {
    "report": ("complaint", "report"),
    "papers": ("certificate", "verification", "registration"),
    "meet": ("visit", "help"),
}
TIP: Final = "tip"
# What has a place of its own on the page.
APART: Final = frozenset({"emergency", "lookup", TIP})


def grouped(services: Sequence[Service]) -> dict[str, list[Service]]:
    """The live services by the group of their family, in the catalogue's order."""
    group_of = {family: group for group, families in GROUPS.items() for family in families}
    found: dict[str, list[Service]] = {group: [] for group in GROUPS}
    for service in services:
        if service.live and service.family not in APART:
            found[group_of.get(service.family, "meet")].append(service)
    return {group: members for group, members in found.items() if members}


def home_router(pages: Pages, catalogue: Catalogue) -> APIRouter:
    router = new_router()

    @pages.get(router, "/")
    async def home(visit: Visit) -> Response:
        services = await catalogue.all(visit.asker())
        tips_live = any(service.live and service.family == TIP for service in services)
        return pages.page(visit, "home.html", groups=grouped(services), tips_live=tips_live)

    @pages.get(router, "/language/{code}")
    async def language(visit: Visit) -> Response:
        chosen = pages.languages.get(visit.request.path_params["code"])
        response = pages.redirect(visit, own_path(visit.query("to")))
        if chosen is not None:
            response.set_cookie(
                LANGUAGE_COOKIE, chosen.code, max_age=int(LANGUAGE_KEPT.total_seconds()), httponly=True, samesite="lax"
            )
        return response

    return router
