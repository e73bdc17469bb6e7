"""Read a form of secret information: without a cookie's token, and with no file on a disk."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from chassis.http.forms import InMemoryForm
from janseva_web.visit import MOST_FIELDS, MOST_FILES, FormExpired, Visit


async def read_tip_form(visit: Visit) -> None:
    """FormExpired if another site sent it: nobody is logged in here, so nothing else has to be proved."""
    request = visit.request
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise FormExpired
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        await visit.read_any_form()
        return
    parser = InMemoryForm(request.headers, request.stream(), max_files=MOST_FILES, max_fields=MOST_FIELDS)
    try:
        visit.form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):
        parser.close()
        raise HTTPException(400) from None
