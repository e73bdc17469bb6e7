"""Pages for officers: who is not logged in is sent to the login, and a token that has ended ends the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from janseva_web.pages import PageMaker, Pages
from janseva_web.suite.client import Asker, Refused
from janseva_web.visit import OFFICER, Visit

DESK: Final = "/desk"
# A refusal that a page explains where it was asked.
EXPLAINED: Final = frozenset({400, 409, 412, 413, 422})

OfficerPage = Callable[[Visit, Asker], Awaitable[Response]]


def for_officers(pages: Pages, make: OfficerPage, back: str = DESK) -> PageMaker:
    """`back`: the page on which an officer goes on whose login ended while a form was open."""

    @wraps(make)
    async def page(visit: Visit) -> Response:
        sent = visit.request.method == "POST"
        if sent:
            await visit.read_form()
        asker = officer(visit)
        if asker is None:
            return pages.redirect(visit, f"{DESK}/login?to={quote(back if sent else whole_place(visit))}")
        try:
            return await make(visit, asker)
        except Refused as refused:
            return ended(pages, visit, refused)

    return page


def ended(pages: Pages, visit: Visit, refused: Refused) -> Response:
    """A token that is worth nothing any more ends the session: the post was withdrawn, or its time is over."""
    if refused.status != 401:
        return pages.refused(visit, refused)
    visit.drop(OFFICER)
    text = visit.language.text
    return pages.error(visit, 401, title=text("desk.ended"), detail=text("desk.login_again"))


def officer(visit: Visit) -> Asker | None:
    """The officer who is logged in here."""
    kept = visit.cookie(OFFICER)
    return None if kept is None else visit.asker(token=str(kept["access"]))


def named_officer(visit: Visit) -> str:
    """Who is logged in, as a paper names him: role and post."""
    kept = visit.cookie(OFFICER) or {}
    role = str(kept.get("role", ""))
    title = visit.language.text(f"desk.role.{role}") if visit.language.has(f"desk.role.{role}") else role
    post = str(kept.get("post", ""))
    return f"{title} ({post})" if post else title


def whole_place(visit: Visit) -> str:
    """This page with what was asked of it, to come back to."""
    query = visit.request.url.query
    return f"{visit.here}?{query}" if query else visit.here
