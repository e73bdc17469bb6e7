"""The style sheet, scripts and pictures: read once, served under a name that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.app import RequestRoute
from chassis.http.known_query import ANY_QUERY
from chassis.http.problems import NOT_FOUND, Problem

SHIPPED: Final = Path(__file__).with_name("static")
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    packed: bytes
    media_type: str
    mark: str


class StaticFiles:
    """By name; `address` is where a page finds one."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        self.files: Mapping[str, StaticFile] = {path.name: _read(path) for path in sorted(folder.iterdir())}

    def address(self, name: str) -> str:
        return f"/static/{self.files[name].mark}/{name}"

    def router(self) -> APIRouter:
        router = APIRouter(route_class=RequestRoute)
        router.add_api_route(
            "/static/{mark}/{name}", self._serve, include_in_schema=False, openapi_extra=ANY_QUERY, name="static_file"
        )
        return router

    async def _serve(self, request: Request) -> Response:
        """By its mark a file never changes, so a browser asks once; by another's it is today's file."""
        found = self.files.get(request.path_params["name"])
        if found is None:
            raise Problem(NOT_FOUND)
        lasting = found.mark == request.path_params["mark"]
        headers = {
            "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
            "vary": "accept-encoding",
        }
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(found.content, headers=headers, media_type=found.media_type)
        return Response(found.packed, headers={**headers, "content-encoding": "gzip"}, media_type=found.media_type)


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:12]
    return StaticFile(content, gzip.compress(content, 9, mtime=0), MEDIA_TYPES[path.suffix], mark)
