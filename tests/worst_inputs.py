"""The texts and bodies that cost most to read, and a measure of what a request costs beside a plain one."""

import gc
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Ask = Callable[[bytes], Awaitable[httpx.Response]]

# An answer within so many times a plain body's time, or within the noise of a shared machine.
MAX_RATIO = 20
NOISE_S = 0.06

# Characters of every kind that some step reads with more than linear cost, each repeated to a length.
UNITS = {
    "marks out of order": "\u0301\u0316",
    "Tibetan marks": "\u0f71\u0f72",
    "letters that are marks": "\u0f73",
    "Hindi with marks": "क\u093c" + "\u094d\u0316" * 20,
    "expanding letters": "\ufdfa",
    "digits": "9",
    "digits and spaces": "9 ",
    "almost Aadhaar": "2345 6789 012",
    "dashes": "-",
    "spaces": " ",
    "backslashes": "\\",
    "brackets": "[{",
    "quotes": '"',
    "wide domain letters": "ß.",
    "invisible": "\u200d\ufeff",
    "line ends": "\r\n",
    "emoji": "👩\u200d👩\u200d👧",
}


def worst_texts(length: int) -> dict[str, str]:
    return {name: (unit * (length // len(unit) + 1))[:length] for name, unit in UNITS.items()}


def worst_bodies(size: int) -> dict[str, bytes]:
    """JSON, or nearly, of about `size` bytes whose shape is the fault."""
    return {
        "deep lists": b"[" * (size // 2) + b"]" * (size // 2),
        "deep objects": b'{"a":' * (size // 5) + b"1",
        "unknown fields": json.dumps({f"u{number}": number for number in range(size // 14)}).encode(),
        "long names": json.dumps({"x" * (size // 10) + str(number): 1 for number in range(9)}).encode(),
        "a number without end": b'{"phone": ' + b"9" * size + b"}",
        "a number beyond all": b'{"location": {"lat": 1e' + b"9" * size + b"}}",
        "many errors": json.dumps({"attributes": {f"a{number}": [] for number in range(size // 14)}}).encode(),
        "colons": b'{"a"' + b": " * (size // 2),
        "an open string": b'{"note": "' + b"\\" * size,
        "no JSON": b"phone=" + b"a:1 " * (size // 4),
    }


async def cost_of(ask: Ask, body: bytes) -> tuple[float, httpx.Response]:
    # The collector would look through all that the tests hold.
    gc.disable()
    try:
        began = time.process_time()
        answer = await ask(body)
        return time.process_time() - began, answer
    finally:
        gc.enable()


async def too_dear(ask: Ask, bodies: dict[str, bytes]) -> dict[str, Any]:
    """The bodies that cost out of proportion to a plain one of their size, or got more than 20 kB or a 5xx."""
    await ask(b"{}")  # what is made once is made
    found: dict[str, Any] = {}
    for name, body in bodies.items():
        plain, _ = await cost_of(ask, json.dumps({"description": "a" * len(body)}).encode())
        seconds, answer = await cost_of(ask, body)
        if seconds > max(plain * MAX_RATIO, NOISE_S) or len(answer.content) > 20_000 or answer.status_code >= 500:
            found[name] = (round(seconds, 3), round(plain, 4), answer.status_code, len(answer.content))
    return found


def with_text(body: dict[str, Any], path: tuple[str, ...], text: str) -> bytes:
    """The body with a text at a path; objects on the way are made."""
    made: dict[str, Any] = json.loads(json.dumps(body))
    holder = made
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
    holder[path[-1]] = text
    return json.dumps(made).encode()
