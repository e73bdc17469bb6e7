"""Sends files as a browser does, and as a client of tus 1.0."""

from typing import Any

import httpx

from intake.auth import Principal
from tests.intake.intake_rig import ASHA, Rig, bearer

CERTIFICATE = {"service_code": "character-certificate", "attributes": {"purpose": "employment"}}
TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}


async def send(
    intake: Rig,
    case: dict[str, Any],
    content: bytes,
    *,
    by: Principal | None = ASHA,
    document_type: str | None = None,
    **headers: str,
) -> httpx.Response:
    """The form of a browser."""
    return await intake.http.post(
        f"/v1/complaints/{case['tracking_number']}/evidence",
        files={"file": ("a.bin", content, "image/jpeg")},
        data={} if document_type is None else {"document_type": document_type},
        headers={**bearer(by), **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


async def begin(
    intake: Rig, case: dict[str, Any], length: int, *, by: Principal | None = ASHA, metadata: str | None = None
) -> httpx.Response:
    headers = {**TUS, **bearer(by), "Upload-Length": str(length)}
    if metadata is not None:
        headers["Upload-Metadata"] = metadata
    return await intake.http.post(f"/v1/complaints/{case['tracking_number']}/evidence", headers=headers)


async def patch(
    intake: Rig, url: str, offset: int, content: Any, *, by: Principal | None = ASHA, **headers: str
) -> httpx.Response:
    sent = {**PART, **bearer(by), "Upload-Offset": str(offset)}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await intake.http.patch(url, content=content, headers=sent)


async def head(intake: Rig, url: str, *, by: Principal | None = ASHA, **headers: str) -> httpx.Response:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return await intake.http.head(url, headers={**TUS, **bearer(by), **more})
