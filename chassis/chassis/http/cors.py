"""Which web pages may call the API from a browser (CORS), and what of an answer they may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from chassis.http.problems import ORIGIN_REFUSED, Problem

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# What a page may send. Tokens travel in a header, never in a cookie, so credentials stay refused.
REQUEST_HEADERS: Final = (
    "Accept-Language", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match",
    "Last-Event-ID", "Tus-Resumable", "Upload-Checksum", "Upload-Length", "Upload-Metadata", "Upload-Offset",
    "X-Passphrase", "X-Receipt", "traceparent",
)  # fmt: skip
# What a page may read, beside what every page may.
EXPOSED_HEADERS: Final = (
    "Allow", "Content-Disposition", "Content-Language", "ETag", "Evidence-Id", "Evidence-SHA256", "Location",
    "Retry-After", "Tus-Checksum-Algorithm", "Tus-Extension", "Tus-Max-Size", "Tus-Resumable", "Tus-Version",
    "Upload-Expires", "Upload-Length", "Upload-Offset", "WWW-Authenticate",
)  # fmt: skip
REMEMBERED_S: Final = 600


class Cors(CORSMiddleware):
    """Starlette's, with these headers; a refusal before the call is a problem too."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=REMEMBERED_S,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        refused = Problem(ORIGIN_REFUSED).to_response(request_headers.get("accept-language"))
        refused.headers.add_vary_header("Origin")
        return refused
