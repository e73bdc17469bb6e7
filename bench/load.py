"""A load of HTTP requests from one process: closed (always N in flight) or open (a fixed rate)."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

MakeRequest = Callable[[int], tuple[bytes, dict[str, str]]]  # number -> body, headers
OnAnswer = Callable[[int, int, bytes, float], None]  # number, status, body, unix time of the answer


_EXPECTED = {"POST": 202, "GET": 200}


@dataclass(slots=True)
class Outcome:
    """`latencies_ms` of the answers with the expected status; everything else is counted under `others`."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds


@asynccontextmanager
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as http:
        yield http


async def closed_load(
    url: str | Sequence[str], make: MakeRequest, *, in_flight: int, seconds: float, method: str = "POST"
) -> Outcome:
    """As many requests as `in_flight` patient clients can make in the time; several addresses are asked in turn."""
    urls = [url] if isinstance(url, str) else url
    outcome, numbers = Outcome(), iter(range(10**9))
    async with session() as http:
        started = time.perf_counter()

        async def client() -> None:
            while time.perf_counter() - started < seconds:
                number = next(numbers)
                await _ask(http, method, urls[number % len(urls)], make, number, outcome, None)

        await asyncio.gather(*(client() for _ in range(in_flight)))
        outcome.seconds = time.perf_counter() - started
    return outcome


async def open_load(url: str, make: MakeRequest, *, rate: float, seconds: float, on_answer: OnAnswer) -> Outcome:
    """`rate` requests each second, whether or not earlier ones were answered."""
    outcome = Outcome()
    async with session() as http:
        started = time.perf_counter()
        pending: list[Awaitable[None]] = []
        for number in range(int(rate * seconds)):
            wait = started + number / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            pending.append(asyncio.ensure_future(_ask(http, "POST", url, make, number, outcome, on_answer)))
        await asyncio.gather(*pending)
        outcome.seconds = time.perf_counter() - started
    return outcome


async def _ask(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    make: MakeRequest,
    number: int,
    outcome: Outcome,
    on_answer: OnAnswer | None,
) -> None:
    body, headers = make(number)
    started = time.perf_counter()
    try:
        async with http.request(method, url, data=body or None, headers=headers) as response:
            answer = await response.read()
    except aiohttp.ClientError as error:
        outcome.others[type(error).__name__] += 1
        return
    if response.status == _EXPECTED[method]:
        outcome.latencies_ms.append((time.perf_counter() - started) * 1000)
    else:
        outcome.others[f"{response.status} {answer[:120].decode(errors='replace')}"] += 1
    if on_answer is not None:
        on_answer(number, response.status, answer, time.time())
