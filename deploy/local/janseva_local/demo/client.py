"""HTTP as a patient client does it: the same request, with the same key, until there is an answer."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE_S = 90.0
PAUSE_S = 0.5
RETRIED_STATUS = {429, 502, 503, 504}


class GaveUp(Exception):
    """No usable answer within the client's patience."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    url: str
    json: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    retried_codes: frozenset[str] = frozenset()  # problem codes that time will cure, such as a case not yet assigned
    form: dict[str, str] | None = None  # with `file`: a multipart body
    file: tuple[str, bytes, str] | None = None  # name, content, media type


async def send(http: httpx.AsyncClient, call: Call, *, patience_s: float = PATIENCE_S) -> httpx.Response:
    """The first answer that is final. Unanswered, overloaded and not-yet answers are asked again; GaveUp in the end.

    Time spent in the client's own queue for a connection is no silence of the suite and uses up no patience.
    """
    until = time.monotonic() + patience_s
    last = "never tried"
    while time.monotonic() < until:
        pause, asked = PAUSE_S, time.monotonic()
        try:
            response = await http.request(
                call.method,
                call.url,
                json=call.json,
                headers=call.headers,
                params=call.params,
                data=call.form,
                files={"file": call.file} if call.file else None,
            )
        except httpx.PoolTimeout:
            until += time.monotonic() - asked
            continue
        except httpx.TransportError as error:
            last = type(error).__name__
        else:
            code = problem_code(response)
            if response.status_code not in RETRIED_STATUS and code not in call.retried_codes:
                return response
            last = f"{response.status_code} {code}"
            pause = max(pause, float(response.headers.get("Retry-After", 0)))
        await asyncio.sleep(pause)
    raise GaveUp(f"{call.method} {call.url}: {last}")


def problem_code(response: httpx.Response) -> str:
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        return ""
    return str(response.json().get("code", ""))
